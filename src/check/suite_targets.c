/* Limits of a suite. A few for each. */
#include "check/suite_targets.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "base/double.h"
#include "base/nearest.h"
#include "bench/compare.h"
#include "bench/metric.h"
#include "data/yaml_table.h"

#define SECOND 1e9 /* ns */

/* A limit, ready to be held against any arm. */
struct limit {
    const char *name;
    const char *metric; /* whose values are taken */
    enum whet_unit unit;
    int at_least;
    int items, bytes; /* 1: so many of them per second instead of the time */
    double value;
};

struct reader {
    const struct whet_yaml *yaml;
    const struct whet_suite *suite;
    struct whet_error *err;
};

static int refuse(const struct reader *r, const struct whet_yaml_node *node, const char *says)
{
    return whet__yaml_refuse(r->yaml, node, r->err, -EINVAL,
                             "wrong target '%.64s' of '%.64s': '%.64s': %s", node->key->text,
                             r->suite->name, node->text, says);
}

static const struct whet_metric *find_metric(const struct whet_metric *metrics, size_t count,
                                             const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    }
    return NULL;
}

static int unknown_metric(const struct reader *r, const struct whet_yaml_node *node)
{
    const char *names[WHET_METRIC_IDS + 2], *near;

    for (size_t i = 0; i < WHET_METRIC_IDS; i++)
        names[i] = whet__metrics[i].name;
    names[WHET_METRIC_IDS] = "time";
    names[WHET_METRIC_IDS + 1] = "throughput";
    near = whet__nearest(node->key->text, names, WHET_METRIC_IDS + 2);
    return whet__yaml_refuse(r->yaml, node->key, r->err, -EINVAL,
                             "unknown target: '%.64s' of '%.64s'%s%s%s", node->key->text,
                             r->suite->name, near != NULL ? ": did you mean '" : "",
                             near != NULL ? near : "", near != NULL ? "'?" : "");
}

static int parse_plain(const char *text, double *out)
{
    double value;

    if (whet__double_parse(text, &value) != 0 || value < 0)
        return -EINVAL;
    *out = value;
    return 0;
}

static int parse_as(enum whet_unit unit, const char *text, double *out)
{
    uint64_t value;
    int rc;

    if (unit == WHET_UNIT_DURATION)
        rc = whet_duration_parse(text, &value, NULL);
    else if (unit == WHET_UNIT_SIZE)
        rc = whet_size_parse(text, &value, NULL);
    else if (unit == WHET_UNIT_PERCENT)
        return whet_percent_parse(text, 1e6, out, NULL);
    else
        return parse_plain(text, out);
    if (rc == 0)
        *out = (double)value;
    return rc;
}

/* "1000" items or "20MB/s" bytes per second. */
static int read_throughput(const struct reader *r, const struct whet_yaml_node *node,
                           struct limit *out)
{
    char size[64];
    size_t len = node->len;

    out->at_least = 1;
    out->metric = whet__metrics[WHET_METRIC_WALL].name;
    out->bytes = len > 2 && strcmp(node->text + len - 2, "/s") == 0;
    out->items = !out->bytes;
    if (!out->bytes)
        return parse_plain(node->text, &out->value) == 0
                   ? 0
                   : refuse(r, node, "a number of items or a size such as 20MB/s is expected");
    snprintf(size, sizeof(size), "%.*s", (int)(len - 2), node->text);
    out->unit = WHET_UNIT_SIZE;
    return parse_as(WHET_UNIT_SIZE, size, &out->value) == 0
               ? 0
               : refuse(r, node, "a size such as 20MB/s is expected");
}

static int read_limit(const struct reader *r, const struct whet_yaml_node *node,
                      const struct whet_metric *metrics, size_t count, struct limit *out)
{
    const char *name = node->key->text;
    const struct whet_metric *metric;

    *out = (struct limit){.name = name, .unit = WHET_UNIT_COUNT};
    if (strcmp(name, "throughput") == 0)
        return read_throughput(r, node, out);
    metric = find_metric(metrics, count, strcmp(name, "time") == 0 ? "wall" : name);
    if (metric == NULL)
        return -ENOENT;
    out->metric = metric->name;
    out->unit = metric->unit;
    out->at_least = metric->better == WHET_METRIC_HIGHER;
    if (parse_as(metric->unit, node->text, &out->value) == 0)
        return 0;
    return refuse(r, node,
                  metric->unit == WHET_UNIT_DURATION  ? "a duration such as 250ms is expected"
                  : metric->unit == WHET_UNIT_SIZE    ? "a size such as 64MB is expected"
                  : metric->unit == WHET_UNIT_PERCENT ? "a percentage such as 5% is expected"
                                                      : "a number is expected");
}

int whet__suite_targets_check(const struct whet_yaml *yaml, const struct whet_suite *suite,
                              struct whet_error *err)
{
    struct reader r = {yaml, suite, err};
    const struct whet_yaml_node *n = suite->targets != NULL ? suite->targets->first : NULL;
    int is_command = suite->command_count > 0;

    for (; n != NULL; n = n->next) {
        struct limit limit;
        int rc = read_limit(&r, n, whet__metrics, WHET_METRIC_IDS, &limit);

        if (rc == -ENOENT && !is_command)
            continue; /* a counter of the program's own, perhaps */
        if (rc == -ENOENT)
            return unknown_metric(&r, n);
        if (rc != 0)
            return rc;
        if (is_command && limit.items && !(suite->items > 0))
            return refuse(&r, n, "of how many? add 'items' to the suite");
        if (is_command && limit.bytes && suite->bytes == 0)
            return refuse(&r, n, "of how many? add 'bytes' to the suite");
    }
    return 0;
}

