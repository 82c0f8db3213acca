/* Options to those of a session: once for each command line. */
#include "front/bench_session.h"

#include <errno.h>
#include <stdlib.h>

#include "front/terminal.h"
#include "os/clock.h"

#define BUDGET_NS    UINT64_C(10000000000)
#define WIDTH_ROUNDS 20 /* before which narrow intervals end nothing */

static int nice_read(const char *text, struct whet_rounds_options *o, struct whet_error *err)
{
    char *end;
    long nice;

    if (text == NULL)
        return 0;
    errno = 0;
    nice = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || nice < -20 || nice > 19)
        return whet_error_set(err, -EINVAL, "not a nice value: '--priority %.64s': -20 to 19",
                              text);
    o->nice = (int)nice;
    o->spawn_flags |= WHET_SPAWN_NICE;
    return 0;
}

static void count_rounds(const struct whet_bench_args *a, struct whet_rounds_options *o)
{
    o->warmup = a->warmup;
    o->no_warmup = a->warmup == 0;
    o->budget_ns = a->budget_ns;
    if (a->runs != 0) {
        o->rounds = a->runs;
        o->min_rounds = a->budget_ns != 0 && a->min_runs < a->runs ? a->min_runs : a->runs;
        return;
    }
    if (a->budget_ns == 0)
        o->budget_ns = BUDGET_NS;
    o->rounds = a->max_runs;
    o->min_rounds = a->min_runs;
    o->width = a->precision;
    o->width_rounds = WIDTH_ROUNDS < a->max_runs ? WIDTH_ROUNDS : a->max_runs;
}

static int check(const struct whet_bench_args *a, struct whet_error *err)
{
    if (a->runs == 0 && a->min_runs > a->max_runs)
        return whet_error_set(err, -EINVAL, "'--min-runs %u' is more than '--max-runs %u'",
                              a->min_runs, a->max_runs);
    if (a->runs != 0 && a->min_runs > a->runs)
        return whet_error_set(err, -EINVAL, "'--min-runs %u' is more than '--runs %u'",
                              a->min_runs, a->runs);
    if (a->warn > 0 && a->fail > 0 && a->fail < a->warn)
        return whet_error_set(err, -EINVAL, "'--fail' is less than '--warn'");
    if (a->level >= 1)
        return whet_error_set(err, -EINVAL, "'--level' has to be less than 100%%");
    if (a->keep_binary && a->save_baseline == NULL)
        return whet_error_set(err, -EINVAL,
                              "nothing to keep: '--keep-binary': it goes with "
                              "--save-baseline");
    return 0;
}

int whet__bench_session_options(struct whet_session_options *out,
                                const struct whet_bench_args *a, struct whet_affinity *cpus,
                                struct whet_bench_watch *watch, struct whet_error *err)
{
    struct whet_session_options o = {
        .rounds = {.seed = a->seed != 0 ? a->seed : whet__clock_wall_ns(),
                   .spawn_flags = WHET_SPAWN_DETAILS | WHET_SPAWN_TREE_MEMORY,
                   .pad_env = !a->no_pad,
                   .progress = whet__bench_watch_progress,
                   .stop = whet__terminal_stop,
                   .ctx = watch},
        .verdict = {.warn = a->warn,
                    .fail = a->fail,
                    .level = a->level,
                    .metric = WHET_VERDICT_AUTO},
        .metric = a->metric,
        .reference = a->reference,
        .confirm = a->confirm,
    };
    int rc = check(a, err);

    count_rounds(a, &o.rounds);
    if (rc == 0)
        rc = nice_read(a->priority, &o.rounds, err);
    if (rc == 0 && a->cpus != NULL) {
        rc = whet__affinity_parse(cpus, a->cpus, err);
        o.rounds.cpus = cpus;
    }
    if (rc == 0)
        *out = o;
    return rc;
}
