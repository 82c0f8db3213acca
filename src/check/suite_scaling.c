/* How the cost of a suite's commands grows with a parameter. Some ten sizes, at most some
 * hundred runs of each. */
#include "check/suite_scaling.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/double.h"
#include "base/mem.h"
#include "bench/metric.h"
#include "bench/verdict.h"
#include "stat/growth.h"

#define SIZES_NEEDED 3

struct series {
    const struct whet_suite *suite;
    const char *asked; /* name of a metric; NULL: chosen */
    const struct whet_result *result;
    size_t *arms;
    double *sizes;
    size_t count;
};

/* The value of the parameter that the series goes along. */
static const char *value_of(const struct whet_result_arm *arm, const char *parameter)
{
    for (size_t i = 0; i < arm->param_count; i++) {
        if (strcmp(arm->params[i].name, parameter) == 0)
            return arm->params[i].value;
    }
    return NULL;
}

static int parse_size(const char *text, double *out)
{
    double value;

    if (whet__double_parse(text, &value) != 0 || value <= 0)
        return -EINVAL;
    *out = value;
    return 0;
}

/* The name of a function up to its arguments: "sort/64" is of "sort". */
static size_t base_len(const struct whet_result_arm *arm)
{
    return arm->kind == WHET_RESULT_FUNCTION ? strcspn(arm->name, "/") : 0;
}

static int same_others(const struct whet_result_arm *a, const struct whet_result_arm *b,
                       const char *parameter)
{
    if (a->param_count != b->param_count || base_len(a) != base_len(b) ||
        strncmp(a->name, b->name, base_len(a)) != 0)
        return 0;
    for (size_t i = 0; i < a->param_count; i++) {
        const char *theirs = value_of(b, a->params[i].name);

        if (theirs == NULL || (strcmp(a->params[i].name, parameter) != 0 &&
                               strcmp(a->params[i].value, theirs) != 0))
            return 0;
    }
    return 1;
}

/* Keeps the sizes ascending. */
static void insert(struct series *s, double size, size_t arm)
{
    size_t at = s->count++;

    while (at > 0 && s->sizes[at - 1] > size) {
        s->sizes[at] = s->sizes[at - 1];
        s->arms[at] = s->arms[at - 1];
        at--;
    }
    s->sizes[at] = size;
    s->arms[at] = arm;
}

/* The arms that go with `first` and were not in an earlier series. */
static int gather(struct series *s, size_t first, size_t count, const size_t *commands,
                  unsigned char *taken, struct whet_error *err)
{
    const char *parameter = s->suite->scaling.parameter;
    const struct whet_result_arm *like = whet__result_arm(s->result, first);

    for (size_t i = first; i < count; i++) {
        const struct whet_result_arm *arm = whet__result_arm(s->result, i);
        const char *text = value_of(arm, parameter);
        double size;

        if (taken[i] || text == NULL || !same_others(like, arm, parameter) ||
            (commands != NULL && commands[i] != commands[first]))
            continue;
        if (parse_size(text, &size) != 0)
            return whet_error_set(err, -EINVAL,
                                  "not a size: '%.64s=%.64s' of '%.64s': sizes are numbers "
                                  "over 0",
                                  parameter, text, s->suite->name);
        taken[i] = 1;
        insert(s, size, i);
    }
    return 0;
}

static size_t runs_of(const struct series *s)
{
    size_t runs = 0;

    for (size_t i = 0; i < s->count; i++)
        runs += whet__arm_count(whet__result_arm(s->result, s->arms[i]));
    return runs;
}

/* Leaves *out UNKNOWN when there is no growth to be seen in the points. */
static int fit(struct whet_growth *out, const struct series *s, size_t metric, double level)
{
    size_t runs = runs_of(s), n = 0;
    struct whet_growth_point *points = whet__mem_zalloc(runs + 1, sizeof(*points));
    double *values = whet__mem_zalloc(runs + whet__growth_scratch(runs) + 1, sizeof(*values));
    int rc = -ENOMEM;

    memset(out, 0, sizeof(*out));
    if (points == NULL || values == NULL)
        goto out;
    for (size_t i = 0; i < s->count; i++) {
        size_t got = whet__arm_collect(s->result, whet__result_arm(s->result, s->arms[i]),
                                       metric, values);

        for (size_t k = 0; k < got; k++)
            points[n++] = (struct whet_growth_point){s->sizes[i], values[k]};
    }
    rc = whet__growth_fit(out, points, n, level, values + runs);
    if (rc == -EINVAL)
        rc = 0;
out:
    whet__mem_free(points);
    whet__mem_free(values);
    return rc;
}

