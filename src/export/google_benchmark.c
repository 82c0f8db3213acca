/* The JSON of google/benchmark (schema version 1): an entry per run ("iteration") and the
 * aggregates mean, median, stddev and cv, in nanoseconds. Its compare.py reads it. An arm
 * without a run that ended well is one entry with its error. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "export/forms.h"
#include "export/row.h"

struct entry {
    const char *aggregate; /* NULL: of a single run */
    const char *unit;      /* of the aggregate: "time" or "percentage" */
    size_t index, repetitions;
    double real, cpu;
};

static void context_put(struct whet_json *j, const struct whet_rows *rows)
{
    static const struct whet_result_machine nowhere = {.hostname = ""};
    const struct whet_result *r = rows->count > 0 ? rows->rows[0].result : NULL;
    const struct whet_result_machine *m = r != NULL ? &r->machine : &nowhere;
    struct whet_text date;

    whet__text_init(&date, 64);
    whet__row_put_time(&date, r != NULL ? r->time : 0);
    whet__text_puts(&date, "+00:00");
    whet__json_key(j, "context");
    whet__json_object(j);
    whet__json_put_string(j, "date", whet__text_str(&date));
    whet__json_put_string(j, "host_name", m->hostname);
    whet__json_put_string(j, "executable", "whet");
    whet__json_put_uint(j, "num_cpus", m->cores);
    whet__json_put_int(j, "mhz_per_cpu", 0); /* not kept; readers want the key */
    whet__json_key(j, "caches");
    whet__json_array(j);
    whet__json_array_end(j);
    whet__json_key(j, "load_avg");
    whet__json_array(j);
    whet__json_array_end(j);
    whet__json_put_string(j, "library_version", r != NULL ? r->version : "");
    whet__json_put_string(j, "library_build_type", "release");
    whet__json_put_int(j, "json_schema_version", 1);
    whet__json_object_end(j);
    if (j->text->error == 0)
        j->text->error = whet__text_error(&date);
    whet__text_clear(&date);
}

static void name_put(struct whet_json *j, const struct whet_row *row, const char *aggregate)
{
    struct whet_text name;

    whet__text_init(&name, WHET_ROW_LABEL_MAX + 64);
    whet__text_puts(&name, row->label);
    if (aggregate != NULL)
        whet__text_printf(&name, "_%s", aggregate);
    whet__json_put_string(j, "name", whet__text_str(&name));
    if (j->text->error == 0)
        j->text->error = whet__text_error(&name);
    whet__text_clear(&name);
}

/* What every entry begins with. */
static void entry_begin(struct whet_json *j, const struct whet_rows *rows,
                        const struct whet_row *row, const struct entry *e)
{
    whet__json_object(j);
    name_put(j, row, e->aggregate);
    whet__json_put_uint(j, "family_index", (uint64_t)(row - rows->rows));
    whet__json_put_uint(j, "per_family_instance_index", 0);
    whet__json_put_string(j, "run_name", row->label);
    whet__json_put_string(j, "run_type", e->aggregate != NULL ? "aggregate" : "iteration");
    whet__json_put_uint(j, "repetitions", e->repetitions);
    if (e->aggregate == NULL)
        whet__json_put_uint(j, "repetition_index", e->index);
    whet__json_put_uint(j, "threads", row->arm->threads > 0 ? row->arm->threads : 1);
    if (e->aggregate != NULL) {
        whet__json_put_string(j, "aggregate_name", e->aggregate);
        whet__json_put_string(j, "aggregate_unit", e->unit);
    }
}

static void times_put(struct whet_json *j, uint64_t iterations, const struct entry *e)
{
    whet__json_put_uint(j, "iterations", iterations);
    whet__json_put_double(j, "real_time", e->real);
    whet__json_put_double(j, "cpu_time", isfinite(e->cpu) ? e->cpu : 0);
    whet__json_put_string(j, "time_unit", "ns");
}

/* The form has counters beside its own keys; a key must not stand twice. */
static int is_key(const char *name)
{
    static const char *const keys[] = {"name",
                                       "family_index",
                                       "per_family_instance_index",
                                       "run_name",
                                       "run_type",
                                       "repetitions",
                                       "threads",
                                       "repetition_index",
                                       "iterations",
                                       "real_time",
                                       "cpu_time",
                                       "time_unit",
                                       "label",
                                       "bytes_per_second",
                                       "items_per_second",
                                       "big_o",
                                       "rms",
                                       "error_occurred",
                                       "skipped",
                                       "error_message",
                                       "skip_message"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], name) == 0)
            return 1;
    }
    return 0;
}

