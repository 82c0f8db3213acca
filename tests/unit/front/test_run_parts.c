/* front/run_part.h and front/run_merge.h: what shards leave is put together, or refused with
 * the part that is to blame. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "front/run_merge.h"
#include "front/run_part.h"
#include "os/file.h"

static struct whet_text folder;
static const struct whet_global quiet;

static int set_up(void **state)
{
    (void)state;
    whet__text_init(&folder, 4096);
    return whet__file_make_temp_dir(&folder);
}

static int tear_down(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&folder));

    (void)state;
    whet__text_clear(&folder);
    return rc;
}

/* One job on a shard: it printed that, and is in the log. */
static void job_run(struct whet_run_part *part, struct whet_job_log *log, uint64_t number,
                    const char *printed)
{
    static const char *const argv[] = {"job", NULL};
    const struct whet_run_job job = {.number = number, .argv = argv};
    struct whet_job_result result = {.end = number == 7 ? WHET_JOB_EXIT : WHET_JOB_OK,
                                     .exit_code = number == 7 ? 3 : 0,
                                     .attempts = 1,
                                     .cached = number == 2,
                                     .saved_ns = 5};
    struct whet_printed streams[WHET_STREAMS];
    struct whet_spool spool;

    whet__spool_init(&spool);
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_init(&streams[i]);
    assert_int_equal(whet__printed_add(&streams[0], &spool, printed, strlen(printed)), 0);
    assert_int_equal(whet__run_part_add(part, streams, &spool, &result, NULL), 0);
    assert_true(whet__run_part_has(part, &result));
    result.kept_bytes[1]++;
    assert_false(whet__run_part_has(part, &result));
    result.kept_bytes[1]--;
    assert_int_equal(whet__job_log_add(log, &job, &result, NULL), 0);
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_clear(&streams[i], &spool);
    whet__spool_clear(&spool);
}

/* Shard `k` of two runs every second of `count` jobs; those from `from` on. */
static void shard_run(unsigned k, uint64_t from, uint64_t count, int ends)
{
    const struct whet_run_part_end list = {.list = 0xabc};
    struct whet_run_part part;
    struct whet_job_log log;

    assert_int_equal(
        whet__run_part_open(&part, whet__text_str(&folder), (struct whet_shard){k, 2}, NULL),
        0);
    assert_int_equal(
        whet__job_log_open(&log, whet__text_str(&part.log), WHET_JOB_LOG_RESUME, NULL), 0);
    assert_int_equal(whet__run_part_begin(&part, NULL), 0);
    for (uint64_t i = from; i <= count; i++) {
        char text[16];

        snprintf(text, sizeof(text), "<%u>", (unsigned)i);
        if ((i - 1) % 2 == k - 1)
            job_run(&part, &log, i, text);
    }
    if (ends)
        assert_int_equal(whet__run_part_end(&part, &list, NULL), 0);
    whet__job_log_close(&log);
    whet__run_part_close(&part);
}

static const char *path_of(const char *name)
{
    static char path[4200];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&folder), name);
    return path;
}

/* What a merge shows, with the exit code before it; or its error. */
static const char *merged(const char *log, int json)
{
    static char out[4096];
    FILE *to = tmpfile();
    const struct whet_run_request request = {
        .global = &quiet, .out = to, .log = log, .json = json};
    struct whet_error err = {0};
    int rc, len;

    assert_non_null(to);
    rc = whet__run_merge(&request, whet__text_str(&folder), &err);
    assert_int_equal(fflush(to), 0);
    len = snprintf(out, sizeof(out), "%d ", rc);
    if (rc < 0)
        snprintf(out + len, sizeof(out) - (size_t)len, "%s", err.text);
    else
        out[len + pread(fileno(to), out + len, sizeof(out) - 1 - (size_t)len, 0)] = '\0';
    fclose(to);
    return out;
}

static void parts_are_put_together(void **state)
{
    char log[4200];

    (void)state;
    shard_run(2, 1, 6, 1);
    shard_run(1, 1, 4, 0); /* killed ... */
    assert_non_null(strstr(merged(NULL, 0), "shard 1 has not ended"));
    shard_run(1, 5, 6, 1); /* ... and gone on with */
    snprintf(log, sizeof(log), "%s", path_of("log"));
    assert_string_equal(merged(log, 0), "0 <1><2><3><4><5><6>");
    assert_int_equal(access(log, F_OK), 0);
    assert_non_null(strstr(merged(log, 0), "there is a log already"));
    assert_non_null(
        strstr(merged(NULL, 1), "\"found\": 1,\n  \"cached\": 1,\n  \"saved_ns\": 5"));
    shard_run(1, 7, 7, 1); /* one that fails */
    assert_string_equal(merged(NULL, 0), "1 <1><2><3><4><5><6><7>");
}

