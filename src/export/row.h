/* export/row.h - the arms of a report in one list, for forms that know no suites.
 *
 * Shape    a row per arm, in the report's order; outcomes without a result have none.
 * Units    as bench/metric.h.
 * Memory   whet__rows_init allocates, whet__rows_clear releases; borrows the report.
 * Errors   0 or a negative errno value; after a failure there is nothing to clear.
 * Threads  one at a time: the rows lend one array of values.
 */
#ifndef WHET_EXPORT_ROW_H
#define WHET_EXPORT_ROW_H

#include <stddef.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "bench/report.h"
#include "stat/interval.h"
#include "stat/summary.h"

/* Names get no longer: what receives them has limits (bencher: 1,024 bytes). */
#define WHET_ROW_LABEL_MAX 1000

struct whet_row {
    const struct whet_outcome *outcome;
    const struct whet_result *result;
    const struct whet_result_arm *arm;
    const struct whet_judgement *judgement; /* NULL: it was not judged */
    int unmatched;     /* 1: it should have been, but what it is compared with lacks its like */
    const char *suite; /* UTF-8; "" of a command line's arms */
    const char *label; /* "suite/arm", UTF-8 and unique */
};

struct whet_rows {
    struct whet_row *rows;
    size_t count;
    double *values, *scratch; /* room for the samples of any row */
    struct whet_arena strings;
};

WHET_MUST_USE int whet__rows_init(struct whet_rows *rows, const struct whet_report *report);
void whet__rows_clear(struct whet_rows *rows);

/* All of them as one object of JSON, whose members `put` writes. -ENOMEM, -EFBIG. */
WHET_MUST_USE int whet__rows_put_json(struct whet_text *out, const struct whet_report *report,
                                      void (*put)(struct whet_json *j, struct whet_rows *rows));

/* What is known of a metric. */
struct whet_row_metric {
    struct whet_summary summary;
    struct whet_interval median; /* at 0.95, or what the number of samples allows */
};

/* 0: there is no value, *out is untouched; else 1, and rows->values are the n values. */
int whet__row_metric(struct whet_row_metric *out, struct whet_rows *rows,
                     const struct whet_row *row, size_t metric);

/* Bytes, items or so for each second, from what one run does and its nanoseconds; `low` and
 * `high` of an interval change places. 0 untouched, or 1. */
int whet__row_rate(struct whet_interval *out, double done, const struct whet_interval *ns);

/* The parameter with the smallest name behind `after` (NULL: of all); NULL: no more. */
const struct whet_result_param *whet__row_param(const struct whet_row *row, const char *after);

/* Appends text, with U+FFFD for what is not UTF-8. */
void whet__row_put_utf8(struct whet_text *out, const char *text);

/* "2023-11-14T22:13:20" in UTC. */
void whet__row_put_time(struct whet_text *out, int64_t seconds);

/* Appends a number as JSON writes it; nothing if it is not finite. */
void whet__row_put_number(struct whet_text *out, double value);

#endif
