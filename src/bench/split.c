/* Words of a command line. Lines are short and come a few at a time; what matters is that no
 * line means something else here than in a shell without being refused. */
#include "bench/split.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"

#define BLANKS      " \t"
#define NAMES_MAX   16 /* parameters looked at for a suggestion */
#define NAME_LENGTH 64

struct split {
    const char *line;
    const char *at; /* what is read next */
    const struct whet_split_value *values;
    size_t count;
    struct whet_text word;
    int in_word; /* also when it is empty so far: '' is a word */
    struct whet_vec *words;
    struct whet_arena *strings;
    struct whet_error *err;
};

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How long the name at `text` is: a letter, then letters, digits and '-'. */
static size_t name_length(const char *text)
{
    size_t len = 0;

    if (is_letter(text[0]))
        while (is_letter(text[len]) || is_digit(text[len]) || text[len] == '-')
            len++;
    return len;
}

static int fail_shell(const struct split *s, size_t len, const char *cure)
{
    return whet_error_set(s->err, -EINVAL,
                          "only a shell can do this: '%.*s' in '%.200s': %s, or ask for a "
                          "shell (--shell, or 'shell' in a file or in C)",
                          (int)len, s->at, s->line, cure);
}

/* The value that the {name} at `text` stands for, *len its length there; NULL: none. */
static const struct whet_split_value *
value_at(const char *text, const struct whet_split_value *values, size_t count, size_t *len)
{
    for (size_t i = 0; i < count; i++) {
        size_t name = strlen(values[i].name);

        if (strncmp(text + 1, values[i].name, name) == 0 && text[1 + name] == '}') {
            *len = name + 2;
            return &values[i];
        }
    }
    return NULL;
}

/* {fild} where {file} is known: more likely a slip than meant. */
static int check_unknown(const struct split *s, int quoted)
{
    size_t len = name_length(s->at + 1), count = s->count < NAMES_MAX ? s->count : NAMES_MAX;
    const char *names[NAMES_MAX], *nearest;
    char name[NAME_LENGTH] = "";

    if (len == 0 || len >= sizeof(name) || s->at[1 + len] != '}')
        return quoted ? 0 : fail_shell(s, 1, "quote it");
    memcpy(name, s->at + 1, len);
    for (size_t i = 0; i < count; i++)
        names[i] = s->values[i].name;
    nearest = whet__nearest(name, names, count);
    if (nearest != NULL)
        return whet_error_set(s->err, -EINVAL,
                              "unknown parameter: '{%s}' in '%.200s': did you mean '{%s}'?",
                              name, s->line, nearest);
    if (quoted)
        return 0;
    return whet_error_set(
        s->err, -EINVAL,
        "unknown parameter: '{%s}' in '%.200s': quote it (or, for whet bench, "
        "give -P %s=VALUES)",
        name, s->line, name);
}

/* At a '{': a parameter, or itself. */
static int read_brace(struct split *s, int quoted)
{
    size_t len;
    const struct whet_split_value *value = value_at(s->at, s->values, s->count, &len);
    int rc;

    if (value != NULL) {
        whet__text_puts(&s->word, value->value);
        s->at += len;
        return 0;
    }
    if (!quoted && strncmp(s->at, "{}", 2) == 0) { /* as find and xargs want it */
        whet__text_puts(&s->word, "{}");
        s->at += 2;
        return 0;
    }
    rc = check_unknown(s, quoted);
    if (rc == 0)
        whet__text_putc(&s->word, *s->at++);
    return rc;
}

static int fail_open(const struct split *s, const char *quote)
{
    return whet_error_set(s->err, -EINVAL, "no closing %s: '%.200s'", quote, s->line);
}

static int read_single(struct split *s)
{
    s->at++;
    while (*s->at != '\'') {
        int rc = 0;

        if (*s->at == '\0')
            return fail_open(s, "'");
        if (*s->at == '{')
            rc = read_brace(s, 1);
        else
            whet__text_putc(&s->word, *s->at++);
        if (rc != 0)
            return rc;
    }
    s->at++;
    return 0;
}

/* A '$' before anything but these is a '$' (XCU 2.6). */
static int is_expansion(const char *dollar)
{
    return is_letter(dollar[1]) || is_digit(dollar[1]) ||
           (dollar[1] != '\0' && strchr("{(@*#?$!-", dollar[1]) != NULL);
}

static int read_double(struct split *s)
{
    s->at++;
    while (*s->at != '"') {
        int rc = 0;

        if (*s->at == '\0')
            return fail_open(s, "\"");
        if (*s->at == '`' || (*s->at == '$' && is_expansion(s->at)))
            return fail_shell(s, *s->at == '$' ? 2 : 1, "use single quotes");
        if (*s->at == '\\' && s->at[1] != '\0' && strchr("$`\"\\\n", s->at[1]) != NULL) {
            if (s->at[1] != '\n') /* a line that goes on */
                whet__text_putc(&s->word, s->at[1]);
            s->at += 2;
        } else if (*s->at == '{') {
            rc = read_brace(s, 1);
        } else {
            whet__text_putc(&s->word, *s->at++);
        }
        if (rc != 0)
            return rc;
    }
    s->at++;
    return 0;
}

