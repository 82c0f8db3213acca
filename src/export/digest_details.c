/* The tables of a digest for readers with time: targets, copies at once, every metric, every
 * run. Up to some thousand rows. */
#include "export/digest_table.h"

#include <math.h>
#include <string.h>

#define METRIC_WIDTH 15 /* "system CPU time" */

static const char *state_word(enum whet_target_state state)
{
    static const char *const words[] = {"met", "missed", "unknown"};

    return words[state];
}

static void target_row(struct whet_table *t, const struct whet_target *target)
{
    struct whet_text limit;

    whet__text_init(&limit, 64);
    whet__text_puts(&limit, target->at_least ? "at least " : "at most ");
    whet__number_value(&limit, whet__digest_target_unit(target), target->limit);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, target->arm);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__digest_target_title(target));
    whet__table_value(t, WHET_ROLE_PLAIN, whet__digest_target_unit(target), target->value);
    if (t->error == 0)
        t->error = whet__text_error(&limit);
    whet__table_cell(t, WHET_ROLE_PLAIN, whet__text_str(&limit));
    whet__table_cell(t, whet__digest_target_role(target->state), state_word(target->state));
    whet__table_cell(t, WHET_ROLE_DIM, target->why);
    whet__text_clear(&limit);
}

void whet__digest_table_targets(struct whet_digest_table *t, const struct whet_digest *d)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "name");
    whet__digest_table_column(t, "target", WHET_ALIGN_LEFT, 80);
    whet__digest_table_column(t, "measured", WHET_ALIGN_RIGHT, 70);
    whet__digest_table_column(t, "limit", WHET_ALIGN_RIGHT, 60);
    whet__digest_table_column(t, "state", WHET_ALIGN_LEFT, 90);
    whet__digest_table_column(t, "why", WHET_ALIGN_LEFT, 10);
    t->columns[t->column_count - 1].shrinks = 1;
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t i = 0; i < d->outcome->targets.len; i++)
        target_row(&t->table, whet__vec_at(&d->outcome->targets, i));
}

void whet__digest_table_concurrency(struct whet_digest_table *t, const struct whet_digest *d)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "name");
    whet__digest_table_column(t, "copies", WHET_ALIGN_RIGHT, 80);
    whet__digest_table_column(t, "all together", WHET_ALIGN_RIGHT, 50);
    whet__digest_table_column(t, "one alone", WHET_ALIGN_RIGHT, 40);
    whet__digest_table_column(t, "failed", WHET_ALIGN_RIGHT, 70);
    whet__digest_table_column(t, "other output", WHET_ALIGN_RIGHT, 60);
    whet__digest_table_column(t, "state", WHET_ALIGN_LEFT, 90);
    whet__digest_table_column(t, "why", WHET_ALIGN_LEFT, 10);
    t->columns[t->column_count - 1].shrinks = 1;
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t i = 0; i < d->outcome->concurrency.len; i++) {
        const struct whet_concurrency *c = whet__vec_at(&d->outcome->concurrency, i);

        whet__table_row(&t->table);
        whet__table_cell(&t->table, WHET_ROLE_PLAIN, c->arm);
        whet__table_count(&t->table, WHET_ROLE_PLAIN, c->copies);
        whet__table_value(&t->table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, c->wall_ns);
        whet__table_value(&t->table, WHET_ROLE_PLAIN, WHET_UNIT_DURATION, c->sequential_ns);
        whet__table_count(&t->table, c->failed > 0 ? WHET_ROLE_BAD : WHET_ROLE_PLAIN,
                          c->failed);
        whet__table_count(&t->table, c->differing > 0 ? WHET_ROLE_BAD : WHET_ROLE_PLAIN,
                          c->differing);
        whet__table_cell(&t->table, whet__digest_target_role(c->state), state_word(c->state));
        whet__table_cell(&t->table, WHET_ROLE_DIM, c->why);
    }
}

/* The metric's name stands in its first row only; `named` is 0 there. */
static void metric_row(struct whet_table *t, const struct whet_digest *d, size_t arm,
                       size_t metric, int named)
{
    const struct whet_comparison_metric *m = whet__digest_numbers(d, arm, metric);
    const struct whet_metric *about = &d->result->metrics[metric];

    if (!named && t->rows.len > 0 && d->count > 1)
        whet__table_rule(t);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_HEADING,
                     named ? "" : whet__digest_metric_title(d->result, metric));
    if (d->count > 1)
        whet__digest_table_arm(t, WHET_ROLE_PLAIN, d, arm);
    whet__digest_table_median(t, WHET_ROLE_PLAIN, about->unit, m);
    whet__table_value(t, WHET_ROLE_PLAIN, about->unit, m->summary.mean);
    whet__table_value(t, WHET_ROLE_PLAIN, about->unit, m->n > 1 ? m->summary.mad : NAN);
    whet__table_value(t, WHET_ROLE_PLAIN, about->unit, m->summary.min);
    whet__table_value(t, WHET_ROLE_PLAIN, about->unit, m->summary.max);
    whet__table_count(t, WHET_ROLE_DIM, m->n);
}

