/* The tool measured by itself: comparisons in which nothing differs. Half a minute of short
 * runs; nothing is kept of them but their verdicts and intervals. */
#include "front/bench_verbs.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "bench/plan.h"
#include "bench/session.h"
#include "front/bench_watch.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/signal.h"
#include "os/spawn.h"
#include "stat/quantile.h"
#include "view/table.h"

#define COMPARISONS  40
#define BUDGET_NS    UINT64_C(60000000000)
#define WIDTH_ROUNDS 20
#define METRICS      4
#define ANSWER_MAX   ((size_t)1 << 20)

static const enum whet_metric_id shown[METRICS] = {WHET_METRIC_ACTIVE, WHET_METRIC_CPU,
                                                   WHET_METRIC_WALL, WHET_METRIC_MEMORY};

/* What one metric said over all comparisons. */
struct noise {
    double *half_widths; /* of the intervals of its ratio */
    double *differences; /* its size, as a ratio less one */
    size_t n;
    size_t excluded; /* intervals that leave out "no difference" */
};

struct selftest {
    const struct whet_bench_call *call;
    struct whet_plan *plan;
    const struct whet_bench_arm *arms; /* the same command twice */
    struct noise noise[METRICS];
    unsigned asked, done;
    unsigned alarms, open; /* WARN, FAIL, IMPROVED; INCONCLUSIVE */
    unsigned metric_chosen[WHET_METRIC_IDS];
    uint64_t rounds;
    double seconds;
    int same_code; /* 1: recognised */
    struct whet_bench_watch watch;
    struct whet_error *err;
};

/* The command: as given behind the verb, or something short that is surely there. */
static int arms_plan(struct selftest *t)
{
    const struct whet_bench_call *call = t->call;
    const char *own[] = {NULL, "--version", NULL};
    struct whet_plan_entry e = {.timeout_ns = call->args->timeout_ns};
    struct whet_text self;
    size_t count;
    int rc = whet__plan_new(&t->plan);

    if (call->operand_count > 2)
        return whet_error_set(t->err, -EINVAL,
                              "unexpected operand: '%.200s': one command at most",
                              call->operands[2]);
    whet__text_init(&self, 65536);
    if (rc == 0)
        rc = whet__spawn_self(&self);
    own[0] = whet__text_str(&self);
    if (call->operand_count > 1)
        e.command = call->operands[1];
    else
        e.argv = own;
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = whet__plan_add(t->plan, &e, NULL, 0, t->err);
    whet__text_clear(&self);
    if (rc == 0)
        rc = whet__plan_resolve(t->plan, t->err);
    if (rc == 0)
        t->arms = whet__plan_arms(t->plan, &count);
    return rc;
}

static int noise_open(struct selftest *t)
{
    for (size_t i = 0; i < METRICS; i++) {
        t->noise[i].half_widths = whet__mem_zalloc(t->asked, sizeof(double));
        t->noise[i].differences = whet__mem_zalloc(t->asked, sizeof(double));
        if (t->noise[i].half_widths == NULL || t->noise[i].differences == NULL)
            return whet_error_set(t->err, -ENOMEM, "out of memory");
    }
    return 0;
}

static void noise_add(struct noise *n, const struct whet_result *r, enum whet_metric_id metric)
{
    struct whet_verdict_options o = {.metric = metric, .any_code = 1};
    struct whet_judgement j;

    if (whet__judge(&j, r, 0, 1, &o) != 0 || j.pairs == 0 || !isfinite(j.change.ratio.high))
        return;
    n->half_widths[n->n] = (j.change.ratio.high - j.change.ratio.low) / 2;
    n->differences[n->n++] = fabs(j.change.ratio.estimate - 1);
    n->excluded += j.change.ratio.low > 1 || j.change.ratio.high < 1;
}

static void count(struct selftest *t, const struct whet_session *s)
{
    const struct whet_judgement *j = &s->judgements[1];
    struct whet_judgement known;

    t->done++;
    t->rounds += s->result->rounds;
    t->alarms += j->verdict == WHET_VERDICT_WARN || j->verdict == WHET_VERDICT_FAIL ||
                 j->verdict == WHET_VERDICT_IMPROVED;
    t->open += j->verdict == WHET_VERDICT_INCONCLUSIVE;
    if (j->metric < WHET_METRIC_IDS)
        t->metric_chosen[j->metric]++;
    for (size_t i = 0; i < METRICS; i++)
        noise_add(&t->noise[i], s->result, shown[i]);
    if (whet__judge(&known, s->result, 0, 1, NULL) == 0)
        t->same_code = known.verdict == WHET_VERDICT_SAME_CODE;
}

