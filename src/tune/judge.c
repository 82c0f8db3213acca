/* Which configuration the measurement chose, how good it is, and what to do. What a scan
 * does untuned (a job per core, a cache that trusts stat) stands until something else is
 * proven better for the target. */
#include "tune/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "stat/paired.h"

#define ROUNDS_COMPARED 1000 /* as many as there can be */
#define BUSY            .7   /* of a processor: who gets less shares it */

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

/* Every arm but the reference is compared with another once at most; the chance of one false
 * proof among them all stays below 5% (Bonferroni). */
static double level_of(const struct whet_tune *tune)
{
    return 1 - (1 - WHET_TUNE_LEVEL) / (double)(tune->arm_count - 1);
}

static int measured(const struct whet_tune_arm *arm)
{
    return arm->seconds.value > 0;
}

/* The ratio of the times of two arms over the rounds that both ran in: disturbances that both
 * shared cancel in it. Below 1: the first is faster. -EINVAL: there are no such rounds. */
static int ratio_of(const struct whet_tune *tune, const struct whet_tune_arm *arm,
                    const struct whet_tune_arm *than, struct whet_interval *out)
{
    double mine[ROUNDS_COMPARED], theirs[ROUNDS_COMPARED], scratch[ROUNDS_COMPARED];
    struct whet_paired paired;
    size_t n = 0;
    int rc;

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
    rc = whet__paired_compare(&paired, theirs, mine, n, level_of(tune), scratch);
    if (rc == 0)
        *out = paired.ratio;
    return rc;
}

/* Proven: the whole interval lies below 1. */
static int proven_faster(const struct whet_tune *tune, const struct whet_tune_arm *arm,
                         const struct whet_tune_arm *than)
{
    struct whet_interval ratio;

    return ratio_of(tune, arm, than, &ratio) == 0 && ratio.level >= level_of(tune) &&
           ratio.high < 1;
}

/* Better for the target, so clearly that what works without tuning is left for it. */
static int better(const struct whet_tune *tune, const struct whet_tune_arm *arm,
                  const struct whet_tune_arm *than)
{
    if (!measured(arm))
        return 0;
    if (!measured(than))
        return 1;
    if (tune->config.target == WHET_TUNE_MEMORY)
        return arm->peak_bytes != 0 &&
               arm->peak_bytes + arm->peak_bytes / 20 < than->peak_bytes;
    return proven_faster(tune, arm, than);
}

/* The arm that does what an untuned scan does; the first of its kind if there is none. */
static size_t untuned(const struct whet_tune *tune, int warm)
{
    size_t found = 0;

    for (size_t i = 0; i < tune->arm_count; i++) {
        const struct whet_tune_arm *arm = &tune->arms[i];

        if (warm && arm->warm && arm->cache == WHET_SCAN_CACHE_STAT)
            return i;
        if (!warm && arm->cache == WHET_SCAN_CACHE_OFF && !arm->isolated &&
            arm->jobs == tune->machine.cores)
            found = i;
    }
    return found;
}

static void choose(struct whet_tune *tune)
{
    size_t warm = untuned(tune, 1);

    tune->best_parallel = untuned(tune, 0);
    for (size_t i = 0; i < tune->arm_count; i++) {
        const struct whet_tune_arm *arm = &tune->arms[i];

        if (arm->isolated)
            continue;
        if (arm->cache == WHET_SCAN_CACHE_OFF) {
            if (better(tune, arm, &tune->arms[tune->best_parallel]))
                tune->best_parallel = i;
        } else if (arm->warm && better(tune, arm, &tune->arms[warm])) {
            warm = i;
        }
    }
    /* A cache that costs more than it saves is left off. */
    tune->best_warm = warm;
    if (!measured(&tune->arms[warm]) ||
        better(tune, &tune->arms[tune->best_parallel], &tune->arms[warm]))
        tune->best_warm = tune->best_parallel;
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

    if (best->jobs == tune->machine.cores)
        snprintf(why, sizeof(why),
                 "one per core, as without tuning; nothing else was proven better in %zu %s",
                 best->runs, best->runs == 1 ? "round" : "rounds");
    else if (tune->config.target == WHET_TUNE_MEMORY)
        snprintf(why, sizeof(why), "the smallest peak memory of the scans without a cache");
    else
        snprintf(why, sizeof(why), "proven faster than one job per core, %.2fx of one job",
                 best->speedup.value);
    return advise(tune, WHET_TUNE_ADVICE_GOOD, why, "Use %u %s", best->jobs,
                  best->jobs == 1 ? "job" : "jobs");
}

