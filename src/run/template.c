/* Templates. Expected load: one, filled a hundred thousand times; only places that occur
 * in it are worked out. */
#include "run/template.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "run/command.h"

#define ARENA_MAX ((size_t)16 << 20)
#define VALUE_MAX WHET_SPLIT_MAX
#define WORDS_MAX ((size_t)1 << 24)

enum form { FORM_WHOLE, FORM_STEM, FORM_BASE, FORM_FOLDER, FORM_BASE_STEM };

static const char *const forms[WHET_TEMPLATE_FORMS] = {"", ".", "/", "//", "/."};

enum { NAME_NUMBER = WHET_TEMPLATE_NAMES - 2, NAME_SLOT };

static void names_make(struct whet_template *t)
{
    for (size_t list = 0; list <= WHET_INPUTS_LISTS_MAX; list++)
        for (size_t f = 0; f < WHET_TEMPLATE_FORMS; f++) {
            char *name = t->names[list * WHET_TEMPLATE_FORMS + f];

            if (list == 0)
                snprintf(name, sizeof(t->names[0]), "%s", forms[f]);
            else
                snprintf(name, sizeof(t->names[0]), "%u%s", (unsigned)list % 100, forms[f]);
        }
    snprintf(t->names[NAME_NUMBER], sizeof(t->names[0]), "#");
    snprintf(t->names[NAME_SLOT], sizeof(t->names[0]), "%%");
}

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'template'");
}

/* Appends one form of one value. As GNU parallel has them: an extension is what follows the
 * last '.' of the last part of a path, and may be all of its name. */
static void put_form(struct whet_text *out, enum form form, const char *value)
{
    const char *slash = strrchr(value, '/');
    const char *base = slash != NULL ? slash + 1 : value;
    const char *dot = strrchr(base, '.');
    const char *from = form == FORM_BASE || form == FORM_BASE_STEM ? base : value;
    const char *end = value + strlen(value);

    if (form == FORM_FOLDER && slash == NULL) {
        whet__text_putc(out, '.');
        return;
    }
    if (form == FORM_FOLDER) /* that of "/a" is "/" */
        end = slash == value ? value + 1 : slash;
    else if ((form == FORM_STEM || form == FORM_BASE_STEM) && dot != NULL)
        end = dot;
    whet__text_append(out, from, (size_t)(end - from));
}

static void put_value(const struct whet_template *t, struct whet_text *out, size_t name,
                      const char *const *row, uint64_t number, unsigned slot)
{
    size_t list = name / WHET_TEMPLATE_FORMS;
    enum form form = (enum form)(name % WHET_TEMPLATE_FORMS);

    if (name == NAME_NUMBER) {
        whet__text_printf(out, "%" PRIu64, number);
    } else if (name == NAME_SLOT) {
        whet__text_printf(out, "%u", slot);
    } else if (list > 0) {
        put_form(out, form, row[list - 1]);
    } else {
        for (size_t i = 0; i < t->lists; i++) {
            if (i > 0)
                whet__text_putc(out, ' ');
            put_form(out, form, row[i]);
        }
    }
}

/* A file called "a[1].c" is no pattern. Appended to `out` behind what is there. */
static void put_escaped(struct whet_text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (strchr("*?[\\", *value) != NULL)
            whet__text_putc(out, '\\');
        whet__text_putc(out, *value);
    }
}

/* The value as it goes into the words; NULL: no memory, or too long. */
static const char *value_make(const struct whet_template *t, const struct whet_text *plain,
                              struct whet_arena *arena)
{
    struct whet_text escaped;
    const char *made = NULL;

    if (whet__text_error(plain) != 0)
        return NULL;
    if (!t->patterns)
        return whet__arena_strndup(arena, whet__text_str(plain), plain->len);
    whet__text_init(&escaped, 2 * VALUE_MAX);
    put_escaped(&escaped, whet__text_str(plain));
    if (whet__text_error(&escaped) == 0)
        made = whet__arena_strndup(arena, whet__text_str(&escaped), escaped.len);
    whet__text_clear(&escaped);
    return made;
}

