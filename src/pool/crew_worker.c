/* One worker of a crew as its master sees it: sending, receiving, limits, and what to do
 * when it has ended. */
#include "pool/crew.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/clock.h"

#define IN_STEP      ((size_t)64 * 1024)
#define DEPTH_NS     2000000.0 /* work in hand for a worker, in processor time */
#define STUMBLES_MAX 3
#define LOOK_NS      UINT64_C(1000000) /* the least time between two looks at a limit */

int whet__crew_worker_start(struct whet_crew *crew, struct crew_worker *w,
                            struct whet_error *err)
{
    const struct crew_page head = {.magic = WHET_CREW_MAGIC,
                                   .memory_bytes = crew->options.memory_bytes,
                                   .reply_max_bytes = crew->options.reply_max_bytes};

    int rc = whet__servant_start(&w->servant, crew->options.argv, sizeof(struct crew_page),
                                 &head, offsetof(struct crew_page, out), err);

    if (rc != 0)
        return rc;
    w->cause = WHET_CREW_DONE;
    w->condemned = 0;
    w->ended = 0;
    w->gone = 0;
    w->recovered = 0;
    w->unsent = w->jobs.first;
    w->sent = 0;
    w->asked_ns = w->jobs.first != NULL ? whet__clock_now_ns() : 0;
    w->in_at = 0;
    whet__text_reset(&w->in);
    return 0;
}

void whet__crew_worker_clear(struct crew_worker *w)
{
    struct crew_job *job;

    whet__servant_clear(&w->servant);
    whet__text_clear(&w->in);
    while ((job = whet__crew_line_pop(&w->jobs)) != NULL)
        whet__mem_free(job);
}

void whet__crew_worker_hold(struct crew_worker *w, struct crew_job *job)
{
    whet__crew_line_push(&w->jobs, job);
    if (w->asked_ns == 0)
        w->asked_ns = whet__clock_now_ns();
    if (w->unsent == NULL) {
        w->unsent = job;
        w->sent = 0;
    }
}

size_t whet__crew_worker_depth(const struct whet_crew *crew, const struct crew_worker *w)
{
    size_t most = crew->options.in_flight;
    double depth = w->mean_ns > 0 ? DEPTH_NS / w->mean_ns : 2;

    if (depth < 2)
        return most < 2 ? most : 2;
    return depth < (double)most ? (size_t)depth : most;
}

static void worker_send(struct crew_worker *w)
{
    while (w->unsent != NULL && !w->gone) {
        struct crew_job *job = w->unsent;
        ssize_t sent =
            whet__servant_send(&w->servant, (char *)&job->head + w->sent, job->len - w->sent);

        if (sent == -EAGAIN || sent == -EPIPE) /* its end is seen when receiving */
            return;
        w->sent += (size_t)sent;
        if (w->sent == job->len) {
            w->unsent = job->next;
            w->sent = 0;
        }
    }
}

/* Ends what no longer speaks. */
static void worker_end(struct crew_worker *w)
{
    if (!w->ended)
        whet__servant_wait(&w->servant, &w->end);
    w->ended = 1;
}

/* Not from here on: what it had sent is still to be received. */
static void worker_kill(struct crew_worker *w, enum whet_crew_end cause, uint64_t condemned)
{
    if (w->ended)
        return;
    w->cause = cause;
    w->condemned = condemned;
    whet__servant_kill(&w->servant);
    worker_end(w);
}

void whet__crew_worker_look(struct crew_worker *w)
{
    if (!w->ended && !w->gone && whet__servant_has_ended(&w->servant))
        worker_end(w);
}

static void in_compact(struct crew_worker *w)
{
    if (w->in_at == 0)
        return;
    memmove(w->in.data, w->in.data + w->in_at, w->in.len - w->in_at);
    whet__text_truncate(&w->in, w->in.len - w->in_at);
    w->in_at = 0;
}

/* As much as there is room for: a frame always fits, and what is behind it can wait in the
 * socket. */
static int worker_receive(struct crew_worker *w)
{
    while (!w->gone) {
        char *room;
        ssize_t got;

        in_compact(w);
        if (w->in.len + IN_STEP > w->in.max)
            return 0;
        room = whet__text_reserve(&w->in, IN_STEP);
        if (room == NULL) {
            w->in.error = 0; /* there may be memory the next time */
            return -ENOMEM;
        }
        got = whet__servant_receive(&w->servant, room, IN_STEP);
        if (got < 0 && (got != -EAGAIN || w->ended)) { /* its end, or all of one that ended */
            worker_end(w);
            w->gone = 1;
        }
        if (got < 0)
            return 0;
        w->in.len += (size_t)got;
        w->in.data[w->in.len] = '\0';
        if ((size_t)got < IN_STEP && !w->ended)
            return 0;
    }
    return 0;
}

