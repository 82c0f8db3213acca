/* The tuning for a person at a terminal: an answer in five seconds, the reasons below. */
#include "tune/report.h"

#include <string.h>

#include "view/colour.h"
#include "view/fill.h"

#define LABEL_WIDTH 10
#define SENTENCE    ((size_t)1 << 16)

/* "Machine   2 cores, ...", filled to the width, later lines under the first. */
static void labelled(struct whet_text *out, const struct whet_table_style *style,
                     const char *label, const char *text)
{
    unsigned width = style->width != 0 ? (unsigned)style->width : 80;

    whet__colour_put(out, WHET_ROLE_DIM, style->colour, label);
    whet__fill(out, text, (unsigned)strlen(label), LABEL_WIDTH, width);
}

static void sentence_put(struct whet_text *out, const struct whet_table_style *style,
                         const char *label, whet_tune_sentence make,
                         const struct whet_tune *tune)
{
    struct whet_text text;

    whet__text_init(&text, SENTENCE);
    make(&text, tune);
    labelled(out, style, label, whet__text_str(&text));
    whet__text_clear(&text);
}

static void steps_put(struct whet_text *out, const struct whet_table_style *style,
                      const struct whet_tune_config *config)
{
    for (size_t i = 0; i < config->step_count; i++)
        labelled(out, style, "", config->steps[i]);
}

static void advice_put(struct whet_text *out, const struct whet_table_style *style,
                       const struct whet_tune *tune)
{
    for (size_t i = 0; i < whet_tune_advice_count(tune); i++) {
        const struct whet_tune_advice *advice = whet_tune_advice(tune, i);
        struct whet_text text;

        whet__text_init(&text, SENTENCE);
        whet__text_printf(&text, "%s: %s", advice->what, advice->why);
        labelled(out, style, i == 0 ? "Advice" : "", whet__text_str(&text));
        whet__text_clear(&text);
    }
}

static int text_put(struct whet_text *out, const struct whet_tune *tune,
                    const struct whet_tune_report_options *options)
{
    const struct whet_table_style *style = &options->style;
    struct whet_table table;

    sentence_put(out, style, "Machine", whet__tune_machine_line, tune);
    sentence_put(out, style, "Workload", whet__tune_workload_line, tune);
    sentence_put(out, style, "Profile", whet__tune_profile_line, tune);
    steps_put(out, style, whet_tune_config(tune));
    whet__text_putc(out, '\n');
    whet__tune_arms_table(&table, tune);
    whet__table_put_text(out, &table, style);
    whet__table_clear(&table);
    whet__text_putc(out, '\n');
    sentence_put(out, style, "Chosen *", whet__tune_answer_line, tune);
    sentence_put(out, style, "Grade", whet__tune_grade_line, tune);
    sentence_put(out, style, "Estimate", whet__tune_estimate_line, tune);
    advice_put(out, style, tune);
    sentence_put(out, style, "Measured", whet__tune_method_line, tune);
    return whet__text_error(out);
}

const struct whet_tune_report whet__tune_report_text = {
    .name = "text",
    .ending = ".txt",
    .put = text_put,
};
