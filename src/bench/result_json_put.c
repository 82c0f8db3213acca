/* A result as JSON. Expected load: some arms of some hundred samples; some ten KiB each.
 *
 * Samples are written by columns: a column that says the same of all runs is left out, and
 * a file that is kept in a repository changes in few lines. */
#include "bench/result_json_put.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "bench/words.h"
#include "stat/interval.h"
#include "stat/quantile.h"
#include "stat/summary.h"

#define LEVEL    0.99
#define LAST_DAY INT64_C(253402300799) /* the end of 9999 */

unsigned whet__json_line_begin(struct whet_json *j)
{
    unsigned was = j->indent;

    j->indent = 0;
    return was;
}

void whet__json_line_end(struct whet_json *j, unsigned was)
{
    j->indent = was;
}

/* Whole numbers end where readers of JSON do. */
static void count_put(struct whet_json *j, const char *key, uint64_t count)
{
    whet__json_put_uint(j, key, count < INT64_MAX ? count : INT64_MAX);
}

static void time_put(struct whet_json *j, int64_t seconds)
{
    time_t at = (time_t)(seconds < 0 ? 0 : seconds < LAST_DAY ? seconds : LAST_DAY);
    char text[32] = "";
    struct tm utc;

    if (gmtime_r(&at, &utc) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    whet__json_put_string(j, "time", text);
}

/* As text: a reader that takes numbers for doubles would change it. */
static void seed_put(struct whet_json *j, uint64_t seed)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, seed);
    whet__json_put_string(j, "seed", text);
}

static void machine_put(struct whet_json *j, const struct whet_result_machine *m)
{
    whet__json_key(j, "machine");
    whet__json_object(j);
    whet__json_put_string(j, "hostname", m->hostname);
    whet__json_put_string(j, "cpu_model", m->cpu_model);
    whet__json_put_string(j, "architecture", m->architecture);
    whet__json_put_string(j, "kernel", m->kernel);
    whet__json_put_string(j, "distribution", m->distribution);
    whet__json_put_uint(j, "cores", m->cores);
    count_put(j, "memory_bytes", m->memory_bytes);
    whet__json_put_string(j, "governor", m->governor);
    whet__json_object_end(j);
}

static int is_known(const struct whet_result *r, const struct whet_result_arm *arm,
                    size_t metric)
{
    for (size_t i = 0; i < whet__arm_count(arm); i++) {
        if (!isnan(whet__arm_value(r, arm, i, metric)))
            return 1;
    }
    return 0;
}

/* Built-in metrics that nobody could measure say nothing. */
static int is_used(const struct whet_result *r, size_t metric)
{
    for (size_t i = 0; i < whet__result_count(r); i++) {
        if (is_known(r, whet__result_arm(r, i), metric))
            return 1;
    }
    return metric >= WHET_METRIC_IDS;
}

static void metrics_put(struct whet_json *j, const struct whet_result *r)
{
    whet__json_key(j, "metrics");
    whet__json_array(j);
    for (size_t i = 0; i < r->metric_count; i++) {
        const struct whet_metric *m = &r->metrics[i];
        unsigned was;

        if (!is_used(r, i))
            continue;
        whet__json_object(j);
        was = whet__json_line_begin(j);
        whet__json_put_string(j, "name", m->name);
        whet__json_put_string(j, "title", m->title);
        whet__json_put_string(j, "unit", whet__unit_words[m->unit]);
        whet__json_put_string(j, "better", whet__better_words[m->better]);
        whet__json_object_end(j);
        whet__json_line_end(j, was);
    }
    whet__json_array_end(j);
}

/* Columns that are no metrics. */
static void column_value(struct whet_json *j, const struct whet_result_sample *s, int column)
{
    switch (column) {
    case 0:
        whet__json_uint(j, s->round);
        break;
    case 1:
        whet__json_uint(j, s->position);
        break;
    case 2:
        whet__json_string(j, whet__outcome_words[s->outcome]);
        break;
    case 3:
        whet__json_int(j, s->exit_code);
        break;
    default:
        whet__json_double(j, s->at_seconds);
        break;
    }
}

static int is_plain(const struct whet_result_arm *arm, int column)
{
    for (size_t i = 0; i < whet__arm_count(arm); i++) {
        const struct whet_result_sample *s = whet__arm_sample(arm, i);

        if (column == 2 ? s->outcome != WHET_BENCH_OK : s->exit_code != 0)
            return 0;
    }
    return 1;
}

static void columns_put(struct whet_json *j, const struct whet_result_arm *arm)
{
    static const char *const names[] = {"round", "position", "outcome", "exit_code", "at"};

    for (int column = 0; column < 5; column++) {
        unsigned was;

        if ((column == 2 || column == 3) && is_plain(arm, column))
            continue;
        whet__json_key(j, names[column]);
        was = whet__json_line_begin(j);
        whet__json_array(j);
        for (size_t i = 0; i < whet__arm_count(arm); i++)
            column_value(j, whet__arm_sample(arm, i), column);
        whet__json_array_end(j);
        whet__json_line_end(j, was);
    }
}

