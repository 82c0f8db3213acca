/* From the list to arms: a launch for each benchmark finds its number of iterations; then
 * every launch of a session is a sample. */
#include "bench/function_set.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "bench/function_sample.h"

#define OUTPUT_MAX 4096

/* ---- Calibration ---- */

static int counters_take(struct whet_functions *f, struct whet_function_item *it,
                         const struct whet_function_answer *a)
{
    it->counter_count = a->counter_count;
    for (size_t i = 0; i < a->counter_count; i++) {
        it->counters[i] = a->counters[i];
        it->counters[i].name = whet__function_kept(f, a->counters[i].name);
        if (it->counters[i].name == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* 0, or 1 when the benchmark was skipped, or an error. */
static int calibration_take(struct whet_functions *f, struct whet_function_item *it,
                            const struct whet_function_answer *a, struct whet_error *err)
{
    struct whet_function_skipped *s;

    if (a->error == NULL && a->verdict == WHET_FUNCTION_SKIPPED) {
        s = whet__vec_push(&f->skipped);
        if (s == NULL)
            return whet__function_no_memory(err);
        s->name = it->name;
        s->why = whet__function_kept(f, a->text);
        return s->why != NULL ? 1 : whet__function_no_memory(err);
    }
    if (a->error != NULL || a->verdict == WHET_FUNCTION_FAILED)
        return whet_error_set(err, -ECHILD, "benchmark '%.255s' failed: %.200s", it->name,
                              a->error != NULL ? a->error : a->text);
    if (a->is_list || strcmp(a->name, it->own_name) != 0 || a->iterations == 0)
        return whet_error_set(err, -EBADMSG, "benchmark did not say its iterations: '%.255s'",
                              it->name);
    it->iterations = a->iterations;
    it->bytes = a->bytes;
    it->items = a->items;
    return counters_take(f, it, a) == 0 ? 0 : whet__function_no_memory(err);
}

static int calibrate(struct whet_functions *f, struct whet_function_item *it,
                     struct whet_error *err)
{
    struct whet_function_request q = whet__function_request_of(f, it, WHET_FUNCTION_CALIBRATE);
    struct whet_function_answer answer;
    struct whet_spawn_result run;
    struct whet_text said;
    int rc;

    whet__text_init(&said, OUTPUT_MAX);
    rc = whet__function_launch(f, &q, f->o.timeout_ns, &said, &run, err);
    if (rc == 0) {
        rc = whet__function_answer_take(&answer, it->answer, err);
        if (rc == -ENOENT || (rc == 0 && (run.signal != 0 || run.exit_code != 0))) {
            if (rc == 0)
                whet__function_answer_clear(&answer);
            rc = whet__function_silence(it, &run, &said, err);
        } else if (rc == 0) {
            rc = calibration_take(f, it, &answer, err);
            whet__function_answer_clear(&answer);
        }
    }
    whet__text_clear(&said);
    return rc;
}

/* One that fails is no reason to measure none: it becomes an arm that is left out. 0 when it
 * is such a one. */
static int failure_take(struct whet_functions *f, struct whet_function_item *it, int rc,
                        const struct whet_error *why, struct whet_error *err)
{
    if (rc != -ECHILD && rc != -EBADMSG && rc != -ETIMEDOUT)
        return whet_error_set(err, rc, "%s", why->text);
    it->iterations = 1;
    it->failure = whet__function_kept(f, why->text);
    return it->failure != NULL ? 0 : whet__function_no_memory(err);
}

/* ---- Arms ---- */

static const char *hash_text(struct whet_functions *f, const struct whet_hash128 *hash)
{
    char text[33];

    whet__hash128_format(hash, text);
    return whet__function_kept(f, text);
}

/* Of the program and the benchmark's name: two benchmarks of one program are not the same
 * code. */
static const char *code_text(struct whet_functions *f, const struct whet_function_item *it)
{
    struct whet_hash128 parts[2] = {f->hash, whet__hash128(it->own_name, strlen(it->own_name))};
    struct whet_hash128 both = whet__hash128(parts, sizeof(parts));

    return hash_text(f, &both);
}

static int arm_fill(struct whet_functions *f, struct whet_function_item *it,
                    struct whet_bench_arm *arm, struct whet_error *err)
{
    struct whet_function_request q = whet__function_request_of(f, it, WHET_FUNCTION_RUN);
    const char *start = whet__function_joined(f, f->program[0], " ");
    const char *const *argv;
    int rc = whet__function_argv(f, &q, &argv, err);

    if (rc != 0)
        return rc;
    *arm = (struct whet_bench_arm){
        .about = {.name = it->name,
                  .kind = WHET_RESULT_FUNCTION,
                  .command =
                      start != NULL ? whet__function_joined(f, start, it->own_name) : NULL,
                  .params = it->params,
                  .param_count = it->param_count,
                  .program = f->path,
                  .program_hash = f->hash_known ? hash_text(f, &f->hash) : NULL,
                  .code_hash = f->hash_known ? code_text(f, it) : NULL,
                  .bytes = it->bytes,
                  .items = it->items,
                  .iterations = it->iterations,
                  .epochs = f->o.epochs,
                  .threads = it->threads,
                  .failure = it->failure,
                  .left_out = it->failure != NULL},
        .argv = argv,
        .program = f->path,
        .timeout_ns = f->o.timeout_ns};
    if (arm->about.command == NULL ||
        (f->hash_known && (arm->about.program_hash == NULL || arm->about.code_hash == NULL)))
        return whet__function_no_memory(err);
    return 0;
}

static int arms_fill(struct whet_functions *f, struct whet_error *err)
{
    whet__mem_free(f->arms);
    f->arms = whet__mem_zalloc(f->items.len + 1, sizeof(*f->arms));
    if (f->arms == NULL)
        return whet__function_no_memory(err);
    for (size_t i = 0; i < f->items.len; i++) {
        int rc = arm_fill(f, whet__function_item(f, i), &f->arms[i], err);

        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__functions_calibrate(struct whet_functions *f, struct whet_error *err)
{
    size_t left = 0;

    for (size_t i = 0; i < f->items.len; i++) {
        struct whet_error why = {0};
        int rc = calibrate(f, whet__function_item(f, i), &why);

        if (rc < 0)
            rc = failure_take(f, whet__function_item(f, i), rc, &why, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            *whet__function_item(f, left++) = *whet__function_item(f, i);
    }
    f->items.len = left;
    return arms_fill(f, err);
}

int whet__functions_share_counts(struct whet_functions *f, const struct whet_functions *with,
                                 struct whet_error *err)
{
    for (size_t i = 0; i < f->items.len; i++) {
        for (size_t k = 0; k < with->items.len; k++) {
            if (strcmp(whet__function_item(f, i)->own_name,
                       whet__function_item(with, k)->own_name) == 0)
                whet__function_item(f, i)->iterations =
                    whet__function_item(with, k)->iterations;
        }
    }
    return arms_fill(f, err);
}

const struct whet_bench_arm *whet__functions_arms(const struct whet_functions *f)
{
    return f->arms;
}

/* ---- In a session ---- */

int whet__functions_add_metrics(const struct whet_functions *f, struct whet_result *r)
{
    for (size_t i = 0; i < f->items.len; i++) {
        const struct whet_function_item *it = whet__function_item(f, i);

        for (size_t k = 0; k < it->counter_count; k++) {
            const struct whet_function_counter *c = &it->counters[k];
            struct whet_metric m = {c->name, c->name, c->unit, c->better};
            size_t index;
            int rc = whet__result_add_metric(r, &m, &index);

            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

static int is_whole(const struct whet_functions *f, const struct whet_function_item *it,
                    const struct whet_function_answer *a)
{
    return !a->is_list && strcmp(a->name, it->own_name) == 0 && a->epochs.len == f->o.epochs &&
           a->iterations == it->iterations;
}

int whet__functions_measured(struct whet_functions *f, size_t index,
                             const struct whet_result *r, double *values,
                             struct whet_error *why)
{
    const struct whet_function_item *it = whet__function_item(f, index);
    struct whet_function_answer answer;
    int rc = whet__function_answer_take(&answer, it->answer, why);

    if (rc == -ENOENT)
        return whet_error_set(why, -EBADMSG,
                              "benchmark ended the program before it could answer: '%.255s'",
                              it->name);
    if (rc != 0)
        return rc;
    if (answer.error != NULL || answer.verdict != WHET_FUNCTION_MEASURED)
        rc =
            whet_error_set(why, -ECHILD, "benchmark '%.255s' %s: %.200s", it->name,
                           answer.verdict == WHET_FUNCTION_SKIPPED ? "cannot be run" : "failed",
                           answer.error != NULL ? answer.error : answer.text);
    else if (!is_whole(f, it, &answer))
        rc = whet_error_set(why, -EBADMSG,
                            "benchmark answered something else than it was asked: '%.255s'",
                            it->name);
    else if (whet__function_sample_values(&answer, f->o.linear, r, values) != 0)
        rc = whet__function_no_memory(why);
    whet__function_answer_clear(&answer);
    return rc;
}
