/* tests/unit/bench/random_result.h - results of any content, and reports around them: what
 * is kept must come back. The same seed gives the same result. */
#ifndef WHET_TESTS_BENCH_RANDOM_RESULT_H
#define WHET_TESTS_BENCH_RANDOM_RESULT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "bench/report.h"

/* Text with what JSON has to escape, and other alphabets. */
static inline const char *random_text(struct whet_random *r, char out[64])
{
    static const char *const parts[] = {"a",    "Z", "\"",           "\\",  "\n", "\x01",
                                        "\x7f", "ä", "\xe2\x82\xac", "[0]", " ",  "/x.y"};
    size_t len = 0;

    out[0] = '\0';
    for (uint64_t n = whet__random_below(r, 8); n > 0; n--) {
        const char *part = parts[whet__random_below(r, sizeof(parts) / sizeof(parts[0]))];

        len += (size_t)snprintf(out + len, 64 - len, "%s", part);
    }
    return out;
}

/* Any finite double, often a whole number, sometimes not known. */
static inline double random_value(struct whet_random *r)
{
    double value;
    uint64_t bits;

    switch (whet__random_below(r, 5)) {
    case 0:
        return NAN;
    case 1:
        bits = whet__random_next(r);
        memcpy(&value, &bits, sizeof(value));
        return isfinite(value) ? value : -0.0;
    case 2:
        return (double)whet__random_below(r, UINT64_C(1) << 53);
    default:
        return 1e6 * whet__random_ratio(r);
    }
}

static inline int random_samples(struct whet_random *r, struct whet_result *result,
                                 struct whet_result_arm *arm)
{
    double row[WHET_RESULT_METRICS_MAX];
    unsigned round = 0;

    for (uint64_t n = whet__random_below(r, 12); n > 0; n--) {
        struct whet_result_sample s = {.round = round};

        round += 1 + (unsigned)whet__random_below(r, 2);
        s.position = (unsigned)whet__random_below(r, 4);
        s.at_seconds = whet__random_ratio(r) * 100;
        if (whet__random_below(r, 8) == 0) {
            s.outcome = (enum whet_bench_outcome)whet__random_below(r, WHET_BENCH_STOPPED + 1);
            s.exit_code = (int)whet__random_below(r, 256) - 1;
        }
        for (size_t m = 0; m < result->metric_count; m++)
            row[m] = m % 3 == 0 ? random_value(r) : NAN;
        if (whet__result_add_sample(result, arm, &s, row) != 0)
            return -1;
    }
    return 0;
}

static inline int random_arm(struct whet_random *r, struct whet_result *result, unsigned index)
{
    struct whet_result_param params[3];
    char name[80], texts[6][64];
    struct whet_result_arm like = {.name = name}, *arm;

    snprintf(name, sizeof(name), "%u%s", index, random_text(r, texts[0]));
    like.kind = whet__random_below(r, 2) ? WHET_RESULT_FUNCTION : WHET_RESULT_COMMAND;
    like.command = whet__random_below(r, 4) ? random_text(r, texts[0]) : NULL;
    like.program = whet__random_below(r, 2) ? random_text(r, texts[1]) : NULL;
    like.program_hash = whet__random_below(r, 2) ? "00ff" : NULL;
    like.failure = whet__random_below(r, 2) ? random_text(r, texts[2]) : NULL;
    like.left_out = (int)whet__random_below(r, 2);
    like.threads = (unsigned)whet__random_below(r, 3);
    like.epochs = (unsigned)whet__random_below(r, 3);
    like.iterations = whet__random_next(r) >> (1 + whet__random_below(r, 63));
    like.bytes = (double)whet__random_below(r, 3);
    like.items = whet__random_ratio(r);
    like.params = params;
    like.param_count = whet__random_below(r, 4);
    for (size_t i = 0; i < like.param_count; i++)
        params[i] = (struct whet_result_param){i == 0   ? "size"
                                               : i == 1 ? "jobs"
                                                        : "a b",
                                               random_text(r, texts[3 + i])};
    if (whet__result_add_arm(result, &like, &arm) != 0)
        return -1;
    return random_samples(r, result, arm);
}

/* NULL: no memory. */
static inline struct whet_result *random_result(struct whet_random *r, const char *name)
{
    const struct whet_metric own = {"own", "of my own", WHET_UNIT_FACTOR, WHET_METRIC_HIGHER};
    struct whet_result *result = NULL;
    unsigned arms = (unsigned)whet__random_below(r, 4);
    size_t index;

    if (whet__result_new(&result, name) != 0)
        return NULL;
    result->time = (int64_t)whet__random_below(r, UINT64_C(253402300800));
    result->seed = whet__random_next(r);
    result->rounds = (unsigned)whet__random_next(r);
    result->elapsed_seconds = whet__random_ratio(r);
    result->memory_floor = whet__random_below(r, 1 << 24);
    result->end = (enum whet_result_end)whet__random_below(r, WHET_RESULT_FAILED + 1);
    if (whet__random_below(r, 2) && whet__result_add_metric(result, &own, &index) != 0)
        goto fail;
    for (unsigned i = 0; i < arms; i++) {
        if (random_arm(r, result, i) != 0)
            goto fail;
    }
    result->reference = arms > 0 ? whet__random_below(r, arms) : 0;
    return result;
fail:
    whet__result_free(result);
    return NULL;
}

/* A report of these results and nothing else; its outcomes are released by
 * plain_report_clear. */
static inline int plain_report(struct whet_report *report, struct whet_result *const *results,
                               size_t count)
{
    *report = (struct whet_report){.title = "whet bench", .command = "whet bench x"};
    whet__vec_init(&report->outcomes, sizeof(struct whet_outcome), 64);
    for (size_t i = 0; i < count; i++) {
        struct whet_outcome *o = whet__vec_push(&report->outcomes);

        if (o == NULL) {
            whet__vec_clear(&report->outcomes);
            return -1;
        }
        o->name = results[i]->name;
        o->result = results[i];
    }
    return 0;
}

static inline void plain_report_clear(struct whet_report *report)
{
    whet__vec_clear(&report->outcomes);
}

#endif
