/* The pictures of a report. Up to 32 rows each: beyond, nobody compares by eye, and the
 * tables have all. */
#include "export/html_plots.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "view/html.h"
#include "view/plot.h"

#define ROWS_MAX    32
#define LAW_POINTS  48  /* of the curve of a fitted law */
#define LOG_FROM    8.0 /* largest / smallest median from which an axis is logarithmic */
#define CAPTION_MAX 320

/* Whether so wide a range of positive values wants a logarithmic axis. */
static int is_wide(double low, double high)
{
    return low > 0 && high >= LOG_FROM * low;
}

/* "s2-runs" */
static const char *id_of(char *room, size_t size, size_t suite, const char *what)
{
    snprintf(room, size, "s%zu-%s", suite, what);
    return room;
}

/* Ends the figure: says what is left out, and what could not be drawn. */
static int figure_end(struct whet_text *out, int rc, const char *caption, size_t shown,
                      size_t count)
{
    char text[CAPTION_MAX];

    snprintf(text, sizeof(text), "%s", caption);
    if (rc == -EINVAL)
        snprintf(text, sizeof(text), "These values cannot be drawn; the tables have them.");
    else if (shown < count)
        snprintf(text, sizeof(text), "%s The first %zu of %zu; the table has all.", caption,
                 shown, count);
    whet__html_figure_end(out, text);
    return rc == -EINVAL ? 0 : rc;
}

int whet__html_plot_changes(struct whet_text *out, const struct whet_digest *d, size_t suite)
{
    struct whet_plot_bar bars[ROWS_MAX];
    char id[40];
    struct whet_plot_bars plot = {
        .frame = {.id = id_of(id, sizeof(id), suite, "changes"), .title = "Change"},
        .axis = "less is to the left, more to the right",
        .unit = WHET_UNIT_PERCENT,
        .bars = bars,
    };
    size_t count = 0;
    int rc;

    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j == NULL || j->pairs == 0)
            continue;
        count++;
        if (plot.count < ROWS_MAX)
            bars[plot.count++] =
                (struct whet_plot_bar){whet__digest_arm(d, i)->name,
                                       j->change.ratio.estimate - 1, j->change.ratio.low - 1,
                                       j->change.ratio.high - 1, whet__digest_role(j->verdict)};
    }
    if (count == 0)
        return 0;
    whet__html_figure(out);
    rc = whet__plot_bars(out, &plot);
    return figure_end(out, rc,
                      "Medians over rounds with their intervals. An interval that "
                      "reaches over 0 shows no difference.",
                      plot.count, count);
}

/* The rows of a plot of samples: values, and the rounds they are of, in one block each. */
struct rows {
    struct whet_plot_sample row[ROWS_MAX];
    size_t count;
};

static void rows_clear(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        whet__mem_free((void *)(uintptr_t)rows->row[i].values);
}

static int row_fill(struct whet_plot_sample *row, const struct whet_digest *d, size_t arm)
{
    const struct whet_result_arm *a = whet__digest_arm(d, arm);
    size_t most = whet__arm_count(a);
    double *values = whet__mem_zalloc(most + 1, 2 * sizeof(*values));

    if (values == NULL)
        return -ENOMEM;
    *row = (struct whet_plot_sample){.name = a->name, .values = values, .order = values + most};
    for (size_t i = 0; i < most; i++) {
        double value = whet__arm_value(d->result, a, i, d->metric);

        if (whet__arm_sample(a, i)->outcome != WHET_BENCH_OK || isnan(value))
            continue;
        values[row->count] = value;
        values[most + row->count++] = (double)whet__arm_sample(a, i)->round + 1;
    }
    return 0;
}

static int rows_fill(struct rows *rows, const struct whet_digest *d)
{
    int rc = 0;

    rows->count = 0;
    for (size_t i = 0; i < d->count && i < ROWS_MAX && rc == 0; i++) {
        rc = row_fill(&rows->row[rows->count], d, i);
        if (rc == 0)
            rows->count++;
    }
    if (rc != 0)
        rows_clear(rows);
    return rc;
}

/* Whether medians lie so far apart that a linear axis would hide the small. */
static int wants_log(const struct whet_digest *d)
{
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < d->count && i < ROWS_MAX; i++) {
        const struct whet_comparison_metric *m = whet__digest_numbers(d, i, d->metric);

        if (m->n == 0)
            continue;
        if (!(m->summary.min > 0))
            return 0;
        low = fmin(low, m->summary.median);
        high = fmax(high, m->summary.median);
    }
    return is_wide(low, high);
}

/* Both plots of samples, which differ in how they are drawn only. */
static int samples_put(struct whet_text *out, const struct whet_digest *d,
                       const struct whet_plot_samples *like,
                       int (*draw)(struct whet_text *, const struct whet_plot_samples *),
                       const char *caption)
{
    struct whet_plot_samples plot = *like;
    struct rows rows;
    int rc;

    if (!whet__digest_knows(d, d->metric))
        return 0;
    rc = rows_fill(&rows, d);
    if (rc != 0)
        return rc;
    plot.unit = d->result->metrics[d->metric].unit;
    plot.samples = rows.row;
    plot.count = rows.count;
    whet__html_figure(out);
    rc = figure_end(out, draw(out, &plot), caption, rows.count, d->count);
    rows_clear(&rows);
    return rc;
}

