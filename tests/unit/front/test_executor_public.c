/* <whet/executor.h>: every command is told of, with what it printed; needs and failures as in
 * `whet run`; what has not changed is answered from the cache. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whet/executor.h>

#include "base/text.h"
#include "os/file.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct whet_text folder;
static char before[4096];

/* What the callback heard: "name:end:cached:out" for each, and the last reason. */
struct heard {
    char text[8192];
    size_t len;
    char reason[200];
    char not_kept[240];
    unsigned started;
    int cut;
    int stop;
};

static int set_up(void **state)
{
    (void)state;
    whet__text_init(&folder, 4096);
    if (getcwd(before, sizeof(before)) == NULL || whet__file_make_temp_dir(&folder) != 0)
        return -1;
    return chdir(whet__text_str(&folder));
}

static int tear_down(void **state)
{
    int rc = chdir(before);

    (void)state;
    rc |= whet__file_remove_tree(whet__text_str(&folder));
    whet__text_clear(&folder);
    return rc;
}

static void on_started(void *ctx, size_t index)
{
    struct heard *h = ctx;

    (void)index;
    h->started++;
}

static void on_ended(void *ctx, const struct whet_executor_result *r)
{
    struct heard *h = ctx;

    assert_int_equal(strlen(r->out), r->out_len);
    h->len += (size_t)snprintf(h->text + h->len, sizeof(h->text) - h->len, "%s:%s:%d:%s%s\n",
                               r->name != NULL ? r->name : "-", whet_executor_end_name(r->end),
                               r->cached, r->out, r->err);
    assert_true(h->len < sizeof(h->text));
    snprintf(h->reason, sizeof(h->reason), "%s", r->reason);
    snprintf(h->not_kept, sizeof(h->not_kept), "%s", r->not_kept);
    h->cut |= r->cut;
}

static int on_stop(void *ctx)
{
    const struct heard *h = ctx;

    return h->stop;
}

static struct whet_executor_options options_for(struct heard *h, unsigned flags)
{
    *h = (struct heard){.started = 0};
    return (struct whet_executor_options){.jobs = 1,
                                          .flags = flags,
                                          .cache_dir = "kept",
                                          .started = on_started,
                                          .ended = on_ended,
                                          .ctx = h};
}

static void add_line(struct whet_executor *e, const char *name, const char *line,
                     const char *const *needs)
{
    assert_int_equal(
        whet_executor_add(
            e, &(struct whet_executor_command){.name = name, .line = line, .needs = needs},
            NULL),
        0);
}

static void write_file(const char *name, const char *text)
{
    assert_int_equal(whet__file_write(name, text, strlen(text), 0), 0);
}

static void each_is_told_in_the_order_of_its_needs(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, 0);

    (void)state;
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    add_line(e, "last", "echo c", LIST("first", "second"));
    add_line(e, "first", "echo a", NULL);
    assert_int_equal(
        whet_executor_add(e,
                          &(struct whet_executor_command){.name = "second",
                                                          .line = "echo $WORD >&2; exit 0",
                                                          .shell = 1,
                                                          .cwd = "/",
                                                          .env = LIST("WORD=b")},
                          NULL),
        0);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_string_equal(h.text, "first:ok:0:a\n\nsecond:ok:0:b\n\nlast:ok:0:c\n\n");
    assert_int_equal(counts.ended, 3);
    assert_int_equal(counts.ok, 3);
    assert_int_equal(counts.not_started, 0);
    assert_int_equal(h.started, 3);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0); /* once more, as it is */
    assert_int_equal(h.started, 6);
    whet_executor_free(e);
}

static void a_failure_skips_what_needs_it_and_ends_the_rest_unless_told(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;

    (void)state;
    for (int keep_going = 0; keep_going < 2; keep_going++) {
        struct whet_executor_options options =
            options_for(&h, keep_going ? WHET_EXECUTOR_KEEP_GOING : 0);

        assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
        add_line(e, "bad", "sh -c 'exit 3'", NULL);
        add_line(e, "after", "echo no", LIST("bad"));
        add_line(e, "other", "echo yes", NULL);
        assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
        assert_int_equal(counts.failed, 1);
        assert_int_equal(counts.ended + counts.not_started, 3);
        assert_int_equal(counts.skipped, keep_going);
        assert_int_equal(counts.ok, keep_going);
        assert_ptr_equal(strstr(h.text, "bad:exit:0:\n"), h.text);
        assert_int_equal(strstr(h.text, "other:ok:0:yes\n") != NULL, keep_going);
        whet_executor_free(e);
    }
}

