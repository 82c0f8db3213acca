/* Waiting for a child. Expected load: thousands of short runs whose wall time is what is
 * measured. Between its start and its end nothing happens here but one blocking call; where
 * its output is wanted, one for each piece of it. */
#include "os/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/counters.h"
#include "os/proc.h"

#define SECOND_NS UINT64_C(1000000000)
#define READ_MAX  ((size_t)64 * 1024)

static void pipe_close(struct whet_child_pipe *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

/* Where the next bytes go, and how many may; NULL once the text is full. */
static char *pipe_room(struct whet_child_pipe *p, size_t *size)
{
    struct whet_text *t = p->text;

    *size = t->error == 0 ? t->max - t->len : 0;
    if (*size > READ_MAX)
        *size = READ_MAX;
    return *size > 0 ? whet__text_reserve(t, *size) : NULL;
}

/* Reads what is there, once, and says how much. */
static size_t pipe_read(struct whet_child_pipe *p)
{
    char dropped[4096];
    size_t size;
    char *into = pipe_room(p, &size);
    ssize_t got;

    do
        got = read(p->fd, into != NULL ? into : dropped, into != NULL ? size : sizeof(dropped));
    while (got < 0 && errno == EINTR);
    if (got == 0)
        pipe_close(p);
    if (got <= 0)
        return 0;
    if (into == NULL)
        p->cut = 1;
    else {
        p->text->len += (size_t)got;
        p->text->data[p->text->len] = '\0';
    }
    return (size_t)got;
}

/* What is in the pipe now: all that the child itself has left, for it has ended. What
 * its own children may still write, without end perhaps, is not waited for. */
static void pipe_finish(struct whet_child_pipe *p)
{
    int left = 0;

    if (p->fd >= 0 && ioctl(p->fd, FIONREAD, &left) == 0)
        while (p->fd >= 0 && left > 0) {
            size_t got = pipe_read(p);

            if (got == 0)
                break;
            left -= (int)got;
        }
    pipe_close(p);
}

static int pidfd_open_for(const struct whet_child *c)
{
#ifdef SYS_pidfd_open
    if ((c->options->flags & WHET_SPAWN_NO_PIDFD) == 0)
        return (int)syscall(SYS_pidfd_open, c->pid, 0);
#endif
    (void)c;
    return -1;
}

/* Has it ended? It stays to be waited for. With WNOHANG it does not block. */
static int child_ended(const struct whet_child *c, int flags, int *error)
{
    siginfo_t info;
    int rc;

    do {
        memset(&info, 0, sizeof(info));
        rc = waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | flags);
    } while (rc != 0 && errno == EINTR);
    *error = rc != 0 ? -errno : 0;
    return rc != 0 || info.si_pid == c->pid;
}

/* Asking every 16th of its age so far costs little and errs little. */
static struct timespec step_without_pidfd(const struct whet_child *c)
{
    uint64_t step = (whet__clock_now_ns() - c->start_ns) / 16;

    step = step < 50000 ? 50000 : step > 5000000 ? 5000000 : step;
    return (struct timespec){0, (long)step};
}

/* Reads what it prints until it has ended. */
static int child_read(struct whet_child *c, uint64_t *end_ns)
{
    int pidfd = pidfd_open_for(c), ended = 0, error = 0;

    while (!ended) {
        struct pollfd fds[3] = {
            {pidfd, POLLIN, 0}, {c->out.fd, POLLIN, 0}, {c->err.fd, POLLIN, 0}};
        struct timespec step = step_without_pidfd(c);
        int count = ppoll(fds, 3, pidfd < 0 ? &step : NULL, NULL);

        ended = pidfd < 0 ? child_ended(c, WNOHANG, &error) : count > 0 && fds[0].revents != 0;
        if (ended)
            *end_ns = whet__clock_now_ns();
        if (count > 0 && fds[1].revents != 0)
            (void)pipe_read(&c->out);
        if (count > 0 && fds[2].revents != 0)
            (void)pipe_read(&c->err);
    }
    if (pidfd >= 0)
        close(pidfd);
    return error;
}

