/* The session: warm-up rounds, measured rounds, hooks between the runs. Arms are few, rounds
 * some ten to some thousand; a run takes from half a millisecond to minutes. */
#include "bench/rounds.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "bench/hook.h"
#include "bench/pad.h"
#include "os/clock.h"
#include "os/counters.h"

#define PRECISION_LEVEL 0.99

struct session {
    const struct whet_bench_arm *arms;
    size_t count;
    struct whet_rounds_options o;
    struct whet_result *r;
    size_t first; /* our first arm in it */
    struct whet_random random;
    struct whet_text out, err;
    struct whet_bench_output output; /* points to them where they are wanted */
    struct whet_pad pads[WHET_ROUNDS_ARMS_MAX];
    double *values;                     /* of one run */
    struct whet_counters *own_counters; /* closed at the end; NULL: there are none of our own */
    uint64_t start_ns;
    uint64_t done; /* runs */
    int stopped;
    size_t order[WHET_ROUNDS_ARMS_MAX];
    unsigned failures_in_row[WHET_ROUNDS_ARMS_MAX];
    int is_set_up[WHET_ROUNDS_ARMS_MAX];
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
        if (arms[i].about.name == NULL || arms[i].about.name[0] == '\0')
            return whet_error_set(err, -EINVAL, "command %zu has no name", i + 1);
        if (arms[i].argv == NULL || arms[i].argv[0] == NULL)
            return whet_error_set(err, -EINVAL, "empty command: '%s'", arms[i].about.name);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(arms[i].about.name, arms[j].about.name) == 0)
                return whet_error_set(err, -EINVAL, "two commands have the same name: '%s'",
                                      arms[i].about.name);
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

static struct whet_result_arm *arm_at(const struct session *s, size_t i)
{
    return whet__result_arm(s->r, s->first + i);
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
static int note_outcome(struct session *s, size_t i, const struct whet_bench_sample *sample,
                        const struct whet_error *why)
{
    struct whet_result_arm *arm = arm_at(s, i);

    if (sample->outcome == WHET_BENCH_OK) {
        s->failures_in_row[i] = 0;
        return 0;
    }
    arm->left_out = ++s->failures_in_row[i] >= s->o.patience;
    if (arm->failure == NULL)
        arm->failure = whet__result_string(s->r, why->text);
    return arm->failure != NULL ? 0 : -ENOMEM;
}

static int hook(struct session *s, size_t i, enum whet_hook which, struct whet_error *why)
{
    return whet__hook_run(&s->arms[i], which, s->o.stop, s->o.ctx, why);
}

/* What has to happen before the run; fails the sample when it cannot. */
static void prepare(struct session *s, size_t i, struct whet_bench_sample *sample,
                    struct whet_error *why)
{
    if (s->o.before != NULL)
        sample->error = s->o.before(s->o.ctx, i, sample, why);
    if (sample->error != 0) {
        sample->outcome = WHET_BENCH_NOT_PREPARED;
        return;
    }
    sample->error = hook(s, i, WHET_HOOK_PREPARE, why);
    if (sample->error != 0)
        sample->outcome =
            sample->error == -ECANCELED ? WHET_BENCH_STOPPED : WHET_BENCH_NOT_PREPARED;
}

/* What has to happen after the run. One that failed may be what it tidies up after; then
 * what it says of itself is not the news. */
static void conclude(struct session *s, size_t i, struct whet_bench_sample *sample,
                     struct whet_error *why)
{
    struct whet_error ignored = {0};
    int is_news = sample->outcome == WHET_BENCH_OK;
    int rc = hook(s, i, WHET_HOOK_CONCLUDE, is_news ? why : &ignored);

    if (rc == -ECANCELED)
        s->stopped = 1; /* the run was whole, and counts */
    else if (rc != 0 && is_news)
        sample->outcome = WHET_BENCH_NOT_PREPARED;
}

static void measure(struct session *s, size_t i, struct whet_bench_sample *sample,
                    struct whet_error *why)
{
    struct whet_sample_options how = {.spawn_flags = s->o.spawn_flags,
                                      .cpus = s->o.cpus,
                                      .nice = s->o.nice,
                                      .counters = s->o.counters,
                                      .stop = s->o.stop,
                                      .ctx = s->o.ctx};

