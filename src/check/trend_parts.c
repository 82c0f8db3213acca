/* Parts of the views of a course. Some ten to some hundred points. */
#include "check/trend_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/metric.h"

#define COMMIT_SHOWN 8

const struct whet_trend_point *whet__trend_point(const struct whet_trend *trend, size_t index)
{
    return whet__vec_at(&trend->points, index);
}

void whet__trend_time(char out[32], int64_t time, int people)
{
    time_t at = (time_t)time;
    struct tm utc;

    out[0] = '\0';
    if (gmtime_r(&at, &utc) != NULL)
        strftime(out, 32, people ? "%Y-%m-%d %H:%M" : "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static const struct whet_metric *metric_of(const struct whet_trend *trend)
{
    for (size_t i = 0; i < WHET_METRIC_IDS; i++) {
        if (strcmp(whet__metrics[i].name, trend->metric) == 0)
            return &whet__metrics[i];
    }
    return NULL;
}

enum whet_role whet__trend_role(const struct whet_trend *trend, double change)
{
    const struct whet_metric *m = metric_of(trend);

    if (m == NULL || m->better == WHET_METRIC_NEITHER)
        return WHET_ROLE_ACCENT;
    return (change > 1) == (m->better == WHET_METRIC_LOWER) ? WHET_ROLE_BAD : WHET_ROLE_GOOD;
}

static void change_put(struct whet_text *out, const struct whet_trend_point *p)
{
    char when[32];

    whet__trend_time(when, p->time, 1);
    whet__text_printf(out, "%+.1f%% on %.10s", 100 * (p->change - 1), when);
    if (p->commit[0] != '\0')
        whet__text_printf(out, " (%.*s)", COMMIT_SHOWN, p->commit);
}

static size_t count_changes(const struct whet_trend *trend)
{
    size_t count = 0;

    for (size_t i = 0; i < trend->points.len; i++)
        count += (size_t)whet__trend_point(trend, i)->changed;
    return count;
}

void whet__trend_extent(struct whet_text *out, const struct whet_trend *trend)
{
    const struct whet_metric *m = metric_of(trend);
    size_t n = trend->points.len;
    char since[32] = "";

    whet__text_printf(out, "%zu result%s of %s", n, n == 1 ? "" : "s",
                      m != NULL ? m->title : trend->metric);
    if (n == 0)
        return;
    whet__trend_time(since, whet__trend_point(trend, 0)->time, 1);
    whet__text_printf(out, " since %.10s", since);
}

void whet__trend_answer(struct whet_text *out, const struct whet_trend *trend)
{
    size_t changes = count_changes(trend);

    if (changes == 0)
        whet__text_puts(out, "no change found");
    else if (changes == 1)
        whet__text_puts(out, "it changed once: ");
    else
        whet__text_printf(out, "it changed %zu times, last: ", changes);
    for (size_t i = trend->points.len; i > 0; i--) {
        const struct whet_trend_point *p = whet__trend_point(trend, i - 1);

        if (!p->changed)
            continue;
        change_put(out, p);
        break;
    }
}

static int is_one_machine(const struct whet_trend *trend)
{
    for (size_t i = 1; i < trend->points.len; i++) {
        if (strcmp(whet__trend_point(trend, i)->machine,
                   whet__trend_point(trend, 0)->machine) != 0)
            return 0;
    }
    return 1;
}

static void row_add(struct whet_table *t, const struct whet_trend *trend,
                    const struct whet_trend_point *p, int machine)
{
    struct whet_text value;
    char when[32];

    whet__trend_time(when, p->time, 1);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, when);
    whet__table_printf(t, WHET_ROLE_DIM, "%.*s", COMMIT_SHOWN, p->commit);
    whet__text_init(&value, 256);
    whet__number_interval(&value, trend->unit, p->median, p->low, p->high);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&value));
    whet__text_clear(&value);
    if (p->changed)
        whet__table_printf(t, whet__trend_role(trend, p->change), "%+.1f%%",
                           100 * (p->change - 1));
    else
        whet__table_cell(t, WHET_ROLE_PLAIN, "");
    if (machine)
        whet__table_cell(t, WHET_ROLE_DIM, p->machine);
}

void whet__trend_table(struct whet_table *out, const struct whet_trend *trend, size_t rows)
{
    static const struct whet_table_column columns[] = {
        {.heading = "Date (UTC)", .priority = 5},
        {.heading = "Commit", .priority = 3},
        {.heading = "Median", .align = WHET_ALIGN_RIGHT, .priority = 6},
        {.heading = "Change", .align = WHET_ALIGN_RIGHT, .priority = 4},
        {.heading = "Machine", .priority = 1, .shrinks = 1},
    };
    size_t n = trend->points.len;
    int machine = !is_one_machine(trend);

    whet__table_init(out, columns, machine ? 5 : 4);
    for (size_t i = n > rows ? n - rows : 0; i < n; i++)
        row_add(out, trend, whet__trend_point(trend, i), machine);
}
