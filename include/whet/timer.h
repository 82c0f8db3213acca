/* whet/timer.h - how often and how long the parts of a program run, while it runs.
 *
 * Shape    a timer for each place in the source; blocks add to it, a report tells all.
 * Units    nanoseconds, bytes.
 * Memory   timers are static; none is allocated by timing.
 * Errors   timing has none.
 * Threads  blocks may run in any threads at once, and one inside another.
 *
 *     #include <whet/timer.h>
 *
 *     void parse(const char *file)
 *     {
 *         WHET_TIMED("parse") {
 *             ...
 *         }
 *     }
 *
 *     whet_timer_report(stderr, WHET_TIMER_TEXT);
 *
 * Measured cost of a block (x86-64 at 4 GHz in a guest, gcc 12 -O2, processor time): WHET_TIMED
 * 54 ns, of which two readings of the clock are 45; in two threads of one core that share a
 * timer 57 ns; WHET_TIMED_MEMORY 1.3 us. For what takes less than some microseconds, write a
 * benchmark
 * (<whet/bench.h>).
 */
#ifndef WHET_TIMER_H
#define WHET_TIMER_H

#include <stdint.h>
#include <stdio.h>

#include <whet/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of one place; static, and made by WHET_TIMER. Its numbers are read by
 * whet_timer_read. */
struct whet_timer {
    const char *name;
    int memory; /* 1: by how much a block raised the peak memory of the process, too */
    int listed;
    uint64_t count, total_ns, min_ns, max_ns, grown_bytes;
    struct whet_timer *next;
};

#define WHET_TIMER(name)                                                                       \
    {                                                                                          \
        name, 0, 0, 0, 0, UINT64_MAX, 0, 0, NULL                                               \
    }
#define WHET_TIMER_MEMORY(name)                                                                \
    {                                                                                          \
        name, 1, 0, 0, 0, UINT64_MAX, 0, 0, NULL                                               \
    }

/* One block under way; a variable of the function that runs it. */
struct whet_timed {
    struct whet_timer *timer;
    uint64_t from_ns, peak_bytes;
};

/* Around what is timed, in the same thread. A second stop of the same block does
 * nothing. */
WHET_API struct whet_timed whet_timer_start(struct whet_timer *timer);
WHET_API void whet_timer_stop(struct whet_timed *timed);

/* Times the block behind it, however it is left: at its end, by break (which leaves the block
 * alone), return or goto; not by longjmp. `name` is a string literal; in the
 * report all timers of a name are one line. */
#define WHET_TIMED(name)        WHET_TIMED_(__LINE__, WHET_TIMER(name))
#define WHET_TIMED_MEMORY(name) WHET_TIMED_(__LINE__, WHET_TIMER_MEMORY(name))

/* The line makes names of blocks inside each other differ. */
#define WHET_TIMED_(line, ...) WHET_TIMED_AT_(line, __VA_ARGS__)
#define WHET_TIMED_AT_(line, ...)                                                              \
    for (struct whet_timed whet_timed_##line                                                   \
         __attribute__((cleanup(whet_timer_stop))) = whet_timer_start(__extension__({          \
             static struct whet_timer whet_timer_##line = __VA_ARGS__;                         \
             &whet_timer_##line;                                                               \
         }));                                                                                  \
         whet_timed_##line.timer != NULL; whet_timer_stop(&whet_timed_##line))

/* What timers of one name have gathered. */
struct whet_timer_sum {
    const char *name;
    uint64_t count;
    uint64_t total_ns, min_ns, max_ns; /* all 0 while count is */
    double mean_ns;
    int memory;           /* 1: grown_bytes is known */
    uint64_t grown_bytes; /* sum over blocks: how much higher the peak of the process was
                             afterwards, which other threads may have done as well */
};

/* The sum of all timers of this name; blocks that have not ended are not in it.
 * -ENOENT: none of them has ended a block yet. */
WHET_API WHET_MUST_USE int whet_timer_read(const char *name, struct whet_timer_sum *out);

enum whet_timer_format { WHET_TIMER_TEXT, WHET_TIMER_JSON };

/* Writes what all timers have gathered so far, the largest total first: a table, or one JSON
 * object {"version":1,"timers":[...]} with a line break.
 * -ENOMEM; -EIO: it could not be written. */
WHET_API WHET_MUST_USE int whet_timer_report(FILE *out, enum whet_timer_format format);

/* Sets all timers to nothing. Blocks that run meanwhile count or do not. */
WHET_API void whet_timer_reset(void);

#ifdef __cplusplus
}
#endif

#endif
