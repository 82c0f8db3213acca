/* Runs the epochs of one case. Threads are started once and wait between epochs, so that
 * their start is in no measurement. */
#include "bench/function_run.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "bench/function_state.h"
#include "os/clock.h"

#define STACK_PAD      4096 /* the stack of an epoch begins up to here lower ... */
#define STACK_ALIGN    16   /* ... in such steps */
#define ITERATIONS_MAX (UINT64_C(1) << 50)
#define GROWTH_MAX     10
#define REMOVED_CYCLES 0.1   /* an iteration that takes less is none */
#define REMOVED_MIN    10000 /* iterations, before that is judged */
#define PAIRS_IN_BATCH 100   /* clock readings that fit into a batch, at least */
#define ONE_THREAD     0.97  /* of the process's CPU time is its first thread's */
#define LONG_EPOCH     10    /* times the target: one such reading is enough */

struct helper {
    struct whet_function_run *run;
    struct whet_bench_state *state;
    pthread_t thread;
};

struct whet_function_run {
    const struct whet_function_case *test;
    const struct whet_function_clock *clock;
    struct whet_bench_state *states; /* one for each thread */
    struct whet_function_gate begin, end;
    uint64_t seed;
    struct whet_random pads; /* of the stacks; differs from process to process */
    int is_set_up;

    struct helper *helpers; /* all threads but the first, which is the caller's */
    unsigned started;
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    unsigned epoch; /* rises to let the helpers go */
    unsigned busy;  /* helpers that have not come back */
    int over;
};

static struct whet_bench_state *first(const struct whet_function_run *run)
{
    return &run->states[0];
}

/* ---- One thread's part of an epoch ---- */

/* Where a stack lies decides which of its data share cache sets: another place each time
 * turns that into noise that the median sees. */
__attribute__((noinline)) static void call_lower(struct whet_bench_state *s, size_t pad)
{
    char *room = __builtin_alloca(pad + STACK_ALIGN);

    room[0] = 0; /* or compilers ask what is kept of it */
    whet_bench_keep(room);
    s->test->run(s);
}

/* A thread that will not pass the gates any more must not keep the others waiting. */
static void run_state(struct whet_bench_state *s)
{
    call_lower(s, s->pad);
    if (s->phase == WHET_FUNCTION_AFTER)
        return;
    if (s->phase == WHET_FUNCTION_INSIDE)
        whet_bench_fail(s, "its timed loop was left early (return)");
    atomic_store(&s->begin->broken, 1);
    atomic_store(&s->end->broken, 1);
}

static void *helper_main(void *arg)
{
    struct helper *h = arg;
    struct whet_function_run *run = h->run;
    unsigned seen = 0;

    pthread_mutex_lock(&run->lock);
    for (;;) {
        while (run->epoch == seen && !run->over)
            pthread_cond_wait(&run->wake, &run->lock);
        if (run->over)
            break;
        seen = run->epoch;
        pthread_mutex_unlock(&run->lock);
        run_state(h->state);
        pthread_mutex_lock(&run->lock);
        if (--run->busy == 0)
            pthread_cond_signal(&run->done);
    }
    pthread_mutex_unlock(&run->lock);
    return NULL;
}

/* ---- Opening and closing ---- */

static void states_init(struct whet_function_run *run, const char *scratch)
{
    for (unsigned i = 0; i < run->test->threads; i++) {
        struct whet_bench_state *s = &run->states[i];

        s->test = run->test;
        s->scratch = scratch;
        s->thread = i;
        s->begin = &run->begin;
        s->end = &run->end;
        whet__random_init(&s->random, run->seed + i);
    }
}

static int helpers_start(struct whet_function_run *run)
{
    for (unsigned i = 1; i < run->test->threads; i++) {
        struct helper *h = &run->helpers[i - 1];
        int rc;

        h->run = run;
        h->state = &run->states[i];
        rc = pthread_create(&h->thread, NULL, helper_main, h);
        if (rc != 0)
            return -rc;
        run->started++;
    }
    return 0;
}

static void set_up(struct whet_function_run *run)
{
    void *data = NULL;

    run->is_set_up = 1;
    if (run->test->setup != NULL)
        data = run->test->setup(first(run));
    for (unsigned i = 0; i < run->test->threads; i++)
        run->states[i].data = data;
}

int whet__function_run_open(struct whet_function_run **out,
                            const struct whet_function_case *test,
                            const struct whet_function_clock *clock, const char *scratch,
                            uint64_t seed)
{
    struct whet_function_run *run = whet__mem_zalloc(1, sizeof(*run));
    int rc = -ENOMEM;

    if (run == NULL)
        return -ENOMEM;
    run->test = test;
    run->clock = clock;
    run->seed = seed;
    run->begin.count = run->end.count = test->threads;
    whet__random_init(&run->pads, seed ^ whet__clock_now_ns());
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->wake, NULL);
    pthread_cond_init(&run->done, NULL);
    run->states = whet__mem_zalloc(test->threads, sizeof(*run->states));
    run->helpers = whet__mem_zalloc(test->threads, sizeof(*run->helpers));
    if (run->states != NULL && run->helpers != NULL) {
        states_init(run, scratch);
        rc = helpers_start(run);
    }
    if (rc != 0) {
        whet__function_run_close(run);
        return rc;
    }
    set_up(run);
    *out = run;
    return 0;
}

