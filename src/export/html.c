/* A report as one self-contained page: the answer first, then each suite with its pictures,
 * then how it was measured and how to do it again. */
#include "export/forms.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <whet/units.h>

#include "export/html_plots.h"
#include "view/html.h"

typedef void (*arm_sentence)(struct whet_text *out, const struct whet_digest *d, size_t arm);

/* The page in the making. */
struct page {
    struct whet_text *out;
    struct whet_text text; /* a sentence in the making */
    int verbose;
    int lead_says; /* 1: the only outcome's answer stands at the top already */
};

static struct whet_text *text_begin(struct page *p)
{
    if (whet__text_error(&p->text) == 0)
        whet__text_reset(&p->text);
    return &p->text;
}

/* The sentence as a paragraph; nothing when it is empty. */
static void paragraph_put(struct page *p)
{
    if (p->text.len > 0)
        whet__html_paragraph(p->out, whet__text_str(&p->text));
}

static void table_put(struct page *p, struct whet_digest_table *t, const char *caption)
{
    if (t->table.rows.len > 0 || whet__table_error(&t->table) != 0)
        whet__table_put_html(p->out, &t->table, caption);
    whet__table_clear(&t->table);
}

static const char *verdict_note(const struct whet_report *report)
{
    switch (report->verdict) {
    case WHET_VERDICT_FAIL:
        return "worse, and proven";
    case WHET_VERDICT_WARN:
        return "worse, but by less than what fails";
    case WHET_VERDICT_INCONCLUSIVE:
        return "too much noise to tell";
    case WHET_VERDICT_IMPROVED:
        return "better, and proven";
    case WHET_VERDICT_SAME_CODE:
        return "the same program, byte for byte";
    case WHET_VERDICT_PASS:
        return "nothing got worse";
    case WHET_VERDICT_NONE:
    default:
        return "nothing to compare with";
    }
}

/* Of suites: how many came to what. */
static void tally_cards(struct page *p, const struct whet_report *report)
{
    struct whet_digest_tally t = whet__digest_tally(report);
    char passed[24], of[32], watch[24], failed[24];
    struct whet_html_card cards[] = {
        {"Verdict", whet__verdict_title(report->verdict), NULL,
         whet__digest_role(report->verdict)},
        {"Passed", passed, of, t.passed > 0 ? WHET_ROLE_GOOD : WHET_ROLE_PLAIN},
        {"To look at", watch, "a warning, or inconclusive",
         t.warned + t.inconclusive > 0 ? WHET_ROLE_WARN : WHET_ROLE_PLAIN},
        {"Failed", failed, NULL, t.failed > 0 ? WHET_ROLE_BAD : WHET_ROLE_PLAIN},
    };

    snprintf(passed, sizeof(passed), "%zu", t.passed);
    snprintf(of, sizeof(of), "of %zu", t.total);
    snprintf(watch, sizeof(watch), "%zu", t.warned + t.inconclusive);
    snprintf(failed, sizeof(failed), "%zu", t.failed);
    whet__html_cards(p->out, cards, sizeof(cards) / sizeof(cards[0]));
}

static const char *copy_value(char *out, size_t size, struct page *p)
{
    snprintf(out, size, "%s", whet__text_str(&p->text));
    return out;
}

