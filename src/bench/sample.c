/* Runs a command once. Nothing here takes time while it runs: what could compete with the
 * command (parsing its output, drawing progress) happens between runs. */
#include "bench/sample.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <whet/units.h>

/* One thread did it all when its own time is that of the whole run; the kernel's two clocks
 * differ by a little. */
#define ONE_THREAD_SHARE 0.97
#define ONE_THREAD_SLACK 100000 /* ns */

static int exit_is_fine(const struct whet_bench_arm *arm, int code)
{
    if (code == 0 || (arm->flags & WHET_BENCH_ANY_EXIT) != 0)
        return 1;
    for (size_t i = 0; i < arm->exit_count; i++) {
        if (arm->exits[i] == code)
            return 1;
    }
    return 0;
}

static enum whet_bench_outcome outcome_of(const struct whet_spawn_result *run,
                                          const struct whet_bench_arm *arm)
{
    if (run->stopped)
        return WHET_BENCH_STOPPED;
    if (run->timed_out)
        return WHET_BENCH_TIMEOUT;
    if (run->signal != 0)
        return WHET_BENCH_SIGNAL;
    return exit_is_fine(arm, run->exit_code) ? WHET_BENCH_OK : WHET_BENCH_EXIT;
}

static void explain(const struct whet_bench_sample *s, const struct whet_bench_arm *arm,
                    struct whet_error *why)
{
    char time[24];

    switch (s->outcome) {
    case WHET_BENCH_EXIT:
        whet_error_set(why, -ECHILD, "command failed with exit code %d: '%s'", s->run.exit_code,
                       arm->about.name);
        break;
    case WHET_BENCH_SIGNAL:
        whet_error_set(why, -ECHILD, "command was killed by signal %d: '%s'", s->run.signal,
                       arm->about.name);
        break;
    case WHET_BENCH_TIMEOUT:
        whet_error_set(why, -ETIMEDOUT, "command took longer than %s: '%s'",
                       whet_duration_format(arm->timeout_ns, time, sizeof(time)),
                       arm->about.name);
        break;
    case WHET_BENCH_OK:
    case WHET_BENCH_NO_ANSWER:
    case WHET_BENCH_STOPPED:
    case WHET_BENCH_NOT_STARTED:  /* said by the spawn ... */
    case WHET_BENCH_NOT_PREPARED: /* ... and by the hook */
        break;
    }
}

static struct whet_text *emptied(struct whet_text *t)
{
    if (t != NULL)
        whet__text_reset(t);
    return t;
}

void whet__sample_take(struct whet_bench_sample *out, const struct whet_bench_arm *arm,
                       const struct whet_bench_output *output,
                       const struct whet_sample_options *options, struct whet_error *why)
{
    struct whet_text *out_text = emptied(output->out), *err_text = emptied(output->err);
    struct whet_spawn_options o = {.argv = arm->argv,
                                   .program = arm->program,
                                   .env = options->env != NULL ? options->env : arm->env,
                                   .cwd = arm->cwd,
                                   .stdin_path = arm->stdin_path,
                                   .out = out_text ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                   .err = err_text ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                   .out_text = out_text,
                                   .err_text = err_text,
                                   .flags = options->spawn_flags,
                                   .timeout_ns = arm->timeout_ns,
                                   .cpus = options->cpus,
                                   .nice = options->nice,
                                   .counters = options->counters,
                                   .stop = options->stop,
                                   .ctx = options->ctx};

    memset(&out->run, 0, sizeof(out->run));
    out->error = whet__spawn_run(&o, &out->run, why);
    out->outcome = out->error != 0 ? WHET_BENCH_NOT_STARTED : outcome_of(&out->run, arm);
    explain(out, arm, why);
}

/* The values of /proc, where it could be read. */
static void proc_values(const struct whet_spawn_result *run, double *v)
{
    uint64_t cpu = run->user_ns + run->sys_ns;

    if ((run->known & WHET_SPAWN_KNOWS_DELAY) != 0) {
        v[WHET_METRIC_DELAY] = (double)run->delay_ns;
        if ((double)run->main_cpu_ns + ONE_THREAD_SLACK >= ONE_THREAD_SHARE * (double)cpu &&
            run->delay_ns < run->wall_ns)
            v[WHET_METRIC_ACTIVE] = (double)(run->wall_ns - run->delay_ns);
    }
    if ((run->known & WHET_SPAWN_KNOWS_IO) != 0) {
        v[WHET_METRIC_READ] = (double)run->read_bytes;
        v[WHET_METRIC_WRITTEN] = (double)run->written_bytes;
        v[WHET_METRIC_STORAGE_READ] = (double)run->storage_read_bytes;
        v[WHET_METRIC_STORAGE_WRITTEN] = (double)run->storage_written_bytes;
    }
    if ((run->known & WHET_SPAWN_KNOWS_TREE_MEMORY) != 0 &&
        run->tree_rss_bytes > run->rss_floor_bytes + WHET_SAMPLE_RSS_SLACK)
        v[WHET_METRIC_TREE_MEMORY] = (double)run->tree_rss_bytes;
}

static void counter_values(const struct whet_spawn_result *run, double *v)
{
    if ((run->known & WHET_SPAWN_KNOWS_CYCLES) != 0)
        v[WHET_METRIC_CYCLES] = (double)run->cycles;
    if ((run->known & WHET_SPAWN_KNOWS_INSTRUCTIONS) != 0)
        v[WHET_METRIC_INSTRUCTIONS] = (double)run->instructions;
    if ((run->known & WHET_SPAWN_KNOWS_BRANCH_MISSES) != 0)
        v[WHET_METRIC_BRANCH_MISSES] = (double)run->branch_misses;
    if ((run->known & WHET_SPAWN_KNOWS_CACHE_MISSES) != 0)
        v[WHET_METRIC_CACHE_MISSES] = (double)run->cache_misses;
}

void whet__sample_values(const struct whet_bench_sample *sample, double *v)
{
    const struct whet_spawn_result *run = &sample->run;

    for (unsigned i = 0; i < WHET_METRIC_IDS; i++)
        v[i] = NAN;
    if (sample->outcome == WHET_BENCH_NOT_STARTED || sample->outcome == WHET_BENCH_NOT_PREPARED)
        return;
    v[WHET_METRIC_WALL] = (double)run->wall_ns;
    v[WHET_METRIC_CPU] = (double)(run->user_ns + run->sys_ns);
    v[WHET_METRIC_USER] = (double)run->user_ns;
    v[WHET_METRIC_SYSTEM] = (double)run->sys_ns;
    if (run->max_rss_bytes > run->rss_floor_bytes + WHET_SAMPLE_RSS_SLACK)
        v[WHET_METRIC_MEMORY] = (double)run->max_rss_bytes;
    v[WHET_METRIC_MINOR_FAULTS] = (double)run->minor_faults;
    v[WHET_METRIC_MAJOR_FAULTS] = (double)run->major_faults;
    v[WHET_METRIC_VOLUNTARY] = (double)run->voluntary_switches;
    v[WHET_METRIC_INVOLUNTARY] = (double)run->involuntary_switches;
    proc_values(run, v);
    counter_values(run, v);
}
