/* replay/curve.h - the miss ratio of a cache of any size: a miss-ratio curve.
 *
 * Shape    points by rising size; made exactly, from a sample of keys, or by simulating
 *          small caches on a sample.
 * Units    sizes in entries or bytes, as asked; ratios 0..1.
 * Memory   the points; freed by _clear.
 * Errors   -EINVAL, -ENOMEM, -ECANCELED: stopped. On error *out is untouched.
 * Threads  reading a trace or a curve is safe from any.
 */
#ifndef WHET_REPLAY_CURVE_H
#define WHET_REPLAY_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "replay/simulate.h"
#include "replay/trace.h"

struct whet_curve_point {
    uint64_t size;
    double miss_ratio;
};

struct whet_curve {
    struct whet_curve_point *points; /* sizes rise; the first is of size 0 */
    size_t count;
    double floor;      /* misses that no size avoids: first requests */
    double rate;       /* of keys looked at; 1: all of them */
    uint64_t min_size; /* below it the curve says nothing */
    int is_exact;      /* each ratio holds up to the next point; else in between */
};

void whet__curve_clear(struct whet_curve *c);

/* The miss ratio at a size. */
double whet__curve_at(const struct whet_curve *c, uint64_t size);

/* The smallest size with at least this hit ratio. -ERANGE: none has it, or only sizes below
 * min_size. */
WHET_MUST_USE int whet__curve_size_for(const struct whet_curve *c, double hit_ratio,
                                       uint64_t *out);

/* LRU, every request looked at. In bytes (flags of options) sizes are rounded up to some
 * thousandths of all there is, and an entry counts with the size of its last use. */
WHET_MUST_USE int whet__curve_exact(struct whet_curve *out, const struct whet_trace *t,
                                    const struct whet_simulate_options *options);

/* ---- Sampled, for LRU (replay/sampler.h) ---- */

/* A whole trace through a sampler of `keys`. */
WHET_MUST_USE int whet__curve_sampled(struct whet_curve *out, const struct whet_trace *t,
                                      uint32_t keys,
                                      const struct whet_simulate_options *options);

/* ---- Any policy, by simulation ---- */

/* A trace of the keys whose hash is below `rate`, and what its misses count: whole numbers
 * of requests that stand for those of the full trace.
 *
 * Source   Waldspurger, Saemundsson, Ahmad, Park, "Cache modeling and optimization using
 *          miniature simulations", ATC 2017; misses are divided by what should have been
 *          sampled instead of what was. */
struct whet_miniature {
    struct whet_trace trace;
    size_t full_count;
    double rate;
};

/* 0 < rate <= 1, else -EINVAL; -ENODATA: no key is in the sample. */
WHET_MUST_USE int whet__miniature_new(struct whet_miniature *out, const struct whet_trace *t,
                                      double rate);
void whet__miniature_clear(struct whet_miniature *m);

/* As whet__simulate; `out` is of the full size, with a miss ratio that is an estimate. */
WHET_MUST_USE int whet__miniature_simulate(struct whet_simulation *out,
                                           const struct whet_miniature *m,
                                           const struct whet_policy_ops *policy,
                                           uint64_t capacity,
                                           const struct whet_simulate_options *options);

#endif
