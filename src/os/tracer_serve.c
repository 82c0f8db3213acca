/* The tracer's thread. Expected load: a hundred thousand notices a minute from up to hundreds
 * of listeners; most name a file that is known already, and all but a few of the others one
 * that the kernel knows. For these few it asks lookers, and goes on meanwhile. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/tracer_inside.h"

#define EVENTS 32
#define LONG                                                                                   \
    5 /* of the limit of lookers this part is no surprise on a machine that is busy            \
       */
#define MS UINT64_C(1000000)

/* ---- What is seen ---- */

static struct whet_trace *trace_of(const struct whet_tracer_call *c)
{
    return c->listener != NULL ? c->listener->trace : NULL;
}

/* NULL: no room. */
static struct whet_trace_file *file_add(struct whet_trace *trace, const char *path,
                                        enum whet_look_kind kind)
{
    struct whet_trace_file *file = whet__arena_zalloc(&trace->arena, 1, sizeof(*file)), **slot;
    char *copy = whet__arena_strndup(&trace->arena, path, strlen(path));

    if (file == NULL || copy == NULL || whet__map_put_str(&trace->by_path, copy, file) != 0)
        return NULL;
    file->path = copy;
    file->kind = kind;
    slot = whet__vec_push(&trace->files);
    if (slot == NULL)
        return NULL;
    *slot = file;
    return file;
}

/* What the first file of which nothing was known has turned out to be. */
static void file_known(struct whet_tracer_call *c, enum whet_look_kind kind)
{
    struct whet_trace *trace = trace_of(c);
    const char *path = c->named[c->at].path;
    struct whet_trace_file *file;

    if (trace == NULL)
        return;
    file = whet__map_get_str(&trace->by_path, path);
    if (file == NULL)
        file = file_add(trace, path, kind);
    if (file == NULL)
        c->unseen |= WHET_UNSEEN_LIMIT;
    c->files[c->at++] = file;
}

static void note_silent(struct whet_trace *trace, const char *path)
{
    if (trace->silent == NULL)
        trace->silent = whet__arena_strndup(&trace->arena, path, strlen(path));
}

static void file_not_known(struct whet_tracer_call *c, enum whet_unseen why)
{
    struct whet_trace *trace = trace_of(c);

    if (trace == NULL)
        return;
    c->unseen |= why;
    if (why == WHET_UNSEEN_ANSWER)
        note_silent(trace, c->named[c->at].path);
    file_known(c, WHET_LOOK_OTHER);
}

/* What a file has after it was written is what the command has made itself. */
static void use(struct whet_trace_file *file, unsigned how)
{
    if ((file->uses & WHET_FILE_WRITE) == 0)
        file->uses |= how;
}

/* ---- A call, step by step; all under the lock ---- */

/* The end of its trace must not come between the answer and the note. */
static void call_end(struct whet_tracer *t, struct whet_tracer_call *c)
{
    struct whet_trace *trace = trace_of(c);
    int gone = c->listener == NULL || whet__notice_answer(c->listener->fd, c->notice.id) != 0;

    /* One that was killed meanwhile: who knows whose memory that was. */
    if (!gone && trace != NULL) {
        trace->unseen |= c->unseen;
        for (int i = 0; i < c->at; i++)
            if (c->files[i] != NULL)
                use(c->files[i], c->named[i].use);
    }
    c->next = t->unused;
    t->unused = c;
}

/* Behind all that are there. */
static void call_queue(struct whet_tracer *t, struct whet_tracer_call *c)
{
    c->next = NULL;
    *t->queue_end = c;
    t->queue_end = &c->next;
}

/* As far as nobody has to be asked. Files are looked at before the call goes on, which may
 * make them. */
static void call_go_on(struct whet_tracer *t, struct whet_tracer_call *c)
{
    struct whet_trace *trace = trace_of(c);
    struct whet_look look;

    while (trace != NULL && c->at < c->count) {
        const char *path = c->named[c->at].path;

        if (whet__map_get_str(&trace->by_path, path) != NULL) {
            file_known(c, WHET_LOOK_OTHER);
        } else if (whet__look_cached(path, 0, &look) == 0) {
            file_known(c, look.kind);
        } else if (t->unused != NULL) {
            c->since_ns = whet__clock_now_ns();
            call_queue(t, c);
            return;
        } else { /* the next call needs the place */
            file_not_known(c, WHET_UNSEEN_LIMIT);
        }
    }
    call_end(t, c);
}