/* Fills the values of the names that are used; how many. */
static int values_make(const struct whet_template *t, const char *const *row, uint64_t number,
                       unsigned slot, struct whet_arena *arena, struct whet_split_value *values,
                       size_t *count)
{
    struct whet_text text;
    int rc = 0;

    *count = 0;
    whet__text_init(&text, VALUE_MAX);
    for (size_t i = 0; rc == 0 && i < WHET_TEMPLATE_NAMES; i++) {
        const char *value;

        if (!t->used[i])
            continue;
        whet__text_reset(&text);
        put_value(t, &text, i, row, number, slot);
        value = value_make(t, &text, arena);
        if (value == NULL)
            rc = -ENOMEM;
        values[(*count)++] = (struct whet_split_value){t->names[i], value};
    }
    whet__text_clear(&text);
    return rc;
}

/* A row of values while words are filled with it. */
struct row {
    struct whet_split_value values[WHET_TEMPLATE_NAMES];
    size_t count;
};

/* The words that are made. */
struct filling {
    const struct whet_template *of;
    const struct row *rows;
    size_t row_count;
    struct whet_arena *arena;
    struct whet_vec words; /* of const char * */
};

/* One word with one row; *uses = 1 if an input went into it. */
static int word_fill(struct filling *f, const char *text, const struct row *row, int *uses)
{
    unsigned char used[WHET_TEMPLATE_NAMES] = {0};
    const char **slot = whet__vec_push(&f->words);
    struct whet_text word;
    int rc;

    if (slot == NULL)
        return -ENOMEM;
    whet__text_init(&word, VALUE_MAX);
    whet__split_substitute(&word, text, row->values, row->count, used);
    rc = whet__text_error(&word);
    *slot = rc == 0 ? whet__arena_strndup(f->arena, whet__text_str(&word), word.len) : NULL;
    whet__text_clear(&word);
    *uses = 0;
    for (size_t i = 0; i < row->count; i++)
        *uses |= used[i] && row->values[i].name[0] != '#' && row->values[i].name[0] != '%';
    return *slot != NULL ? 0 : -ENOMEM;
}

/* A word that an input goes into is made of each row. */
static int words_fill(struct filling *f)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && f->of->argv[i] != NULL; i++) {
        int uses = 1;

        for (size_t r = 0; rc == 0 && uses && r < f->row_count; r++)
            rc = word_fill(f, f->of->argv[i], &f->rows[r], &uses);
    }
    return rc;
}

static int words_make(const struct whet_template *t, const struct row *rows, size_t count,
                      struct whet_arena *arena, const char *const **out)
{
    struct filling f = {.of = t, .rows = rows, .row_count = count, .arena = arena};
    const char **argv = NULL;
    int rc;

    whet__vec_init(&f.words, sizeof(const char *), WORDS_MAX);
    rc = words_fill(&f);
    if (rc == 0)
        argv = whet__arena_zalloc(arena, f.words.len + 1, sizeof(*argv));
    if (argv != NULL && f.words.len > 0)
        memcpy(argv, f.words.items, f.words.len * sizeof(*argv));
    whet__vec_clear(&f.words);
    if (argv == NULL)
        return -ENOMEM;
    *out = argv;
    return 0;
}

int whet__template_fill(const struct whet_template *t, const char *const *row, uint64_t number,
                        unsigned slot, struct whet_arena *arena, const char *const **out,
                        struct whet_error *err)
{
    struct row one;

    if (t->argv != NULL)
        return whet__template_fill_all(t, &row, 1, number, slot, arena, out, err);
    if (values_make(t, row, number, slot, arena, one.values, &one.count) != 0)
        return no_memory(err);
    return whet__command_words(t->line, t->shell, one.values, one.count, arena, out, err);
}

