/* tests/unit/functions_session.h - the benchmarks of a program in rounds, with their values. */
#ifndef WHET_TESTS_FUNCTIONS_SESSION_H
#define WHET_TESTS_FUNCTIONS_SESSION_H

#include "bench/functions.h"
#include "bench/rounds.h"
#include "harness.h"

struct functions_session {
    struct whet_functions *f;
    struct whet_result *r;
};

static inline int functions_on_measured(void *ctx, size_t arm,
                                        const struct whet_bench_sample *sample,
                                        const struct whet_bench_output *output, double *values,
                                        struct whet_error *why)
{
    struct functions_session *s = ctx;

    (void)sample;
    (void)output;
    return whet__functions_measured(s->f, arm, s->r, values, why);
}

static inline void functions_calibrate(struct whet_functions *f)
{
    struct whet_error err = {0};
    int rc = whet__functions_calibrate(f, &err);

    if (rc != 0)
        print_message("%s\n", err.text);
    assert_int_equal(rc, 0);
}

static inline struct whet_result *functions_measure(struct whet_functions *f, unsigned rounds)
{
    struct functions_session s = {.f = f};
    struct whet_rounds_options o = {
        .rounds = rounds, .no_warmup = 1, .measured = functions_on_measured, .ctx = &s};
    struct whet_error err = {0};
    int rc;

    assert_int_equal(whet__result_new(&s.r, "test"), 0);
    assert_int_equal(whet__functions_add_metrics(f, s.r), 0);
    rc = whet__rounds_run(s.r, whet__functions_arms(f), whet__functions_count(f), &o, &err);
    if (rc != 0)
        print_message("%s\n", err.text);
    assert_int_equal(rc, 0);
    return s.r;
}

#endif
