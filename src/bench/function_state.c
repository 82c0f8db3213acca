/* The calls that a benchmark makes while it runs. What surrounds the timed part reads, in
 * this order: the slow clocks, then the wall clock; and back. */
#include "bench/function_state.h"

#include <ctype.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "os/sysfile.h"

#define SPINS 4096 /* some 10 us, before others are let run */

static void (*allocation_read)(uint64_t *calls, uint64_t *bytes);

void whet_bench_set_allocation_counter(void (*read)(uint64_t *calls, uint64_t *bytes))
{
    allocation_read = read;
}

int whet__function_counts_allocations(void)
{
    return allocation_read != NULL;
}

/* 1: all are here; 0: broken. */
static int pass_gate(struct whet_function_gate *g)
{
    atomic_fetch_add(&g->arrived, 1);
    for (unsigned spins = 0; atomic_load(&g->arrived) < g->count; spins++) {
        if (atomic_load(&g->broken))
            return 0;
        if (spins >= SPINS)
            sched_yield();
    }
    return 1;
}

/* ---- Verdicts ---- */

WHET_PRINTF(3, 0)
static void judge(struct whet_bench_state *s, enum whet_function_verdict verdict,
                  const char *format, va_list args)
{
    if (s->verdict != WHET_FUNCTION_MEASURED)
        return;
    s->verdict = verdict;
    (void)vsnprintf(s->why, sizeof(s->why), format, args);
    if (s->why[0] == '\0')
        (void)snprintf(s->why, sizeof(s->why), "it did not say why");
}

void whet_bench_fail(struct whet_bench_state *state, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    judge(state, WHET_FUNCTION_FAILED, format, args);
    va_end(args);
}

void whet_bench_skip(struct whet_bench_state *state, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    judge(state, WHET_FUNCTION_SKIPPED, format, args);
    va_end(args);
}

/* ---- Clocks ---- */

/* Nanoseconds that this thread was ready to run and did not: the second number. */
static int delay_read(uint64_t *out)
{
    char line[96], *rest;

    if (whet__sysfile_line("", line, sizeof(line), "/proc/thread-self/schedstat") != 0)
        return 0;
    rest = strchr(line, ' ');
    if (rest == NULL)
        return 0;
    *out = strtoull(rest, NULL, 10);
    return 1;
}

/* With several threads each reads its own clock; one that is alone reads that of the process,
 * for the benchmark may start threads itself. That one is nearest to the wall clock. */
static void cpu_begin(const struct whet_bench_state *s, struct whet_function_readings *r)
{
    r->own_cpu_ns = whet__clock_thread_cpu_ns();
    r->cpu_ns = s->test->threads == 1 ? whet__clock_process_cpu_ns() : r->own_cpu_ns;
}

static void cpu_end(const struct whet_bench_state *s, struct whet_function_readings *r)
{
    if (s->test->threads == 1)
        r->cpu_ns = whet__clock_process_cpu_ns();
    r->own_cpu_ns = whet__clock_thread_cpu_ns();
    if (s->test->threads > 1)
        r->cpu_ns = r->own_cpu_ns;
}

static void allocations_read(const struct whet_bench_state *s, struct whet_function_readings *r)
{
    if (s->thread == 0 && allocation_read != NULL)
        allocation_read(&r->allocations, &r->allocated_bytes);
}

static void clocks_begin(struct whet_bench_state *s)
{
    allocations_read(s, &s->from);
    cpu_begin(s, &s->from);
    s->from.wall_ns = whet__clock_now_ns();
    if (s->first_ns == 0)
        s->first_ns = s->from.wall_ns;
}

static void clocks_end(struct whet_bench_state *s)
{
    struct whet_function_readings now = s->from;

    now.wall_ns = whet__clock_now_ns();
    cpu_end(s, &now);
    allocations_read(s, &now);
    s->last_ns = now.wall_ns;
    s->sum.wall_ns += now.wall_ns - s->from.wall_ns;
    s->sum.cpu_ns += now.cpu_ns - s->from.cpu_ns;
    s->sum.own_cpu_ns += now.own_cpu_ns - s->from.own_cpu_ns;
    s->sum.allocations += now.allocations - s->from.allocations;
    s->sum.allocated_bytes += now.allocated_bytes - s->from.allocated_bytes;
}

/* ---- The timed part ---- */

/* 1: the loop may begin, and all threads are at theirs. */
static int may_begin(struct whet_bench_state *s)
{
    if (s->phase != WHET_FUNCTION_BEFORE) {
        whet_bench_fail(s, "it has two timed loops, of which there may be only one");
        return 0;
    }
    if (s->verdict != WHET_FUNCTION_MEASURED || !pass_gate(s->begin))
        return 0;
    s->phase = WHET_FUNCTION_INSIDE;
    return 1;
}

static void finish(struct whet_bench_state *s)
{
    s->phase = WHET_FUNCTION_AFTER;
    (void)pass_gate(s->end); /* what follows would disturb the others */
}

uint64_t whet_bench_start(struct whet_bench_state *state)
{
    if (!may_begin(state))
        return 0;
    state->delay_known = state->test->threads == 1 && delay_read(&state->from.delay_ns);
    clocks_begin(state);
    return state->iterations;
}

