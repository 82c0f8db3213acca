/* Measures the arms: each run is a child process, so that its memory and processor time
 * are its own; all arms run once per round, in an order drawn anew each time, so that a
 * busy machine disturbs them alike. A first round warms the page cache and fills the warm
 * arms' caches, and does not count. */
#include "tune/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "bench/compare.h"
#include "bench/rounds.h"
#include "os/clock.h"
#include "os/file.h"

#define RUNS_DEFAULT   9
#define BUDGET_DEFAULT ((uint64_t)120 * 1000000000)
#define ROUNDS_MIN     3
#define ANSWER_MAX     ((size_t)4 << 20)
#define ARGV_MAX       24

/* Enough to prove, however many arms there are: 1 - 2 * 0.5^RUNS > 1 - .05 / (ARMS - 1). */
_Static_assert(2 * 20 * (WHET_TUNE_ARMS_MAX - 1) < 1 << RUNS_DEFAULT, "see tune/judge.c");

/* The command line of one arm, and where its cache lies. */
struct command {
    const char *argv[ARGV_MAX];
    size_t argc;
    char jobs[16];
    char max_file[32];
    struct whet_text cache_dir;
};

struct session {
    struct whet_tune *tune;
    struct whet_text temp; /* a folder for the caches */
    struct command commands[WHET_TUNE_ARMS_MAX];
    struct whet_bench_arm arms[WHET_TUNE_ARMS_MAX];
    struct whet_result *result;
    struct whet_comparison *comparison;
};

static struct whet_tune_arm *arm_add(struct whet_tune *tune, unsigned jobs,
                                     enum whet_scan_cache cache, int warm)
{
    struct whet_tune_arm *arm = &tune->arms[tune->arm_count++];

    arm->jobs = jobs;
    arm->cache = cache;
    arm->warm = warm;
    arm->state = "no cache";
    if (cache != WHET_SCAN_CACHE_OFF)
        arm->state = warm ? "warm cache" : "cold cache";
    return arm;
}

static int arm_name(struct whet_tune *tune, struct whet_tune_arm *arm)
{
    static const char *const warm[] = {"", "", ", warm stat", ", warm hash"};
    const char *how = arm->cache == WHET_SCAN_CACHE_OFF ? "" : ", cold cache";
    char name[64];

    if (arm->warm)
        how = warm[arm->cache];
    else if (arm->isolated)
        how = ", isolated";
    if (tune->arm_count == 1)
        snprintf(name, sizeof(name), "sequential");
    else
        snprintf(name, sizeof(name), "%u %s%s", arm->jobs, arm->jobs == 1 ? "job" : "jobs",
                 how);
    arm->name = whet__arena_strndup(&tune->strings, name, strlen(name));
    return arm->name != NULL ? 0 : -ENOMEM;
}

static int has_parallel(const struct whet_tune *tune, unsigned jobs)
{
    for (size_t i = 0; i < tune->arm_count; i++) {
        if (tune->arms[i].jobs == jobs)
            return 1;
    }
    return 0;
}

/* Sequential; the jobs that could be best, each once; a job per core, as untuned, in processes
 * instead of threads, and with the cache: filled, then used both ways. */
static int arms_plan(struct whet_tune *tune)
{
    const struct whet_tune_config *c = &tune->config;
    unsigned rail = 4 * tune->machine.cores;
    unsigned of_profile = c->profile->workers < rail ? c->profile->workers : rail;
    const unsigned candidates[] = {tune->machine.cores, c->workers, of_profile};
    struct whet_tune_arm *arm;
    int rc = arm_name(tune, arm_add(tune, 1, WHET_SCAN_CACHE_OFF, 0));

    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]) && rc == 0; i++) {
        if (!has_parallel(tune, candidates[i]))
            rc = arm_name(tune, arm_add(tune, candidates[i], WHET_SCAN_CACHE_OFF, 0));
    }
    if (rc == 0) {
        arm = arm_add(tune, tune->machine.cores, WHET_SCAN_CACHE_OFF, 0);
        arm->isolated = 1;
        rc = arm_name(tune, arm);
    }
    if (rc == 0)
        rc = arm_name(tune, arm_add(tune, tune->machine.cores, WHET_SCAN_CACHE_STAT, 0));
    if (rc == 0)
        rc = arm_name(tune, arm_add(tune, tune->machine.cores, WHET_SCAN_CACHE_CONTENT, 1));
    if (rc == 0)
        rc = arm_name(tune, arm_add(tune, tune->machine.cores, WHET_SCAN_CACHE_STAT, 1));
    return rc;
}

static void word(struct command *c, const char *text)
{
    c->argv[c->argc++] = text;
}