static void what_has_not_changed_is_not_run_again(void **state)
{
    static const char line[] = "cat in; cp in out";
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, WHET_EXECUTOR_CACHE);

    (void)state;
    write_file("in", "one\n");
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    assert_int_equal(whet_executor_add(e,
                                       &(struct whet_executor_command){.name = "copy",
                                                                       .line = line,
                                                                       .shell = 1,
                                                                       .inputs = LIST("in"),
                                                                       .outputs = LIST("out")},
                                       NULL),
                     0);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_int_equal(counts.cached, 0);
    assert_int_equal(unlink("out"), 0);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_int_equal(counts.cached, 1);
    assert_int_equal(access("out", F_OK), 0);
    write_file("in", "two\n");
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_int_equal(counts.cached, 0);
    assert_string_equal(h.text, "copy:ok:0:one\n\ncopy:ok:1:one\n\ncopy:ok:0:two\n\n");
    whet_executor_free(e);
}

/* The same command twice over the cache `dir`; how often it was run, and what was said. */
static uint64_t run_twice(const char *dir, uint64_t cache_bytes, struct heard *h, char *note,
                          size_t size)
{
    struct whet_executor_options options = options_for(h, WHET_EXECUTOR_CACHE);
    struct whet_executor_counts counts;
    struct whet_executor *e;
    uint64_t cached = 0;

    options.cache_dir = dir;
    options.cache_bytes = cache_bytes;
    note[0] = '\0';
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    assert_null(whet_executor_note(e));
    assert_int_equal(whet_executor_add(e,
                                       &(struct whet_executor_command){
                                           .line = "cat in; head -c 400000 in2 >out",
                                           .shell = 1,
                                           .inputs = LIST("in", "in2"),
                                           .outputs = LIST("out")},
                                       NULL),
                     0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
        assert_int_equal(counts.ok, 1);
        cached += counts.cached;
        if (whet_executor_note(e) != NULL)
            snprintf(note, size, "%s", whet_executor_note(e));
    }
    whet_executor_free(e);
    return 2 - cached;
}

/* What the header says: it costs hits, nothing else, and is told. */
static void a_cache_that_is_no_good_costs_hits_alone(void **state)
{
    static char big[400000];
    struct heard h;
    char note[800];

    (void)state;
    write_file("in", "one\n");
    memset(big, 'x', sizeof(big) - 1);
    write_file("in2", big);
    /* It cannot be made. */
    assert_int_equal(run_twice("in/below", 0, &h, note, sizeof(note)), 2);
    assert_string_equal(h.text, "-:ok:0:one\n\n-:ok:0:one\n\n");
    assert_non_null(strstr(note, "in/below"));
    /* Somebody else's. */
    assert_int_equal(mkdir("other", 0700), 0);
    write_file("other/run.db",
               "this is a letter to my aunt, and longer than the head of a file "
               "of SQLite, in which nobody looks for a number\n");
    assert_int_equal(run_twice("other", 0, &h, note, sizeof(note)), 2);
    assert_non_null(strstr(note, "other/run.db"));
    /* Ours, and damaged: moved aside, once. */
    assert_int_equal(run_twice("kept", 0, &h, note, sizeof(note)), 1);
    assert_string_equal(note, "");
    write_file("kept/run.db", "damaged");
    assert_int_equal(run_twice("kept", 0, &h, note, sizeof(note)), 1);
    assert_non_null(strstr(note, "'kept/run.db.bad-1'"));
    assert_int_equal(run_twice("kept", 0, &h, note, sizeof(note)), 0);
    assert_string_equal(note, "");
    assert_string_equal(h.not_kept, "");
    /* Sound, and too small. */
    assert_int_equal(run_twice("small", 1 << 20, &h, note, sizeof(note)), 2);
    assert_non_null(strstr(h.not_kept, "'out' has 391 KiB"));
}

