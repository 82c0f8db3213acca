/* Compiled once, and linked to all programs. */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCHES 15

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void work_time(const char *name, work_round round, void *ctx)
{
    double cpu[BATCHES], wall[BATCHES];

    for (int i = 0; i < ROUNDS; i++)
        round(ctx);
    for (int b = 0; b < BATCHES; b++) {
        double from_cpu = now(CLOCK_PROCESS_CPUTIME_ID), from_wall = now(CLOCK_MONOTONIC);

        for (int i = 0; i < ROUNDS; i++)
            round(ctx);
        cpu[b] = (now(CLOCK_PROCESS_CPUTIME_ID) - from_cpu) / ROUNDS;
        wall[b] = (now(CLOCK_MONOTONIC) - from_wall) / ROUNDS;
    }
    qsort(cpu, BATCHES, sizeof(cpu[0]), by_value);
    qsort(wall, BATCHES, sizeof(wall[0]), by_value);
    printf("%s %.3f %.3f\n", name, cpu[BATCHES / 2], wall[BATCHES / 2]);
}

void work_task(size_t index)
{
    __asm__ volatile("" : : "r"(index));
}

void work_pause(void)
{
    const struct timespec pause = {0, 200000};

    nanosleep(&pause, NULL);
}
