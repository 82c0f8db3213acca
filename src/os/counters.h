/* os/counters.h - hardware counters of the runs that a thread starts.
 *
 * Shape    opened once for a session; a run is the difference of two readings.
 * Units    events, in user mode only.
 * Memory   whet__counters_new allocates *out, whet__counters_free releases it.
 * Errors   -ENOMEM. A machine without counters is no error: the object says so.
 * Threads  of the thread that opened it, and of one it has started for it since.
 *
 * The events are this thread's own and stand still; what it starts inherits them, and they
 * run from its exec on. When a process ends, the kernel adds its counts to ours. So a
 * run is counted with its children, as far as they ended before it. Copying and adding them
 * takes the kernel some 20 microseconds of each run.
 */
#ifndef WHET_OS_COUNTERS_H
#define WHET_OS_COUNTERS_H

#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>

#include "os/spawn.h"

enum whet_counters_id {
    WHET_COUNTERS_CYCLES,
    WHET_COUNTERS_INSTRUCTIONS,
    WHET_COUNTERS_BRANCH_MISSES,
    WHET_COUNTERS_CACHE_MISSES,
    WHET_COUNTERS_IDS
};

/* An event as the kernel numbers it: perf_event_open(2), type and config. */
struct whet_counters_event {
    const char *name; /* NULL: none is to be opened */
    uint32_t type;
    uint64_t config;
};

struct whet_counters;

/* `events` are WHET_COUNTERS_IDS events to count in place of the hardware's (for tests, and
 * where a processor has better ones); NULL: the hardware's. */
WHET_MUST_USE int whet__counters_new(struct whet_counters **out,
                                     const struct whet_counters_event *events);
void whet__counters_free(struct whet_counters *c);

/* How many of them count. */
unsigned whet__counters_count(const struct whet_counters *c);

/* Which counters there are, or why there are none, in one line. Lives as long as `c`. */
const char *whet__counters_describe(const struct whet_counters *c);

/* Right before and some time after a run, which then has been waited for. An event that had
 * to share the hardware is scaled to the whole run; one that never got it is not known. */
void whet__counters_begin(struct whet_counters *c);
void whet__counters_end(struct whet_counters *c, pid_t pid, struct whet_spawn_result *out);

#endif