void whet__function_run_close(struct whet_function_run *run)
{
    if (run == NULL)
        return;
    if (run->is_set_up && run->test->teardown != NULL)
        run->test->teardown(first(run)->data);
    pthread_mutex_lock(&run->lock);
    run->over = 1;
    pthread_cond_broadcast(&run->wake);
    pthread_mutex_unlock(&run->lock);
    for (unsigned i = 0; i < run->started; i++)
        pthread_join(run->helpers[i].thread, NULL);
    pthread_cond_destroy(&run->done);
    pthread_cond_destroy(&run->wake);
    pthread_mutex_destroy(&run->lock);
    whet__mem_free(run->helpers);
    whet__mem_free(run->states);
    whet__mem_free(run);
}

/* ---- An epoch ---- */

static void states_reset(struct whet_function_run *run, uint64_t iterations)
{
    static const struct whet_function_readings none;

    for (unsigned i = 0; i < run->test->threads; i++) {
        struct whet_bench_state *s = &run->states[i];

        s->pad = (size_t)whet__random_below(&run->pads, STACK_PAD / STACK_ALIGN) * STACK_ALIGN;
        s->iterations = iterations;
        s->phase = WHET_FUNCTION_BEFORE;
        s->left = s->batch = s->batches = 0;
        s->from = s->sum = none;
        s->first_ns = s->last_ns = 0;
        s->delay_known = 0;
        whet__random_init(&s->random, run->seed + i);
    }
    atomic_store(&run->begin.arrived, 0);
    atomic_store(&run->begin.broken, 0);
    atomic_store(&run->end.arrived, 0);
    atomic_store(&run->end.broken, 0);
}

static void threads_run(struct whet_function_run *run)
{
    pthread_mutex_lock(&run->lock);
    run->epoch++;
    run->busy = run->started;
    pthread_cond_broadcast(&run->wake);
    pthread_mutex_unlock(&run->lock);
    run_state(first(run));
    pthread_mutex_lock(&run->lock);
    while (run->busy > 0)
        pthread_cond_wait(&run->done, &run->lock);
    pthread_mutex_unlock(&run->lock);
}

static int is_measured(const struct whet_function_run *run)
{
    const char *why;

    return whet__function_run_verdict(run, &why) == WHET_FUNCTION_MEASURED;
}

/* From the first one's begin to the last one's end; with batches, between which there is time
 * that does not count, of the slowest. */
static double wall_of(const struct whet_function_run *run)
{
    uint64_t begin = UINT64_MAX, end = 0, slowest = 0;

    for (unsigned i = 0; i < run->test->threads; i++) {
        const struct whet_bench_state *s = &run->states[i];

        begin = s->first_ns < begin ? s->first_ns : begin;
        end = s->last_ns > end ? s->last_ns : end;
        slowest = s->sum.wall_ns > slowest ? s->sum.wall_ns : slowest;
    }
    return (double)(first(run)->batches > 0 ? slowest : end - begin);
}

/* What reading the clocks itself takes is not of the benchmark: the least that it ever took,
 * so never too much, and far less than an epoch or batch. */
static double without(double ns, uint64_t each_ns, uint64_t batches)
{
    double readings = (double)each_ns * (double)(batches > 0 ? batches : 1);

    return ns > readings ? ns - readings : 0;
}

static double cpu_of(const struct whet_function_run *run)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < run->test->threads; i++)
        sum += run->states[i].sum.cpu_ns;
    return (double)sum / run->test->threads;
}

/* Without the time that it was ready to run and did not: known of one thread that did it
 * all. */
static void active_of(const struct whet_bench_state *s, struct whet_function_epoch *e)
{
    int alone = (double)s->sum.own_cpu_ns >= ONE_THREAD * (double)s->sum.cpu_ns;

    if (!s->delay_known)
        return;
    e->delay_ns = (double)s->sum.delay_ns;
    if (alone && e->delay_ns < e->wall_ns)
        e->active_ns = e->wall_ns - e->delay_ns;
}

/* Where one thread fails, the others do not come to their loops either: that is not what is
 * wrong. */
static void check_loops(struct whet_function_run *run)
{
    if (!is_measured(run))
        return;
    for (unsigned i = 0; i < run->test->threads; i++) {
        if (run->states[i].phase != WHET_FUNCTION_AFTER)
            whet_bench_fail(&run->states[i], "it never came to its timed loop: WHET_BENCH_LOOP "
                                             "or WHET_BENCH_BATCH");
    }
}

void whet__function_run_epoch(struct whet_function_run *run, uint64_t iterations,
                              struct whet_function_epoch *out)
{
    const struct whet_bench_state *s = first(run);

