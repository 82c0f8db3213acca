/* One run from its options to its result: which file it is, starting it, waiting for it, and
 * saying what was in the way when it could not be started. */
#include "os/spawn.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/child.h"
#include "os/counters.h"
#include "os/start.h"
#include "os/watch.h"

/* Finds out what file is to be run; `found` is room for its path. */
static int program_choose(const struct whet_spawn_options *o, struct whet_text *found,
                          const char **program, struct whet_error *err)
{
    int rc;

    if (o->argv == NULL || o->argv[0] == NULL ||
        (o->program == NULL && o->argv[0][0] == '\0') ||
        (o->program != NULL && o->program[0] == '\0'))
        return whet_error_set(err, -EINVAL, "no program to run: the command is empty");
    *program = o->program != NULL ? o->program : o->argv[0];
    if (o->program != NULL || strchr(o->argv[0], '/') != NULL)
        return 0;
    rc = whet__spawn_find(o->argv[0], found);
    if (rc == -ENOENT)
        return whet_error_set(err, rc, "cannot find program: '%s': it is not in PATH",
                              o->argv[0]);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot run: '%s': %s", o->argv[0], strerror(-rc));
    *program = whet__text_str(found);
    return 0;
}

static uint64_t own_peak(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

/* Starts it; when this fails nothing runs and nobody watches. */
static int run_start(struct whet_start *s, struct whet_error *err)
{
    const struct whet_spawn_options *o = s->options;
    struct whet_error why = {0};
    int rc = whet__watch_begin(&s->child->watch, o);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot watch '%s': %s", s->program, strerror(-rc));
    if (o->counters != NULL)
        whet__counters_begin(o->counters);
    rc = whet__start_go(s, &why);
    if (rc == 0)
        return 0;
    whet__watch_end(&s->child->watch);
    if (why.code == 0)
        return whet__spawn_explain(o->cwd, s->program, rc, err);
    return whet_error_set(err, rc, "%s", why.text);
}

static void pipes_close(struct whet_child *c)
{
    if (c->out.fd >= 0)
        close(c->out.fd);
    if (c->err.fd >= 0)
        close(c->err.fd);
}

int whet__spawn_run(const struct whet_spawn_options *options, struct whet_spawn_result *out,
                    struct whet_error *err)
{
    struct whet_child child = {.options = options,
                               .out = {-1, 0, options->out_text},
                               .err = {-1, 0, options->err_text}};
    uint64_t floor = 0;
    struct whet_start start;
    struct whet_text found;
    const char *program = NULL;
    int rc;

    if ((options->out == WHET_SPAWN_CAPTURE && options->out_text == NULL) ||
        (options->err == WHET_SPAWN_CAPTURE && options->err_text == NULL) ||
        options->out == WHET_SPAWN_STDOUT)
        return whet_error_set(err, -EINVAL, "no place to capture output in");
    whet__text_init(&found, PATH_MAX);
    rc = program_choose(options, &found, &program, err);
    if (rc != 0)
        goto out;
    rc = whet__start_prepare(&start, options, program, &child, err);
    if (rc == 0)
        rc = run_start(&start, err);
    if (rc == 0) {
        floor = own_peak(); /* what preparing it took is a part of it */
        rc = whet__child_wait(&child, out);
        if (rc != 0)
            rc = whet_error_set(err, rc, "cannot wait for '%s': %s", program, strerror(-rc));
        else
            out->rss_floor_bytes = floor;
    }
    pipes_close(&child);
    whet__start_clear(&start); /* not earlier: it would compete with the child */
out:
    whet__text_clear(&found);
    return rc;
}
