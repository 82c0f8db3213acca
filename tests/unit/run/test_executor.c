/* run/executor.h: every job is accounted for, hooks are called in order, output comes in order,
 * and a source that fails ends the run. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "os/file.h"
#include "run/executor.h"
#include "run/source_lines.h"

/* What the hooks saw and the sink was given. */
struct seen {
    char out[4096];
    char events[4096];
    size_t out_len;
    size_t events_len;
    int stop_after; /* jobs; then a signal comes; 0: never */
    int ended;
    int sink_error;
    const char *found; /* the argv[1] that look_up finds */
};

static void note(struct seen *s, const char *what, const struct whet_run_job *job)
{
    s->events_len +=
        (size_t)snprintf(s->events + s->events_len, sizeof(s->events) - s->events_len, "%s%u ",
                         what, (unsigned)job->number);
}

static int look_up(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                   struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                   struct whet_error *err)
{
    struct seen *s = ctx;

    (void)err;
    note(s, "look", job);
    if (s->found == NULL || job->argv[1] == NULL || strcmp(job->argv[1], s->found) != 0)
        return 0;
    result->cached = 1;
    return whet__printed_add(&printed[WHET_STREAM_OUT], spool, "kept\n", 5) == 0 ? 1 : -ENOMEM;
}

static int to_nowhere(void *ctx, const char *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)ctx += len;
    return 0;
}

static void keep(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                 const struct whet_printed printed[WHET_STREAMS],
                 const struct whet_spool *spool)
{
    size_t len = 0;

    (void)result;
    note(ctx, "keep", job);
    assert_int_equal(whet__printed_each(&printed[WHET_STREAM_OUT], spool, to_nowhere, &len), 0);
}

static void started(void *ctx, const struct whet_run_job *job, unsigned slot)
{
    assert_in_range(slot, 1, 64);
    note(ctx, "start", job);
}

static int ended(void *ctx, const struct whet_run_job *job,
                 const struct whet_job_result *result, struct whet_error *err)
{
    struct seen *s = ctx;

    (void)err;
    (void)result;
    s->ended++;
    note(s, "end", job);
    return 0;
}

static int stop(void *ctx)
{
    struct seen *s = ctx;

    return s->stop_after != 0 && s->ended >= s->stop_after ? SIGTERM : 0;
}

static int sink(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    struct seen *s = ctx;

    (void)stream;
    if (s->sink_error != 0)
        return s->sink_error;
    assert_true(s->out_len + len < sizeof(s->out));
    memcpy(s->out + s->out_len, bytes, len);
    s->out_len += len;
    return 0;
}

static struct whet_run_options options_for(struct seen *s, unsigned jobs)
{
    return (struct whet_run_options){.sink = {sink, s, NULL, NULL},
                                     .hooks = {.ctx = s,
                                               .look_up = look_up,
                                               .keep = keep,
                                               .started = started,
                                               .ended = ended,
                                               .stop = stop},
                                     .jobs = jobs,
                                     .grace_ns = 100000000};
}

static int run(struct whet_run_options o, const char *const *lines,
               const struct whet_run_job *like, struct whet_run_counts *counts,
               struct whet_error *err)
{
    const struct whet_run_job none = {0};
    struct whet_source_lines from;
    size_t count = 0;

    while (lines[count] != NULL)
        count++;
    o.source = whet__source_array(&from, lines, count, 0, like != NULL ? like : &none);
    return whet__executor_run(&o, counts, err);
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void hooks_see_each_job_in_its_way(void **state)
{
    struct whet_run_counts counts;
    struct seen s = {.found = "two"};

    (void)state;
    assert_int_equal(
        run(options_for(&s, 1), LINES("echo one", "echo two", "./absent"), NULL, &counts, NULL),
        0);
    assert_string_equal(s.out, "one\nkept\n");
    assert_string_equal(s.events, "look1 start1 keep1 end1 look2 end2 look3 start3 end3 ");
    assert_int_equal(counts.ended, 3);
    assert_int_equal(counts.ok, 2);
    assert_int_equal(counts.found, 1);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.running, 0);
}

