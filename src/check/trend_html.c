/* The course of a result as a page: every result with its interval, and over it the levels
 * between the changes. */
#include <errno.h>
#include <stdio.h>

#include <whet/version.h>

#include "base/mem.h"
#include "check/trend_parts.h"
#include "check/trend_view.h"
#include "stat/quantile.h"
#include "view/html.h"
#include "view/plot.h"

#define ROWS_SHOWN     1000
#define SENTENCE_BYTES ((size_t)1 << 16)

/* Sets y of the points [from, to) to their median; `scratch` has room for them. */
static void level_set(struct whet_plot_point *level, const struct whet_plot_point *points,
                      size_t from, size_t to, double *scratch)
{
    double median = points[from].y;

    for (size_t i = from; i < to; i++)
        scratch[i - from] = points[i].y;
    if (whet__doubles_sort(scratch, to - from) == 0)
        median = whet__median_sorted(scratch, to - from);
    for (size_t i = from; i < to; i++)
        level[i] = (struct whet_plot_point){.x = points[i].x, .y = median};
}

static void points_fill(const struct whet_trend *t, struct whet_plot_point *points,
                        struct whet_plot_point *level, double *scratch)
{
    size_t n = t->points.len, from = 0;

    for (size_t i = 0; i < n; i++) {
        const struct whet_trend_point *p = whet__trend_point(t, i);

        points[i] = (struct whet_plot_point){(double)i + 1, p->median, p->low, p->high};
    }
    for (size_t i = 1; i <= n; i++) {
        if (i < n && !whet__trend_point(t, i)->changed)
            continue;
        level_set(level, points, from, i, scratch);
        from = i;
    }
}

static int plot_put(struct whet_text *out, const struct whet_trend *t)
{
    size_t n = t->points.len;
    struct whet_plot_point *points = whet__mem_zalloc(2 * n + 1, sizeof(*points));
    double *scratch = whet__mem_zalloc(n + 1, sizeof(*scratch));
    struct whet_plot_line lines[] = {
        {.name = t->metric, .count = n, .role = WHET_ROLE_ACCENT},
        {.name = "level", .count = n, .role = WHET_ROLE_DIM},
    };
    struct whet_plot_lines plot = {
        .frame = {.id = "course", .title = "Median of each result, with its interval"},
        .x_axis = "result, oldest first",
        .y_axis = t->metric,
        .y_unit = t->unit,
        .lines = lines,
        .count = 2,
    };
    int rc = -ENOMEM;

    if (points != NULL && scratch != NULL) {
        points_fill(t, points, points + n, scratch);
        lines[0].points = points;
        lines[1].points = points + n;
        rc = whet__plot_lines(out, &plot);
    }
    whet__mem_free(points);
    whet__mem_free(scratch);
    return rc;
}

static void changes_put(struct whet_text *out, const struct whet_trend *t)
{
    for (size_t i = 0; i < t->points.len; i++) {
        const struct whet_trend_point *p = whet__trend_point(t, i);
        enum whet_role role = whet__trend_role(t, p->change);
        char heading[96], text[160], when[32];

        if (!p->changed)
            continue;
        whet__trend_time(when, p->time, 1);
        snprintf(heading, sizeof(heading), "%+.1f%% from result %zu on", 100 * (p->change - 1),
                 i + 1);
        snprintf(text, sizeof(text), "Measured on %s%s%.64s; by chance with p = %.2g.", when,
                 p->commit[0] != '\0' ? " at commit " : "", p->commit, p->p);
        whet__html_callout(out, role == WHET_ROLE_BAD ? WHET_ROLE_WARN : role, heading, text);
    }
}

static int page_put(struct whet_text *out, const struct whet_trend *trend, const char *lead)
{
    const struct whet_html_page page = {.title = trend->name,
                                        .lead = lead,
                                        .eyebrow = "whet bench history",
                                        .footer = "whet " WHET_VERSION};
    struct whet_table table;
    int rc;

    whet__html_begin(out, &page);
    whet__html_section(out, "course", "Course");
    whet__html_figure(out);
    rc = plot_put(out, trend);
    whet__html_figure_end(out, "The dashed line is the level; it steps where a change is "
                               "proven.");
    changes_put(out, trend);
    whet__html_section_end(out);
    whet__html_section(out, "results", "Results");
    whet__trend_table(&table, trend, ROWS_SHOWN);
    whet__table_put_html(out, &table, NULL);
    whet__table_clear(&table);
    whet__html_section_end(out);
    whet__html_end(out, &page);
    return rc != 0 ? rc : whet__text_error(out);
}

int whet__trend_put_html(struct whet_text *out, const struct whet_trend *trend)
{
    struct whet_text lead;
    int rc;

    whet__text_init(&lead, SENTENCE_BYTES);
    whet__trend_extent(&lead, trend);
    whet__text_puts(&lead, "; ");
    whet__trend_answer(&lead, trend);
    whet__text_putc(&lead, '.');
    rc = whet__text_error(&lead);
    if (rc == 0)
        rc = page_put(out, trend, whet__text_str(&lead));
    whet__text_clear(&lead);
    return rc;
}
