/* tests/unit/export/made_report.h - a made-up report with something of everything: what
 * tests of the forms write. The same numbers on every machine and in every run.
 *
 *     struct made_report made;
 *
 *     assert_int_equal(made_report_build(&made), 0);
 *     ... &made.report ...
 *     made_report_clear(&made);
 */
#ifndef WHET_TESTS_EXPORT_MADE_REPORT_H
#define WHET_TESTS_EXPORT_MADE_REPORT_H

#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/report.h"

#define MADE_ROUNDS   20
#define MADE_COMMANDS 8 /* one of each verdict, and one that was left out */
#define MADE_SIZES    4
#define MADE_RESULTS  2

struct made_report {
    struct whet_report report;
    struct whet_result *results[MADE_RESULTS]; /* "search": commands; "sort": functions */
    struct whet_judgement *confirmation;       /* of "search" */
    double sizes[MADE_SIZES];
    size_t size_arms[MADE_SIZES];
};

/* Times of day, machine and version of where the test runs would differ. */
static inline int made_result(struct whet_result **out, const char *name, int64_t time)
{
    struct whet_result *r = NULL;
    int rc = whet__result_new(&r, name);

    if (rc != 0)
        return rc;
    r->version = "0.1.0";
    r->time = time;
    r->machine = (struct whet_result_machine){
        .hostname = "build-7",
        .cpu_model = "Imaginary CPU @ 2.10GHz",
        .architecture = "x86_64",
        .kernel = "6.1.0-18-amd64",
        .distribution = "Debian GNU/Linux 12 (bookworm)",
        .cores = 4,
        .memory_bytes = (uint64_t)8 << 30,
        .governor = "performance",
    };
    r->seed = 42;
    r->rounds = MADE_ROUNDS;
    r->elapsed_seconds = 12.5;
    r->end = WHET_RESULT_PRECISE;
    r->memory_source = "sampled";
    r->counters = "none: the kernel offers no hardware counters here";
    *out = r;
    return 0;
}

/* -0.5 to 0.5, by Lehmer's generator; exact in doubles. */
static inline double made_noise(uint64_t *state)
{
    *state = *state * 48271 % 2147483647;
    return floor((double)*state * 1000.0 / 2147483647.0) / 1000.0 - 0.5;
}

static inline void made_values_clear(const struct whet_result *r, double *values)
{
    for (size_t i = 0; i < r->metric_count; i++)
        values[i] = NAN;
}

/* MADE_ROUNDS runs of about `wall_ns`, right-skewed, the first a little slow. Runs 3 and 7 of
 * an arm that is left out fail, and there are no more. */
static inline int made_command_samples(struct whet_result *r, struct whet_result_arm *arm,
                                       double wall_ns, double memory, uint64_t seed)
{
    double v[WHET_RESULT_METRICS_MAX];

    for (unsigned i = 0; i < (arm->left_out ? 8u : (unsigned)MADE_ROUNDS); i++) {
        double noise = made_noise(&seed), spread = 0.04 * (noise + noise * noise);
        struct whet_result_sample s = {
            .round = i, .position = (unsigned)(seed % MADE_COMMANDS), .at_seconds = 0.5 * i};

        made_values_clear(r, v);
        v[WHET_METRIC_WALL] = floor(wall_ns * (1 + spread + (i == 0 ? 0.08 : 0)));
        v[WHET_METRIC_DELAY] = floor(wall_ns * 0.01 * (0.5 + noise));
        v[WHET_METRIC_ACTIVE] = v[WHET_METRIC_WALL] - v[WHET_METRIC_DELAY];
        v[WHET_METRIC_USER] = floor(wall_ns * 0.8 * (1 + spread / 2));
        v[WHET_METRIC_SYSTEM] = floor(wall_ns * 0.1 * (1 + spread / 4));
        v[WHET_METRIC_CPU] = v[WHET_METRIC_USER] + v[WHET_METRIC_SYSTEM];
        v[WHET_METRIC_MEMORY] = memory + 4096 * floor(8 * noise);
        v[WHET_METRIC_TREE_MEMORY] = v[WHET_METRIC_MEMORY] + (1 << 20);
        v[WHET_METRIC_MINOR_FAULTS] = 310 + floor(10 * noise);
        v[WHET_METRIC_MAJOR_FAULTS] = i == 0 ? 3 : 0;
        v[WHET_METRIC_VOLUNTARY] = 2;
        v[WHET_METRIC_INVOLUNTARY] = floor(8 * (0.5 + noise));
        v[WHET_METRIC_READ] = 1 << 20;
        v[WHET_METRIC_WRITTEN] = 512;
        if (arm->left_out && (i == 3 || i == 7)) {
            s.outcome = i == 3 ? WHET_BENCH_EXIT : WHET_BENCH_SIGNAL;
            s.exit_code = i == 3 ? 3 : -1;
        }
        if (whet__result_add_sample(r, arm, &s, v) != 0)
            return -ENOMEM;
    }
    return 0;
}