/* Rates under the names of google/benchmark, and the program's own counters. */
static void counters_put(struct whet_json *j, const struct whet_row *row, size_t i, double wall)
{
    struct whet_interval ns = {wall, wall, wall, 0}, rate;

    if (whet__row_rate(&rate, row->arm->bytes, &ns))
        whet__json_put_double(j, "bytes_per_second", rate.estimate);
    if (whet__row_rate(&rate, row->arm->items, &ns))
        whet__json_put_double(j, "items_per_second", rate.estimate);
    for (size_t m = WHET_METRIC_IDS; m < row->result->metric_count; m++) {
        double value = whet__arm_value(row->result, row->arm, i, m);

        if (isfinite(value) && !is_key(row->result->metrics[m].name))
            whet__json_put_double(j, row->result->metrics[m].name, value);
    }
}

static void runs_put(struct whet_json *j, const struct whet_rows *rows,
                     const struct whet_row *row, size_t repetitions)
{
    uint64_t iterations = row->arm->iterations > 0 ? row->arm->iterations : 1;
    struct entry e = {.repetitions = repetitions};

    for (size_t i = 0; i < whet__arm_count(row->arm); i++) {
        e.real = whet__arm_value(row->result, row->arm, i, WHET_METRIC_WALL);
        e.cpu = whet__arm_value(row->result, row->arm, i, WHET_METRIC_CPU);
        if (whet__arm_sample(row->arm, i)->outcome != WHET_BENCH_OK || !isfinite(e.real))
            continue;
        entry_begin(j, rows, row, &e);
        times_put(j, iterations, &e);
        counters_put(j, row, i, e.real);
        whet__json_object_end(j);
        e.index++;
    }
}

static double ratio_of(double sd, double mean)
{
    return mean > 0 ? sd / mean : 0;
}

static void aggregates_put(struct whet_json *j, const struct whet_rows *rows,
                           const struct whet_row *row, const struct whet_summary *wall,
                           const struct whet_summary *cpu)
{
    const struct entry list[] = {
        {"mean", "time", 0, wall->n, wall->mean, cpu->mean},
        {"median", "time", 0, wall->n, wall->median, cpu->median},
        {"stddev", "time", 0, wall->n, wall->sd, cpu->sd},
        {"cv", "percentage", 0, wall->n, ratio_of(wall->sd, wall->mean),
         ratio_of(cpu->sd, cpu->mean)},
    };

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        entry_begin(j, rows, row, &list[i]);
        times_put(j, wall->n, &list[i]); /* of an aggregate: how many it is of */
        whet__json_object_end(j);
    }
}

static void error_put(struct whet_json *j, const struct whet_rows *rows,
                      const struct whet_row *row)
{
    const struct entry e = {.repetitions = 1};

    entry_begin(j, rows, row, &e);
    whet__json_put_bool(j, "error_occurred", 1);
    whet__json_put_string(j, "error_message",
                          row->arm->failure != NULL ? row->arm->failure
                                                    : "it was not measured");
    times_put(j, 0, &e);
    whet__json_object_end(j);
}

static void row_put(struct whet_json *j, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric wall, cpu = {{0}};

    if (!whet__row_metric(&wall, rows, row, WHET_METRIC_WALL)) {
        error_put(j, rows, row);
        return;
    }
    (void)!whet__row_metric(&cpu, rows, row, WHET_METRIC_CPU);
    runs_put(j, rows, row, wall.summary.n);
    if (wall.summary.n > 1)
        aggregates_put(j, rows, row, &wall.summary, &cpu.summary);
}

static void rows_put(struct whet_json *j, struct whet_rows *rows)
{
    context_put(j, rows);
    whet__json_key(j, "benchmarks");
    whet__json_array(j);
    for (size_t i = 0; i < rows->count; i++)
        row_put(j, rows, &rows->rows[i]);
    whet__json_array_end(j);
}

static int google_benchmark_put(struct whet_text *out, const struct whet_report *report,
                                const struct whet_export_options *options)
{
    (void)options;
    return whet__rows_put_json(out, report, rows_put);
}

const struct whet_export whet__export_google_benchmark = {
    .name = "google-benchmark",
    .summary = "JSON as google/benchmark writes it",
    .put = google_benchmark_put,
};
