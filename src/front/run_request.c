/* One call of `whet run`, from the request to the exit code. */
#include "front/run_request.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/log.h"
#include "cluster/shard.h"
#include "front/run_merge.h"
#include "front/run_pace.h"
#include "front/run_part.h"
#include "front/run_slurm.h"
#include "front/run_watch.h"
#include "os/clock.h"
#include "os/signal.h"

#define JOB_BYTES        ((size_t)64 << 20)
#define PATIENCE_NS      UINT64_C(300000000000)
#define PATIENCE_STEP_NS UINT64_C(200000000)
#define LINE_MAX_        ((size_t)8 << 20)

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

/* Whether it would be run, as far as files as they are now can tell. */
static int print_verdict(FILE *out, struct whet_run_cache *cache,
                         const struct whet_run_job *job)
{
    struct whet_job_result result = {0};
    int rc;

    if (cache->results == NULL)
        return 0;
    rc = whet__results_look_up(cache->results, job, &result, NULL, NULL);
    whet__results_drop(cache->results, job);
    if (rc < 0)
        return rc;
    if (cache->explain)
        fprintf(out, "# %s\n", whet__text_str(&cache->why));
    fputs(rc == 1 ? "cached  " : "run     ", out);
    return 0;
}

/* Prints what would run, and touches nothing. */
static int dry_run(struct whet_run_input *in, const struct whet_run_request *r,
                   struct whet_run_cache *cache, struct whet_error *err)
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
        rc = print_verdict(r->out, cache, &job);
        if (rc == 0)
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

/* A number that somebody gave is meant for all of them. */
static unsigned io_jobs(const struct whet_run_input *in, const struct whet_run_request *r)
{
    int given = in->tuned_jobs != 0 || (r->jobs != NULL && strcmp(r->jobs, "auto") != 0);

    return in->jobs_open && !given ? whet__run_pace_io(&in->jobs) : 0;
}

static int run(struct whet_run_input *in, const struct whet_run_request *r, unsigned jobs,
               struct whet_job_log *log, struct whet_run_part *part,
               struct whet_run_cache *cache, struct whet_error *err)
{
    struct whet_run_counts counts = {0};
    struct whet_run_pace_keeper pace;
    struct whet_run_watch watch;
    struct whet_run_trace trace;
    int rc = whet__run_trace_open(&trace, r, err);

    if (rc != 0)
        return rc;
    rc = whet__run_pace_open(&pace, jobs, r->jobs != NULL && strcmp(r->jobs, "auto") == 0);
    if (rc != 0) {
        whet__run_trace_close(&trace);
        return whet_error_set(err, rc, "cannot run commands: %s", strerror(-rc));
    }
    whet__run_watch_init(&watch, r, in->source.total, jobs, log);
    watch.about = in->source.about;
    watch.part = part;
    watch.cache = cache;
    watch.trace = &trace;
    whet__by_hand_install();
    whet__suspend_install();
    rc = whet__executor_run(
        &(struct whet_run_options){.source = in->source,
                                   .sink = whet__run_watch_sink(&watch),
                                   .hooks = whet__run_watch_hooks(&watch),
                                   .pause = &watch.pause,
                                   .tracer = trace.tracer,
                                   .jobs = jobs,
                                   .pace = whet__run_pace(&pace),
                                   .io_jobs = io_jobs(in, r),
                                   .halt = r->halt,
                                   .order = part != NULL ? WHET_SHOW_FINISH : r->order,
                                   .grace_ns = r->grace_ns,
                                   .hold_bytes = r->hold_bytes,
                                   .keep_bytes = WHET_RESULTS_PRINTED},
        &counts, err);
    whet__suspend_remove();
    whet__run_watch_end(&watch);
    whet__run_pace_close(&pace);
    if (rc == 0 && part != NULL && whet__interrupted() == 0)
        rc = whet__run_part_end(
            part,
            &(struct whet_run_part_end){.left = whet__run_watch_left(&watch, &counts),
                                        .list = in->shard.whole ? in->shard.list : 0},
            err);
    if (rc == 0)
        rc = whet__run_watch_answer(&watch, &counts);
    else if (rc == -EPIPE) /* the driver meets the closed pipe itself, and ends as others do */
        rc = 1;
    whet__run_trace_close(&trace);
    return rc;
}

/* The log of a shard may still be that of a node that was given up: Slurm will end it, and a
 * file server forgets the locks of a machine that is gone. */
static int log_open(struct whet_job_log *log, const char *path, enum whet_job_log_mode mode,
                    int patient, struct whet_error *err)
{
    uint64_t until_ns = whet__clock_now_ns() + PATIENCE_NS;
    int rc = whet__job_log_open(log, path, mode, err);

    if (rc == -EBUSY && patient)
        whet__log(WHET_LOG_WARNING, "waiting for the other that writes '%.300s'", path);
    while (rc == -EBUSY && patient && whet__interrupted() == 0 &&
           whet__clock_now_ns() < until_ns) {
        whet__clock_sleep_ns(PATIENCE_STEP_NS);
        rc = whet__job_log_open(log, path, mode, err);
    }
    return rc;
}