static void output_is_in_order_for_any_number_at_once(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 16; jobs *= 4) {
        struct whet_run_counts counts;
        struct seen s = {.found = NULL};

        assert_int_equal(run(options_for(&s, jobs),
                             LINES("sh -c 'sleep 0.05; echo 1'", "echo 2", "true", "echo 4",
                                   "sh -c 'sleep 0.02; echo 5'", "echo 6"),
                             NULL, &counts, NULL),
                         0);
        assert_string_equal(s.out, "1\n2\n4\n5\n6\n");
        assert_int_equal(counts.ok, 6);
    }
}

/* How many at once is asked for while they run. */
struct paced {
    struct seen seen;
    unsigned answer;
    unsigned running, most; /* since the answer was given, and fewer than before run */
    int answered;
};

static unsigned answer(void *ctx, unsigned now, unsigned busy)
{
    struct paced *p = ctx;

    assert_true(busy <= 3 && now <= 3);
    p->answered = 1;
    return p->answer;
}

/* Each waits for the others: with one at once they would wait for ever. */
static void grows_while_it_runs(void **state)
{
    struct paced p = {.answer = 9};
    struct whet_run_options o = options_for(&p.seen, 1);
    struct whet_run_counts counts;
    struct whet_text folder, lines[3];
    const char *list[4] = {NULL};

    (void)state;
    whet__text_init(&folder, 4096);
    assert_int_equal(whet__file_make_temp_dir(&folder), 0);
    for (int i = 0; i < 3; i++) {
        whet__text_init(&lines[i], 4096);
        whet__text_printf(
            &lines[i],
            "sh -c 'cd %s; : >%d; until test -e 0 -a -e 1 -a -e 2; do sleep 0.01; "
            "done'",
            whet__text_str(&folder), i);
        list[i] = whet__text_str(&lines[i]);
    }
    o.pace = (struct whet_run_pace){answer, &p, 3};
    assert_int_equal(run(o, list, NULL, &counts, NULL), 0);
    assert_int_equal(counts.ok, 3);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&folder)), 0);
    for (int i = 0; i < 3; i++)
        whet__text_clear(&lines[i]);
    whet__text_clear(&folder);
}

static void paced_started(void *ctx, const struct whet_run_job *job, unsigned slot)
{
    struct paced *p = ctx;

    (void)job;
    (void)slot;
    p->running++;
    if (p->answered && p->running > p->most)
        p->most = p->running;
}

static int paced_ended(void *ctx, const struct whet_run_job *job,
                       const struct whet_job_result *result, struct whet_error *err)
{
    (void)job;
    (void)result;
    (void)err;
    ((struct paced *)ctx)->running--;
    return 0;
}

static int next_typed(void *ctx, unsigned slot, struct whet_arena *arena,
                      struct whet_run_job *out, struct whet_error *err)
{
    static const char *const argv[] = {"true", NULL};
    static const enum whet_job_type types[] = {WHET_JOB_IO,     WHET_JOB_IO, WHET_JOB_CPU,
                                               WHET_JOB_UNSAID, WHET_JOB_IO, WHET_JOB_IO};
    unsigned *given = ctx;

    (void)slot;
    (void)arena;
    (void)err;
    if (*given == sizeof(types) / sizeof(types[0]))
        return 0;
    *out = (struct whet_run_job){.argv = argv, .type = types[*given], .number = *given + 1};
    ++*given;
    return 1;
}

/* How many run, of type io and of others. */
struct typed {
    unsigned running[2], most[2];
    int stop;
};

static void typed_started(void *ctx, const struct whet_run_job *job, unsigned slot)
{
    struct typed *t = ctx;
    int io = job->type == WHET_JOB_IO;

    (void)slot;
    if (++t->running[io] > t->most[io])
        t->most[io] = t->running[io];
}

