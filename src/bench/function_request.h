/* bench/function_request.h - what a session asks of a program with benchmarks.
 *
 * Shape    one text: a verb, then "key=value", each in a line of its own. It travels as one
 *          argument of a command line.
 * Units    nanoseconds, iterations of one thread.
 * Memory   whet__function_request_read allocates what _clear frees.
 * Errors   -EINVAL: not a request, or a value that cannot be in one (a line break).  -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_FUNCTION_REQUEST_H
#define WHET_BENCH_FUNCTION_REQUEST_H

#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"

enum whet_function_verb {
    WHET_FUNCTION_LIST,      /* what there is */
    WHET_FUNCTION_CALIBRATE, /* how many iterations an epoch of `name` takes */
    WHET_FUNCTION_RUN        /* `epochs` epochs of `name` */
};

struct whet_function_request {
    enum whet_function_verb verb;
    const char *file;    /* that the answer goes into */
    const char *name;    /* of a case; NULL for a list */
    const char *scratch; /* folder; NULL: none */
    uint64_t iterations, epoch_ns, seed;
    unsigned epochs;
    int linear; /* 1: the k-th epoch has k times the iterations */
    char *text; /* holds the strings of a request that was read */
};

WHET_MUST_USE int whet__function_request_write(const struct whet_function_request *q,
                                               struct whet_text *out);
WHET_MUST_USE int whet__function_request_read(struct whet_function_request *out,
                                              const char *text);
void whet__function_request_clear(struct whet_function_request *q);

#endif
