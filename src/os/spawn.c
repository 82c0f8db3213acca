/* Starting one program. posix_spawn and never fork: with a large parent, fork takes
 * tens of milliseconds for page tables that exec throws away at once. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/child.h"
#include "os/clock.h"

/* What is needed while it is being started. */
struct start {
    const struct whet_spawn_options *options;
    const char *program;
    struct whet_text found;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int out_end; /* writing ends of pipes; -1: none */
    int err_end;
};

/* A pipe whose reading end never blocks. */
static int pipe_open(struct whet_child_pipe *p, int *write_end)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return -errno;
    if (fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0) {
        int error = -errno;

        close(fds[0]);
        close(fds[1]);
        return error;
    }
    p->fd = fds[0];
    *write_end = fds[1];
    return 0;
}

static int output_set(struct start *s, enum whet_spawn_output output, int fd, int *write_end,
                      struct whet_child_pipe *p)
{
    int rc = 0;

    switch (output) {
    case WHET_SPAWN_NULL:
        return -posix_spawn_file_actions_addopen(&s->actions, fd, "/dev/null", O_WRONLY, 0);
    case WHET_SPAWN_INHERIT:
        return 0;
    case WHET_SPAWN_STDOUT:
        return -posix_spawn_file_actions_adddup2(&s->actions, STDOUT_FILENO, fd);
    case WHET_SPAWN_CAPTURE:
        rc = pipe_open(p, write_end);
        return rc != 0 ? rc : -posix_spawn_file_actions_adddup2(&s->actions, *write_end, fd);
    }
    return -EINVAL;
}

static int actions_set(struct start *s, struct whet_child *c)
{
    const struct whet_spawn_options *o = s->options;
    const char *input = o->stdin_path != NULL ? o->stdin_path : "/dev/null";
    int rc = 0;

    if ((o->flags & WHET_SPAWN_INHERIT_INPUT) == 0)
        rc = -posix_spawn_file_actions_addopen(&s->actions, STDIN_FILENO, input, O_RDONLY, 0);
    if (rc == 0)
        rc = output_set(s, o->out, STDOUT_FILENO, &s->out_end, &c->out);
    if (rc == 0)
        rc = output_set(s, o->err, STDERR_FILENO, &s->err_end, &c->err);
    /* Last, so that the path of the input is from where we are. */
    if (rc == 0 && o->cwd != NULL)
        rc = -posix_spawn_file_actions_addchdir_np(&s->actions, o->cwd);
    return rc;
}

static int attributes_set(struct start *s)
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

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Starts it; c->start_ns is the moment before. */
static int start_run(struct start *s, struct whet_child *c)
{
    const struct whet_spawn_options *o = s->options;
    char *const *env = o->env != NULL ? (char *const *)o->env : environ;
    int rc = actions_set(s, c);

    if (rc == 0)
        rc = attributes_set(s);
    if (rc == 0) {
        c->start_ns = whet__clock_now_ns();
        rc = -posix_spawn(&c->pid, s->program, &s->actions, &s->attributes,
                          (char *const *)o->argv, env);
    }
    /* Our copies, or the pipes would never end. */
    descriptor_close(&s->out_end);
    descriptor_close(&s->err_end);
    if (rc != 0) {
        descriptor_close(&c->out.fd);
        descriptor_close(&c->err.fd);
    }
    return rc;
}

/* 0 if `program`, which may be relative to `cwd`, is a file; else -errno. */
static int program_stat(const char *cwd, const char *program)
{
    char path[PATH_MAX];
    struct stat st;
    int folder = cwd != NULL && program[0] != '/';
    int len =
        snprintf(path, sizeof(path), "%s%s%s", folder ? cwd : "", folder ? "/" : "", program);

    if (len < 0 || (size_t)len >= sizeof(path))
        return -ENAMETOOLONG;
    if (stat(path, &st) != 0)
        return -errno;
    return S_ISREG(st.st_mode) ? 0 : -EISDIR;
}

