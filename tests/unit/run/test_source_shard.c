/* run/source_shard.h: every job is of one shard, those that need each other of the same, and
 * each keeps its number. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "run/needs.h"
#include "run/source_lines.h"
#include "run/source_shard.h"

#define MANY 200

static const struct whet_run_job like = {.retries = 0};

/* "1 4 7 " */
static const char *numbers(size_t count, unsigned shard, unsigned shards)
{
    static const char *const lines[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    static char out[256];
    struct whet_source_lines from;
    struct whet_source_shard s;
    struct whet_job_source source = whet__source_array(&from, lines, count, 0, &like);
    struct whet_arena arena;
    struct whet_run_job job;
    uint64_t given = 0;
    size_t at = 0;

    out[0] = '\0';
    whet__arena_init(&arena, 1 << 16);
    assert_int_equal(whet__source_shard(&s, &source, NULL, shard, shards, NULL), 0);
    while (source.next(source.ctx, 1, &arena, &job, NULL) == 1) {
        assert_int_equal(job.turn, ++given);
        assert_string_equal(job.argv[0], lines[job.number - 1]);
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%u ", (unsigned)job.number);
    }
    assert_int_equal(source.total, given);
    whet__source_shard_clear(&s);
    whet__arena_clear(&arena);
    return out;
}

static void jobs_are_dealt_out_in_turn(void **state)
{
    (void)state;
    assert_string_equal(numbers(8, 1, 3), "1 4 7 ");
    assert_string_equal(numbers(8, 2, 3), "2 5 8 ");
    assert_string_equal(numbers(8, 3, 3), "3 6 ");
    assert_string_equal(numbers(2, 3, 3), "");
    assert_string_equal(numbers(3, 1, 1), "1 2 3 ");
}

/* Notes in shard_of[] which jobs are the shard's; each after what it needs. */
static void take(const struct whet_jobs *jobs, unsigned shard, unsigned shards,
                 unsigned shard_of[MANY], int done[MANY])
{
    const struct whet_job_result ok = {.end = WHET_JOB_OK};
    struct whet_source_shard s;
    struct whet_job_source source;
    struct whet_needs g;
    struct whet_arena arena;
    struct whet_run_job job;
    int turns[MANY + 1] = {0};
    uint64_t given = 0;

    whet__arena_init(&arena, 1 << 20);
    assert_int_equal(whet__needs_init(&g, jobs, NULL), 0);
    source = whet__needs_source(&g);
    assert_int_equal(whet__source_shard(&s, &source, &g, shard, shards, NULL), 0);
    while (source.next(source.ctx, 1, &arena, &job, NULL) == 1) {
        assert_null(job.skip);
        assert_in_range(job.turn, 1, source.total);
        assert_false(turns[job.turn]++);
        assert_int_equal(shard_of[job.number - 1], 0);
        shard_of[job.number - 1] = shard;
        for (size_t n = 0; job.needs[n] != NULL; n++)
            assert_true(done[strtoul(job.needs[n], NULL, 10)]);
        done[job.number - 1] = 1;
        given++;
        source.ended(source.ctx, &job, &ok);
    }
    assert_int_equal(given, source.total);
    whet__source_shard_clear(&s);
    whet__needs_clear(&g);
    whet__arena_clear(&arena);
}

static void what_needs_each_other_stays_together(void **state)
{
    struct whet_random random;

    (void)state;
    whet__random_init(&random, 7);
    for (int round = 0; round < 20; round++) {
        const char *needs[MANY][3] = {{NULL}};
        unsigned shard_of[MANY] = {0}, shards = 1 + (unsigned)round % 9;
        int done[MANY] = {0};
        char names[MANY][8];
        struct whet_jobs jobs;

        whet__jobs_init(&jobs, NULL);
        for (size_t i = 0; i < MANY; i++) {
            snprintf(names[i], sizeof(names[i]), "%zu", i);
            /* Few needs, so that there are many groups; some of jobs behind it. */
            if (i > 0 && whet__random_below(&random, 3) == 0)
                needs[i][0] = names[whet__random_below(&random, i)];
        }
        for (size_t i = 0; i < MANY; i++)
            assert_int_equal(whet__jobs_add(&jobs,
                                            &(struct whet_run_job){.name = names[i],
                                                                   .argv = needs[i],
                                                                   .needs = needs[i]},
                                            NULL),
                             0);
        for (unsigned k = 1; k <= shards; k++)
            take(&jobs, k, shards, shard_of, done);
        for (size_t i = 0; i < MANY; i++) {
            assert_int_not_equal(shard_of[i], 0);
            if (needs[i][0] != NULL)
                assert_int_equal(shard_of[i], shard_of[strtoul(needs[i][0], NULL, 10)]);
        }
        whet__jobs_clear(&jobs);
    }
}

static void memory_may_run_out(void **state)
{
    static const char *const words[] = {"x", NULL};
    struct whet_jobs jobs;
    struct whet_needs g;

    (void)state;
    whet__jobs_init(&jobs, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(whet__jobs_add(&jobs, &(struct whet_run_job){.argv = words}, NULL), 0);
    assert_int_equal(whet__needs_init(&g, &jobs, NULL), 0);
    EACH_ALLOCATION_FAILS
    {
        struct whet_job_source source = whet__needs_source(&g);
        struct whet_source_shard s;
        int rc = whet__source_shard(&s, &source, &g, 1, 2, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__source_shard_clear(&s);
    }
    whet__needs_clear(&g);
    whet__jobs_clear(&jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_dealt_out_in_turn),
        cmocka_unit_test(what_needs_each_other_stays_together),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
