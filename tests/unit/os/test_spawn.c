/* os/spawn.h: how a run ends, what it leaves, and how it is ended. */
#include "../harness.h"
#include "../gone.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/spawn.h"

#define SECOND_NS UINT64_C(1000000000)

/* Runs "sh -c script" and captures both outputs. */
struct shell {
    struct whet_spawn_options options;
    struct whet_spawn_result result;
    struct whet_error err;
    struct whet_text out;
    struct whet_text errors;
    const char *argv[4];
};

static void shell_init(struct shell *s, const char *script)
{
    memset(s, 0, sizeof(*s));
    whet__text_init(&s->out, 1 << 20);
    whet__text_init(&s->errors, 1 << 20);
    s->argv[0] = "sh";
    s->argv[1] = "-c";
    s->argv[2] = script;
    s->options.argv = s->argv;
    s->options.out = s->options.err = WHET_SPAWN_CAPTURE;
    s->options.out_text = &s->out;
    s->options.err_text = &s->errors;
}

static void shell_run(struct shell *s)
{
    int rc = whet__spawn_run(&s->options, &s->result, &s->err);

    if (rc != 0)
        fail_msg("%s", s->err.text);
}

static void shell_clear(struct shell *s)
{
    whet__text_clear(&s->out);
    whet__text_clear(&s->errors);
}

static void tells_how_it_ended(void **state)
{
    const char *const argv[] = {"true", NULL};
    struct whet_spawn_options options = {.argv = argv};
    struct whet_spawn_result result;
    struct shell s;

    (void)state;
    assert_int_equal(whet__spawn_run(&options, &result, NULL), 0);
    assert_int_equal(result.exit_code, 0);
    assert_true(result.wall_ns > 0 && result.max_rss_bytes > 0 && result.rss_floor_bytes > 0);
    assert_true(result.minor_faults > 0);

    shell_init(&s, "exit 7");
    shell_run(&s);
    assert_int_equal(s.result.exit_code, 7);
    assert_int_equal(s.result.signal, 0);
    s.argv[2] = "kill -SEGV $$";
    shell_run(&s);
    assert_int_equal(s.result.exit_code, -1);
    assert_int_equal(s.result.signal, SIGSEGV);
    assert_false(s.result.timed_out || s.result.stopped);
    shell_clear(&s);
}

static void captures_both_outputs(void **state)
{
    struct shell s;

    (void)state;
    shell_init(&s, "echo one; echo two >&2; printf three");
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "one\nthree");
    assert_string_equal(whet__text_str(&s.errors), "two\n");
    whet__text_reset(&s.out);
    s.options.err = WHET_SPAWN_STDOUT;
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "one\ntwo\nthree");
    s.options.out = s.options.err = WHET_SPAWN_NULL;
    s.argv[2] = "echo x; echo y >&2";
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "one\ntwo\nthree");
    shell_clear(&s);
}

/* More than two pipes hold, in turn: who reads one to its end first would hang. */
static void captures_much_without_a_deadlock(void **state)
{
    struct shell s;

    (void)state;
    shell_init(&s, "i=0; while [ $i -lt 3000 ]; do i=$((i+1));"
                   "printf %0100d $i; printf %0100d $i >&2; done");
    shell_run(&s);
    assert_int_equal(s.out.len, 300000);
    assert_int_equal(s.errors.len, 300000);
    assert_false(s.result.out_cut || s.result.err_cut);
    shell_clear(&s);
}

static void cuts_at_the_maximum(void **state)
{
    struct shell s;

    (void)state;
    shell_init(&s, "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); printf %0100d $i; done");
    s.out.max = 150;
    shell_run(&s);
    assert_int_equal(s.result.exit_code, 0);
    assert_int_equal(s.out.len, 150);
    assert_int_equal(whet__text_error(&s.out), 0);
    assert_true(s.result.out_cut);
    assert_false(s.result.err_cut);
    shell_clear(&s);
}

static void has_the_input_and_place_it_was_given(void **state)
{
    static const char *const env[] = {"WORD=given", NULL};
    struct whet_text dir;
    struct shell s;
    char path[4096];

    (void)state;
    whet__text_init(&dir, 4096);
    assert_int_equal(whet__file_make_temp_dir(&dir), 0);
    snprintf(path, sizeof(path), "%s/input", whet__text_str(&dir));
    assert_int_equal(whet__file_write(path, "from file\n", 10, 0), 0);

    shell_init(&s, "read line; echo \"$line\"; echo $WORD; pwd -P");
    s.options.stdin_path = path;
    s.options.cwd = "/";
    s.options.env = env;
    s.options.program = "/bin/sh";
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "from file\ngiven\n/\n");
    whet__text_reset(&s.out);
    s.options.stdin_path = NULL;
    s.argv[2] = "cat; echo end";
    s.options.env = NULL;
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "end\n");
    shell_clear(&s);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&dir)), 0);
    whet__text_clear(&dir);
}

