/* result/fit.h - whether a result is small enough to be kept.
 *
 * Shape    the sizes of its parts are added, then judged.
 * Units    bytes.
 * Memory   none is allocated; names are borrowed.
 * Errors   none: a folder that cannot be asked for its room has enough.
 * Threads  safe from any.
 *
 * The cache takes no value that is larger than a quarter of it, as that would push out all the
 * others, and drops without a word what the disk has no room for: who runs the command has to
 * know, or it is run again each time and nobody sees why.
 */
#ifndef WHET_RESULT_FIT_H
#define WHET_RESULT_FIT_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

/* Where results go. */
struct whet_fit {
    uint64_t cache_bytes; /* on disk, at least 1 MiB; 0: no bound is known */
    const char *path;     /* of the cache's file; NULL: none */
    int remote;           /* 1: a server takes what is not too large for it */
};

/* Of one result. All zero: nothing yet. */
struct whet_fit_sum {
    uint64_t total;
    uint64_t largest;
    const char *name; /* of the largest */
    const char *over; /* of one that has more than it may whatever the cache; NULL: none */
    uint64_t over_max;
};

/* `max` is what nothing raises. */
void whet__fit_add(struct whet_fit_sum *sum, const char *name, uint64_t bytes, uint64_t max);

/* 1: it may be kept. 0: not, and `why` says so, with the size, the limit, and what raises it.
 */
WHET_MUST_USE int whet__fit_judge(const struct whet_fit *f, const struct whet_fit_sum *sum,
                                  char *why, size_t size);

/* The same of one value alone, however that came to be so large. */
int whet__fit_takes(const struct whet_fit *f, uint64_t bytes);

#endif
