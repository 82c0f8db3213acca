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

    w->cause = WHET_CREW_DONE;
    w->gone = 0;
    w->recovered = 0;
    w->unsent = w->jobs.first;
    w->sent = 0;
    w->in_at = 0;
    whet__text_reset(&w->in);
    return whet__servant_start(&w->servant, crew->options.argv, sizeof(struct crew_page), &head,
                               offsetof(struct crew_page, out), err);
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
    whet__servant_wait(&w->servant, &w->end);
    w->gone = 1;
}

static void worker_kill(struct crew_worker *w, enum whet_crew_end cause)
{
    if (w->gone || w->cause != WHET_CREW_DONE)
        return;
    w->cause = cause;
    whet__servant_kill(&w->servant);
}

static void in_compact(struct crew_worker *w)
{
    if (w->in_at == 0)
        return;
    memmove(w->in.data, w->in.data + w->in_at, w->in.len - w->in_at);
    whet__text_truncate(&w->in, w->in.len - w->in_at);
    w->in_at = 0;
}

static void worker_receive(struct crew_worker *w)
{
    while (!w->gone) {
        char *room;
        ssize_t got;

        in_compact(w);
        room = whet__text_reserve(&w->in, IN_STEP);
        if (room == NULL) { /* no memory, or more than a result may be */
            worker_kill(w, WHET_CREW_GARBLED);
            worker_end(w);
            return;
        }
        got = whet__servant_receive(&w->servant, room, IN_STEP);
        if (got == -EAGAIN)
            return;
        if (got < 0) {
            worker_end(w);
            return;
        }
        w->in.len += (size_t)got;
        w->in.data[w->in.len] = '\0';
        if ((size_t)got < IN_STEP)
            return;
    }
}

void whet__crew_worker_pump(struct crew_worker *w)
{
    worker_send(w);
    worker_receive(w);
}

/* What is left of it, 0 when it is used up. */
static uint64_t left_of(uint64_t limit, uint64_t used)
{
    return used < limit ? limit - used : 0;
}

uint64_t whet__crew_worker_watch(struct whet_crew *crew, struct crew_worker *w)
{
    const struct whet_crew_options *o = &crew->options;
    struct crew_page *page = w->servant.shared;
    uint64_t running, cpu_ns, wall_ns, left = UINT64_MAX;

    if (w->servant.shared == NULL && w->jobs.first != NULL)
        return LOOK_NS; /* it could not be started, and is tried again */
    if (w->gone || w->jobs.count == 0 || (o->cpu_ns == 0 && o->wall_ns == 0))
        return UINT64_MAX;
    running = atomic_load_explicit(&page->running, memory_order_acquire);
    cpu_ns = left_of(whet__servant_cpu_ns(&w->servant),
                     atomic_load_explicit(&page->cpu_start_ns, memory_order_relaxed));
    wall_ns = left_of(whet__clock_now_ns(),
                      atomic_load_explicit(&page->wall_start_ns, memory_order_relaxed));
    /* One that began meanwhile has all its time before it; one not begun, too. */
    if (running == 0 || atomic_load_explicit(&page->running, memory_order_acquire) != running)
        cpu_ns = wall_ns = 0;
    if (o->cpu_ns != 0)
        left = left_of(o->cpu_ns, cpu_ns);
    if (left == 0) {
        worker_kill(w, WHET_CREW_CPU);
    } else if (o->wall_ns != 0 && left_of(o->wall_ns, wall_ns) < left) {
        left = left_of(o->wall_ns, wall_ns);
        if (left == 0)
            worker_kill(w, WHET_CREW_WALL);
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

static int frame_take(struct crew_worker *w, const struct crew_head *head,
                      struct whet_crew_result *out, struct crew_job **job)
{
    const char *data = w->in.data + w->in_at + sizeof(*head);

    w->in_at += sizeof(*head) + (size_t)head->len;
    if (w->jobs.first == NULL || head->serial != w->jobs.first->head.serial)
        return 0;
    *job = job_pop(w);
    mean_learn(w, head->cpu_ns);
    *out = (struct whet_crew_result){.tag = (*job)->tag,
                                     .end = WHET_CREW_DONE,
                                     .status = (int)head->status,
                                     .cpu_ns = head->cpu_ns,
                                     .data = data,
                                     .len = (size_t)head->len};
    if (head->status == -ENOMEM) {
        out->end = WHET_CREW_MEMORY;
        out->data = NULL;
        out->len = 0;
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
        if (rc == 1 && frame_take(w, &head, out, job))
            return 1;
        if (rc == 1)
            continue;
        if (rc < 0) {
            w->in_at = w->in.len; /* nothing behind it can be believed */
            if (!w->gone) {
                worker_kill(w, WHET_CREW_GARBLED);
                worker_end(w);
            }
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
