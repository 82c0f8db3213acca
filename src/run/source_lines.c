/* Lines as jobs. Expected load: a hundred thousand from a pipe. */
#include "run/source_lines.h"

#include <errno.h>
#include <string.h>

#include "run/command.h"
#include "run/overlap.h"

/* The next line that is none to pass over. */
static int line_next(struct whet_source_lines *s, const char **line, struct whet_error *err)
{
    size_t len;
    int rc;

    if (s->lines == NULL) {
        if (s->at == s->count)
            return 0;
        *line = s->array[s->at++];
        return 1;
    }
    do {
        rc = whet__lines_next(s->lines, line, &len, err);
        if (rc != 1)
            return rc;
        *line += strspn(*line, " \t\r");
    } while (**line == '\0' || **line == '#');
    return 1;
}

/* The end of a line as other systems write it is no part of a word. */
static const char *without_return(const char *line, struct whet_arena *arena)
{
    size_t len = strlen(line);

    return len > 0 && line[len - 1] == '\r' ? whet__arena_strndup(arena, line, len - 1) : line;
}

static int next(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err)
{
    struct whet_source_lines *s = ctx;
    const char *line;
    int rc = line_next(s, &line, err);

    (void)slot;
    if (rc != 1)
        return rc;
    if (s->number == 1 && whet__overlap_name(s->like.outputs) != NULL)
        return whet_error_set(
            err, -EINVAL,
            "each command makes one file: '%.200s': say of each what it makes, "
            "in a list of JSON",
            whet__overlap_name(s->like.outputs));
    *out = s->like;
    line = without_return(line, arena);
    if (line == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: 'command'");
    rc = whet__command_words(line, s->shell, NULL, 0, arena, &out->argv, err);
    if (rc != 0) {
        if (s->lines != NULL)
            whet_error_at(err, s->lines->name, (unsigned)s->lines->number, 0);
        return rc;
    }
    out->number = ++s->number;
    return 1;
}

struct whet_job_source whet__source_lines(struct whet_source_lines *s, struct whet_lines *lines,
                                          int shell, const struct whet_run_job *like)
{
    *s = (struct whet_source_lines){.lines = lines, .shell = shell, .like = *like};
    return (struct whet_job_source){.ctx = s, .fd = lines->fd, .next = next};
}

struct whet_job_source whet__source_array(struct whet_source_lines *s, const char *const *array,
                                          size_t count, int shell,
                                          const struct whet_run_job *like)
{
    *s = (struct whet_source_lines){
        .array = array, .count = count, .shell = shell, .like = *like};
    return (struct whet_job_source){.ctx = s, .total = count, .fd = -1, .next = next};
}