int whet__crew_worker_pump(struct crew_worker *w)
{
    worker_send(w);
    return worker_receive(w);
}

/* What is left of it, 0 when it is used up. */
static uint64_t left_of(uint64_t limit, uint64_t used)
{
    return used < limit ? limit - used : 0;
}

/* The time that is left for it to begin a job; one that cannot is replaced, and its jobs fail
 * when that has happened too often. */
static uint64_t watch_start(const struct whet_crew_options *o, struct crew_worker *w)
{
    uint64_t left = left_of(o->start_ns, left_of(whet__clock_now_ns(), w->asked_ns));

    if (left == 0)
        worker_kill(w, WHET_CREW_NO_WORKER, 0);
    return left;
}

/* The time that is left for job `running`. One that began meanwhile has all of its before it,
 * and so has one that begins at any moment: 0. */
static uint64_t watch_job(const struct whet_crew_options *o, struct crew_worker *w,
                          uint64_t running)
{
    struct crew_page *page = w->servant.shared;
    uint64_t cpu_ns = 0, wall_ns = 0, cpu_left, wall_left;

    if (running != 0 && o->cpu_ns != 0)
        cpu_ns = left_of(whet__servant_cpu_ns(&w->servant),
                         atomic_load_explicit(&page->cpu_start_ns, memory_order_relaxed));
    if (running != 0 && o->wall_ns != 0)
        wall_ns = left_of(whet__clock_now_ns(),
                          atomic_load_explicit(&page->wall_start_ns, memory_order_relaxed));
    if (atomic_load_explicit(&page->running, memory_order_acquire) != running)
        cpu_ns = wall_ns = 0;
    cpu_left = o->cpu_ns != 0 ? left_of(o->cpu_ns, cpu_ns) : UINT64_MAX;
    wall_left = o->wall_ns != 0 ? left_of(o->wall_ns, wall_ns) : UINT64_MAX;
    if (cpu_left == 0)
        worker_kill(w, WHET_CREW_CPU, running);
    else if (wall_left == 0)
        worker_kill(w, WHET_CREW_WALL, running);
    return cpu_left < wall_left ? cpu_left : wall_left;
}

uint64_t whet__crew_worker_watch(struct whet_crew *crew, struct crew_worker *w)
{
    struct crew_page *page = w->servant.shared;
    uint64_t running, left = UINT64_MAX;

    if (page == NULL && w->jobs.first != NULL)
        return LOOK_NS; /* it could not be started, and is tried again */
    if (w->gone || w->ended || w->jobs.count == 0)
        return UINT64_MAX;
    running = atomic_load_explicit(&page->running, memory_order_acquire);
    if (running == 0 && atomic_load_explicit(&page->wall_start_ns, memory_order_relaxed) == 0)
        left = watch_start(&crew->options, w);
    if (!w->ended) {
        uint64_t its = watch_job(&crew->options, w, running);

        left = its < left ? its : left;
    }
    return left < LOOK_NS ? LOOK_NS : left;
}

/* The next whole frame: its head, 0 when there is none, -EBADMSG. The oldest job is the one
 * that it must answer; older ones were told before a crash and come again. */
static int frame_next(const struct whet_crew *crew, struct crew_worker *w,
                      struct crew_head *head)
{
    size_t left = w->in.len - w->in_at;
    const struct crew_job *job = w->jobs.first;

    if (left < sizeof(*head))
        return 0;
    memcpy(head, w->in.data + w->in_at, sizeof(*head));
    if (head->len > crew->options.reply_max_bytes || head->status > INT32_MAX ||
        head->status < INT32_MIN)
        return -EBADMSG;
    if (!w->recovered && (job == NULL || head->serial != job->head.serial))
        return -EBADMSG;
    if (left - sizeof(*head) < head->len)
        return 0;
    return 1;
}

static void mean_learn(struct crew_worker *w, uint64_t cpu_ns)
{
    w->mean_ns = w->mean_ns > 0 ? w->mean_ns * .875 + (double)cpu_ns * .125 : (double)cpu_ns;
}

static struct crew_job *job_pop(struct crew_worker *w)
{
    struct crew_job *job = whet__crew_line_pop(&w->jobs);

    if (w->unsent == job) { /* it ended before all of it was sent: by force */
        w->unsent = w->jobs.first;
        w->sent = 0;
    }
    w->stumbles = 0;
    return job;
}

/* A limit holds though nobody looked in time: it is the job that decides how it ends, not how
 * busy the machine is. */