void whet__digest_table_metrics(struct whet_digest_table *t, const struct whet_digest *d)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "metric");
    t->columns[0].min_width = METRIC_WIDTH;
    if (d->count > 1)
        whet__digest_table_names(t, "of");
    whet__digest_table_column(t, "median", WHET_ALIGN_RIGHT, 90);
    whet__digest_table_column(t, "mean", WHET_ALIGN_RIGHT, 30);
    whet__digest_table_column(t, "MAD", WHET_ALIGN_RIGHT, 50);
    whet__digest_table_column(t, "min", WHET_ALIGN_RIGHT, 70);
    whet__digest_table_column(t, "max", WHET_ALIGN_RIGHT, 60);
    whet__digest_table_column(t, "runs", WHET_ALIGN_RIGHT, 20);
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t k = 0; d->result != NULL && k < d->result->metric_count; k++) {
        int named = 0;

        for (size_t i = 0; i < d->count; i++) {
            if (whet__digest_numbers(d, i, k)->n == 0)
                continue;
            metric_row(&t->table, d, i, k, named);
            named = 1;
        }
    }
}

void whet__digest_table_commands(struct whet_digest_table *t, const struct whet_digest *d)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "name");
    whet__digest_table_column(t, "command", WHET_ALIGN_LEFT, 90);
    t->columns[t->column_count - 1].shrinks = 1;
    whet__digest_table_column(t, "program", WHET_ALIGN_LEFT, 80);
    t->columns[t->column_count - 1].shrinks = 1;
    whet__digest_table_column(t, "hash", WHET_ALIGN_LEFT, 70);
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t i = 0; i < d->count; i++) {
        const struct whet_result_arm *arm = whet__digest_arm(d, i);

        whet__table_row(&t->table);
        whet__table_cell(&t->table, WHET_ROLE_PLAIN, arm->name);
        whet__table_cell(&t->table, WHET_ROLE_PLAIN, arm->command != NULL ? arm->command : "-");
        whet__table_cell(&t->table, WHET_ROLE_PLAIN, arm->program != NULL ? arm->program : "-");
        whet__table_cell(&t->table, WHET_ROLE_DIM,
                         arm->program_hash != NULL ? arm->program_hash : "-");
    }
}

static const char *outcome_word(enum whet_bench_outcome outcome)
{
    static const char *const words[] = {
        [WHET_BENCH_OK] = "",
        [WHET_BENCH_EXIT] = "exit code",
        [WHET_BENCH_SIGNAL] = "signal",
        [WHET_BENCH_TIMEOUT] = "time-out",
        [WHET_BENCH_NOT_STARTED] = "not started",
        [WHET_BENCH_NOT_PREPARED] = "not prepared",
        [WHET_BENCH_NO_ANSWER] = "no answer",
        [WHET_BENCH_STOPPED] = "stopped",
    };

    return words[outcome];
}

static const enum whet_metric_id of_sample[] = {WHET_METRIC_WALL, WHET_METRIC_CPU,
                                                WHET_METRIC_DELAY, WHET_METRIC_MEMORY,
                                                WHET_METRIC_INVOLUNTARY};

#define OF_SAMPLE (sizeof(of_sample) / sizeof(of_sample[0]))

static void sample_row(struct whet_table *t, const struct whet_digest *d, size_t arm, size_t i)
{
    const struct whet_result_arm *a = whet__digest_arm(d, arm);
    const struct whet_result_sample *s = whet__arm_sample(a, i);

    whet__table_row(t);
    whet__digest_table_arm(t, WHET_ROLE_PLAIN, d, arm);
    whet__table_count(t, WHET_ROLE_PLAIN, (uint64_t)s->round + 1);
    whet__table_count(t, WHET_ROLE_PLAIN, (uint64_t)s->position + 1);
    whet__table_value(t, WHET_ROLE_DIM, WHET_UNIT_DURATION, s->at_seconds * 1e9);
    for (size_t k = 0; k < OF_SAMPLE; k++)
        whet__table_value(t, WHET_ROLE_PLAIN, whet__metrics[of_sample[k]].unit,
                          whet__arm_value(d->result, a, i, of_sample[k]));
    if (s->outcome == WHET_BENCH_EXIT)
        whet__table_printf(t, WHET_ROLE_BAD, "exit code %d", s->exit_code);
    else
        whet__table_cell(t, WHET_ROLE_BAD, outcome_word(s->outcome));
}

void whet__digest_table_samples(struct whet_digest_table *t, const struct whet_digest *d)
{
    memset(t, 0, sizeof(*t));
    whet__digest_table_names(t, "name");
    whet__digest_table_column(t, "round", WHET_ALIGN_RIGHT, 90);
    whet__digest_table_column(t, "place", WHET_ALIGN_RIGHT, 20);
    whet__digest_table_column(t, "at", WHET_ALIGN_RIGHT, 30);
    whet__digest_table_column(t, "wall", WHET_ALIGN_RIGHT, 80);
    whet__digest_table_column(t, "CPU", WHET_ALIGN_RIGHT, 70);
    whet__digest_table_column(t, "delay", WHET_ALIGN_RIGHT, 50);
    whet__digest_table_column(t, "memory", WHET_ALIGN_RIGHT, 60);
    whet__digest_table_column(t, "driven off", WHET_ALIGN_RIGHT, 10);
    whet__digest_table_column(t, "failure", WHET_ALIGN_LEFT, 85);
    whet__table_init(&t->table, t->columns, t->column_count);
    for (size_t k = 0; k < d->count; k++) {
        for (size_t i = 0; i < whet__arm_count(whet__digest_arm(d, k)); i++)
            sample_row(&t->table, d, k, i);
    }
}
