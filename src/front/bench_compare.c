/* Two saved results. Numbers that were not measured together may warn, hardly ever fail. */
#include "front/bench_verbs.h"

#include <errno.h>
#include <string.h>

#include "check/compare_saved.h"
#include "front/bench_finish.h"
#include "front/bench_outputs.h"

#define ANSWER_MAX ((size_t)64 << 20)

/* Of the metrics that every result has. */
static int metric_find(const char *name, size_t *out, struct whet_error *err)
{
    *out = WHET_VERDICT_AUTO;
    if (name == NULL)
        return 0;
    for (size_t i = 0; i < WHET_METRIC_IDS; i++) {
        if (strcmp(whet__metrics[i].name, name) == 0) {
            *out = i;
            return 0;
        }
    }
    return whet_error_set(err, -EINVAL,
                          "unknown metric: '--metric %.64s': wall, active, cpu, "
                          "memory and others of bench --json",
                          name);
}

/* Names come from files, which may hold anything that a terminal would obey. */
static int put_only(const struct whet_compare_saved *c, const struct whet_bench_call *call,
                    struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, ANSWER_MAX);
    for (size_t i = 0; i < whet__compare_saved_only_count(c); i++) {
        const struct whet_compare_only *only = whet__compare_saved_only(c, i);

        whet__text_puts(&text, "Only in ");
        whet__colour_put(&text, WHET_ROLE_PLAIN, 0, call->operands[only->after ? 2 : 1]);
        whet__text_puts(&text, ": ");
        whet__colour_put(&text, WHET_ROLE_PLAIN, 0, only->suite);
        if (only->suite[0] != '\0' && only->arm != NULL)
            whet__text_putc(&text, '/');
        if (only->arm != NULL)
            whet__colour_put(&text, WHET_ROLE_PLAIN, 0, only->arm);
        whet__text_putc(&text, '\n');
    }
    rc = whet__text_error(&text);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    else
        whet_error_set(err, rc, "cannot make the answer: 'compare': %s", strerror(-rc));
    whet__text_clear(&text);
    return rc;
}

static int answer(const struct whet_compare_saved *c, const struct whet_outputs *outputs,
                  const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_report *report = whet__compare_saved_report(c);
    const struct whet_bench_args *a = call->args;
    int rc = whet__outputs_answer(call->out, report, call->global, a->json, err);

    if (rc == 0 && !a->json)
        rc = put_only(c, call, err);
    if (rc == 0)
        rc = whet__outputs_write(outputs, report, call->global->verbose, err);
    return rc == 0 ? whet__bench_exit(report->verdict, a->strict) : rc;
}

int whet__bench_compare(const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    struct whet_verdict_options o = {.warn = a->warn, .fail = a->fail, .level = a->level};
    struct whet_compare_saved *c = NULL;
    struct whet_outputs outputs;
    int rc;

    if (call->operand_count != 3)
        return whet_error_set(err, -EINVAL,
                              "two results are compared: 'whet bench compare BEFORE AFTER'");
    whet__outputs_init(&outputs);
    rc = whet__outputs_add(&outputs, &a->outputs, &a->exports, err);
    if (rc == 0)
        rc = metric_find(a->metric, &o.metric, err);
    if (rc == 0)
        rc = whet__compare_saved_new(&c, ".", call->operands[1], call->operands[2], &o,
                                     a->any_machine, err);
    if (rc == 0)
        rc = answer(c, &outputs, call, err);
    whet__compare_saved_free(c);
    whet__outputs_clear(&outputs);
    return rc;
}
