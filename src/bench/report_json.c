/* A report as JSON: results whole, and what was concluded from them. Expected load: once at
 * the end of a session; nearly all of the text is samples (result_json_put.c). */
#include "bench/result_json.h"

#include "bench/result_json_put.h"
#include "bench/words.h"

#define FORM "bench/1"

/* Of an arm that is said by number. */
static const char *arm_name(const struct whet_outcome *o, size_t arm)
{
    return o->result != NULL && arm < whet__result_count(o->result)
               ? whet__result_arm(o->result, arm)->name
               : NULL;
}

static void interval_put(struct whet_json *j, const char *key, const struct whet_interval *i)
{
    whet__json_key(j, key);
    whet__json_object(j);
    whet__json_put_double(j, "estimate", i->estimate);
    whet__json_put_double(j, "low", i->low);
    whet__json_put_double(j, "high", i->high);
    whet__json_put_double(j, "level", i->level);
    whet__json_object_end(j);
}

static void judgement_put(struct whet_json *j, const struct whet_outcome *o, size_t arm,
                          const struct whet_judgement *judgement)
{
    unsigned was;

    whet__json_object(j);
    was = whet__json_line_begin(j);
    whet__json_put_string(j, "arm", arm_name(o, arm));
    whet__json_put_string(j, "verdict", whet__verdict_name(judgement->verdict));
    if (judgement->verdict != WHET_VERDICT_NONE) {
        if (judgement->metric < o->result->metric_count)
            whet__json_put_string(j, "metric", o->result->metrics[judgement->metric].name);
        whet__json_put_string(j, "metric_why", judgement->metric_why);
        whet__json_put_bool(j, "stored", judgement->stored);
        whet__json_put_uint(j, "pairs", judgement->pairs);
    }
    if (judgement->verdict != WHET_VERDICT_NONE && judgement->pairs > 0) {
        interval_put(j, "change", &judgement->change.ratio);
        whet__json_put_double(j, "p", judgement->p);
        whet__json_put_double(j, "p_warn", judgement->p_warn);
        whet__json_put_double(j, "noise", judgement->noise);
    }
    if (judgement->why[0] != '\0')
        whet__json_put_string(j, "why", judgement->why);
    whet__json_put_string(j, "text", judgement->text);
    whet__json_object_end(j);
    whet__json_line_end(j, was);
}

static void judgements_put(struct whet_json *j, const char *key, const struct whet_outcome *o,
                           const struct whet_judgement *judgements)
{
    whet__json_key(j, key);
    whet__json_array(j);
    for (size_t i = 0; o->result != NULL && i < whet__result_count(o->result); i++)
        judgement_put(j, o, i, &judgements[i]);
    whet__json_array_end(j);
}

static void targets_put(struct whet_json *j, const struct whet_vec *targets)
{
    whet__json_key(j, "targets");
    whet__json_array(j);
    for (size_t i = 0; i < targets->len; i++) {
        const struct whet_target *t = whet__vec_at(targets, i);
        unsigned was;

        whet__json_object(j);
        was = whet__json_line_begin(j);
        whet__json_put_string(j, "name", t->name);
        whet__json_put_string(j, "arm", t->arm);
        whet__json_put_string(j, "unit", whet__unit_words[t->unit]);
        whet__json_put_double(j, t->at_least ? "at_least" : "at_most", t->limit);
        whet__json_put_double(j, "value", t->value);
        whet__json_put_double(j, "low", t->low);
        whet__json_put_double(j, "high", t->high);
        whet__json_put_string(j, "state", whet__target_words[t->state]);
        if (t->why[0] != '\0')
            whet__json_put_string(j, "why", t->why);
        whet__json_object_end(j);
        whet__json_line_end(j, was);
    }
    whet__json_array_end(j);
}

static void growth_put(struct whet_json *j, const char *key, const struct whet_growth *g)
{
    unsigned was;

    whet__json_key(j, key);
    was = whet__json_line_begin(j);
    whet__json_object(j);
    whet__json_put_string(j, "law", whet__growth_name(g->law));
    if (g->law != WHET_GROWTH_UNKNOWN) {
        whet__json_put_double(j, "base", g->base);
        whet__json_put_double(j, "factor", g->factor);
        whet__json_put_double(j, "error", g->error);
        interval_put(j, "exponent", &g->exponent);
    }
    whet__json_object_end(j);
    whet__json_line_end(j, was);
}

