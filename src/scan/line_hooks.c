/* The constructs that no list of opening and closing bytes can say: raw strings with
 * their own delimiters, here-documents, regular expressions beside divisions. A guess
 * that may be wrong is made so that it goes wrong for one line, not for the file. */
#include "scan/line_rules.h"

#include <string.h>

#define REGEX_MAX 1024

static char before(const struct whet_line_scan *s, size_t back)
{
    return (size_t)(s->p - s->begin) >= back ? s->p[-(ptrdiff_t)back] : '\0';
}

static char after(const struct whet_line_scan *s, size_t ahead)
{
    return (size_t)(s->end - s->p) > ahead ? s->p[ahead] : '\0';
}

/* A string that ends on its line at the latest; escapes by backslash. */
static void short_string(struct whet_line_scan *s, char close)
{
    const char *p = s->p + 1;

    while (p < s->end && *p != s->newline && *p != close)
        p += *p == '\\' && p + 1 < s->end && p[1] != s->newline ? 2 : 1;
    s->code = 1;
    s->p = p < s->end && *p == close ? p + 1 : p;
}

/* ' opens a character, but not in 1'000'000. */
int whet__line_hook_char(struct whet_line_scan *s)
{
    const char *p = s->p;

    while (p > s->line && whet__line_is_word(p[-1]))
        p--;
    if (p < s->p && *p >= '0' && *p <= '9') {
        s->p++;
        s->code = 1;
        return 1;
    }
    short_string(s, '\'');
    return 1;
}

int whet__line_hook_cpp_raw(struct whet_line_scan *s)
{
    char close[WHET_LINE_DELIMIT_MAX] = ")";
    size_t len = 0;

    if (before(s, 1) != 'R' ||
        (whet__line_is_word(before(s, 2)) && !whet__line_one_of("uUL8", before(s, 2))))
        return 0;
    while (len < 17 && !whet__line_one_of("(\n\r", after(s, len + 1)))
        len++;
    if (len > 16 || after(s, len + 1) != '(')
        return 0;
    memcpy(close + 1, s->p + 1, len);
    close[len + 1] = '"';
    whet__line_text(s, len + 2, close, len + 2, 0);
    return 1;
}

int whet__line_hook_cs(struct whet_line_scan *s)
{
    char quotes[WHET_LINE_DELIMIT_MAX];
    size_t count = 0;

    if (before(s, 1) == '@' || (before(s, 1) == '$' && before(s, 2) == '@')) {
        whet__line_text(s, 1, "\"", 1, 0);
        return 1;
    }
    while (count < sizeof(quotes) && after(s, count) == '"')
        quotes[count++] = '"';
    if (count < 3 || count == sizeof(quotes))
        return 0;
    whet__line_text(s, count, quotes, count, 0);
    return 1;
}

/* A # at the start of a line of assembly is a comment unless the C preprocessor
 * knows the word behind it. */
int whet__line_hook_directive(struct whet_line_scan *s)
{
    static const char *const words[] = {"include", "define", "undef",  "if",
                                        "else",    "elif",   "endif",  "error",
                                        "line",    "pragma", "warning"};
    const char *p = s->p + 1;

    while (p < s->end && (*p == ' ' || *p == '\t'))
        p++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i]);

        if ((size_t)(s->end - p) >= len && memcmp(p, words[i], len) == 0)
            return 0;
    }
    whet__line_comment(s);
    return 1;
}

/* Python: a string in three quotes that is a statement of its own is a comment: it
 * is first on its line, and the line before does not ask for more. */
int whet__line_hook_docstring(struct whet_line_scan *s)
{
    char quotes[3];
    const char *start = s->p;

    if (after(s, 1) != *s->p || after(s, 2) != *s->p)
        return 0;
    memset(quotes, *s->p, 3);
    while (start > s->line && start > s->p - 2 && whet__line_one_of("rRbBuUfF", start[-1]))
        start--;
    if (start != s->first || (s->last != '\0' && whet__line_one_of("([{,=+%\\", s->last))) {
        whet__line_text(s, 3, quotes, 3, '\\');
        return 1;
    }
    s->code = 0;
    whet__line_block(s, 3, quotes, 3);
    return 1;
}

/* Whether a line of its own below this one is the word: without one, << was a shift. */
static int word_follows(struct whet_line_scan *s, const struct whet_line_body *body)
{
    const char *p = s->p;

    if (s->vain_searches == WHET_LINE_SEARCH_MAX)
        return 0;
    while ((p = memchr(p, s->newline, (size_t)(s->end - p))) != NULL) {
        const char *q = ++p;

        while (q < s->end && (*q == ' ' || *q == '\t') && (body->loose || body->indent != 0))
            q++;
        if ((size_t)(s->end - q) >= body->word_len &&
            memcmp(q, body->word, body->word_len) == 0 &&
            (q + body->word_len == s->end || !whet__line_is_word(q[body->word_len])))
            return 1;
    }
    s->vain_searches++;
    return 0;
}

