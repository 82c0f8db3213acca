/* The session: warm-up rounds, measured rounds, hooks between the runs. Arms are few, rounds
 * some ten to some thousand; a run takes from half a millisecond to minutes. */
#include "bench/rounds.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/vec.h"
#include "os/clock.h"

struct session {
    const struct whet_bench_arm *arms;
    size_t count;
    struct whet_rounds_options o;
    struct whet_rounds *r;
    struct whet_random random;
    struct whet_text out, err;
    struct whet_bench_output output; /* points to them where they are wanted */
    uint64_t start_ns;
    uint64_t done; /* runs */
    int stopped;
    struct whet_vec samples[WHET_ROUNDS_ARMS_MAX];
    unsigned failures_in_row[WHET_ROUNDS_ARMS_MAX];
};

static struct whet_rounds_options with_defaults(const struct whet_rounds_options *given)
{
    struct whet_rounds_options o = {0};

    if (given != NULL)
        o = *given;
    if (o.rounds == 0)
        o.rounds = 10;
    if (o.no_warmup)
        o.warmup = 0;
    else if (o.warmup == 0)
        o.warmup = 1;
    if (o.min_rounds == 0)
        o.min_rounds = 3;
    if (o.patience == 0)
        o.patience = 3;
    return o;
}

static int check_arms(const struct whet_bench_arm *arms, size_t count, struct whet_error *err)
{
    if (count == 0 || count > WHET_ROUNDS_ARMS_MAX)
        return whet_error_set(err, -EINVAL, "%s: from 1 to %d are possible",
                              count == 0 ? "nothing to measure" : "too many commands",
                              WHET_ROUNDS_ARMS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (arms[i].name == NULL || arms[i].name[0] == '\0')
            return whet_error_set(err, -EINVAL, "command %zu has no name", i + 1);
        if (arms[i].argv == NULL || arms[i].argv[0] == NULL)
            return whet_error_set(err, -EINVAL, "empty command: '%s'", arms[i].name);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(arms[i].name, arms[j].name) == 0)
                return whet_error_set(err, -EINVAL, "two commands have the same name: '%s'",
                                      arms[i].name);
        }
    }
    return 0;
}

static int check_options(const struct whet_rounds_options *o, struct whet_error *err)
{
    if (o->rounds > WHET_ROUNDS_MAX || o->warmup > WHET_ROUNDS_MAX)
        return whet_error_set(err, -EINVAL, "too many rounds: at most %d are possible",
                              WHET_ROUNDS_MAX);
    return 0;
}

static int asked_to_stop(struct session *s)
{
    if (!s->stopped && s->o.stop != NULL && s->o.stop(s->o.ctx))
        s->stopped = 1;
    return s->stopped;
}

static void tell_progress(const struct session *s, const char *arm,
                          const struct whet_bench_sample *next)
{
    struct whet_rounds_progress p = {
        .arm = arm,
        .warmup = next->warmup,
        .round = next->round,
        .rounds = next->warmup ? s->o.warmup : s->o.rounds,
        .done = s->done,
        .total = ((uint64_t)s->o.warmup + s->o.rounds) * s->count,
        .elapsed_ns = whet__clock_now_ns() - s->start_ns,
    };

    if (s->o.progress != NULL)
        s->o.progress(s->o.ctx, &p);
}

/* Counts a failure; the arm's first is kept for the person who asks. */
static void note_outcome(struct session *s, size_t arm, const struct whet_bench_sample *sample,
                         const struct whet_error *why)
{
    struct whet_rounds_arm *a = &s->r->arms[arm];

    if (sample->outcome == WHET_BENCH_OK) {
        s->failures_in_row[arm] = 0;
        return;
    }
    if (a->failure.text[0] == '\0')
        a->failure = *why;
    a->failed += !sample->warmup;
    a->left_out = ++s->failures_in_row[arm] >= s->o.patience;
}

/* Runs one arm once. `sample` has its place in the session. */
static void run_arm(struct session *s, size_t arm, struct whet_bench_sample *sample)
{
    struct whet_error why = {0};

    if (s->o.before != NULL)
        sample->error = s->o.before(s->o.ctx, arm, sample, &why);
    if (sample->error != 0)
        sample->outcome = WHET_BENCH_NOT_PREPARED;
    else
        whet__sample_take(sample, &s->arms[arm], &s->output, s->o.stop, s->o.ctx, &why);
    s->done++;
    if (sample->outcome == WHET_BENCH_STOPPED) {
        s->stopped = 1;
        return;
    }
    if (why.text[0] == '\0' && sample->outcome != WHET_BENCH_OK)
        whet_error_set(&why, sample->error, "could not be run: '%s'", s->arms[arm].name);
    note_outcome(s, arm, sample, &why);
    if (s->o.after != NULL)
        s->o.after(s->o.ctx, arm, sample, &s->output);
}