static inline int made_commands(struct made_report *m)
{
    static const struct {
        const char *name, *command, *jobs;
        double wall_ns, memory;
    } arms[MADE_COMMANDS] = {
        {"old", "./old/search --jobs 1 src", "1", 40e6, 20 << 20},
        {"copy", "./copy/search --jobs 1 src", "1", 40.1e6, 20 << 20},
        {"two jobs", "./new/search --jobs 2 src", "2", 22e6, 22 << 20},
        {"new", "./new/search --jobs 1 src", "1", 40.2e6, 20 << 20},
        {"noisy", "./noisy/search --jobs 1 src", "1", 41e6, 20 << 20},
        {"slower", "./slower/search --jobs 1 src", "1", 43e6, 21 << 20},
        {"broken \"quote\" <&>", "./broken/search --jobs 1 'a b'", "1", 48e6, 40 << 20},
        {"flaky", "./flaky/search --jobs 1 src", "1", 39e6, 20 << 20},
    };
    struct whet_result *r;
    int rc = made_result(&m->results[0], "search", 1700000000);

    r = m->results[0];
    for (size_t i = 0; rc == 0 && i < MADE_COMMANDS; i++) {
        struct whet_result_param params[] = {{"jobs", arms[i].jobs}, {"path", "src"}};
        struct whet_result_arm *arm,
            like = {.name = arms[i].name,
                    .kind = WHET_RESULT_COMMAND,
                    .command = arms[i].command,
                    .params = params,
                    .param_count = 2,
                    .program = i < 2 ? "/usr/local/bin/search" : "/opt/new/bin/search",
                    .program_hash = i < 2 ? "99aa06d3014798d86001c324468d497f"
                                          : "3c0cd1fd3b2f7a1e55d0f1f0a2c4e6b8",
                    .threads = 1};

        if (i == MADE_COMMANDS - 1) {
            like.left_out = 1;
            like.failure = "it ended with exit code 3";
        }
        rc = whet__result_add_arm(r, &like, &arm);
        if (rc == 0)
            rc = made_command_samples(r, arm, arms[i].wall_ns, arms[i].memory, 11 * i + 3);
    }
    return rc;
}

/* Nanoseconds for each iteration of sorting `size` items, and a counter of its own. */
static inline int made_function_samples(struct whet_result *r, struct whet_result_arm *arm,
                                        double size, size_t counter)
{
    double v[WHET_RESULT_METRICS_MAX];
    uint64_t seed = (uint64_t)size;

    for (unsigned i = 0; i < MADE_ROUNDS; i++) {
        struct whet_result_sample s = {.round = i, .at_seconds = 0.25 * i};
        double noise = made_noise(&seed), ns = 12.5 * size * (1 + 0.02 * noise) + 30;

        made_values_clear(r, v);
        v[WHET_METRIC_WALL] = ns;
        v[WHET_METRIC_CPU] = ns - 0.25;
        v[WHET_METRIC_MEMORY] = 2097152 + 8 * size;
        v[WHET_METRIC_ALLOCATIONS] = 1;
        v[WHET_METRIC_ALLOCATED] = 8 * size;
        v[counter] = floor(size * 7.5);
        if (whet__result_add_sample(r, arm, &s, v) != 0)
            return -ENOMEM;
    }
    return 0;
}

