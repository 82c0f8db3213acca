/* The worker's side. Expected load: thousands of jobs a second, from one microsecond to
 * seconds each. */
#include <whet/crew.h>

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/servant.h"
#include "pool/crew_wire.h"

#define IN_MIN  ((size_t)256 * 1024)
#define TELL_NS 100000 /* what took longer is told at once: that costs a hundredth of it */

struct whet_crew_job {
    struct whet_servant servant;
    struct crew_page *page;
    char *in; /* frames, whole and in part */
    size_t in_cap, in_len, in_at;
    struct whet_text reply;
};

static int in_reserve(struct whet_crew_job *j, size_t need)
{
    size_t cap = j->in_cap;
    char *grown;

    while (cap < need)
        cap *= 2;
    if (cap == j->in_cap)
        return 0;
    grown = whet__mem_resize(j->in, cap, 1);
    if (grown == NULL)
        return -ENOMEM;
    j->in = grown;
    j->in_cap = cap;
    return 0;
}

static int out_send(struct whet_crew_job *j)
{
    uint32_t len = atomic_load_explicit(&j->page->out_len, memory_order_relaxed);
    int rc = len != 0 ? whet__servant_write(&j->servant, j->page->out, len) : 0;

    atomic_store_explicit(&j->page->out_len, 0, memory_order_release);
    return rc;
}

/* Until `need` bytes of a frame are there, from the start of the buffer on. */
static int in_fill(struct whet_crew_job *j, size_t need)
{
    int rc;

    if (j->in_len - j->in_at >= need)
        return 0;
    memmove(j->in, j->in + j->in_at, j->in_len - j->in_at);
    j->in_len -= j->in_at;
    j->in_at = 0;
    rc = in_reserve(j, need);
    if (rc == 0)
        rc = out_send(j); /* it may be what the master waits for */
    while (rc == 0 && j->in_len < need) {
        ssize_t got = whet__servant_read(&j->servant, j->in + j->in_len, j->in_cap - j->in_len);

        if (got < 0)
            return (int)got;
        j->in_len += (size_t)got;
    }
    return rc;
}

/* Appends the result where a crash cannot take it away. */
static int out_add(struct whet_crew_job *j, const struct crew_head *head)
{
    uint32_t at = atomic_load_explicit(&j->page->out_len, memory_order_relaxed);
    size_t need = sizeof(*head) + (size_t)head->len;
    int rc = 0;

    if (need > sizeof(j->page->out) - at) {
        rc = out_send(j);
        at = 0;
    }
    if (rc == 0 && need > sizeof(j->page->out)) {
        rc = whet__servant_write(&j->servant, head, sizeof(*head));
        if (rc == 0)
            rc = whet__servant_write(&j->servant, whet__text_str(&j->reply), j->reply.len);
        return rc;
    }
    if (rc == 0) {
        memcpy(j->page->out + at, head, sizeof(*head));
        memcpy(j->page->out + at + sizeof(*head), whet__text_str(&j->reply), j->reply.len);
        atomic_store_explicit(&j->page->out_len, at + (uint32_t)need, memory_order_release);
    }
    return rc;
}

static int job_do(struct whet_crew_job *j, const struct crew_head *job, whet_crew_work work,
                  void *ctx)
{
    struct crew_head head = {.serial = job->serial};
    uint64_t start_ns = whet__servant_own_cpu_ns();
    int rc;

    atomic_store_explicit(&j->page->cpu_start_ns, start_ns, memory_order_relaxed);
    atomic_store_explicit(&j->page->wall_start_ns, whet__clock_now_ns(), memory_order_relaxed);
    atomic_store_explicit(&j->page->running, job->serial, memory_order_release);
    whet__text_reset(&j->reply);
    head.status = work(ctx, j, j->in + j->in_at, (size_t)job->len);
    if (whet__text_error(&j->reply) != 0) {
        head.status = whet__text_error(&j->reply);
        whet__text_reset(&j->reply);
    }
    head.len = j->reply.len;
    head.cpu_ns = whet__servant_own_cpu_ns() - start_ns;
    rc = out_add(j, &head);
    atomic_store_explicit(&j->page->running, 0, memory_order_release);
    if (rc == 0 && head.cpu_ns > TELL_NS)
        rc = out_send(j);
    return rc;
}

/* There is no room for what a job has to be done with: that is its result, and this worker's
 * end, as the rest of it stands before all that would follow. */
static int job_refuse(struct whet_crew_job *j, const struct crew_head *job)
{
    const struct crew_head head = {.serial = job->serial, .status = -ENOMEM};
    int rc;

    whet__text_reset(&j->reply);
    rc = out_add(j, &head);
    if (rc == 0)
        rc = out_send(j);
    return rc == 0 ? -ENOMEM : rc;
}

static int jobs_do(struct whet_crew_job *j, whet_crew_work work, void *ctx)
{
    struct crew_head head;
    int rc;

    for (;;) {
        rc = in_fill(j, sizeof(head));
        if (rc != 0)
            return rc;
        memcpy(&head, j->in + j->in_at, sizeof(head));
        rc = in_fill(j, sizeof(head) + whet__crew_padded((size_t)head.len));
        if (rc == -ENOMEM)
            return job_refuse(j, &head);
        if (rc != 0)
            return rc;
        j->in_at += sizeof(head);
        rc = job_do(j, &head, work, ctx);
        if (rc != 0)
            return rc;
        j->in_at += whet__crew_padded((size_t)head.len);
    }
}

void whet_crew_reply(struct whet_crew_job *job, const void *data, size_t len)
{
    whet__text_append(&job->reply, data, len);
}

int whet_crew_serve(whet_crew_work work, void *ctx)
{
    struct whet_crew_job j = {.in_cap = IN_MIN};
    int rc = whet__servant_join(&j.servant, sizeof(struct crew_page));

    if (rc != 0)
        return rc;
    j.page = j.servant.shared;
    if (j.page->magic != WHET_CREW_MAGIC)
        return -EPROTO;
    whet__servant_limit(j.page->memory_bytes);
    whet__servant_note_crash(&j.page->memory_gone, j.page->memory_bytes);
    whet__text_init(&j.reply, (size_t)j.page->reply_max_bytes);
    j.in = whet__mem_alloc(j.in_cap);
    rc = j.in != NULL ? jobs_do(&j, work, ctx) : -ENOMEM;
    whet__text_clear(&j.reply);
    whet__mem_free(j.in);
    whet__servant_clear(&j.servant);
    return rc == -EPIPE ? 0 : rc; /* all is said */
}
