/* The program's side of a session. A process does one thing: it lists, or finds the
 * iterations of one case, or runs its epochs; the answer appears whole when all went well, so
 * that a crash is seen as none. */
#include "bench/functions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "bench/function_answer.h"
#include "bench/function_registry.h"
#include "bench/function_request.h"
#include "bench/function_run.h"
#include "os/file.h"
#include "os/signal.h"

#define TARGET_NS    1000000 /* the least length of an epoch, and ... */
#define TARGET_STEPS 1000    /* ... in steps of the clock */

static uint64_t target_of(const struct whet_function_request *q,
                          const struct whet_function_clock *clock)
{
    uint64_t steps = TARGET_STEPS * clock->step_ns;

    if (q->epoch_ns != 0)
        return q->epoch_ns;
    return steps > TARGET_NS ? steps : TARGET_NS;
}

/* The arguments and the number of threads, as text that lives with the answer. */
static int params_fill(struct whet_function_answer *a, struct whet_function_listed *l,
                       const struct whet_function_case *one)
{
    for (size_t i = 0; i < one->arg_count; i++) {
        char value[24];
        int len = snprintf(value, sizeof(value), "%" PRId64, one->args[i]);

        l->params[i].name = one->arg_names[i];
        l->params[i].value = whet__arena_strndup(&a->strings, value, (size_t)len);
        if (l->params[i].value == NULL)
            return -ENOMEM;
    }
    l->param_count = one->arg_count;
    return 0;
}

static int list(struct whet_function_answer *a, const struct whet_function_cases *cases)
{
    a->is_list = 1;
    for (size_t i = 0; i < cases->cases.len; i++) {
        const struct whet_function_case *one = whet__vec_at(&cases->cases, i);
        struct whet_function_listed *l = whet__vec_push(&a->cases);

        if (l == NULL || params_fill(a, l, one) != 0)
            return -ENOMEM;
        l->name = one->name;
        l->group = one->group;
        l->about = one->about;
        l->threads = one->threads;
    }
    return 0;
}

/* The first epoch warms up: caches, the heap, the branch predictors. With `linear` the k-th
 * epoch has k times the iterations, for a slope. */
static int measure(struct whet_function_answer *a, struct whet_function_run *run,
                   const struct whet_function_request *q)
{
    struct whet_function_epoch warm = {0};

    whet__function_run_epoch(run, q->iterations, &warm);
    for (unsigned i = 0; i < q->epochs; i++) {
        struct whet_function_epoch *e = whet__vec_push(&a->epochs);

        if (e == NULL)
            return -ENOMEM;
        whet__function_run_epoch(run, q->linear ? (i + 1) * q->iterations : q->iterations, e);
    }
    a->iterations = q->iterations;
    return 0;
}

/* Takes what the run knows; names and reasons are copied, for the run is closed before the
 * answer is written: a teardown that crashes is a crash of the benchmark. */
static int conclude(struct whet_function_answer *a, const struct whet_function_run *run)
{
    const char *why;

    a->verdict = whet__function_run_verdict(run, &why);
    a->text = whet__arena_strndup(&a->strings, why, strlen(why));
    whet__function_run_work(run, &a->bytes, &a->items);
    a->counter_count = whet__function_run_counters(run, a->counters);
    for (size_t i = 0; i < a->counter_count; i++) {
        struct whet_function_counter *c = &a->counters[i];

        c->name = whet__arena_strndup(&a->strings, c->name, strlen(c->name));
        if (c->name == NULL)
            return -ENOMEM;
    }
    if (a->verdict != WHET_FUNCTION_MEASURED)
        whet__vec_clear(&a->epochs);
    return a->text != NULL ? 0 : -ENOMEM;
}

static int run_case(struct whet_function_answer *a, const struct whet_function_case *one,
                    const struct whet_function_request *q)
{
    struct whet_function_clock clock;
    struct whet_function_run *run;
    int rc;

    a->name = one->name;
    whet__function_clock_read(&clock);
    rc = whet__function_run_open(&run, one, &clock, q->scratch, q->seed);
    if (rc != 0)
        return rc;
    if (q->verb == WHET_FUNCTION_CALIBRATE)
        whet__function_run_calibrate(run, target_of(q, &clock), &a->iterations);
    else
        rc = measure(a, run, q);
    if (rc == 0)
        rc = conclude(a, run);
    whet__function_run_close(run);
    return rc;
}

static int fulfil(struct whet_function_answer *a, const struct whet_function_cases *cases,
                  const struct whet_function_request *q, struct whet_error *err)
{
    const struct whet_function_case *one;
    int rc;

    if (q->verb == WHET_FUNCTION_LIST) {
        rc = list(a, cases);
    } else {
        one = whet__function_cases_find(cases, q->name);
        if (one == NULL)
            return whet_error_set(err, -ENOENT, "no such benchmark: '%s'", q->name);
        rc = run_case(a, one, q);
    }
    if (rc != 0)
        whet_error_set(err, rc, "no memory or no threads: %s", strerror(-rc));
    return rc;
}

static int write_answer(const struct whet_function_answer *a, const char *path)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, WHET_FUNCTION_ANSWER_MAX);
    whet__function_answer_write(a, &text);
    rc = whet__text_error(&text);
    if (rc == 0)
        rc = whet__file_write(path, text.data, text.len, 0);
    whet__text_clear(&text);
    return rc;
}

int whet__function_worker(const char *request)
{
    struct whet_function_request q;
    struct whet_function_cases cases = {0};
    struct whet_function_answer answer;
    struct whet_error err = {0};
    int rc = whet__function_request_read(&q, request);

    if (rc != 0)
        return 2;
    whet__interrupt_remove();
    (void)unlink(q.file); /* nobody shall take an older answer for ours */
    whet__function_answer_init(&answer);
    rc = whet__function_cases_init(&cases, &err);
    if (rc == 0) {
        rc = fulfil(&answer, &cases, &q, &err);
        if (rc != 0)
            answer.error = err.text;
    } else {
        answer.error = err.text;
    }
    rc = write_answer(&answer, q.file);
    whet__function_answer_clear(&answer);
    whet__function_cases_clear(&cases);
    whet__function_request_clear(&q);
    return rc == 0 ? 0 : 2;
}