static inline int made_functions(struct made_report *m)
{
    static const struct whet_metric compares = {"compares", "comparisons", WHET_UNIT_COUNT,
                                                WHET_METRIC_LOWER};
    struct whet_result *r;
    size_t counter = 0;
    int rc = made_result(&m->results[1], "sort", 1700000100);

    r = m->results[1];
    if (rc == 0)
        rc = whet__result_add_metric(r, &compares, &counter);
    for (size_t i = 0; rc == 0 && i < MADE_SIZES; i++) {
        char name[32], size[16];
        struct whet_result_param param = {"size", size};
        struct whet_result_arm *arm, like = {.name = name,
                                             .kind = WHET_RESULT_FUNCTION,
                                             .command = "./bench_sort",
                                             .params = &param,
                                             .param_count = 1,
                                             .program = "./bench_sort",
                                             .program_hash = "0123456789abcdef0123456789abcdef",
                                             .epochs = 5,
                                             .threads = 1};

        m->sizes[i] = pow(8, (double)i + 2);
        m->size_arms[i] = i;
        snprintf(size, sizeof(size), "%.0f", m->sizes[i]);
        snprintf(name, sizeof(name), "sort/%s", size);
        like.items = m->sizes[i];
        like.bytes = 8 * m->sizes[i];
        like.iterations = (uint64_t)(1e6 / m->sizes[i]) + 1;
        rc = whet__result_add_arm(r, &like, &arm);
        if (rc == 0)
            rc = made_function_samples(r, arm, m->sizes[i], counter);
    }
    return rc;
}

static inline void made_judge(struct whet_judgement *j, enum whet_verdict verdict,
                              double estimate, double low, double high, const char *text)
{
    *j = (struct whet_judgement){
        .verdict = verdict,
        .metric = WHET_METRIC_CPU,
        .metric_why = "nearly all of the wall time is CPU time",
        .pairs = MADE_ROUNDS,
        .change.ratio = {estimate, low, high, 0.9926},
        .change.change.p = low > 1 || high < 1 ? 0.00002 : 0.5,
        .p = low > 1 || high < 1 ? 0.00002 : 0.5,
        .p_warn = low > 1.05 ? 0.0001 : 0.9,
        .noise = 0.004,
    };
    snprintf(j->text, sizeof(j->text), "%s", text);
}

/* `judged` is of MADE_COMMANDS. Values that are not known are NaN. */
static inline void made_judge_commands(struct whet_judgement *judged)
{
    made_judge(&judged[1], WHET_VERDICT_SAME_CODE, 1.002, 0.997, 1.006, "same code");
    made_judge(&judged[2], WHET_VERDICT_IMPROVED, 0.551, 0.548, 0.556,
               "44.9% faster: -45.2% to -44.4%");
    made_judge(&judged[3], WHET_VERDICT_PASS, 1.004, 0.995, 1.013,
               "no difference: +0.4% ± 0.9%");
    made_judge(&judged[4], WHET_VERDICT_INCONCLUSIVE, 1.03, 0.96, 1.11,
               "no difference: +3.0% ± 7.5%");
    snprintf(judged[4].why, sizeof(judged[4].why), "the interval is wider than ±2.5%%");
    made_judge(&judged[5], WHET_VERDICT_WARN, 1.075, 1.061, 1.089,
               "7.5% slower: +6.1% to +8.9%");
    made_judge(&judged[6], WHET_VERDICT_FAIL, 1.2, 1.18, 1.22,
               "20.0% slower: +18.0% to +22.0%");
}