static int command_build(struct session *s, size_t i)
{
    static const char *const modes[] = {"auto", "off", "stat", "content"};
    const struct whet_tune *tune = s->tune;
    const struct whet_tune_arm *arm = &tune->arms[i];
    struct command *c = &s->commands[i];

    whet__text_init(&c->cache_dir, (size_t)1 << 16);
    whet__text_printf(&c->cache_dir, "%s/%zu", whet__text_str(&s->temp), i);
    snprintf(c->jobs, sizeof(c->jobs), "%u", arm->jobs);
    snprintf(c->max_file, sizeof(c->max_file), "%llu",
             (unsigned long long)tune->options.max_file_bytes);
    word(c, whet__text_str(&tune->program));
    word(c, "scan");
    word(c, "--json");
    word(c, "--summary");
    word(c, "-q");
    word(c, "--no-config");
    word(c, "--jobs");
    word(c, c->jobs);
    word(c, "--cache");
    word(c, modes[arm->cache]);
    word(c, "--cache-dir");
    word(c, whet__text_str(&c->cache_dir));
    if (arm->isolated)
        word(c, "--isolate");
    if (tune->options.max_file_bytes != 0) {
        word(c, "--max-file-size");
        word(c, c->max_file);
    }
    word(c, "--");
    word(c, whet__text_str(&tune->path));
    s->arms[i] = (struct whet_bench_arm){.about = {.name = arm->name}, .argv = c->argv};
    return whet__text_error(&c->cache_dir);
}

/* An arm with a cold cache starts each run without one. */
static int run_before(void *ctx, size_t i, const struct whet_bench_sample *next,
                      struct whet_error *why)
{
    struct session *s = ctx;
    const struct whet_tune_arm *arm = &s->tune->arms[i];
    const char *dir = whet__text_str(&s->commands[i].cache_dir);
    int rc;

    (void)next;
    if (arm->cache == WHET_SCAN_CACHE_OFF || arm->warm)
        return 0;
    rc = whet__file_remove_tree(dir);
    if (rc != 0 && rc != -ENOENT)
        return whet_error_set(why, rc, "cannot remove: '%.300s': %s", dir, strerror(-rc));
    return 0;
}

static void run_after(void *ctx, size_t i, const struct whet_bench_sample *sample,
                      const struct whet_bench_output *output)
{
    struct session *s = ctx;
    struct whet_tune_tally *tally = &s->tune->tallies[i];
    struct whet_tune_answer answer = {0};

    if (sample->warmup || sample->outcome != WHET_BENCH_OK || output->out == NULL)
        return;
    if (whet__tune_answer_read(whet__text_str(output->out), output->out->len, &answer, NULL) !=
        0)
        return;
    tally->runs++;
    tally->files += answer.files;
    tally->bytes += answer.bytes;
    tally->hits += answer.hits;
    tally->misses += answer.misses;
    tally->errors = answer.errors;
}

static void run_progress(void *ctx, const struct whet_rounds_progress *p)
{
    struct session *s = ctx;
    struct whet_tune_progress now = {
        .doing = p->arm,
        .done = (size_t)p->done,
        .total = (size_t)p->total,
    };

    if (s->tune->options.progress != NULL)
        s->tune->options.progress(s->tune->options.ctx, &now);
}

static int run_stop(void *ctx)
{
    const struct whet_tune_options *o = &((struct session *)ctx)->tune->options;

    return o->stop != NULL && o->stop(o->ctx);
}

static int rounds_run(struct session *s, struct whet_error *err)
{
    const struct whet_tune_options *o = &s->tune->options;
    struct whet_rounds_options options = {
        .rounds = o->runs != 0 ? o->runs : RUNS_DEFAULT,
        .budget_ns = o->time_budget_ns != 0 ? o->time_budget_ns : BUDGET_DEFAULT,
        .min_rounds = ROUNDS_MIN,
        .seed = o->seed,
        .out_max_bytes = ANSWER_MAX,
        .before = run_before,
        .after = run_after,
        .progress = run_progress,
        .stop = run_stop,
        .ctx = s,
    };

    int rc = whet__result_new(&s->result, "tune");

    if (rc != 0)
        return rc;
    return whet__rounds_run(s->result, s->arms, s->tune->arm_count, &options, err);
}

/* Nanoseconds to seconds, or bytes as they are. */
static struct whet_tune_value value_of(const struct whet_interval *i, double scale)
{
    return (struct whet_tune_value){i->estimate * scale, i->low * scale, i->high * scale,
                                    i->level};
}

