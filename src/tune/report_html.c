/* The tuning as one self-contained page with plots. */
#include "tune/report.h"

#include <errno.h>
#include <stdio.h>

#include <whet/units.h>
#include <whet/version.h>

#include "base/mem.h"
#include "view/html.h"
#include "view/plot.h"

#define SENTENCE      ((size_t)1 << 16)
#define ARMS_MAX      16
#define FILES_IN_PLOT 1000000

static void paragraph_put(struct whet_text *out, whet_tune_sentence make,
                          const struct whet_tune *tune)
{
    struct whet_text text;

    whet__text_init(&text, SENTENCE);
    make(&text, tune);
    whet__html_paragraph(out, whet__text_str(&text));
    whet__text_clear(&text);
}

static enum whet_role grade_role(enum whet_tune_grade grade)
{
    static const enum whet_role roles[] = {WHET_ROLE_BAD, WHET_ROLE_WARN, WHET_ROLE_PLAIN,
                                           WHET_ROLE_GOOD};

    return roles[grade];
}

static void cards_put(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_arm *cold = whet_tune_chosen_parallel(tune);
    const struct whet_tune_arm *warm = whet_tune_chosen_warm(tune);
    struct whet_tune_grades g = whet_tune_grades(tune);
    char first[32], unchanged[32], memory[32];
    struct whet_html_card cards[] = {
        {"First scan", first, cold->name, WHET_ROLE_PLAIN},
        {"Unchanged files", unchanged, warm->name, grade_role(g.speedup)},
        {"Peak memory", memory, whet_tune_grade_name(g.memory), grade_role(g.memory)},
        {"Grade", whet_tune_grade_name(g.whole), "against the published targets",
         grade_role(g.whole)},
    };

    snprintf(first, sizeof(first), "%.2f×", cold->speedup.value);
    snprintf(unchanged, sizeof(unchanged), "%.1f×", warm->speedup.value);
    if (cold->peak_bytes != 0)
        whet_size_format(cold->peak_bytes, memory, sizeof(memory));
    else
        snprintf(memory, sizeof(memory), "-"); /* as in the table */
    whet__html_cards(out, cards, sizeof(cards) / sizeof(cards[0]));
}

static enum whet_role arm_role(const struct whet_tune *tune, const struct whet_tune_arm *arm)
{
    if (arm == whet_tune_chosen_parallel(tune) || arm == whet_tune_chosen_warm(tune))
        return WHET_ROLE_GOOD;
    return arm == whet_tune_arm(tune, 0) ? WHET_ROLE_DIM : WHET_ROLE_ACCENT;
}

static int speedups_put(struct whet_text *out, const struct whet_tune *tune)
{
    struct whet_plot_bar bars[ARMS_MAX];
    struct whet_plot_bars plot = {
        .frame = {.id = "speedup", .title = "Speed-up over the sequential scan"},
        .axis = "speed-up",
        .unit = WHET_UNIT_FACTOR,
        .bars = bars,
        .reference = 1,
        .reference_label = "sequential",
    };
    int rc;

    for (size_t i = 0; i < whet_tune_arm_count(tune) && i < ARMS_MAX; i++) {
        const struct whet_tune_arm *arm = whet_tune_arm(tune, i);

        if (arm->runs == 0)
            continue;
        bars[plot.count++] =
            (struct whet_plot_bar){arm->name, arm->speedup.value, arm->speedup.low,
                                   arm->speedup.high, arm_role(tune, arm)};
    }
    whet__html_figure(out);
    rc = whet__plot_bars(out, &plot);
    whet__html_figure_end(out, "Medians over rounds with their intervals.");
    return rc;
}

/* Samples in nanoseconds, as the plot takes them, and their rounds from 1. */
static int run_row(const struct whet_tune_arm *arm, struct whet_plot_sample *row)
{
    double *values = whet__mem_zalloc(arm->sample_count, 2 * sizeof(*values));

    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < arm->sample_count; i++) {
        values[i] = arm->samples[i] * 1e9;
        values[arm->sample_count + i] = (double)arm->rounds[i] + 1;
    }
    row->name = arm->name;
    row->values = values;
    row->order = values + arm->sample_count;
    row->count = arm->sample_count;
    return 0;
}

static int runs_put(struct whet_text *out, const struct whet_tune *tune)
{
    struct whet_plot_sample rows[ARMS_MAX] = {{0}};
    struct whet_plot_samples plot = {
        .frame = {.id = "runs", .title = "Every run in the order of measurement"},
        .axis = "time",
        .order_axis = "round",
        .unit = WHET_UNIT_DURATION,
        .samples = rows,
    };
    int rc = 0;

    for (size_t i = 0; i < whet_tune_arm_count(tune) && i < ARMS_MAX && rc == 0; i++) {
        rc = run_row(whet_tune_arm(tune, i), &rows[plot.count]);
        rows[plot.count++].role = arm_role(tune, whet_tune_arm(tune, i));
    }
    whet__html_figure(out);
    if (rc == 0)
        rc = whet__plot_runs(out, &plot);
    whet__html_figure_end(out, "Each row has its own scale. A slope is drift, a lone point a "
                               "disturbance; both hit all rows alike.");
    for (size_t i = 0; i < plot.count; i++)
        whet__mem_free((void *)(uintptr_t)rows[i].values);
    return rc;
}

/* The workload is known by classes of sizes, which are the very bins of the plot: each
 * file is drawn at the smallest size of its class. */
