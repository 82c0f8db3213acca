/* Traces, from outside. Expected load: one for each command; what is told of their files is
 * made by a thread of its own (tracer_serve.c), so that no command ever waits for the executor,
 * which may be reading a large file, or waiting for a reader. */
#include "os/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/thread.h"
#include "os/tracer_inside.h"

#define TRACE_BYTES ((size_t)256 << 20)
#define JOIN_S      5

static int thread_start(struct whet_tracer *t)
{
    struct epoll_event event = {.events = EPOLLIN};

    t->events = epoll_create1(EPOLL_CLOEXEC);
    t->stop = eventfd(0, EFD_CLOEXEC);
    if (t->events < 0 || t->stop < 0 ||
        epoll_ctl(t->events, EPOLL_CTL_ADD, t->stop, &event) != 0)
        return -errno;
    return whet__thread_start(&t->thread, whet__tracer_serve, t);
}

static void close_rest(struct whet_tracer *t)
{
    whet__looks_clear(&t->looks);
    if (t->events >= 0)
        close(t->events);
    if (t->stop >= 0)
        close(t->stop);
    whet__notice_filter_clear(&t->filter);
    pthread_mutex_destroy(&t->lock);
    whet__mem_free(t);
}

static void calls_init(struct whet_tracer *t)
{
    t->queue_end = &t->queue;
    for (size_t i = WHET_TRACER_CALLS; i-- > 0;) {
        t->calls[i].next = t->unused;
        t->unused = &t->calls[i];
    }
}

int whet__tracer_open(struct whet_tracer **out, struct whet_error *err)
{
    const struct whet_notice_rule *rules;
    struct whet_tracer *t = whet__mem_zalloc(1, sizeof(*t));
    size_t count;
    int rc;

    if (t == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: 'tracer'");
    rules = whet__file_call_rules(&count);
    rc = whet__notice_filter_make(&t->filter, rules, count);
    if (rc != 0) {
        whet__mem_free(t);
        return whet__tracer_explain(rc, err);
    }
    t->events = t->stop = -1;
    (void)pthread_mutex_init(&t->lock, NULL);
    calls_init(t);
    rc = whet__tracer_try(&t->filter, &t->calls[0].named[0]);
    if (rc == 0)
        rc = thread_start(t);
    if (rc != 0) {
        close_rest(t);
        return whet__tracer_explain(rc, err);
    }
    *out = t;
    return 0;
}

/* Those that are left run on without us. */
static void hand_over(struct whet_tracer *t)
{
    size_t count = 0;
    int *fds;

    for (struct whet_tracer_listener *l = t->listeners; l != NULL; l = l->next)
        count++;
    fds = count > 0 ? whet__mem_zalloc(count, sizeof(*fds)) : NULL;
    count = 0;
    for (struct whet_tracer_listener *l = t->listeners; fds != NULL && l != NULL; l = l->next)
        fds[count++] = l->fd;
    if (fds != NULL)
        whet__tracer_stand_in(fds, count);
    whet__mem_free(fds);
}

/* It waits for nothing but, it may be, a page of a program whose own file is in a file system
 * that does not answer. */
static int thread_end(struct whet_tracer *t)
{
    struct timespec limit;

    (void)eventfd_write(t->stop, 1);
    (void)clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += JOIN_S;
    return pthread_timedjoin_np(t->thread, NULL, &limit);
}

void whet__tracer_close(struct whet_tracer *t)
{
    int left;

    if (t == NULL)
        return;
    left = thread_end(t);
    pthread_mutex_lock(&t->lock);
    whet__tracer_let_go(t);
    hand_over(t);
    pthread_mutex_unlock(&t->lock);
    if (left != 0)
        return; /* the thread has all of it until the process ends */
    while (t->listeners != NULL)
        whet__tracer_listener_free(t, t->listeners);
    close_rest(t);
}

const struct whet_notice_filter *whet__tracer_filter(const struct whet_tracer *t)
{
    return &t->filter;
}

static int listen_to(struct whet_tracer *t, struct whet_tracer_listener *l)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = l};
    int rc;

    pthread_mutex_lock(&t->lock);
    l->next = t->listeners;
    l->link = &t->listeners;
    if (l->next != NULL)
        l->next->link = &l->next;
    t->listeners = l;
    rc = epoll_ctl(t->events, EPOLL_CTL_ADD, l->fd, &event) == 0 ? 0 : -errno;
    if (rc != 0)
        whet__tracer_listener_free(t, l);
    pthread_mutex_unlock(&t->lock);
    return rc;
}

int whet__trace_begin(struct whet_tracer *t, int fd, struct whet_trace **out)
{
    struct whet_trace *trace = whet__mem_zalloc(1, sizeof(*trace));
    struct whet_tracer_listener *l = whet__mem_zalloc(1, sizeof(*l));
    int rc;

    if (trace == NULL || l == NULL) {
        whet__mem_free(trace);
        whet__mem_free(l);
        close(fd);
        return -ENOMEM;
    }
    trace->tracer = t;
    trace->listener = l;
    whet__map_init(&trace->by_path, WHET_TRACE_FILES);
    whet__vec_init(&trace->files, sizeof(struct whet_trace_file *), WHET_TRACE_FILES);
    whet__arena_init(&trace->arena, TRACE_BYTES);
    l->fd = fd;
    l->trace = trace;
    rc = listen_to(t, l);
    if (rc != 0)
        whet__trace_free(trace);
    else
        *out = trace;
    return rc;
}

struct whet_trace_files whet__trace_end(struct whet_trace *trace)
{
    if (trace == NULL)
        return (struct whet_trace_files){.files = NULL};
    pthread_mutex_lock(&trace->tracer->lock);
    if (trace->listener != NULL) {
        whet__tracer_leave(trace->tracer, trace);
        trace->listener->trace = NULL;
    }
    trace->listener = NULL;
    pthread_mutex_unlock(&trace->tracer->lock);
    return (struct whet_trace_files){trace->files.items, trace->files.len, trace->unseen,
                                     trace->silent};
}

void whet__trace_free(struct whet_trace *trace)
{
    if (trace == NULL)
        return;
    whet__map_clear(&trace->by_path);
    whet__vec_clear(&trace->files);
    whet__arena_clear(&trace->arena);
    whet__mem_free(trace);
}
