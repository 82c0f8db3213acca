/* run/needs.h and run/jobs.h: order, skipping, circles, names; jobs as JSON. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "run/needs.h"

#define MANY 300

static const struct whet_run_job like = {.retries = 2, .timeout_ns = 7};

static int add(struct whet_jobs *j, const char *json, struct whet_error *err)
{
    return whet__jobs_add_json(j, json, strlen(json), (unsigned)j->items.len + 1, 0, &like,
                               err);
}

static void add_all(struct whet_jobs *j, const char *const *lines)
{
    struct whet_error err = {0};

    whet__jobs_init(j, "jobs");
    for (; *lines != NULL; lines++)
        if (add(j, *lines, &err) != 0)
            fail_msg("%s", err.text);
}

/* Runs it one by one; `bad` is the name of the one that fails. Names, those that are skipped in
 * brackets. */
static const char *order(const char *const *lines, const char *bad)
{
    static char out[1024];
    struct whet_error err = {0};
    struct whet_jobs jobs;
    struct whet_needs g;
    struct whet_arena arena;
    struct whet_run_job job;
    struct whet_job_source source;
    size_t at = 0;

    add_all(&jobs, lines);
    out[0] = '\0';
    whet__arena_init(&arena, 1 << 20);
    if (whet__needs_init(&g, &jobs, &err) != 0) {
        snprintf(out, sizeof(out), "%u: %s", err.line, err.text);
        goto done;
    }
    source = whet__needs_source(&g);
    while (source.next(source.ctx, 1, &arena, &job, &err) == 1) {
        struct whet_job_result result = {.end = job.skip != NULL             ? WHET_JOB_SKIPPED
                                                : strcmp(job.name, bad) == 0 ? WHET_JOB_EXIT
                                                                             : WHET_JOB_OK};

        at += (size_t)snprintf(out + at, sizeof(out) - at, job.skip != NULL ? "[%s]" : "%s",
                               job.name);
        source.ended(source.ctx, &job, &result);
    }
    whet__needs_clear(&g);
done:
    whet__arena_clear(&arena);
    whet__jobs_clear(&jobs);
    return out;
}

#define ORDER(bad, ...)  order((const char *const[]){__VA_ARGS__, NULL}, bad)
#define JOB(name, needs) "{\"name\":\"" name "\",\"argv\":[\"x\"],\"needs\":[" needs "]}"

static void what_is_needed_comes_first(void **state)
{
    (void)state;
    assert_string_equal(ORDER("", JOB("a", ""), JOB("b", ""), JOB("c", "")), "abc");
    assert_string_equal(ORDER("", JOB("a", "\"b\""), JOB("b", "\"c\""), JOB("c", "")), "cba");
    assert_string_equal(
        ORDER("", JOB("a", "\"d\""), JOB("b", "\"d\""), JOB("c", ""), JOB("d", "")), "cdab");
    assert_string_equal(ORDER("", JOB("a", "\"b\",\"b\""), JOB("b", "")), "ba");
}

static void what_needs_a_failure_is_skipped(void **state)
{
    (void)state;
    assert_string_equal(
        ORDER("a", JOB("a", ""), JOB("b", "\"a\""), JOB("c", "\"b\""), JOB("d", "")),
        "ad[b][c]");
    assert_string_equal(ORDER("b", JOB("a", ""), JOB("b", ""), JOB("c", "\"a\",\"b\"")),
                        "ab[c]");
}

static void circles_and_wrong_names_are_told(void **state)
{
    (void)state;
    assert_string_equal(ORDER("", JOB("a", "\"a\"")), "1: a circle of needs: 'a' needs 'a'");
    assert_string_equal(ORDER("", JOB("a", "\"b\""), JOB("b", "\"c\""), JOB("c", "\"b\"")),
                        "2: a circle of needs: 'b' needs 'c' needs 'b'");
    assert_string_equal(ORDER("", JOB("a", ""), JOB("b", "\"x\"")),
                        "2: no job has this name: 'x', which 'b' needs");
    assert_string_equal(ORDER("", JOB("a", ""), JOB("a", ""), JOB("b", "\"a\"")),
                        "3: more than one job has this name: 'a', which 'b' needs");
}

/* Any graph without circles: each job comes once, after all it needs. */
static void random_graphs_keep_their_order(void **state)
{
    struct whet_random random;

    (void)state;
    whet__random_init(&random, 5);
    for (int round = 0; round < 20; round++) {
        const char *needs[MANY][4] = {{NULL}};
        char names[MANY][8];
        size_t place[MANY], done[MANY] = {0}, count = 0;
        struct whet_error err = {0};
        struct whet_run_job job;
        struct whet_job_source source;
        const struct whet_job_result ok = {.end = WHET_JOB_OK};
        struct whet_jobs jobs;
        struct whet_needs g;
        struct whet_arena arena;

        whet__random_permutation(&random, place, MANY);
        whet__jobs_init(&jobs, NULL);
        whet__arena_init(&arena, 1 << 20);
        for (size_t i = 0; i < MANY; i++) {
            snprintf(names[i], sizeof(names[i]), "%zu", i);
            for (size_t n = 0; n < 3; n++) {
                size_t other = (size_t)whet__random_below(&random, MANY);

                needs[i][n] = place[other] < place[i] ? names[other] : NULL;
                if (needs[i][n] == NULL)
                    break;
            }
        }
        for (size_t i = 0; i < MANY; i++)
            assert_int_equal(whet__jobs_add(&jobs,
                                            &(struct whet_run_job){.name = names[i],
                                                                   .argv = needs[i],
                                                                   .needs = needs[i]},
                                            &err),
                             0);
        assert_int_equal(whet__needs_init(&g, &jobs, &err), 0);
        source = whet__needs_source(&g);
        while (source.next(source.ctx, 1, &arena, &job, &err) == 1) {
            size_t at = (size_t)(job.number - 1);

            for (size_t n = 0; needs[at][n] != NULL; n++)
                assert_true(done[strtoul(needs[at][n], NULL, 10)]);
            assert_false(done[at]);
            done[at] = 1;
            count++;
            source.ended(source.ctx, &job, &ok);
        }
        assert_int_equal(count, MANY);
        whet__needs_clear(&g);
        whet__jobs_clear(&jobs);
        whet__arena_clear(&arena);
    }
}

