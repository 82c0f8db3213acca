/* The tables of a digest for readers in a hurry: arms, judgements, targets. Up to 1024
 * rows. */
#include "export/digest_table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "base/mem.h"
#include "stat/quantile.h"
#include "view/spark.h"

#define PARAMS_MAX 6 /* columns of them; more than that nobody compares by eye */
#define SECOND_NS  1e9

void whet__digest_table_column(struct whet_digest_table *t, const char *heading,
                               enum whet_align align, unsigned priority)
{
    if (t->column_count < WHET_TABLE_MAX_COLUMNS)
        t->columns[t->column_count++] = (struct whet_table_column){
            .heading = heading, .align = align, .priority = priority};
}

void whet__digest_table_names(struct whet_digest_table *t, const char *heading)
{
    whet__digest_table_column(t, heading, WHET_ALIGN_LEFT, 100);
    t->columns[t->column_count - 1].shrinks = 1;
}

void whet__digest_table_arm(struct whet_table *t, enum whet_role role,
                            const struct whet_digest *d, size_t arm)
{
    const char *name = whet__digest_arm(d, arm)->name;
    struct whet_text text;

    if (!d->numbered) {
        whet__table_cell(t, role, name);
        return;
    }
    whet__text_init(&text, WHET_TABLE_MAX_BYTES);
    whet__text_printf(&text, "[%zu] %s", arm + 1, name);
    if (t->error == 0)
        t->error = whet__text_error(&text);
    whet__table_cell(t, role, whet__text_str(&text));
    whet__text_clear(&text);
}

void whet__digest_table_median(struct whet_table *t, enum whet_role role, enum whet_unit unit,
                               const struct whet_comparison_metric *m)
{
    struct whet_text text;

    whet__text_init(&text, 128);
    whet__digest_median(&text, unit, m);
    if (t->error == 0)
        t->error = whet__text_error(&text);
    whet__table_cell(t, role, whet__text_str(&text));
    whet__text_clear(&text);
}

/* What the arms' table needs columns for. */
#define NAME_WIDTH 12 /* columns of a name are worth more than the least telling figure */

struct arms {
    struct whet_digest_table *t;
    const struct whet_digest *d;
    const char *params[PARAMS_MAX]; /* names of those that differ between arms */
    size_t param_count;
    int wall, memory, bytes, items; /* 1: a column */
    unsigned bins;
    int ascii;
    double *room;
    struct whet_spark_scale scale;
};

static const char *param_of(const struct whet_result_arm *arm, const char *name)
{
    for (size_t i = 0; i < arm->param_count; i++) {
        if (strcmp(arm->params[i].name, name) == 0)
            return arm->params[i].value;
    }
    return "";
}

static int param_differs(const struct whet_digest *d, const char *name)
{
    const char *first = param_of(whet__digest_arm(d, 0), name);

    for (size_t i = 1; i < d->count; i++) {
        if (strcmp(param_of(whet__digest_arm(d, i), name), first) != 0)
            return 1;
    }
    return 0;
}

static int param_listed(const struct arms *a, const char *name)
{
    for (size_t i = 0; i < a->param_count; i++) {
        if (strcmp(a->params[i], name) == 0)
            return 1;
    }
    return 0;
}

static void list_params(struct arms *a)
{
    for (size_t i = 0; i < a->d->count; i++) {
        const struct whet_result_arm *arm = whet__digest_arm(a->d, i);

        for (size_t k = 0; k < arm->param_count && a->param_count < PARAMS_MAX; k++) {
            const char *name = arm->params[k].name;

            if (!param_listed(a, name) && param_differs(a->d, name))
                a->params[a->param_count++] = name;
        }
    }
}

static void list_columns(struct arms *a)
{
    const struct whet_digest *d = a->d;

    list_params(a);
    a->wall = d->metric != WHET_METRIC_WALL && whet__digest_knows(d, WHET_METRIC_WALL);
    a->memory = d->metric != WHET_METRIC_MEMORY && whet__digest_knows(d, WHET_METRIC_MEMORY);
    for (size_t i = 0; i < d->count; i++) {
        a->bytes |= whet__digest_arm(d, i)->bytes > 0;
        a->items |= whet__digest_arm(d, i)->items > 0;
    }
}