/* Of arms: what the reference takes, and how sure that is. */
static void arms_cards(struct page *p, const struct whet_report *report,
                       const struct whet_digest *d)
{
    const struct whet_comparison_metric *m =
        whet__digest_numbers(d, d->result->reference, d->metric);
    char median[64], noise[64], rounds[24];
    struct whet_html_card cards[] = {
        {"Verdict", whet__verdict_title(report->verdict), verdict_note(report),
         whet__digest_role(report->verdict)},
        {whet__digest_arm(d, d->result->reference)->name, median,
         whet__digest_metric_title(d->result, d->metric), WHET_ROLE_PLAIN},
        {"Rounds", rounds, d->count > 1 ? "in random order" : NULL, WHET_ROLE_PLAIN},
        {"Noise floor", noise, "the reference against itself", WHET_ROLE_PLAIN},
    };
    size_t first = report->verdict == WHET_VERDICT_NONE ? 1 : 0;
    size_t last = d->noise >= 0 ? 4 : 3;

    if (m->n > 0)
        whet__number_value(text_begin(p), d->result->metrics[d->metric].unit,
                           m->summary.median);
    else
        whet__text_putc(text_begin(p), '-');
    copy_value(median, sizeof(median), p);
    whet__number_value(text_begin(p), WHET_UNIT_PERCENT, d->noise);
    copy_value(noise, sizeof(noise), p);
    snprintf(rounds, sizeof(rounds), "%u", d->result->rounds);
    whet__html_cards(p->out, cards + first, last - first);
}

/* One paragraph for each arm that has something to say. */
static void remarks_of(struct page *p, const struct whet_digest *d, enum whet_role role,
                       const char *heading, arm_sentence make)
{
    struct whet_text *text = text_begin(p);

    for (size_t i = 0; i < d->count; i++) {
        size_t before = text->len;

        if (before > 0)
            whet__text_puts(text, ". ");
        make(text, d, i);
        if (before > 0 && text->len == before + 2)
            whet__text_truncate(text, before);
    }
    if (text->len > 0)
        whet__html_callout(p->out, role, heading, whet__text_str(text));
}

static void remarks_put(struct page *p, const struct whet_digest *d)
{
    remarks_of(p, d, WHET_ROLE_BAD, "Runs failed", whet__digest_failure);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Why no worse verdict", whet__digest_note);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Measured again to confirm", whet__digest_confirmation);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Runs far off", whet__digest_outliers);
    whet__digest_noise(text_begin(p), d);
    if (p->text.len > 0)
        whet__html_callout(p->out, WHET_ROLE_WARN, "Noise", whet__text_str(&p->text));
    whet__digest_interrupted(text_begin(p), d);
    if (p->text.len > 0)
        whet__html_callout(p->out, WHET_ROLE_WARN, "Stopped early", whet__text_str(&p->text));
}

static void targets_put(struct page *p, const struct whet_digest *d)
{
    struct whet_digest_table t;

    if (d->outcome->targets.len > 0) {
        whet__html_heading(p->out, "Targets");
        whet__digest_table_targets(&t, d);
        table_put(p, &t, NULL);
    }
    if (d->outcome->concurrency.len > 0) {
        whet__html_heading(p->out, "Copies at once");
        whet__digest_table_concurrency(&t, d);
        table_put(p, &t, "Outputs are compared with that of one run alone.");
    }
}

static int scaling_put(struct page *p, const struct whet_digest *d, size_t suite)
{
    int rc = 0;

    if (d->outcome->scaling.len > 0)
        whet__html_heading(p->out, "Scaling");
    for (size_t i = 0; i < d->outcome->scaling.len && rc == 0; i++) {
        const struct whet_scaling *s = whet__vec_at(&d->outcome->scaling, i);

        for (int memory = 0; memory < 2 && rc == 0; memory++) {
            if (memory && s->memory.law == WHET_GROWTH_UNKNOWN)
                continue;
            whet__digest_scaling(text_begin(p), s, memory);
            paragraph_put(p);
            rc = whet__html_plot_scaling(p->out, d, suite, i, memory);
        }
    }
    return rc;
}

static int compared_put(struct page *p, const struct whet_digest *d, size_t suite)
{
    struct whet_digest_table t;

    if (whet__digest_judged(d) == 0)
        return 0;
    whet__html_heading(p->out, "Compared");
    whet__text_puts(text_begin(p), "Compared ");
    whet__digest_against(&p->text, d);
    whet__digest_table_judgements(&t, d);
    table_put(p, &t, whet__text_str(&p->text));
    return whet__html_plot_changes(p->out, d, suite);
}