/* Reads the word that will end a here-document, bare or quoted, at *at and steps over it. */
static int read_word(const struct whet_line_scan *s, const char **at,
                     struct whet_line_body *body)
{
    const char *p = *at;
    char quote = '\0';

    if (p < s->end && (*p == '"' || *p == '\'' || *p == '\\' || *p == '`')) {
        quote = *p == '\\' ? '\0' : *p;
        p++;
    }
    body->word = p;
    while (p < s->end && whet__line_is_word(*p))
        p++;
    body->word_len = (size_t)(p - body->word);
    if (quote != '\0' && (p == s->end || *p++ != quote))
        return 0;
    *at = p;
    return body->word_len != 0 && (body->word[0] < '0' || body->word[0] > '9');
}

static int here_document(struct whet_line_scan *s, size_t skip, int loose)
{
    const char *p = s->p + skip;
    struct whet_line_body body = {.loose = loose};

    if (p < s->end && (*p == '-' || *p == '~')) {
        body.indent = 1;
        p++;
    }
    while (p < s->end && *p == ' ' && before(s, 1) != '<')
        p++;
    if (!read_word(s, &p, &body) || s->body_count == WHET_LINE_BODIES_MAX ||
        !word_follows(s, &body))
        return 0;
    s->bodies[s->body_count++] = body;
    s->code = 1;
    s->p = p;
    return 1;
}

int whet__line_hook_heredoc(struct whet_line_scan *s)
{
    if (after(s, 2) == '<') { /* a here-string */
        s->code = 1;
        s->p += 3;
        return 1;
    }
    return here_document(s, 2, 0);
}

int whet__line_hook_here_php(struct whet_line_scan *s)
{
    return here_document(s, 3, 1);
}

/* [[ and [==[ open a string, the same behind -- a comment. */
int whet__line_hook_lua(struct whet_line_scan *s)
{
    char close[WHET_LINE_DELIMIT_MAX];
    size_t skip = *s->p == '-' ? 2 : 0;
    size_t level = 0;

    if (after(s, skip) != '[')
        return 0;
    while (level < sizeof(close) - 2 && after(s, skip + 1 + level) == '=')
        level++;
    if (after(s, skip + 1 + level) != '[')
        return 0;
    memset(close, '=', sizeof(close));
    close[0] = ']';
    close[level + 1] = ']';
    if (skip != 0)
        whet__line_block(s, skip + level + 2, close, level + 2);
    else
        whet__line_text(s, level + 2, close, level + 2, 0);
    return 1;
}

/* A comment of one line ends before ?> as well. */
int whet__line_hook_php_comment(struct whet_line_scan *s)
{
    const char *p = s->p;

    if (*p == '#' && after(s, 1) == '[') /* an attribute */
        return 0;
    whet__line_comment(s);
    for (; p + 1 < s->p; p++) {
        if (p[0] == '?' && p[1] == '>') {
            s->p = p;
            break;
        }
    }
    return 1;
}

int whet__line_hook_php_switch(struct whet_line_scan *s)
{
    s->code = 1;
    s->p += 2;
    whet__line_switch(s);
    return 1;
}

/* Whether the code before p asks for a value: it ends in an operator, an opening bracket
 * or a word such as "return". */
static int expects_value(const struct whet_line_scan *s)
{
    static const char *const words[] = {"return", "typeof", "case",  "in",        "of",
                                        "delete", "void",   "throw", "new",       "else",
                                        "do",     "await",  "yield", "instanceof"};
    const char *p = s->p;
    const char *word;

    while (p > s->line && whet__line_is_blank(p[-1]))
        p--;
    if (p == s->line)
        return s->last == '\0' || whet__line_one_of("(,=:[!&|?{};+", s->last);
    if (!whet__line_is_word(p[-1]) && p[-1] != '$')
        return whet__line_one_of("(,=:[!&|?{;+-*%~^>", p[-1]);
    word = p;
    while (word > s->line && whet__line_is_word(word[-1]))
        word--;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == (size_t)(p - word) &&
            memcmp(words[i], word, (size_t)(p - word)) == 0)
            return 1;
    }
    return 0;
}

/* / opens a regular expression where a value is expected, and if it ends on its line and
 * soon: a long line of openings would else be read once per opening. */
