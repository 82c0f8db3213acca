/* Rows of inputs as jobs. */
#include "run/source_template.h"

#include <errno.h>
#include <string.h>

#define VALUES_MAX ((size_t)1 << 30)

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'inputs'");
}

/* Keeps a row that is the inputs' until the next. */
static int row_keep(struct whet_source_template *s, struct whet_error *err)
{
    size_t lists = s->inputs->list_count;
    const char **row = whet__arena_zalloc(&s->values, lists, sizeof(*row));
    const char ***slot = row != NULL ? whet__vec_push(&s->rows) : NULL;

    if (slot == NULL)
        return no_memory(err);
    *slot = row;
    for (size_t i = 0; i < lists; i++) {
        row[i] = whet__arena_strndup(&s->values, s->inputs->row[i], strlen(s->inputs->row[i]));
        if (row[i] == NULL)
            return no_memory(err);
    }
    return 0;
}

/* The rows of the next job. 1: all are there; 0: there are none; -EAGAIN: not all yet. */
static int rows_take(struct whet_source_template *s, struct whet_error *err)
{
    while (s->rows.len < s->batch && !s->ended) {
        int rc = whet__inputs_next(s->inputs, err);

        s->ended = rc == 0;
        if (rc == 1)
            rc = row_keep(s, err);
        if (rc < 0)
            return rc;
    }
    return s->rows.len > 0;
}

static int job_make(const struct whet_source_template *s, const char *const *const *rows,
                    size_t count, unsigned slot, struct whet_arena *arena,
                    struct whet_run_job *out, struct whet_error *err)
{
    uint64_t number = s->number + 1;
    int rc = s->declares != NULL ? whet__declares_check(s->declares, number, err) : 0;

    if (rc != 0)
        return rc;
    *out = s->like;
    out->number = number;
    out->placed = whet__template_uses_place(s->of);
    if (s->batch > 1)
        rc = whet__template_fill_all(s->of, rows, count, number, slot, arena, &out->argv, err);
    else
        rc = whet__template_fill(s->of, rows[0], number, slot, arena, &out->argv, err);
    if (rc == 0 && s->declares != NULL)
        rc = whet__declares_fill(s->declares, rows, count, number, slot, arena, out, err);
    return rc;
}

static int next(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err)
{
    struct whet_source_template *s = ctx;
    int rc = rows_take(s, err);

    if (rc != 1)
        return rc;
    rc = job_make(s, s->rows.items, s->rows.len, slot, arena, out, err);
    if (rc != 0)
        return rc;
    s->rows.len = 0;
    whet__arena_reset(&s->values);
    s->number++;
    return 1;
}

struct whet_job_source whet__source_template(struct whet_source_template *s,
                                             const struct whet_template *of,
                                             struct whet_inputs *inputs,
                                             const struct whet_declares *declares,
                                             unsigned batch, const struct whet_run_job *like)
{
    uint64_t rows = whet__inputs_total(inputs);

    *s = (struct whet_source_template){.of = of,
                                       .inputs = inputs,
                                       .declares = declares,
                                       .like = *like,
                                       .batch = batch > 1 ? batch : 1};
    whet__vec_init(&s->rows, sizeof(const char *const *), WHET_BATCH_MAX);
    whet__arena_init(&s->values, VALUES_MAX);
    return (struct whet_job_source){.ctx = s,
                                    .total = rows / s->batch + (rows % s->batch != 0),
                                    .fd = inputs->streams ? inputs->stream.fd : -1,
                                    .next = next};
}

void whet__source_template_clear(struct whet_source_template *s)
{
    whet__vec_clear(&s->rows);
    whet__arena_clear(&s->values);
}