/* As a comparison by a user would be made, but that equal programs are judged, too. */
static struct whet_session_options options_of(struct selftest *t, uint64_t budget_ns)
{
    const struct whet_bench_args *a = t->call->args;

    return (struct whet_session_options){
        .rounds = {.rounds = a->max_runs,
                   .min_rounds = a->min_runs,
                   .width = a->precision,
                   .width_rounds = WIDTH_ROUNDS,
                   .budget_ns = budget_ns / t->asked,
                   .seed = (a->seed != 0 ? a->seed : whet__clock_wall_ns()) + t->done,
                   .spawn_flags = WHET_SPAWN_DETAILS,
                   .pad_env = 1,
                   .stop = whet__terminal_stop},
        .verdict = {.warn = a->warn,
                    .fail = a->fail,
                    .level = a->level,
                    .metric = WHET_VERDICT_AUTO,
                    .any_code = 1},
        .confirm = a->confirm,
    };
}

static int compare_all(struct selftest *t)
{
    uint64_t budget_ns = t->call->args->budget_ns != 0 ? t->call->args->budget_ns : BUDGET_NS;
    uint64_t start_ns = whet__clock_now_ns();
    int rc = 0;

    whet__bench_watch_init(&t->watch, t->call->global, budget_ns);
    while (rc == 0 && t->done < t->asked && whet__interrupted() == 0) {
        struct whet_session_options o = options_of(t, budget_ns);
        struct whet_session *s = NULL;

        whet__progress_update(&t->watch.line, whet__clock_now_ns(), t->done, t->asked, "");
        rc = whet__session_run(&s, "", t->arms, 2, NULL, 0, &o, t->err);
        if (rc == 0 && s->result->end == WHET_RESULT_FAILED)
            rc = whet_error_set(t->err, -ECHILD, "%.400s",
                                whet__result_arm(s->result, 0)->failure);
        else if (rc == 0 && s->result->end != WHET_RESULT_STOPPED)
            count(t, s);
        whet__session_free(s);
    }
    whet__bench_watch_end(&t->watch);
    t->seconds = (double)(whet__clock_now_ns() - start_ns) / 1e9;
    return rc;
}

/* ---- the answer ------------------------------------------------------------------------- */

static double median_of(double *values, size_t n)
{
    return n > 0 && whet__doubles_sort(values, n) == 0 ? whet__median_sorted(values, n) : NAN;
}

static double largest_of(double *values, size_t n)
{
    return n > 0 && whet__doubles_sort(values, n) == 0 ? values[n - 1] : NAN;
}

/* The true rate that so many comparisons without an alarm leave possible at 95 %. */
static double rate_bound(unsigned comparisons)
{
    return 1 - pow(0.05, 1.0 / comparisons);
}

static enum whet_metric_id chosen(const struct selftest *t)
{
    enum whet_metric_id most = WHET_METRIC_WALL;

    for (unsigned i = 0; i < WHET_METRIC_IDS; i++) {
        if (t->metric_chosen[i] > t->metric_chosen[most])
            most = (enum whet_metric_id)i;
    }
    return most;
}

static void put_json(const struct selftest *t, struct whet_text *out)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "whet", "selftest/1");
    whet__json_put_string(&j, "command", t->arms[0].about.command);
    whet__json_put_uint(&j, "comparisons", t->done);
    whet__json_put_uint(&j, "rounds", t->rounds);
    whet__json_put_double(&j, "seconds", t->seconds);
    whet__json_put_uint(&j, "false_alarms", t->alarms);
    whet__json_put_uint(&j, "inconclusive", t->open);
    whet__json_put_bool(&j, "same_code", t->same_code);
    whet__json_put_string(&j, "metric", whet__metrics[chosen(t)].name);
    whet__json_key(&j, "metrics");
    whet__json_array(&j);
    for (size_t i = 0; i < METRICS; i++) {
        const struct noise *n = &t->noise[i];

        whet__json_object(&j);
        whet__json_put_string(&j, "name", whet__metrics[shown[i]].name);
        whet__json_put_uint(&j, "comparisons", n->n);
        whet__json_put_double(&j, "half_width", median_of(n->half_widths, n->n));
        whet__json_put_double(&j, "largest_difference", largest_of(n->differences, n->n));
        whet__json_put_uint(&j, "excluded", n->excluded);
        whet__json_object_end(&j);
    }
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}

