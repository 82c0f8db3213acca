/* check/history.h - every result that was ever measured here, and how it went over time.
 *
 * Shape    one SQLite file, $XDG_STATE_HOME/whet/history.db, bounded by age and size; results
 *          in, the course of one arm's metric out, with the points where it changed.
 * Units    seconds since 1970; metrics as bench/metric.h.
 * Memory   a trend is allocated and released with whet__trend_clear.
 * Errors   -EIO, or those of data/store.h, with a message. A history that cannot be written
 *          is no reason to fail a measurement: the caller says so once and goes on. A damaged
 *          file is moved aside, with a warning (base/log.h).
 * Threads  one at a time; several processes may add at the same time.
 */
#ifndef WHET_CHECK_HISTORY_H
#define WHET_CHECK_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "bench/report.h"

struct whet_history_options {
    const char *path;   /* NULL: the usual place */
    uint64_t age_ns;    /* older results are dropped; 0: 400 days */
    uint64_t max_bytes; /* of the file; 0: 256 MiB */
};

/* Adds every result of the report, with the project's folder and, in a git repository, the
 * commit that was checked out ("" without). */
WHET_MUST_USE int whet__history_add(const struct whet_report *report, const char *dir,
                                    const struct whet_history_options *options,
                                    struct whet_error *err);

struct whet_trend_point {
    int64_t time;
    const char *commit;  /* "" if not known */
    const char *machine; /* CPU model and host */
    double median, low, high;
    size_t n;
    int changed;   /* 1: a change point: from here on it is different */
    double change; /* then: ratio of the levels after and before */
    double p;      /* then */
};

struct whet_trend {
    const char *name; /* "suite/arm", or the arm's name alone */
    const char *metric;
    enum whet_unit unit;
    struct whet_vec points; /* of struct whet_trend_point, oldest first */
    struct whet_arena strings;
};

/* The course of `name` ("suite", "suite/arm" or "arm"; several arms: -EINVAL with their
 * names) in the folder `dir`, on machines like this one (CPU model, architecture and number of
 * cores; a new kernel is part of the course), or on any; `metric` NULL: the one verdicts
 * take, by the newest result. Without a value that is not positive, change points are
 * marked (stat/change_points.h).
 * -ENOENT: never measured, with the nearest name; or that metric never was. */
WHET_MUST_USE int whet__history_trend(struct whet_trend *out, const char *name, const char *dir,
                                      const char *metric, int any_machine,
                                      const struct whet_history_options *options,
                                      struct whet_error *err);
void whet__trend_clear(struct whet_trend *t);

/* Pushes the names that there are in the folder `dir` (const char *, owned by `strings`), in
 * byte order. */
WHET_MUST_USE int whet__history_names(struct whet_vec *out, struct whet_arena *strings,
                                      const char *dir,
                                      const struct whet_history_options *options,
                                      struct whet_error *err);

#endif
