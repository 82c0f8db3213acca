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

/* Without a limit it counts for nothing. */
static enum whet_verdict of_growth(const struct whet_scaling *s)
{
    return s->max_exponent > 0 || s->max_memory_exponent > 0 ? of_state(s->state)
                                                             : WHET_VERDICT_NONE;
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

        worst = worse_of(worst, of_growth(s));
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
        if (o->no_base != NULL)
            o->verdict = worse_of(o->verdict, WHET_VERDICT_INCONCLUSIVE);
        r->verdict = worse_of(r->verdict, o->verdict);
    }
}

/* NULL: none of them is what is not known. */
static const char *unclear_part(const struct whet_outcome *o)
{
    for (size_t i = 0; i < o->targets.len; i++) {
        if (((const struct whet_target *)whet__vec_at(&o->targets, i))->state ==
            WHET_TARGET_UNKNOWN)
            return "a target could not be judged";
    }
    for (size_t i = 0; i < o->scaling.len; i++) {
        const struct whet_scaling *s = whet__vec_at(&o->scaling, i);
        int no_law = (s->max_exponent > 0 && s->time.law == WHET_GROWTH_UNKNOWN) ||
                     (s->max_memory_exponent > 0 && s->memory.law == WHET_GROWTH_UNKNOWN);

        if (s->state == WHET_TARGET_UNKNOWN && of_growth(s) != WHET_VERDICT_NONE)
            return no_law ? "no law of growth could be fitted"
                          : "how it grows is not known well enough";
    }
    return NULL;
}

const char *whet__outcome_unclear(const struct whet_outcome *o)
{
    const char *part = unclear_part(o);

    if (o->result != NULL && o->result->end == WHET_RESULT_STOPPED)
        return "interrupted before it could be told";
    for (size_t i = 0; o->judgements != NULL && i < whet__result_count(o->result); i++) {
        if (whet__verdict_confirmed(&o->judgements[i],
                                    o->confirmation == NULL ? NULL : &o->confirmation[i]) ==
            WHET_VERDICT_INCONCLUSIVE)
            return "too much noise to tell";
    }
    if (part != NULL)
        return part;
    return o->no_base != NULL ? o->no_base : "too much noise to tell";
}
