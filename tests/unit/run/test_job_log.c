/* run/job_log.h: what is written is read back; a cut line is dropped; equals are told apart. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/file.h"
#include "run/job_log.h"

#define PATH "job_log.test"

static const char *const argv_a[] = {"a", "x", NULL};
static const char *const argv_b[] = {"b", "\xff\"", NULL};

static struct whet_job_log open_log(enum whet_job_log_mode mode)
{
    struct whet_error err = {0};
    struct whet_job_log log;

    if (whet__job_log_open(&log, PATH, mode, &err) != 0)
        fail_msg("%s", err.text);
    return log;
}

static void add(struct whet_job_log *log, uint64_t number, const char *const *argv,
                enum whet_job_end end)
{
    const struct whet_run_job job = {.number = number, .argv = argv};
    const struct whet_job_result result = {
        .end = end, .exit_code = end == WHET_JOB_OK ? 0 : 3, .attempts = 1, .wall_ns = 5};

    assert_int_equal(whet__job_log_add(log, &job, &result, NULL), 0);
}

static int found(struct whet_job_log *log, uint64_t number, const char *const *argv)
{
    const struct whet_run_job job = {.number = number, .argv = argv};
    struct whet_job_result result = {0};
    int rc = whet__job_log_look_up(log, &job, &result, NULL);

    assert_in_range(rc, 0, 1);
    if (rc == 1)
        assert_true(result.resumed);
    return rc;
}

static int clean(void **state)
{
    (void)state;
    remove(PATH);
    return 0;
}

static void what_has_ended_is_not_run_again(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);
    struct whet_error err;

    (void)state;
    assert_int_equal(found(&log, 1, argv_a), 0);
    add(&log, 1, argv_a, WHET_JOB_OK);
    add(&log, 2, argv_b, WHET_JOB_EXIT);
    whet__job_log_close(&log);
    assert_int_equal(whet__job_log_open(&log, PATH, WHET_JOB_LOG_NEW, &err), -EEXIST);

    log = open_log(WHET_JOB_LOG_RESUME);
    assert_int_equal(found(&log, 1, argv_a), 1);
    assert_int_equal(found(&log, 2, argv_b), 1);
    assert_int_equal(found(&log, 3, argv_a), 0); /* it is another one */
    whet__job_log_close(&log);

    log = open_log(WHET_JOB_LOG_RESUME_FAILED);
    assert_int_equal(found(&log, 2, argv_b), 0);
    add(&log, 2, argv_b, WHET_JOB_OK);
    whet__job_log_close(&log);
    log = open_log(WHET_JOB_LOG_RESUME_FAILED);
    assert_int_equal(found(&log, 2, argv_b), 1);
    assert_int_equal(found(&log, 9, argv_a), 1); /* its number has changed */
    whet__job_log_close(&log);
}

static void what_was_stopped_is_run_again(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);

    (void)state;
    add(&log, 1, argv_a, WHET_JOB_STOPPED);
    add(&log, 2, argv_b, WHET_JOB_SKIPPED);
    whet__job_log_close(&log);
    log = open_log(WHET_JOB_LOG_RESUME);
    assert_int_equal(found(&log, 1, argv_a), 0);
    assert_int_equal(found(&log, 2, argv_b), 0);
    whet__job_log_close(&log);
}

/* Wherever a kill has cut the file: what is whole counts, and the log can be gone on with. */
static void a_log_may_be_cut_anywhere(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);
    struct whet_text whole;

    (void)state;
    add(&log, 1, argv_a, WHET_JOB_OK);
    add(&log, 2, argv_b, WHET_JOB_OK);
    whet__job_log_close(&log);
    whet__text_init(&whole, 1 << 16);
    assert_int_equal(whet__file_read(AT_FDCWD, PATH, 1 << 16, &whole), 0);
    for (size_t len = 0; len <= whole.len; len++) {
        size_t lines = 0;

        for (size_t i = 0; i < len; i++)
            lines += whole.data[i] == '\n';
        assert_int_equal(whet__file_write(PATH, whole.data, len, 0), 0);
        log = open_log(WHET_JOB_LOG_RESUME);
        assert_int_equal(found(&log, 1, argv_a), lines >= 2);
        assert_int_equal(found(&log, 2, argv_b), lines >= 3);
        add(&log, 7, argv_a, WHET_JOB_OK);
        whet__job_log_close(&log);
        log = open_log(WHET_JOB_LOG_RESUME);
        assert_int_equal(found(&log, 7, argv_a), 1);
        whet__job_log_close(&log);
    }
    whet__text_clear(&whole);
}

static void limit_size(rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Where the disk is full for a moment, what is written behind the line that it cut can be read,
 * and so can all that is before it. */
static void a_full_disk_tears_no_line(void **state)
{
    const struct whet_run_job job = {.number = 2, .argv = argv_b};
    const struct whet_job_result result = {.end = WHET_JOB_OK, .attempts = 1};
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);
    struct rlimit before;
    struct stat st;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    add(&log, 1, argv_a, WHET_JOB_OK);
    assert_int_equal(stat(PATH, &st), 0);
    for (int room = 0; room <= 40; room += 20) {
        limit_size((rlim_t)st.st_size + (rlim_t)room);
        assert_int_equal(whet__job_log_add(&log, &job, &result, NULL), -EFBIG);
        limit_size(before.rlim_cur);
    }
    add(&log, 3, argv_a, WHET_JOB_OK);
    whet__job_log_close(&log);
    signal(SIGXFSZ, SIG_DFL);

    log = open_log(WHET_JOB_LOG_RESUME);
    assert_int_equal(found(&log, 1, argv_a), 1);
    assert_int_equal(found(&log, 2, argv_b), 0);
    assert_int_equal(found(&log, 3, argv_a), 1);
    whet__job_log_close(&log);
}