static int arms_put(struct page *p, const struct whet_digest *d, size_t suite)
{
    struct whet_digest_table t;
    int rc;

    whet__html_heading(p->out, "Measured");
    whet__digest_method(text_begin(p), d);
    whet__digest_table_arms(&t, d, 0, 0);
    table_put(p, &t, whet__text_str(&p->text));
    rc = whet__html_plot_spread(p->out, d, suite);
    if (rc == 0)
        rc = whet__html_plot_runs(p->out, d, suite);
    return rc;
}

static void details_put(struct page *p, const struct whet_digest *d)
{
    struct whet_digest_table t;

    whet__html_details(p->out, "Every metric");
    whet__digest_table_metrics(&t, d);
    table_put(p, &t, "Medians with 95% intervals; MAD is the scaled median deviation.");
    whet__html_details_end(p->out);
    whet__html_details(p->out, "What ran");
    whet__digest_table_commands(&t, d);
    table_put(p, &t, NULL);
    whet__html_details_end(p->out);
    if (p->verbose < 2)
        return;
    whet__html_details(p->out, "Every run");
    whet__digest_table_samples(&t, d);
    table_put(p, &t, NULL);
    whet__html_details_end(p->out);
}

static int outcome_parts(struct page *p, const struct whet_digest *d, size_t suite)
{
    const struct whet_outcome *o = d->outcome;
    int rc;

    whet__digest_answer(text_begin(p), d);
    if (!p->lead_says && (o->verdict != WHET_VERDICT_NONE || d->count == 0))
        whet__html_callout(
            p->out, whet__digest_failed(o) ? WHET_ROLE_BAD : whet__digest_role(o->verdict),
            d->result != NULL ? whet__verdict_title(o->verdict) : "Not run",
            whet__text_str(&p->text));
    if (d->count == 0)
        return 0;
    targets_put(p, d);
    rc = compared_put(p, d, suite);
    if (rc == 0)
        rc = arms_put(p, d, suite);
    if (rc == 0)
        rc = scaling_put(p, d, suite);
    remarks_put(p, d);
    details_put(p, d);
    return rc;
}

static int outcome_put(struct page *p, const struct whet_outcome *o, size_t suite)
{
    struct whet_digest d;
    char id[40];
    int rc = whet__digest_init(&d, o);

    if (rc != 0)
        return rc;
    snprintf(id, sizeof(id), "suite-%zu", suite);
    whet__html_section(p->out, id, whet__digest_title(o, "Result"));
    rc = outcome_parts(p, &d, suite);
    whet__html_section_end(p->out);
    whet__digest_clear(&d);
    return rc;
}

/* The first result that there is; those of one report are of one machine. */
static const struct whet_result *any_result(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        if (o->result != NULL)
            return o->result;
    }
    return NULL;
}

static void machine_put(struct page *p, const struct whet_result *r)
{
    const struct whet_result_machine *m = &r->machine;
    char cores[32], memory[32], seed[32];
    struct whet_html_fact facts[] = {
        {"Host", m->hostname},
        {"Processor", m->cpu_model[0] != '\0' ? m->cpu_model : "unknown"},
        {"Cores to use", cores},
        {"Memory", memory},
        {"Frequency governor", m->governor[0] != '\0' ? m->governor : "none to be seen"},
        {"System", m->distribution},
        {"Kernel", m->kernel},
        {"Counters", r->counters},
        {"Memory of all processes",
         r->memory_source[0] != '\0' ? r->memory_source : "not measured"},
        {"Seed of the orders", seed},
    };

    snprintf(cores, sizeof(cores), "%u", m->cores);
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)r->seed);
    whet_size_format(m->memory_bytes, memory, sizeof(memory));
    whet__html_section(p->out, "machine", "Machine and method");
    whet__html_paragraph(p->out,
                         "A round runs every arm once, in random order, so that what disturbs "
                         "the machine disturbs all alike. A change is the median over rounds "
                         "of the ratio to the reference; its interval and p-value are exact "
                         "(sign test). Shown medians have 95% intervals.");
    whet__html_facts(p->out, facts, sizeof(facts) / sizeof(facts[0]));
    whet__html_section_end(p->out);
}

