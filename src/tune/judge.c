/* Which configuration the measurement chose, how good it is, and what to do. More jobs
 * are chosen only when they are proven faster than fewer, trusting stat only when it is
 * proven faster than hashing: without proof the simpler choice stands. */
#include "tune/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "stat/paired.h"

#define ROUNDS_COMPARED 1000 /* as many as there can be */

WHET_PRINTF(4, 5)
static int advise(struct whet_tune *tune, enum whet_tune_advice_kind kind, const char *why,
                  const char *format, ...)
{
    struct whet_tune_advice *advice = whet__vec_push(&tune->advice);
    char what[240];
    va_list args;

    if (advice == NULL)
        return -ENOMEM;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    advice->kind = kind;
    advice->what = whet__arena_strndup(&tune->strings, what, strlen(what));
    advice->why = whet__arena_strndup(&tune->strings, why, strlen(why));
    return advice->what != NULL && advice->why != NULL ? 0 : -ENOMEM;
}

static int measured(const struct whet_tune_arm *arm)
{
    return arm->seconds.value > 0;
}

/* Proven: over the rounds that both ran in, the whole interval of the ratio of their
 * times lies below 1. Disturbances that both shared cancel in the ratio. */
static int proven_faster(const struct whet_tune_arm *arm, const struct whet_tune_arm *than)
{
    double mine[ROUNDS_COMPARED], theirs[ROUNDS_COMPARED], scratch[ROUNDS_COMPARED];
    struct whet_paired paired;
    size_t n = 0;

    for (size_t i = 0, j = 0; i < arm->sample_count && j < than->sample_count;) {
        if (arm->rounds[i] != than->rounds[j]) {
            if (arm->rounds[i] < than->rounds[j])
                i++;
            else
                j++;
            continue;
        }
        if (n == ROUNDS_COMPARED)
            break;
        mine[n] = arm->samples[i++];
        theirs[n++] = than->samples[j++];
    }
    if (whet__paired_compare(&paired, theirs, mine, n, WHET_TUNE_LEVEL, scratch) != 0)
        return 0;
    return paired.ratio.level >= WHET_TUNE_LEVEL && paired.ratio.high < 1;
}

static int better(const struct whet_tune *tune, const struct whet_tune_arm *arm,
                  const struct whet_tune_arm *than)
{
    if (!measured(arm))
        return 0;
    if (tune->config.target == WHET_TUNE_MEMORY)
        return arm->peak_bytes + arm->peak_bytes / 20 < than->peak_bytes;
    return proven_faster(arm, than);
}

static void choose(struct whet_tune *tune)
{
    size_t warm = 0;

    tune->best_parallel = 0;
    for (size_t i = 1; i < tune->arm_count; i++) {
        const struct whet_tune_arm *arm = &tune->arms[i];

        if (arm->cache == WHET_SCAN_CACHE_OFF) {
            if (better(tune, arm, &tune->arms[tune->best_parallel]))
                tune->best_parallel = i;
        } else if (arm->warm && measured(arm)) {
            if (warm == 0 || better(tune, arm, &tune->arms[warm]))
                warm = i;
        }
    }
    tune->best_warm = warm != 0 ? warm : tune->best_parallel;
}

static enum whet_tune_grade grade(double value, double minimum, double good, double excellent)
{
    if (value > excellent)
        return WHET_TUNE_EXCELLENT;
    if (value > good)
        return WHET_TUNE_GOOD;
    return value > minimum ? WHET_TUNE_MINIMUM : WHET_TUNE_BELOW;
}

struct whet_tune_grades whet_tune_grades(const struct whet_tune *tune)
{
    const struct whet_tune_arm *warm = &tune->arms[tune->best_warm];
    const struct whet_tune_arm *cold = &tune->arms[tune->best_parallel];
    uint64_t peak = cold->peak_bytes > warm->peak_bytes ? cold->peak_bytes : warm->peak_bytes;
    double share = tune->machine.available_bytes != 0
                       ? (double)peak / (double)tune->machine.available_bytes
                       : 0;
    struct whet_tune_grades g = {
        .speedup = grade(warm->speedup.value, 2, 5, 8),
        .hit_rate = grade(warm->hit_rate, .5, .7, .85),
        .memory = grade(-share, -.3, -.2, -.15),
    };