static void starts_with_fresh_signals(void **state)
{
    sigset_t blocked, old;
    struct shell s;
    char *end;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &old);
    shell_init(&s, "grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2;"
                   "[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] && echo own group");
    shell_run(&s);
    assert_int_equal(strtoull(whet__text_str(&s.out), &end, 16), 0);
    assert_int_equal(strtoull(end, &end, 16) >> (SIGPIPE - 1) & 1, 0);
    assert_string_equal(end, "\nown group\n");
    s.options.flags = WHET_SPAWN_SAME_GROUP | WHET_SPAWN_INHERIT_INPUT;
    s.argv[2] = "[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] || echo same";
    whet__text_reset(&s.out);
    shell_run(&s);
    assert_string_equal(whet__text_str(&s.out), "same\n");
    shell_clear(&s);
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGPIPE, SIG_DFL);
}

/* Ends it in time, but not before it has come so far as to print something: what it makes of
 * SIGTERM is settled by then, however slow the machine is. */
static void run_until_it_speaks(struct shell *s)
{
    s->options.timeout_ns = SECOND_NS / 10;
    do {
        s->options.timeout_ns *= 2;
        shell_run(s);
        assert_true(s->result.timed_out);
    } while (s->out.len == 0);
}

static void end_in_time(unsigned flags)
{
    struct shell s;

    shell_init(&s, "sleep 600 & echo $!; wait");
    s.options.timeout_ns = SECOND_NS / 5;
    s.options.flags = flags;
    shell_run(&s);
    assert_true(s.result.timed_out);
    assert_int_equal(s.result.signal, SIGTERM);
    assert_true(s.result.wall_ns >= SECOND_NS / 5 && s.result.wall_ns < 600 * SECOND_NS);
    shell_clear(&s);

    shell_init(&s, "trap '' TERM; echo deaf; while :; do sleep 0.01; done");
    s.options.grace_ns = SECOND_NS / 20;
    s.options.flags = flags;
    run_until_it_speaks(&s);
    assert_int_equal(s.result.signal, SIGKILL);
    assert_string_equal(whet__text_str(&s.out), "deaf\n");
    shell_clear(&s);
}

static void ends_a_run_in_time(void **state)
{
    (void)state;
    end_in_time(0);
    end_in_time(WHET_SPAWN_NO_PIDFD);
}

static void ends_a_stopped_process(void **state)
{
    struct shell s;

    (void)state;
    shell_init(&s, "kill -STOP $$");
    s.options.timeout_ns = SECOND_NS / 5;
    shell_run(&s);
    assert_true(s.result.timed_out);
    assert_int_equal(s.result.signal, SIGTERM);
    shell_clear(&s);
}

/* What it left in the background goes with it, also when it goes by itself. */
static void leaves_nobody_behind_after_a_time_out(void **state)
{
    struct shell s;
    long pid;

    (void)state;
    shell_init(&s, "trap 'exit 3' TERM; (trap '' TERM; exec sleep 600) & echo $!; wait");
    s.options.grace_ns = 600 * SECOND_NS;
    run_until_it_speaks(&s);
    assert_int_equal(s.result.exit_code, 3);
    pid = strtol(whet__text_str(&s.out), NULL, 10);
    assert_true(pid > 1);
    assert_true(is_gone((pid_t)pid));
    shell_clear(&s);
}

static int count_to_three(void *ctx)
{
    return ++*(int *)ctx >= 3;
}

static void stops_when_asked(void **state)
{
    int count = 0;
    struct shell s;

    (void)state;
    shell_init(&s, "sleep 600");
    s.options.stop = count_to_three;
    s.options.ctx = &count;
    shell_run(&s);
    assert_true(s.result.stopped);
    assert_false(s.result.timed_out);
    assert_int_equal(s.result.signal, SIGTERM);
    assert_int_equal(count, 3);
    shell_clear(&s);
}

/* A helper that holds the pipe open, even writes on, does not keep us waiting. */
static void waits_for_the_child_only(void **state)
{
    struct shell s;

    (void)state;
    /* It writes more than is wanted before it is left alone. */
    shell_init(&s, "exec 3>&1; echo $( (printf %0200d 1 >&3; exec >&3; while echo noise; do :; "
                   "done) & echo $!) >&2");
    s.out.max = 100;
    shell_run(&s);
    assert_int_equal(s.result.exit_code, 0);
    assert_true(s.result.out_cut);
    /* Its next word has ended it, most often. */
    (void)kill((pid_t)strtol(whet__text_str(&s.errors), NULL, 10), SIGKILL);
    shell_clear(&s);
}

static void check_failure(const struct whet_spawn_options *options, int code,
                          const char *message)
{
    struct whet_spawn_result result = {.exit_code = 77};
    struct whet_error err;

    assert_int_equal(whet__spawn_run(options, &result, &err), code);
    assert_int_equal(err.code, code);
    if (strstr(err.text, message) == NULL)
        fail_msg("got: %s", err.text);
    assert_int_equal(result.exit_code, 77);
}

