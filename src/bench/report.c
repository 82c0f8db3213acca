/* Putting outcomes together. A handful of them, some ten at most. */
#include "bench/report.h"

#include "base/mem.h"

#define OUTCOMES_MAX 10000
#define PARTS_MAX    10000 /* targets and the like of one outcome */

void whet__report_init(struct whet_report *r, const char *title, const char *command)
{
    *r = (struct whet_report){.title = title, .command = command};
    whet__vec_init(&r->outcomes, sizeof(struct whet_outcome), OUTCOMES_MAX);
}

void whet__report_clear(struct whet_report *r)
{
    for (size_t i = 0; i < r->outcomes.len; i++) {
        struct whet_outcome *o = whet__vec_at(&r->outcomes, i);

        whet__vec_clear(&o->targets);
        whet__vec_clear(&o->scaling);
        whet__vec_clear(&o->concurrency);
        whet__mem_free(o->judgements);
    }
    whet__vec_clear(&r->outcomes);
}

struct whet_outcome *whet__report_add(struct whet_report *r, const char *name,
                                      const struct whet_result *result)
{
    struct whet_outcome *o = whet__vec_push(&r->outcomes);

    if (o == NULL)
        return NULL;
    o->name = name;
    o->result = result;
    whet__vec_init(&o->targets, sizeof(struct whet_target), PARTS_MAX);
    whet__vec_init(&o->scaling, sizeof(struct whet_scaling), PARTS_MAX);
    whet__vec_init(&o->concurrency, sizeof(struct whet_concurrency), PARTS_MAX);
    return o;
}

const struct whet_outcome *whet__report_at(const struct whet_report *r, size_t index)
{
    return whet__vec_at(&r->outcomes, index);
}

static enum whet_verdict worse_of(enum whet_verdict a, enum whet_verdict b)
{
    return a > b ? a : b;
}

static enum whet_verdict of_state(enum whet_target_state state)
{
    if (state == WHET_TARGET_MET)
        return WHET_VERDICT_PASS;
    return state == WHET_TARGET_MISSED ? WHET_VERDICT_FAIL : WHET_VERDICT_INCONCLUSIVE;
}

static enum whet_verdict of_arms(const struct whet_outcome *o)
{
    enum whet_verdict worst = WHET_VERDICT_NONE;

    for (size_t i = 0; i < whet__result_count(o->result); i++) {
        /* A command that does not work is no faster or slower version of one that does. */
        if (whet__result_arm(o->result, i)->left_out)
            worst = WHET_VERDICT_FAIL;
        if (o->judgements != NULL)
            worst = worse_of(worst, whet__verdict_confirmed(
                                        &o->judgements[i],
                                        o->confirmation == NULL ? NULL : &o->confirmation[i]));
    }
    return worst;
}

static enum whet_verdict of_parts(const struct whet_outcome *o)
{
    enum whet_verdict worst = WHET_VERDICT_NONE;

    for (size_t i = 0; i < o->targets.len; i++) {
        const struct whet_target *t = whet__vec_at(&o->targets, i);

        worst = worse_of(worst, of_state(t->state));
    }
    for (size_t i = 0; i < o->scaling.len; i++) {
        const struct whet_scaling *s = whet__vec_at(&o->scaling, i);

        if (s->max_exponent > 0 || s->max_memory_exponent > 0)
            worst = worse_of(worst, of_state(s->state));
    }
    for (size_t i = 0; i < o->concurrency.len; i++) {
        const struct whet_concurrency *c = whet__vec_at(&o->concurrency, i);

        worst = worse_of(worst, of_state(c->state));
    }
    return worst;
}

void whet__report_conclude(struct whet_report *r)
{
    r->verdict = WHET_VERDICT_NONE;
    for (size_t i = 0; i < r->outcomes.len; i++) {
        struct whet_outcome *o = whet__vec_at(&r->outcomes, i);

        o->verdict = o->result == NULL ? WHET_VERDICT_FAIL : worse_of(of_arms(o), of_parts(o));
        r->verdict = worse_of(r->verdict, o->verdict);
    }
}