/* From the time of a run to what it did in a second: the longest time is the least of it. */
static void make_rate(struct whet_target *t, double done)
{
    double low = t->low;

    t->value = done * SECOND / t->value;
    t->low = done * SECOND / t->high;
    t->high = done * SECOND / low;
}

static void decide(struct whet_target *t)
{
    int misses = t->at_least ? t->value < t->limit : t->value > t->limit;
    int proven = t->at_least ? t->high < t->limit : t->low > t->limit;

    t->state = misses && proven ? WHET_TARGET_MISSED
               : misses         ? WHET_TARGET_UNKNOWN
                                : WHET_TARGET_MET;
    if (misses && !proven)
        snprintf(t->why, sizeof(t->why),
                 "beyond the limit, but its interval reaches it: more runs would tell");
}

static void unknown(struct whet_target *t, const char *why)
{
    t->state = WHET_TARGET_UNKNOWN;
    t->value = t->low = t->high = NAN;
    snprintf(t->why, sizeof(t->why), "%s", why);
}

/* A peak memory below what can be told apart is below every limit above that. */
static int bounded_by_floor(struct whet_target *t, const struct limit *limit,
                            const struct whet_result_arm *arm, uint64_t floor)
{
    int memory = strcmp(limit->metric, whet__metrics[WHET_METRIC_MEMORY].name) == 0 ||
                 strcmp(limit->metric, whet__metrics[WHET_METRIC_TREE_MEMORY].name) == 0;
    char why[sizeof(t->why)], bound[24];

    if (!memory || limit->at_least || floor == 0 ||
        whet__arm_failed(arm) == whet__arm_count(arm))
        return 0;
    if ((double)floor > limit->value) {
        snprintf(why, sizeof(why), "a peak below %s cannot be told: set a limit above that",
                 whet_size_format(floor, bound, sizeof(bound)));
        unknown(t, why);
        return 1;
    }
    t->value = t->high = (double)floor;
    t->low = 0;
    decide(t);
    return 1;
}

static void judge_arm(struct whet_target *t, const struct limit *limit,
                      const struct whet_result_arm *arm,
                      const struct whet_comparison_metric *values, uint64_t floor)
{
    double done = limit->items ? arm->items : arm->bytes;
    int rate = limit->items || limit->bytes;

    *t = (struct whet_target){.name = limit->name,
                              .arm = arm->name,
                              .unit = limit->unit,
                              .at_least = limit->at_least,
                              .limit = limit->value};
    if (values->n == 0 && bounded_by_floor(t, limit, arm, floor))
        return;
    if (values->n == 0) {
        unknown(t, arm->failure != NULL ? "no run ended well" : "not measured here");
        return;
    }
    if (rate && !(done > 0 && values->median.low > 0)) {
        unknown(t, "it is not known how much a run does");
        return;
    }
    t->value = values->median.estimate;
    t->low = values->median.low;
    t->high = values->median.high;
    if (rate)
        make_rate(t, done);
    decide(t);
}

static int judge_limit(struct whet_vec *out, const struct limit *limit,
                       const struct whet_result *result, size_t count,
                       const struct whet_comparison *comparison)
{
    size_t metric;
    int rc = whet__result_find_metric(result, limit->metric, &metric);

    for (size_t i = 0; rc == 0 && i < count; i++) {
        struct whet_target *t = whet__vec_push(out);

        if (t == NULL)
            return -ENOMEM;
        judge_arm(t, limit, whet__result_arm(result, i), &comparison->arms[i].metric[metric],
                  result->memory_floor);
    }
    return rc;
}

/* A name that neither we nor the program know: what was asked cannot be answered. */
static int judge_unknown(struct whet_vec *out, const struct whet_yaml_node *node,
                         const struct whet_result *result, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct whet_target *t = whet__vec_push(out);

        if (t == NULL)
            return -ENOMEM;
        t->name = node->key->text;
        t->arm = whet__result_arm(result, i)->name;
        t->limit = NAN;
        unknown(t, "the program has no such counter");
    }
    return 0;
}

int whet__suite_targets_judge(struct whet_vec *out, const struct whet_yaml *yaml,
                              const struct whet_suite *suite, const struct whet_result *result,
                              size_t count, double level, struct whet_error *err)
{
    struct reader r = {yaml, suite, err};
    struct whet_comparison *comparison;
    int rc;

    if (suite->targets == NULL || count == 0)
        return 0;
    rc = whet__comparison_new(&comparison, result, 0, level);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot judge targets: '%s': %s", suite->name,
                              strerror(-rc));
    for (const struct whet_yaml_node *n = suite->targets->first; n != NULL && rc == 0;
         n = n->next) {
        struct limit limit;

        rc = read_limit(&r, n, result->metrics, result->metric_count, &limit);
        if (rc == -ENOENT)
            rc = judge_unknown(out, n, result, count);
        else if (rc == 0)
            rc = judge_limit(out, &limit, result, count, comparison);
        if (rc == -ENOMEM)
            whet_error_set(err, rc, "out of memory: 'targets'");
    }
    whet__comparison_free(comparison);
    return rc;
}