/* The share of one processor that the sequential scan got, which keeps one busy: when it is
 * much less, others had the rest. */
static double share_got(const struct whet_tune *tune)
{
    const struct whet_tune_arm *first = &tune->arms[0];

    return first->seconds.value < .05 ? 1 : first->cpu_seconds / first->seconds.value;
}

/* Threads or processes: what the safety of processes costs here, as measured. */
static int advise_processes(struct whet_tune *tune)
{
    const struct whet_tune_arm *threads = &tune->arms[untuned(tune, 0)], *isolated = NULL;
    struct whet_interval ratio;
    char why[240];
    int proven;

    for (size_t i = 0; i < tune->arm_count; i++) {
        if (tune->arms[i].isolated)
            isolated = &tune->arms[i];
    }
    if (isolated == NULL || ratio_of(tune, isolated, threads, &ratio) != 0)
        return 0;
    /* On a busy machine what has more processes gets more of it. */
    proven = share_got(tune) >= BUSY && proven_faster(tune, isolated, threads);
    if (!proven)
        snprintf(why, sizeof(why),
                 "worker processes took %.2fx the time (%.2f to %.2f%s); they are for foreign "
                 "files (--isolate): one that crashes a parser, or takes too much, then costs "
                 "only itself",
                 ratio.estimate, ratio.low, ratio.high, ratio.high < 1 ? ": not proven" : "");
    if (!proven)
        return advise(tune, WHET_TUNE_ADVICE_INFO, why, "Scan with threads");
    snprintf(why, sizeof(why), "proven faster than threads: %.2fx the time (%.2f to %.2f)",
             ratio.estimate, ratio.low, ratio.high);
    return advise(tune, WHET_TUNE_ADVICE_ACT, why, "Scan with worker processes: --isolate");
}

static int advise_cache(struct whet_tune *tune)
{
    const struct whet_tune_arm *warm = &tune->arms[tune->best_warm];
    char why[240];

    if (!warm->warm)
        return advise(tune, WHET_TUNE_ADVICE_GOOD,
                      tune->config.target == WHET_TUNE_MEMORY
                          ? "scans with a cache took more memory"
                          : "with so little to scan, reading the cache takes longer",
                      "Leave the cache off");
    snprintf(why, sizeof(why),
             "%.1fx of a sequential scan without a cache when nothing changed",
             warm->speedup.value);
    if (warm->cache == WHET_SCAN_CACHE_STAT)
        return advise(tune, WHET_TUNE_ADVICE_GOOD, why,
                      "Keep the cache on, trusting stat (in CI, where a checkout sets new "
                      "times, unchanged content is still found by its hash)");
    return advise(tune, WHET_TUNE_ADVICE_GOOD, why, "Keep the cache on, hashing content");
}

static int advise_busy(struct whet_tune *tune)
{
    char why[240];

    if (share_got(tune) >= BUSY)
        return 0;
    snprintf(why, sizeof(why),
             "the sequential scan got %.0f%% of one core: other work had the rest, which hides "
             "what more jobs would bring",
             share_got(tune) * 100);
    return advise(tune, WHET_TUNE_ADVICE_ACT, why, "Measure again when the machine is idle");
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
        rc = advise_processes(tune);
    if (rc == 0)
        rc = advise_cache(tune);
    if (rc == 0)
        rc = advise_busy(tune);
    if (rc == 0)
        rc = advise_errors(tune);
    if (rc == 0)
        rc = advise_rounds(tune);
    if (rc == 0)
        rc = advise_large(tune);
    return rc;
}