static void commands_of_a_project_and_those_of_the_caller_go_together(void **state)
{
    struct whet_executor_counts counts;
    struct whet_error err;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, 0);

    (void)state;
    assert_int_equal(whet__file_make_dirs("project/.git", 0777), 0);
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    assert_int_equal(whet_executor_add_project(e, "project", NULL, &err), -ENOENT);
    write_file("project/whet.yaml", "version: 1\n"
                                    "commands:\n"
                                    "  a: echo a\n"
                                    "  b: {command: echo b, needs: a}\n"
                                    "  c: echo c\n");
    assert_int_equal(whet_executor_add_project(e, "project", LIST("d"), &err), -EINVAL);
    assert_int_equal(whet_executor_add_project(e, "project", LIST("b"), &err), 0);
    assert_int_equal(whet_executor_add_project(e, "project", LIST("c"), &err), -EALREADY);
    add_line(e, "mine", "echo m", LIST("b"));
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_string_equal(h.text, "a:ok:0:a\n\nb:ok:0:b\n\nmine:ok:0:m\n\n");
    for (int i = 0; i < 2; i++) /* what is wrong with these is not in whet.yaml */
        assert_int_equal(
            whet_executor_add(
                e, &(struct whet_executor_command){.line = "true", .outputs = LIST("same")},
                NULL),
            0);
    assert_int_equal(whet_executor_run(e, &counts, &err), -EINVAL);
    assert_string_equal(err.file, "");
    whet_executor_free(e);
}

static void ask_for_more(void *ctx, const struct whet_executor_result *r)
{
    struct whet_executor *e = *(struct whet_executor **)ctx;
    struct whet_executor_counts counts;
    struct whet_error err;

    assert_int_equal(r->end, WHET_EXECUTOR_OK);
    assert_int_equal(whet_executor_run(e, &counts, &err), -EBUSY);
    assert_int_equal(
        whet_executor_add(e, &(struct whet_executor_command){.line = "true"}, &err), -EBUSY);
    assert_int_equal(whet_executor_add_project(e, ".", NULL, &err), -EBUSY);
}

static void a_callback_cannot_ask_for_more(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct whet_error err;

    (void)state;
    assert_int_equal(
        whet_executor_new(&e, &(struct whet_executor_options){.ended = ask_for_more, .ctx = &e},
                          &err),
        0);
    add_line(e, "one", "true", NULL);
    assert_int_equal(whet_executor_run(e, &counts, &err), 0);
    assert_int_equal(counts.ok, 1);
    whet_executor_free(e);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet_executor_new(&e, &(struct whet_executor_options){.jobs = 5000}, &err),
                     -EINVAL);
    assert_int_equal(
        whet_executor_new(&e, &(struct whet_executor_options){.flags = 1u << 7}, &err),
        -EINVAL);
    assert_int_equal(
        whet_executor_new(&e, &(struct whet_executor_options){.cache_bytes = 1}, &err),
        -EINVAL);
    assert_int_equal(whet_executor_new(&e, NULL, &err), 0);
    assert_int_equal(whet_executor_run(e, &counts, &err), 0);
    assert_int_equal(counts.ended, 0);
    assert_int_equal(whet_executor_add(e, &(struct whet_executor_command){.name = "x"}, &err),
                     -EINVAL);
    assert_int_equal(
        whet_executor_add(e, &(struct whet_executor_command){.line = "a", .argv = LIST("b")},
                          &err),
        -EINVAL);
    assert_int_equal(
        whet_executor_add(e, &(struct whet_executor_command){.argv = LIST("b"), .shell = 1},
                          &err),
        -EINVAL);
    assert_int_equal(
        whet_executor_add(e, &(struct whet_executor_command){.line = "a | b"}, &err), -EINVAL);
    assert_int_equal(
        whet_executor_add(e, &(struct whet_executor_command){.line = "a", .env = LIST("=b")},
                          &err),
        -EINVAL);
    add_line(e, "one", "true", LIST("two"));
    add_line(e, "two", "true", LIST("one"));
    assert_int_equal(whet_executor_run(e, &counts, &err), -EINVAL);
    assert_non_null(strstr(err.text, "'one' needs 'two' needs 'one'"));
    whet_executor_free(e);
    assert_int_equal(whet_executor_new(&e,
                                       &(struct whet_executor_options){
                                           .flags = WHET_EXECUTOR_CACHE, .pass = LIST("A=B")},
                                       &err),
                     0);
    add_line(e, NULL, "true", NULL);
    assert_int_equal(whet_executor_run(e, &counts, &err), -EINVAL);
    whet_executor_free(e);
    assert_string_equal(whet_executor_end_name(WHET_EXECUTOR_ENDS), "unknown");
}

