/* @memory: how fast this machine's memory is, level by level, and what it costs to have. */
#include "suites/suites.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/random.h"

#define LINE 64 /* bytes of a cache line on every machine we know */

static void configure(struct whet_bench_config *config, const char *about)
{
    whet_bench_group(config, "memory");
    whet_bench_about(config, about);
}

static void copy_run(struct whet_bench_state *state)
{
    size_t bytes = (size_t)whet_bench_value(state, "bytes");
    char *from = malloc(bytes), *to = malloc(bytes);

    if (from == NULL || to == NULL) {
        whet_bench_skip(state, "needs %zu bytes twice", bytes);
        goto out;
    }
    memset(from, 1, bytes);
    memset(to, 2, bytes);
    whet_bench_set_bytes(state, (double)bytes);
    WHET_BENCH_LOOP(state)
    {
        memcpy(to, from, bytes);
        whet_bench_keep(to);
    }
out:
    free(from);
    free(to);
}

static void copy_configure(struct whet_bench_config *config)
{
    configure(config, "memcpy, from inside the first cache to far outside the last");
    whet_bench_range(config, "bytes", 4096, 64 << 20, 16);
}

/* A ring through all lines in random order (Sattolo 1986): each load waits for the one
 * before, and no prefetcher guesses it. */
static void ring_make(size_t *lines, size_t count, size_t step)
{
    struct whet_random random;

    whet__random_init(&random, 1);
    for (size_t i = 0; i < count; i++)
        lines[i * step] = i * step;
    for (size_t i = count - 1; i > 0; i--) {
        size_t j = (size_t)whet__random_below(&random, i), other = lines[i * step];

        lines[i * step] = lines[j * step];
        lines[j * step] = other;
    }
}

static void chase_run(struct whet_bench_state *state)
{
    size_t bytes = (size_t)whet_bench_value(state, "bytes"), at = 0;
    size_t *lines = aligned_alloc(LINE, bytes);

    if (lines == NULL) {
        whet_bench_skip(state, "needs %zu bytes", bytes);
        return;
    }
    ring_make(lines, bytes / LINE, LINE / sizeof(*lines));
    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP(state)
    {
        at = lines[at];
        WHET_BENCH_HIDE(at);
    }
    free(lines);
}

static void chase_configure(struct whet_bench_config *config)
{
    configure(config, "one load after another from random lines: the latency of each level");
    whet_bench_range(config, "bytes", 16 << 10, 64 << 20, 16);
}

static void malloc_run(struct whet_bench_state *state)
{
    size_t bytes = (size_t)whet_bench_value(state, "bytes");

    WHET_BENCH_LOOP(state)
    {
        void *p = malloc(bytes);

        whet_bench_keep(p);
        free(p);
    }
}

static void malloc_configure(struct whet_bench_config *config)
{
    configure(config, "malloc and free of one block");
    whet_bench_range(config, "bytes", 64, 256 << 10, 64);
}

static void arena_run(struct whet_bench_state *state)
{
    struct whet_arena arena;

    whet__arena_init(&arena, (size_t)1 << 24);
    WHET_BENCH_LOOP(state)
    {
        for (unsigned i = 0; i < 100; i++)
            whet_bench_keep(whet__arena_alloc(&arena, 64));
        whet__arena_reset(&arena);
    }
    whet__arena_clear(&arena);
}

static void arena_configure(struct whet_bench_config *config)
{
    configure(config, "a hundred blocks of 64 bytes from an arena, freed together");
}

static void fault_run(struct whet_bench_state *state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 64 * page;

    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC); /* POSIX for "no file" */

    whet_bench_set_items(state, 64);
    WHET_BENCH_LOOP(state)
    {
        char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);

        if (pages == MAP_FAILED) {
            whet_bench_fail(state, "cannot map %zu bytes", bytes);
            continue;
        }
        for (size_t i = 0; i < bytes; i += page)
            pages[i] = 1;
        munmap(pages, bytes);
    }
    if (zero >= 0)
        close(zero);
}

static void fault_configure(struct whet_bench_config *config)
{
    configure(config, "64 pages touched for the first time, and given back");
}

static struct whet_bench_entry benchmarks[] = {
    {"memory_arena", arena_run, arena_configure, NULL},
    {"memory_copy", copy_run, copy_configure, NULL},
    {"memory_latency", chase_run, chase_configure, NULL},
    {"memory_malloc", malloc_run, malloc_configure, NULL},
    {"memory_page_fault", fault_run, fault_configure, NULL},
};

const struct whet_suite_entry whet__suite_memory = {
    "memory", "bandwidth and latency by level, allocation, page faults", benchmarks,
    sizeof(benchmarks) / sizeof(benchmarks[0])};