static enum whet_crew_end end_of(const struct whet_crew *crew, const struct crew_head *head)
{
    if (head->status == -ENOMEM)
        return WHET_CREW_MEMORY;
    if (crew->options.cpu_ns != 0 && head->cpu_ns > crew->options.cpu_ns)
        return WHET_CREW_CPU;
    return WHET_CREW_DONE;
}

static int frame_take(const struct whet_crew *crew, struct crew_worker *w,
                      const struct crew_head *head, struct whet_crew_result *out,
                      struct crew_job **job)
{
    const char *data = w->in.data + w->in_at + sizeof(*head);

    w->in_at += sizeof(*head) + (size_t)head->len;
    if (w->jobs.first == NULL || head->serial != w->jobs.first->head.serial)
        return 0;
    *job = job_pop(w);
    mean_learn(w, head->cpu_ns);
    *out = (struct whet_crew_result){.tag = (*job)->tag,
                                     .end = end_of(crew, head),
                                     .status = (int)head->status,
                                     .cpu_ns = head->cpu_ns};
    if (out->end == WHET_CREW_DONE) {
        out->data = data;
        out->len = (size_t)head->len;
    }
    return 1;
}

/* What it had done and not sent. */
static void worker_recover(struct crew_worker *w)
{
    const struct crew_page *page = w->servant.shared;
    uint32_t len = atomic_load_explicit(&page->out_len, memory_order_acquire);

    w->recovered = 1;
    w->in_at = 0;
    whet__text_reset(&w->in);
    if (len <= sizeof(page->out))
        whet__text_append(&w->in, (const char *)page->out, len);
}

/* Why the job that it had begun has failed. */
static void blame(const struct crew_worker *w, struct whet_crew_result *out)
{
    const struct crew_page *page = w->servant.shared;

    out->end = w->cause;
    out->status = 0;
    if (w->cause != WHET_CREW_DONE)
        return;
    out->end = w->end.signal != 0 ? WHET_CREW_CRASHED : WHET_CREW_EXITED;
    out->status = w->end.signal != 0 ? w->end.signal : w->end.exit_code;
    if (page->memory_gone)
        out->end = WHET_CREW_MEMORY;
}

/* Lets go of one that has ended; the job that it had begun is its last result. */
static int worker_bury(struct whet_crew *crew, struct crew_worker *w,
                       struct whet_crew_result *out, struct crew_job **job)
{
    const struct crew_page *page = w->servant.shared;
    uint64_t running = atomic_load_explicit(&page->running, memory_order_acquire);
    struct whet_crew_result result = {0};
    int failed = w->jobs.first != NULL &&
                 (w->jobs.first->head.serial == running || w->cause == WHET_CREW_GARBLED);

    /* Killed for another job, which it had just ended, or as one that begins none: what it
     * has begun since is begun again. */
    if (w->condemned != running && w->cause != WHET_CREW_DONE && w->cause != WHET_CREW_GARBLED)
        failed = 0;
    blame(w, &result);
    whet__servant_clear(&w->servant);
    crew->replaced++;
    if (!failed) {
        w->stumbles++;
        return 0;
    }
    *job = job_pop(w);
    result.tag = (*job)->tag;
    *out = result;
    return 1;
}

/* A new process in the place of one that was buried, as soon as there is a job for it. Where
 * none gets as far as to begin one, its jobs fail. */
static int worker_revive(struct whet_crew *crew, struct crew_worker *w,
                         struct whet_crew_result *out, struct crew_job **job)
{
    if (w->jobs.first == NULL)
        return 0;
    if (w->stumbles < STUMBLES_MAX) {
        if (whet__crew_worker_start(crew, w, NULL) != 0)
            w->stumbles++;
        else
            worker_send(w);
        return 0;
    }
    *job = job_pop(w);
    w->stumbles = STUMBLES_MAX - 1; /* the next one has one try */
    *out = (struct whet_crew_result){.tag = (*job)->tag, .end = WHET_CREW_NO_WORKER};
    return 1;
}

int whet__crew_worker_take(struct whet_crew *crew, struct crew_worker *w,
                           struct whet_crew_result *out, struct crew_job **job)
{
    struct crew_head head;
    int rc;

    for (;;) {
        if (w->servant.shared == NULL)
            return worker_revive(crew, w, out, job);
        rc = frame_next(crew, w, &head);
        if (rc == 1 && frame_take(crew, w, &head, out, job))
            return 1;
        if (rc == 1)
            continue;
        if (rc < 0) {
            w->in_at = w->in.len; /* nothing behind it can be believed */
            if (!w->gone)
                worker_kill(w, WHET_CREW_GARBLED, 0);
            w->gone = 1;
        }
        if (!w->gone)
            return 0;
        if (!w->recovered) {
            worker_recover(w);
            continue;
        }
        return worker_bury(crew, w, out, job);
    }
}