/* All arms on one scale, so that their histograms compare. */
static int scale_fill(struct arms *a)
{
    int rc = 0;

    whet__spark_scale_init(&a->scale);
    for (size_t i = 0; i < a->d->count && rc == 0; i++) {
        size_t n =
            whet__arm_collect(a->d->result, whet__digest_arm(a->d, i), a->d->metric, a->room);

        rc = whet__doubles_sort(a->room, n);
        if (rc == 0)
            whet__spark_scale_add(&a->scale, a->room, n);
    }
    whet__spark_scale_done(&a->scale);
    return rc;
}

/* "11.9 to 12.8 ms" over the histograms is their axis. */
static int scale_name(struct arms *a)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, sizeof(a->t->scale) - 1);
    if (a->scale.low == a->scale.high)
        whet__number_value(&text, a->d->result->metrics[a->d->metric].unit, a->scale.low);
    else if (a->scale.low < a->scale.high)
        whet__number_range(&text, a->d->result->metrics[a->d->metric].unit, a->scale.low,
                           a->scale.high);
    whet__text_puts(&text, a->scale.log ? ", log" : "");
    snprintf(a->t->scale, sizeof(a->t->scale), "%s", whet__text_str(&text));
    rc = whet__text_error(&text);
    whet__text_clear(&text);
    return rc;
}

static int histograms_begin(struct arms *a)
{
    size_t most = 1;
    int rc;

    if (a->bins == 0)
        return 0;
    for (size_t i = 0; i < a->d->count; i++) {
        size_t runs = whet__arm_count(whet__digest_arm(a->d, i));

        most = runs > most ? runs : most;
    }
    a->room = whet__mem_zalloc(most, sizeof(*a->room));
    rc = a->room != NULL ? scale_fill(a) : -ENOMEM;
    return rc == 0 ? scale_name(a) : rc;
}

static void arms_columns(struct arms *a)
{
    struct whet_digest_table *t = a->t;

    whet__digest_table_names(t, "name");
    t->columns[0].min_width = NAME_WIDTH;
    for (size_t i = 0; i < a->param_count; i++)
        whet__digest_table_column(t, a->params[i], WHET_ALIGN_RIGHT, 60);
    whet__digest_table_column(t, whet__digest_metric_title(a->d->result, a->d->metric),
                              WHET_ALIGN_RIGHT, 90);
    whet__digest_table_column(t, "spread", WHET_ALIGN_RIGHT, 50);
    whet__digest_table_column(t, "min", WHET_ALIGN_RIGHT, 30);
    if (a->wall)
        whet__digest_table_column(t, whet__digest_metric_title(a->d->result, WHET_METRIC_WALL),
                                  WHET_ALIGN_RIGHT, 20);
    if (a->bytes)
        whet__digest_table_column(t, "throughput", WHET_ALIGN_RIGHT, 55);
    if (a->items)
        whet__digest_table_column(t, "items/s", WHET_ALIGN_RIGHT, a->bytes ? 10 : 55);
    if (a->memory)
        whet__digest_table_column(t, "memory", WHET_ALIGN_RIGHT, 40);
    whet__digest_table_column(t, "runs", WHET_ALIGN_RIGHT, 15);
    if (a->bins > 0)
        whet__digest_table_column(t, t->scale, WHET_ALIGN_LEFT, 45);
}

/* How much is done in a second of wall time. */
static void rate_cell(struct arms *a, size_t i, enum whet_unit unit, double amount)
{
    const struct whet_comparison_metric *wall = whet__digest_numbers(a->d, i, WHET_METRIC_WALL);
    double rate = wall->n > 0 && amount > 0 && wall->summary.median > 0
                      ? amount / wall->summary.median * SECOND_NS
                      : NAN;

    whet__table_value(&a->t->table, WHET_ROLE_PLAIN, unit, rate);
}

