/* whet tune --workers: the decision and every input to it, as text or JSON. */
#include "cli/tune_workers.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <whet/sizing.h>
#include <whet/units.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "front/terminal.h"
#include "view/fill.h"
#include "view/table.h"

#define ANSWER_MAX     ((size_t)1 << 20)
#define LABEL_WIDTH    12
#define WIDTH          80
#define FORMAT_VERSION 1

struct answer {
    struct whet_tune_machine machine;
    struct whet_sizing sizing;
    struct whet_sizing_probe probe;
    int measured; /* a command was */
    const struct whet_tune_workers_args *args;
};

static int measure(struct answer *a, const struct whet_call *call, struct whet_error *err)
{
    const char **argv = whet__mem_zalloc(call->operand_count + 1, sizeof(*argv));
    struct whet_sizing_probe_options options = {.argv = argv,
                                                .most = 2 * a->machine.cores,
                                                .rounds = a->args->rounds,
                                                .stop = whet__terminal_stop};
    int rc;

    if (argv == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < call->operand_count; i++)
        argv[i] = call->operands[i];
    if (a->args->type == WHET_SIZING_IO)
        options.most = 4 * a->machine.cores;
    rc = whet_sizing_measure(&a->probe, &options, err);
    whet__mem_free(argv);
    a->measured = rc == 0;
    return rc;
}

static int decide(struct answer *a, struct whet_error *err)
{
    const struct whet_sizing_options options = {
        .type = (enum whet_sizing_type)a->args->type,
        .cpu_share = a->probe.cpu_share,
        .task_bytes = a->args->task_bytes != 0 ? a->args->task_bytes : a->probe.task_bytes,
        .points = a->probe.points,
        .point_count = a->probe.point_count,
    };
    int rc = whet_sizing_decide(&a->sizing, &a->machine, &options);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot decide: %s", strerror(-rc));
    return 0;
}

/* Lines that begin with a label, each broken to the width. */
static void fill_lines(struct whet_text *out, struct whet_text *lines)
{
    for (size_t at = 0; at < lines->len;) {
        char *line = lines->data + at, *end = memchr(line, '\n', lines->len - at);

        *end = '\0';
        whet__text_append(out, line, LABEL_WIDTH);
        whet__fill(out, line + LABEL_WIDTH, LABEL_WIDTH, LABEL_WIDTH, WIDTH);
        at += (size_t)(end - line) + 1;
    }
    whet__text_reset(lines);
}

static const char *by_kind(const struct whet_sizing *s)
{
    if (s->type == WHET_SIZING_CPU || s->cpu_share >= 1)
        return "one per core";
    if (s->cpu_share > 0)
        return "cores / share of time";
    return s->type == WHET_SIZING_IO ? "4 x cores, for want of a measurement"
                                     : "2 x cores, for want of a measurement";
}

static void kind_put(struct whet_text *out, const struct answer *a)
{
    char text[32];

    whet__text_printf(out, "Kind        %s: ", whet_sizing_type_name(a->sizing.type));
    if (a->measured)
        whet__text_printf(out, "%s of its time on a processor, measured",
                          whet_percent_format(a->sizing.cpu_share, text, sizeof(text)));
    else
        whet__text_puts(out, "nothing was measured");
    if (a->args->type != WHET_SIZING_AUTO)
        whet__text_puts(out, "; as given");
    else if (!a->measured)
        whet__text_puts(out, ": taken for bound by the processor");
    whet__text_putc(out, '\n');
}