static void put_table(const struct selftest *t, const struct whet_table_style *style,
                      struct whet_text *out)
{
    static const struct whet_table_column columns[] = {
        {.heading = "metric", .shrinks = 1, .priority = 9},
        {.heading = "interval", .align = WHET_ALIGN_RIGHT, .priority = 8},
        {.heading = "largest difference", .align = WHET_ALIGN_RIGHT, .priority = 8},
        {.heading = "intervals without 0", .align = WHET_ALIGN_RIGHT, .priority = 7},
    };
    struct whet_table table;

    whet__table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < METRICS; i++) {
        const struct noise *n = &t->noise[i];

        whet__table_row(&table);
        whet__table_cell(&table, WHET_ROLE_PLAIN, whet__metrics[shown[i]].title);
        if (n->n == 0)
            continue;
        whet__table_printf(&table, WHET_ROLE_PLAIN, "± %.2f%%",
                           100 * median_of(n->half_widths, n->n));
        whet__table_printf(&table, WHET_ROLE_PLAIN, "%.2f%%",
                           100 * largest_of(n->differences, n->n));
        whet__table_printf(&table, n->excluded > 0 ? WHET_ROLE_WARN : WHET_ROLE_PLAIN,
                           "%zu of %zu", n->excluded, n->n);
    }
    whet__table_put_text(out, &table, style);
    if (whet__table_error(&table) != 0 && out->error == 0)
        out->error = whet__table_error(&table);
    whet__table_clear(&table);
}

static void put_text(const struct selftest *t, const struct whet_table_style *style,
                     struct whet_text *out)
{
    enum whet_metric_id metric = chosen(t);
    const char *verdict = t->alarms == 0 ? "PASS" : "FAIL";
    double width = NAN;

    for (size_t i = 0; i < METRICS; i++) {
        if (shown[i] == metric)
            width = median_of(t->noise[i].half_widths, t->noise[i].n);
    }
    whet__colour_put(out, t->alarms == 0 ? WHET_ROLE_GOOD : WHET_ROLE_BAD, style->colour,
                     verdict);
    whet__text_printf(out, "  %u of %u comparisons of a command with itself looked different",
                      t->alarms, t->done);
    if (t->alarms == 0)
        whet__text_printf(out, ",\n      so the rate is below %.1f%% (95%% sure)",
                          100 * rate_bound(t->done));
    whet__text_printf(out, "\n\n");
    put_table(t, style, out);
    whet__text_printf(out, "\nDecided on    %s\n", whet__metrics[metric].title);
    if (isfinite(width))
        whet__text_printf(
            out, "Resolution    differences from some %.1f%% up can be told here now\n",
            200 * width);
    whet__text_printf(out, "Undecided     %u of %u comparisons\n", t->open, t->done);
    whet__text_printf(out, "Same program  %s\n",
                      t->same_code ? "recognised"
                                   : "not recognised: its file could not be read");
    whet__text_printf(out, "Measured      ");
    whet__number_count(out, t->rounds);
    whet__text_puts(out, " pairs of runs in ");
    whet__number_value(out, WHET_UNIT_DURATION, t->seconds * 1e9);
    whet__text_puts(out, " of ");
    whet__colour_put(out, WHET_ROLE_PLAIN, 0, t->arms[0].about.command);
    whet__text_putc(out, '\n');
}

static int answer(struct selftest *t)
{
    struct whet_table_style style = {0};
    struct whet_text text;
    int rc;

    if (t->done == 0)
        return whet_error_set(t->err, -EINTR, "interrupted: nothing was measured yet");
    whet__terminal_style(t->call->out, t->call->global, &style);
    whet__text_init(&text, ANSWER_MAX);
    if (t->call->args->json)
        put_json(t, &text);
    else
        put_text(t, &style, &text);
    rc = whet__text_error(&text);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, t->call->out);
    whet__text_clear(&text);
    if (rc != 0)
        return whet_error_set(t->err, rc, "out of memory");
    if (whet__interrupted() != 0)
        return whet_error_set(t->err, -EINTR,
                              "interrupted: the answer is of fewer comparisons");
    return t->alarms == 0 ? WHET_BENCH_YES : WHET_BENCH_NO;
}

int whet__bench_selftest(const struct whet_bench_call *call, struct whet_error *err)
{
    struct selftest t = {.call = call,
                         .asked = call->args->runs != 0 ? call->args->runs : COMPARISONS,
                         .err = err};
    int rc = arms_plan(&t);

    if (rc == 0)
        rc = noise_open(&t);
    if (rc == 0)
        rc = compare_all(&t);
    if (rc == 0)
        rc = answer(&t);
    for (size_t i = 0; i < METRICS; i++) {
        whet__mem_free(t.noise[i].half_widths);
        whet__mem_free(t.noise[i].differences);
    }
    whet__plan_free(t.plan);
    return rc;
}
