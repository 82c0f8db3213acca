/* Rows of inputs as jobs. */
#include "run/source_template.h"

static int next(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err)
{
    struct whet_source_template *s = ctx;
    int rc = whet__inputs_next(s->inputs, err);

    if (rc != 1)
        return rc;
    *out = s->like;
    rc = s->declares != NULL ? whet__declares_check(s->declares, s->number + 1, err) : 0;
    if (rc != 0)
        return rc;
    rc =
        whet__template_fill(s->of, s->inputs->row, s->number + 1, slot, arena, &out->argv, err);
    if (rc == 0 && s->declares != NULL)
        rc = whet__declares_fill(s->declares, s->inputs->row, s->number + 1, slot, arena, out,
                                 err);
    if (rc != 0)
        return rc;
    out->number = ++s->number;
    out->placed = whet__template_uses_place(s->of);
    return 1;
}

struct whet_job_source whet__source_template(struct whet_source_template *s,
                                             const struct whet_template *of,
                                             struct whet_inputs *inputs,
                                             const struct whet_declares *declares,
                                             const struct whet_run_job *like)
{
    *s = (struct whet_source_template){
        .of = of, .inputs = inputs, .declares = declares, .like = *like};
    return (struct whet_job_source){.ctx = s,
                                    .total = whet__inputs_total(inputs),
                                    .fd = inputs->streams ? inputs->stream.fd : -1,
                                    .next = next};
}
