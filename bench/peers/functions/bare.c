/* A kernel in a bare loop for a long time, by the processor time of the process: what is
 * taken for the truth. It is the median of stretches of a millisecond, for what now and
 * then takes the processor away lengthens the mean and is no part of the kernel.
 *
 * usage: bare STRETCHES
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernels.h"

#define ITERATIONS    3000
#define STRETCHES_MAX 10000

static double cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double stretch(void)
{
    double from = cpu_ns();

    for (int i = 0; i < ITERATIONS; i++)
        kernel_chain_1000();
    return (cpu_ns() - from) / ITERATIONS;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double times[STRETCHES_MAX];
    long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

    if (count <= 0 || count > STRETCHES_MAX)
        return 2;
    stretch();
    for (long i = 0; i < count; i++)
        times[i] = stretch();
    qsort(times, (size_t)count, sizeof(times[0]), ascending);
    printf("%.6f\n", times[count / 2]);
    return 0;
}