static double median_of(const struct whet_comparison_metric *m)
{
    return m->n > 0 ? m->summary.median : NAN;
}

/* A peak that cannot be told from what starts a program has a bound, at least. */
static void memory_cell(struct arms *a, size_t i)
{
    const struct whet_comparison_metric *m = whet__digest_numbers(a->d, i, WHET_METRIC_MEMORY);
    uint64_t floor = a->d->result->memory_floor;
    char bound[24];

    if (m->n > 0 || floor == 0)
        whet__table_value(&a->t->table, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, median_of(m));
    else
        whet__table_printf(&a->t->table, WHET_ROLE_PLAIN, "< %s",
                           whet_size_format(floor, bound, sizeof(bound)));
}

static void runs_cell(struct arms *a, size_t i)
{
    const struct whet_result_arm *arm = whet__digest_arm(a->d, i);
    size_t count = whet__arm_count(arm), failed = whet__arm_failed(arm);

    if (failed == 0)
        whet__table_printf(&a->t->table, WHET_ROLE_PLAIN, "%zu", count);
    else
        whet__table_printf(&a->t->table, WHET_ROLE_BAD, "%zu/%zu", count - failed, count);
}

static void histogram_cell(struct arms *a, size_t i)
{
    size_t n =
        whet__arm_collect(a->d->result, whet__digest_arm(a->d, i), a->d->metric, a->room);
    struct whet_text text;

    whet__text_init(&text, 4 * (size_t)WHET_SPARK_BINS_MAX);
    whet__spark_put(&text, &a->scale, a->room, n, a->bins, a->ascii);
    if (a->t->table.error == 0)
        a->t->table.error = whet__text_error(&text);
    whet__table_cell(&a->t->table, WHET_ROLE_ACCENT, whet__text_str(&text));
    whet__text_clear(&text);
}

static void arm_row(struct arms *a, size_t i)
{
    const struct whet_result_arm *arm = whet__digest_arm(a->d, i);
    const struct whet_comparison_metric *m = whet__digest_numbers(a->d, i, a->d->metric);
    enum whet_unit unit = a->d->result->metrics[a->d->metric].unit;
    struct whet_table *t = &a->t->table;

    whet__table_row(t);
    whet__digest_table_arm(t, arm->left_out ? WHET_ROLE_BAD : WHET_ROLE_PLAIN, a->d, i);
    for (size_t k = 0; k < a->param_count; k++)
        whet__table_cell(t, WHET_ROLE_PLAIN, param_of(arm, a->params[k]));
    whet__digest_table_median(t, WHET_ROLE_HEADING, unit, m);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_PERCENT,
                      m->n > 1 ? (m->summary.q3 - m->summary.q1) / m->summary.median : NAN);
    whet__table_value(t, WHET_ROLE_PLAIN, unit, m->n > 0 ? m->summary.min : NAN);
    if (a->wall)
        whet__table_value(t, WHET_ROLE_PLAIN, a->d->result->metrics[WHET_METRIC_WALL].unit,
                          median_of(whet__digest_numbers(a->d, i, WHET_METRIC_WALL)));
    if (a->bytes)
        rate_cell(a, i, WHET_UNIT_SIZE_RATE, arm->bytes);
    if (a->items)
        rate_cell(a, i, WHET_UNIT_RATE, arm->items);
    if (a->memory)
        memory_cell(a, i);
    runs_cell(a, i);
    if (a->bins > 0)
        histogram_cell(a, i);
}

void whet__digest_table_arms(struct whet_digest_table *t, const struct whet_digest *d,
                             unsigned bins, int ascii)
{
    struct arms a = {.t = t, .d = d, .bins = bins, .ascii = ascii};
    int rc = 0;

    memset(t, 0, sizeof(*t));
    if (d->count > 0) {
        list_columns(&a);
        rc = histograms_begin(&a);
        arms_columns(&a);
    } else {
        whet__digest_table_names(t, "name");
    }
    whet__table_init(&t->table, t->columns, t->column_count);
    if (rc != 0)
        t->table.error = rc;
    for (size_t i = 0; i < d->count && t->table.error == 0; i++)
        arm_row(&a, i);
    whet__mem_free(a.room);
}

