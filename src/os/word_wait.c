/* The kernel's futex. A condition variable that is waited for costs a lock on the way out, and
 * with glibc a call to wake those that wait for that lock, of which there are none. Load: some
 * thousand times a second. */
#include "os/word_wait.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SEC 1000000000u

/* With 64 bits of time where a long has fewer. */
static long call_number(void)
{
#ifdef SYS_futex_time64
    if (sizeof(time_t) > sizeof(long))
        return SYS_futex_time64;
#endif
#ifdef SYS_futex
    return SYS_futex;
#else
    return SYS_futex_time64;
#endif
}

int whet__word_wait(atomic_uint *word, unsigned value, uint64_t until_ns)
{
    const struct timespec until = {.tv_sec = (time_t)(until_ns / NS_PER_SEC),
                                   .tv_nsec = (long)(until_ns % NS_PER_SEC)};

    while (atomic_load_explicit(word, memory_order_acquire) == value) {
        long rc = syscall(call_number(), word, FUTEX_WAIT_BITSET_PRIVATE, value,
                          until_ns != UINT64_MAX ? &until : NULL, NULL, FUTEX_BITSET_MATCH_ANY);

        if (rc != 0 && errno == ETIMEDOUT)
            return -ETIMEDOUT;
    }
    return 0;
}

void whet__word_wake(atomic_uint *word)
{
    (void)syscall(call_number(), word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}