static int run_with_log(struct whet_run_input *in, const struct whet_run_request *r,
                        const char *path, unsigned jobs, struct whet_run_part *part,
                        struct whet_run_cache *cache, struct whet_error *err)
{
    struct whet_job_log log;
    int rc;

    if (path == NULL)
        return run(in, r, jobs, NULL, part, cache, err);
    rc = log_open(&log, path, r->log_mode, part != NULL, err);
    if (rc != 0)
        return rc;
    log.same_number = part != NULL; /* each needs its own line for the merge */
    if (part != NULL)
        rc = whet__run_part_begin(part, err);
    if (rc == 0)
        rc = run(in, r, jobs, &log, part, cache, err);
    if (rc < 0)
        whet__job_log_undo(&log);
    whet__job_log_close(&log);
    return rc;
}

static int run_part(struct whet_run_input *in, const struct whet_run_request *r, unsigned jobs,
                    struct whet_run_cache *cache, struct whet_error *err)
{
    struct whet_run_part part;
    struct whet_shard shard;
    int rc;

    if (r->parts == NULL)
        return run_with_log(in, r, r->log, jobs, NULL, cache, err);
    rc = whet__shard_read(r->shard, &shard, err);
    if (rc == 0)
        rc = whet__run_part_open(&part, r->parts, shard, err);
    if (rc != 0)
        return rc;
    rc = run_with_log(in, r, whet__text_str(&part.log), jobs, &part, cache, err);
    whet__run_part_close(&part);
    return rc;
}

static int run_cached(struct whet_run_input *in, const struct whet_run_request *r,
                      unsigned jobs, struct whet_error *err)
{
    struct whet_run_cache cache;
    int rc = whet__run_cache_open(&cache, r, !r->dry_run, err);

    if (rc != 0)
        return rc;
    /* Of a graph all is known before the first is begun. Others may be written to a pipe, and
     * what they read right before them. */
    if (cache.results != NULL && in->source.ended != NULL)
        whet__results_steady(cache.results);
    rc = r->dry_run ? dry_run(in, r, &cache, err) : run_part(in, r, jobs, &cache, err);
    whet__run_cache_close(&cache, NULL, 0);
    return rc;
}

static int check_cache(const struct whet_run_request *r, struct whet_error *err)
{
    if (r->cache && r->order == WHET_SHOW_LIVE)
        return whet_error_set(err, -EINVAL,
                              "--live does not go with '--cache': what is shown as it comes is "
                              "not held to be kept");
    if (!r->cache && (r->force || r->explain || r->remote != NULL || r->cache_failures))
        return whet_error_set(err, -EINVAL, "no cache: '%s': give --cache, too",
                              r->force            ? "--force"
                              : r->explain        ? "--explain"
                              : r->remote != NULL ? "--remote"
                                                  : "--cache-failures");
    return 0;
}

static size_t length_of(const struct whet_vec *list)
{
    return list != NULL ? list->len : 0;
}

static int check_declares(const struct whet_run_request *r, struct whet_error *err)
{
    if (!r->trace_inputs && length_of(r->trace_ignore) != 0)
        return whet_error_set(err, -EINVAL,
                              "what for: '--trace-ignore' goes with '--trace-inputs'");
    if (r->cache || r->trace_inputs ||
        length_of(r->inputs) + length_of(r->outputs) + (r->depfile != NULL) == 0)
        return 0;
    return whet_error_set(err, -EINVAL,
                          "what for: '%s' goes with '--cache' and '--trace-inputs'",
                          length_of(r->inputs) != 0    ? "--input"
                          : length_of(r->outputs) != 0 ? "--output"
                                                       : "--depfile");
}

/* An option that would do nothing is better said than passed over. */
static int check_companions(const struct whet_run_request *r, struct whet_error *err)
{
    const char *what = r->category != NULL && !r->project                   ? "--category"
                       : r->anywhere && !r->cache                           ? "--anywhere"
                       : r->cache_dir != NULL && !r->cache                  ? "--cache-dir"
                       : r->cache_size != 0 && !r->cache                    ? "--cache-size"
                       : length_of(r->pass) != 0 && !r->cache && !r->strict ? "--pass"
                                                                            : NULL;

    if (what == NULL || r->merge)
        return 0;
    return whet_error_set(err, -EINVAL, "what for: '%s' goes with '%s'", what,
                          r->category != NULL && !r->project ? "--project"
                          : what[2] == 'p'                   ? "--cache' or '--strict"
                                                             : "--cache");
}

