/* Several copies of a command at once. Each copy has a thread, which sleeps until its child
 * ends; a few copies, a few files each. */
#include "check/suite_concurrency.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <whet/pool.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench/hook.h"
#include "bench/split.h"
#include "check/written.h"
#include "os/clock.h"

#define STDOUT_MAX ((size_t)16 << 20)

/* One run, alone or among others. */
struct copy {
    const struct whet_bench_arm *arm;
    struct whet_bench_sample sample;
    struct whet_error why;
    struct whet_text out;
};

struct test {
    const struct whet_suite *suite;
    const struct whet_suite_arms_options *options;
    struct copy *copies; /* the first is the one alone */
    size_t count;
    uint64_t deadline_ns; /* of those at once; 0: none */
    struct whet_concurrency *answer;
};

static int should_stop(void *ctx)
{
    const struct test *t = ctx;

    if (t->deadline_ns != 0 && whet__clock_now_ns() >= t->deadline_ns)
        return 1;
    return t->options->stop != NULL && t->options->stop(t->options->ctx);
}

static void run_copy(struct test *t, struct copy *c)
{
    const struct whet_bench_output output = {.out = &c->out};
    const struct whet_sample_options options = {.stop = should_stop, .ctx = t};

    whet__sample_take(&c->sample, c->arm, &output, &options, &c->why);
}

static int run_nth(void *ctx, size_t index, unsigned worker)
{
    struct test *t = ctx;

    (void)worker;
    run_copy(t, &t->copies[index + 1]);
    return 0;
}

static int stopped(const struct test *t)
{
    return t->options->stop != NULL && t->options->stop(t->options->ctx);
}

/* The hook of copies from..to-1; of the first alone when it is the same for all. */
static int run_hooks(const struct test *t, enum whet_hook hook, const char *line, size_t from,
                     size_t to, struct whet_error *err)
{
    if (line == NULL)
        return 0;
    if (strstr(line, "{copy}") == NULL)
        to = from + 1;
    for (size_t i = from; i < to; i++) {
        int rc = whet__hook_run(t->copies[i].arm, hook, t->options->stop, t->options->ctx, err);

        if (rc != 0)
            return stopped(t) ? whet_error_set(err, -EINTR, "interrupted") : rc;
    }
    return 0;
}

/* {copy} replaced by a number; the text is the caller's. */
static const char *pattern_of(struct whet_text *text, const char *pattern, size_t copy)
{
    char number[32];
    const struct whet_split_value value = {"copy", number};

    snprintf(number, sizeof(number), "%zu", copy);
    whet__text_reset(text);
    whet__split_substitute(text, pattern, &value, 1, NULL);
    return whet__text_str(text);
}

/* The files of a copy: its own, or those that all share. The one alone writes some for each
 * pattern: else a word that is misspelt would be a test that always passes. */
static int take_files(const struct test *t, struct whet_written *files, size_t copy, int own,
                      struct whet_error *err)
{
    const char *const *patterns = t->suite->concurrency.outputs;
    struct whet_text text;
    int rc = 0;

    whet__text_init(&text, 65536);
    for (unsigned i = 0; patterns != NULL && patterns[i] != NULL && rc == 0; i++) {
        size_t before = files->files.len;
        const char *pattern;

        if ((strstr(patterns[i], "{copy}") != NULL) != own)
            continue;
        pattern = pattern_of(&text, patterns[i], copy);
        rc = whet__text_error(&text);
        if (rc != 0)
            whet_error_set(err, rc, "out of memory: 'concurrency'");
        else
            rc = whet__written_add(files, t->copies[copy].arm->cwd, pattern, i, err);
        if (rc == 0 && copy == 0 && files->files.len == before)
            rc = whet_error_set(err, -ENOENT,
                                "no file matches: '%.200s', of 'concurrency' of '%.64s'",
                                pattern, t->suite->name);
    }
    whet__text_clear(&text);
    return rc;
}

static void say(const struct test *t, size_t copy, const char *what)
{
    if (t->answer->why[0] != '\0')
        return;
    if (copy == 0)
        snprintf(t->answer->why, sizeof(t->answer->why), "%.250s", what);
    else
        snprintf(t->answer->why, sizeof(t->answer->why), "copy %zu: %.200s", copy, what);
}

/* What a copy printed and wrote for itself, against `own` of the one alone. */
static int compare_copy(const struct test *t, size_t i, struct whet_written *alone_own,
                        struct whet_error *err)
{
    const struct copy *alone = &t->copies[0], *c = &t->copies[i];
    struct whet_written files;
    char what[200];
    int differs = 0, rc;

    if (c->sample.outcome != WHET_BENCH_OK) {
        t->answer->failed++;
        say(t, i, c->sample.outcome == WHET_BENCH_STOPPED ? "it took too long" : c->why.text);
        return 0;
    }
    if (!t->suite->concurrency.ignore_stdout)
        differs =
            whet__written_text_differs("stdout", whet__text_str(&alone->out), alone->out.len,
                                       whet__text_str(&c->out), c->out.len, what, sizeof(what));
    whet__written_init(&files);
    rc = take_files(t, &files, i, 1, err);
    if (rc == 0 && !differs)
        differs = whet__written_differ(alone_own, &files, what, sizeof(what));
    whet__written_clear(&files);
    if (rc == 0 && differs) {
        t->answer->differing++;
        say(t, i, what);
    }
    return rc;
}

