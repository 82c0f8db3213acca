/* The section of a suite in the page: the verdict, targets, changes, runs, growth, and all
 * that only some readers want. */
#include "export/html_page.h"

#include <stdio.h>

#include "export/html_plots.h"
#include "view/html.h"

typedef void (*arm_sentence)(struct whet_text *out, const struct whet_digest *d, size_t arm);

struct whet_text *whet__html_report_sentence(struct whet_html_report *p)
{
    if (whet__text_error(&p->text) == 0)
        whet__text_reset(&p->text);
    return &p->text;
}

void whet__html_report_table(struct whet_html_report *p, struct whet_digest_table *t,
                             const char *caption)
{
    if (t->table.rows.len > 0 || whet__table_error(&t->table) != 0)
        whet__table_put_html(p->out, &t->table, caption);
    whet__table_clear(&t->table);
}

/* The sentence as a paragraph; nothing when it is empty. */
static void paragraph_put(struct whet_html_report *p)
{
    if (p->text.len > 0)
        whet__html_paragraph(p->out, whet__text_str(&p->text));
}

/* One paragraph for each arm that has something to say. */
static void remarks_of(struct whet_html_report *p, const struct whet_digest *d,
                       enum whet_role role, const char *heading, arm_sentence make)
{
    struct whet_text *text = whet__html_report_sentence(p);

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

static void remarks_put(struct whet_html_report *p, const struct whet_digest *d)
{
    remarks_of(p, d, WHET_ROLE_BAD, "Runs failed", whet__digest_failure);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Why no worse verdict", whet__digest_note);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Measured again to confirm", whet__digest_confirmation);
    remarks_of(p, d, WHET_ROLE_PLAIN, "Runs far off", whet__digest_outliers);
    whet__digest_noise(whet__html_report_sentence(p), d);
    if (p->text.len > 0)
        whet__html_callout(p->out, WHET_ROLE_WARN, "Noise", whet__text_str(&p->text));
    whet__digest_interrupted(whet__html_report_sentence(p), d);
    if (p->text.len > 0)
        whet__html_callout(p->out, WHET_ROLE_WARN, "Stopped early", whet__text_str(&p->text));
}

static void targets_put(struct whet_html_report *p, const struct whet_digest *d)
{
    struct whet_digest_table t;

    if (d->outcome->targets.len > 0) {
        whet__html_heading(p->out, "Targets");
        whet__digest_table_targets(&t, d);
        whet__html_report_table(p, &t, NULL);
    }
    if (d->outcome->concurrency.len > 0) {
        whet__html_heading(p->out, "Copies at once");
        whet__digest_table_concurrency(&t, d);
        whet__html_report_table(p, &t, "Outputs are compared with that of one run alone.");
    }
}

static int scaling_put(struct whet_html_report *p, const struct whet_digest *d, size_t suite)
{
    int rc = 0;

    if (d->outcome->scaling.len > 0)
        whet__html_heading(p->out, "Scaling");
    for (size_t i = 0; i < d->outcome->scaling.len && rc == 0; i++) {
        const struct whet_scaling *s = whet__vec_at(&d->outcome->scaling, i);

        for (int memory = 0; memory < 2 && rc == 0; memory++) {
            if (memory && s->memory.law == WHET_GROWTH_UNKNOWN)
                continue;
            whet__digest_scaling(whet__html_report_sentence(p), s, memory);
            paragraph_put(p);
            rc = whet__html_plot_scaling(p->out, d, suite, i, memory);
        }
    }
    return rc;
}

static int compared_put(struct whet_html_report *p, const struct whet_digest *d, size_t suite)
{
    struct whet_digest_table t;

    if (whet__digest_judged(d) == 0)
        return 0;
    whet__html_heading(p->out, "Compared");
    whet__text_puts(whet__html_report_sentence(p), "Compared ");
    whet__digest_against(&p->text, d);
    whet__digest_table_judgements(&t, d);
    whet__html_report_table(p, &t, whet__text_str(&p->text));
    return whet__html_plot_changes(p->out, d, suite);
}

static int arms_put(struct whet_html_report *p, const struct whet_digest *d, size_t suite)
{
    struct whet_digest_table t;
    int rc;

    whet__html_heading(p->out, "Measured");
    whet__digest_method(whet__html_report_sentence(p), d);
    if (d->metric_why[0] != '\0') {
        whet__text_puts(&p->text, "; shown by ");
        whet__digest_metric(&p->text, d);
    }
    whet__digest_table_arms(&t, d, 0, 0);
    whet__html_report_table(p, &t, whet__text_str(&p->text));
    rc = whet__html_plot_spread(p->out, d, suite);
    if (rc == 0)
        rc = whet__html_plot_runs(p->out, d, suite);
    return rc;
}

static void details_put(struct whet_html_report *p, const struct whet_digest *d)
{
    struct whet_digest_table t;

    whet__html_details(p->out, "Every metric");
    whet__digest_table_metrics(&t, d);
    whet__html_report_table(p, &t,
                            "Medians with 95% intervals; MAD is the scaled median deviation.");
    whet__html_details_end(p->out);
    whet__html_details(p->out, "What ran");
    whet__digest_table_commands(&t, d);
    whet__html_report_table(p, &t, NULL);
    whet__html_details_end(p->out);
    if (p->verbose < 2)
        return;
    whet__html_details(p->out, "Every run");
    whet__digest_table_samples(&t, d);
    whet__html_report_table(p, &t, NULL);
    whet__html_details_end(p->out);
}

static int outcome_parts(struct whet_html_report *p, const struct whet_digest *d, size_t suite)
{
    const struct whet_outcome *o = d->outcome;
    int rc;

    whet__digest_answer(whet__html_report_sentence(p), d);
    if (!p->lead_says && ((o->verdict != WHET_VERDICT_NONE && !o->plain) || d->count == 0))
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

int whet__html_suite(struct whet_html_report *p, const struct whet_outcome *o, size_t suite)
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