    g.whole = g.speedup < g.hit_rate ? g.speedup : g.hit_rate;
    g.whole = g.memory < g.whole ? g.memory : g.whole;
    return g;
}

static int advise_jobs(struct whet_tune *tune)
{
    const struct whet_tune_arm *best = &tune->arms[tune->best_parallel];
    char why[240];

    if (best->jobs == 1 && tune->machine.cores == 1)
        snprintf(why, sizeof(why), "this process may use one core");
    else if (tune->config.target == WHET_TUNE_MEMORY)
        snprintf(why, sizeof(why), "the smallest peak memory of all that were measured");
    else if (best->jobs == 1)
        snprintf(why, sizeof(why), "no other number of jobs was proven faster in %zu rounds",
                 best->runs);
    else
        snprintf(why, sizeof(why),
                 "%.2fx of one job, proven at %.0f%%; more was not proven faster",
                 best->speedup.value, best->seconds.level * 100);
    return advise(tune, WHET_TUNE_ADVICE_GOOD, why, "Use %u %s", best->jobs,
                  best->jobs == 1 ? "job" : "jobs");
}

static int advise_cache(struct whet_tune *tune)
{
    const struct whet_tune_arm *warm = &tune->arms[tune->best_warm];
    char why[240];

    if (!warm->warm)
        return advise(tune, WHET_TUNE_ADVICE_ACT, "no cached run could be measured",
                      "Look into why the cache does not work");
    snprintf(why, sizeof(why),
             "%.1fx of a sequential scan without a cache when nothing changed",
             warm->speedup.value);
    if (warm->cache == WHET_SCAN_CACHE_STAT)
        return advise(tune, WHET_TUNE_ADVICE_GOOD, why,
                      "Keep the cache on, trusting stat; in CI, where a checkout sets new "
                      "times, unchanged content is still found by its hash");
    return advise(tune, WHET_TUNE_ADVICE_GOOD, why, "Keep the cache on, hashing content");
}

static int advise_speedup(struct whet_tune *tune)
{
    const struct whet_tune_arm *best = &tune->arms[tune->best_parallel];
    double share = best->speedup.value / best->jobs;

    if (best->jobs == 1 || tune->config.target == WHET_TUNE_MEMORY)
        return 0;
    if (share < .7)
        return advise(
            tune, WHET_TUNE_ADVICE_ACT,
            "less than 70% of each core turned into speed: other work on this machine, "
            "or too few files of any size to share out",
            "Measure again when the machine is idle");
    return 0;
}

static int advise_errors(struct whet_tune *tune)
{
    if (tune->arms[0].errors == 0)
        return 0;
    return advise(tune, WHET_TUNE_ADVICE_ACT,
                  "they are in no count, and reading them again costs time in every scan",
                  "%llu files could not be read or parsed to the end: see whet scan --skipped",
                  (unsigned long long)tune->arms[0].errors);
}

static int advise_rounds(struct whet_tune *tune)
{
    if (tune->arms[0].seconds.level >= WHET_TUNE_LEVEL)
        return 0;
    return advise(tune, WHET_TUNE_ADVICE_ACT,
                  "with fewer than 6 rounds no interval reaches 95%, so nothing is proven",
                  "Give it more time: --time-budget, --runs");
}

static int advise_large(struct whet_tune *tune)
{
    char p99[24];

    if (tune->workload.mean_bytes <= 1000.0 * 1024)
        return 0;
    return advise(tune, WHET_TUNE_ADVICE_INFO, "a few large files decide how long a scan takes",
                  "See whether --max-file-size can be lower: 99%% of files are under %s",
                  whet_size_format(tune->workload.p99_bytes, p99, sizeof(p99)));
}

int whet__tune_judge(struct whet_tune *tune)
{
    int rc;

    choose(tune);
    rc = advise_jobs(tune);
    if (rc == 0)
        rc = advise_cache(tune);
    if (rc == 0)
        rc = advise_speedup(tune);
    if (rc == 0)
        rc = advise_errors(tune);
    if (rc == 0)
        rc = advise_rounds(tune);
    if (rc == 0)
        rc = advise_large(tune);
    return rc;
}
