/* tests/unit/check/suite_fixture.h - a whet.yaml from a string, and results with made-up
 * numbers. */
#ifndef WHET_TESTS_CHECK_SUITE_FIXTURE_H
#define WHET_TESTS_CHECK_SUITE_FIXTURE_H

#include "../harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report.h"
#include "data/project.h"

/* The suites below "suites:", each indented by two. */
static inline void load_suites(struct whet_project *p, const char *suites)
{
    struct whet_error err = {0};
    char text[4096];

    snprintf(text, sizeof(text), "version: 1\nsuites:\n%s", suites);
    if (whet__project_parse(p, text, strlen(text), "whet.yaml", &err) != 0)
        fail_msg("%u:%u: %s", err.line, err.column, err.text);
}

static inline const struct whet_suite *first_suite(const struct whet_project *p)
{
    return whet__vec_at(&p->suites, 0);
}

/* Adds an arm with `runs` runs whose wall time is `wall`, spread by `spread` to each side, and
 * whose peak memory is `memory`. */
static inline void add_arm(struct whet_result *r, const struct whet_result_arm *like,
                           unsigned runs, double wall, double spread, double memory)
{
    struct whet_result_arm *arm;

    assert_int_equal(whet__result_add_arm(r, like, &arm), 0);
    for (unsigned i = 0; i < runs; i++) {
        const struct whet_result_sample sample = {.round = i};
        double v[WHET_RESULT_METRICS_MAX];

        for (size_t m = 0; m < r->metric_count; m++)
            v[m] = NAN;
        v[WHET_METRIC_WALL] = wall * (1 + spread * (2.0 * i / (runs > 1 ? runs - 1 : 1) - 1));
        v[WHET_METRIC_MEMORY] = memory;
        assert_int_equal(whet__result_add_sample(r, arm, &sample, v), 0);
    }
}

#endif
