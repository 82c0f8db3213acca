/* Waiting for a child: its end, its output, its time and the caller's wish to stop, all
 * in one poll. Expected load: thousands of short runs whose wall time is what is
 * measured, so where there is nothing to watch it blocks in wait4 and adds nothing. */
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

#define SECOND_NS UINT64_C(1000000000)
#define GRACE_NS  (2 * SECOND_NS)
#define STOP_NS   (SECOND_NS / 10) /* between two questions whether to stop */
#define READ_MAX  ((size_t)64 * 1024)

enum phase {
    PHASE_RUNNING,
    PHASE_ASKED, /* SIGTERM is sent */
    PHASE_KILLED /* SIGKILL is sent */
};

struct watch {
    struct whet_child *child;
    struct whet_spawn_result *result;
    enum phase phase;
    uint64_t deadline_ns; /* of this phase; UINT64_MAX: none */
    int pidfd;            /* -1: the kernel has none, ask from time to time */
    int ended;
};

static int pidfd_open_for(const struct whet_child *c)
{
#ifdef SYS_pidfd_open
    if ((c->options->flags & WHET_SPAWN_NO_PIDFD) == 0)
        return (int)syscall(SYS_pidfd_open, c->pid, 0);
#endif
    (void)c;
    return -1;
}

static void child_signal(const struct whet_child *c, int number)
{
    int alone = (c->options->flags & WHET_SPAWN_SAME_GROUP) != 0;

    /* It has not been waited for, so the number is still its own. */
    (void)kill(alone ? c->pid : -c->pid, number);
}

static uint64_t time_after(uint64_t now, uint64_t ns)
{
    return ns < UINT64_MAX - now ? now + ns : UINT64_MAX;
}

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

static void watch_ask(struct watch *w, uint64_t now)
{
    uint64_t grace = w->child->options->grace_ns;

    child_signal(w->child, SIGTERM);
    child_signal(w->child, SIGCONT); /* a stopped process takes no SIGTERM */
    w->phase = PHASE_ASKED;
    w->deadline_ns = time_after(now, grace != 0 ? grace : GRACE_NS);
}

static void watch_advance(struct watch *w)
{
    const struct whet_spawn_options *o = w->child->options;
    uint64_t now = whet__clock_now_ns();

    if (w->phase == PHASE_RUNNING && o->stop != NULL && o->stop(o->ctx)) {
        w->result->stopped = 1;
        watch_ask(w, now);
    } else if (now < w->deadline_ns)
        return;
    else if (w->phase == PHASE_RUNNING) {
        w->result->timed_out = 1;
        watch_ask(w, now);
    } else if (w->phase == PHASE_ASKED) {
        child_signal(w->child, SIGKILL);
        w->phase = PHASE_KILLED;
        w->deadline_ns = UINT64_MAX;
    }
}

/* How long the next poll may take; UINT64_MAX: until something happens. */
static uint64_t watch_patience(const struct watch *w)
{
    uint64_t now = whet__clock_now_ns();
    uint64_t most = w->deadline_ns == UINT64_MAX ? UINT64_MAX
                    : w->deadline_ns > now       ? w->deadline_ns - now
                                                 : 0;

    if (w->phase == PHASE_RUNNING && w->child->options->stop != NULL && most > STOP_NS)
        most = STOP_NS;
    if (w->pidfd < 0) {
        /* Asking every 16th of its age so far costs little and errs little. */
        uint64_t step = (now - w->child->start_ns) / 16;

        step = step < 50000 ? 50000 : step > 5000000 ? 5000000 : step;
        most = most > step ? step : most;
    }
    return most;
}

/* Without a descriptor for it: has it ended? It stays to be waited for. */
static int child_has_ended(const struct whet_child *c)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == c->pid;
}

static void watch_poll(struct watch *w)
{
    struct whet_child *c = w->child;
    struct pollfd fds[3] = {
        {w->pidfd, POLLIN, 0}, {c->out.fd, POLLIN, 0}, {c->err.fd, POLLIN, 0}};
    uint64_t patience = watch_patience(w);
    struct timespec time = {(time_t)(patience / SECOND_NS), (long)(patience % SECOND_NS)};
    int count = ppoll(fds, 3, patience != UINT64_MAX ? &time : NULL, NULL);

    if (w->pidfd < 0)
        w->ended = child_has_ended(c);
    else
        w->ended = count > 0 && fds[0].revents != 0;
    if (w->ended)
        w->result->wall_ns = whet__clock_now_ns() - c->start_ns;
    if (count > 0 && fds[1].revents != 0)
        (void)pipe_read(&c->out);
    if (count > 0 && fds[2].revents != 0)
        (void)pipe_read(&c->err);
}

static void child_watch(struct whet_child *c, struct whet_spawn_result *out)
{
    uint64_t timeout = c->options->timeout_ns;
    struct watch w = {
        .child = c, .result = out, .deadline_ns = UINT64_MAX, .pidfd = pidfd_open_for(c)};

    if (timeout != 0)
        w.deadline_ns = time_after(c->start_ns, timeout);
    for (;;) {
        watch_poll(&w);
        if (w.ended)
            break;
        watch_advance(&w);
    }
    /* Its helpers must not outlive a run that was ended from here. */
    if (w.phase != PHASE_RUNNING && (c->options->flags & WHET_SPAWN_SAME_GROUP) == 0)
        child_signal(c, SIGKILL);
    if (w.pidfd >= 0)
        close(w.pidfd);
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
    if (out->wall_ns == 0)
        out->wall_ns = whet__clock_now_ns() - c->start_ns;
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    usage_take(&usage, out);
    return 0;
}

int whet__child_wait(struct whet_child *c, struct whet_spawn_result *out)
{
    struct whet_spawn_result result;
    int rc;

    memset(&result, 0, sizeof(result));
    if (c->out.fd >= 0 || c->err.fd >= 0 || c->options->timeout_ns != 0 ||
        c->options->stop != NULL)
        child_watch(c, &result);
    rc = child_reap(c, &result);
    pipe_finish(&c->out);
    pipe_finish(&c->err);
    result.out_cut = c->out.cut;
    result.err_cut = c->err.cut;
    if (rc == 0)
        *out = result;
    return rc;
}