void whet_bench_stop(struct whet_bench_state *state, uint64_t left)
{
    uint64_t delay_ns;

    if (state->phase != WHET_FUNCTION_INSIDE)
        return;
    clocks_end(state);
    if (left != 0) {
        whet_bench_fail(state, "its timed loop was left early (break or goto)");
        return;
    }
    state->delay_known = state->delay_known && delay_read(&delay_ns);
    if (state->delay_known)
        state->sum.delay_ns = delay_ns - state->from.delay_ns;
    finish(state);
}

uint64_t whet_bench_batch(struct whet_bench_state *state, uint64_t most)
{
    if (state->phase == WHET_FUNCTION_BEFORE) {
        if (most == 0)
            whet_bench_fail(state, "a batch of at most 0 inputs does nothing");
        if (!may_begin(state))
            return 0;
        state->left = state->iterations;
    }
    if (state->batch != 0)
        whet_bench_fail(state, "a batch was prepared and not timed: it needs WHET_BENCH_EACH, "
                               "to its end");
    if (state->phase != WHET_FUNCTION_INSIDE || state->verdict != WHET_FUNCTION_MEASURED)
        return 0;
    if (state->left == 0) {
        finish(state);
        return 0;
    }
    state->batch = state->left < most ? state->left : most;
    state->left -= state->batch;
    return state->batch;
}

uint64_t whet_bench_batch_start(struct whet_bench_state *state)
{
    if (state->phase != WHET_FUNCTION_INSIDE || state->batch == 0) {
        whet_bench_fail(state, "WHET_BENCH_EACH belongs into WHET_BENCH_BATCH, once");
        return UINT64_MAX;
    }
    clocks_begin(state);
    return 0;
}

void whet_bench_batch_stop(struct whet_bench_state *state, uint64_t done)
{
    if (state->phase != WHET_FUNCTION_INSIDE || done == UINT64_MAX)
        return;
    clocks_end(state);
    if (done < state->batch)
        whet_bench_fail(state, "its timed loop was left early (break or goto)");
    state->batches++;
    state->batch = 0;
}

/* ---- What a benchmark asks and tells ---- */

int64_t whet_bench_value(struct whet_bench_state *state, const char *name)
{
    for (size_t i = 0; i < state->test->arg_count; i++) {
        if (strcmp(state->test->arg_names[i], name) == 0)
            return state->test->args[i];
    }
    whet_bench_fail(state, "it asks for an argument that it does not have: '%.100s'", name);
    return 0;
}

void whet_bench_set_bytes(struct whet_bench_state *state, double bytes)
{
    state->bytes = bytes >= 0 && bytes < 1e300 ? bytes : 0;
}

void whet_bench_set_items(struct whet_bench_state *state, double items)
{
    state->items = items >= 0 && items < 1e300 ? items : 0;
}

static int is_counter_name(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("_-.", name[i]) == NULL)
            return 0;
    }
    for (size_t i = 0; i < WHET_METRIC_IDS; i++) {
        if (strcmp(whet__metrics[i].name, name) == 0)
            return 0;
    }
    return len > 0 && len < sizeof(((struct whet_bench_state *)0)->counter_names[0]);
}

static struct whet_function_counter *counter_of(struct whet_bench_state *s, const char *name)
{
    for (size_t i = 0; i < s->counter_count; i++) {
        if (strcmp(s->counter_names[i], name) == 0)
            return &s->counters[i];
    }
    if (!is_counter_name(name)) {
        whet_bench_fail(s,
                        "not a name for a counter (letters, digits, '_', '-', '.', and "
                        "no built-in metric): '%.100s'",
                        name);
        return NULL;
    }
    if (s->counter_count == WHET_FUNCTION_COUNTERS_MAX) {
        whet_bench_fail(s, "more than %d counters: '%.100s'", WHET_FUNCTION_COUNTERS_MAX, name);
        return NULL;
    }
    memcpy(s->counter_names[s->counter_count], name, strlen(name) + 1);
    s->counters[s->counter_count].name = s->counter_names[s->counter_count];
    return &s->counters[s->counter_count++];
}

void whet_bench_counter(struct whet_bench_state *state, const char *name, double value,
                        enum whet_counter_unit unit, enum whet_counter_better better)
{
    static const enum whet_unit units[] = {WHET_UNIT_COUNT, WHET_UNIT_DURATION, WHET_UNIT_SIZE,
                                           WHET_UNIT_PERCENT, WHET_UNIT_FACTOR};
    struct whet_function_counter *c = counter_of(state, name);

    if (c == NULL)
        return;
    c->value = value;
    c->unit = (unsigned)unit < sizeof(units) / sizeof(units[0]) ? units[unit] : WHET_UNIT_COUNT;
    c->better = better == WHET_COUNTER_LOWER    ? WHET_METRIC_LOWER
                : better == WHET_COUNTER_HIGHER ? WHET_METRIC_HIGHER
                                                : WHET_METRIC_NEITHER;
}

const char *whet_bench_scratch(struct whet_bench_state *state)
{
    if (state->scratch == NULL)
        whet_bench_fail(state, "it was given no folder for its files");
    return state->scratch;
}

uint64_t whet_bench_random(struct whet_bench_state *state)
{
    return whet__random_next(&state->random);
}

unsigned whet_bench_thread(const struct whet_bench_state *state)
{
    return state->thread;
}

unsigned whet_bench_thread_count(const struct whet_bench_state *state)
{
    return state->test->threads;
}

void *whet_bench_data(const struct whet_bench_state *state)
{
    return state->data;
}