static void another_file_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"notes without an end", "no log of whet run: name another file"},
        {"hello\n", "no JSON: the log is damaged"},
        {"{}\n", "no log of whet run: name another file"},
        {"{\"type\":\"run-log\",\"version\":2}\n",
         "a log of another version: this whet reads version 1"},
        {"{\"type\":\"run-log\",\"version\":1}\n{}\n", "no line of a log of whet run"},
    };

    struct whet_text left;

    (void)state;
    whet__text_init(&left, 1000);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_error err = {0};
        struct whet_job_log log;

        assert_int_equal(whet__file_write(PATH, cases[i].text, strlen(cases[i].text), 0), 0);
        assert_int_equal(whet__job_log_open(&log, PATH, WHET_JOB_LOG_RESUME, &err), -EBADMSG);
        assert_string_equal(err.text, cases[i].says);
        assert_string_equal(err.file, PATH);
        assert_int_equal(whet__file_read(AT_FDCWD, PATH, 1000, &left), 0);
        assert_string_equal(whet__text_str(&left), cases[i].text);
        whet__text_reset(&left);
    }
    whet__text_clear(&left);
}

static void one_writes_at_a_time(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW), other;
    struct whet_error err = {0};

    (void)state;
    assert_int_equal(whet__job_log_open(&other, PATH, WHET_JOB_LOG_RESUME, &err), -EBUSY);
    assert_non_null(strstr(err.text, "another whet run writes this log: '" PATH "'"));
    whet__job_log_close(&log);
    log = open_log(WHET_JOB_LOG_RESUME);
    whet__job_log_close(&log);
    for (int i = 0; i < 2; i++) { /* what is no file is anyone's */
        assert_int_equal(
            whet__job_log_open(i ? &log : &other, "/dev/null", WHET_JOB_LOG_NEW, NULL), 0);
    }
    whet__job_log_close(&log);
    whet__job_log_close(&other);
}

/* Each line of equals counts once, and that of the same number first. */
static void equals_are_counted(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);

    (void)state;
    for (uint64_t i = 1; i <= 2000; i++)
        add(&log, i, argv_a, i % 4 == 0 ? WHET_JOB_STOPPED : WHET_JOB_OK);
    whet__job_log_close(&log);
    log = open_log(WHET_JOB_LOG_RESUME);
    log.same_number = 1;
    assert_int_equal(found(&log, 4, argv_a), 0);
    assert_int_equal(found(&log, 5, argv_a), 1);
    assert_int_equal(found(&log, 5, argv_a), 0);
    log.same_number = 0;
    for (uint64_t i = 1; i < 1500; i++)
        assert_int_equal(found(&log, 5000 + i, argv_a), 1);
    assert_int_equal(found(&log, 1, argv_a), 0);
    whet__job_log_close(&log);
}

static void identity_is_of_argv_variables_and_folder(void **state)
{
    static const char *const env[] = {"A=1", NULL};
    static const char *const joined[] = {"ax", NULL};
    const struct whet_run_job jobs[] = {{.argv = argv_a},
                                        {.argv = argv_b},
                                        {.argv = joined},
                                        {.argv = argv_a, .env = env},
                                        {.argv = argv_a, .cwd = "d"}};
    struct whet_hash128 ids[6], same;
    struct whet_text scratch;

    (void)state;
    whet__text_init(&scratch, 1 << 16);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(whet__job_identity(&jobs[i], "/here", &scratch, &ids[i]), 0);
    assert_int_equal(whet__job_identity(&jobs[0], "/there", &scratch, &ids[5]), 0);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(&ids[i], &ids[k], sizeof(ids[i]));
    assert_int_equal(
        whet__job_identity(&(struct whet_run_job){.argv = argv_a, .number = 9, .name = "n"},
                           "/here", &scratch, &same),
        0);
    assert_memory_equal(&same, &ids[0], sizeof(same));
    whet__text_clear(&scratch);
}

static void memory_may_run_out(void **state)
{
    struct whet_job_log log = open_log(WHET_JOB_LOG_NEW);

    (void)state;
    add(&log, 1, argv_a, WHET_JOB_OK);
    whet__job_log_close(&log);
    EACH_ALLOCATION_FAILS
    {
        int rc = whet__job_log_open(&log, PATH, WHET_JOB_LOG_RESUME, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__job_log_close(&log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_has_ended_is_not_run_again, clean, clean),
        cmocka_unit_test_setup_teardown(what_was_stopped_is_run_again, clean, clean),
        cmocka_unit_test_setup_teardown(a_log_may_be_cut_anywhere, clean, clean),
        cmocka_unit_test_setup_teardown(a_full_disk_tears_no_line, clean, clean),
        cmocka_unit_test_setup_teardown(another_file_is_refused, clean, clean),
        cmocka_unit_test_setup_teardown(one_writes_at_a_time, clean, clean),
        cmocka_unit_test_setup_teardown(equals_are_counted, clean, clean),
        cmocka_unit_test(identity_is_of_argv_variables_and_folder),
        cmocka_unit_test_setup_teardown(memory_may_run_out, clean, clean),
    };

    return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