static void again_put(struct page *p, const struct whet_report *report)
{
    if (report->command == NULL || report->command[0] == '\0')
        return;
    whet__html_section(p->out, "again", "Do it again");
    whet__html_code_block(p->out, report->command);
    whet__html_section_end(p->out);
}

static void suites_put(struct page *p, const struct whet_report *report)
{
    struct whet_digest_table t;

    if (report->outcomes.len < 2)
        return;
    whet__html_section(p->out, "suites", "Suites");
    whet__digest_table_suites(&t, report);
    table_put(p, &t, NULL);
    whet__html_section_end(p->out);
}

static int body_put(struct page *p, const struct whet_report *report)
{
    const struct whet_result *r = any_result(report);
    int rc = 0;

    if (report->outcomes.len > 1 || whet__digest_is_check(report)) {
        tally_cards(p, report);
    } else if (r != NULL && whet__result_count(r) > 0) {
        struct whet_digest d;

        rc = whet__digest_init(&d, whet__vec_at(&report->outcomes, 0));
        if (rc != 0)
            return rc;
        arms_cards(p, report, &d);
        whet__digest_clear(&d);
    }
    suites_put(p, report);
    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++)
        rc = outcome_put(p, whet__vec_at(&report->outcomes, i), i + 1);
    if (rc == 0 && r != NULL)
        machine_put(p, r);
    again_put(p, report);
    return rc;
}

/* "whet 0.1.0, 2026-01-31 12:00 UTC, build-7" */
static void footer_put(struct whet_text *out, const struct whet_result *r)
{
    char when[32] = "";
    struct tm tm;
    time_t seconds;

    if (r == NULL)
        return;
    seconds = (time_t)r->time;
    if (gmtime_r(&seconds, &tm) == NULL || strftime(when, sizeof(when), "%F %H:%M", &tm) == 0)
        when[0] = '\0';
    whet__text_printf(out, "whet %s, %s UTC, %s", r->version, when, r->machine.hostname);
}

static int html_put(struct whet_text *out, const struct whet_report *report,
                    const struct whet_export_options *options)
{
    struct page p = {.out = out, .verbose = options != NULL ? options->verbose : 0};
    struct whet_text lead, footer;
    struct whet_html_page page = {.eyebrow = report->title};
    int rc;

    whet__text_init(&p.text, WHET_DIGEST_TEXT * 16);
    whet__text_init(&lead, WHET_DIGEST_TEXT);
    whet__text_init(&footer, WHET_DIGEST_TEXT);
    p.lead_says = report->outcomes.len == 1 && !whet__digest_is_check(report);
    page.title = report->outcomes.len == 1
                     ? whet__digest_title(whet__vec_at(&report->outcomes, 0), "Benchmark")
                     : "Performance tests";
    whet__digest_report_answer(&lead, report);
    footer_put(&footer, any_result(report));
    page.lead = whet__text_str(&lead);
    page.footer = whet__text_str(&footer);
    whet__html_begin(out, &page);
    rc = body_put(&p, report);
    whet__html_end(out, &page);
    if (rc == 0)
        rc = whet__text_error(&lead);
    if (rc == 0)
        rc = whet__text_error(&footer);
    if (rc == 0)
        rc = whet__text_error(&p.text);
    whet__text_clear(&p.text);
    whet__text_clear(&lead);
    whet__text_clear(&footer);
    return rc != 0 ? rc : whet__text_error(out);
}

const struct whet_export whet__export_html = {
    .name = "html",
    .ending = ".html",
    .summary = "one page with plots that needs nothing beside it",
    .put = html_put,
};
