/* The sentences of a digest. Some for each outcome of a report. */
#include "export/digest.h"

#include <math.h>
#include <string.h>

#include <whet/units.h>

#include "view/width.h"

#define NAME_COLUMNS 28
#define NOISY        0.025 /* a noise floor over this takes half the room of a warning */

void whet__digest_name(struct whet_text *out, const char *name)
{
    whet__width_fit(out, name, strlen(name), NAME_COLUMNS, 0);
}

void whet__digest_arm_name(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    if (d->numbered)
        whet__text_printf(out, "[%zu] ", arm + 1);
    whet__digest_name(out, whet__digest_arm(d, arm)->name);
}

const char *whet__digest_title(const struct whet_outcome *outcome, const char *otherwise)
{
    if (outcome->title != NULL && outcome->title[0] != '\0')
        return outcome->title;
    return outcome->name != NULL && outcome->name[0] != '\0' ? outcome->name : otherwise;
}

static void put_tally(struct whet_text *out, size_t count, const char *what, int *first)
{
    if (count == 0)
        return;
    whet__text_printf(out, "%s%zu %s", *first ? "" : ", ", count, what);
    *first = 0;
}

/* Of several suites: how many of them came to what. */
static void answer_of_suites(struct whet_text *out, const struct whet_report *report)
{
    struct whet_digest_tally t = whet__digest_tally(report);
    int first = 1;

    whet__text_printf(out, "%zu %s: ", t.total, t.total == 1 ? "suite" : "suites");
    put_tally(out, t.failed, "failed", &first);
    put_tally(out, t.warned, "with a warning", &first);
    put_tally(out, t.inconclusive, "inconclusive", &first);
    put_tally(out, t.passed, "passed", &first);
}

static void put_numbers(struct whet_text *out, const struct whet_digest *d, size_t arm,
                        size_t metric)
{
    whet__digest_median(out, d->result->metrics[metric].unit,
                        whet__digest_numbers(d, arm, metric));
}

/* "new: 12.3% slower: ..., against old" */
static void answer_of_arm(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);

    whet__digest_arm_name(out, d, arm);
    if (j != NULL && j->text[0] != '\0') {
        whet__text_printf(out, ": %s", j->text);
        if (d->outcome->against != NULL)
            whet__text_puts(out, ", against ");
        if (d->outcome->against != NULL)
            whet__digest_name(out, d->outcome->against);
    } else {
        whet__text_puts(out, ": ");
        put_numbers(out, d, arm, d->metric);
    }
}

/* How much worse it is, as a ratio; what is not known is not worse. */
static double worse_by(const struct whet_digest *d, const struct whet_judgement *j)
{
    double ratio = j->pairs > 0 ? j->change.ratio.estimate : 0;

    if (j->pairs > 0 && j->metric < d->result->metric_count &&
        d->result->metrics[j->metric].better == WHET_METRIC_HIGHER)
        ratio = 1 / ratio;
    return isnan(ratio) ? 0 : ratio;
}

/* Whether `a` says more than `b`: by the verdict, and within one by how much worse it is.
 * Where nobody gates, what is proven says more than what is not. */
static int tells_more(const struct whet_digest *d, const struct whet_judgement *a,
                      const struct whet_judgement *b)
{
    int unproven_a = d->outcome->plain && a->verdict == WHET_VERDICT_INCONCLUSIVE;
    int unproven_b = d->outcome->plain && b->verdict == WHET_VERDICT_INCONCLUSIVE;

    if (a->verdict == b->verdict)
        return worse_by(d, a) > worse_by(d, b);
    if (unproven_a)
        return b->verdict < WHET_VERDICT_WARN;
    if (unproven_b)
        return a->verdict >= WHET_VERDICT_WARN;
    return a->verdict > b->verdict;
}

