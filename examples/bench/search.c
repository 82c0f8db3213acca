/* Three ways to find a number in a sorted array, and what sorting one costs: benchmarks of C
 * functions.
 *
 *     cc -O2 search.c $(pkg-config --cflags --libs whet) && ./a.out
 *     ./a.out --list
 *     ./a.out 'find_*' --export html=report.html
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <whet/bench.h>

static size_t find_by_scan(const int *numbers, size_t count, int wanted)
{
    size_t i = 0;

    while (i < count && numbers[i] < wanted)
        i++;
    return i;
}

static size_t find_by_halves(const int *numbers, size_t count, int wanted)
{
    size_t low = 0;

    while (count > 0) {
        size_t half = count / 2;

        if (numbers[low + half] < wanted) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* The same without a branch that could be guessed wrong. */
static size_t find_by_steps(const int *numbers, size_t count, int wanted)
{
    const int *at = numbers;

    while (count > 1) {
        size_t half = count / 2;

        at += at[half - 1] < wanted ? half : 0;
        count -= half;
    }
    return (size_t)(at - numbers) + (count == 1 && *at < wanted);
}

/* All three are asked for the same numbers, in random order. */
#define QUESTIONS 1024

static int *numbers_make(size_t count)
{
    int *numbers = malloc(count * sizeof(*numbers));

    for (size_t i = 0; numbers != NULL && i < count; i++)
        numbers[i] = (int)(2 * i);
    return numbers;
}

static void find(struct whet_bench_state *state,
                 size_t (*how)(const int *numbers, size_t count, int wanted))
{
    size_t count = (size_t)whet_bench_value(state, "count"), at = 0;
    int *numbers = numbers_make(count), questions[QUESTIONS];

    if (numbers == NULL) {
        whet_bench_fail(state, "no memory for %zu numbers", count);
        return;
    }
    for (size_t i = 0; i < QUESTIONS; i++)
        questions[i] = (int)(whet_bench_random(state) % (2 * count));
    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP(state)
    {
        size_t place = how(numbers, count, questions[at]);

        WHET_BENCH_KEEP(place);
        at = (at + 1) % QUESTIONS;
    }
    free(numbers);
}

static void counts(struct whet_bench_config *config, const char *about)
{
    whet_bench_about(config, about);
    whet_bench_group(config, "find");
    whet_bench_range(config, "count", 16, 4096, 16);
}

WHET_BENCH_CONFIG(find_scan, config)
{
    counts(config, "from the first to the last");
}

WHET_BENCH(find_scan, state)
{
    find(state, find_by_scan);
}

WHET_BENCH_CONFIG(find_halves, config)
{
    counts(config, "binary search");
}

WHET_BENCH(find_halves, state)
{
    find(state, find_by_halves);
}

WHET_BENCH_CONFIG(find_steps, config)
{
    counts(config, "binary search without branches");
}

WHET_BENCH(find_steps, state)
{
    find(state, find_by_steps);
}

/* Sorting uses up its input: a batch of shuffled arrays is made untimed, then all of them
 * are sorted. */
#define SORTED  1000
#define BATCHED 32

static int ascending(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

WHET_BENCH(sort, state)
{
    static int shuffled[SORTED], arrays[BATCHED][SORTED];

    for (size_t i = 0; i < SORTED; i++)
        shuffled[i] = (int)(whet_bench_random(state) % 100000);
    whet_bench_set_items(state, SORTED);
    WHET_BENCH_BATCH(state, BATCHED, count)
    {
        for (uint64_t k = 0; k < count; k++)
            memcpy(arrays[k], shuffled, sizeof(shuffled));
        WHET_BENCH_EACH(state, k, count)
        qsort(arrays[k], SORTED, sizeof(int), ascending);
    }
}

int main(int argc, char **argv)
{
    return whet_bench_main(argc, argv);
}
