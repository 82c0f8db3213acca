/* The build lines of a project, run. Once for each tree of a check; compilers take the time. */
#include "check/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "bench/split.h"
#include "os/spawn.h"

#define OUTPUT_MAX ((size_t)8 << 20)
#define SHOWN      300 /* bytes of a failed build's output */
#define LISTS_MAX  1024

static void drop_line_end(struct whet_text *t)
{
    while (t->len > 0 && t->data[t->len - 1] == '\n')
        whet__text_truncate(t, t->len - 1);
}

/* The line of the first error, as compilers call it, with what is behind it; else what was
 * said last, from the start of a line. */
static const char *telling_part(const struct whet_text *said)
{
    const char *text = whet__text_str(said), *from = strstr(text, "error");

    if (from == NULL) {
        from = said->len <= SHOWN ? text : text + said->len - SHOWN;
        return from == text || strchr(from, '\n') == NULL ? from : strchr(from, '\n') + 1;
    }
    while (from > text && from[-1] != '\n')
        from--;
    return from;
}

static int build_failed(const struct whet_spawn_result *result, const char *line,
                        const char *where, struct whet_text *said, struct whet_error *err)
{
    char how[64];

    if (result->stopped)
        return whet_error_set(err, -EINTR, "interrupted");
    if (result->signal != 0)
        snprintf(how, sizeof(how), "signal %d", result->signal);
    else
        snprintf(how, sizeof(how), "exit code %d", result->exit_code);
    drop_line_end(said);
    return whet_error_set(err, -ECHILD, "build failed: '%.64s' in %.64s: %s%s%.300s", line,
                          where, how, said->len > 0 ? "\n" : "", telling_part(said));
}

static int build_line(const struct whet_builds *b, const char *line, struct whet_error *err)
{
    struct whet_spawn_result result;
    struct whet_arena strings;
    struct whet_vec words;
    struct whet_text said;
    int rc;

    whet__arena_init(&strings, WHET_SPLIT_MAX);
    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    whet__text_init(&said, OUTPUT_MAX);
    rc = whet__split(&words, &strings, line, NULL, 0, err);
    if (rc == 0 && whet__vec_push(&words) == NULL)
        rc = whet_error_set(err, -ENOMEM, "out of memory: 'build'");
    if (rc == 0)
        rc = whet__spawn_run(&(struct whet_spawn_options){.argv = words.items,
                                                          .cwd = b->dir,
                                                          .out = WHET_SPAWN_CAPTURE,
                                                          .err = WHET_SPAWN_STDOUT,
                                                          .out_text = &said,
                                                          .stop = b->stop,
                                                          .ctx = b->ctx},
                             &result, err);
    if (rc == 0 && result.exit_code != 0)
        rc = build_failed(&result, line, b->where, &said, err);
    whet__text_clear(&said);
    whet__vec_clear(&words);
    whet__arena_clear(&strings);
    return rc;
}

static int same_lines(const char *const *a, const char *const *b)
{
    while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0) {
        a++;
        b++;
    }
    return *a == NULL && *b == NULL;
}

void whet__builds_init(struct whet_builds *b, const char *dir, const char *where,
                       int (*stop)(void *ctx), void *ctx)
{
    *b = (struct whet_builds){.dir = dir, .where = where, .stop = stop, .ctx = ctx};
    whet__vec_init(&b->done, sizeof(const char *const *), LISTS_MAX);
}

void whet__builds_clear(struct whet_builds *b)
{
    whet__vec_clear(&b->done);
}

int whet__build(struct whet_builds *b, const char *const *lines, struct whet_error *err)
{
    const char *const **slot;

    for (size_t i = 0; i < b->done.len; i++) {
        if (same_lines(*(const char *const **)whet__vec_at(&b->done, i), lines))
            return 0;
    }
    for (size_t i = 0; lines[i] != NULL; i++) {
        int rc = build_line(b, lines[i], err);

        if (rc != 0)
            return rc;
    }
    slot = whet__vec_push(&b->done);
    if (slot == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: 'build'");
    *slot = lines;
    return 0;
}