static void limits_put(struct whet_text *out, const struct answer *a)
{
    const struct whet_sizing *s = &a->sizing;
    char text[32], cap[32];

    whet__text_printf(out, "Processors  %u: %u by affinity, ", s->cores, s->usable);
    if (s->quota_cores > 0)
        whet__text_printf(out, "%.3g by the quota in %s\n", s->quota_cores,
                          a->machine.quota_source);
    else
        whet__text_puts(out, "no cgroup quota\n");
    whet__text_printf(out, "By kind     %u workers: %s\n", s->by_type, by_kind(s));
    whet_size_format(s->memory_cap_bytes, cap, sizeof(cap));
    if (s->by_memory != 0)
        whet__text_printf(
            out,
            "Memory      %u workers: %s each in %s, 40%% of what is available and "
            "at most half of all\n",
            s->by_memory, whet_size_format(s->task_bytes, text, sizeof(text)), cap);
    else
        whet__text_printf(out, "Memory      no limit: what a task takes is not known; cap %s\n",
                          cap);
    whet__text_printf(out, "Guard rail  %u workers: 4 x cores\n", s->rail);
    whet__text_printf(out,
                      "Estimate    %.2fx with %u, by the published formula (parallel share "
                      "%.2f, 5 ms overhead): not a measurement\n",
                      s->document_speedup, s->document_best, s->document_share);
}

static void law_put(struct whet_text *out, const struct answer *a)
{
    const struct whet_pool_scaling *law = &a->sizing.law;
    char text[32];

    if (!a->sizing.fitted)
        return;
    whet__text_printf(out, "Law         contention %.3f, coherence %.4f; ", law->contention,
                      law->coherence);
    if (law->spare != 0)
        whet__text_printf(out, "the points are off by %s; ",
                          whet_percent_format(law->error, text, sizeof(text)));
    else
        whet__text_puts(out, "no more points than terms, so how far it is off is not known; ");
    if (isfinite(law->peak))
        whet__text_printf(out, "peak at %.1f workers\n", law->peak);
    else
        whet__text_puts(out, "no peak\n");
}

static void points_put(struct whet_text *out, const struct answer *a,
                       const struct whet_table_style *style)
{
    static const struct whet_table_column columns[] = {
        {"Workers", WHET_ALIGN_RIGHT, 9, 0, 0, 0},
        {"Runs/s", WHET_ALIGN_RIGHT, 8, 0, 0, 0},
        {"Speed-up", WHET_ALIGN_RIGHT, 8, 0, 0, 0},
        {"Law", WHET_ALIGN_RIGHT, 7, 0, 0, 0},
        {"Estimate", WHET_ALIGN_RIGHT, 6, 0, 0, 0}};
    const struct whet_pool_scaling_point *points = a->probe.points;
    struct whet_table t;

    if (!a->measured)
        return;
    whet__table_init(&t, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < a->probe.point_count; i++) {
        whet__table_row(&t);
        whet__table_count(&t, WHET_ROLE_PLAIN, points[i].workers);
        whet__table_printf(&t, WHET_ROLE_PLAIN, "%.2f", points[i].throughput);
        whet__table_printf(&t, WHET_ROLE_PLAIN, "%.2fx",
                           points[i].throughput / points[0].throughput);
        whet__table_printf(&t, WHET_ROLE_DIM, "%.2fx",
                           a->sizing.fitted
                               ? whet_pool_scaling_speedup(&a->sizing.law, points[i].workers)
                               : 1.0);
        whet__table_printf(&t, WHET_ROLE_DIM, "%.2fx",
                           whet_sizing_document(&a->sizing, points[i].workers));
    }
    whet__text_putc(out, '\n');
    whet__table_put_text(out, &t, style);
    whet__table_clear(&t);
    whet__text_putc(out, '\n');
}

static void text_put(struct whet_text *out, const struct answer *a,
                     const struct whet_table_style *style)
{
    const struct whet_sizing *s = &a->sizing;
    struct whet_text lines;

    whet__text_init(&lines, ANSWER_MAX);
    kind_put(&lines, a);
    limits_put(&lines, a);
    if (whet__text_error(&lines) == 0)
        fill_lines(out, &lines);
    points_put(out, a, style);
    law_put(&lines, a);
    whet__text_printf(&lines, "Workers     %u: limited by the %s", s->workers,
                      whet_sizing_limit_name(s->limit));
    if (s->fitted)
        whet__text_printf(&lines, "; %.2fx of one worker by the law", s->law_speedup);
    if (s->limit == WHET_SIZING_BY_LAW)
        whet__text_puts(&lines, ", and one more would add less than a tenth of one");
    whet__text_putc(&lines, '\n');
    if (whet__text_error(&lines) == 0)
        fill_lines(out, &lines);
    whet__text_clear(&lines);
}

