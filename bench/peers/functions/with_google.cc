/* The kernels under Google Benchmark. */
#include <benchmark/benchmark.h>

#include "kernels.h"

static void empty(benchmark::State &state)
{
    for (auto _ : state)
        KERNEL_EMPTY();
}
BENCHMARK(empty);

static void empty_plain(benchmark::State &state)
{
    while (state.KeepRunning())
        KERNEL_EMPTY();
}
BENCHMARK(empty_plain);

static void add(benchmark::State &state)
{
    uint64_t x = 1;

    for (auto _ : state)
        KERNEL_ADD(x);
    benchmark::DoNotOptimize(x);
}
BENCHMARK(add);

#define KERNEL_RUN(name)                                                                       \
    static void name(benchmark::State &state)                                                  \
    {                                                                                          \
        for (auto _ : state)                                                                   \
            kernel_##name();                                                                   \
    }                                                                                          \
    BENCHMARK(name);
KERNELS(KERNEL_RUN)

int main(int argc, char **argv)
{
    kernels_prepare();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
