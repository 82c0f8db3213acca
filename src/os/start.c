/* Getting a program to run. posix_spawn and never fork: with a large parent, fork takes tens
 * of milliseconds for page tables that exec throws away at once. Files are opened here before
 * the clock starts, and the child only copies descriptors: each file it would have to
 * open itself is two system calls more in what is measured. */
#include "os/start.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/affinity.h"
#include "os/clock.h"
#include "os/pipe.h"

static int null_open(struct whet_start *s)
{
    if (s->null_fd < 0)
        s->null_fd = whet__fd_above_standard(open("/dev/null", O_RDWR | O_CLOEXEC));
    return s->null_fd >= 0 ? 0 : -errno;
}

static int copy_add(struct whet_start *s, int from, int to)
{
    return -posix_spawn_file_actions_adddup2(&s->actions, from, to);
}

static int input_set(struct whet_start *s, struct whet_error *err)
{
    const char *path = s->options->stdin_path;
    int rc = 0;

    if ((s->options->flags & WHET_SPAWN_INHERIT_INPUT) != 0)
        return 0;
    if (path == NULL) {
        rc = null_open(s);
        return rc != 0 ? rc : copy_add(s, s->null_fd, STDIN_FILENO);
    }
    s->in_fd = whet__fd_above_standard(open(path, O_RDONLY | O_CLOEXEC));
    if (s->in_fd < 0) {
        rc = -errno;
        return whet_error_set(err, rc, "cannot open input: '%s': %s", path, strerror(-rc));
    }
    return copy_add(s, s->in_fd, STDIN_FILENO);
}

static int output_set(struct whet_start *s, enum whet_spawn_output output, int fd,
                      int *write_end, struct whet_child_pipe *p)
{
    int rc = 0;

    switch (output) {
    case WHET_SPAWN_NULL:
        rc = null_open(s);
        return rc != 0 ? rc : copy_add(s, s->null_fd, fd);
    case WHET_SPAWN_INHERIT:
        return 0;
    case WHET_SPAWN_STDOUT:
        return copy_add(s, STDOUT_FILENO, fd);
    case WHET_SPAWN_CAPTURE:
        rc = whet__pipe_open(&p->fd, write_end);
        return rc != 0 ? rc : copy_add(s, *write_end, fd);
    }
    return -EINVAL;
}

static int actions_set(struct whet_start *s, struct whet_error *err)
{
    const struct whet_spawn_options *o = s->options;
    int rc = input_set(s, err);

    if (rc == 0)
        rc = output_set(s, o->out, STDOUT_FILENO, &s->out_fd, &s->child->out);
    if (rc == 0)
        rc = output_set(s, o->err, STDERR_FILENO, &s->err_fd, &s->child->err);
    if (rc == 0 && o->cwd != NULL)
        rc = -posix_spawn_file_actions_addchdir_np(&s->actions, o->cwd);
    return rc;
}

static int attributes_set(struct whet_start *s)
{
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t none, defaults;

    sigemptyset(&none);
    sigemptyset(&defaults);
    /* We ignore it, and ignoring would be inherited. */
    sigaddset(&defaults, SIGPIPE);
    if ((s->options->flags & WHET_SPAWN_SAME_GROUP) == 0)
        flags |= POSIX_SPAWN_SETPGROUP;
    (void)posix_spawnattr_setsigmask(&s->attributes, &none);
    (void)posix_spawnattr_setsigdefault(&s->attributes, &defaults);
    (void)posix_spawnattr_setpgroup(&s->attributes, 0);
    return -posix_spawnattr_setflags(&s->attributes, flags);
}

int whet__start_prepare(struct whet_start *s, const struct whet_spawn_options *options,
                        const char *program, struct whet_child *child, struct whet_error *err)
{
    struct whet_error why = {0};
    int rc;

    *s = (struct whet_start){.options = options,
                             .program = program,
                             .child = child,
                             .null_fd = -1,
                             .in_fd = -1,
                             .out_fd = -1,
                             .err_fd = -1};
    (void)posix_spawn_file_actions_init(&s->actions);
    (void)posix_spawnattr_init(&s->attributes);
    rc = actions_set(s, &why);
    if (rc == 0)
        rc = attributes_set(s);
    if (rc != 0 && why.code == 0)
        whet_error_set(&why, rc, "cannot run: '%s': %s", program, strerror(-rc));
    if (rc != 0 && err != NULL)
        *err = why;
    return rc;
}

/* The moment. */
static int start_here(struct whet_start *s)
{
    const struct whet_spawn_options *o = s->options;
    char *const *env = o->env != NULL ? (char *const *)o->env : environ;
    uint64_t start_ns = whet__clock_now_ns();
    pid_t pid;
    int rc = -posix_spawn(&pid, s->program, &s->actions, &s->attributes, (char *const *)o->argv,
                          env);

    if (rc != 0)
        return rc;
    whet__watch_started(&s->child->watch, pid, start_ns);
    s->child->pid = pid;
    s->child->start_ns = start_ns;
    return 0;
}

/* Gives the calling thread the place and priority that the child is to inherit. */
static int place_take(const struct whet_spawn_options *o, struct whet_error *err)
{
    char list[128];
    int rc;

    if (o->cpus != NULL) {
        rc = whet__affinity_apply(o->cpus);
        if (rc != 0)
            return whet_error_set(err, rc, "cannot run on processor %s: %s",
                                  whet__affinity_format(o->cpus, list, sizeof(list)),
                                  strerror(-rc));
    }
    if ((o->flags & WHET_SPAWN_NICE) == 0)
        return 0;
    if (o->nice < -20 || o->nice > 19)
        return whet_error_set(err, -EINVAL, "no such priority: %d: from -20 to 19 are possible",
                              o->nice);
    /* Of this thread only, as Linux understands it. */
    if (setpriority(PRIO_PROCESS, 0, o->nice) != 0) {
        rc = -errno;
        return whet_error_set(err, rc, "cannot run with priority %d: %s: try a higher number",
                              o->nice, strerror(-rc));
    }
    return 0;
}

struct elsewhere {
    struct whet_start *start;
    struct whet_error why;
    int rc;
};

static void *start_elsewhere(void *arg)
{
    struct elsewhere *e = arg;

    e->rc = place_take(e->start->options, &e->why);
    if (e->rc == 0)
        e->rc = start_here(e->start);
    return NULL;
}

/* A thread of its own takes the place of the child and is gone: the caller's own place need
 * not be given back, which for a priority only root may do. */
static int start_placed(struct whet_start *s, struct whet_error *err)
{
    struct elsewhere e = {.start = s};
    pthread_t thread;
    int rc = -pthread_create(&thread, NULL, start_elsewhere, &e);

    if (rc != 0)
        return rc;
    pthread_join(thread, NULL);
    if (e.rc != 0 && e.why.code != 0 && err != NULL)
        *err = e.why;
    return e.rc;
}

int whet__start_go(struct whet_start *s, struct whet_error *err)
{
    const struct whet_spawn_options *o = s->options;

    if (o->cpus != NULL || (o->flags & WHET_SPAWN_NICE) != 0)
        return start_placed(s, err);
    return start_here(s);
}

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void whet__start_clear(struct whet_start *s)
{
    descriptor_close(&s->null_fd);
    descriptor_close(&s->in_fd);
    descriptor_close(&s->out_fd);
    descriptor_close(&s->err_fd);
    posix_spawnattr_destroy(&s->attributes);
    posix_spawn_file_actions_destroy(&s->actions);
}