static enum whet_target_state judge(const struct whet_growth *g, double max)
{
    if (!(max > 0))
        return WHET_TARGET_MET;
    if (g->law == WHET_GROWTH_UNKNOWN || isnan(g->exponent.estimate))
        return WHET_TARGET_UNKNOWN;
    if (g->exponent.estimate <= max)
        return WHET_TARGET_MET;
    return g->exponent.low > max ? WHET_TARGET_MISSED : WHET_TARGET_UNKNOWN;
}

static enum whet_target_state worse_of(enum whet_target_state a, enum whet_target_state b)
{
    if (a == WHET_TARGET_MISSED || b == WHET_TARGET_MISSED)
        return WHET_TARGET_MISSED;
    return a == WHET_TARGET_MET ? b : a;
}

static int judge_series(struct whet_vec *out, const struct series *s, double level)
{
    const struct whet_suite_scaling *asked = &s->suite->scaling;
    size_t last = s->arms[s->count - 1];
    struct whet_scaling *scaling = whet__vec_push(out);
    size_t metric;
    int rc;

    if (scaling == NULL)
        return -ENOMEM;
    *scaling = (struct whet_scaling){.parameter = asked->parameter,
                                     .sizes = s->sizes,
                                     .arms = s->arms,
                                     .count = s->count,
                                     .max_exponent = asked->max_exponent,
                                     .max_memory_exponent = asked->max_memory_exponent};
    if (s->asked == NULL || whet__result_find_metric(s->result, s->asked, &metric) != 0)
        metric = whet__judge_metric(s->result, last, last, NULL);
    scaling->metric = metric;
    rc = fit(&scaling->time, s, metric, level);
    if (rc == 0)
        rc = fit(&scaling->memory, s, WHET_METRIC_MEMORY, level);
    scaling->state = worse_of(judge(&scaling->time, asked->max_exponent),
                              judge(&scaling->memory, asked->max_memory_exponent));
    return rc;
}

static int judge_all(struct whet_vec *out, struct whet_arena *arena, const struct series *model,
                     size_t count, const size_t *commands, unsigned char *taken, double level,
                     struct whet_error *err)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        struct series s = *model;
        int rc;

        if (taken[i] ||
            value_of(whet__result_arm(s.result, i), s.suite->scaling.parameter) == NULL)
            continue;
        s.sizes = whet__arena_zalloc(arena, count, sizeof(*s.sizes));
        s.arms = whet__arena_zalloc(arena, count, sizeof(*s.arms));
        if (s.sizes == NULL || s.arms == NULL)
            return -ENOMEM;
        rc = gather(&s, i, count, commands, taken, err);
        if (rc != 0)
            return rc;
        if (s.count < SIZES_NEEDED)
            continue;
        found++;
        rc = judge_series(out, &s, level);
        if (rc != 0)
            return rc;
    }
    if (found == 0)
        return whet_error_set(err, -EINVAL,
                              "too few sizes: '%.64s' of '%.64s': growth shows from %d "
                              "different sizes up",
                              model->suite->scaling.parameter, model->suite->name,
                              SIZES_NEEDED);
    return 0;
}

int whet__suite_scaling_judge(struct whet_vec *out, struct whet_arena *arena,
                              const struct whet_suite *suite, const struct whet_result *result,
                              size_t count, const size_t *commands, const char *metric,
                              double level, struct whet_error *err)
{
    const struct series model = {.suite = suite, .asked = metric, .result = result};
    unsigned char *taken;
    int rc;

    if (suite->scaling.parameter == NULL)
        return 0;
    taken = whet__mem_zalloc(count + 1, 1);
    rc = taken == NULL ? -ENOMEM
                       : judge_all(out, arena, &model, count, commands, taken, level, err);
    whet__mem_free(taken);
    return rc == -ENOMEM ? whet_error_set(err, rc, "out of memory: 'scaling'") : rc;
}
