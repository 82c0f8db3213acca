/* os/clock.h - what time it is, on a few clocks.
 *
 * Shape    one call, one number.
 * Units    nanoseconds.
 * Memory   none is allocated.
 * Errors   none: these clocks exist on every Linux this is built for.
 * Threads  safe from any.
 */
#ifndef WHET_OS_CLOCK_H
#define WHET_OS_CLOCK_H

#include <stdint.h>

/* Since some moment before this process; never goes back, not even when the
 * administrator sets the time. The clock for all measuring. */
uint64_t whet__clock_now_ns(void);

/* Since 1970-01-01 UTC: the clock of file times and of reports. Can be set. */
uint64_t whet__clock_wall_ns(void);

/* The same as of the last tick, up to 10 ms ago: three times cheaper. */
uint64_t whet__clock_wall_coarse_ns(void);

/* CPU time used so far by the calling thread, and by all threads of the process. */
uint64_t whet__clock_thread_cpu_ns(void);
uint64_t whet__clock_process_cpu_ns(void);

/* Sleeps at least that long; signals do not cut it short. */
void whet__clock_sleep_ns(uint64_t ns);

#endif
