/* Measures the clocks and the processor themselves, in less than a millisecond. */
#include "bench/function_run.h"

#include "os/clock.h"

#define TRIES 64
#define CHAIN 4096

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t step_read(void)
{
    uint64_t before = whet__clock_now_ns(), now;

    do
        now = whet__clock_now_ns();
    while (now == before);
    return now - before;
}

static uint64_t pair_read(void)
{
    uint64_t from = whet__clock_now_ns();

    return whet__clock_now_ns() - from;
}

/* With what is read between the two when there is nothing to time. */
static uint64_t cpu_pair_read(void)
{
    uint64_t from = whet__clock_process_cpu_ns();

    (void)pair_read();
    return whet__clock_process_cpu_ns() - from;
}

/* Additions of a register, each of which needs the one before: a cycle each. Additions of a
 * constant would not do; some processors fold those. */
static uint64_t chain_read(void)
{
    uint64_t x = 1, y = 3, from;

    __asm__ volatile("" : "+r"(x), "+r"(y));
    from = whet__clock_now_ns();
    for (unsigned i = 0; i < CHAIN / 8; i++) {
        for (unsigned k = 0; k < 8; k++) {
            x += y;
            __asm__ volatile("" : "+r"(x));
        }
    }
    return whet__clock_now_ns() - from;
}

void whet__function_clock_read(struct whet_function_clock *out)
{
    uint64_t chain = UINT64_MAX;

    *out = (struct whet_function_clock){UINT64_MAX, UINT64_MAX, UINT64_MAX, 0};
    for (unsigned i = 0; i < TRIES; i++) {
        out->step_ns = least(out->step_ns, step_read());
        out->pair_ns = least(out->pair_ns, pair_read());
        out->cpu_pair_ns = least(out->cpu_pair_ns, cpu_pair_read());
        chain = least(chain, chain_read());
    }
    chain -= least(chain, out->pair_ns);
    out->cycle_ns = (double)chain / CHAIN;
}
