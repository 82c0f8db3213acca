/* tests/unit/check/kept_results.h - small results with known numbers, and a folder of their
 * own for tests that keep them. */
#ifndef WHET_TESTS_CHECK_KEPT_RESULTS_H
#define WHET_TESTS_CHECK_KEPT_RESULTS_H

#include <math.h>
#include <string.h>

#include "bench/report.h"
#include "os/file.h"

#define KEPT_ROUNDS 20

static struct whet_text folder;

static inline int enter(void **state)
{
    (void)state;
    whet__text_init(&folder, 400);
    return whet__file_make_temp_dir(&folder);
}

static inline int leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&folder));

    (void)state;
    whet__text_clear(&folder);
    return rc;
}

/* An arm whose runs take about `wall_ns`, all of it CPU time, within 1 %. */
static inline int kept_arm(struct whet_result *r, const char *name, const char *program,
                           const char *hash, double wall_ns)
{
    struct whet_result_arm *arm, like = {.name = name,
                                         .command = name,
                                         .program = program,
                                         .program_hash = hash,
                                         .threads = 1};
    int rc = whet__result_add_arm(r, &like, &arm);

    for (unsigned i = 0; i < KEPT_ROUNDS && rc == 0; i++) {
        struct whet_result_sample s = {.round = i, .at_seconds = i};
        double v[WHET_RESULT_METRICS_MAX];

        for (size_t m = 0; m < r->metric_count; m++)
            v[m] = NAN;
        v[WHET_METRIC_WALL] = wall_ns * (1 + 0.001 * (i * 7 % 10));
        v[WHET_METRIC_CPU] = v[WHET_METRIC_USER] = v[WHET_METRIC_WALL] - 1;
        v[WHET_METRIC_MEMORY] = 1 << 20;
        rc = whet__result_add_sample(r, arm, &s, v);
    }
    return rc;
}

static inline struct whet_result *kept_result(const char *suite, const char *arm,
                                              double wall_ns)
{
    struct whet_result *r = NULL;

    if (whet__result_new(&r, suite) != 0)
        return NULL;
    if (kept_arm(r, arm, NULL, NULL, wall_ns) == 0)
        return r;
    whet__result_free(r);
    return NULL;
}

/* 0, or nothing is to be cleared. */
static inline int kept_report(struct whet_report *report, struct whet_result *const *results,
                              size_t count)
{
    whet__report_init(report, "whet bench", "whet bench x");
    for (size_t i = 0; i < count; i++) {
        if (results[i] == NULL ||
            whet__report_add(report, results[i]->name, results[i]) == NULL) {
            whet__report_clear(report);
            return -1;
        }
    }
    return 0;
}

#endif
