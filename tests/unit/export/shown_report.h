/* tests/unit/export/shown_report.h - what the tests of the forms for people do with made-up
 * reports: bench's and check's, odd names, many arms, and ends that are not happy. */
#ifndef WHET_TESTS_EXPORT_SHOWN_REPORT_H
#define WHET_TESTS_EXPORT_SHOWN_REPORT_H

#include "made_report.h"

#include "export/export.h"

#define GOLDEN_FOLDER "export"
#include "../view/golden.h"

#define SHOWN_MAX ((size_t)16 << 20)

static inline struct whet_outcome *shown_outcome(struct made_report *m, size_t i)
{
    return whet__vec_at(&m->report.outcomes, i);
}

/* The made-up report as `whet bench` would fill it: arms to look at, no targets. */
static inline void shown_as_bench(struct made_report *m, size_t outcomes)
{
    m->report.title = "whet bench";
    m->report.command = "whet bench ./old ./new";
    for (size_t i = 0; i < m->report.outcomes.len; i++) {
        struct whet_outcome *o = shown_outcome(m, i);

        whet__vec_clear(&o->targets);
        whet__vec_clear(&o->scaling);
        whet__vec_clear(&o->concurrency);
        if (i >= outcomes) {
            whet__mem_free(o->judgements);
            o->judgements = NULL;
        }
        if (outcomes == 1) {
            o->name = "";
            o->title = NULL;
        }
    }
    m->report.outcomes.len = outcomes;
}

/* A report with one outcome of one result, which the caller fills with arms. */
static inline void shown_begin(struct made_report *m)
{
    struct whet_outcome *o;

    memset(m, 0, sizeof(*m));
    m->report.title = "whet bench";
    m->report.command = "whet bench true";
    whet__vec_init(&m->report.outcomes, sizeof(struct whet_outcome), 16);
    assert_int_equal(made_result(&m->results[0], "", 1700000000), 0);
    o = made_outcome(m, "", m->results[0], 0);
    assert_non_null(o);
}

static inline void shown_arm(struct made_report *m, const char *name, double wall_ns,
                             uint64_t seed)
{
    struct whet_result_arm *arm, like = {.name = name, .command = name, .threads = 1};

    assert_int_equal(whet__result_add_arm(m->results[0], &like, &arm), 0);
    assert_int_equal(made_command_samples(m->results[0], arm, wall_ns, 4 << 20, seed), 0);
}

/* Tabs, a right-to-left override, bytes that are not UTF-8, markup, and length. */
static inline void shown_odd_names(struct made_report *m)
{
    char name[400];

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    shown_begin(m);
    shown_arm(m, "tab\there\nand a line", 1e6, 1);
    shown_arm(m, "\xE2\x80\xAEtxt.exe", 2e6, 2);
    shown_arm(m, "\xFF\xFE bytes", 3e6, 3);
    shown_arm(m, "<b>|`*_&amp;\"", 4e6, 4);
    shown_arm(m, name, 5e6, 5);
    shown_outcome(m, 0)->title = "odd \x1B[31m names\x07";
}

/* One arm of so many runs, all or none of which failed. */
static inline void shown_runs(struct made_report *m, unsigned runs, int failed)
{
    struct whet_result_arm *arm,
        like = {.name = "true",
                .command = "true",
                .threads = 1,
                .left_out = failed,
                .failure = failed ? "it ended with exit code 1" : NULL};
    double v[WHET_RESULT_METRICS_MAX];

    shown_begin(m);
    assert_int_equal(whet__result_add_arm(m->results[0], &like, &arm), 0);
    m->results[0]->rounds = runs;
    for (unsigned i = 0; i < runs; i++) {
        struct whet_result_sample s = {.round = i,
                                       .outcome = failed ? WHET_BENCH_EXIT : WHET_BENCH_OK,
                                       .exit_code = failed};

        made_values_clear(m->results[0], v);
        v[WHET_METRIC_WALL] = 1234567;
        v[WHET_METRIC_MEMORY] = 1 << 20;
        assert_int_equal(whet__result_add_sample(m->results[0], arm, &s, v), 0);
    }
    if (failed)
        m->results[0]->end = WHET_RESULT_FAILED;
}

/* Two arms of a session that was interrupted, noisy, and with disturbed runs. */
static inline void shown_disturbed(struct made_report *m)
{
    struct whet_outcome *o;
    double *values;

    shown_begin(m);
    shown_arm(m, "old", 10e6, 3);
    shown_arm(m, "new", 11e6, 14);
    m->results[0]->rounds = MADE_ROUNDS + 1;
    m->results[0]->end = WHET_RESULT_STOPPED;
    values = (double *)whet__result_arm(m->results[0], 0)->values.items;
    values[WHET_METRIC_WALL] = 31e6;
    values += 9 * m->results[0]->metric_count;
    values[WHET_METRIC_WALL] = 25e6;
    values[WHET_METRIC_DELAY] = 14e6;
    values += 4 * m->results[0]->metric_count;
    values[WHET_METRIC_WALL] = 19e6;
    values[WHET_METRIC_INVOLUNTARY] = 90;
    o = shown_outcome(m, 0);
    o->against = "old";
    o->verdict = WHET_VERDICT_INCONCLUSIVE;
    o->judgements = whet__mem_zalloc(2, sizeof(*o->judgements));
    assert_non_null(o->judgements);
    made_judge(&o->judgements[1], WHET_VERDICT_INCONCLUSIVE, 1.1, 1.02, 1.18,
               "10.0% slower: +2.0% to +18.0%");
    o->judgements[1].metric = WHET_METRIC_WALL;
    o->judgements[1].noise = 0.061;
    snprintf(o->judgements[1].metric_why, sizeof(o->judgements[1].metric_why),
             "it waits most of its time");
    snprintf(o->judgements[1].why, sizeof(o->judgements[1].why),
             "the noise floor is above what warns");
}

/* Appends the report in this form, and fails when that fails. */
static inline void shown_put(struct whet_text *out, const struct whet_export *form,
                             const struct made_report *m,
                             const struct whet_export_options *options)
{
    whet__text_init(out, SHOWN_MAX);
    assert_int_equal(form->put(out, &m->report, options), 0);
}

/* Nothing but what this form makes of it, whichever allocation fails. */
static inline void shown_each_allocation_fails(const struct whet_export *form,
                                               const struct made_report *m,
                                               const struct whet_export_options *options)
{
    struct whet_text out, want;

    shown_put(&want, form, m, options);
    EACH_ALLOCATION_FAILS
    {
        int rc;

        whet__text_init(&out, SHOWN_MAX);
        rc = form->put(&out, &m->report, options);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            assert_string_equal(whet__text_str(&out), whet__text_str(&want));
        whet__text_clear(&out);
    }
    whet__text_clear(&want);
}

#endif