static void a_job_as_json(void **state)
{
    static const char text[] =
        "{\"name\":\"n\",\"category\":\"c\",\"argv\":[\"a\",\"b c\"],\"env\":{\"X\":\"1\"},"
        "\"cwd\":\"d\",\"type\":\"io\",\"inputs\":[\"*.c\"],\"outputs\":[\"o\"],\"needs\":[],"
        "\"timeout\":\"1m\",\"retries\":3,\"retry_delay\":0.5,\"memory\":\"1KiB\"}";
    struct whet_error err = {0};
    const struct whet_run_job *job;
    struct whet_jobs j;

    (void)state;
    whet__jobs_init(&j, "jobs");
    assert_int_equal(add(&j, text, &err), 0);
    assert_int_equal(add(&j, "{\"command\":\"a 'b c'\"}", &err), 0);
    assert_int_equal(add(&j, "{\"command\":\"a | b\",\"shell\":true}", &err), 0);
    job = j.items.items;
    assert_string_equal(job->name, "n");
    assert_string_equal(job->category, "c");
    assert_string_equal(job->argv[1], "b c");
    assert_null(job->argv[2]);
    assert_string_equal(job->env[0], "X=1");
    assert_string_equal(job->cwd, "d");
    assert_int_equal(job->type, WHET_JOB_IO);
    assert_string_equal(job->inputs[0], "*.c");
    assert_string_equal(job->outputs[0], "o");
    assert_null(job->needs[0]);
    assert_int_equal(job->timeout_ns, 60000000000);
    assert_int_equal(job->retries, 3);
    assert_int_equal(job->retry_delay_ns, 500000000);
    assert_int_equal(job->memory_bytes, 1024);
    assert_string_equal(job[1].argv[1], "b c");
    assert_int_equal(job[1].retries, 2); /* as in `like` */
    assert_int_equal(job[1].number, 2);
    assert_string_equal(job[2].argv[2], "a | b");
    whet__jobs_clear(&j);
}

static void wrong_jobs_are_told(void **state)
{
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"[]", "no object: '{\"argv\": [...]}' is expected"},
        {"{}", "no command: give one of 'argv' and 'command'"},
        {"{\"argv\":[\"a\"],\"command\":\"a\"}",
         "two commands: give one of 'argv' and 'command'"},
        {"{\"argv\":[]}", "wrong value for 'argv': the name of a program is expected first"},
        {"{\"argv\":\"a\"}", "wrong value for 'argv': a list of texts is expected"},
        {"{\"argv\":[1]}", "wrong value for 'argv': a list of texts is expected"},
        {"{\"argv\":[\"a\"],\"env\":{\"A\":1}}",
         "wrong value for 'env': names with a text each are expected"},
        {"{\"argv\":[\"a\"],\"env\":{\"A=\":\"1\"}}",
         "wrong value for 'env': names with a text each are expected"},
        {"{\"argv\":[\"a\"],\"type\":\"gpu\"}",
         "wrong value for 'type': cpu, io or mixed is expected"},
        {"{\"argv\":[\"a\"],\"timeout\":-1}",
         "wrong value for 'timeout': a time is expected: \"1m30s\", or seconds"},
        {"{\"argv\":[\"a\"],\"memory\":1.5}",
         "wrong value for 'memory': a size is expected: \"500MB\", or bytes"},
        {"{\"argv\":[\"a\"],\"retries\":-1}",
         "wrong value for 'retries': a number from 0 to 1000 is expected"},
        {"{\"argv\":[\"a\"],\"shell\":1}",
         "wrong value for 'shell': true or false is expected"},
        {"{\"argv\":[\"a\"],\"nmae\":\"a\"}", "unknown key: 'nmae': did you mean 'name'?"},
        {"{\"command\":\"a | b\"}", NULL},
        {"{\"argv\":[\"a\"]", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_error err = {0};
        struct whet_jobs j;

        whet__jobs_init(&j, "jobs");
        assert_int_not_equal(add(&j, cases[i].json, &err), 0);
        if (cases[i].says != NULL)
            assert_string_equal(err.text, cases[i].says);
        assert_int_equal(err.line, 1);
        assert_string_equal(err.file, "jobs");
        whet__jobs_clear(&j);
    }
}

static void memory_may_run_out(void **state)
{
    static const char *const lines[] = {JOB("a", "\"b\""), JOB("b", "")};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        struct whet_jobs jobs;
        struct whet_needs g;
        int rc = 0;

        whet__jobs_init(&jobs, NULL);
        for (int i = 0; i < 2 && rc == 0; i++)
            rc = add(&jobs, lines[i], &err);
        if (rc == 0)
            rc = whet__needs_init(&g, &jobs, &err);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__needs_clear(&g);
        whet__jobs_clear(&jobs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_needed_comes_first),
        cmocka_unit_test(what_needs_a_failure_is_skipped),
        cmocka_unit_test(circles_and_wrong_names_are_told),
        cmocka_unit_test(random_graphs_keep_their_order),
        cmocka_unit_test(a_job_as_json),
        cmocka_unit_test(wrong_jobs_are_told),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