static inline int made_add_target(struct whet_outcome *o, struct whet_target target)
{
    struct whet_target *t = whet__vec_push(&o->targets);

    if (t != NULL)
        *t = target;
    return t != NULL ? 0 : -ENOMEM;
}

static inline struct whet_outcome *made_outcome(struct made_report *m, const char *name,
                                                const struct whet_result *r, size_t judged)
{
    struct whet_outcome *o = whet__vec_push(&m->report.outcomes);

    if (o == NULL)
        return NULL;
    o->name = name;
    o->result = r;
    whet__vec_init(&o->targets, sizeof(struct whet_target), 16);
    whet__vec_init(&o->scaling, sizeof(struct whet_scaling), 16);
    whet__vec_init(&o->concurrency, sizeof(struct whet_concurrency), 16);
    if (judged > 0)
        o->judgements = whet__mem_zalloc(judged, sizeof(*o->judgements));
    return judged == 0 || o->judgements != NULL ? o : NULL;
}

static inline int made_search(struct made_report *m)
{
    struct whet_outcome *o = made_outcome(m, "search", m->results[0], MADE_COMMANDS);
    int rc;

    m->confirmation = whet__mem_zalloc(MADE_COMMANDS, sizeof(*m->confirmation));
    if (o == NULL || m->confirmation == NULL)
        return -ENOMEM;
    o->title = "Search in a tree";
    o->against = "old";
    o->verdict = WHET_VERDICT_FAIL;
    made_judge_commands(o->judgements);
    made_judge(&m->confirmation[6], WHET_VERDICT_FAIL, 1.19, 1.17, 1.21,
               "19.0% slower: +17.0% to +21.0%");
    o->confirmation = m->confirmation;
    rc = made_add_target(o, (struct whet_target){.name = "time",
                                                 .arm = "new",
                                                 .unit = WHET_UNIT_DURATION,
                                                 .limit = 50e6,
                                                 .value = 40.2e6,
                                                 .low = 40.0e6,
                                                 .high = 40.5e6,
                                                 .state = WHET_TARGET_MET});
    if (rc == 0)
        rc = made_add_target(o, (struct whet_target){.name = "memory",
                                                     .arm = "broken \"quote\" <&>",
                                                     .unit = WHET_UNIT_SIZE,
                                                     .limit = 32 << 20,
                                                     .value = 40 << 20,
                                                     .low = 39.9 * (1 << 20),
                                                     .high = 40.1 * (1 << 20),
                                                     .state = WHET_TARGET_MISSED});
    if (rc == 0)
        rc = made_add_target(o, (struct whet_target){.name = "throughput",
                                                     .arm = "flaky",
                                                     .unit = WHET_UNIT_COUNT,
                                                     .at_least = 1,
                                                     .limit = 1000,
                                                     .value = NAN,
                                                     .low = NAN,
                                                     .high = NAN,
                                                     .state = WHET_TARGET_UNKNOWN,
                                                     .why = "it did not run to the end"});
    return rc;
}

static inline int made_scaling(struct made_report *m, struct whet_outcome *o)
{
    struct whet_scaling *s = whet__vec_push(&o->scaling);

    if (s == NULL)
        return -ENOMEM;
    *s = (struct whet_scaling){
        .parameter = "size",
        .sizes = m->sizes,
        .arms = m->size_arms,
        .count = MADE_SIZES,
        .time = {WHET_GROWTH_LINEAR, 30, 12.5, 0.006, {0.999, 0.995, 1.003, 0.99}},
        .memory = {WHET_GROWTH_CONSTANT, 2097152, 0, 0.01, {0.02, -0.01, 0.05, 0.99}},
        .max_exponent = 1.2,
        .state = WHET_TARGET_MET,
    };
    return 0;
}

