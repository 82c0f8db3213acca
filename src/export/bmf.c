/* Bencher Metric Format: benchmarks with measures, a value and its bounds in each. The slugs
 * "latency" (nanoseconds) and "throughput" (operations for each second) are Bencher's own;
 * the others it creates when it first sees them. */
#include <string.h>

#include "base/json.h"
#include "export/forms.h"
#include "export/row.h"

static void measure_put(struct whet_json *j, const char *slug, const struct whet_interval *v)
{
    whet__json_key(j, slug);
    whet__json_object(j);
    whet__json_put_double(j, "value", v->estimate);
    whet__json_put_double(j, "lower_value", v->low);
    whet__json_put_double(j, "upper_value", v->high);
    whet__json_object_end(j);
}

/* Without items an operation is one run or iteration. */
static void rates_put(struct whet_json *j, const struct whet_row *row,
                      const struct whet_interval *wall)
{
    struct whet_interval rate;

    if (whet__row_rate(&rate, row->arm->items > 0 ? row->arm->items : 1, wall))
        measure_put(j, "throughput", &rate);
    if (whet__row_rate(&rate, row->arm->bytes, wall))
        measure_put(j, "bytes-per-second", &rate);
}

/* Slugs are of lower-case letters, digits and hyphens. */
static void slug_make(char out[64], const char *name)
{
    size_t n = 0;

    for (; *name != '\0' && n < 63; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = c;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* Whether the slug is empty, or of a measure that stands before it: two counters can differ
 * in what a slug cannot hold. */
static int is_taken(const struct whet_result *r, size_t metric, const char *slug)
{
    static const char *const own[] = {"", "latency", "throughput", "bytes-per-second"};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i], slug) == 0)
            return 1;
    }
    for (size_t i = 0; i < metric; i++) {
        char other[64];

        slug_make(other, r->metrics[i].name);
        if (strcmp(other, slug) == 0)
            return 1;
    }
    return 0;
}

/* Memory, allocations and the program's own counters. */
static int is_measure(size_t metric)
{
    return metric == WHET_METRIC_MEMORY || metric == WHET_METRIC_TREE_MEMORY ||
           metric == WHET_METRIC_ALLOCATIONS || metric == WHET_METRIC_ALLOCATED ||
           metric >= WHET_METRIC_IDS;
}

static void row_put(struct whet_json *j, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric wall, m;

    if (!whet__row_metric(&wall, rows, row, WHET_METRIC_WALL))
        return;
    whet__json_key(j, row->label);
    whet__json_object(j);
    measure_put(j, "latency", &wall.median);
    rates_put(j, row, &wall.median);
    for (size_t i = 0; i < row->result->metric_count; i++) {
        char slug[64];

        slug_make(slug, row->result->metrics[i].name);
        if (is_measure(i) && !is_taken(row->result, i, slug) &&
            whet__row_metric(&m, rows, row, i))
            measure_put(j, slug, &m.median);
    }
    whet__json_object_end(j);
}

static void rows_put(struct whet_json *j, struct whet_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        row_put(j, rows, &rows->rows[i]);
}

static int bmf_put(struct whet_text *out, const struct whet_report *report,
                   const struct whet_export_options *options)
{
    (void)options;
    return whet__rows_put_json(out, report, rows_put);
}

const struct whet_export whet__export_bmf = {
    .name = "bmf",
    .ending = ".bmf.json",
    .summary = "Bencher Metric Format: time, throughput, memory",
    .put = bmf_put,
};