int whet__template_fill_all(const struct whet_template *t, const char *const *const *rows,
                            size_t count, uint64_t number, unsigned slot,
                            struct whet_arena *arena, const char *const **out,
                            struct whet_error *err)
{
    struct row *filled = whet__mem_zalloc(count, sizeof(*filled));
    int rc = filled != NULL ? 0 : -ENOMEM;

    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = values_make(t, rows[i], number, slot, arena, filled[i].values, &filled[i].count);
    if (rc == 0)
        rc = words_make(t, filled, count, arena, out);
    whet__mem_free(filled);
    return rc == 0 ? 0 : no_memory(err);
}

/* {3} where there are two lists. */
static int check_numbers(const struct whet_template *t, const char *text,
                         struct whet_error *err)
{
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t digits = strspn(at + 1, "0123456789");
        size_t len = digits + strspn(at + 1 + digits, "./");
        unsigned long list = 0;

        if (digits == 0 || at[1 + len] != '}' || (at > text && at[-1] == '$'))
            continue;
        for (size_t i = 1; i <= digits && list < 1000; i++)
            list = list * 10 + (unsigned long)(at[i] - '0');
        if (list == 0 || list > t->lists)
            return whet_error_set(err, -EINVAL, "no such list of inputs: '%.*s': there %s %zu",
                                  (int)len + 2, at, t->lists == 1 ? "is" : "are", t->lists);
    }
    return 0;
}

/* Which places are in the text. */
static int find_used(struct whet_template *t, const char *text, struct whet_error *err)
{
    struct whet_split_value values[WHET_TEMPLATE_NAMES];
    struct whet_text filled;
    int rc = check_numbers(t, text, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < WHET_TEMPLATE_NAMES; i++)
        values[i] = (struct whet_split_value){t->names[i], ""};
    whet__text_init(&filled, WHET_SPLIT_MAX);
    whet__split_substitute(&filled, text, values, WHET_TEMPLATE_NAMES, t->used);
    rc = whet__text_error(&filled);
    whet__text_clear(&filled);
    return rc != 0 ? no_memory(err) : 0;
}

/* The name of the place at a '{'; NULL: it is none. */
static const char *place_at(const struct whet_template *t, const char *at)
{
    for (size_t i = 0; *at == '{' && i < WHET_TEMPLATE_NAMES; i++) {
        size_t len = strlen(t->names[i]);

        if (strncmp(at + 1, t->names[i], len) == 0 && at[1 + len] == '}')
            return t->names[i];
    }
    return NULL;
}

static int refuse_quoted(const char *place, const char *line, struct whet_error *err)
{
    return whet_error_set(err, -EINVAL,
                          "an input in quotes: '{%s}' in '%.200s': leave the quotes away, for "
                          "values are quoted",
                          place, line);
}

/* At a '#' that begins a comment: its last byte; else `at`. */
static const char *comment_skip(const char *line, const char *at)
{
    if (*at != '#' || (at > line && strchr(" \t\n;&|()", at[-1]) == NULL))
        return at;
    return at + strcspn(at, "\n") - 1;
}

/* What goes into the line has quotes of its own, which those around it would end. */
static int check_quotes(const struct whet_template *t, const char *line, struct whet_error *err)
{
    char quote = '\0';

    for (const char *at = line; *at != '\0'; at++) {
        int escaped = *at == '\\' && quote != '\'' && at[1] != '\0';
        const char *place;

        at = quote == '\0' && !escaped ? comment_skip(line, at) : at + escaped;
        place = escaped || quote != '\0' ? place_at(t, at) : NULL;
        if (place != NULL)
            return refuse_quoted(place, line, err);
        if (!escaped && strchr("'\"`", *at) != NULL && (quote == '\0' || quote == *at))
            quote = quote == '\0' ? *at : '\0';
    }
    if (strstr(line, "<<") != NULL)
        return whet_error_set(err, -EINVAL,
                              "inputs do not go with '<<' of a shell: '%.200s': write a script",
                              line);
    return 0;
}

int whet__template_uses_input(const struct whet_template *t)
{
    for (size_t i = 0; i < NAME_NUMBER; i++)
        if (t->used[i])
            return 1;
    return 0;
}

int whet__template_uses_place(const struct whet_template *t)
{
    return t->used[NAME_SLOT];
}