/* ---- Lookers ---- */

static void ask(struct whet_tracer *t, int looker, struct whet_tracer_call *c)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &t->asked[looker]};

    c->deadline_ns = whet__clock_now_ns() + whet__looks_limit(&t->looks);
    t->asked[looker] = c;
    (void)epoll_ctl(t->events, EPOLL_CTL_ADD, t->looks.all[looker].fd, &event);
}

/* Hands out what is queued; what has to wait is queued again. */
static void ask_queued(struct whet_tracer *t)
{
    struct whet_tracer_call *c = t->queue, *next;

    t->queue = NULL;
    t->queue_end = &t->queue;
    for (; c != NULL; c = next) {
        int looker = trace_of(c) != NULL ? whet__looks_begin(&t->looks, c->named[c->at].path)
                                         : -ECANCELED;

        next = c->next;
        if (looker >= 0) {
            ask(t, looker, c);
        } else if (looker == -EBUSY) {
            call_queue(t, c);
        } else {
            file_not_known(c, looker == -ETIMEDOUT ? WHET_UNSEEN_ANSWER : WHET_UNSEEN_LIMIT);
            call_go_on(t, c);
        }
    }
}

/* The call that it was asked for. */
static struct whet_tracer_call *unask(struct whet_tracer *t, int looker)
{
    struct whet_tracer_call *c = t->asked[looker];

    (void)epoll_ctl(t->events, EPOLL_CTL_DEL, t->looks.all[looker].fd, NULL);
    t->asked[looker] = NULL;
    return c;
}

static void take_look(struct whet_tracer *t, int looker)
{
    struct whet_tracer_call *c = t->asked[looker];
    struct whet_look look;
    int rc;

    if (c == NULL)
        return;
    rc = whet__looks_take(&t->looks, looker, &look);
    if (rc == -EAGAIN)
        return;
    c = unask(t, looker);
    if (rc == 0)
        file_known(c, look.kind);
    else
        file_not_known(c, WHET_UNSEEN_LIMIT);
    call_go_on(t, c);
}

static void leave_late(struct whet_tracer *t)
{
    uint64_t now = whet__clock_now_ns();

    for (int i = 0; i < WHET_LOOKERS; i++) {
        struct whet_tracer_call *c = t->asked[i];

        if (c == NULL || now < c->deadline_ns)
            continue;
        (void)unask(t, i);
        whet__looks_leave(&t->looks, i);
        file_not_known(c, WHET_UNSEEN_ANSWER);
        call_go_on(t, c);
    }
}

/* ---- The end of a trace ---- */

/* Whoever called was ended while it waited; before long that says nothing of the file system.
 */
static void leave(struct whet_tracer *t, struct whet_trace *trace,
                  const struct whet_tracer_call *c)
{
    uint64_t limit = whet__looks_limit(&t->looks);

    if (c == NULL || trace_of(c) != trace || whet__clock_now_ns() - c->since_ns < limit / LONG)
        return;
    trace->unseen |= WHET_UNSEEN_ANSWER;
    note_silent(trace, c->named[c->at].path);
}

void whet__tracer_leave(struct whet_tracer *t, struct whet_trace *trace)
{
    for (int i = 0; i < WHET_LOOKERS; i++)
        leave(t, trace, t->asked[i]);
    for (const struct whet_tracer_call *c = t->queue; c != NULL; c = c->next)
        leave(t, trace, c);
}

/* ---- The thread ---- */

