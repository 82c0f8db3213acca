/* The JSON of hyperfine 1.20 (--export-json): its keys in its order, seconds, so that what
 * reads hyperfine reads this; what is ours stands under one more key, "whet". Runs that
 * failed, and arms without any other, are left out: hyperfine has no word for them. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "export/forms.h"
#include "export/row.h"

#define SECOND_NS 1e9

/* Whether the i-th run has a time: only then it stands in the arrays. */
static int counts(const struct whet_row *row, size_t i)
{
    return whet__arm_sample(row->arm, i)->outcome == WHET_BENCH_OK &&
           isfinite(whet__arm_value(row->result, row->arm, i, WHET_METRIC_WALL));
}

/* hyperfine always knows user and system time. Where they were not told apart all CPU time
 * stands as user; where nothing is known, 0. */
static void cpu_put(struct whet_json *j, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric user, system;
    double user_ns = 0, system_ns = 0;

    if (whet__row_metric(&user, rows, row, WHET_METRIC_USER) &&
        whet__row_metric(&system, rows, row, WHET_METRIC_SYSTEM)) {
        user_ns = user.summary.mean;
        system_ns = system.summary.mean;
    } else if (whet__row_metric(&user, rows, row, WHET_METRIC_CPU)) {
        user_ns = user.summary.mean;
    }
    whet__json_put_double(j, "user", user_ns / SECOND_NS);
    whet__json_put_double(j, "system", system_ns / SECOND_NS);
}

static void times_put(struct whet_json *j, const struct whet_row *row)
{
    whet__json_key(j, "times");
    whet__json_array(j);
    for (size_t i = 0; i < whet__arm_count(row->arm); i++) {
        if (counts(row, i))
            whet__json_double(j, whet__arm_value(row->result, row->arm, i, WHET_METRIC_WALL) /
                                     SECOND_NS);
    }
    whet__json_array_end(j);
}

/* A number for each time, or no key at all. */
static void memory_put(struct whet_json *j, const struct whet_row *row)
{
    for (size_t i = 0; i < whet__arm_count(row->arm); i++) {
        double bytes = whet__arm_value(row->result, row->arm, i, WHET_METRIC_MEMORY);

        if (counts(row, i) && !(bytes >= 0 && bytes < 0x1p63))
            return;
    }
    whet__json_key(j, "memory_usage_byte");
    whet__json_array(j);
    for (size_t i = 0; i < whet__arm_count(row->arm); i++) {
        if (counts(row, i))
            whet__json_uint(
                j, (uint64_t)whet__arm_value(row->result, row->arm, i, WHET_METRIC_MEMORY));
    }
    whet__json_array_end(j);
}

static void exit_codes_put(struct whet_json *j, const struct whet_row *row)
{
    whet__json_key(j, "exit_codes");
    whet__json_array(j);
    for (size_t i = 0; i < whet__arm_count(row->arm); i++) {
        int code = whet__arm_sample(row->arm, i)->exit_code;

        if (!counts(row, i))
            continue;
        if (code >= 0)
            whet__json_int(j, code);
        else
            whet__json_null(j);
    }
    whet__json_array_end(j);
}

/* Sorted by name, as hyperfine does; no key without parameters. */
static void parameters_put(struct whet_json *j, const struct whet_row *row)
{
    const struct whet_result_param *p = whet__row_param(row, NULL);

    if (p == NULL)
        return;
    whet__json_key(j, "parameters");
    whet__json_object(j);
    for (; p != NULL; p = whet__row_param(row, p->name))
        whet__json_put_string(j, p->name, p->value);
    whet__json_object_end(j);
}

static void verdict_put(struct whet_json *j, const struct whet_row *row)
{
    const struct whet_judgement *judged = row->judgement;

    whet__json_put_string(j, "verdict", whet__verdict_name(judged->verdict));
    whet__json_put_string(j, "against", row->outcome->against);
    whet__json_put_string(j, "answer", judged->text);
    if (judged->pairs == 0)
        return;
    whet__json_put_string(j, "metric", row->result->metrics[judged->metric].name);
    whet__json_put_double(j, "ratio", judged->change.ratio.estimate);
    whet__json_put_double(j, "ratio_low", judged->change.ratio.low);
    whet__json_put_double(j, "ratio_high", judged->change.ratio.high);
    whet__json_put_double(j, "ratio_level", judged->change.ratio.level);
}

static void extras_put(struct whet_json *j, const struct whet_row *row,
                       const struct whet_row_metric *wall)
{
    whet__json_key(j, "whet");
    whet__json_object(j);
    whet__json_put_string(j, "suite", row->suite);
    whet__json_put_string(j, "name", row->arm->name);
    whet__json_put_string(j, "kind",
                          row->arm->kind == WHET_RESULT_FUNCTION ? "function" : "command");
    whet__json_put_string(j, "command", row->arm->command);
    whet__json_put_double(j, "median_low", wall->median.low / SECOND_NS);
    whet__json_put_double(j, "median_high", wall->median.high / SECOND_NS);
    whet__json_put_double(j, "median_level", wall->median.level);
    whet__json_put_uint(j, "failed", whet__arm_failed(row->arm));
    if (row->arm->failure != NULL)
        whet__json_put_string(j, "failure", row->arm->failure);
    if (row->judgement != NULL)
        verdict_put(j, row);
    whet__json_object_end(j);
}

static void row_put(struct whet_json *j, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric wall;

    if (!whet__row_metric(&wall, rows, row, WHET_METRIC_WALL))
        return;
    whet__json_object(j);
    whet__json_put_string(j, "command", row->label);
    whet__json_put_double(j, "mean", wall.summary.mean / SECOND_NS);
    whet__json_put_double(j, "stddev", wall.summary.sd / SECOND_NS);
    whet__json_put_double(j, "median", wall.summary.median / SECOND_NS);
    cpu_put(j, rows, row);
    whet__json_put_double(j, "min", wall.summary.min / SECOND_NS);
    whet__json_put_double(j, "max", wall.summary.max / SECOND_NS);
    times_put(j, row);
    memory_put(j, row);
    exit_codes_put(j, row);
    parameters_put(j, row);
    extras_put(j, row, &wall);
    whet__json_object_end(j);
}

static void rows_put(struct whet_json *j, struct whet_rows *rows)
{
    whet__json_key(j, "results");
    whet__json_array(j);
    for (size_t i = 0; i < rows->count; i++)
        row_put(j, rows, &rows->rows[i]);
    whet__json_array_end(j);
}

static int hyperfine_put(struct whet_text *out, const struct whet_report *report,
                         const struct whet_export_options *options)
{
    (void)options;
    return whet__rows_put_json(out, report, rows_put);
}

const struct whet_export whet__export_hyperfine = {
    .name = "hyperfine",
    .ending = ".hyperfine.json",
    .summary = "JSON as hyperfine 1.20 exports it",
    .put = hyperfine_put,
};
