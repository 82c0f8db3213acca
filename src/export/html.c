/* A report as one self-contained page: the answer first, then each suite with its pictures,
 * then how it was measured and how to do it again. */
#include "export/forms.h"

#include <stdio.h>
#include <time.h>

#include <whet/units.h>

#include "export/html_page.h"
#include "view/html.h"

/* Of the first suite that is. */
static const char *unclear_note(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        if (o->verdict == WHET_VERDICT_INCONCLUSIVE)
            return whet__outcome_unclear(o);
    }
    return "it cannot be told";
}

static const char *verdict_note(const struct whet_report *report)
{
    switch (report->verdict) {
    case WHET_VERDICT_FAIL:
        return "worse, and proven";
    case WHET_VERDICT_WARN:
        return "worse, but by less than what fails";
    case WHET_VERDICT_INCONCLUSIVE:
        return unclear_note(report);
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
static void tally_cards(struct whet_html_report *p, const struct whet_report *report)
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

static const char *copy_value(char *out, size_t size, struct whet_html_report *p)
{
    snprintf(out, size, "%s", whet__text_str(&p->text));
    return out;
}

/* Of arms: what the reference takes, and how sure that is. */
static void arms_cards(struct whet_html_report *p, const struct whet_report *report,
                       const struct whet_digest *d)
{
    const struct whet_comparison_metric *m =
        whet__digest_numbers(d, d->result->reference, d->metric);
    char name[256], median[64], noise[64], rounds[24];
    struct whet_html_card cards[] = {
        {"Verdict", whet__verdict_title(report->verdict), verdict_note(report),
         whet__digest_role(report->verdict)},
        {name, median, whet__digest_metric_title(d->result, d->metric), WHET_ROLE_PLAIN},
        {"Rounds", rounds, d->count > 1 ? "in random order" : NULL, WHET_ROLE_PLAIN},
        {"Noise floor", noise, "the reference against itself", WHET_ROLE_PLAIN},
    };
    size_t first = report->verdict == WHET_VERDICT_NONE || d->outcome->plain ? 1 : 0;
    size_t last = d->noise >= 0 ? 4 : 3;

    whet__digest_arm_name(whet__html_report_sentence(p), d, d->result->reference);
    copy_value(name, sizeof(name), p);
    if (m->n > 0)
        whet__number_value(whet__html_report_sentence(p), d->result->metrics[d->metric].unit,
                           m->summary.median);
    else
        whet__text_putc(whet__html_report_sentence(p), '-');
    copy_value(median, sizeof(median), p);
    whet__number_value(whet__html_report_sentence(p), WHET_UNIT_PERCENT, d->noise);
    copy_value(noise, sizeof(noise), p);
    snprintf(rounds, sizeof(rounds), "%u", d->result->rounds);
    whet__html_cards(p->out, cards + first, last - first);
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

static void machine_put(struct whet_html_report *p, const struct whet_result *r)
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

static void again_put(struct whet_html_report *p, const struct whet_report *report)
{
    if (report->command == NULL || report->command[0] == '\0')
        return;
    whet__html_section(p->out, "again", "Do it again");
    whet__html_code_block(p->out, report->command);
    whet__html_section_end(p->out);
}

static void suites_put(struct whet_html_report *p, const struct whet_report *report)
{
    struct whet_digest_table t;

    if (report->outcomes.len < 2)
        return;
    whet__html_section(p->out, "suites", "Suites");
    whet__digest_table_suites(&t, report);
    whet__html_report_table(p, &t, NULL);
    whet__html_section_end(p->out);
}

static int body_put(struct whet_html_report *p, const struct whet_report *report)
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
        rc = whet__html_suite(p, whet__vec_at(&report->outcomes, i), i + 1);
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
    struct whet_html_report p = {.out = out, .verbose = options != NULL ? options->verbose : 0};
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
