/* bench/result_json_read.h - reading of results, between the two files that do it.
 *
 * Shape    a reading goes down the tree of one text and fills one result after the other.
 * Units    as bench/result.h.
 * Memory   names of metrics are borrowed from the tree.
 * Errors   sticky in the fields' reader.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_RESULT_JSON_READ_H
#define WHET_BENCH_RESULT_JSON_READ_H

#include <stddef.h>

#include "bench/result.h"
#include "data/json_fields.h"

/* What is under way: one text, one result of it. */
struct whet_reading {
    struct whet_json_fields f;
    size_t cells;
    struct whet_result *r;
    size_t metric_of[WHET_RESULT_METRICS_MAX]; /* number here of the text's metrics ... */
    const char *metric_name[WHET_RESULT_METRICS_MAX]; /* ... and their names */
    size_t metric_count;
    double *row; /* WHET_RESULT_METRICS_MAX */
};

/* The first failure is at this place: `code` is -EEXIST (it is there twice), -EINVAL (it has
 * no name), -ENOMEM, or anything else (too many). */
void whet__reading_fail(struct whet_reading *in, const struct whet_json_place *at, int code);

/* Adds the arms of a result, whose metrics are known. */
void whet__reading_arms(struct whet_reading *in, const struct whet_json_place *result);

#endif
