/* bench/function_registry.h - the benchmarks of this program, as cases to run.
 *
 * Shape    what <whet/bench.h> registered, expanded: a case for every combination of
 *          arguments and every number of threads, in the order of registration.
 * Units    none.
 * Memory   cases and their names live until whet__function_cases_clear.
 * Errors   -EINVAL with a message that names the benchmark; -ENOMEM.
 * Threads  one at a time; registering goes on before main.
 */
#ifndef WHET_BENCH_FUNCTION_REGISTRY_H
#define WHET_BENCH_FUNCTION_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/bench.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"

#define WHET_FUNCTION_ARGS_MAX    8
#define WHET_FUNCTION_VALUES_MAX  64
#define WHET_FUNCTION_THREADS_MAX 256
#define WHET_FUNCTION_NAME_MAX    255 /* of a case */

struct whet_function_case {
    const char *name;
    const char *group, *about; /* "" if none */
    void (*run)(struct whet_bench_state *state);
    void *(*setup)(struct whet_bench_state *state);
    void (*teardown)(void *data);
    unsigned threads;
    size_t arg_count;
    const char *arg_names[WHET_FUNCTION_ARGS_MAX];
    int64_t args[WHET_FUNCTION_ARGS_MAX];
};

struct whet_function_cases {
    struct whet_vec cases; /* of struct whet_function_case */
    struct whet_arena strings;
};

/* On failure nothing has to be cleared. */
WHET_MUST_USE int whet__function_cases_init(struct whet_function_cases *out,
                                            struct whet_error *err);
void whet__function_cases_clear(struct whet_function_cases *c);

/* The case of this name, or NULL. */
const struct whet_function_case *whet__function_cases_find(const struct whet_function_cases *c,
                                                           const char *name);

#endif