/* Several inputs for one command. */
static int check_batch(const struct whet_run_request *r, struct whet_error *err)
{
    size_t marks = 0;

    for (size_t i = 0; i < r->operand_count; i++)
        marks += (size_t)whet__inputs_is_mark(r->operands[i]);
    if (r->max_args <= 1)
        return 0;
    if (r->shell || r->depfile != NULL)
        return whet_error_set(err, -EINVAL,
                              "--max-args does not go with '%s': one word stands for one input",
                              r->shell ? "--shell" : "--depfile");
    return marks == 1 ? 0
                      : whet_error_set(err, -EINVAL,
                                       "--max-args wants one list of inputs: whet run "
                                       "--max-args 9 'gzip {}' ::: FILE...");
}

/* Who runs it. */
static int check_engine(const struct whet_run_request *r, struct whet_error *err)
{
    if ((r->merge != 0) + (r->shard != NULL) + (r->on != NULL) > 1)
        return whet_error_set(err, -EINVAL, "one of them: '--merge', '--shard' and '--on'");
    if (r->on != NULL && strcmp(r->on, "slurm") != 0)
        return whet_error_set(err, -EINVAL, "unknown engine: '%.64s': choose slurm", r->on);
    if (r->on == NULL && (r->shards != 0 || (r->sbatch != NULL && r->sbatch->len != 0)))
        return whet_error_set(err, -EINVAL,
                              "what for: '--shards' and '--sbatch' go with '--on slurm'");
    if (r->merge && r->operand_count != 1)
        return whet_error_set(err, -EINVAL,
                              "one folder of parts is expected, behind all options: whet run "
                              "--merge DIR");
    return 0;
}

/* What it leaves. */
static int check_parts(const struct whet_run_request *r, struct whet_error *err)
{
    if (r->parts != NULL && r->shard == NULL && r->on == NULL)
        return whet_error_set(err, -EINVAL,
                              "what for: '--parts' goes with '--shard' and '--on slurm'");
    if (r->parts != NULL && r->shard != NULL && r->log != NULL)
        return whet_error_set(err, -EINVAL,
                              "a shard's log is in its parts: leave out '--log', and give it "
                              "to '--merge'");
    if ((r->parts != NULL || r->on != NULL) && r->order == WHET_SHOW_LIVE)
        return whet_error_set(err, -EINVAL, "what is kept is not shown: leave out '--live'");
    if (r->on != NULL && r->parts == NULL && r->log_mode != WHET_JOB_LOG_NEW)
        return whet_error_set(err, -EINVAL,
                              "nothing to go on with: '--resume': name the folder by "
                              "--parts DIR");
    return 0;
}

/* What tasks of an array say, beside the output of commands, is in their parts and nowhere
 * else; what they traced is in the log, too. */
static int check_told(const struct whet_run_request *r, struct whet_error *err)
{
    if (r->on == NULL || r->parts != NULL || r->dry_run)
        return 0;
    if (r->explain)
        return whet_error_set(err, -EINVAL,
                              "nobody would see what --explain says: name the folder that "
                              "keeps it by '--parts DIR'");
    if (r->trace_inputs && r->log == NULL)
        return whet_error_set(err, -EINVAL,
                              "nobody would see what --trace-inputs finds: name the log that "
                              "keeps it by '--log FILE'");
    return 0;
}

static int check_log(const struct whet_run_request *r, struct whet_error *err)
{
    if (r->log == NULL && r->parts == NULL && r->log_mode != WHET_JOB_LOG_NEW)
        return whet_error_set(err, -EINVAL,
                              "nothing to go on with: '--resume': name the log by "
                              "--log FILE");
    return 0;
}

int whet__run_request(const struct whet_run_request *r, struct whet_error *err)
{
    struct whet_run_input in;
    unsigned jobs;
    int rc = whet__run_jobs_parse(r->jobs, &jobs, err);

    if (rc == 0)
        rc = check_engine(r, err);
    if (rc == 0)
        rc = check_batch(r, err);
    if (rc == 0)
        rc = check_parts(r, err);
    if (rc == 0)
        rc = check_log(r, err);
    if (rc == 0)
        rc = check_cache(r, err);
    if (rc == 0)
        rc = check_told(r, err);
    if (rc == 0)
        rc = check_companions(r, err);
    if (rc == 0)
        rc = check_declares(r, err);
    if (rc != 0)
        return rc;
    if (r->merge)
        return whet__run_merge(r, r->operands[0], err);
    if (r->on != NULL && !r->dry_run)
        return whet__run_on_slurm(r, err);
    rc = whet__run_input_open(&in, r, err);
    if (rc != 0)
        return rc;
    if (r->jobs == NULL && in.tuned_jobs != 0)
        jobs = in.tuned_jobs;
    rc = run_cached(&in, r, jobs, err);
    whet__run_input_close(&in);
    return rc;
}
