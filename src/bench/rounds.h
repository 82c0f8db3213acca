/* bench/rounds.h - several commands, measured in turn, in random order.
 *
 * Shape    arms in; a round runs every arm once, in an order drawn anew each round.
 *          Whatever disturbs the machine for longer than a run then hits all arms
 *          alike, and pairs of the same round can be compared (bench/compare.h).
 * Units    nanoseconds, bytes; rounds and positions count from 0.
 * Memory   all is kept in the result, which does not refer to the arms.
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

#include "bench/precision.h"
#include "bench/result.h"
#include "bench/sample.h"

#define WHET_ROUNDS_ARMS_MAX 64
#define WHET_ROUNDS_MAX      100000

/* What goes on, told before each run and once at the end. */
struct whet_rounds_progress {
    const char *arm; /* that is run next; NULL at the end */
    int warmup;
    int confirms;           /* 1: the second batch of a session (bench/session.h) */
    unsigned round, rounds; /* of the warm-up rounds, or of the measured ones */
    uint64_t done, total;   /* runs, warm-up included */
    uint64_t elapsed_ns;
};

struct whet_rounds_options {
    unsigned rounds; /* 0: 10; at most WHET_ROUNDS_MAX */
    unsigned warmup; /* rounds thrown away before; 0: 1, see no_warmup */
    int no_warmup;   /* 1: none, whatever `warmup` says */
    double width;    /* over when the intervals (bench/precision.h) have at most this half
                        width, a ratio; 0: all rounds are run. Never by significance:
                        asking again and again would find what is not there */
    struct whet_precision_options precision; /* what intervals `width` is about */
    uint64_t budget_ns;    /* no round is begun after this time, counted from the start of
                              the warm-up; 0: no such limit */
    unsigned min_rounds;   /* measured whatever the budget; 0: 3 */
    unsigned width_rounds; /* before which `width` ends nothing; 0: min_rounds */
    unsigned patience;     /* an arm that failed this often in a row is left out; 0: 3 */
    uint64_t seed;         /* of the orders */
    size_t out_max_bytes;  /* captured of each run's stdout; 0: thrown away */
    size_t err_max_bytes;  /* likewise of its stderr */
    unsigned spawn_flags;  /* of enum whet_spawn_flags: DETAILS, TREE_MEMORY, NICE */
    int nice;              /* of each run, with WHET_SPAWN_NICE */
    const struct whet_affinity
        *cpus;                      /* where runs may run (os/affinity.h); NULL: where we may */
    int no_counters;                /* 1: the hardware's counters are left alone */
    struct whet_counters *counters; /* NULL: the hardware's, where it has any, opened and
                                       closed by the session */
    int pad_env; /* 1: an environment variable of 0 to 4 KiB, drawn anew for each
                    run, so that no arm keeps a lucky stack (bench/pad.h) */

    /* Called before each run, outside of what is measured. Not 0 (-errno, *why filled)
     * fails this run. */
    int (*before)(void *ctx, size_t arm, const struct whet_bench_sample *next,
                  struct whet_error *why);
    /* Called after each run that ended well, to add to its values or to replace them: as
     * many as the result has metrics. Not 0 (-errno, *why filled): it says nothing
     * usable, which fails it. */
    int (*measured)(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                    const struct whet_bench_output *output, double *values,
                    struct whet_error *why);
    /* Called after each run, warm-up and failed ones too. The texts are NULL where
     * nothing was captured, and are emptied before the next run. */
    void (*after)(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                  const struct whet_bench_output *output);
    void (*progress)(void *ctx, const struct whet_rounds_progress *p);
    /* Asked between runs, and while one goes on some twenty times a second from another thread
     * (struct whet_spawn_options); 1 ends the session, the run under way with it. */
    int (*stop)(void *ctx);
    void *ctx; /* of all five, each of which may be NULL */
};

/* Runs the session: adds an arm to `into` for each of `arms`, in their order, with a
 * sample for each run that counts, and sets what `into` tells of rounds, seed, time, end and
 * of where memory and counters come from. `options` and `err` may be NULL. When it is stopped,
 * what was measured is kept. -EINVAL: no arm or too many, a name that is missing or there
 * twice, an empty argv, an option out of range.  -ECHILD: the setup of an arm failed.
 * -ECANCELED: it was stopped.  -ENOMEM. */
WHET_MUST_USE int whet__rounds_run(struct whet_result *into, const struct whet_bench_arm *arms,
                                   size_t count, const struct whet_rounds_options *options,
                                   struct whet_error *err);

#endif
