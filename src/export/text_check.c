/* The report of `whet check` at a terminal: suites numbered, each with its figures against
 * its targets and a word, and a summary. Tens of suites. */
#include "export/text_lines.h"

#include <string.h>

#define RULE_WIDTH   40
#define INDENT       2
#define ARMS_MAX     16 /* without a target, shown without -v */
#define COUNTS_WIDTH 14

static void rule_put(struct whet_text_lines *l)
{
    whet__text_fill(l->out, '=', RULE_WIDTH);
    whet__text_putc(l->out, '\n');
}

/* The sentence between two rules. */
static void banner_put(struct whet_text_lines *l)
{
    rule_put(l);
    whet__text_lines_plain(l, INDENT, WHET_ROLE_HEADING);
    rule_put(l);
}

/* "Duration" or, where there are several arms, "Duration of small". */
static void figure_name(struct whet_text *out, const struct whet_digest *d, const char *what,
                        const char *arm)
{
    whet__text_puts(out, what);
    if (d->count > 1) {
        whet__text_puts(out, " of ");
        whet__digest_name(out, arm);
    }
    whet__text_puts(out, ": ");
}

static enum whet_role state_role(enum whet_target_state state)
{
    return state == WHET_TARGET_MET ? WHET_ROLE_PLAIN : whet__digest_target_role(state);
}

static int has_time_target(const struct whet_digest *d, const char *arm)
{
    for (size_t i = 0; i < d->outcome->targets.len; i++) {
        const struct whet_target *t = whet__vec_at(&d->outcome->targets, i);

        if (strcmp(t->arm, arm) == 0 && strcmp(t->name, "time") == 0)
            return 1;
    }
    return 0;
}

/* A metric of all arms; times only of those whose time has no target. */
static void figures_put(struct whet_text_lines *l, const struct whet_digest *d, size_t metric)
{
    int wall = metric == WHET_METRIC_WALL;
    size_t shown = 0;

    for (size_t i = 0; i < d->count && (l->verbose > 0 || shown < ARMS_MAX); i++) {
        const struct whet_comparison_metric *m = whet__digest_numbers(d, i, metric);
        const char *name = whet__digest_arm(d, i)->name;
        struct whet_text *text = whet__text_lines_begin(l);

        if (m->n == 0 || (wall && has_time_target(d, name)))
            continue;
        figure_name(text, d, wall ? "Duration" : whet__digest_metric_title(d->result, metric),
                    name);
        whet__digest_median(text, d->result->metrics[metric].unit, m);
        whet__text_lines_plain(l, INDENT, WHET_ROLE_PLAIN);
        shown++;
    }
}

static void targets_put(struct whet_text_lines *l, const struct whet_digest *d)
{
    for (size_t i = 0; i < d->outcome->targets.len; i++) {
        const struct whet_target *t = whet__vec_at(&d->outcome->targets, i);
        struct whet_text *text = whet__text_lines_begin(l);

        figure_name(text, d, whet__digest_target_title(t), t->arm);
        whet__digest_target(text, t);
        whet__text_lines_plain(l, INDENT, state_role(t->state));
    }
}

static void growth_put(struct whet_text_lines *l, const struct whet_scaling *s, int memory)
{
    struct whet_text *text = whet__text_lines_begin(l);

    if (memory && s->memory.law == WHET_GROWTH_UNKNOWN)
        return;
    whet__text_puts(text, "Scaling of ");
    whet__digest_scaling(text, s, memory);
    whet__text_lines_plain(l, INDENT, state_role(s->state));
}

static void series_put(struct whet_text_lines *l, const struct whet_digest *d)
{
    for (size_t i = 0; i < d->outcome->scaling.len; i++) {
        growth_put(l, whet__vec_at(&d->outcome->scaling, i), 0);
        growth_put(l, whet__vec_at(&d->outcome->scaling, i), 1);
    }
    for (size_t i = 0; i < d->outcome->concurrency.len; i++) {
        const struct whet_concurrency *c = whet__vec_at(&d->outcome->concurrency, i);
        struct whet_text *text = whet__text_lines_begin(l);

        whet__text_puts(text, "Concurrency: ");
        whet__digest_concurrency(text, c);
        whet__text_lines_plain(l, INDENT, state_role(c->state));
    }
}

/* "Against HEAD~1, small: WARN, 7.5% slower: +6.1% to +8.9%, p 0.0002" */
static void judgements_put(struct whet_text_lines *l, const struct whet_digest *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);
        struct whet_text *text = whet__text_lines_begin(l);

        if (j == NULL)
            continue;
        whet__text_puts(text, "Against ");
        whet__digest_name(text,
                          d->outcome->against != NULL ? d->outcome->against : "the reference");
        whet__text_puts(text, d->count > 1 ? ", " : ": ");
        whet__digest_judgement_line(text, d, i);
        whet__text_lines_plain(l, INDENT,
                               j->verdict >= WHET_VERDICT_INCONCLUSIVE
                                   ? whet__digest_role(j->verdict)
                                   : WHET_ROLE_PLAIN);
    }
}