int whet__line_hook_regex(struct whet_line_scan *s)
{
    const char *stop = s->end - s->p > REGEX_MAX ? s->p + REGEX_MAX : s->end;
    const char *p = s->p + 1;
    int set = 0;

    if (!expects_value(s))
        return 0;
    for (; p < stop && *p != s->newline && (*p != '/' || set); p++) {
        if (*p == '\\' && p + 1 < stop && p[1] != s->newline)
            p++;
        else if (*p == '[')
            set = 1;
        else if (*p == ']')
            set = 0;
    }
    if (p >= stop || *p != '/')
        return 0;
    s->code = 1;
    s->p = p + 1;
    return 1;
}

/* 'x' is a character, 'x without a second quote a lifetime. */
int whet__line_hook_rust(struct whet_line_scan *s)
{
    size_t width = 1;

    s->code = 1;
    if (after(s, 1) != '\\') {
        while (((unsigned char)after(s, width + 1) & 0xC0) == 0x80 && width < 4)
            width++;
        s->p += after(s, width + 1) == '\'' && after(s, 1) != s->newline ? width + 2 : 1;
        return 1;
    }
    short_string(s, '\'');
    return 1;
}

int whet__line_hook_rust_raw(struct whet_line_scan *s)
{
    char close[WHET_LINE_DELIMIT_MAX];
    size_t hashes = 0;
    char prefix;

    while (hashes < sizeof(close) - 1 && before(s, hashes + 1) == '#')
        hashes++;
    if (before(s, hashes + 1) != 'r')
        return 0;
    prefix = before(s, hashes + 2);
    if (whet__line_is_word(prefix) && prefix != 'b' && prefix != 'c')
        return 0;
    memset(close, '#', sizeof(close));
    close[0] = '"';
    whet__line_text(s, 1, close, hashes + 1, 0);
    return 1;
}

/* The column of what a block scalar belongs to: its key, or the last dash. */
static size_t scalar_parent(const struct whet_line_scan *s)
{
    const char *p = s->line;
    const char *dash = NULL;

    for (; p < s->p && (*p == ' ' || (*p == '-' && p[1] == ' ')); p++) {
        if (*p == '-')
            dash = p;
    }
    if (p == s->p && dash != NULL)
        p = dash;
    return (size_t)(p - s->line);
}

/* | or > as the value of a key or item: the lines indented deeper are text. */
int whet__line_hook_scalar(struct whet_line_scan *s)
{
    const char *p = s->p + 1;

    if (s->p == s->line || before(s, 1) != ' ' || s->body_count == WHET_LINE_BODIES_MAX)
        return 0;
    while (p < s->end && (*p == '+' || *p == '-' || (*p >= '1' && *p <= '9')))
        p++;
    while (p < s->end && *p != s->newline && whet__line_is_blank(*p))
        p++;
    if (p < s->end && *p != s->newline && *p != '#')
        return 0;
    s->bodies[s->body_count++] = (struct whet_line_body){.indent = scalar_parent(s) + 1};
    s->code = 1;
    s->p++;
    return 1;
}

/* A string of many lines in which `$` and a bracket open code again. */
static void interpolated(struct whet_line_scan *s, char quote, char open, char close)
{
    s->code = 1;
    s->p++;
    while (s->p < s->end && *s->p != quote) {
        if (*s->p == s->newline) {
            whet__line_end(s);
            continue;
        }
        if (!whet__line_is_blank(*s->p))
            s->code = 1;
        if (*s->p == '$' && after(s, 1) == open && s->depth < WHET_LINE_DEPTH_MAX) {
            s->p += 2;
            whet__line_code(s, open, close);
        } else {
            s->p += *s->p == '\\' && s->p + 1 < s->end && s->p[1] != s->newline ? 2 : 1;
        }
    }
    if (s->p < s->end) {
        s->code = 1;
        s->p++;
    }
}

int whet__line_hook_shell_string(struct whet_line_scan *s)
{
    interpolated(s, '"', '(', ')');
    return 1;
}

/* '...' without escapes, $'...' with. */
int whet__line_hook_shell_quote(struct whet_line_scan *s)
{
    whet__line_text(s, 1, "'", 1, before(s, 1) == '$' ? '\\' : 0);
    return 1;
}

int whet__line_hook_template(struct whet_line_scan *s)
{
    interpolated(s, '`', '{', '}');
    return 1;
}

/* // in url(http://...) is no comment. */
int whet__line_hook_url(struct whet_line_scan *s)
{
    if (before(s, 1) == ':') {
        s->code = 1;
        s->p += 2;
        return 1;
    }
    return 0;
}

/* A quote inside a plain word of YAML ("don't") is a letter. */
int whet__line_hook_yaml_string(struct whet_line_scan *s)
{
    char previous = before(s, 1);

    if (s->p != s->line && !whet__line_is_blank(previous) &&
        !whet__line_one_of("[{,:", previous)) {
        s->code = 1;
        s->p++;
        return 1;
    }
    return 0;
}
