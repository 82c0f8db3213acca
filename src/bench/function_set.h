/* bench/function_set.h - what whet__functions_open makes, for the files that fill it.
 *
 * Shape    the benchmarks of one program that were asked for, and how to launch it.
 * Units    as bench/functions.h.
 * Memory   all strings live in the set's arena.
 * Errors   0 or a negative errno value with a message.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_FUNCTION_SET_H
#define WHET_BENCH_FUNCTION_SET_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/vec.h"
#include "bench/function_answer.h"
#include "bench/function_request.h"
#include "bench/functions.h"
#include "os/spawn.h"

struct whet_function_item {
    const char *own_name; /* as the program calls it */
    const char *name;     /* with the prefix */
    const char *about;
    unsigned threads;
    size_t param_count;
    struct whet_result_param params[WHET_FUNCTION_PARAMS_MAX];
    const char *answer;  /* path of the file that its launches leave */
    const char *failure; /* of its calibration; NULL: none */
    uint64_t iterations;
    double bytes, items;
    size_t counter_count;
    struct whet_function_counter counters[WHET_FUNCTION_COUNTERS_MAX];
};

struct whet_function_skipped {
    const char *name, *why;
};

struct whet_functions {
    struct whet_functions_options o;
    const char **program; /* the argument vector, ended by NULL */
    size_t program_len;
    const char *path;         /* of the file */
    struct whet_hash128 hash; /* of it */
    int hash_known;
    const char *folder;      /* of our own, removed at the end */
    const char *scratch;     /* of the benchmarks */
    struct whet_vec items;   /* of struct whet_function_item */
    struct whet_vec skipped; /* of struct whet_function_skipped */
    struct whet_bench_arm *arms;
    struct whet_arena strings;
};

struct whet_function_item *whet__function_item(const struct whet_functions *f, size_t index);

/* Texts of the arena: a copy, and two put together; NULL: no memory. */
const char *whet__function_kept(struct whet_functions *f, const char *text);
const char *whet__function_joined(struct whet_functions *f, const char *a, const char *b);

/* Fills *err and answers -ENOMEM. */
int whet__function_no_memory(struct whet_error *err);

/* The request of a launch for `item`. */
struct whet_function_request whet__function_request_of(const struct whet_functions *f,
                                                       const struct whet_function_item *item,
                                                       enum whet_function_verb verb);

/* The program's arguments with the request behind them, ended by NULL. */
WHET_MUST_USE int whet__function_argv(struct whet_functions *f,
                                      const struct whet_function_request *q,
                                      const char *const **out, struct whet_error *err);

/* Runs the program with a request; what it printed to stderr goes into `said`.
 * -ECANCELED: it was stopped. */
WHET_MUST_USE int whet__function_launch(struct whet_functions *f,
                                        const struct whet_function_request *q,
                                        uint64_t timeout_ns, struct whet_text *said,
                                        struct whet_spawn_result *run, struct whet_error *err);

/* Why a launch for `item` left no answer. */
int whet__function_silence(const struct whet_function_item *item,
                           const struct whet_spawn_result *run, struct whet_text *said,
                           struct whet_error *err);

#endif
