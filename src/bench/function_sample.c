/* Some ten epochs, once per launch. */
#include "bench/function_sample.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "stat/quantile.h"
#include "stat/slope.h"

#define SLOPE_LEVEL 0.95 /* of an interval that is not looked at */

int whet__function_answer_take(struct whet_function_answer *out, const char *path,
                               struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, WHET_FUNCTION_ANSWER_MAX);
    rc = whet__file_read(AT_FDCWD, path, WHET_FUNCTION_ANSWER_MAX, &text);
    if (rc != 0 && rc != -ENOENT)
        whet_error_set(err, rc, "cannot read the answer of a benchmark: %s", strerror(-rc));
    if (rc == 0)
        rc = whet__function_answer_read(out, whet__text_str(&text), text.len, err);
    (void)unlink(path);
    whet__text_clear(&text);
    return rc;
}

static double figure(const struct whet_function_epoch *e, size_t offset)
{
    double value;

    memcpy(&value, (const char *)e + offset, sizeof(value));
    return value;
}

/* NaN when it is not known of every epoch; `room` is of three doubles for each. */
static double slope(const struct whet_vec *epochs, size_t offset, double *room)
{
    double *x = room, *y = x + epochs->len, *scratch = y + epochs->len;
    struct whet_interval line;

    for (size_t i = 0; i < epochs->len; i++) {
        const struct whet_function_epoch *e = whet__vec_at(epochs, i);

        x[i] = (double)e->iterations;
        y[i] = figure(e, offset);
    }
    return whet__slope_fit(&line, x, y, epochs->len, SLOPE_LEVEL, scratch) == 0 ? line.estimate
                                                                                : NAN;
}

/* NaN when it is not known of every epoch. */
static double median(const struct whet_vec *epochs, size_t offset, double *room)
{
    for (size_t i = 0; i < epochs->len; i++) {
        const struct whet_function_epoch *e = whet__vec_at(epochs, i);

        room[i] = figure(e, offset) / (double)e->iterations;
    }
    return whet__doubles_sort(room, epochs->len) == 0 ? whet__median_sorted(room, epochs->len)
                                                      : NAN;
}

static void counters_fill(const struct whet_function_answer *a, const struct whet_result *r,
                          double *values)
{
    for (size_t i = 0; i < a->counter_count; i++) {
        size_t at;

        if (whet__result_find_metric(r, a->counters[i].name, &at) == 0 && at >= WHET_METRIC_IDS)
            values[at] = a->counters[i].value;
    }
}

int whet__function_sample_values(const struct whet_function_answer *a, int linear,
                                 const struct whet_result *r, double *values)
{
    static const struct {
        enum whet_metric_id metric;
        size_t offset;
    } rows[] = {
        {WHET_METRIC_WALL, offsetof(struct whet_function_epoch, wall_ns)},
        {WHET_METRIC_ACTIVE, offsetof(struct whet_function_epoch, active_ns)},
        {WHET_METRIC_DELAY, offsetof(struct whet_function_epoch, delay_ns)},
        {WHET_METRIC_CPU, offsetof(struct whet_function_epoch, cpu_ns)},
        {WHET_METRIC_ALLOCATIONS, offsetof(struct whet_function_epoch, allocations)},
        {WHET_METRIC_ALLOCATED, offsetof(struct whet_function_epoch, allocated_bytes)},
    };
    double *room = whet__mem_zalloc(3 * a->epochs.len + 1, sizeof(*room));

    if (room == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < r->metric_count; i++) {
        if (i != WHET_METRIC_MEMORY && i != WHET_METRIC_TREE_MEMORY)
            values[i] = NAN;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        values[rows[i].metric] = linear ? slope(&a->epochs, rows[i].offset, room)
                                        : median(&a->epochs, rows[i].offset, room);
    counters_fill(a, r, values);
    whet__mem_free(room);
    return 0;
}