/* Files that all copies share are everybody's fault. */
static int compare_shared(const struct test *t, struct whet_written *alone_shared,
                          struct whet_error *err)
{
    struct whet_written files;
    char what[200];
    int rc;

    whet__written_init(&files);
    rc = take_files(t, &files, 1, 0, err);
    if (rc == 0 && whet__written_differ(alone_shared, &files, what, sizeof(what))) {
        t->answer->differing = t->answer->copies - t->answer->failed;
        say(t, 0, what);
    }
    whet__written_clear(&files);
    return rc;
}

static int run_together(struct test *t, struct whet_error *err)
{
    const struct whet_suite *s = t->suite;
    uint64_t start, timeout = s->concurrency.timeout_ns;
    const struct whet_pool_options workers = {.workers = (unsigned)(t->count - 1)};
    const struct whet_loop_options each = {.grain = 1};
    struct whet_pool *pool;
    int rc = run_hooks(t, WHET_HOOK_PREPARE, s->prepare, 1, t->count, err);

    if (rc != 0)
        return rc;
    rc = whet_pool_new(&pool, &workers);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot start threads: %s", strerror(-rc));
    start = whet__clock_now_ns();
    t->deadline_ns = timeout != 0 ? start + timeout : 0;
    (void)whet_pool_for(pool, t->count - 1, run_nth, t, &each);
    t->answer->wall_ns = (double)(whet__clock_now_ns() - start);
    t->deadline_ns = 0;
    whet_pool_free(pool);
    return stopped(t) ? whet_error_set(err, -EINTR, "interrupted") : 0;
}

/* From the run alone to the comparison; the two lists are of its files. */
static int run_and_compare(struct test *t, struct whet_written *own,
                           struct whet_written *shared, struct whet_error *err)
{
    const struct whet_suite *s = t->suite;
    int rc = run_hooks(t, WHET_HOOK_PREPARE, s->prepare, 0, 1, err);

    if (rc != 0)
        return rc;
    run_copy(t, &t->copies[0]);
    if (t->copies[0].sample.outcome == WHET_BENCH_STOPPED)
        return whet_error_set(err, -EINTR, "interrupted");
    if (t->copies[0].sample.outcome != WHET_BENCH_OK) {
        snprintf(t->answer->why, sizeof(t->answer->why), "alone: %.200s",
                 t->copies[0].why.text);
        t->answer->state = WHET_TARGET_MISSED;
        return 0;
    }
    t->answer->sequential_ns = (double)t->copies[0].sample.run.wall_ns;
    rc = take_files(t, own, 0, 1, err);
    if (rc == 0)
        rc = take_files(t, shared, 0, 0, err);
    if (rc == 0)
        rc = run_hooks(t, WHET_HOOK_CONCLUDE, s->conclude, 0, 1, err);
    if (rc == 0)
        rc = run_together(t, err);
    for (size_t i = 1; i < t->count && rc == 0; i++)
        rc = compare_copy(t, i, own, err);
    if (rc == 0)
        rc = compare_shared(t, shared, err);
    if (rc == 0)
        rc = run_hooks(t, WHET_HOOK_CONCLUDE, s->conclude, 1, t->count, err);
    t->answer->state =
        t->answer->failed + t->answer->differing > 0 ? WHET_TARGET_MISSED : WHET_TARGET_MET;
    return rc;
}

static int run_test(struct test *t, struct whet_error *err)
{
    struct whet_written own, shared;
    int rc, cleaned;

    whet__written_init(&own);
    whet__written_init(&shared);
    rc = run_hooks(t, WHET_HOOK_SETUP, t->suite->setup, 0, t->count, err);
    if (rc == 0) {
        rc = run_and_compare(t, &own, &shared, err);
        cleaned = run_hooks(t, WHET_HOOK_CLEANUP, t->suite->cleanup, 0, t->count,
                            rc == 0 ? err : NULL);
        rc = rc == 0 ? cleaned : rc;
    }
    whet__written_clear(&own);
    whet__written_clear(&shared);
    return rc;
}

int whet__suite_concurrency(struct whet_concurrency *out, const char *name,
                            const struct whet_suite *suite, size_t command,
                            const struct whet_suite_arms_options *options,
                            struct whet_error *err)
{
    struct whet_concurrency answer = {.arm = name,
                                      .copies = (unsigned)suite->concurrency.copies};
    struct whet_suite_arms arms;
    struct test t = {.suite = suite, .options = options, .answer = &answer};
    int rc = whet__suite_copies_open(&arms, suite, command, options, err);

    if (rc != 0)
        return rc;
    t.count = arms.count;
    t.copies = whet__mem_zalloc(t.count, sizeof(*t.copies));
    if (t.copies == NULL) {
        whet_error_set(err, -ENOMEM, "out of memory: 'concurrency'");
        rc = -ENOMEM;
    }
    for (size_t i = 0; rc == 0 && i < t.count; i++) {
        t.copies[i].arm = &arms.arms[i];
        whet__text_init(&t.copies[i].out, STDOUT_MAX);
    }
    if (rc == 0)
        rc = run_test(&t, err);
    for (size_t i = 0; t.copies != NULL && i < t.count; i++)
        whet__text_clear(&t.copies[i].out);
    whet__mem_free(t.copies);
    whet__suite_arms_close(&arms);
    if (rc == 0)
        *out = answer;
    return rc;
}
