/* The kernels under whet. */
#include <whet/bench.h>

#include "kernels.h"

WHET_BENCH(empty, state)
{
    WHET_BENCH_LOOP(state)
    KERNEL_EMPTY();
}

WHET_BENCH(empty_plain, state)
{
    WHET_BENCH_LOOP_PLAIN(state)
    KERNEL_EMPTY();
}

WHET_BENCH(add, state)
{
    uint64_t x = 1;

    WHET_BENCH_LOOP(state)
    KERNEL_ADD(x);
    WHET_BENCH_KEEP(x);
}

#define KERNEL_RUN(name)                                                                       \
    WHET_BENCH(name, state)                                                                    \
    {                                                                                          \
        WHET_BENCH_LOOP(state)                                                                 \
        kernel_##name();                                                                       \
    }
KERNELS(KERNEL_RUN)

int main(int argc, char **argv)
{
    kernels_prepare();
    return whet_bench_main(argc, argv);
}
