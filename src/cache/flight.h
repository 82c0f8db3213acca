/* cache/flight.h - one computes, the others wait.
 *
 * Shape    a table of keys that are being computed, in parts with a lock each.
 * Units    none.
 * Memory   a flight lives from the first who begins it to the last who waited for it.
 * Errors   -EDEADLK: who would wait is waited for: this thread computes that key already, or
 *          the one that does waits, through others, for a key of this thread; -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_CACHE_FLIGHT_H
#define WHET_CACHE_FLIGHT_H

#include <whet/api.h>

#include "cache/entry/entry.h"
#include "cache/memory/memory.h"

struct whet_flights;
struct whet_flight;

WHET_MUST_USE int whet__flights_new(struct whet_flights **out);

/* Nobody computes or waits any more. */
void whet__flights_free(struct whet_flights *f);

/* 1: the caller computes, and ends it with _land, on the same thread; until then the bytes of
 * the key stay where they are. 0: somebody did meanwhile: *result is what they answered and
 * *entry (a reference, or NULL) what came of it. With `wait` 0, -EBUSY: somebody does. */
WHET_MUST_USE int whet__flight_begin(struct whet_flights *f, const struct whet_ask *ask,
                                     int wait, struct whet_flight **flight,
                                     struct whet_entry **entry, int *result);

/* `entry` may be NULL; references are taken for those who wait. */
void whet__flight_land(struct whet_flights *f, struct whet_flight *flight,
                       struct whet_entry *entry, int result);

/* Around a fork. In the child nobody of the parent's other threads will land here: their
 * flights are forgotten. The own ones of the thread that forks are still to be landed. */
void whet__flights_lock_all(struct whet_flights *f);
void whet__flights_unlock_all(struct whet_flights *f, int in_child);

#endif