static int input_check(const char *path)
{
    return path == NULL || access(path, R_OK) == 0 ? 0 : -errno;
}

static int folder_check(const char *path)
{
    struct stat st;

    if (path == NULL)
        return 0;
    if (stat(path, &st) != 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    return access(path, X_OK) == 0 ? 0 : -errno;
}

/* The kernel gives one number for many causes: finds out which it was. */
static int explain(const struct whet_spawn_options *o, const char *program, int rc,
                   struct whet_error *err)
{
    int folder = folder_check(o->cwd);
    int input = (o->flags & WHET_SPAWN_INHERIT_INPUT) != 0 ? 0 : input_check(o->stdin_path);
    int file = program_stat(o->cwd, program);

    if (folder != 0)
        return whet_error_set(err, folder, "cannot enter folder: '%s': %s", o->cwd,
                              strerror(-folder));
    if (input != 0)
        return whet_error_set(err, input, "cannot open input: '%s': %s", o->stdin_path,
                              strerror(-input));
    if (file == -ENOENT)
        return whet_error_set(err, rc, "cannot find program: '%s': check its name", program);
    if (file == -EISDIR && rc == -EACCES)
        return whet_error_set(err, rc, "not a program: '%s': it is a folder or a device",
                              program);
    if (rc == -ENOENT)
        return whet_error_set(
            err, rc, "cannot find the interpreter of '%s': look at its first line", program);
    if (rc == -ENOEXEC)
        return whet_error_set(
            err, rc, "not a program: '%s': a script needs a first line with #!", program);
    return whet_error_set(err, rc, "cannot run: '%s': %s", program, strerror(-rc));
}

/* Finds out what file is to be run. */
static int program_choose(struct start *s, struct whet_error *err)
{
    const struct whet_spawn_options *o = s->options;
    int rc;

    if (o->argv == NULL || o->argv[0] == NULL || o->argv[0][0] == '\0')
        return whet_error_set(err, -EINVAL, "no program to run: the command is empty");
    s->program = o->program != NULL ? o->program : o->argv[0];
    if (o->program != NULL || strchr(o->argv[0], '/') != NULL)
        return 0;
    rc = whet__spawn_find(o->argv[0], &s->found);
    if (rc == -ENOENT)
        return whet_error_set(err, rc, "cannot find program: '%s': it is not in PATH",
                              o->argv[0]);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot run: '%s': %s", o->argv[0], strerror(-rc));
    s->program = whet__text_str(&s->found);
    return 0;
}

static uint64_t own_peak(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

int whet__spawn_run(const struct whet_spawn_options *options, struct whet_spawn_result *out,
                    struct whet_error *err)
{
    struct start s = {.options = options, .out_end = -1, .err_end = -1};
    struct whet_child child = {.options = options,
                               .out = {-1, 0, options->out_text},
                               .err = {-1, 0, options->err_text}};
    uint64_t floor = own_peak();
    int rc;

    if ((options->out == WHET_SPAWN_CAPTURE && options->out_text == NULL) ||
        (options->err == WHET_SPAWN_CAPTURE && options->err_text == NULL) ||
        options->out == WHET_SPAWN_STDOUT)
        return whet_error_set(err, -EINVAL, "no place to capture output in");
    whet__text_init(&s.found, PATH_MAX);
    (void)posix_spawn_file_actions_init(&s.actions);
    (void)posix_spawnattr_init(&s.attributes);
    rc = program_choose(&s, err);
    if (rc != 0)
        goto out;
    rc = start_run(&s, &child);
    if (rc != 0) {
        rc = explain(options, s.program, rc, err);
        goto out;
    }
    rc = whet__child_wait(&child, out);
    if (rc != 0)
        rc = whet_error_set(err, rc, "cannot wait for '%s': %s", s.program, strerror(-rc));
    else
        out->rss_floor_bytes = floor;
out:
    posix_spawnattr_destroy(&s.attributes);
    posix_spawn_file_actions_destroy(&s.actions);
    whet__text_clear(&s.found);
    return rc;
}