static void scaling_put(struct whet_json *j, const struct whet_outcome *o,
                        const struct whet_scaling *s)
{
    whet__json_object(j);
    whet__json_put_string(j, "parameter", s->parameter);
    whet__json_key(j, "points");
    whet__json_array(j);
    for (size_t i = 0; i < s->count; i++) {
        unsigned was;

        whet__json_object(j);
        was = whet__json_line_begin(j);
        whet__json_put_double(j, "size", s->sizes[i]);
        whet__json_put_string(j, "arm", arm_name(o, s->arms[i]));
        whet__json_object_end(j);
        whet__json_line_end(j, was);
    }
    whet__json_array_end(j);
    growth_put(j, "time", &s->time);
    growth_put(j, "memory", &s->memory);
    if (s->max_exponent > 0)
        whet__json_put_double(j, "max_exponent", s->max_exponent);
    whet__json_put_string(j, "state", whet__target_words[s->state]);
    whet__json_object_end(j);
}

static void concurrency_put(struct whet_json *j, const struct whet_concurrency *c)
{
    whet__json_object(j);
    whet__json_put_string(j, "arm", c->arm);
    whet__json_put_uint(j, "copies", c->copies);
    whet__json_put_uint(j, "failed", c->failed);
    whet__json_put_uint(j, "differing", c->differing);
    whet__json_put_double(j, "wall_ns", c->wall_ns);
    whet__json_put_double(j, "sequential_ns", c->sequential_ns);
    whet__json_put_string(j, "state", whet__target_words[c->state]);
    if (c->why[0] != '\0')
        whet__json_put_string(j, "why", c->why);
    whet__json_object_end(j);
}

/* What only some outcomes have. */
static void checks_put(struct whet_json *j, const struct whet_outcome *o)
{
    if (o->targets.len > 0)
        targets_put(j, &o->targets);
    if (o->scaling.len > 0) {
        whet__json_key(j, "scaling");
        whet__json_array(j);
        for (size_t i = 0; i < o->scaling.len; i++)
            scaling_put(j, o, whet__vec_at(&o->scaling, i));
        whet__json_array_end(j);
    }
    if (o->concurrency.len > 0) {
        whet__json_key(j, "concurrency");
        whet__json_array(j);
        for (size_t i = 0; i < o->concurrency.len; i++)
            concurrency_put(j, whet__vec_at(&o->concurrency, i));
        whet__json_array_end(j);
    }
}

static void outcome_put(struct whet_json *j, const struct whet_outcome *o)
{
    whet__json_object(j);
    whet__json_put_string(j, "name", o->name);
    if (o->title != NULL)
        whet__json_put_string(j, "title", o->title);
    whet__json_put_string(j, "verdict", whet__verdict_name(o->verdict));
    if (o->failure != NULL)
        whet__json_put_string(j, "failure", o->failure);
    if (o->against != NULL)
        whet__json_put_string(j, "against", o->against);
    if (o->judgements != NULL)
        judgements_put(j, "judgements", o, o->judgements);
    if (o->confirmation != NULL)
        judgements_put(j, "confirmation", o, o->confirmation);
    checks_put(j, o);
    if (o->result != NULL) {
        whet__json_key(j, "result");
        whet__result_put_json(j, o->result);
    }
    whet__json_object_end(j);
}

int whet__report_put_json(struct whet_text *out, const struct whet_report *report)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "whet", FORM);
    whet__json_put_string(&j, "title", report->title);
    whet__json_put_string(&j, "command", report->command);
    whet__json_put_string(&j, "verdict", whet__verdict_name(report->verdict));
    whet__json_key(&j, "outcomes");
    whet__json_array(&j);
    for (size_t i = 0; i < report->outcomes.len; i++)
        outcome_put(&j, whet__vec_at(&report->outcomes, i));
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
    return whet__text_error(out);
}