int whet__template_has_place(const struct whet_template *t)
{
    return whet__template_uses_input(t) || t->used[NAME_NUMBER] || whet__template_uses_place(t);
}

/* Appends a place for each list, and says that they are used. */
static void put_places(struct whet_template *t, struct whet_text *out)
{
    for (size_t i = 1; i <= t->lists; i++) {
        whet__text_printf(out, " {%zu}", i);
        t->used[i * WHET_TEMPLATE_FORMS + FORM_WHOLE] = 1;
    }
}

static int line_add_places(struct whet_template *t, struct whet_error *err)
{
    struct whet_text text;

    whet__text_init(&text, WHET_SPLIT_MAX);
    whet__text_puts(&text, t->line);
    put_places(t, &text);
    t->line = whet__text_error(&text) == 0
                  ? whet__arena_strndup(&t->arena, whet__text_str(&text), text.len)
                  : NULL;
    whet__text_clear(&text);
    return t->line != NULL ? 0 : no_memory(err);
}

int whet__template_line(struct whet_template *t, const char *line, int shell, size_t lists,
                        struct whet_error *err)
{
    int rc;

    *t = (struct whet_template){.line = line, .shell = shell, .lists = lists};
    whet__arena_init(&t->arena, ARENA_MAX);
    names_make(t);
    rc = find_used(t, line, err);
    if (rc == 0 && !whet__template_has_place(t))
        rc = line_add_places(t, err);
    if (rc == 0 && shell)
        rc = check_quotes(t, line, err);
    if (rc != 0)
        whet__template_clear(t);
    return rc;
}

static int words_add_places(struct whet_template *t, struct whet_error *err)
{
    size_t words = 0;
    const char **argv;

    while (t->argv[words] != NULL)
        words++;
    argv = whet__arena_zalloc(&t->arena, words + t->lists + 1, sizeof(*argv));
    if (argv == NULL)
        return no_memory(err);
    memcpy(argv, t->argv, words * sizeof(*argv));
    for (size_t i = 1; i <= t->lists; i++) {
        char place[8];
        int len = snprintf(place, sizeof(place), "{%u}", (unsigned)i % 100);

        argv[words + i - 1] = whet__arena_strndup(&t->arena, place, (size_t)len);
        if (argv[words + i - 1] == NULL)
            return no_memory(err);
        t->used[i * WHET_TEMPLATE_FORMS + FORM_WHOLE] = 1;
    }
    t->argv = argv;
    return 0;
}

int whet__template_names(struct whet_template *t, const char *const *names, int patterns,
                         size_t lists, struct whet_error *err)
{
    int rc = 0;

    *t = (struct whet_template){.argv = names, .patterns = patterns, .lists = lists};
    whet__arena_init(&t->arena, ARENA_MAX);
    names_make(t);
    for (size_t i = 0; rc == 0 && names[i] != NULL; i++)
        rc = find_used(t, names[i], err);
    if (rc != 0)
        whet__template_clear(t);
    return rc;
}

int whet__template_words(struct whet_template *t, const char *const *argv, size_t lists,
                         struct whet_error *err)
{
    int rc = whet__template_names(t, argv, 0, lists, err);

    if (rc != 0 || whet__template_has_place(t))
        return rc;
    rc = words_add_places(t, err);
    if (rc != 0)
        whet__template_clear(t);
    return rc;
}

int whet__template_split(struct whet_template *t, struct whet_error *err)
{
    struct whet_split_value places[WHET_TEMPLATE_NAMES];
    char texts[WHET_TEMPLATE_NAMES][sizeof(t->names[0]) + 2];

    if (t->argv != NULL)
        return 0;
    for (size_t i = 0; i < WHET_TEMPLATE_NAMES; i++) {
        snprintf(texts[i], sizeof(texts[i]), "{%s}", t->names[i]);
        places[i] = (struct whet_split_value){t->names[i], texts[i]};
    }
    return whet__command_words(t->line, 0, places, WHET_TEMPLATE_NAMES, &t->arena, &t->argv,
                               err);
}

void whet__template_clear(struct whet_template *t)
{
    whet__arena_clear(&t->arena);
}
