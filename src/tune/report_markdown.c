/* The tuning as Markdown, for a pull request or a wiki. */
#include "tune/report.h"

#include "view/markdown.h"

#define SENTENCE ((size_t)1 << 16)

static void item_put(struct whet_text *out, const char *term, whet_tune_sentence make,
                     const struct whet_tune *tune)
{
    struct whet_text text;

    whet__text_init(&text, SENTENCE);
    make(&text, tune);
    whet__markdown_item(out, term, whet__text_str(&text));
    whet__text_clear(&text);
}

static void paragraph_put(struct whet_text *out, whet_tune_sentence make,
                          const struct whet_tune *tune)
{
    struct whet_text text;

    whet__text_init(&text, SENTENCE);
    make(&text, tune);
    whet__markdown_paragraph(out, whet__text_str(&text));
    whet__text_clear(&text);
}

static int markdown_put(struct whet_text *out, const struct whet_tune *tune,
                        const struct whet_tune_report_options *options)
{
    const struct whet_tune_config *config = whet_tune_config(tune);
    struct whet_table table;

    whet__text_puts(out, "# Tuning of ");
    whet__markdown_code(out, options->path);
    whet__text_puts(out, "\n\n");
    paragraph_put(out, whet__tune_answer_line, tune);
    whet__tune_arms_table(&table, tune);
    whet__table_put_markdown(out, &table);
    whet__table_clear(&table);
    whet__text_putc(out, '\n');
    paragraph_put(out, whet__tune_method_line, tune);
    item_put(out, "Grade", whet__tune_grade_line, tune);
    item_put(out, "Quick estimate", whet__tune_estimate_line, tune);
    item_put(out, "Machine", whet__tune_machine_line, tune);
    item_put(out, "Workload", whet__tune_workload_line, tune);
    item_put(out, "Profile", whet__tune_profile_line, tune);
    for (size_t i = 0; i < config->step_count; i++)
        whet__markdown_item(out, "Adapted", config->steps[i]);
    whet__text_putc(out, '\n');
    whet__markdown_heading(out, 2, "Advice");
    for (size_t i = 0; i < whet_tune_advice_count(tune); i++) {
        const struct whet_tune_advice *advice = whet_tune_advice(tune, i);

        whet__markdown_item(out, advice->what, advice->why);
    }
    whet__text_printf(out, "\n%s\n", options->when);
    return whet__text_error(out);
}

const struct whet_tune_report whet__tune_report_markdown = {
    .name = "markdown",
    .ending = ".md",
    .put = markdown_put,
};