static int typed_ended(void *ctx, const struct whet_run_job *job,
                       const struct whet_job_result *result, struct whet_error *err)
{
    struct typed *t = ctx;

    (void)result;
    (void)err;
    t->running[job->type == WHET_JOB_IO]--;
    return 0;
}

static int typed_stop(void *ctx)
{
    return ((struct typed *)ctx)->stop;
}

static void those_that_wait_have_places_of_their_own(void **state)
{
    for (int stop = 0; stop < 2; stop++) {
        struct typed t = {.stop = 0};
        struct whet_run_counts counts;
        unsigned given = 0;
        const struct whet_run_options o = {
            .source = {.ctx = &given, .fd = -1, .next = next_typed},
            .sink = {sink, &(struct seen){.found = NULL}, NULL},
            .hooks = {.ctx = &t,
                      .started = typed_started,
                      .ended = typed_ended,
                      .stop = stop ? typed_stop : NULL},
            .jobs = 1,
            .io_jobs = 2};

        t.stop = stop ? SIGTERM : 0;
        assert_int_equal(whet__executor_run(&o, &counts, NULL), 0);
        if (!stop) {
            assert_int_equal(counts.ok, 6);
            assert_in_range(t.most[1], 1, 2);
            assert_int_equal(t.most[0], 1);
        }
    }
    (void)state;
}

static void shrinks_to_one_at_least(void **state)
{
    const char *lines[21] = {NULL};
    struct paced p = {.answer = 0};
    struct whet_run_options o = options_for(&p.seen, 3);
    struct whet_run_counts counts;

    (void)state;
    for (int i = 0; i < 20; i++)
        lines[i] = "true";
    o.hooks =
        (struct whet_run_hooks){.ctx = &p, .started = paced_started, .ended = paced_ended};
    o.pace = (struct whet_run_pace){answer, &p, 3};
    assert_int_equal(run(o, lines, NULL, &counts, NULL), 0);
    assert_int_equal(counts.ok, 20);
    assert_int_equal(p.most, 1);
}

/* With many at once a descriptor is used again while its old self still tells of its end. */
static void nothing_is_lost_of_many_short_ones(void **state)
{
    const char *lines[501] = {NULL};
    struct whet_run_counts counts;
    struct seen s = {.found = NULL};
    struct whet_run_options o = options_for(&s, 8);

    (void)state;
    o.hooks = (struct whet_run_hooks){.ctx = &s};
    for (size_t i = 0; i < 500; i++)
        lines[i] = "echo";
    assert_int_equal(run(o, lines, NULL, &counts, NULL), 0);
    assert_int_equal(counts.ok, 500);
    assert_int_equal(s.out_len, 500);
}

static void a_signal_ends_what_runs(void **state)
{
    struct whet_run_counts counts;
    struct seen s = {.stop_after = 1};

    (void)state;
    assert_int_equal(
        run(options_for(&s, 2),
            LINES("true", "sh -c 'trap \"\" TERM; sleep 20; sleep 20'", "sleep 20", "sleep 20"),
            NULL, &counts, NULL),
        0);
    assert_int_equal(counts.ok, 1);
    assert_in_range(counts.stopped, 1, 2);
    assert_int_equal(counts.failed, 0);
}

static void limits_end_one_job(void **state)
{
    const struct whet_run_job like = {.timeout_ns = 50000000, .retries = 1};
    struct whet_run_counts counts;
    struct seen s = {.found = "two"};
    struct whet_run_options o = options_for(&s, 2);

    (void)state;
    o.halt = WHET_RUN_HALT_NEVER;
    assert_int_equal(run(o, LINES("sleep 20", "echo two"), &like, &counts, NULL), 0);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.ok, 1);
    assert_int_equal(counts.retried, 1);
}