/* Whether judgements were decided by different metrics, which then need a column. */
static int metrics_differ(const struct whet_digest *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j != NULL && j->pairs > 0 && j->metric != d->metric)
            return 1;
    }
    return 0;
}

static void judgement_row(struct whet_table *t, const struct whet_digest *d, size_t arm,
                          int metrics)
{
    const struct whet_judgement *j = whet__digest_judgement(d, arm);
    struct whet_text p;

    whet__text_init(&p, 64);
    whet__digest_p(&p, j->pairs > 0 ? j->p : NAN);
    whet__table_row(t);
    whet__digest_table_arm(t, WHET_ROLE_PLAIN, d, arm);
    if (!d->outcome->plain)
        whet__table_cell(t, whet__digest_role(j->verdict), whet__verdict_title(j->verdict));
    whet__table_cell(t, d->outcome->plain ? whet__digest_role(j->verdict) : WHET_ROLE_PLAIN,
                     j->text);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_FACTOR,
                      j->pairs > 0 ? j->change.ratio.estimate : NAN);
    if (t->error == 0)
        t->error = whet__text_error(&p);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&p));
    if (metrics)
        whet__table_cell(t, WHET_ROLE_DIM,
                         j->pairs > 0 && j->metric < d->result->metric_count
                             ? whet__digest_metric_title(d->result, j->metric)
                             : "-");
    whet__text_clear(&p);
}

void whet__digest_table_judgements(struct whet_digest_table *t, const struct whet_digest *d)
{
    int metrics = metrics_differ(d);

    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "name");
    if (!d->outcome->plain)
        whet__digest_table_column(t, "verdict", WHET_ALIGN_LEFT, 60);
    whet__digest_table_column(t, "change", WHET_ALIGN_LEFT, 90);
    t->columns[t->column_count - 1].shrinks = 1;
    t->columns[t->column_count - 1].min_width = 34;
    whet__digest_table_column(t, "ratio", WHET_ALIGN_RIGHT, 30);
    whet__digest_table_column(t, "p", WHET_ALIGN_RIGHT, 40);
    if (metrics)
        whet__digest_table_column(t, "by", WHET_ALIGN_LEFT, 50);
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t i = 0; i < d->count; i++) {
        if (whet__digest_judgement(d, i) != NULL)
            judgement_row(&t->table, d, i, metrics);
    }
}

static int suite_row(struct whet_table *t, const struct whet_outcome *o)
{
    int failed = whet__digest_failed(o);
    struct whet_text answer;
    struct whet_digest d;
    int rc = whet__digest_init(&d, o);

    if (rc != 0)
        return rc;
    whet__text_init(&answer, WHET_DIGEST_TEXT);
    whet__digest_answer(&answer, &d);
    rc = whet__text_error(&answer);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__digest_title(o, "-"));
    whet__table_cell(t, failed ? WHET_ROLE_BAD : whet__digest_role(o->verdict),
                     failed ? whet__verdict_title(WHET_VERDICT_FAIL)
                            : whet__verdict_title(o->verdict));
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&answer));
    whet__text_clear(&answer);
    whet__digest_clear(&d);
    return rc;
}

void whet__digest_table_suites(struct whet_digest_table *t, const struct whet_report *report)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "suite");
    whet__digest_table_column(t, "verdict", WHET_ALIGN_LEFT, 90);
    whet__digest_table_column(t, "most telling", WHET_ALIGN_LEFT, 60);
    t->columns[t->column_count - 1].shrinks = 1;
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t i = 0; i < report->outcomes.len && t->table.error == 0; i++) {
        int rc = suite_row(&t->table, whet__vec_at(&report->outcomes, i));

        if (t->table.error == 0)
            t->table.error = rc;
    }
}
