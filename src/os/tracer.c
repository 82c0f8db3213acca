/* The tracer's thread. Expected load: a hundred thousand notices a minute from up to hundreds
 * of listeners; most name a file that is known already. A thread of its own, so that no command
 * ever waits for the executor, which may be reading a large file, or waiting for a reader. */
#include "os/tracer.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "os/thread.h"
#include "os/tracer_inside.h"

#define TRACE_BYTES ((size_t)256 << 20)
#define EVENTS      32

struct whet_trace {
    struct whet_tracer *tracer;
    struct whet_map by_path; /* to struct whet_trace_file */
    struct whet_vec files;   /* of struct whet_trace_file * */
    struct whet_arena arena;
    int partial;
    struct listener *listener; /* NULL: all of its processes have ended */
};

struct listener {
    int fd;
    struct whet_trace *trace; /* NULL: nobody asks any more */
    struct listener *next;
    struct listener **link;
};

struct whet_tracer {
    struct whet_notice_filter filter;
    int events;
    int stop; /* an eventfd */
    pthread_t thread;
    pthread_mutex_t lock; /* of all below, and of traces that have not ended */
    struct listener *listeners;
    struct whet_file_call calls[2]; /* the thread's own */
};

/* ---- What is seen ---- */

static enum whet_trace_kind kind_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT || errno == ENOTDIR ? WHET_TRACE_GONE : WHET_TRACE_OTHER;
    if (S_ISREG(st.st_mode))
        return WHET_TRACE_FILE;
    return S_ISDIR(st.st_mode) ? WHET_TRACE_DIR : WHET_TRACE_OTHER;
}

/* It is looked at before the call goes on, which may make it. NULL: no room. */
static struct whet_trace_file *file_of(struct whet_trace *trace, const char *path)
{
    struct whet_trace_file *file = whet__map_get_str(&trace->by_path, path), **slot;
    char *copy;

    if (file != NULL)
        return file;
    file = whet__arena_zalloc(&trace->arena, 1, sizeof(*file));
    copy = file != NULL ? whet__arena_strndup(&trace->arena, path, strlen(path)) : NULL;
    if (copy == NULL || whet__map_put_str(&trace->by_path, copy, file) != 0)
        return NULL;
    file->path = copy;
    file->kind = kind_of(path);
    slot = whet__vec_push(&trace->files);
    if (slot == NULL)
        return NULL;
    *slot = file;
    return file;
}

/* What a file has after it was written is what the command has made itself. */
static void use(struct whet_trace_file *file, unsigned how)
{
    if ((file->uses & WHET_FILE_WRITE) == 0)
        file->uses |= how;
}

/* Under the lock: its end must not come between the answer and the note. */
static void note(struct whet_tracer *t, struct listener *l, const struct whet_notice *notice)
{
    struct whet_trace_file *files[2] = {NULL, NULL};
    int count = whet__file_call_read(notice, t->calls);
    struct whet_trace *trace = l->trace;
    int unseen = count < 0;

    for (int i = 0; i < count; i++) {
        files[i] = file_of(trace, t->calls[i].path);
        unseen |= files[i] == NULL;
    }
    if (whet__notice_answer(l->fd, notice->id) != 0)
        return; /* it was killed meanwhile: who knows whose memory that was */
    trace->partial |= unseen;
    for (int i = 0; i < count; i++)
        if (files[i] != NULL)
            use(files[i], t->calls[i].use);
}

/* ---- The thread ---- */

/* Closing it is not enough for epoll: a child that is just being started has a copy. */
static void listener_free(struct whet_tracer *t, struct listener *l)
{
    (void)epoll_ctl(t->events, EPOLL_CTL_DEL, l->fd, NULL);
    if (l->trace != NULL)
        l->trace->listener = NULL;
    *l->link = l->next;
    if (l->next != NULL)
        l->next->link = l->link;
    close(l->fd);
    whet__mem_free(l);
}

static void serve(struct whet_tracer *t, struct listener *l, uint32_t ready)
{
    struct whet_notice notice;

    if ((ready & EPOLLIN) == 0) {
        if ((ready & EPOLLHUP) != 0)
            listener_free(t, l); /* nobody is left that could call */
    } else if (whet__notice_take(l->fd, &notice) == 0) {
        if (l->trace != NULL)
            note(t, l, &notice);
        else
            whet__notice_answer(l->fd, notice.id);
    }
}

/* Whether it is to end. */
static int serve_all(struct whet_tracer *t, const struct epoll_event *events, int count)
{
    int ends = 0;

    pthread_mutex_lock(&t->lock);
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr == NULL)
            ends = 1;
        else
            serve(t, events[i].data.ptr, events[i].events);
    }
    pthread_mutex_unlock(&t->lock);
    return ends;
}

static void *run(void *arg)
{
    struct epoll_event events[EVENTS];
    struct whet_tracer *t = arg;

    for (int ends = 0; !ends;) {
        int count = epoll_wait(t->events, events, EVENTS, -1);

        ends = count > 0 && serve_all(t, events, count);
    }
    return NULL;
}

/* ---- From outside ---- */

static int thread_start(struct whet_tracer *t)
{
    struct epoll_event event = {.events = EPOLLIN};

    t->events = epoll_create1(EPOLL_CLOEXEC);
    t->stop = eventfd(0, EFD_CLOEXEC);
    if (t->events < 0 || t->stop < 0 ||
        epoll_ctl(t->events, EPOLL_CTL_ADD, t->stop, &event) != 0)
        return -errno;
    return whet__thread_start(&t->thread, run, t);
}

static void close_rest(struct whet_tracer *t)
{
    if (t->events >= 0)
        close(t->events);
    if (t->stop >= 0)
        close(t->stop);
    whet__notice_filter_clear(&t->filter);
    pthread_mutex_destroy(&t->lock);
    whet__mem_free(t);
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
    rc = whet__tracer_try(&t->filter, &t->calls[0]);
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

    for (struct listener *l = t->listeners; l != NULL; l = l->next)
        count++;
    fds = count > 0 ? whet__mem_zalloc(count, sizeof(*fds)) : NULL;
    count = 0;
    for (struct listener *l = t->listeners; fds != NULL && l != NULL; l = l->next)
        fds[count++] = l->fd;
    if (fds != NULL)
        whet__tracer_stand_in(fds, count);
    whet__mem_free(fds);
}

void whet__tracer_close(struct whet_tracer *t)
{
    if (t == NULL)
        return;
    (void)eventfd_write(t->stop, 1);
    (void)pthread_join(t->thread, NULL);
    hand_over(t);
    while (t->listeners != NULL)
        listener_free(t, t->listeners);
    close_rest(t);
}

const struct whet_notice_filter *whet__tracer_filter(const struct whet_tracer *t)
{
    return &t->filter;
}

static int listen_to(struct whet_tracer *t, struct listener *l)
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
        listener_free(t, l);
    pthread_mutex_unlock(&t->lock);
    return rc;
}

int whet__trace_begin(struct whet_tracer *t, int fd, struct whet_trace **out)
{
    struct whet_trace *trace = whet__mem_zalloc(1, sizeof(*trace));
    struct listener *l = whet__mem_zalloc(1, sizeof(*l));
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
        return (struct whet_trace_files){NULL, 0, 0};
    pthread_mutex_lock(&trace->tracer->lock);
    if (trace->listener != NULL)
        trace->listener->trace = NULL;
    trace->listener = NULL;
    pthread_mutex_unlock(&trace->tracer->lock);
    return (struct whet_trace_files){trace->files.items, trace->files.len, trace->partial};
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
