/* A report as Markdown for a job's summary or a pull request: the verdict first, tables
 * that fit into a comment, the rest folded away. GitHub and GitLab show <details> folded;
 * elsewhere it is Markdown all the same. */
#include "export/digest.h"
#include "export/forms.h"

#include "view/markdown.h"

typedef void (*arm_sentence)(struct whet_text *out, const struct whet_digest *d, size_t arm);

/* The document in the making. */
struct document {
    struct whet_text *out;
    struct whet_text text; /* a sentence in the making */
    int verbose;
};

static struct whet_text *text_begin(struct document *m)
{
    if (whet__text_error(&m->text) == 0)
        whet__text_reset(&m->text);
    return &m->text;
}

static void paragraph_put(struct document *m)
{
    if (m->text.len > 0)
        whet__markdown_paragraph(m->out, whet__text_str(&m->text));
}

static void table_put(struct document *m, struct whet_digest_table *t)
{
    if (t->table.rows.len > 0 || whet__table_error(&t->table) != 0)
        whet__table_put_markdown(m->out, &t->table);
    whet__table_clear(&t->table);
}

/* Markdown between the tags needs an empty line at both ends. */
static void details_begin(struct document *m, const char *summary)
{
    whet__text_printf(m->out, "<details><summary>%s</summary>\n\n", summary);
}

static void details_end(struct document *m)
{
    whet__text_puts(m->out, "</details>\n\n");
}

/* A sign that is seen before the word is read. */
static const char *sign_of(const struct whet_outcome *o)
{
    if (o->plain && o->failure == NULL)
        return "▫️";
    if (whet__digest_failed(o))
        return "❌";
    switch (whet__digest_role(o->verdict)) {
    case WHET_ROLE_WARN:
        return "⚠️";
    case WHET_ROLE_GOOD:
        return "✅";
    default:
        return "▫️";
    }
}

static void item_put(struct document *m, const char *term)
{
    if (m->text.len == 0)
        return;
    whet__markdown_item(m->out, term, whet__text_str(&m->text));
}

static void arm_items(struct document *m, const struct whet_digest *d, const char *term,
                      arm_sentence make)
{
    for (size_t i = 0; i < d->count; i++) {
        make(text_begin(m), d, i);
        item_put(m, term);
    }
}

/* What a reader must know about the numbers, as one list. */
static void remarks_put(struct document *m, const struct whet_digest *d)
{
    size_t before = m->out->len;

    for (size_t i = 0; i < d->outcome->scaling.len; i++) {
        const struct whet_scaling *s = whet__vec_at(&d->outcome->scaling, i);

        whet__digest_scaling(text_begin(m), s, 0);
        item_put(m, "Scaling");
        if (s->memory.law == WHET_GROWTH_UNKNOWN)
            continue;
        whet__digest_scaling(text_begin(m), s, 1);
        item_put(m, "Scaling");
    }
    for (size_t i = 0; i < d->outcome->concurrency.len; i++) {
        whet__digest_concurrency(text_begin(m), whet__vec_at(&d->outcome->concurrency, i));
        item_put(m, "Concurrency");
    }
    arm_items(m, d, "Note", whet__digest_note_shared);
    arm_items(m, d, "Confirmed", whet__digest_confirmation);
    arm_items(m, d, "Failed", whet__digest_failure);
    whet__digest_outliers_all(text_begin(m), d);
    item_put(m, "Outliers");
    whet__digest_noise(text_begin(m), d);
    item_put(m, "Noise");
    whet__digest_interrupted(text_begin(m), d);
    item_put(m, "Stopped");
    if (m->out->len > before)
        whet__text_putc(m->out, '\n');
}

static void arms_put(struct document *m, const struct whet_digest *d)
{
    struct whet_digest_table t;

    if (whet__digest_judged(d) > 0) {
        whet__text_puts(text_begin(m), "Compared ");
        whet__digest_against(&m->text, d);
        paragraph_put(m);
        whet__digest_table_judgements(&t, d);
        table_put(m, &t);
        details_begin(m, "Measured");
    }
    whet__digest_table_arms(&t, d, 0, 0);
    table_put(m, &t);
    whet__digest_method(text_begin(m), d);
    paragraph_put(m);
    if (whet__digest_judged(d) > 0)
        details_end(m);
}

static void outcome_parts(struct document *m, const struct whet_digest *d)
{
    struct whet_digest_table t;

    if (d->count == 0) {
        whet__digest_answer(text_begin(m), d);
        paragraph_put(m);
        return;
    }
    whet__digest_table_targets(&t, d);
    table_put(m, &t);
    arms_put(m, d);
    remarks_put(m, d);
    if (m->verbose > 0) {
        details_begin(m, "Every metric");
        whet__digest_table_metrics(&t, d);
        table_put(m, &t);
        details_end(m);
    }
    if (m->verbose < 2)
        return;
    details_begin(m, "Every run");
    whet__digest_table_samples(&t, d);
    table_put(m, &t);
    details_end(m);
}

static int outcome_put(struct document *m, const struct whet_outcome *o)
{
    struct whet_digest d;
    int rc = whet__digest_init(&d, o);

    if (rc != 0)
        return rc;
    whet__text_printf(text_begin(m), "%s %s", sign_of(o), whet__digest_title(o, "Result"));
    whet__markdown_heading(m->out, 3, whet__text_str(&m->text));
    outcome_parts(m, &d);
    whet__digest_clear(&d);
    return 0;
}

/* "## whet check: FAIL", then the whole in a sentence. */
static void head_put(struct document *m, const struct whet_report *report)
{
    struct whet_digest_table t;

    whet__text_puts(text_begin(m), report->title != NULL ? report->title : "whet");
    if (report->verdict != WHET_VERDICT_NONE && !whet__digest_is_plain(report))
        whet__text_printf(&m->text, ": %s", whet__verdict_title(report->verdict));
    whet__markdown_heading(m->out, 2, whet__text_str(&m->text));
    whet__digest_report_answer(text_begin(m), report);
    paragraph_put(m);
    if (report->outcomes.len < 2)
        return;
    whet__digest_table_suites(&t, report);
    table_put(m, &t);
}

static void foot_put(struct document *m, const struct whet_report *report)
{
    const struct whet_result *r = NULL;

    for (size_t i = 0; i < report->outcomes.len && r == NULL; i++)
        r = ((const struct whet_outcome *)whet__vec_at(&report->outcomes, i))->result;
    if (r == NULL)
        return;
    details_begin(m, "Machine");
    whet__digest_machine(text_begin(m), r);
    whet__text_printf(&m->text, "; seed %llu; whet %s", (unsigned long long)r->seed,
                      r->version);
    paragraph_put(m);
    if (report->command != NULL)
        whet__markdown_code_block(m->out, "sh", report->command);
    details_end(m);
}

static int markdown_put(struct whet_text *out, const struct whet_report *report,
                        const struct whet_export_options *options)
{
    struct document m = {.out = out, .verbose = options != NULL ? options->verbose : 0};
    int rc = 0;

    whet__text_init(&m.text, WHET_DIGEST_TEXT);
    head_put(&m, report);
    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++)
        rc = outcome_put(&m, whet__vec_at(&report->outcomes, i));
    foot_put(&m, report);
    if (rc == 0)
        rc = whet__text_error(&m.text);
    whet__text_clear(&m.text);
    return rc != 0 ? rc : whet__text_error(out);
}

const struct whet_export whet__export_markdown = {
    .name = "markdown",
    .ending = ".md",
    .summary = "for a job's summary or a pull request",
    .put = markdown_put,
};