static void damage_is_told(void **state)
{
    static const struct {
        const char *file, *text, *says;
    } cases[] = {
        {"part-1.shown", "<1>", "a damaged part: '%s/part-1.shown': it is cut"},
        {"part-2.log", "{}\nno JSON\n", "a damaged part: '%s/part-2.log': no JSON"},
        {"part-2.log", "{}\n{}\n", "a damaged part: '%s/part-2.log': a line without number"},
        {"part-2.log", "{}\n{\"number\":2}\n",
         "a damaged part: '%s/part-2.log': a job without output"},
        {"part-2.log", "{}\n{\"number\":1,\"output\":{}}\n",
         "job 1 is in two parts, of shards 1 and 2"},
        {"part-2.log", "{}\n{\"number\":999999999,\"output\":{}}\n", "too many jobs"},
        {"part-2.end", "{\"type\":\"run-part\",\"version\":1,\"shard\":2,\"shards\":3}",
         "shard 1 is of 2, shard 2 of 3"},
        {"part-2.end",
         "{\"type\":\"run-part\",\"version\":1,\"shard\":2,\"shards\":2,\"list\":\"def\"}",
         "shards 1 and 2 have read different commands"},
        {"part-2.end", "{\"type\":\"run-part\",\"version\":9,\"shard\":2,\"shards\":2}",
         "not the end of a shard"},
        {"part-2.end", "{", "part-2.end"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char says[4200], log[4200];
        const char *text;

        shard_run(1, 1, 4, 1);
        shard_run(2, 1, 4, 1);
        assert_int_equal(
            whet__file_write(path_of(cases[i].file), cases[i].text, strlen(cases[i].text), 0),
            0);
        snprintf(says, sizeof(says), "%s", cases[i].says);
        if (strstr(cases[i].says, "%s") != NULL) {
            const char *at = strstr(cases[i].says, "%s");

            snprintf(says, sizeof(says), "%.*s%s%s", (int)(at - cases[i].says), cases[i].says,
                     whet__text_str(&folder), at + 2);
        }
        snprintf(log, sizeof(log), "%s", path_of("log"));
        text = merged(log, 0);
        if (text[0] != '-' || (strstr(text, says) == NULL && cases[i].text[1] != '\0'))
            fail_msg("%s: %s", cases[i].text, text);
        assert_int_not_equal(access(log, F_OK), 0); /* none is left half written */
        for (unsigned k = 1; k <= 2; k++) {
            static const char *const which[] = {"log", "shown", "end"};

            for (size_t w = 0; w < 3; w++) {
                char name[32];

                snprintf(name, sizeof(name), "part-%u.%s", k, which[w]);
                assert_int_equal(unlink(path_of(name)), 0);
            }
        }
    }
    /* Nothing else is left. */
    assert_int_equal(rmdir(whet__text_str(&folder)), 0);
    whet__text_clear(&folder);
}

static void a_part_has_one_owner(void **state)
{
    struct whet_run_part part;
    struct whet_job_log log, other;

    (void)state;
    shard_run(1, 1, 4, 1);
    assert_int_equal(
        whet__run_part_open(&part, whet__text_str(&folder), (struct whet_shard){1, 2}, NULL),
        0);
    assert_int_equal(
        whet__job_log_open(&log, whet__text_str(&part.log), WHET_JOB_LOG_RESUME, NULL), 0);
    assert_int_equal(
        whet__job_log_open(&other, whet__text_str(&part.log), WHET_JOB_LOG_RESUME, NULL),
        -EBUSY);
    assert_int_equal(access(path_of("part-1.end"), F_OK), 0); /* until it is begun */
    assert_int_equal(whet__run_part_begin(&part, NULL), 0);
    assert_int_not_equal(access(path_of("part-1.end"), F_OK), 0);
    whet__job_log_close(&log);
    whet__run_part_close(&part);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    shard_run(1, 1, 4, 1);
    shard_run(2, 1, 4, 1);
    EACH_ALLOCATION_FAILS
    {
        const char *text = merged(NULL, 0);

        if (text[0] != '-')
            assert_string_equal(text, "0 <1><2><3><4>");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_are_put_together, set_up, tear_down),
        cmocka_unit_test_setup(damage_is_told, set_up),
        cmocka_unit_test_setup_teardown(a_part_has_one_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_may_run_out, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
