/* Command lines of jobs: a line each, hundreds of thousands of them. */
#include "run/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define SHELL       "/bin/sh"
#define SHELL_NAME  "sh" /* its argument 0; values follow */
#define SHELL_WORDS 3

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'command'");
}

static int split(const char *line, const struct whet_split_value *values, size_t count,
                 struct whet_arena *arena, const char *const **out, struct whet_error *err)
{
    struct whet_vec words;
    const char **argv;
    int rc;

    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    rc = whet__split(&words, arena, line, values, count, err);
    if (rc == 0 && words.len == 0)
        rc = whet_error_set(err, -EINVAL, "no command in the line: '%.200s'", line);
    if (rc == 0) {
        argv = whet__arena_zalloc(arena, words.len + 1, sizeof(*argv));
        if (argv != NULL) {
            memcpy(argv, words.items, words.len * sizeof(*argv));
            *out = argv;
        } else {
            rc = no_memory(err);
        }
    }
    whet__vec_clear(&words);
    return rc;
}

/* What a shell takes as it is, wherever it stands. */
static int is_bare(const char *value)
{
    struct whet_text text;
    int same;

    whet__text_init(&text, WHET_SPLIT_MAX * 4);
    whet__split_quote(&text, value);
    same = whet__text_error(&text) == 0 && strcmp(whet__text_str(&text), value) == 0;
    whet__text_clear(&text);
    return same;
}

/* A line for a shell while it is made. */
struct shell_line {
    struct whet_split_value *places; /* what stands in the line for each value */
    const char **argv;
    size_t argc;
    struct whet_text text;
};

/* The value becomes an argument of the shell, and a variable at the start of the line. */
static int value_hand_over(struct shell_line *l, const char *value, const char **place,
                           struct whet_arena *arena)
{
    char name[32];
    size_t number = l->argc - SHELL_WORDS;
    int len = snprintf(name, sizeof(name), "\"$whet_%zu\"", number);

    l->argv[l->argc++] = value;
    whet__text_printf(&l->text, "whet_%zu=${%zu}; ", number, number);
    *place = whet__arena_strndup(arena, name, (size_t)len);
    return *place != NULL ? 0 : -ENOMEM;
}

static int shell_fill(struct shell_line *l, const char *line,
                      const struct whet_split_value *values, size_t count,
                      struct whet_arena *arena)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < count; i++) {
        l->places[i] = values[i];
        if (!is_bare(values[i].value))
            rc = value_hand_over(l, values[i].value, &l->places[i].value, arena);
    }
    if (rc != 0)
        return rc;
    whet__split_substitute(&l->text, line, l->places, count, NULL);
    if (whet__text_error(&l->text) != 0)
        return whet__text_error(&l->text);
    l->argv[0] = SHELL;
    l->argv[1] = "-c";
    l->argv[2] = whet__arena_strndup(arena, whet__text_str(&l->text), l->text.len);
    /* Without values the shell calls itself as it likes. */
    l->argv[3] = l->argc > SHELL_WORDS + 1 ? SHELL_NAME : NULL;
    return l->argv[2] != NULL ? 0 : -ENOMEM;
}

/* A value is never written into what the shell reads: quotes that hold in one place of a line
 * do not in another (behind a backslash, in a comment, in arithmetic), and what the value says
 * would be run there. */
static int shell_words(const char *line, const struct whet_split_value *values, size_t count,
                       struct whet_arena *arena, const char *const **out,
                       struct whet_error *err)
{
    struct shell_line l = {.argc = SHELL_WORDS + 1};
    int rc;

    if (line[strspn(line, " \t\n")] == '\0')
        return whet_error_set(err, -EINVAL, "no command in the line: '%.200s'", line);
    l.places = whet__arena_zalloc(arena, count + 1, sizeof(*l.places));
    l.argv = whet__arena_zalloc(arena, SHELL_WORDS + count + 2, sizeof(*l.argv));
    if (l.places == NULL || l.argv == NULL)
        return no_memory(err);
    whet__text_init(&l.text, WHET_SPLIT_MAX * 4);
    rc = shell_fill(&l, line, values, count, arena);
    whet__text_clear(&l.text);
    if (rc != 0)
        return rc == -ENOMEM ? no_memory(err)
                             : whet_error_set(err, -EINVAL, "line too long: '%.200s'", line);
    *out = l.argv;
    return 0;
}

int whet__command_words(const char *line, int shell, const struct whet_split_value *values,
                        size_t count, struct whet_arena *arena, const char *const **out,
                        struct whet_error *err)
{
    if (shell)
        return shell_words(line, values, count, arena, out, err);
    return split(line, values, count, arena, out, err);
}
