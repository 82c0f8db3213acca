/* Command lines of jobs: a line each, hundreds of thousands of them. */
#include "run/command.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define SHELL       "/bin/sh"
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

/* The values, quoted for a shell. NULL: no memory. */
static const struct whet_split_value *quote_values(const struct whet_split_value *values,
                                                   size_t count, struct whet_arena *arena)
{
    struct whet_split_value *quoted = whet__arena_zalloc(arena, count + 1, sizeof(*quoted));

    for (size_t i = 0; quoted != NULL && i < count; i++) {
        struct whet_text text;
        char *copy = NULL;

        whet__text_init(&text, WHET_SPLIT_MAX * 4);
        whet__split_quote(&text, values[i].value);
        if (whet__text_error(&text) == 0)
            copy = whet__arena_strndup(arena, whet__text_str(&text), text.len);
        whet__text_clear(&text);
        if (copy == NULL)
            return NULL;
        quoted[i] = (struct whet_split_value){values[i].name, copy};
    }
    return quoted;
}

static int shell_words(const char *line, const struct whet_split_value *values, size_t count,
                       struct whet_arena *arena, const char *const **out,
                       struct whet_error *err)
{
    const struct whet_split_value *quoted = quote_values(values, count, arena);
    const char **argv = whet__arena_zalloc(arena, SHELL_WORDS + 1, sizeof(*argv));
    struct whet_text text;
    int rc;

    if (quoted == NULL || argv == NULL)
        return no_memory(err);
    if (line[strspn(line, " \t\n")] == '\0')
        return whet_error_set(err, -EINVAL, "no command in the line: '%.200s'", line);
    whet__text_init(&text, WHET_SPLIT_MAX * 4);
    whet__split_substitute(&text, line, quoted, count, NULL);
    argv[0] = SHELL;
    argv[1] = "-c";
    if (whet__text_error(&text) == 0)
        argv[2] = whet__arena_strndup(arena, whet__text_str(&text), text.len);
    rc = argv[2] != NULL ? 0 : no_memory(err);
    whet__text_clear(&text);
    if (rc == 0)
        *out = argv;
    return rc;
}

int whet__command_words(const char *line, int shell, const struct whet_split_value *values,
                        size_t count, struct whet_arena *arena, const char *const **out,
                        struct whet_error *err)
{
    if (shell)
        return shell_words(line, values, count, arena, out, err);
    return split(line, values, count, arena, out, err);
}
