/* Runs a command once. Nothing here takes time while it runs: what could compete with the
 * command (parsing its output, drawing progress) happens between runs. */
#include "bench/sample.h"

#include <errno.h>
#include <string.h>

#include <whet/units.h>

static enum whet_bench_outcome outcome_of(const struct whet_spawn_result *run, unsigned flags)
{
    if (run->stopped)
        return WHET_BENCH_STOPPED;
    if (run->timed_out)
        return WHET_BENCH_TIMEOUT;
    if (run->signal != 0)
        return WHET_BENCH_SIGNAL;
    if (run->exit_code != 0 && !(flags & WHET_BENCH_ANY_EXIT))
        return WHET_BENCH_EXIT;
    return WHET_BENCH_OK;
}

static void explain(const struct whet_bench_sample *s, const struct whet_bench_arm *arm,
                    struct whet_error *why)
{
    char time[24];

    switch (s->outcome) {
    case WHET_BENCH_EXIT:
        whet_error_set(why, -ECHILD, "command failed with exit code %d: '%s'", s->run.exit_code,
                       arm->name);
        break;
    case WHET_BENCH_SIGNAL:
        whet_error_set(why, -ECHILD, "command was killed by signal %d: '%s'", s->run.signal,
                       arm->name);
        break;
    case WHET_BENCH_TIMEOUT:
        whet_error_set(why, -ETIMEDOUT, "command took longer than %s: '%s'",
                       whet_duration_format(arm->timeout_ns, time, sizeof(time)), arm->name);
        break;
    case WHET_BENCH_OK:
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
                       const struct whet_bench_output *output, int (*stop)(void *ctx),
                       void *ctx, struct whet_error *why)
{
    struct whet_text *out_text = emptied(output->out), *err_text = emptied(output->err);
    struct whet_spawn_options o = {.argv = arm->argv,
                                   .env = arm->env,
                                   .cwd = arm->cwd,
                                   .stdin_path = arm->stdin_path,
                                   .out = out_text ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                   .err = err_text ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                   .out_text = out_text,
                                   .err_text = err_text,
                                   .timeout_ns = arm->timeout_ns,
                                   .stop = stop,
                                   .ctx = ctx};

    memset(&out->run, 0, sizeof(out->run));
    out->error = whet__spawn_run(&o, &out->run, why);
    out->outcome = out->error != 0 ? WHET_BENCH_NOT_STARTED : outcome_of(&out->run, arm->flags);
    explain(out, arm, why);
}
