/* What time it is. The C library answers the first three without entering the kernel
 * (some 20 ns); the CPU clocks cost a system call (some 400 ns). */
#include "os/clock.h"

#include <errno.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

static uint64_t clock_read(clockid_t clock)
{
    struct timespec t = {0, 0};

    (void)clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

uint64_t whet__clock_now_ns(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

uint64_t whet__clock_wall_ns(void)
{
    return clock_read(CLOCK_REALTIME);
}

uint64_t whet__clock_wall_coarse_ns(void)
{
    return clock_read(CLOCK_REALTIME_COARSE);
}

uint64_t whet__clock_thread_cpu_ns(void)
{
    return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t whet__clock_process_cpu_ns(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

void whet__clock_sleep_ns(uint64_t ns)
{
    uint64_t end = whet__clock_now_ns() + ns;
    struct timespec t = {(time_t)(end / SECOND_NS), (long)(end % SECOND_NS)};

    /* An absolute end needs no sums when a signal comes between. */
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}