/* Finds the second job, but not before the first has ended. */
static int look_up_late(void *ctx, const struct whet_run_job *job,
                        struct whet_job_result *result,
                        struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                        struct whet_error *err)
{
    siginfo_t info;

    if (job->number == 2)
        assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    return look_up(ctx, job, result, printed, spool, err);
}

static void what_has_ended_is_not_out_of_time(void **state)
{
    const struct whet_run_job like = {.timeout_ns = 1};
    struct whet_run_counts counts;
    struct seen s = {.found = "two"};
    struct whet_run_options o = options_for(&s, 2);

    (void)state;
    o.hooks.look_up = look_up_late;
    assert_int_equal(run(o, LINES("true", "echo two"), &like, &counts, NULL), 0);
    assert_int_equal(counts.ok, 2);
}

/* As the cache does where an output is missing: until the third attempt. */
static void keep_third(void *ctx, const struct whet_run_job *job,
                       struct whet_job_result *result,
                       const struct whet_printed printed[WHET_STREAMS],
                       const struct whet_spool *spool)
{
    (void)printed;
    (void)spool;
    note(ctx, "keep", job);
    if (result->end == WHET_JOB_OK && result->attempts < 3)
        result->end = WHET_JOB_NO_OUTPUT;
}

static void a_missing_output_is_tried_again(void **state)
{
    const struct whet_run_job like = {.retries = 2};
    struct whet_run_counts counts;
    struct seen s = {.found = NULL};
    struct whet_run_options o = options_for(&s, 1);

    (void)state;
    o.halt = WHET_RUN_HALT_NEVER;
    o.hooks.keep = keep_third;
    assert_int_equal(run(o, LINES("true", "false"), &like, &counts, NULL), 0);
    assert_int_equal(counts.ok, 1);
    assert_int_equal(counts.retried, 4);
    assert_string_equal(s.events, "look1 start1 keep1 keep1 keep1 end1 "
                                  "look2 start2 keep2 end2 ");
}

/* ---- Shown as it comes ---- */

#define WAIT_FOR(file) "until test -e " file "; do sleep 0.01; done"

struct pipe_end {
    const char *answer; /* a file that is made when something came; NULL: none */
    uint64_t bytes;
    char first[8];
    int gone;
};

static int take(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    struct pipe_end *p = ctx;

    (void)stream;
    if (p->bytes == 0)
        memcpy(p->first, bytes, len < sizeof(p->first) - 1 ? len : sizeof(p->first) - 1);
    p->bytes += len;
    if (p->answer != NULL)
        close(open(p->answer, O_WRONLY | O_CREAT, 0600));
    return 0;
}

static int is_gone(void *ctx)
{
    return ((const struct pipe_end *)ctx)->gone;
}

static struct whet_run_options options_to(struct pipe_end *p)
{
    return (struct whet_run_options){
        .sink = {take, p, is_gone, NULL}, .jobs = 4, .halt = WHET_RUN_HALT_NEVER};
}

