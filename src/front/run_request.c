/* One call of `whet run`, from the request to the exit code. */
#include "front/run_request.h"

#include <errno.h>
#include <poll.h>

#include "front/run_watch.h"
#include "os/signal.h"

#define JOB_BYTES ((size_t)64 << 20)
#define LINE_MAX_ ((size_t)8 << 20)

static void wait_for(int fd)
{
    struct pollfd ready = {fd, POLLIN, 0};

    (void)poll(&ready, 1, -1);
}

static int print_job(FILE *out, const struct whet_run_job *job)
{
    struct whet_run_job plain = *job;
    struct whet_text text;
    int rc;

    plain.name = NULL;
    whet__text_init(&text, LINE_MAX_);
    if (job->name != NULL)
        whet__text_printf(&text, "%s: ", job->name);
    whet__job_describe(&plain, &text);
    whet__text_putc(&text, '\n');
    rc = whet__text_error(&text);
    fwrite(whet__text_str(&text), 1, text.len, out);
    whet__text_clear(&text);
    return rc;
}

/* Prints what would run, and touches nothing. */
static int dry_run(struct whet_run_input *in, const struct whet_run_request *r,
                   struct whet_error *err)
{
    const struct whet_job_result done = {.end = WHET_JOB_OK};
    struct whet_arena arena;
    int rc = 1;

    whet__arena_init(&arena, JOB_BYTES);
    while (rc != 0 && whet__interrupted() == 0) {
        struct whet_run_job job = {0};

        whet__arena_reset(&arena);
        rc = in->source.next(in->source.ctx, 1, &arena, &job, err);
        if (rc == -EAGAIN) {
            wait_for(in->source.fd);
            continue;
        }
        if (rc <= 0)
            break;
        rc = print_job(r->out, &job);
        if (in->source.ended != NULL)
            in->source.ended(in->source.ctx, &job, &done);
        if (rc != 0)
            break;
        rc = 1;
    }
    whet__arena_clear(&arena);
    return rc;
}

static int run(struct whet_run_input *in, const struct whet_run_request *r, unsigned jobs,
               struct whet_job_log *log, struct whet_error *err)
{
    struct whet_run_counts counts = {0};
    struct whet_run_watch watch;
    int rc;

    whet__run_watch_init(&watch, r, in->source.total, jobs, log);
    rc = whet__executor_run(&(struct whet_run_options){.source = in->source,
                                                       .sink = whet__run_watch_sink(&watch),
                                                       .hooks = whet__run_watch_hooks(&watch),
                                                       .jobs = jobs,
                                                       .halt = r->halt,
                                                       .order = r->order,
                                                       .grace_ns = r->grace_ns},
                            &counts, err);
    whet__run_watch_end(&watch);
    /* The driver meets the closed pipe itself, and ends as others do then. */
    if (rc == -EPIPE)
        return 1;
    return rc != 0 ? rc : whet__run_watch_answer(&watch, &counts);
}

static int run_with_log(struct whet_run_input *in, const struct whet_run_request *r,
                        unsigned jobs, struct whet_error *err)
{
    struct whet_job_log log;
    int rc;

    if (r->log == NULL)
        return run(in, r, jobs, NULL, err);
    rc = whet__job_log_open(&log, r->log, r->log_mode, err);
    if (rc != 0)
        return rc;
    rc = run(in, r, jobs, &log, err);
    whet__job_log_close(&log);
    return rc;
}

int whet__run_request(const struct whet_run_request *r, struct whet_error *err)
{
    struct whet_run_input in;
    unsigned jobs;
    int rc = whet__run_jobs_parse(r->jobs, &jobs, err);

    if (rc == 0 && r->log == NULL && r->log_mode != WHET_JOB_LOG_NEW)
        rc = whet_error_set(err, -EINVAL,
                            "nothing to go on with: '--resume': name the log by "
                            "--log FILE");
    if (rc != 0)
        return rc;
    rc = whet__run_input_open(&in, r, err);
    if (rc != 0)
        return rc;
    if (r->jobs == NULL && in.tuned_jobs != 0)
        jobs = in.tuned_jobs;
    rc = r->dry_run ? dry_run(&in, r, err) : run_with_log(&in, r, jobs, err);
    whet__run_input_close(&in);
    return rc;
}
