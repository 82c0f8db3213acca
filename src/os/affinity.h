/* os/affinity.h - the processors that something may run on.
 *
 * Shape    a plain set, made from a list like "0,2-3".
 * Units    processors by the kernel's number, from 0.
 * Memory   none is allocated.
 * Errors   -EINVAL with a message: no such list, or a processor that cannot be used.
 * Threads  safe from any.
 */
#ifndef WHET_OS_AFFINITY_H
#define WHET_OS_AFFINITY_H

#include <limits.h>
#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_AFFINITY_MAX 8192 /* the most that Linux can be built for */

struct whet_affinity {
    unsigned long bits[WHET_AFFINITY_MAX / (CHAR_BIT * sizeof(unsigned long))];
};

/* Only processors that the calling thread may use itself (taskset, cpuset) are fine. */
WHET_MUST_USE int whet__affinity_parse(struct whet_affinity *out, const char *list,
                                       struct whet_error *err);

/* Those that the calling thread may use. */
WHET_MUST_USE int whet__affinity_read(struct whet_affinity *out);

/* From now on the calling thread, and all that it starts, runs there only. */
WHET_MUST_USE int whet__affinity_apply(const struct whet_affinity *set);

/* 1 if it has this processor. */
int whet__affinity_has(const struct whet_affinity *set, unsigned cpu);

/* Writes it as a list into `out`, cut to what fits, and answers `out`. */
const char *whet__affinity_format(const struct whet_affinity *set, char *out, size_t size);

#endif