static inline int made_concurrency(struct whet_outcome *o)
{
    static const struct whet_concurrency runs[] = {
        {.arm = "sort/64",
         .copies = 4,
         .wall_ns = 2.2e6,
         .sequential_ns = 2.0e6,
         .state = WHET_TARGET_MET},
        {.arm = "sort/512",
         .copies = 16,
         .failed = 1,
         .differing = 2,
         .wall_ns = 9.1e6,
         .sequential_ns = 2.1e6,
         .state = WHET_TARGET_MISSED,
         .why = "copy 3 was killed by signal 11 (segmentation fault)"},
    };

    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct whet_concurrency *c = whet__vec_push(&o->concurrency);

        if (c == NULL)
            return -ENOMEM;
        *c = runs[i];
    }
    return 0;
}

static inline int made_sort(struct made_report *m)
{
    struct whet_outcome *o = made_outcome(m, "sort", m->results[1], MADE_SIZES);
    int rc;

    if (o == NULL)
        return -ENOMEM;
    o->title = "Sorting";
    o->against = "baseline main";
    o->verdict = WHET_VERDICT_FAIL;
    made_judge(&o->judgements[0], WHET_VERDICT_PASS, 1.001, 0.996, 1.006,
               "no difference: +0.1% ± 0.5%");
    made_judge(&o->judgements[1], WHET_VERDICT_WARN, 1.12, 1.1, 1.14,
               "12.0% slower: +10.0% to +14.0%");
    made_judge(&o->judgements[2], WHET_VERDICT_IMPROVED, 0.919, 0.91, 0.928,
               "8.1% faster: -9.0% to -7.2%");
    for (size_t i = 0; i < 3; i++) {
        o->judgements[i].metric = WHET_METRIC_WALL;
        o->judgements[i].stored = 1;
        o->judgements[i].noise = NAN;
    }
    snprintf(o->judgements[1].why, sizeof(o->judgements[1].why),
             "saved numbers alone never fail");
    rc = made_scaling(m, o);
    if (rc == 0)
        rc = made_concurrency(o);
    return rc;
}

static inline void made_report_clear(struct made_report *m)
{
    for (size_t i = 0; i < m->report.outcomes.len; i++) {
        struct whet_outcome *o = whet__vec_at(&m->report.outcomes, i);

        whet__vec_clear(&o->targets);
        whet__vec_clear(&o->scaling);
        whet__vec_clear(&o->concurrency);
        whet__mem_free(o->judgements);
    }
    whet__vec_clear(&m->report.outcomes);
    whet__mem_free(m->confirmation);
    for (size_t i = 0; i < MADE_RESULTS; i++)
        whet__result_free(m->results[i]);
    memset(m, 0, sizeof(*m));
}

/* Outcomes: "search" with commands, "sort" with functions, and "gone", which could not be
 * run. 0 or -ENOMEM, and then nothing is to be cleared. */
static inline int made_report_build(struct made_report *m)
{
    struct whet_outcome *gone;
    int rc;

    memset(m, 0, sizeof(*m));
    m->report.title = "whet check";
    m->report.command = "whet check --against HEAD~1";
    m->report.verdict = WHET_VERDICT_FAIL;
    whet__vec_init(&m->report.outcomes, sizeof(struct whet_outcome), 16);
    rc = made_commands(m);
    if (rc == 0)
        rc = made_functions(m);
    if (rc == 0)
        rc = made_search(m);
    if (rc == 0)
        rc = made_sort(m);
    gone = rc == 0 ? made_outcome(m, "gone", NULL, 0) : NULL;
    if (gone != NULL) {
        gone->failure = "cannot run: './gone/search': No such file or directory";
        gone->verdict = WHET_VERDICT_FAIL;
    } else {
        made_report_clear(m);
    }
    return gone != NULL ? 0 : -ENOMEM;
}

#endif
