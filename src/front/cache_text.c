/* A study of a trace as text: a sentence, and a table that fits 80 columns. */
#include "front/cache_study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "view/number.h"

static void put_size(struct whet_text *out, const struct whet_study *s, uint64_t size)
{
    char text[32];

    whet__text_puts(out, whet__study_size(s, size, text, sizeof(text)));
}

static void put_trace(struct whet_text *out, const struct whet_study *s)
{
    const struct whet_trace *t = &s->trace;

    whet__number_count(out, t->count);
    whet__text_puts(out, t->count == 1 ? " request of " : " requests of ");
    whet__number_count(out, t->unique);
    whet__text_puts(out, t->unique == 1 ? " key" : " keys");
    if (s->wishes->in_bytes) {
        whet__text_puts(out, " of ");
        put_size(out, s, t->footprint_bytes);
    }
    whet__text_printf(out, "; no cache hits more than %.2f%%.",
                      100 * (1 - (double)t->unique / (double)t->count));
}

static void put_choice(struct whet_text *out, const struct whet_study *s)
{
    int choice = s->policy_count > 1 ? whet__study_choice(s) : -1;

    if (choice < 0)
        return;
    whet__text_printf(out,
                      " Of the policies %s (%s) needs the least: ", s->policies[choice]->title,
                      s->policies[choice]->name);
    put_size(out, s, s->needs[choice].size);
    whet__text_puts(out, ".");
}

static void put_tune(struct whet_text *out, const struct whet_study *s)
{
    double target = 100 * s->wishes->target;
    double most = 1 - (double)s->trace.unique / (double)s->trace.count;

    if (s->target_size == 0 && s->wishes->target > most) {
        whet__text_printf(out, " %.4g%% is unreachable: the rest are first requests.", target);
    } else if (s->target_size == 0) {
        whet__text_printf(out, " %.4g%% needs less than the ", target);
        put_size(out, s, s->curve.min_size);
        whet__text_puts(out, " from which on a sample can tell: leave --sampled out.");
    } else {
        whet__text_printf(out, " For %.4g%% LRU needs ", target);
        put_size(out, s, s->target_size);
        whet__text_printf(out, "%s; half of that hits %.2f%%, twice that %.2f%%.",
                          s->wishes->in_bytes   ? ", if it kept entries larger than itself, too"
                          : s->target_size == 1 ? " entry"
                                                : " entries",
                          100 * (1 - whet__curve_at(&s->curve, s->target_size / 2)),
                          100 * (1 - whet__curve_at(&s->curve, s->target_size * 2)));
        whet__text_printf(out, " Quick estimate of its hit rate: %.0f%%.", 100 * s->estimate);
        put_choice(out, s);
    }
}

void whet__study_sentence(struct whet_text *out, const struct whet_study *s)
{
    put_trace(out, s);
    if (s->wishes->verb == WHET_STUDY_TUNE)
        put_tune(out, s);
    if (s->rate < 1)
        whet__text_printf(out, " Simulated on %.2g%% of the keys: good to a point or two.",
                          100 * s->rate);
    if (s->curve.count != 0 && !s->curve.is_exact)
        whet__text_printf(out, " The curve is of %.2g%% of the keys.", 100 * s->curve.rate);
}

/* ---- Tables ---- */

static void add_column(struct whet_study_table *t, size_t at, const char *heading,
                       unsigned priority)
{
    t->columns[at] = (struct whet_table_column){
        .heading = heading,
        .align = at == 0 ? WHET_ALIGN_LEFT : WHET_ALIGN_RIGHT,
        .priority = priority,
    };
}

static void put_ratio(struct whet_table *t, enum whet_role role, double ratio)
{
    if (isnan(ratio) || ratio < 0)
        whet__table_cell(t, WHET_ROLE_DIM, "-");
    else
        whet__table_printf(t, role, "%.2f%%", 100 * ratio);
}

static enum whet_role role_of(const struct whet_study *s, const struct whet_simulation *cell,
                              size_t size)
{
    if (cell->policy == NULL || cell->policy->flags & WHET_POLICY_FUTURE)
        return WHET_ROLE_DIM;
    return cell->miss_ratio <= whet__study_best(s, size) ? WHET_ROLE_GOOD : WHET_ROLE_PLAIN;
}

/* Miss ratios: a row per policy, a column per size, and what the policy costs. */
static void grid_table(struct whet_study_table *own, const struct whet_study *s)
{
    struct whet_table *t = &own->table;
    size_t order[WHET_STUDY_POLICIES_MAX];
    size_t columns =
        s->size_count < WHET_TABLE_MAX_COLUMNS - 2 ? s->size_count : WHET_TABLE_MAX_COLUMNS - 2;

    add_column(own, 0, "Miss ratio at", 100);
    for (size_t i = 0; i < columns; i++)
        add_column(own, i + 1,
                   whet__study_size(s, s->sizes[i], own->sizes[i], sizeof(own->sizes[i])),
                   50 - (unsigned)(i % 2)); /* every other one goes first */
    add_column(own, columns + 1, "Regret", 90);
    whet__table_init(t, own->columns, columns + 2);
    whet__study_order(s, order);
    for (size_t k = 0; k < s->policy_count; k++) {
        const struct whet_policy_ops *policy = s->policies[order[k]];
        int future = (policy->flags & WHET_POLICY_FUTURE) != 0;

        whet__table_row(t);
        whet__table_cell(t, future ? WHET_ROLE_DIM : WHET_ROLE_PLAIN, policy->title);
        for (size_t i = 0; i < columns; i++) {
            const struct whet_simulation *cell = whet__study_cell(s, order[k], i);

            put_ratio(t, role_of(s, cell, i), cell->policy != NULL ? cell->miss_ratio : NAN);
        }
        put_ratio(t, WHET_ROLE_PLAIN, future ? NAN : whet__study_regret(s, order[k]));
    }
}