    if (!is_measured(run))
        return;
    states_reset(run, iterations);
    threads_run(run);
    check_loops(run);
    if (!is_measured(run))
        return;
    *out = (struct whet_function_epoch){
        .iterations = iterations,
        .wall_ns = without(wall_of(run), run->clock->pair_ns, s->batches),
        .active_ns = NAN,
        .delay_ns = NAN,
        .cpu_ns = without(cpu_of(run), run->clock->cpu_pair_ns, s->batches),
        .allocations = NAN,
        .allocated_bytes = NAN,
    };
    if (s->batches > 0 &&
        out->wall_ns < PAIRS_IN_BATCH * (double)run->clock->cpu_pair_ns * (double)s->batches)
        out->cpu_ns = NAN; /* mostly of reading the clock */
    active_of(s, out);
    if (whet__function_counts_allocations()) {
        out->allocations = (double)s->sum.allocations;
        out->allocated_bytes = (double)s->sum.allocated_bytes;
    }
}

/* ---- Calibration ---- */

/* Fails a benchmark whose work is not there, or too short for the clock. */
static void check_work(struct whet_function_run *run, const struct whet_function_epoch *e)
{
    uint64_t batches = first(run)->batches;

    if (batches > 0) {
        double each = e->wall_ns / (double)batches;

        if (batches > 1 && each < PAIRS_IN_BATCH * (double)run->clock->pair_ns)
            whet_bench_fail(first(run),
                            "a batch takes %.0f ns, too little for the clock: prepare more "
                            "inputs at once; if that does not help the compiler has removed "
                            "the work: keep its result with WHET_BENCH_KEEP",
                            each);
    } else if (e->iterations >= REMOVED_MIN &&
               e->wall_ns < REMOVED_CYCLES * run->clock->cycle_ns * (double)e->iterations) {
        whet_bench_fail(first(run), "the compiler has removed its loop: keep the result of the "
                                    "work with WHET_BENCH_KEEP");
    }
}

/* Towards a quarter more than the target, but not by too much on a short reading. */
static uint64_t grown(uint64_t iterations, double wall_ns, double target_ns)
{
    double factor = wall_ns > 0 ? 1.25 * target_ns / wall_ns : GROWTH_MAX;
    uint64_t next;

    if (factor > GROWTH_MAX)
        factor = GROWTH_MAX;
    next = (uint64_t)((double)iterations * factor);
    return next > iterations ? next : iterations + 1;
}

void whet__function_run_calibrate(struct whet_function_run *run, uint64_t target_ns,
                                  uint64_t *iterations)
{
    struct whet_function_epoch e = {0};
    double target = (double)target_ns;
    unsigned in_row = 0;
    uint64_t n = 1;

    while (in_row < 2 && n < ITERATIONS_MAX) {
        whet__function_run_epoch(run, n, &e);
        if (is_measured(run) && (e.wall_ns >= target || first(run)->batches == 0))
            check_work(run, &e);
        if (!is_measured(run))
            return;
        if (e.wall_ns >= target) {
            in_row += e.wall_ns >= LONG_EPOCH * target ? 2 : 1;
        } else {
            in_row = 0;
            n = grown(n, e.wall_ns, target);
        }
    }
    *iterations = n;
}

/* ---- What came of it ---- */

enum whet_function_verdict whet__function_run_verdict(const struct whet_function_run *run,
                                                      const char **why)
{
    for (unsigned i = 0; i < run->test->threads; i++) {
        if (run->states[i].verdict != WHET_FUNCTION_MEASURED) {
            *why = run->states[i].why;
            return run->states[i].verdict;
        }
    }
    *why = "";
    return WHET_FUNCTION_MEASURED;
}

void whet__function_run_work(const struct whet_function_run *run, double *bytes, double *items)
{
    *bytes = *items = 0;
    for (unsigned i = 0; i < run->test->threads; i++) {
        *bytes += run->states[i].bytes;
        *items += run->states[i].items;
    }
}

/* The mean over the threads that have it; the first thread that has it says its unit. */
size_t whet__function_run_counters(const struct whet_function_run *run,
                                   struct whet_function_counter *out)
{
    unsigned having[WHET_FUNCTION_COUNTERS_MAX] = {0};
    size_t count = 0;

    for (unsigned i = 0; i < run->test->threads; i++) {
        const struct whet_bench_state *s = &run->states[i];

        for (size_t k = 0; k < s->counter_count; k++) {
            size_t at = 0;

            while (at < count && strcmp(out[at].name, s->counters[k].name) != 0)
                at++;
            if (at == WHET_FUNCTION_COUNTERS_MAX)
                continue;
            if (at == count) {
                out[count] = s->counters[k];
                out[count++].value = 0;
            }
            out[at].value += s->counters[k].value;
            having[at]++;
        }
    }
    for (size_t k = 0; k < count; k++)
        out[k].value /= having[k];
    return count;
}
