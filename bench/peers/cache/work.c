/* Compiled once, and linked to all programs. */
#include "work.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct job {
    const uint32_t *keys;
    size_t count;
    uint64_t hits;
    uint64_t sum; /* so that no get can be left out */
};

static uint64_t state = 1;

/* SplitMix64. */
static uint64_t next_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double *zipf_sums(uint32_t keys)
{
    double *sums = malloc(keys * sizeof(*sums));
    double sum = 0;

    for (uint32_t i = 0; i < keys; i++)
        sums[i] = sum += 1 / pow(i + 1, 0.99);
    return sums;
}

/* Which key is how popular is drawn, too: neighbours in memory are not neighbours in rank. */
static uint32_t *draw(uint32_t keys, size_t count)
{
    double *sums = zipf_sums(keys);
    uint32_t *order = malloc(keys * sizeof(*order));
    uint32_t *drawn = malloc(count * sizeof(*drawn));

    for (uint32_t i = 0; i < keys; i++) {
        uint32_t k = (uint32_t)(next_random() % (i + 1));

        order[i] = order[k];
        order[k] = i;
    }
    for (size_t i = 0; i < count; i++) {
        double at = (double)(next_random() >> 11) / 9007199254740992.0 * sums[keys - 1];
        uint32_t low = 0, high = keys - 1;

        while (low < high) {
            uint32_t middle = (low + high) / 2;

            if (sums[middle] < at)
                low = middle + 1;
            else
                high = middle;
        }
        drawn[i] = order[low];
    }
    free(sums);
    free(order);
    return drawn;
}

static void *ask(void *ctx)
{
    struct job *job = ctx;
    void *attached = peer_attach();

    for (size_t i = 0; i < job->count; i++) {
        uint64_t value = 0;

        if (peer_get(attached, job->keys[i], &value)) {
            job->hits++;
            job->sum += value;
        } else {
            peer_put(attached, job->keys[i], job->keys[i] + 1);
        }
    }
    return NULL;
}

__attribute__((weak)) size_t peer_get_many(void *attached, const uint64_t *keys,
                                           uint64_t *values)
{
    size_t hits = 0;

    for (size_t i = 0; i < MANY; i++)
        hits += (size_t)peer_get(attached, keys[i], &values[i]);
    return hits;
}

static void *ask_many(void *ctx)
{
    struct job *job = ctx;
    void *attached = peer_attach();

    for (size_t i = 0; i + MANY <= job->count; i += MANY) {
        uint64_t keys[MANY], values[MANY] = {0};

        for (size_t k = 0; k < MANY; k++)
            keys[k] = job->keys[i + k];
        job->hits += peer_get_many(attached, keys, values);
        for (size_t k = 0; k < MANY; k++)
            job->sum += values[k];
    }
    return NULL;
}

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Shares the operations among threads. */
static uint64_t run(const uint32_t *keys, size_t count, unsigned threads, void *(*work)(void *))
{
    pthread_t ids[64];
    struct job jobs[64];
    uint64_t hits = 0;

    for (unsigned i = 0; i < threads; i++) {
        jobs[i] = (struct job){.keys = keys + count / threads * i, .count = count / threads};
        if (pthread_create(&ids[i], NULL, work, &jobs[i]) != 0)
            abort();
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        hits += jobs[i].hits;
    }
    return hits;
}

static void measure(const char *name, uint32_t keys, size_t count, unsigned threads,
                    void *(*work)(void *))
{
    uint32_t *drawn = draw(keys, count);
    double cpu, wall;
    uint64_t hits;

    (void)run(drawn, count, 1, work); /* warms up */
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    wall = now(CLOCK_MONOTONIC);
    hits = run(drawn, count, threads, work);
    printf("%s %.1f %.1f %.4f\n", name, (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)count,
           (now(CLOCK_MONOTONIC) - wall) / (double)count, (double)hits / (double)count);
    free(drawn);
}

int main(int argc, char **argv)
{
    unsigned threads = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    size_t count = argc > 2 ? (size_t)atol(argv[2]) : 1000000;

    if (threads < 1 || threads > 64)
        return 2;
    peer_open(ENTRIES, argc > 3 ? argv[3] : NULL);
    for (uint64_t key = 0; count >= ENTRIES && key < ENTRIES; key++)
        peer_put(peer_attach(), key, key + 1);
    measure("hits", ENTRIES * 9 / 10, count, threads, ask);
    measure("many", ENTRIES * 9 / 10, count, threads, ask_many);
    measure("mixed", ENTRIES * 10, count, threads, ask);
    return 0;
}