static void limits_hold_and_the_whole_can_be_stopped(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, WHET_EXECUTOR_KEEP_GOING);

    (void)state;
    options.printed_max = 5;
    options.stop = on_stop;
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    assert_int_equal(
        whet_executor_add(
            e, &(struct whet_executor_command){.argv = LIST("sleep", "1000"), .timeout_ns = 1},
            NULL),
        0);
    add_line(e, "much", "echo 123456789", NULL);
    add_line(e, "absent", "./absent", NULL);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_string_equal(h.text, "-:timeout:0:\nmuch:ok:0:12345\nabsent:not_started:0:\n");
    assert_int_equal(h.cut, 1);
    assert_true(h.reason[0] != '\0');
    assert_int_equal(counts.failed, 2);
    h.stop = 1;
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_int_equal(counts.ok + counts.failed, 0);
    assert_int_equal(counts.stopped + counts.not_started, 3);
    whet_executor_free(e);
}

/* The other one ends the whole once this one rests, and it is not tried again. */
static void a_delay_may_be_for_ever(void **state)
{
    const struct whet_executor_command commands[] = {
        {.line = "echo x >>tries; exit 1",
         .shell = 1,
         .retries = 1,
         .retry_delay_ns = UINT64_MAX},
        {.line = "until test -e tries; do sleep 0.05; done; exit 1", .shell = 1}};
    struct whet_text tries;
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, 0);

    (void)state;
    options.jobs = 2;
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(whet_executor_add(e, &commands[i], NULL), 0);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_int_equal(counts.failed, 2);
    whet__text_init(&tries, 100);
    assert_int_equal(whet__file_read(AT_FDCWD, "tries", 99, &tries), 0);
    assert_string_equal(whet__text_str(&tries), "x\n");
    whet__text_clear(&tries);
    whet_executor_free(e);
}

static void variables_are_those_that_were_named(void **state)
{
    struct whet_executor_counts counts;
    struct whet_executor *e;
    struct heard h;
    struct whet_executor_options options = options_for(&h, WHET_EXECUTOR_STRICT);

    (void)state;
    assert_int_equal(setenv("WHET_TEST_ONE", "1", 1), 0);
    assert_int_equal(setenv("WHET_TEST_TWO", "2", 1), 0);
    options.pass = LIST("WHET_TEST_TWO");
    assert_int_equal(whet_executor_new(&e, &options, NULL), 0);
    assert_int_equal(whet_executor_add(e,
                                       &(struct whet_executor_command){
                                           .name = "env",
                                           .line = "echo $WHET_TEST_ONE $WHET_TEST_TWO $OWN",
                                           .shell = 1,
                                           .env = LIST("OWN=3")},
                                       NULL),
                     0);
    assert_int_equal(whet_executor_run(e, &counts, NULL), 0);
    assert_string_equal(h.text, "env:ok:0:2 3\n\n");
    whet_executor_free(e);
}

static void want_of_memory_leaves_nothing(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const struct whet_executor_options options = {.pass = LIST("HOME"),
                                                      .flags = WHET_EXECUTOR_STRICT};
        struct whet_executor *e;
        int rc = whet_executor_new(&e, &options, NULL);

        if (rc == 0) {
            rc = whet_executor_add(e,
                                   &(struct whet_executor_command){.name = "a",
                                                                   .line = "cc -c a.c",
                                                                   .env = LIST("A=B"),
                                                                   .inputs = LIST("a.c")},
                                   NULL);
            whet_executor_free(e);
        }
        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_told_in_the_order_of_its_needs),
        cmocka_unit_test(a_failure_skips_what_needs_it_and_ends_the_rest_unless_told),
        cmocka_unit_test(what_has_not_changed_is_not_run_again),
        cmocka_unit_test(a_cache_that_is_no_good_costs_hits_alone),
        cmocka_unit_test(commands_of_a_project_and_those_of_the_caller_go_together),
        cmocka_unit_test(a_callback_cannot_ask_for_more),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(limits_hold_and_the_whole_can_be_stopped),
        cmocka_unit_test(a_delay_may_be_for_ever),
        cmocka_unit_test(variables_are_those_that_were_named),
        cmocka_unit_test(want_of_memory_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