/* The arm that says most: the worst judged one, else the first. */
static size_t telling_arm(const struct whet_digest *d)
{
    const struct whet_judgement *most = NULL;
    size_t best = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j != NULL && (most == NULL || tells_more(d, j, most))) {
            most = j;
            best = i;
        }
    }
    return best;
}

/* What made it fail that is no comparison: a target, copies at once, growth. */
static void answer_of_limits(struct whet_text *out, const struct whet_outcome *o)
{
    for (size_t i = 0; i < o->targets.len; i++) {
        const struct whet_target *t = whet__vec_at(&o->targets, i);

        if (t->state != WHET_TARGET_MISSED)
            continue;
        whet__digest_name(out, t->arm);
        whet__text_printf(out, ": %s ", whet__digest_target_title(t));
        whet__digest_target(out, t);
        return;
    }
    for (size_t i = 0; i < o->concurrency.len; i++) {
        const struct whet_concurrency *c = whet__vec_at(&o->concurrency, i);

        if (c->state == WHET_TARGET_MISSED) {
            whet__digest_concurrency(out, c);
            return;
        }
    }
    for (size_t i = 0; i < o->scaling.len; i++) {
        const struct whet_scaling *s = whet__vec_at(&o->scaling, i);

        if (s->state == WHET_TARGET_MISSED) {
            whet__digest_scaling(
                out, s, !(s->time.exponent.estimate > s->max_exponent) || s->max_exponent == 0);
            return;
        }
    }
}

void whet__digest_answer(struct whet_text *out, const struct whet_digest *d)
{
    size_t judged = whet__digest_judged(d), before = out->len, arm;

    if (d->result == NULL) {
        whet__text_puts(out, d->outcome->failure != NULL ? d->outcome->failure
                                                         : "it could not be run");
        return;
    }
    if (d->count == 0) {
        whet__text_puts(out, "nothing was measured");
        return;
    }
    arm = telling_arm(d);
    if (judged == 0 || whet__digest_judgement(d, arm)->verdict != WHET_VERDICT_FAIL)
        answer_of_limits(out, d->outcome);
    if (out->len > before)
        return;
    answer_of_arm(out, d, arm);
    if (judged > 1)
        whet__text_printf(out, "; the %s of %zu comparisons",
                          d->outcome->plain ? "slowest" : "worst", judged);
    else if (judged == 0 && d->count > 1)
        whet__text_printf(out, "; and %zu more", d->count - 1);
}

void whet__digest_report_answer(struct whet_text *out, const struct whet_report *report)
{
    struct whet_digest d;
    int rc;

    if (report->outcomes.len == 0) {
        whet__text_puts(out, "nothing was measured");
        return;
    }
    if (report->outcomes.len > 1 || whet__digest_is_check(report)) {
        answer_of_suites(out, report);
        return;
    }
    rc = whet__digest_init(&d, whet__vec_at(&report->outcomes, 0));
    if (rc == 0) {
        whet__digest_answer(out, &d);
        whet__digest_clear(&d);
    } else if (out->error == 0) {
        out->error = rc;
    }
}

/* NULL where arms were decided on by different metrics. */
static const struct whet_judgement *common_metric(const struct whet_digest *d)
{
    const struct whet_judgement *common = NULL;

    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j == NULL || j->pairs == 0)
            continue;
        if (common != NULL && common->metric != j->metric)
            return NULL;
        common = common != NULL ? common : j;
    }
    return common;
}

void whet__digest_against(struct whet_text *out, const struct whet_digest *d)
{
    const struct whet_judgement *j = common_metric(d);

    if (whet__digest_judged(d) == 0)
        return;
    whet__text_puts(out, "against ");
    whet__digest_name(out, d->outcome->against != NULL ? d->outcome->against : "the reference");
    if (j == NULL || j->metric >= d->result->metric_count)
        return;
    whet__text_printf(out, "%s by %s", j->stored ? " (saved numbers)," : ",",
                      d->result->metrics[j->metric].title);
    if (j->metric_why[0] != '\0')
        whet__text_printf(out, " (%s)", j->metric_why);
}