static int sizes_put(struct whet_text *out, const struct whet_tune_workload *w)
{
    struct whet_plot_histogram plot = {
        .frame = {.id = "sizes", .title = "Sizes of the files"},
        .axis = "size",
        .count_axis = "files",
        .unit = WHET_UNIT_SIZE,
        .log = 1,
    };
    double *values;
    int rc;

    if (w->files > FILES_IN_PLOT)
        return 0;
    values = whet__mem_zalloc((size_t)w->files, sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    for (unsigned c = 0; c < WHET_SCAN_SIZE_CLASSES; c++) {
        for (uint64_t n = 0; n < w->classes[c] && plot.count < w->files; n++)
            values[plot.count++] = c == 0 ? 0 : (double)((uint64_t)1 << (c - 1));
    }
    plot.values = values;
    whet__html_figure(out);
    rc = whet__plot_histogram(out, &plot);
    whet__html_figure_end(out, NULL);
    whet__mem_free(values);
    return rc;
}

static void advice_put(struct whet_text *out, const struct whet_tune *tune)
{
    static const enum whet_role roles[] = {WHET_ROLE_GOOD, WHET_ROLE_PLAIN, WHET_ROLE_WARN};

    for (size_t i = 0; i < whet_tune_advice_count(tune); i++) {
        const struct whet_tune_advice *advice = whet_tune_advice(tune, i);

        whet__html_callout(out, roles[advice->kind], advice->what, advice->why);
    }
}

static void machine_put(struct whet_text *out, const struct whet_tune_machine *m)
{
    char cores[640], memory[96], available[32], total[32], storage[640];
    struct whet_html_fact facts[] = {
        {"Processor", m->cpu_model[0] != '\0' ? m->cpu_model : "unknown"},
        {"Cores to use", cores},
        {"Memory", memory},
        {"Memory from", m->memory_source},
        {"Storage", storage},
        {"Kernel", m->kernel},
        {"System", m->distribution[0] != '\0' ? m->distribution : "unknown"},
    };

    snprintf(cores, sizeof(cores), "%u: %u online, %u by affinity, quota %s", m->cores,
             m->online, m->usable, m->quota_cores > 0 ? m->quota_source : "none");
    snprintf(memory, sizeof(memory), "%s, %s available",
             whet_size_format(m->memory_bytes, total, sizeof(total)),
             whet_size_format(m->available_bytes, available, sizeof(available)));
    snprintf(storage, sizeof(storage), "%s: %s", m->storage,
             m->storage_source[0] != '\0' ? m->storage_source : "nothing says which");
    whet__html_facts(out, facts, sizeof(facts) / sizeof(facts[0]));
}

static void config_put(struct whet_text *out, const struct whet_tune *tune)
{
    const struct whet_tune_config *c = whet_tune_config(tune);
    struct whet_text why;

    whet__text_init(&why, SENTENCE);
    whet__text_printf(&why, "Profile %s, since %s. %s", c->profile->name,
                      whet_tune_profile_reason(tune), c->step_count != 0 ? "Adapted:" : "");
    whet__html_paragraph(out, whet__text_str(&why));
    whet__text_reset(&why);
    for (size_t i = 0; i < c->step_count; i++)
        whet__text_printf(&why, "%s%s", i == 0 ? "" : "\n", c->steps[i]);
    if (c->step_count != 0)
        whet__html_code_block(out, whet__text_str(&why));
    whet__text_clear(&why);
}

static void sections_put(struct whet_text *out, const struct whet_tune *tune, int *rc)
{
    struct whet_table table;

    whet__html_section(out, "measured", "Measured");
    whet__tune_arms_table(&table, tune);
    whet__table_put_html(out, &table, "* chosen");
    whet__table_clear(&table);
    *rc = speedups_put(out, tune);
    if (*rc == 0)
        *rc = runs_put(out, tune);
    paragraph_put(out, whet__tune_method_line, tune);
    whet__html_section_end(out);

    whet__html_section(out, "advice", "Advice");
    advice_put(out, tune);
    whet__html_section_end(out);

    whet__html_section(out, "estimate", "Estimate beside the measurement");
    paragraph_put(out, whet__tune_estimate_line, tune);
    whet__html_section_end(out);

    whet__html_section(out, "workload", "Workload");
    if (*rc == 0)
        *rc = sizes_put(out, whet_tune_workload(tune));
    whet__html_section_end(out);

    whet__html_section(out, "machine", "Machine and configuration");
    machine_put(out, whet_tune_machine(tune));
    config_put(out, tune);
    whet__html_section_end(out);
}

static int html_put(struct whet_text *out, const struct whet_tune *tune,
                    const struct whet_tune_report_options *options)
{
    struct whet_text title, lead, footer;
    struct whet_html_page page = {.eyebrow = "whet tune"};
    int rc = 0;

    whet__text_init(&title, SENTENCE);
    whet__text_init(&lead, SENTENCE);
    whet__text_init(&footer, SENTENCE);
    whet__text_printf(&title, "Tuning of %s", options->path);
    whet__tune_answer_line(&lead, tune);
    whet__text_printf(&footer, "whet %s, %s", whet_version(), options->when);
    page.title = whet__text_str(&title);
    page.lead = whet__text_str(&lead);
    page.footer = whet__text_str(&footer);
    whet__html_begin(out, &page);
    cards_put(out, tune);
    sections_put(out, tune, &rc);
    whet__html_end(out, &page);
    whet__text_clear(&title);
    whet__text_clear(&lead);
    whet__text_clear(&footer);
    return rc != 0 ? rc : whet__text_error(out);
}

const struct whet_tune_report whet__tune_report_html = {
    .name = "html",
    .ending = ".html",
    .put = html_put,
};
