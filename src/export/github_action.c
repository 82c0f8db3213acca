/* What github-action-benchmark reads as customSmallerIsBetter and, a form of its own, as
 * customBiggerIsBetter: a list of names with values. It tells series apart by their names
 * alone and compares plain numbers, so a name is always of the same unit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/double.h"
#include "base/json.h"
#include "export/forms.h"
#include "export/row.h"

#define NAME_MAX_BYTES ((size_t)1 << 20)

struct list {
    struct whet_json json;
    struct whet_rows rows;
    struct whet_text name; /* of the entry that is being written */
};

/* The half width of the interval; whole from 100 on, which is exact enough for a tooltip. */
static void range_put(struct whet_json *j, double half)
{
    char text[WHET_DOUBLE_SIZE + 8] = "\xC2\xB1 ";

    if (!isfinite(half))
        return;
    (void)!whet__double_format(half < 100 ? half : round(half), text + strlen(text));
    whet__json_put_string(j, "range", text);
}

/* `what` is NULL for the main figure of an arm. */
static void entry_put(struct list *l, const struct whet_row *row, const char *what,
                      const char *unit, const struct whet_interval *value, size_t runs)
{
    struct whet_json *j = &l->json;
    char extra[64];

    whet__text_reset(&l->name);
    whet__text_puts(&l->name, row->label);
    if (what != NULL)
        whet__text_printf(&l->name, " - %s", what);
    whet__json_object(j);
    whet__json_put_string_n(j, "name", whet__text_str(&l->name), l->name.len);
    whet__json_put_string(j, "unit", unit);
    whet__json_put_double(j, "value", value->estimate);
    if (runs > 1)
        range_put(j, (value->high - value->low) / 2);
    snprintf(extra, sizeof(extra), "median of %zu %s", runs, runs == 1 ? "run" : "runs");
    whet__json_put_string(j, "extra", extra);
    whet__json_object_end(j);
    if (j->text->error == 0)
        j->text->error = whet__text_error(&l->name);
}

static const char *unit_name(enum whet_unit unit)
{
    switch (unit) {
    case WHET_UNIT_DURATION:
        return "ns";
    case WHET_UNIT_SIZE:
        return "bytes";
    case WHET_UNIT_PERCENT:
    case WHET_UNIT_FACTOR:
        return "ratio";
    case WHET_UNIT_RATE:
        return "1/s";
    case WHET_UNIT_SIZE_RATE:
        return "bytes/s";
    case WHET_UNIT_COUNT:
        break;
    }
    return "count";
}

/* Wall time, memory and the program's own counters; every other metric says more about why
 * than about how fast, and would be one more chance for a false alarm. */
static int is_tracked(size_t metric, const struct whet_metric *m,
                      enum whet_metric_better better)
{
    return m->better == better && (metric == WHET_METRIC_WALL || metric == WHET_METRIC_MEMORY ||
                                   metric >= WHET_METRIC_IDS);
}

static void metrics_put(struct list *l, const struct whet_row *row,
                        enum whet_metric_better better)
{
    for (size_t i = 0; i < row->result->metric_count; i++) {
        const struct whet_metric *m = &row->result->metrics[i];
        struct whet_row_metric known;

        if (is_tracked(i, m, better) && whet__row_metric(&known, &l->rows, row, i))
            entry_put(l, row, i == WHET_METRIC_WALL ? NULL : m->name, unit_name(m->unit),
                      &known.median, known.summary.n);
    }
}

static void rates_put(struct list *l, const struct whet_row *row)
{
    struct whet_row_metric wall;
    struct whet_interval rate;

    if (!whet__row_metric(&wall, &l->rows, row, WHET_METRIC_WALL))
        return;
    if (whet__row_rate(&rate, row->arm->items, &wall.median))
        entry_put(l, row, "items/s", "items/s", &rate, wall.summary.n);
    if (whet__row_rate(&rate, row->arm->bytes, &wall.median))
        entry_put(l, row, "bytes/s", "bytes/s", &rate, wall.summary.n);
}

static int list_put(struct whet_text *out, const struct whet_report *report,
                    enum whet_metric_better better)
{
    struct list l;
    int rc = whet__rows_init(&l.rows, report);

    if (rc != 0)
        return rc;
    whet__text_init(&l.name, NAME_MAX_BYTES);
    whet__json_init(&l.json, out, 2);
    whet__json_array(&l.json);
    for (size_t i = 0; i < l.rows.count; i++) {
        if (better == WHET_METRIC_HIGHER)
            rates_put(&l, &l.rows.rows[i]);
        metrics_put(&l, &l.rows.rows[i], better);
    }
    whet__json_array_end(&l.json);
    whet__text_putc(out, '\n');
    whet__text_clear(&l.name);
    whet__rows_clear(&l.rows);
    return whet__text_error(out);
}

static int smaller_put(struct whet_text *out, const struct whet_report *report,
                       const struct whet_export_options *options)
{
    (void)options;
    return list_put(out, report, WHET_METRIC_LOWER);
}

static int bigger_put(struct whet_text *out, const struct whet_report *report,
                      const struct whet_export_options *options)
{
    (void)options;
    return list_put(out, report, WHET_METRIC_HIGHER);
}

const struct whet_export whet__export_github_action = {
    .name = "github-action-benchmark",
    .summary = "its customSmallerIsBetter: time, memory, own counters",
    .put = smaller_put,
};

const struct whet_export whet__export_github_action_bigger = {
    .name = "github-action-benchmark-bigger",
    .summary = "its customBiggerIsBetter: throughput",
    .put = bigger_put,
};
