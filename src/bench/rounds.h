/* bench/rounds.h - several commands, measured in turn, in random order.
 *
 * Shape    arms in; a round runs every arm once, in an order drawn anew each round.
 *          Whatever disturbs the machine for longer than a run then hits all arms
 *          alike, and pairs of the same round can be compared (bench/compare.h).
 * Units    nanoseconds, bytes; rounds and positions count from 0.
 * Memory   whet__rounds_run allocates *out, whet__rounds_free releases it. It does
 *          not refer to the arms it came from.
 * Errors   0 or a negative errno value. A command that fails is no error: its samples
 *          say so, and the others go on.
 * Threads  one at a time: two sessions at once would measure each other.
 */
#ifndef WHET_BENCH_ROUNDS_H
#define WHET_BENCH_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/sample.h"

#define WHET_ROUNDS_ARMS_MAX 64
#define WHET_ROUNDS_MAX      100000

/* What goes on, told before each run and once at the end. */
struct whet_rounds_progress {
    const char *arm; /* that is run next; NULL at the end */
    int warmup;
    unsigned round, rounds; /* of the warm-up rounds, or of the measured ones */
    uint64_t done, total;   /* runs, warm-up included */
    uint64_t elapsed_ns;
};

struct whet_rounds_options {
    unsigned rounds;      /* 0: 10; at most WHET_ROUNDS_MAX */
    unsigned warmup;      /* rounds thrown away before; 0: 1, see no_warmup */
    int no_warmup;        /* 1: none, whatever `warmup` says */
    uint64_t budget_ns;   /* no round is begun after this time, counted from the start of
                             the warm-up; 0: no such limit */
    unsigned min_rounds;  /* measured whatever the budget; 0: 3 */
    unsigned patience;    /* an arm that failed this often in a row is left out; 0: 3 */
    uint64_t seed;        /* of the orders */
    size_t out_max_bytes; /* captured of each run's stdout; 0: thrown away */
    size_t err_max_bytes; /* likewise of its stderr */

    /* Called before each run, outside of what is measured. Not 0 (-errno, *why filled)
     * fails this run. */
    int (*before)(void *ctx, size_t arm, const struct whet_bench_sample *next,
                  struct whet_error *why);
    /* Called after each run, warm-up and failed ones too. The texts are NULL where
     * nothing was captured, and are emptied before the next run. */
    void (*after)(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                  const struct whet_bench_output *output);
    void (*progress)(void *ctx, const struct whet_rounds_progress *p);
    /* Asked some ten times a second; 1 ends the session, the run under way with it. */
    int (*stop)(void *ctx);
    void *ctx; /* of all four, each of which may be NULL */
};

enum whet_rounds_end {
    WHET_ROUNDS_COMPLETE,
    WHET_ROUNDS_BUDGET,  /* the time was spent */
    WHET_ROUNDS_STOPPED, /* by `stop`; the last round may lack arms */
    WHET_ROUNDS_FAILED   /* every arm was left out */
};

struct whet_rounds_arm {
    char *name;
    struct whet_bench_sample *samples; /* measured, in order of their rounds ... */
    size_t count;
    size_t failed;             /* ... of which not WHET_BENCH_OK */
    int left_out;              /* 1: not run any more after `patience` failures */
    struct whet_error failure; /* the first one, warm-up included; text "" if none */
};

struct whet_rounds {
    struct whet_rounds_arm *arms; /* in the order they were given */
    size_t count;
    unsigned rounds; /* begun */
    enum whet_rounds_end end;
    uint64_t elapsed_ns;
};

/* Runs the session; `options` and `err` may be NULL.
 * -EINVAL: no arm or too many, a name that is missing or there twice, an empty argv,
 * an option out of range.  -ENOMEM. */
WHET_MUST_USE int whet__rounds_run(struct whet_rounds **out, const struct whet_bench_arm *arms,
                                   size_t count, const struct whet_rounds_options *options,
                                   struct whet_error *err);
void whet__rounds_free(struct whet_rounds *r);

/* The arm with this name.  -ENOENT. */
WHET_MUST_USE int whet__rounds_find(const struct whet_rounds *r, const char *name, size_t *out);

#endif