static void names_what_is_missing(void **state)
{
    static const char *const none[] = {"no-such-program", NULL};
    static const char *const path[] = {"/no/such/program", NULL};
    static const char *const folder[] = {"/tmp", NULL};
    static const char *const empty[] = {NULL};
    static const char *const fine[] = {"true", NULL};
    struct whet_spawn_options options = {.argv = none};

    (void)state;
    check_failure(&options, -ENOENT,
                  "cannot find program: 'no-such-program': it is not in PATH");
    options.argv = path;
    check_failure(&options, -ENOENT, "cannot find program: '/no/such/program'");
    options.argv = folder;
    check_failure(&options, -EACCES, "not a program: '/tmp'");
    options.argv = empty;
    check_failure(&options, -EINVAL, "empty");
    options.argv = fine;
    options.cwd = "/no/such/folder";
    check_failure(&options, -ENOENT, "cannot enter folder: '/no/such/folder'");
    options.cwd = "/dev/null";
    check_failure(&options, -ENOTDIR, "cannot enter folder: '/dev/null'");
    options.cwd = NULL;
    options.stdin_path = "/no/input";
    check_failure(&options, -ENOENT, "cannot open input: '/no/input'");
    options.stdin_path = NULL;
    options.out = WHET_SPAWN_CAPTURE;
    check_failure(&options, -EINVAL, "capture");
}

static void names_what_is_no_program(void **state)
{
    const char *argv[] = {"./script", NULL};
    struct whet_spawn_options options = {.argv = argv};
    struct whet_text dir;
    char path[4096];

    (void)state;
    whet__text_init(&dir, 4000);
    assert_int_equal(whet__file_make_temp_dir(&dir), 0);
    snprintf(path, sizeof(path), "%s/script", whet__text_str(&dir));
    assert_int_equal(whet__file_write(path, "#!/no/shell\n", 12, 0), 0);
    options.cwd = whet__text_str(&dir);
    check_failure(&options, -EACCES, "cannot run: './script': Permission denied");
    assert_int_equal(chmod(path, 0755), 0);
    check_failure(&options, -ENOENT, "cannot find the interpreter of './script'");
    assert_int_equal(whet__file_write(path, "echo\n", 5, 0), 0);
    check_failure(&options, -ENOEXEC, "a script needs a first line with #!");
    assert_int_equal(whet__file_remove_tree(whet__text_str(&dir)), 0);
    whet__text_clear(&dir);
}

static void finds_programs(void **state)
{
    char *path = strdup(getenv("PATH"));
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 4096);
    assert_int_equal(setenv("PATH", "/nowhere:/bin:/usr/bin", 1), 0);
    assert_int_equal(whet__spawn_find("sh", &t), 0);
    assert_string_equal(whet__text_str(&t), "/bin/sh");
    whet__text_reset(&t);
    assert_int_equal(whet__spawn_find("/bin/sh", &t), 0);
    assert_int_equal(whet__spawn_find("/etc/passwd", &t), -EACCES);
    assert_int_equal(whet__spawn_find("no-such", &t), -ENOENT);
    assert_int_equal(whet__spawn_find("", &t), -ENOENT);
    assert_int_equal(setenv("PATH", "/etc:", 1), 0);
    assert_int_equal(whet__spawn_find("passwd", &t), -EACCES);
    assert_int_equal(unsetenv("PATH"), 0);
    assert_int_equal(whet__spawn_find("sh", &t), 0);
    assert_string_equal(whet__text_str(&t), "/bin/sh/bin/sh");
    assert_int_equal(setenv("PATH", path, 1), 0);
    whet__text_reset(&t);
    assert_int_equal(whet__spawn_self(&t), 0);
    assert_non_null(strstr(whet__text_str(&t), "test_spawn"));
    whet__text_clear(&t);
    free(path);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct shell s;
        int rc;

        shell_init(&s, "echo word");
        rc = whet__spawn_run(&s.options, &s.result, &s.err);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0 && whet__text_error(&s.out) == 0)
            assert_string_equal(whet__text_str(&s.out), "word\n");
        else if (rc == 0)
            assert_true(s.result.out_cut);
        shell_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_how_it_ended),
        cmocka_unit_test(captures_both_outputs),
        cmocka_unit_test(captures_much_without_a_deadlock),
        cmocka_unit_test(cuts_at_the_maximum),
        cmocka_unit_test(has_the_input_and_place_it_was_given),
        cmocka_unit_test(starts_with_fresh_signals),
        cmocka_unit_test(ends_a_run_in_time),
        cmocka_unit_test(ends_a_stopped_process),
        cmocka_unit_test(leaves_nobody_behind_after_a_time_out),
        cmocka_unit_test(stops_when_asked),
        cmocka_unit_test(waits_for_the_child_only),
        cmocka_unit_test(names_what_is_missing),
        cmocka_unit_test(names_what_is_no_program),
        cmocka_unit_test(finds_programs),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