static void law_json(struct whet_json *j, const struct answer *a)
{
    const struct whet_sizing *s = &a->sizing;

    whet__json_key(j, "law");
    if (!s->fitted) {
        whet__json_null(j);
        return;
    }
    whet__json_object(j);
    whet__json_put_double(j, "rate_per_s", s->law.rate);
    whet__json_put_double(j, "contention", s->law.contention);
    whet__json_put_double(j, "coherence", s->law.coherence);
    if (s->law.spare != 0)
        whet__json_put_double(j, "residual", s->law.error);
    whet__json_put_uint(j, "spare_points", s->law.spare);
    if (isfinite(s->law.peak))
        whet__json_put_double(j, "peak_workers", s->law.peak);
    whet__json_put_uint(j, "best_workers", s->law_best);
    whet__json_put_double(j, "best_speedup", s->law_speedup);
    whet__json_object_end(j);
}

static void points_json(struct whet_json *j, const struct answer *a)
{
    whet__json_key(j, "points");
    whet__json_array(j);
    for (size_t i = 0; a->measured && i < a->probe.point_count; i++) {
        unsigned workers = a->probe.points[i].workers;

        whet__json_object(j);
        whet__json_put_uint(j, "workers", workers);
        whet__json_put_double(j, "runs_per_s", a->probe.points[i].throughput);
        if (a->sizing.fitted)
            whet__json_put_double(j, "law_speedup",
                                  whet_pool_scaling_speedup(&a->sizing.law, workers));
        whet__json_put_double(j, "estimate_speedup", whet_sizing_document(&a->sizing, workers));
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

static void json_put(struct whet_text *out, const struct answer *a)
{
    const struct whet_sizing *s = &a->sizing;
    struct whet_json writer, *j = &writer;

    whet__json_init(j, out, 2);
    whet__json_object(j);
    whet__json_put_string(j, "type", "workers");
    whet__json_put_uint(j, "version", FORMAT_VERSION);
    whet__json_put_string(j, "kind", whet_sizing_type_name(s->type));
    whet__json_put_bool(j, "measured", a->measured);
    if (a->measured) {
        whet__json_put_double(j, "cpu_share", s->cpu_share);
        whet__json_put_double(j, "task_seconds", a->probe.task_ns / 1e9);
    }
    whet__json_put_uint(j, "usable", s->usable);
    whet__json_put_double(j, "quota_cores", s->quota_cores);
    whet__json_put_uint(j, "cores", s->cores);
    whet__json_put_uint(j, "by_kind", s->by_type);
    whet__json_put_uint(j, "task_bytes", s->task_bytes);
    whet__json_put_uint(j, "memory_cap_bytes", s->memory_cap_bytes);
    whet__json_put_uint(j, "by_memory", s->by_memory);
    whet__json_put_uint(j, "guard_rail", s->rail);
    whet__json_put_uint(j, "estimate_workers", s->document_best);
    whet__json_put_double(j, "estimate_speedup", s->document_speedup);
    points_json(j, a);
    law_json(j, a);
    whet__json_put_uint(j, "workers", s->workers);
    whet__json_put_string(j, "limit", whet_sizing_limit_name(s->limit));
    whet__json_object_end(j);
    whet__text_putc(out, '\n');
}

int whet__tune_workers(const struct whet_call *call, const struct whet_tune_workers_args *args,
                       struct whet_error *err)
{
    struct answer a = {.args = args};
    const struct whet_table_style style = {
        .width = WIDTH, .colour = whet__global_color(call->global, fileno(call->out))};
    struct whet_text text;
    int rc = 0;

    whet_tune_machine_read(NULL, ".", &a.machine);
    if (call->operand_count != 0)
        rc = measure(&a, call, err);
    if (rc == 0)
        rc = decide(&a, err);
    if (rc != 0)
        return rc;
    whet__text_init(&text, ANSWER_MAX);
    if (args->json)
        json_put(&text, &a);
    else
        text_put(&text, &a, &style);
    rc = whet__text_error(&text);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    whet__text_clear(&text);
    return rc != 0 ? whet_error_set(err, rc, "out of memory") : 0;
}