static void the_first_is_shown_as_it_comes(void **state)
{
    char folder[] = "/tmp/whet-test-XXXXXX";
    struct pipe_end p = {.answer = "seen"};
    struct whet_run_counts counts;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(run(options_to(&p), LINES("sh -c 'echo a; " WAIT_FOR("seen") "; echo b'"),
                         NULL, &counts, NULL),
                     0);
    assert_int_equal(p.bytes, 4);
    assert_int_equal(unlink("seen"), 0);
    /* Also when its turn comes only while it runs, and it prints no more. */
    p.bytes = 0;
    assert_int_equal(run(options_to(&p),
                         LINES("sh -c '" WAIT_FOR("printed") "'",
                               "sh -c 'echo a; touch printed; " WAIT_FOR("seen") "'"),
                         NULL, &counts, NULL),
                     0);
    assert_int_equal(p.bytes, 2);
    assert_int_equal(unlink("seen") | unlink("printed"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void what_is_held_is_bounded(void **state)
{
    struct pipe_end p = {.answer = NULL};
    struct whet_run_options o = options_to(&p);
    struct whet_run_counts counts;

    (void)state;
    o.hold_bytes = 1;
    assert_int_equal(run(o,
                         LINES("sh -c 'sleep 0.1; echo first'", "head -c 3000000 /dev/zero",
                               "head -c 2000000 /dev/zero"),
                         NULL, &counts, NULL),
                     0);
    assert_int_equal(counts.ok, 3);
    assert_int_equal(p.bytes, 5000006);
    assert_string_equal(p.first, "first\n");
    /* Nobody's turn comes. */
    o.order = WHET_SHOW_FINISH;
    assert_int_equal(run(o, LINES("yes", "true", "yes"), NULL, &counts, NULL), 0);
    assert_int_equal(counts.failed, 2);
    assert_int_equal(counts.ok, 1);
}

static void who_prints_for_nobody_is_ended(void **state)
{
    struct pipe_end p = {.gone = 1};
    struct whet_run_options o = options_to(&p);
    struct whet_run_counts counts;

    (void)state;
    o.order = WHET_SHOW_FINISH;
    assert_int_equal(run(o, LINES("yes"), NULL, &counts, NULL), -EPIPE);
    assert_int_equal(p.bytes, 0);
}

static void an_attempt_that_is_repeated_is_not_shown(void **state)
{
    const struct whet_run_job like = {.retries = 2};
    struct pipe_end p = {.answer = NULL};
    struct whet_run_counts counts;

    (void)state;
    assert_int_equal(run(options_to(&p), LINES("sh -c 'echo a; false'"), &like, &counts, NULL),
                     0);
    assert_int_equal(p.bytes, 2);
}

static void errors_end_the_run(void **state)
{
    struct whet_run_counts counts;
    struct whet_error err = {0};
    struct seen s = {.sink_error = -EPIPE};

    (void)state;
    assert_int_equal(
        run(options_for(&s, 2), LINES("echo 1", "sleep 20", "true"), NULL, &counts, &err),
        -EPIPE);
    /* A full disk, there: not here. */
    s = (struct seen){.sink_error = -ENOSPC};
    assert_int_equal(run(options_for(&s, 1), LINES("echo 1"), NULL, &counts, &err), -ENOSPC);
    assert_non_null(strstr(err.text, "cannot show what a command printed"));
    s = (struct seen){.found = NULL};
    assert_int_equal(run(options_for(&s, 2), LINES("sleep 20", "a | b"), NULL, &counts, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "only a shell can do this"));
    s = (struct seen){.found = NULL};
    assert_int_equal(run(options_for(&s, 1000000), LINES("true"), NULL, &counts, &err),
                     -EMFILE);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_run_counts counts;
        struct seen s = {.found = NULL};
        int rc = run(options_for(&s, 1), LINES("echo 1"), NULL, &counts, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_see_each_job_in_its_way),
        cmocka_unit_test(output_is_in_order_for_any_number_at_once),
        cmocka_unit_test(grows_while_it_runs),
        cmocka_unit_test(shrinks_to_one_at_least),
        cmocka_unit_test(those_that_wait_have_places_of_their_own),
        cmocka_unit_test(nothing_is_lost_of_many_short_ones),
        cmocka_unit_test(a_signal_ends_what_runs),
        cmocka_unit_test(limits_end_one_job),
        cmocka_unit_test(what_has_ended_is_not_out_of_time),
        cmocka_unit_test(a_missing_output_is_tried_again),
        cmocka_unit_test(the_first_is_shown_as_it_comes),
        cmocka_unit_test(what_is_held_is_bounded),
        cmocka_unit_test(who_prints_for_nobody_is_ended),
        cmocka_unit_test(an_attempt_that_is_repeated_is_not_shown),
        cmocka_unit_test(errors_end_the_run),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