static int child_sleep(const struct whet_child *c, uint64_t *end_ns)
{
    int error;

    (void)child_ended(c, 0, &error);
    *end_ns = whet__clock_now_ns();
    return error;
}

static uint64_t time_ns(struct timeval t)
{
    return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_usec * 1000;
}

static void usage_take(const struct rusage *u, struct whet_spawn_result *out)
{
    out->user_ns = time_ns(u->ru_utime);
    out->sys_ns = time_ns(u->ru_stime);
    out->max_rss_bytes = (uint64_t)u->ru_maxrss * 1024;
    out->minor_faults = (uint64_t)u->ru_minflt;
    out->major_faults = (uint64_t)u->ru_majflt;
    out->voluntary_switches = (uint64_t)u->ru_nvcsw;
    out->involuntary_switches = (uint64_t)u->ru_nivcsw;
    out->blocks_in = (uint64_t)u->ru_inblock;
    out->blocks_out = (uint64_t)u->ru_oublock;
}

/* What /proc knows while it has ended and is not yet waited for. */
static void details_take(const struct whet_child *c, struct whet_spawn_result *out)
{
    struct whet_proc_schedule schedule;
    struct whet_proc_io io;

    if (whet__proc_io(c->pid, &io) == 0) {
        out->known |= WHET_SPAWN_KNOWS_IO;
        out->read_bytes = io.read_bytes;
        out->written_bytes = io.written_bytes;
        out->storage_read_bytes = io.storage_read_bytes;
        out->storage_written_bytes = io.storage_written_bytes;
    }
    /* Last: the end is told a moment before the thread has run for the last time. */
    if (whet__proc_schedule(c->pid, &schedule) == 0) {
        out->known |= WHET_SPAWN_KNOWS_DELAY;
        out->delay_ns = schedule.delay_ns;
        out->main_cpu_ns = schedule.cpu_ns;
    }
}

static void watch_take(const struct whet_watch *w, struct whet_spawn_result *out)
{
    out->timed_out = w->timed_out;
    out->stopped = w->stopped;
    if (w->tree_known) {
        out->known |= WHET_SPAWN_KNOWS_TREE_MEMORY;
        out->tree_rss_bytes =
            w->tree_rss_bytes > out->max_rss_bytes ? w->tree_rss_bytes : out->max_rss_bytes;
    }
}

static int child_reap(struct whet_child *c, struct whet_spawn_result *out)
{
    struct rusage usage;
    int status;
    pid_t got;

    do
        got = wait4(c->pid, &status, 0, &usage);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    usage_take(&usage, out);
    return 0;
}

int whet__child_wait(struct whet_child *c, struct whet_spawn_result *out)
{
    const struct whet_spawn_options *o = c->options;
    struct whet_spawn_result result;
    uint64_t end_ns = 0;
    int rc;

    memset(&result, 0, sizeof(result));
    if (c->out.fd >= 0 || c->err.fd >= 0)
        rc = child_read(c, &end_ns);
    else
        rc = child_sleep(c, &end_ns);
    result.wall_ns = end_ns - c->start_ns;
    whet__watch_end(&c->watch);
    if (rc == 0) {
        if ((o->flags & WHET_SPAWN_DETAILS) != 0)
            details_take(c, &result);
        /* Its helpers must not outlive a run that was ended from here. */
        if (c->watch.phase != WHET_WATCH_RUNNING && (o->flags & WHET_SPAWN_SAME_GROUP) == 0)
            whet__watch_signal(&c->watch, SIGKILL);
        rc = child_reap(c, &result);
    }
    if (rc == 0 && o->counters != NULL)
        whet__counters_end(o->counters, c->pid, &result);
    watch_take(&c->watch, &result);
    pipe_finish(&c->out);
    pipe_finish(&c->err);
    result.out_cut = c->out.cut;
    result.err_cut = c->err.cut;
    if (rc == 0)
        *out = result;
    return rc;
}
