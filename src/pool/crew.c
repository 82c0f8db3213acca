/* The jobs of a crew: who gets them, and waiting for what comes back. Expected load: jobs of
 * 0.4 ms on a few workers, a hundred thousand in a row; one in a thousand of them is trouble.
 *
 * A worker is given some 2 ms of work at once and no more: enough that it never waits for
 * its master, and little enough that the last jobs are shared out among all. */
#include "pool/crew.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <whet/pool.h>

#include "base/mem.h"

#define IN_FLIGHT     32
#define IN_FLIGHT_MAX 1024
#define REPLY_MAX     ((uint64_t)64 << 20)
#define WAITING_BYTES ((size_t)1 << 20) /* for each worker, or one job */
#define HELD_BYTES    ((size_t)256 << 10)
#define SHORT_NS      20000.0 /* jobs below are sent many at a time */
#define POLL_MAX_MS   1000    /* an end that no socket tells is seen then */
#define START_NS      UINT64_C(20000000000)
#define NS_PER_MS     1000000u

void whet__crew_line_push(struct crew_line *l, struct crew_job *job)
{
    job->next = NULL;
    if (l->first == NULL)
        l->first = job;
    else
        *l->last = job;
    l->last = &job->next;
    l->count++;
    l->bytes += job->len;
}

struct crew_job *whet__crew_line_pop(struct crew_line *l)
{
    struct crew_job *job = l->first;

    if (job == NULL)
        return NULL;
    l->first = job->next;
    l->count--;
    l->bytes -= job->len;
    return job;
}

static int options_take(struct whet_crew_options *o)
{
    if (o->argv == NULL || o->argv[0] == NULL || o->in_flight > IN_FLIGHT_MAX ||
        o->workers > WHET_CREW_WORKERS_MAX || o->reply_max_bytes > SIZE_MAX / 4)
        return -EINVAL;
    if (o->workers == 0)
        o->workers = whet_pool_cores();
    if (o->in_flight == 0)
        o->in_flight = IN_FLIGHT;
    if (o->start_ns == 0)
        o->start_ns = START_NS;
    if (o->reply_max_bytes == 0)
        o->reply_max_bytes = REPLY_MAX;
    return 0;
}

/* A copy in one block, pointers first. */
static const char *const *argv_copy(const char *const *argv)
{
    size_t count = 0, bytes = 0, at = 0;
    const char **copy;
    char *text;

    for (; argv[count] != NULL; count++)
        bytes += strlen(argv[count]) + 1;
    copy = whet__mem_alloc((count + 1) * sizeof(*copy) + bytes);
    if (copy == NULL)
        return NULL;
    text = (char *)(copy + count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(argv[i]) + 1;

        copy[i] = memcpy(text + at, argv[i], len);
        at += len;
    }
    copy[count] = NULL;
    return copy;
}

int whet_crew_new(struct whet_crew **out, const struct whet_crew_options *options,
                  struct whet_error *err)
{
    struct whet_crew_options o = *options;
    struct whet_crew *crew;
    int rc = options_take(&o);

    if (rc != 0)
        return whet_error_set(err, rc, "a crew needs a program, and numbers in their range");
    crew = whet__mem_zalloc(1, sizeof(*crew) + o.workers * sizeof(crew->workers[0]));
    if (crew == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    crew->options = o;
    crew->workers_count = o.workers;
    for (unsigned i = 0; i < o.workers; i++) {
        crew->workers[i].servant = (struct whet_servant){.fd = -1, .life_fd = -1};
        crew->workers[i].gone = 1;
        whet__text_init(&crew->workers[i].in, (size_t)o.reply_max_bytes + HELD_BYTES);
    }
    crew->options.argv = argv_copy(o.argv);
    if (crew->options.argv == NULL)
        rc = whet_error_set(err, -ENOMEM, "out of memory");
    for (unsigned i = 0; rc == 0 && i < o.workers; i++)
        rc = whet__crew_worker_start(crew, &crew->workers[i], err);
    if (rc != 0) {
        whet_crew_free(crew);
        return rc;
    }
    *out = crew;
    return 0;
}

void whet_crew_free(struct whet_crew *crew)
{
    struct crew_job *job;

    if (crew == NULL)
        return;
    for (unsigned i = 0; i < crew->workers_count; i++) /* all at once, then one by one */
        whet__servant_kill(&crew->workers[i].servant);
    for (unsigned i = 0; i < crew->workers_count; i++)
        whet__crew_worker_clear(&crew->workers[i]);
    while ((job = whet__crew_line_pop(&crew->waiting)) != NULL)
        whet__mem_free(job);
    whet__mem_free(crew->told);
    whet__mem_free((void *)(uintptr_t)crew->options.argv);
    whet__mem_free(crew);
}

/* The worker that has the least to do and may have more; NULL: none. */
static struct crew_worker *worker_for(struct whet_crew *crew, const struct crew_job *job)
{
    struct crew_worker *best = NULL;