/* Closing it is not enough for epoll: a child that is just being started has a copy. */
void whet__tracer_listener_free(struct whet_tracer *t, struct whet_tracer_listener *l)
{
    (void)epoll_ctl(t->events, EPOLL_CTL_DEL, l->fd, NULL);
    if (l->trace != NULL) {
        whet__tracer_leave(t, l->trace);
        l->trace->listener = NULL;
    }
    for (int i = 0; i < WHET_LOOKERS; i++)
        if (t->asked[i] != NULL && t->asked[i]->listener == l)
            t->asked[i]->listener = NULL;
    for (struct whet_tracer_call *c = t->queue; c != NULL; c = c->next)
        if (c->listener == l)
            c->listener = NULL;
    *l->link = l->next;
    if (l->next != NULL)
        l->next->link = l->link;
    close(l->fd);
    whet__mem_free(l);
}

static struct whet_tracer_call *call_begin(struct whet_tracer *t,
                                           struct whet_tracer_listener *l)
{
    struct whet_tracer_call *c = t->unused; /* there is one: see call_go_on */

    t->unused = c->next;
    c->listener = l;
    c->count = c->at = 0;
    c->unseen = 0;
    c->files[0] = c->files[1] = NULL;
    return c;
}

/* The lock is not held while memory is read: its pages may have to come from a file. */
static void serve_call(struct whet_tracer *t, struct whet_tracer_listener *l)
{
    struct whet_tracer_call *c = call_begin(t, l);

    if (whet__notice_take(l->fd, &c->notice) != 0) {
        c->next = t->unused;
        t->unused = c;
        return;
    }
    if (l->trace != NULL) {
        t->reading = c;
        pthread_mutex_unlock(&t->lock);
        c->count = whet__file_call_read(&c->notice, c->named);
        c->unseen = whet__file_call_unseen(&c->notice);
        pthread_mutex_lock(&t->lock);
        t->reading = NULL;
        if (c->count < 0)
            c->unseen |= WHET_UNSEEN_LIMIT;
    }
    call_go_on(t, c);
}

/* Whether it is to end. */
static int serve(struct whet_tracer *t, const struct epoll_event *event)
{
    void *what = event->data.ptr;

    if (what == NULL)
        return 1;
    for (int i = 0; i < WHET_LOOKERS; i++)
        if (what == &t->asked[i]) {
            take_look(t, i);
            return 0;
        }
    if ((event->events & EPOLLIN) != 0)
        serve_call(t, what);
    else if ((event->events & EPOLLHUP) != 0)
        whet__tracer_listener_free(t, what); /* nobody is left that could call */
    return 0;
}

/* Until the first of those that are asked is late; -1: none is. A call that is queued again for
 * its second file while nobody is asked has nothing to wake it: its turn is now. */
static int wait_ms(const struct whet_tracer *t)
{
    uint64_t first = UINT64_MAX, now;

    for (int i = 0; i < WHET_LOOKERS; i++)
        if (t->asked[i] != NULL && t->asked[i]->deadline_ns < first)
            first = t->asked[i]->deadline_ns;
    if (first == UINT64_MAX)
        return t->queue != NULL ? 0 : -1;
    now = whet__clock_now_ns();
    return now < first ? (int)((first - now + MS - 1) / MS) : 0;
}

void *whet__tracer_serve(void *tracer)
{
    struct epoll_event events[EVENTS];
    struct whet_tracer *t = tracer;

    for (int ends = 0, wait = -1; !ends;) {
        int count = epoll_wait(t->events, events, EVENTS, wait);

        pthread_mutex_lock(&t->lock);
        for (int i = 0; i < count; i++)
            ends |= serve(t, &events[i]);
        if (wait >= 0)
            leave_late(t);
        ask_queued(t);
        wait = wait_ms(t);
        pthread_mutex_unlock(&t->lock);
    }
    return NULL;
}

/* ---- The end of all ---- */

static void let_go(const struct whet_tracer_call *c)
{
    if (c != NULL && c->listener != NULL)
        (void)whet__notice_answer(c->listener->fd, c->notice.id);
}

void whet__tracer_let_go(struct whet_tracer *t)
{
    let_go(t->reading);
    for (int i = 0; i < WHET_LOOKERS; i++)
        let_go(t->asked[i]);
    for (const struct whet_tracer_call *c = t->queue; c != NULL; c = c->next)
        let_go(c);
}