    if (s->o.pad_env)
        how.env = whet__pad_draw(&s->pads[i], &s->random);
    whet__sample_take(sample, &s->arms[i], &s->output, &how, why);
    whet__sample_values(sample, s->values);
    if (sample->run.rss_floor_bytes + WHET_SAMPLE_RSS_SLACK > s->r->memory_floor)
        s->r->memory_floor = sample->run.rss_floor_bytes + WHET_SAMPLE_RSS_SLACK;
    if (sample->outcome == WHET_BENCH_OK && s->o.measured != NULL) {
        sample->error = s->o.measured(s->o.ctx, i, sample, &s->output, s->values, why);
        if (sample->error != 0)
            sample->outcome = WHET_BENCH_NO_ANSWER;
    }
}

/* Runs one arm once. `sample` has its place in the session. */
static int run_arm(struct session *s, size_t i, struct whet_bench_sample *sample)
{
    struct whet_error why = {0};

    for (size_t k = 0; k < s->r->metric_count; k++)
        s->values[k] = NAN;
    prepare(s, i, sample, &why);
    if (sample->error == 0) {
        measure(s, i, sample, &why);
        conclude(s, i, sample, &why);
    }
    s->done++;
    if (sample->outcome == WHET_BENCH_STOPPED) {
        s->stopped = 1;
        return 0;
    }
    if (why.text[0] == '\0' && sample->outcome != WHET_BENCH_OK)
        whet_error_set(&why, sample->error, "could not be run: '%.200s'",
                       s->arms[i].about.name);
    if (s->o.after != NULL)
        s->o.after(s->o.ctx, i, sample, &s->output);
    return note_outcome(s, i, sample, &why);
}

static int keep(struct session *s, size_t i, const struct whet_bench_sample *sample,
                uint64_t begin_ns)
{
    int ended = sample->outcome != WHET_BENCH_NOT_STARTED &&
                sample->outcome != WHET_BENCH_NOT_PREPARED && sample->run.signal == 0;
    struct whet_result_sample kept = {
        .round = sample->round,
        .position = sample->position,
        .outcome = sample->outcome,
        .exit_code = ended ? sample->run.exit_code : -1,
        .at_seconds = (double)(begin_ns - s->start_ns) / 1e9,
    };

    return whet__result_add_sample(s->r, arm_at(s, i), &kept, s->values);
}

/* Every second round goes through the arms in the reverse order of the one before: over
 * each such two, all arms ran equally early on average, and in which of the two an arm is
 * early stays a coin's toss. */
static void order_draw(struct session *s, unsigned round)
{
    if (round % 2 == 0) {
        whet__random_permutation(&s->random, s->order, s->count);
        return;
    }
    for (size_t i = 0, j = s->count - 1; i < j; i++, j--) {
        size_t other = s->order[i];

        s->order[i] = s->order[j];
        s->order[j] = other;
    }
}

static int run_round(struct session *s, unsigned round, int warmup)
{
    unsigned position = 0;

    order_draw(s, round);
    for (size_t k = 0; k < s->count && !asked_to_stop(s); k++) {
        struct whet_bench_sample sample = {.warmup = warmup, .round = round};
        uint64_t begin_ns = whet__clock_now_ns();
        size_t i = s->order[k];
        int rc;

        if (arm_at(s, i)->left_out)
            continue;
        sample.position = position++;
        tell_progress(s, s->arms[i].about.name, &sample);
        rc = run_arm(s, i, &sample);
        if (rc == 0 && !warmup && sample.outcome != WHET_BENCH_STOPPED)
            rc = keep(s, i, &sample, begin_ns);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int all_left_out(const struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!arm_at(s, i)->left_out)
            return 0;
    }
    return 1;
}

/* Whether the intervals are narrow enough. Asked after every round up to 32 and then after
 * every eighth part more, for an answer costs a sort of all there is. */
static int is_precise(struct session *s, unsigned round)
{
    unsigned step = round < 32 ? 1 : round / 8;
    double width;

    if (s->o.width <= 0 || round < s->o.min_rounds || round < s->o.width_rounds ||
        round % step != 0)
        return 0;
    return whet__precision(s->r, &s->o.precision, PRECISION_LEVEL, &width) == 0 &&
           width <= s->o.width;
}

/* Whether the session is over before this round, and why. */
static int is_over(struct session *s, unsigned round, int warmup)
{
    uint64_t elapsed = whet__clock_now_ns() - s->start_ns;

    if (asked_to_stop(s))
        s->r->end = WHET_RESULT_STOPPED;
    else if (all_left_out(s))
        s->r->end = WHET_RESULT_FAILED;
    else if (!warmup && s->o.budget_ns != 0 && elapsed >= s->o.budget_ns &&
             round >= s->o.min_rounds)
        s->r->end = WHET_RESULT_BUDGET;
    else if (!warmup && is_precise(s, round))
        s->r->end = WHET_RESULT_PRECISE;
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
        s->r->end = WHET_RESULT_STOPPED;
    last.round = s->r->rounds;
    tell_progress(s, NULL, &last);
    s->r->elapsed_seconds = (double)(whet__clock_now_ns() - s->start_ns) / 1e9;
    return 0;
}

/* Where memory and counters come from, and that they can. */
static int sources_open(struct session *s)
{
    const char *said;
    int rc;

    if ((s->o.spawn_flags & WHET_SPAWN_TREE_MEMORY) != 0)
        s->r->memory_source = "sampled";
    if (s->o.no_counters)
        s->o.counters = NULL;
    else if (s->o.counters == NULL) {
        rc = whet__counters_new(&s->own_counters, NULL);
        if (rc != 0)
            return rc;
        s->o.counters = s->own_counters;
    }
    if (s->o.counters == NULL)
        return 0;
    said = whet__result_string(s->r, whet__counters_describe(s->o.counters));
    if (said == NULL)
        return -ENOMEM;
    s->r->counters = said;
    if (whet__counters_count(s->o.counters) == 0)
        s->o.counters = NULL;
    return 0;
}

static int session_open(struct session *s)
{
    struct whet_result_arm *added;
    int rc = sources_open(s);

    if (rc != 0)
        return rc;
    s->r->seed = s->o.seed;
    s->r->end = WHET_RESULT_COMPLETE;
    s->values = whet__mem_zalloc(s->r->metric_count, sizeof(*s->values));
    if (s->values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < s->count; i++) {
        rc = whet__result_add_arm(s->r, &s->arms[i].about, &added);
        if (rc == 0 && s->o.pad_env)
            rc = whet__pad_init(&s->pads[i], s->arms[i].env);
        if (rc != 0)
            return rc;
    }
    whet__text_init(&s->out, s->o.out_max_bytes);
    whet__text_init(&s->err, s->o.err_max_bytes);
    s->output.out = s->o.out_max_bytes > 0 ? &s->out : NULL;
    s->output.err = s->o.err_max_bytes > 0 ? &s->err : NULL;
    whet__random_init(&s->random, s->o.seed);
    return 0;
}

static int set_up(struct session *s, struct whet_error *err)
{
    for (size_t i = 0; i < s->count; i++) {
        int rc = hook(s, i, WHET_HOOK_SETUP, err);

        s->is_set_up[i] = 1; /* a setup that failed half-way is cleaned up after, too */
        if (rc != 0)
            return rc;
    }
    return 0;
}

static void session_close(struct session *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct whet_error why = {0};

        if (s->is_set_up[i] &&
            whet__hook_run(&s->arms[i], WHET_HOOK_CLEANUP, NULL, NULL, &why) != 0) {
            whet__log(WHET_LOG_WARNING, "%s", why.text);
            s->r->cleanup_failed = 1;
        }
        whet__pad_clear(&s->pads[i]);
    }
    whet__text_clear(&s->out);
    whet__text_clear(&s->err);
    whet__counters_free(s->own_counters);
    whet__mem_free(s->values);
}

int whet__rounds_run(struct whet_result *into, const struct whet_bench_arm *arms, size_t count,
                     const struct whet_rounds_options *options, struct whet_error *err)
{
    struct session s = {.arms = arms,
                        .count = count,
                        .o = with_defaults(options),
                        .r = into,
                        .first = whet__result_count(into)};
    int rc = check_arms(arms, count, err);

    if (rc == 0)
        rc = check_options(&s.o, err);
    if (rc != 0)
        return rc;
    rc = session_open(&s);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory");
    else if (rc != 0)
        whet_error_set(err, rc,
                       "cannot measure this together with what was measured before: %s",
                       strerror(-rc));
    if (rc == 0)
        rc = set_up(&s, err);
    if (rc == 0) {
        s.start_ns = whet__clock_now_ns();
        rc = run_session(&s);
        if (rc != 0)
            whet_error_set(err, rc, "out of memory");
    }
    session_close(&s);
    return rc;
}