void whet__digest_judgement_line(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);

    if (j == NULL)
        return;
    if (d->count > 1) {
        whet__digest_arm_name(out, d, arm);
        whet__text_puts(out, ": ");
    }
    if (d->outcome->plain)
        whet__text_puts(out, j->text);
    else
        whet__text_puts(out, whet__verdict_title(j->verdict));
    if (!d->outcome->plain && j->text[0] != '\0' && j->verdict != WHET_VERDICT_SAME_CODE)
        whet__text_printf(out, ", %s", j->text);
    if (j->pairs > 0 && j->verdict != WHET_VERDICT_SAME_CODE) {
        whet__text_puts(out, ", p ");
        whet__digest_p(out, j->p);
    }
}

void whet__digest_note(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);

    if (j == NULL || j->why[0] == '\0')
        return;
    whet__digest_arm_name(out, d, arm);
    whet__text_printf(out, ": %s", j->why);
}

static int has_note(const struct whet_digest *d, size_t arm, const char *why)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);

    return j != NULL && strcmp(j->why, why) == 0;
}

void whet__digest_note_shared(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);
    size_t more = 0;

    if (j == NULL || j->why[0] == '\0')
        return;
    for (size_t i = 0; i < arm; i++) {
        if (has_note(d, i, j->why))
            return;
    }
    for (size_t i = arm + 1; i < d->count; i++)
        more += (size_t)has_note(d, i, j->why);
    whet__digest_arm_name(out, d, arm);
    if (more > 0)
        whet__text_printf(out, " and %zu more", more);
    whet__text_printf(out, ": %s", j->why);
}

void whet__digest_confirmation(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *c = d->outcome->confirmation;

    if (c == NULL || c[arm].pairs == 0)
        return;
    whet__digest_arm_name(out, d, arm);
    whet__text_printf(out, ": a second batch alone of %zu rounds says %s", c[arm].pairs,
                      c[arm].text);
}

static const char *const causes[WHET_OUTLIERS_CAUSES] = {
    [WHET_OUTLIERS_UNKNOWN] = "nothing measured says why",
    [WHET_OUTLIERS_FIRST] = "cold caches at the first run",
    [WHET_OUTLIERS_STORAGE] = "waiting for storage",
    [WHET_OUTLIERS_LOAD] = "other load on this machine",
    [WHET_OUTLIERS_FAULTS] = "more page faults than usual",
};

void whet__digest_outliers_all(struct whet_text *out, const struct whet_digest *d)
{
    size_t by_cause[WHET_OUTLIERS_CAUSES] = {0}, count = 0, of = 0;
    unsigned most = WHET_OUTLIERS_FIRST;

    for (size_t i = 0; i < d->count; i++) {
        count += d->outliers[i].count;
        of += d->outliers[i].of;
        by_cause[d->outliers[i].cause] += d->outliers[i].explained;
    }
    for (unsigned c = most + 1; c < WHET_OUTLIERS_CAUSES; c++)
        most = by_cause[c] > by_cause[most] ? c : most;
    if (by_cause[most] == 0)
        return;
    whet__text_printf(out, "%zu of %zu runs far off, ", count, of);
    if (2 * by_cause[most] <= count)
        whet__text_printf(out, "%zu of them ", by_cause[most]);
    else if (by_cause[most] < count)
        whet__text_puts(out, "mostly ");
    whet__text_printf(out, "by %s", causes[most]);
}

void whet__digest_outliers(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_outliers *o = &d->outliers[arm];

    if (o->count == 0)
        return;
    whet__digest_arm_name(out, d, arm);
    whet__text_printf(out, ": %zu of %zu runs far off", o->count, o->of);
    if (isfinite(o->worst)) {
        whet__text_puts(out, o->count == 1 ? ", " : o->worst < 1 ? ", down to " : ", up to ");
        whet__number_value(out, WHET_UNIT_FACTOR, o->worst);
        whet__text_puts(out, " the median");
    }
    if (o->explained < o->count && o->cause != WHET_OUTLIERS_UNKNOWN)
        whet__text_printf(out, "; %zu of them", o->explained);
    whet__text_puts(out, ": ");
    whet__text_puts(out, causes[o->cause]);
}

