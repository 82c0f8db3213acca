/* replay/sampler.h - the miss-ratio curve of a running cache, from a sample of its keys.
 *
 * Shape    every request is shown to it, one at a time, by the hash of its key; the keys with
 *          the lowest hashes are looked at, at most as many as asked for. The curve of LRU
 *          can be had at any moment.
 * Units    entries, or bytes with WHET_SAMPLER_BYTES; ratios 0..1.
 * Memory   fixed from _new on: 58 KiB and 52 to 68 bytes per key (8,192: half a megabyte).
 *          _add never allocates. A curve is the caller's (whet__curve_clear).
 * Errors   -EINVAL, -ENOMEM. On error *out is untouched.
 * Threads  one at a time per sampler; the owner's lock guards it.
 *
 * A request of a key that is not in the sample costs one comparison. What was asked for long
 * ago counts as much as what was asked for just now.
 *
 * Source   Waldspurger, Park, Garthwaite, Ahmad, "Efficient MRC construction with SHARDS",
 *          FAST 2015; samples count by the rate at the time they are taken, and what is
 *          missing of all requests counts as hits at distance 1.
 */
#ifndef WHET_REPLAY_SAMPLER_H
#define WHET_REPLAY_SAMPLER_H

#include <stdint.h>

#include <whet/api.h>

#include "replay/curve.h"

#define WHET_SAMPLER_KEYS     8192 /* mean error of the curve <= .006 */
#define WHET_SAMPLER_KEYS_MAX ((uint32_t)1 << 24)

enum whet_sampler_flags { WHET_SAMPLER_BYTES = 1 << 0 };

struct whet_sampler;

/* -EINVAL: no keys, or more than WHET_SAMPLER_KEYS_MAX. */
WHET_MUST_USE int whet__sampler_new(struct whet_sampler **out, uint32_t keys, unsigned flags);
void whet__sampler_free(struct whet_sampler *s);

/* A request, hit or miss. `hash` is of its key, all 64 bits well mixed; `size` of its entry
 * counts with WHET_SAMPLER_BYTES only. */
void whet__sampler_add(struct whet_sampler *s, uint64_t hash, uint32_t size);

/* For an owner who asks only when it matters: hashes above this are not looked at, it only
 * falls; and so many requests with such hashes have been. */
uint64_t whet__sampler_below(const struct whet_sampler *s);
void whet__sampler_skip(struct whet_sampler *s, uint64_t requests);

/* Requests until now. */
uint64_t whet__sampler_requests(const struct whet_sampler *s);

/* What has been learned until now; it says nothing of sizes below out->min_size. -EINVAL:
 * nothing was asked for yet. */
WHET_MUST_USE int whet__sampler_curve(const struct whet_sampler *s, struct whet_curve *out);

/* The hash of a number, such as an id of a trace. */
static inline uint64_t whet__sampler_hash(uint64_t n)
{
    n = (n + 1) * 0x9e3779b97f4a7c15u;
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9u;
    n = (n ^ n >> 27) * 0x94d049bb133111ebu;
    return n ^ n >> 31;
}

#endif