static void values_put(struct whet_json *j, const struct whet_result *r,
                       const struct whet_result_arm *arm)
{
    whet__json_key(j, "values");
    whet__json_object(j);
    for (size_t m = 0; m < r->metric_count; m++) {
        unsigned was;

        if (!is_known(r, arm, m))
            continue;
        whet__json_key(j, r->metrics[m].name);
        was = whet__json_line_begin(j);
        whet__json_array(j);
        for (size_t i = 0; i < whet__arm_count(arm); i++)
            whet__json_double(j, whet__arm_value(r, arm, i, m));
        whet__json_array_end(j);
        whet__json_line_end(j, was);
    }
    whet__json_object_end(j);
}

/* `values` has room for as many again behind them. */
static void summary_put(struct whet_json *j, const char *name, double *values, size_t n)
{
    struct whet_interval median;
    struct whet_summary s;
    unsigned was;

    if (n == 0 || whet__doubles_sort(values, n) != 0 ||
        whet__interval_median(&median, values, n, LEVEL) != 0 ||
        whet__summary_of(&s, values, n, values + n) != 0)
        return;
    whet__json_key(j, name);
    was = whet__json_line_begin(j);
    whet__json_object(j);
    whet__json_put_uint(j, "n", n);
    whet__json_put_double(j, "median", s.median);
    whet__json_put_double(j, "low", median.low);
    whet__json_put_double(j, "high", median.high);
    whet__json_put_double(j, "level", median.level);
    whet__json_put_double(j, "min", s.min);
    whet__json_put_double(j, "max", s.max);
    whet__json_put_double(j, "mean", s.mean);
    whet__json_put_double(j, "sd", s.sd);
    whet__json_put_double(j, "mad", s.mad);
    whet__json_object_end(j);
    whet__json_line_end(j, was);
}

static void summaries_put(struct whet_json *j, const struct whet_result *r,
                          const struct whet_result_arm *arm)
{
    double *values = whet__mem_zalloc(2 * whet__arm_count(arm) + 1, sizeof(*values));

    if (values == NULL && j->text->error == 0)
        j->text->error = -ENOMEM;
    whet__json_key(j, "summary");
    whet__json_object(j);
    for (size_t m = 0; m < r->metric_count && values != NULL; m++)
        summary_put(j, r->metrics[m].name, values, whet__arm_collect(r, arm, m, values));
    whet__json_object_end(j);
    whet__mem_free(values);
}

/* What an arm may have or not; what it has not is left out. */
static void facts_put(struct whet_json *j, const struct whet_result_arm *arm)
{
    if (arm->param_count > 0) {
        whet__json_key(j, "params");
        whet__json_object(j);
        for (size_t i = 0; i < arm->param_count; i++)
            whet__json_put_string(j, arm->params[i].name, arm->params[i].value);
        whet__json_object_end(j);
    }
    if (arm->program != NULL)
        whet__json_put_string(j, "program", arm->program);
    if (arm->program_hash != NULL)
        whet__json_put_string(j, "program_hash", arm->program_hash);
    if (arm->bytes > 0)
        whet__json_put_double(j, "bytes", arm->bytes);
    if (arm->items > 0)
        whet__json_put_double(j, "items", arm->items);
    if (arm->iterations != 0)
        count_put(j, "iterations", arm->iterations);
    if (arm->epochs != 0)
        whet__json_put_uint(j, "epochs", arm->epochs);
    if (arm->threads != 0)
        whet__json_put_uint(j, "threads", arm->threads);
    if (arm->failure != NULL)
        whet__json_put_string(j, "failure", arm->failure);
    if (arm->left_out)
        whet__json_put_bool(j, "left_out", 1);
}

static void arm_put(struct whet_json *j, const struct whet_result *r,
                    const struct whet_result_arm *arm)
{
    whet__json_object(j);
    whet__json_put_string(j, "name", arm->name);
    whet__json_put_string(j, "kind", whet__kind_words[arm->kind]);
    whet__json_put_string(j, "command", arm->command);
    facts_put(j, arm);
    whet__json_key(j, "samples");
    whet__json_object(j);
    columns_put(j, arm);
    values_put(j, r, arm);
    whet__json_object_end(j);
    summaries_put(j, r, arm);
    whet__json_object_end(j);
}

void whet__result_put_json(struct whet_json *j, const struct whet_result *r)
{
    size_t count = whet__result_count(r);

    whet__json_object(j);
    whet__json_put_string(j, "name", r->name);
    whet__json_put_string(j, "version", r->version);
    time_put(j, r->time);
    machine_put(j, &r->machine);
    seed_put(j, r->seed);
    whet__json_put_uint(j, "rounds", r->rounds);
    whet__json_put_double(j, "elapsed", r->elapsed_seconds);
    whet__json_put_string(j, "end", whet__end_words[r->end]);
    whet__json_put_string(j, "memory_source", r->memory_source);
    if (r->memory_floor > 0)
        whet__json_put_uint(j, "memory_floor", r->memory_floor);
    whet__json_put_string(j, "counters", r->counters);
    whet__json_put_string(
        j, "reference", r->reference < count ? whet__result_arm(r, r->reference)->name : NULL);
    metrics_put(j, r);
    whet__json_key(j, "arms");
    whet__json_array(j);
    for (size_t i = 0; i < count; i++)
        arm_put(j, r, whet__result_arm(r, i));
    whet__json_array_end(j);
    whet__json_object_end(j);
}