void whet__digest_failure(struct whet_text *out, const struct whet_digest *d, size_t arm)
{
    const struct whet_result_arm *a = whet__digest_arm(d, arm);
    size_t failed = whet__arm_failed(a);

    if (failed == 0 && a->failure == NULL && !a->left_out)
        return;
    whet__digest_arm_name(out, d, arm);
    whet__text_printf(out, ": %zu of %zu runs failed", failed, whet__arm_count(a));
    if (a->failure != NULL)
        whet__text_printf(out, ", the first: %s", a->failure);
    if (a->left_out)
        whet__text_puts(out, "; no more were made");
}

void whet__digest_noise(struct whet_text *out, const struct whet_digest *d)
{
    if (!(d->noise > NOISY))
        return;
    whet__text_puts(out, "high: even the reference against itself is known to ±");
    whet__number_value(out, WHET_UNIT_PERCENT, d->noise);
    whet__text_puts(out, " only; a calmer machine or more rounds would tell more");
}

void whet__digest_metric(struct whet_text *out, const struct whet_digest *d)
{
    if (d->metric_why[0] != '\0')
        whet__text_printf(out, "%s (%s)", d->result->metrics[d->metric].title, d->metric_why);
}

void whet__digest_interrupted(struct whet_text *out, const struct whet_digest *d)
{
    size_t whole = d->result != NULL ? d->result->rounds : 0;

    if (d->result == NULL || d->result->end != WHET_RESULT_STOPPED)
        return;
    for (size_t i = 0; i < d->count; i++) {
        size_t runs = whet__arm_count(whet__digest_arm(d, i));

        if (!whet__digest_arm(d, i)->left_out && runs < whole)
            whole = runs;
    }
    if (whole == d->result->rounds)
        whet__text_printf(out, "interrupted after %zu %s", whole,
                          whole == 1 ? "round" : "rounds");
    else
        whet__text_printf(out, "interrupted: of %u %s begun only %zu %s whole",
                          d->result->rounds, d->result->rounds == 1 ? "round" : "rounds", whole,
                          whole == 1 ? "is" : "are");
}

void whet__digest_method(struct whet_text *out, const struct whet_digest *d)
{
    static const char *const ends[] = {
        [WHET_RESULT_COMPLETE] = "all that were to be made",
        [WHET_RESULT_PRECISE] = "precise enough then",
        [WHET_RESULT_BUDGET] = "the time was spent then",
        [WHET_RESULT_STOPPED] = "interrupted then",
        [WHET_RESULT_FAILED] = "every command failed too often",
    };
    const struct whet_result *r = d->result;

    if (r == NULL)
        return;
    whet__text_printf(out, "%u %s%s in ", r->rounds, r->rounds == 1 ? "round" : "rounds",
                      d->count > 1 ? ", each in random order," : "");
    whet__number_value(out, WHET_UNIT_DURATION, r->elapsed_seconds * 1e9);
    whet__text_printf(out, "; %s", ends[r->end]);
}

void whet__digest_machine(struct whet_text *out, const struct whet_result *r)
{
    const struct whet_result_machine *m = &r->machine;
    char memory[32];

    whet__text_printf(
        out, "%s, %u %s of %s (%s), %s, %s %s", m->hostname, m->cores,
        m->cores == 1 ? "core" : "cores",
        m->cpu_model[0] != '\0' ? m->cpu_model : "an unknown processor", m->architecture,
        whet_size_format(m->memory_bytes, memory, sizeof(memory)), m->distribution, m->kernel);
    if (m->governor[0] != '\0')
        whet__text_printf(out, ", frequency governor %s", m->governor);
}