static void tune_table(struct whet_study_table *own, const struct whet_study *s)
{
    struct whet_table *t = &own->table;
    size_t order[WHET_STUDY_POLICIES_MAX];

    add_column(own, 0, "Policy", 100);
    add_column(own, 1, "Size for target", 95);
    add_column(own, 2, "Hits there", 90);
    add_column(own, 3, "Hits at LRU's size", 80);
    add_column(own, 4, "Regret", 70);
    whet__table_init(t, own->columns, 5);
    whet__study_order(s, order);
    for (size_t k = 0; k < s->policy_count; k++) {
        const struct whet_study_need *need = &s->needs[order[k]];
        const struct whet_simulation *cell = whet__study_cell(s, order[k], 0);
        int future = (s->policies[order[k]]->flags & WHET_POLICY_FUTURE) != 0;
        char size[32];

        whet__table_row(t);
        whet__table_cell(t, future ? WHET_ROLE_DIM : WHET_ROLE_PLAIN,
                         s->policies[order[k]]->title);
        whet__table_cell(t, WHET_ROLE_PLAIN,
                         need->size != 0 ? whet__study_size(s, need->size, size, sizeof(size))
                                         : "-");
        put_ratio(t, WHET_ROLE_PLAIN, need->size != 0 ? need->hit_ratio : NAN);
        put_ratio(t, role_of(s, cell, 0), cell->policy != NULL ? 1 - cell->miss_ratio : NAN);
        put_ratio(t, WHET_ROLE_PLAIN, future ? NAN : whet__study_regret(s, order[k]));
    }
}

static void curve_table(struct whet_study_table *own, const struct whet_study *s)
{
    struct whet_table *t = &own->table;
    uint64_t all = s->wishes->in_bytes ? s->trace.footprint_bytes : s->trace.unique;

    add_column(own, 0, "LRU of", 100);
    add_column(own, 1, "Of all", 50);
    add_column(own, 2, "Hits", 90);
    add_column(own, 3, "Misses", 80);
    whet__table_init(t, own->columns, 4);
    for (size_t i = 0; i < s->size_count; i++) {
        double ratio =
            s->sizes[i] >= s->curve.min_size ? whet__curve_at(&s->curve, s->sizes[i]) : NAN;
        char size[32];

        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_PLAIN,
                         whet__study_size(s, s->sizes[i], size, sizeof(size)));
        whet__table_value(t, WHET_ROLE_DIM, WHET_UNIT_PERCENT,
                          (double)s->sizes[i] / (double)all);
        put_ratio(t, WHET_ROLE_PLAIN, 1 - ratio);
        put_ratio(t, WHET_ROLE_PLAIN, ratio);
    }
}

void whet__study_table(struct whet_study_table *t, const struct whet_study *s)
{
    if (s->curve.count != 0 && s->policy_count == 0)
        curve_table(t, s);
    else if (s->wishes->verb == WHET_STUDY_TUNE)
        tune_table(t, s);
    else
        grid_table(t, s);
}

/* A sentence, filled to the width. */
static void put_filled(struct whet_text *out, const char *text, size_t width)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column != 0 && column + 1 + word > width) {
            whet__text_putc(out, '\n');
            column = 0;
        }
        if (column != 0) {
            whet__text_putc(out, ' ');
            column++;
        }
        whet__text_append(out, text, word);
        column += word;
        text += word + (text[word] == ' ');
    }
    whet__text_putc(out, '\n');
}

static void put_levels(struct whet_text *out, const struct whet_study *s,
                       const struct whet_table_style *style)
{
    struct whet_text sentence;
    struct whet_study_table table;

    whet__text_putc(out, '\n');
    whet__study_levels_table(&table, s);
    whet__table_put_text(out, &table.table, style);
    whet__table_clear(&table.table);
    whet__text_putc(out, '\n');
    whet__text_init(&sentence, 4096);
    whet__study_levels_sentence(&sentence, s);
    put_filled(out, whet__text_str(&sentence), style->width != 0 ? style->width : 80);
    whet__text_clear(&sentence);
}

void whet__study_text(struct whet_text *out, const struct whet_study *s,
                      const struct whet_table_style *style)
{
    struct whet_text sentence;
    struct whet_study_table table;

    whet__text_init(&sentence, 4096);
    whet__study_sentence(&sentence, s);
    if (s->wishes->verb != WHET_STUDY_TUNE || s->target_size != 0) {
        whet__study_table(&table, s);
        whet__table_put_text(out, &table.table, style);
        whet__table_clear(&table.table);
        whet__text_putc(out, '\n');
    }
    put_filled(out, whet__text_str(&sentence), style->width != 0 ? style->width : 80);
    if (s->has_splits)
        put_levels(out, s, style);
    whet__text_clear(&sentence);
}