static int samples_keep(struct whet_tune *tune, struct whet_tune_arm *arm,
                        const struct whet_result *r, const struct whet_result_arm *from)
{
    size_t count = whet__arm_count(from);
    double *samples = whet__arena_zalloc(&tune->strings, count, sizeof(*samples));
    size_t *rounds = whet__arena_zalloc(&tune->strings, count, sizeof(*rounds));

    if (samples == NULL || rounds == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (whet__arm_sample(from, i)->outcome != WHET_BENCH_OK)
            continue;
        samples[arm->sample_count] = whet__arm_value(r, from, i, WHET_METRIC_WALL) / 1e9;
        rounds[arm->sample_count++] = whet__arm_sample(from, i)->round;
    }
    arm->samples = samples;
    arm->rounds = rounds;
    return 0;
}

static void arm_figures(struct whet_tune *tune, struct whet_tune_arm *arm,
                        const struct whet_tune_tally *tally,
                        const struct whet_comparison_arm *from)
{
    const struct whet_comparison_metric *wall = &from->metric[WHET_METRIC_WALL];
    const struct whet_comparison_metric *cpu = &from->metric[WHET_METRIC_CPU];
    uint64_t looked = tally->hits + tally->misses;

    arm->runs = wall->n;
    arm->failed = from->failed;
    arm->hit_rate = -1;
    if (wall->n == 0 || tally->runs == 0)
        return;
    arm->seconds = value_of(&wall->median, 1e-9);
    if (wall->pairs != 0)
        arm->speedup = value_of(&wall->speedup.ratio, 1);
    arm->cpu_seconds = cpu->summary.median / 1e9;
    arm->cpu_use = arm->cpu_seconds / arm->seconds.value / tune->machine.cores;
    if (!arm->isolated) /* the largest process would be one of several */
        arm->peak_bytes = (uint64_t)from->metric[WHET_METRIC_MEMORY].summary.median;
    arm->files_per_second = (double)tally->files / (double)tally->runs / arm->seconds.value;
    arm->errors = tally->errors;
    if (arm->cache != WHET_SCAN_CACHE_OFF && looked != 0)
        arm->hit_rate = (double)tally->hits / (double)looked;
    if (arm->cache == WHET_SCAN_CACHE_OFF && arm->jobs > 1 && !arm->isolated)
        arm->estimate = whet_tune_estimate_speedup(arm->jobs, tune->machine.cores, .95, 5);
}

static int results_take(struct session *s)
{
    struct whet_tune *tune = s->tune;
    int rc = whet__comparison_new(&s->comparison, s->result, 0, WHET_TUNE_LEVEL);

    for (size_t i = 0; i < tune->arm_count && rc == 0; i++) {
        arm_figures(tune, &tune->arms[i], &tune->tallies[i], &s->comparison->arms[i]);
        rc = samples_keep(tune, &tune->arms[i], s->result, whet__result_arm(s->result, i));
    }
    tune->stopped = s->result->end == WHET_RESULT_STOPPED;
    return rc;
}

/* The first arm is what all others are compared with: without it there is no answer. */
static int reference_check(const struct session *s, struct whet_error *err)
{
    const struct whet_tune *tune = s->tune;
    const char *failure = whet__result_arm(s->result, 0)->failure;

    if (tune->arms[0].runs != 0 && tune->tallies[0].runs != 0)
        return 0;
    if (tune->stopped)
        return whet_error_set(err, -ECANCELED, "interrupted: nothing was measured");
    if (failure != NULL)
        return whet_error_set(err, -EIO, "the sequential scan failed: %.300s", failure);
    return whet_error_set(err, -EIO, "the sequential scan failed: its answer cannot be read");
}

static int session_run(struct session *s, struct whet_error *err)
{
    int rc = whet__file_make_temp_dir(&s->temp);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot make a folder for the caches: %s",
                              strerror(-rc));
    rc = arms_plan(s->tune);
    for (size_t i = 0; i < s->tune->arm_count && rc == 0; i++)
        rc = command_build(s, i);
    if (rc == 0)
        rc = rounds_run(s, err);
    if (rc == 0)
        rc = results_take(s);
    if (rc == 0)
        rc = reference_check(s, err);
    return rc;
}

int whet__tune_measure(struct whet_tune *tune, struct whet_error *err)
{
    struct session *s = whet__mem_zalloc(1, sizeof(*s));
    int rc;

    if (s == NULL)
        return -ENOMEM;
    s->tune = tune;
    whet__text_init(&s->temp, (size_t)1 << 16);
    rc = session_run(s, err);
    if (s->temp.len != 0)
        (void)!whet__file_remove_tree(whet__text_str(&s->temp));
    for (size_t i = 0; i < WHET_TUNE_ARMS_MAX; i++)
        whet__text_clear(&s->commands[i].cache_dir);
    whet__comparison_free(s->comparison);
    whet__result_free(s->result);
    whet__text_clear(&s->temp);
    whet__mem_free(s);
    return rc;
}