static int run_round(struct session *s, unsigned round, int warmup)
{
    size_t order[WHET_ROUNDS_ARMS_MAX];
    unsigned position = 0;

    whet__random_permutation(&s->random, order, s->count);
    for (size_t i = 0; i < s->count && !asked_to_stop(s); i++) {
        struct whet_bench_sample sample = {.warmup = warmup, .round = round};
        struct whet_bench_sample *kept;

        if (s->r->arms[order[i]].left_out)
            continue;
        sample.position = position++;
        tell_progress(s, s->arms[order[i]].name, &sample);
        run_arm(s, order[i], &sample);
        if (warmup || sample.outcome == WHET_BENCH_STOPPED)
            continue;
        kept = whet__vec_push(&s->samples[order[i]]);
        if (kept == NULL)
            return -ENOMEM;
        *kept = sample;
    }
    return 0;
}

static int all_left_out(const struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!s->r->arms[i].left_out)
            return 0;
    }
    return 1;
}

/* Whether the session is over before this round, and why. */
static int is_over(struct session *s, unsigned round, int warmup)
{
    uint64_t elapsed = whet__clock_now_ns() - s->start_ns;

    if (asked_to_stop(s))
        s->r->end = WHET_ROUNDS_STOPPED;
    else if (all_left_out(s))
        s->r->end = WHET_ROUNDS_FAILED;
    else if (!warmup && s->o.budget_ns != 0 && elapsed >= s->o.budget_ns &&
             round >= s->o.min_rounds)
        s->r->end = WHET_ROUNDS_BUDGET;
    else
        return 0;
    return 1;
}

static int run_session(struct session *s)
{
    unsigned total = s->o.warmup + s->o.rounds;
    struct whet_bench_sample last = {0};

    for (unsigned i = 0; i < total; i++) {
        int warmup = i < s->o.warmup, rc;
        unsigned round = warmup ? i : i - s->o.warmup;

        if (is_over(s, round, warmup))
            break;
        rc = run_round(s, round, warmup);
        if (rc != 0)
            return rc;
        if (!warmup)
            s->r->rounds = round + 1;
    }
    if (s->stopped)
        s->r->end = WHET_ROUNDS_STOPPED;
    last.round = s->r->rounds;
    tell_progress(s, NULL, &last);
    s->r->elapsed_ns = whet__clock_now_ns() - s->start_ns;
    return 0;
}

static int session_open(struct session *s)
{
    s->r = whet__mem_zalloc(1, sizeof(*s->r));
    if (s->r == NULL)
        return -ENOMEM;
    s->r->arms = whet__mem_zalloc(s->count, sizeof(*s->r->arms));
    if (s->r->arms == NULL)
        return -ENOMEM;
    s->r->count = s->count;
    for (size_t i = 0; i < s->count; i++) {
        s->r->arms[i].name = whet__mem_strdup(s->arms[i].name);
        if (s->r->arms[i].name == NULL)
            return -ENOMEM;
        whet__vec_init(&s->samples[i], sizeof(struct whet_bench_sample), s->o.rounds);
    }
    whet__text_init(&s->out, s->o.out_max_bytes);
    whet__text_init(&s->err, s->o.err_max_bytes);
    s->output.out = s->o.out_max_bytes > 0 ? &s->out : NULL;
    s->output.err = s->o.err_max_bytes > 0 ? &s->err : NULL;
    whet__random_init(&s->random, s->o.seed);
    s->start_ns = whet__clock_now_ns();
    return 0;
}

/* Moves the samples over to the answer. */
static void session_hand_over(struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        s->r->arms[i].samples = s->samples[i].items;
        s->r->arms[i].count = s->samples[i].len;
        whet__vec_init(&s->samples[i], sizeof(struct whet_bench_sample), 0);
    }
}

static void session_close(struct session *s)
{
    for (size_t i = 0; i < s->count; i++)
        whet__vec_clear(&s->samples[i]);
    whet__text_clear(&s->out);
    whet__text_clear(&s->err);
    whet__rounds_free(s->r);
}

int whet__rounds_run(struct whet_rounds **out, const struct whet_bench_arm *arms, size_t count,
                     const struct whet_rounds_options *options, struct whet_error *err)
{
    struct session s = {.arms = arms, .count = count, .o = with_defaults(options)};
    int rc = check_arms(arms, count, err);

    if (rc == 0)
        rc = check_options(&s.o, err);
    if (rc != 0)
        return rc;
    rc = session_open(&s);
    if (rc == 0)
        rc = run_session(&s);
    if (rc == 0) {
        session_hand_over(&s);
        *out = s.r;
        s.r = NULL;
    } else {
        whet_error_set(err, rc, "out of memory");
    }
    session_close(&s);
    return rc;
}

void whet__rounds_free(struct whet_rounds *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; r->arms != NULL && i < r->count; i++) {
        whet__mem_free(r->arms[i].name);
        whet__mem_free(r->arms[i].samples);
    }
    whet__mem_free(r->arms);
    whet__mem_free(r);
}

int whet__rounds_find(const struct whet_rounds *r, const char *name, size_t *out)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->arms[i].name, name) == 0) {
            *out = i;
            return 0;
        }
    }
    return -ENOENT;
}