    for (unsigned i = 0; i < crew->workers_count; i++) {
        struct crew_worker *w = &crew->workers[i];

        if (w->jobs.count != 0 && (w->jobs.count >= whet__crew_worker_depth(crew, w) ||
                                   w->jobs.bytes + job->len > HELD_BYTES))
            continue;
        if (best == NULL || w->jobs.count < best->jobs.count)
            best = w;
    }
    return best;
}

static void jobs_hand_out(struct whet_crew *crew)
{
    struct crew_worker *w;

    while (crew->waiting.first != NULL && (w = worker_for(crew, crew->waiting.first)) != NULL)
        whet__crew_worker_hold(w, whet__crew_line_pop(&crew->waiting));
}

int whet_crew_submit(struct whet_crew *crew, void *tag, const void *data, size_t len)
{
    struct crew_job *job;

    if (crew->held != 0 &&
        (crew->held >= (size_t)crew->workers_count * crew->options.in_flight ||
         crew->waiting.bytes > crew->workers_count * WAITING_BYTES))
        return -EAGAIN;
    if (len > SIZE_MAX / 2)
        return -ENOMEM;
    job = whet__mem_alloc(sizeof(*job) + whet__crew_padded(len));
    if (job == NULL)
        return -ENOMEM;
    *job = (struct crew_job){.tag = tag,
                             .len = sizeof(job->head) + whet__crew_padded(len),
                             .head = {.serial = ++crew->serial, .len = len}};
    if (len != 0)
        memcpy(job + 1, data, len);
    memset((char *)(job + 1) + len, 0, whet__crew_padded(len) - len);
    crew->held++;
    whet__crew_line_push(&crew->waiting, job);
    jobs_hand_out(crew);
    for (unsigned i = 0; i < crew->workers_count; i++) {
        if (crew->workers[i].unsent != NULL &&
            (crew->workers[i].jobs.count == 1 || crew->workers[i].mean_ns > SHORT_NS))
            (void)!whet__crew_worker_pump(&crew->workers[i]); /* whet_crew_next tells */
    }
    return 0;
}

/* A result that is here already. */
static int result_take(struct whet_crew *crew, struct whet_crew_result *out)
{
    whet__mem_free(crew->told);
    crew->told = NULL;
    for (unsigned i = 0; i < crew->workers_count; i++) {
        struct crew_worker *w = &crew->workers[(crew->turn + i) % crew->workers_count];

        if (whet__crew_worker_take(crew, w, out, &crew->told)) {
            crew->turn = (crew->turn + i + 1) % crew->workers_count;
            crew->held--;
            return 1;
        }
    }
    return 0;
}

static int crew_pump(struct whet_crew *crew)
{
    int rc = 0;

    jobs_hand_out(crew);
    for (unsigned i = 0; rc == 0 && i < crew->workers_count; i++)
        rc = whet__crew_worker_pump(&crew->workers[i]);
    return rc;
}

/* Until a worker has something to say or can be told more, or a limit may be over. */
static int crew_wait(struct whet_crew *crew, struct pollfd *fds)
{
    uint64_t left = (uint64_t)POLL_MAX_MS * NS_PER_MS;
    int got;

    for (unsigned i = 0; i < crew->workers_count; i++) {
        struct crew_worker *w = &crew->workers[i];
        uint64_t its = whet__crew_worker_watch(crew, w);

        if (its < left)
            left = its;
        fds[i] = (struct pollfd){.fd = w->gone ? -1 : w->servant.fd,
                                 .events = (short)(POLLIN | (w->unsent != NULL ? POLLOUT : 0))};
    }
    got = poll(fds, crew->workers_count, (int)((left + NS_PER_MS - 1) / NS_PER_MS));
    for (unsigned i = 0; got == 0 && i < crew->workers_count; i++)
        whet__crew_worker_look(&crew->workers[i]);
    return got < 0 ? -errno : 0;
}

int whet_crew_try(struct whet_crew *crew, struct whet_crew_result *out)
{
    int rc;

    if (crew->held == 0)
        return 0;
    if (result_take(crew, out))
        return 1;
    rc = crew_pump(crew);
    for (unsigned i = 0; i < crew->workers_count; i++) {
        (void)whet__crew_worker_watch(crew, &crew->workers[i]);
        whet__crew_worker_look(&crew->workers[i]);
    }
    return result_take(crew, out) ? 1 : rc;
}

int whet_crew_next(struct whet_crew *crew, struct whet_crew_result *out)
{
    struct pollfd few[16], *fds = few;
    int rc = 0;

    if (crew->held == 0)
        return 0;
    if (crew->workers_count > sizeof(few) / sizeof(few[0])) {
        fds = whet__mem_zalloc(crew->workers_count, sizeof(*fds));
        if (fds == NULL)
            return -ENOMEM;
    }
    while (rc == 0 && !result_take(crew, out)) {
        rc = crew_pump(crew);
        if (result_take(crew, out)) {
            rc = 0;
            break;
        }
        if (rc == 0)
            rc = crew_wait(crew, fds);
    }
    if (fds != few)
        whet__mem_free(fds);
    return rc == 0 ? 1 : rc;
}

uint64_t whet_crew_replaced(const struct whet_crew *crew)
{
    return crew->replaced;
}

const char *whet_crew_end_name(enum whet_crew_end end)
{
    static const char *const names[WHET_CREW_ENDS] = {
        [WHET_CREW_DONE] = "done",         [WHET_CREW_CRASHED] = "crashed",
        [WHET_CREW_EXITED] = "exited",     [WHET_CREW_CPU] = "processor time",
        [WHET_CREW_WALL] = "time",         [WHET_CREW_MEMORY] = "memory",
        [WHET_CREW_GARBLED] = "no result", [WHET_CREW_NO_WORKER] = "no worker",
    };

    return (unsigned)end < WHET_CREW_ENDS ? names[end] : "unknown";
}
