/* bench/parameter.h - the values that a parameter takes: lists, ranges, steps.
 *
 * Shape    "a,b,c"; "1..8"; "1..9+2" (1, 3, 5, 7, 9); "1..64*2" (1, 2, 4, ...); "0.5..2+0.5";
 *          items of a list may be ranges: "1..4,8,16". A comma behind a '\' is part of its
 *          value. What is not two numbers around ".." is a word like any other.
 * Units    none: values are texts. Numbers are exact decimals: 0.1..0.5+0.1 ends at 0.5.
 * Memory   values live in the caller's arena.
 * Errors   -EINVAL with a message that names the text at fault; -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_PARAMETER_H
#define WHET_BENCH_PARAMETER_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"

#define WHET_PARAMETER_VALUES_MAX 1024

struct whet_parameter {
    const char *name;
    const char **values;
    size_t count; /* at least 1 */
};

/* `name` is a letter, then letters, digits, '_' and '-'. */
WHET_MUST_USE int whet__parameter_parse(struct whet_parameter *out, struct whet_arena *strings,
                                        const char *name, const char *values,
                                        struct whet_error *err);

#endif
