/* Those who look without a lock. Load: entered and left at every hit of a small value; waited
 * for as often as an index grows, a dozen times in a shard's life. */
#include "cache/memory/readers.h"

#include <sched.h>

unsigned whet__readers_count(uint64_t bytes)
{
    uint64_t most = bytes / 1000 / sizeof(struct whet_reader);

    if (most == 0 || whet__thread_barrier_init() != 0)
        return 0;
    return most < WHET_THREAD_NUMBERS ? (unsigned)most : WHET_THREAD_NUMBERS;
}

int whet__readers_wait(const struct whet_readers *r)
{
    int rc = r->count != 0 ? whet__thread_barrier() : 0;

    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < r->count; i++) {
        while (atomic_load_explicit(&r->each[i].looking, memory_order_acquire))
            (void)sched_yield();
    }
    return 0;
}

void whet__readers_forget(const struct whet_readers *r)
{
    for (unsigned i = 0; i < r->count; i++)
        atomic_store(&r->each[i].looking, 0);
}

uint64_t whet__readers_hits(const struct whet_readers *r)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < r->count; i++)
        sum += atomic_load_explicit(&r->each[i].hits, memory_order_relaxed);
    return sum;
}