int whet__html_plot_spread(struct whet_text *out, const struct whet_digest *d, size_t suite)
{
    char id[40];
    struct whet_plot_samples plot = {
        .frame = {.id = id_of(id, sizeof(id), suite, "spread"), .title = "Every run"},
        .axis = whet__digest_metric_title(d->result, d->metric),
        .log = wants_log(d),
    };

    return samples_put(out, d, &plot, whet__plot_spread,
                       "A dot is a run. The box holds the middle half of them, the line in it "
                       "is the median.");
}

int whet__html_plot_runs(struct whet_text *out, const struct whet_digest *d, size_t suite)
{
    char id[40];
    struct whet_plot_samples plot = {
        .frame = {.id = id_of(id, sizeof(id), suite, "runs"),
                  .title = "Every run in the order of measurement"},
        .order_axis = "round",
    };

    return samples_put(out, d, &plot, whet__plot_runs,
                       "Each row has its own scale. A slope is drift, a lone point a "
                       "disturbance; what disturbs the machine hits all rows alike.");
}

/* The medians at each size that has one, and the law between the first and last of them. */
struct growth_lines {
    struct whet_plot_point *measured;
    size_t count;
    struct whet_plot_point law[LAW_POINTS];
    size_t law_count;
    int x_log, y_log;
};

static void growth_measured(struct growth_lines *g, const struct whet_digest *d,
                            const struct whet_scaling *s, size_t metric)
{
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct whet_comparison_metric *m;

        if (s->arms[i] >= d->count)
            continue;
        m = whet__digest_numbers(d, s->arms[i], metric);
        if (m->n == 0)
            continue;
        low = fmin(low, m->summary.min);
        high = fmax(high, m->summary.max);
        g->measured[g->count++] = (struct whet_plot_point){s->sizes[i], m->summary.median,
                                                           m->median.low, m->median.high};
    }
}

/* Points as far from each other on the axis as the next. */
static void growth_law(struct growth_lines *g, const struct whet_growth *law)
{
    double first = g->measured[0].x, last = g->measured[g->count - 1].x;

    if (law->law == WHET_GROWTH_UNKNOWN)
        return;
    for (size_t i = 0; i < LAW_POINTS; i++) {
        double at = (double)i / (LAW_POINTS - 1);
        double x = g->x_log ? first * pow(last / first, at) : first + (last - first) * at;
        double y = whet__growth_at(law, x);

        if (isfinite(y) && (!g->y_log || y > 0))
            g->law[g->law_count++] = (struct whet_plot_point){x, y, 0, 0};
    }
}

static int growth_draw(struct whet_text *out, const struct growth_lines *g,
                       const struct whet_scaling *s, const struct whet_metric *metric,
                       const char *id, int memory)
{
    const struct whet_growth *law = memory ? &s->memory : &s->time;
    struct whet_plot_line lines[] = {
        {"measured", g->measured, g->count, WHET_ROLE_ACCENT},
        {whet__growth_name(law->law), g->law, g->law_count, WHET_ROLE_DIM},
    };
    struct whet_plot_lines plot = {
        .frame = {.id = id, .title = memory ? "Growth of memory" : "Growth of time"},
        .x_axis = s->parameter,
        .y_axis = metric->title,
        .x_unit = WHET_UNIT_COUNT,
        .y_unit = metric->unit,
        .x_log = g->x_log,
        .y_log = g->y_log,
        .lines = lines,
        .count = g->law_count > 0 ? 2 : 1,
    };

    return whet__plot_lines(out, &plot);
}

int whet__html_plot_scaling(struct whet_text *out, const struct whet_digest *d, size_t suite,
                            size_t series, int memory)
{
    const struct whet_scaling *s = whet__vec_at(&d->outcome->scaling, series);
    size_t metric = memory ? WHET_METRIC_MEMORY : s->metric;
    struct growth_lines g = {.count = 0};
    char id[40], what[24];
    int rc = 0;

    if (d->count == 0 || s->count == 0 || s->metric >= d->result->metric_count)
        return 0;
    g.measured = whet__mem_zalloc(s->count, sizeof(*g.measured));
    if (g.measured == NULL)
        return -ENOMEM;
    growth_measured(&g, d, s, metric);
    if (g.count > 0) {
        growth_law(&g, memory ? &s->memory : &s->time);
        snprintf(what, sizeof(what), "%s%zu", memory ? "memory" : "time", series + 1);
        whet__html_figure(out);
        rc = growth_draw(out, &g, s, &d->result->metrics[metric],
                         id_of(id, sizeof(id), suite, what), memory);
        rc = figure_end(out, rc,
                        g.x_log && g.y_log
                            ? "Both axes are logarithmic: a straight line is a power of the "
                              "size, and its slope the exponent."
                            : "Medians with their intervals.",
                        0, 0);
    }
    whet__mem_free(g.measured);
    return rc;
}
