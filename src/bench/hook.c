/* Hooks may take long (a build, dropping caches): they are waited for without limit. */
#include "bench/hook.h"

#include <errno.h>
#include <string.h>

#define OUTPUT_MAX 4096

static const char *const names[] = {"setup", "prepare", "conclude", "cleanup"};

/* The last line of what it said, which is mostly the one that matters. */
static const char *last_line(struct whet_text *output)
{
    char *text = output->data, *line;

    while (output->len > 0 && text[output->len - 1] == '\n')
        whet__text_truncate(output, output->len - 1);
    if (output->len == 0)
        return "it said nothing";
    line = strrchr(text, '\n');
    return line != NULL ? line + 1 : text;
}

static int explain(const char *name, const struct whet_bench_arm *arm,
                   const struct whet_spawn_result *run, struct whet_text *output,
                   struct whet_error *err)
{
    if (run->signal != 0)
        return whet_error_set(err, -ECHILD, "%s of '%.200s' was killed by signal %d: %.200s",
                              name, arm->about.name, run->signal, last_line(output));
    return whet_error_set(err, -ECHILD, "%s of '%.200s' failed with exit code %d: %.200s", name,
                          arm->about.name, run->exit_code, last_line(output));
}

int whet__hook_run(const struct whet_bench_arm *arm, enum whet_hook hook,
                   int (*stop)(void *ctx), void *ctx, struct whet_error *err)
{
    const char *const *const hooks[] = {arm->setup, arm->prepare, arm->conclude, arm->cleanup};
    struct whet_spawn_result run;
    struct whet_text output;
    struct whet_spawn_options o = {.argv = hooks[hook],
                                   .env = arm->env,
                                   .cwd = arm->cwd,
                                   .out = WHET_SPAWN_NULL,
                                   .err = WHET_SPAWN_CAPTURE,
                                   .err_text = &output,
                                   .stop = stop,
                                   .ctx = ctx};
    int rc;

    if (hooks[hook] == NULL)
        return 0;
    whet__text_init(&output, OUTPUT_MAX);
    rc = whet__spawn_run(&o, &run, err);
    if (rc == 0 && run.stopped)
        rc = whet_error_set(err, -ECANCELED, "%s of '%.200s' was stopped", names[hook],
                            arm->about.name);
    else if (rc == 0 && (run.signal != 0 || run.exit_code != 0))
        rc = explain(names[hook], arm, &run, &output, err);
    whet__text_clear(&output);
    return rc;
}
