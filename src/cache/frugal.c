/* A cache that makes room when memory is short, before the kernel swaps or kills: less by a
 * quarter at each look, and back as slowly. Load: with WHET_CACHE_FRUGAL an access looks at the
 * clock, and one a second at some small files. */
#include "cache/engine.h"

#include <errno.h>

#include "os/clock.h"
#include "os/load.h"

#define LOOK_NS       UINT64_C(1000000000)
#define WHOLE         64u
#define LEAST         (WHOLE / 8)
#define STEP          (WHOLE / 16) /* that it grows by */
#define PRESSURE_HIGH .10          /* of the time, some task waited for memory */
#define PRESSURE_LOW  .01
#define FREE_LOW      .05 /* of memory: where the kernel tells of no pressure */
#define FREE_ENOUGH   .10

/* Short: less than 0. Enough: above. */
static int memory_is(const struct whet_load *now)
{
    if (now->memory_some >= 0)
        return now->memory_some > PRESSURE_HIGH ? -1 : now->memory_some < PRESSURE_LOW;
    if (now->memory_free >= 0)
        return now->memory_free < FREE_LOW ? -1 : now->memory_free > FREE_ENOUGH;
    return 1;
}

static unsigned next_share(unsigned share, int memory)
{
    if (memory < 0)
        return share - share / 4 > LEAST ? share - share / 4 : LEAST;
    if (memory > 0)
        return share + STEP < WHOLE ? share + STEP : WHOLE;
    return share;
}

int whet__cache_fit(struct whet_cache *c, enum whet_cache_level level)
{
    struct whet_memory *m = level == WHET_CACHE_MEMORY ? c->memory : c->packed;
    uint64_t wanted;
    unsigned share;
    int rc;

    if (m == NULL)
        return -EINVAL;
    do { /* another thread may have changed one of them meanwhile */
        wanted = atomic_load(&c->wanted[level]);
        share = WHOLE - atomic_load(&c->without);
        rc = whet__memory_resize(m, share == WHOLE ? wanted : wanted / WHOLE * share);
    } while (wanted != atomic_load(&c->wanted[level]) ||
             share != WHOLE - atomic_load(&c->without));
    if (rc == 0)
        whet__cache_settle(c);
    return rc;
}

void whet__cache_frugal_look(struct whet_cache *c, const char *root)
{
    unsigned without = atomic_load(&c->without), share;
    struct whet_load now;

    whet__load_read_memory(root, &now);
    share = next_share(WHOLE - without, memory_is(&now));
    if (share == WHOLE - without ||
        !atomic_compare_exchange_strong(&c->without, &without, WHOLE - share))
        return;
    /* One that would be too small for its tables stays as it is. */
    (void)!whet__cache_fit(c, WHET_CACHE_MEMORY);
    (void)!whet__cache_fit(c, WHET_CACHE_PACKED);
}

void whet__cache_frugal(struct whet_cache *c)
{
    unsigned long long at = atomic_load_explicit(&c->look_ns, memory_order_relaxed);
    uint64_t now = whet__clock_now_ns();

    if (now >= at && atomic_compare_exchange_strong(&c->look_ns, &at, now + LOOK_NS))
        whet__cache_frugal_look(c, "");
}
