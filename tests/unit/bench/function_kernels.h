/* tests/unit/bench/function_kernels.h - benchmarks that go well, and those that do all that
 * can go wrong; the test program is its own worker. */
#ifndef WHET_TESTS_FUNCTION_KERNELS_H
#define WHET_TESTS_FUNCTION_KERNELS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whet/bench.h>

/* ---- Well-behaved ---- */

WHET_BENCH_CONFIG(good_add, config)
{
    whet_bench_about(config, "one addition");
    whet_bench_group(config, "good");
}

WHET_BENCH(good_add, state)
{
    uint64_t x = 1;

    WHET_BENCH_LOOP(state)
    {
        WHET_BENCH_HIDE(x);
        x += 3;
    }
    WHET_BENCH_KEEP(x);
}

WHET_BENCH(good_copy, state)
{
    static char from[4096], to[4096];
    size_t len = (size_t)whet_bench_value(state, "bytes");
    size_t offset = (size_t)whet_bench_value(state, "offset");

    whet_bench_set_bytes(state, (double)len);
    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP_PLAIN(state)
    {
        memcpy(to + offset, from, len);
        whet_bench_keep(to);
    }
}

static int not_both_large(const int64_t *values)
{
    return values[0] < 1024 || values[1] == 0;
}

WHET_BENCH_CONFIG(good_copy, config)
{
    whet_bench_group(config, "good");
    whet_bench_range(config, "bytes", 64, 1024, 4);
    whet_bench_steps(config, "offset", 0, 9, 8);
    whet_bench_only(config, not_both_large);
}

/* Every input is used once, and all of them are. */
WHET_BENCH(good_batch, state)
{
    static unsigned used[64];
    uint64_t total = 0;

    WHET_BENCH_BATCH(state, 64, count)
    {
        memset(used, 0, sizeof(used));
        WHET_BENCH_EACH(state, k, count)
        {
            for (unsigned i = 0; i < 2000; i++)
                WHET_BENCH_HIDE(i);
            used[k]++;
        }
        for (uint64_t k = 0; k < 64; k++) {
            if (used[k] != (k < count))
                whet_bench_fail(state, "input %d was used %u times", (int)k, used[k]);
        }
        total += count;
    }
    whet_bench_counter(state, "inputs", (double)total, WHET_COUNTER_COUNT,
                       WHET_COUNTER_NEITHER);
}

static void *counters_set_up(struct whet_bench_state *state)
{
    (void)state;
    return calloc(1, sizeof(uint64_t));
}

WHET_BENCH_CONFIG(good_threads, config)
{
    whet_bench_once(config, counters_set_up, free);
    whet_bench_threads(config, 1);
    whet_bench_threads(config, 3);
}

WHET_BENCH(good_threads, state)
{
    uint64_t *shared = whet_bench_data(state);

    whet_bench_set_items(state, 2);
    WHET_BENCH_LOOP(state)
    __atomic_fetch_add(shared, 1, __ATOMIC_RELAXED);
    whet_bench_counter(state, "thread", whet_bench_thread(state), WHET_COUNTER_COUNT,
                       WHET_COUNTER_LOWER);
    whet_bench_counter(state, "of", whet_bench_thread_count(state), WHET_COUNTER_FACTOR,
                       WHET_COUNTER_HIGHER);
}

WHET_BENCH(good_prints, state)
{
    printf("{\"whet_bench\": 99}\n");
    fprintf(stderr, "noise\n");
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
    puts("more");
}

/* Files stay from launch to launch; random numbers repeat. */
WHET_BENCH(good_files, state)
{
    const char *folder = whet_bench_scratch(state);
    char path[4096];
    uint64_t drawn = whet_bench_random(state), before = 0;
    FILE *file;

    if (folder == NULL)
        return;
    snprintf(path, sizeof(path), "%s/drawn", folder);
    file = fopen(path, "rb");
    if (file != NULL) {
        if (fread(&before, sizeof(before), 1, file) != 1 || before != drawn)
            whet_bench_fail(state, "other random numbers than before");
        fclose(file);
    } else if ((file = fopen(path, "wb")) != NULL) {
        fwrite(&drawn, sizeof(drawn), 1, file);
        fclose(file);
    }
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
    whet_bench_counter(state, "kept", before != 0, WHET_COUNTER_COUNT, WHET_COUNTER_HIGHER);
}

static uint64_t calls;

static void count_calls(uint64_t *count, uint64_t *bytes)
{
    *count = calls;
    *bytes = 10 * calls;
}

WHET_BENCH(good_allocations, state)
{
    whet_bench_set_allocation_counter(count_calls);
    WHET_BENCH_LOOP(state)
    {
        calls += 2;
        whet_bench_clobber();
    }
}

/* ---- Those that do not work ---- */

/* What is left when a compiler has removed a loop; whether it does so depends on options. */
WHET_BENCH(bad_removed, state)
{
    (void)whet_bench_start(state);
    whet_bench_stop(state, 0);
}

WHET_BENCH(bad_removed_batch, state)
{
    WHET_BENCH_BATCH(state, 8, count)
    {
        WHET_BENCH_EACH(state, k, count)
        {
        }
    }
}

WHET_BENCH(bad_no_loop, state)
{
    (void)state;
}

WHET_BENCH(bad_two_loops, state)
{
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
}

WHET_BENCH(bad_break, state)
{
    WHET_BENCH_LOOP_PLAIN(state)
    {
        whet_bench_clobber();
        break;
    }
}

WHET_BENCH(bad_return, state)
{
    WHET_BENCH_LOOP_PLAIN(state)
    return;
}

WHET_BENCH(bad_untimed_batch, state)
{
    WHET_BENCH_BATCH(state, 8, count)
    whet_bench_clobber();
}

WHET_BENCH(bad_argument, state)
{
    (void)whet_bench_value(state, "size");
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
}

WHET_BENCH(bad_counter, state)
{
    whet_bench_counter(state, "wall", 1, WHET_COUNTER_COUNT, WHET_COUNTER_LOWER);
    WHET_BENCH_LOOP(state)
    whet_bench_clobber();
}

WHET_BENCH(bad_fails, state)
{
    whet_bench_fail(state, "the moon is %s", "full");
    whet_bench_skip(state, "not said");
    WHET_BENCH_LOOP_PLAIN(state)
    abort();
}

WHET_BENCH(bad_crashes, state)
{
    fputs("first words\nlast words\n", stderr);
    WHET_BENCH_LOOP_PLAIN(state)
    raise(SIGKILL);
}

WHET_BENCH(bad_exits, state)
{
    WHET_BENCH_LOOP_PLAIN(state)
    _exit(0);
}

WHET_BENCH(bad_exit_code, state)
{
    fputs("gone", stderr);
    WHET_BENCH_LOOP_PLAIN(state)
    _exit(3);
}

WHET_BENCH(bad_hangs, state)
{
    WHET_BENCH_LOOP(state)
    pause();
}

/* One of the threads gives up: the others must not wait for it. */
WHET_BENCH_CONFIG(bad_thread, config)
{
    whet_bench_threads(config, 3);
}

WHET_BENCH(bad_thread, state)
{
    if (whet_bench_thread(state) == 1)
        whet_bench_fail(state, "thread 1 has no luck");
    else
        WHET_BENCH_LOOP(state)
    whet_bench_clobber();
}

WHET_BENCH(skip_always, state)
{
    whet_bench_skip(state, "needs a %d-bit moon", 7);
}

#endif