static int read_escape(struct split *s)
{
    if (s->at[1] == '\0')
        return whet_error_set(s->err, -EINVAL, "nothing follows the '\\' at the end: '%.200s'",
                              s->line);
    if (s->at[1] == '\n') {
        s->at += 2;
        return 0;
    }
    s->in_word = 1;
    whet__text_putc(&s->word, s->at[1]);
    s->at += 2;
    return 0;
}

/* How many bytes at `at` only a shell would understand, outside of quotes. */
static size_t shell_only(const struct split *s)
{
    const char *at = s->at;

    switch (*at) {
    case '$':
        return is_expansion(at) || at[1] == '\'' || at[1] == '"' ? 2 : 0;
    case '[': /* a set of letters, unless it is not closed: `[ -f x ]` is a command */
        return memchr(at, ']', strcspn(at, BLANKS "\n'\"\\")) != NULL ? 1 : 0;
    case '~':
    case '#':
        return !s->in_word;
    default:
        return strchr("|&;<>`*?(){}\n", *at) != NULL;
    }
}

static int read_plain(struct split *s)
{
    size_t wrong;

    if (*s->at == '\'' || *s->at == '"' || *s->at == '{') {
        s->in_word = 1;
        if (*s->at == '{')
            return read_brace(s, 0);
        return *s->at == '"' ? read_double(s) : read_single(s);
    }
    wrong = shell_only(s);
    if (wrong != 0)
        return fail_shell(s, wrong, "quote it");
    s->in_word = 1;
    whet__text_putc(&s->word, *s->at++);
    return 0;
}

static int end_word(struct split *s)
{
    const char **slot;
    char *word;
    int rc = whet__text_error(&s->word);

    if (!s->in_word || rc != 0)
        return rc;
    if (s->words->len == WHET_SPLIT_WORDS_MAX)
        return -EFBIG;
    word = whet__arena_strndup(s->strings, whet__text_str(&s->word), s->word.len);
    slot = word != NULL ? whet__vec_push(s->words) : NULL;
    if (slot == NULL)
        return -ENOMEM;
    *slot = word;
    whet__text_reset(&s->word);
    s->in_word = 0;
    return 0;
}

/* FOO=1 before a command sets a variable in a shell. */
static int check_assignment(const struct split *s)
{
    size_t len = 0;

    if (is_letter(s->at[0]))
        while (is_letter(s->at[len]) || is_digit(s->at[len]))
            len++;
    if (len == 0 || s->at[len] != '=')
        return 0;
    return whet_error_set(
        s->err, -EINVAL, "only a shell can do this: '%.*s' in '%.200s': give --env, or --shell",
        (int)strcspn(s->at, BLANKS "\n"), s->at, s->line);
}

static int read_words(struct split *s)
{
    int rc = 0;

    s->at += strspn(s->at, BLANKS "\n");
    rc = check_assignment(s);
    while (rc == 0 && *s->at != '\0') {
        if (strchr(BLANKS, *s->at) != NULL || s->at[strspn(s->at, BLANKS "\n")] == '\0') {
            rc = end_word(s);
            s->at++;
        } else if (*s->at == '\\') {
            rc = read_escape(s);
        } else {
            rc = read_plain(s);
        }
    }
    return rc == 0 ? end_word(s) : rc;
}

int whet__split(struct whet_vec *words, struct whet_arena *strings, const char *line,
                const struct whet_split_value *values, size_t count, struct whet_error *err)
{
    struct split s = {.line = line,
                      .at = line,
                      .values = values,
                      .count = count,
                      .words = words,
                      .strings = strings,
                      .err = err};
    int rc;

    whet__text_init(&s.word, WHET_SPLIT_MAX);
    rc = strlen(line) < WHET_SPLIT_MAX ? read_words(&s) : -EFBIG;
    whet__text_clear(&s.word);
    if (rc == -EFBIG)
        return whet_error_set(err, -EINVAL, "command line too long: '%.200s'", line);
    if (rc == -ENOMEM)
        return whet_error_set(err, rc, "out of memory: '%.200s'", line);
    return rc;
}

void whet__split_substitute(struct whet_text *out, const char *text,
                            const struct whet_split_value *values, size_t count,
                            unsigned char *used)
{
    for (const char *at = text; *at != '\0';) {
        const struct whet_split_value *value = NULL;
        size_t len;

        if (*at == '{' && (at == text || at[-1] != '$'))
            value = value_at(at, values, count, &len);
        if (value == NULL) {
            whet__text_putc(out, *at++);
            continue;
        }
        whet__text_puts(out, value->value);
        if (used != NULL)
            used[value - values] = 1;
        at += len;
    }
}

/* Whether it means itself to a shell in every place. */
static int is_plain(const char *word)
{
    if (word[0] == '\0')
        return 0;
    for (const char *at = word; *at != '\0'; at++) {
        if (!is_letter(*at) && !is_digit(*at) && strchr("%+,-./:@^", *at) == NULL &&
            (*at != '=' || at == word || word[0] != '-') && (unsigned char)*at < 0x80)
            return 0;
    }
    return 1;
}

void whet__split_quote(struct whet_text *out, const char *word)
{
    if (is_plain(word)) {
        whet__text_puts(out, word);
        return;
    }
    whet__text_putc(out, '\'');
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '\'')
            whet__text_puts(out, "'\\''");
        else
            whet__text_putc(out, *at);
    }
    whet__text_putc(out, '\'');
}