/* What the verdict rests on, for the reader who looks at the last word first. */
static const char *reason_of(const struct whet_outcome *o)
{
    size_t missed = 0;

    for (size_t i = 0; i < o->targets.len; i++)
        missed += ((const struct whet_target *)whet__vec_at(&o->targets, i))->state ==
                  WHET_TARGET_MISSED;
    if (o->result == NULL)
        return "it could not be run";
    if (missed > 0)
        return "a target was missed";
    for (size_t i = 0; i < o->concurrency.len; i++) {
        if (((const struct whet_concurrency *)whet__vec_at(&o->concurrency, i))->state ==
            WHET_TARGET_MISSED)
            return "copies at once failed or differed";
    }
    for (size_t i = 0; i < o->scaling.len; i++) {
        if (((const struct whet_scaling *)whet__vec_at(&o->scaling, i))->state ==
            WHET_TARGET_MISSED)
            return "it grows faster than allowed";
    }
    return o->result->end == WHET_RESULT_FAILED ? "every run failed" : "it got worse";
}

static void word_put(struct whet_text_lines *l, const char *mark, const char *word,
                     const char *reason, enum whet_role role)
{
    struct whet_text *text = whet__text_lines_begin(l);

    if (!l->style->ascii)
        whet__text_printf(text, "%s ", mark);
    whet__text_printf(text, "%s%s%s", word, reason[0] != '\0' ? " - " : "", reason);
    whet__text_lines_plain(l, INDENT, role);
}

static void verdict_put(struct whet_text_lines *l, const struct whet_outcome *o)
{
    if (whet__digest_failed(o))
        word_put(l, "✗", "FAILED", reason_of(o), WHET_ROLE_BAD);
    else if (o->verdict == WHET_VERDICT_WARN)
        word_put(l, "!", "WARNING", "it got worse, but by less than what fails",
                 WHET_ROLE_WARN);
    else if (o->verdict == WHET_VERDICT_INCONCLUSIVE)
        word_put(l, "?", "INCONCLUSIVE", whet__outcome_unclear(o), WHET_ROLE_WARN);
    else
        word_put(l, "✓", "PASSED", o->verdict == WHET_VERDICT_IMPROVED ? "it got better" : "",
                 WHET_ROLE_GOOD);
}

static int outcome_put(struct whet_text_lines *l, const struct whet_outcome *o, size_t number)
{
    struct whet_digest d;
    int rc = whet__digest_init(&d, o);

    if (rc != 0)
        return rc;
    whet__text_printf(whet__text_lines_begin(l), "[%zu] Testing: %s", number,
                      whet__digest_title(o, "the commands given"));
    whet__text_lines_plain(l, 0, WHET_ROLE_HEADING);
    if (d.count == 0) {
        whet__digest_answer(whet__text_lines_begin(l), &d);
        whet__text_lines_plain(l, INDENT, WHET_ROLE_BAD);
    }
    targets_put(l, &d);
    figures_put(l, &d, WHET_METRIC_WALL);
    if (o->metric != NULL && d.count > 0 && d.metric != WHET_METRIC_WALL)
        figures_put(l, &d, d.metric);
    series_put(l, &d);
    judgements_put(l, &d);
    l->indent = INDENT;
    whet__text_remarks(l, &d);
    l->indent = 0;
    verdict_put(l, o);
    whet__text_details(l, &d);
    whet__text_putc(l->out, '\n');
    whet__digest_clear(&d);
    return 0;
}

static void count_put(struct whet_text_lines *l, const char *name, size_t count, int always)
{
    if (count == 0 && !always)
        return;
    whet__text_fill(l->out, ' ', INDENT);
    whet__text_puts(l->out, name);
    whet__text_fill(l->out, ' ', COUNTS_WIDTH - strlen(name));
    whet__text_printf(l->out, "%zu\n", count);
}

static void last_line_put(struct whet_text_lines *l, const struct whet_digest_tally *t)
{
    struct whet_text *text = whet__text_lines_begin(l);
    const char *good = l->style->ascii ? "" : "✓ ", *bad = l->style->ascii ? "" : "✗ ";

    if (t->failed > 0)
        whet__text_printf(text, "%s%zu of %zu performance tests failed", bad, t->failed,
                          t->total);
    else if (t->warned + t->inconclusive > 0)
        whet__text_printf(text, "No performance test failed, but look at %zu of %zu",
                          t->warned + t->inconclusive, t->total);
    else if (t->total == 0)
        whet__text_puts(text, "No performance tests were run");
    else
        whet__text_printf(text, "%sAll performance tests passed!", good);
    whet__text_lines_plain(l, 0,
                           t->failed > 0                                      ? WHET_ROLE_BAD
                           : t->warned + t->inconclusive > 0 || t->total == 0 ? WHET_ROLE_WARN
                                                                              : WHET_ROLE_GOOD);
}

static void summary_put(struct whet_text_lines *l, const struct whet_report *report)
{
    struct whet_digest_tally t = whet__digest_tally(report);

    whet__text_puts(whet__text_lines_begin(l), "Performance Test Summary");
    banner_put(l);
    count_put(l, "Total Tests:", t.total, 1);
    count_put(l, "Passed:", t.passed, 1);
    count_put(l, "Warnings:", t.warned, 0);
    count_put(l, "Inconclusive:", t.inconclusive, 0);
    count_put(l, "Failed:", t.failed, 1);
    whet__text_putc(l->out, '\n');
    last_line_put(l, &t);
}

int whet__text_check(struct whet_text_lines *l, const struct whet_report *report)
{
    int rc = 0;

    whet__text_printf(whet__text_lines_begin(l), "%s: Performance Tests",
                      report->title != NULL ? report->title : "whet");
    banner_put(l);
    whet__text_putc(l->out, '\n');
    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++)
        rc = outcome_put(l, whet__vec_at(&report->outcomes, i), i + 1);
    if (rc == 0)
        summary_put(l, report);
    return rc;
}
