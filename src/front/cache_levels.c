/* 'whet cache tune': the budget divided between three levels, the cheapest way beside the
 * default, and beside one level in memory. */
#include "front/cache_study.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

#include "base/json.h"
#include "view/number.h"

#define WORDS_MAX 4
#define WORD_MAX  48

static const char *const titles[WHET_STUDY_SPLITS] = {"Cheapest", "1:4:10", "Memory only"};
static const char *const names[WHET_STUDY_SPLITS] = {"cheapest", "default", "memory"};

/* Exactly `count` words parted by commas. */
static int read_words(const char *list, char words[WORDS_MAX][WORD_MAX], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        size_t len = strcspn(list, ",");

        if (len == 0 || len >= WORD_MAX || (list[len] == ',') != (i + 1 < count))
            return -EINVAL;
        memcpy(words[i], list, len);
        words[i][len] = '\0';
        list += len + (list[len] == ',');
    }
    return 0;
}

static int read_costs(struct whet_levels_costs *out, const char *list, struct whet_error *err)
{
    char words[WORDS_MAX][WORD_MAX];
    uint64_t ns[WORDS_MAX];
    int rc = read_words(list, words, 4);

    for (unsigned i = 0; rc == 0 && i < 4; i++)
        rc = whet_duration_parse(words[i], &ns[i], NULL);
    if (rc != 0)
        return whet_error_set(err, -EINVAL,
                              "not costs: '--costs %.100s': give a hit in each level and a "
                              "miss: 100ns,2us,6us,1ms",
                              list);
    for (unsigned i = 0; i < WHET_LEVELS; i++)
        out->hit_ns[i] = (double)ns[i];
    out->miss_ns = (double)ns[WHET_LEVELS];
    return 0;
}

static int read_density(struct whet_levels_costs *out, const char *list, struct whet_error *err)
{
    char words[WORDS_MAX][WORD_MAX];
    int rc = read_words(list, words, 2);

    for (unsigned i = 0; rc == 0 && i < 2; i++) {
        char *end;

        out->density[i + 1] = strtod(words[i], &end);
        if (*end != '\0' || !(out->density[i + 1] >= .01 && out->density[i + 1] <= 1e6))
            rc = -EINVAL;
    }
    if (rc != 0)
        return whet_error_set(err, -EINVAL,
                              "not densities: '--density %.100s': give how much more a byte "
                              "of L2 and of L3 holds: 2.5,10",
                              list);
    return 0;
}

int whet__study_costs(struct whet_study *s, struct whet_error *err)
{
    const struct whet_study_wishes *w = s->wishes;
    int rc = 0;

    whet__levels_costs_default(&s->costs);
    if (w->costs != NULL)
        rc = read_costs(&s->costs, w->costs, err);
    if (rc == 0 && w->density != NULL)
        rc = read_density(&s->costs, w->density, err);
    return rc;
}

void whet__study_divide(struct whet_study *s)
{
    struct whet_levels *l = s->splits;

    s->budget = s->budget != 0 ? s->budget : s->target_size;
    memset(l, 0, sizeof(s->splits));
    s->has_splits =
        whet__levels_best(&l[0], &s->curve, &s->costs, s->budget, s->wishes->target) == 0 ||
        whet__levels_best(&l[0], &s->curve, &s->costs, s->budget, 0) == 0;
    whet__levels_default(&l[1], s->budget);
    l[2].sizes[0] = s->budget;
    for (unsigned i = 1; i < WHET_STUDY_SPLITS; i++) {
        if (whet__levels_price(&l[i], &s->curve, &s->costs) != 0)
            l[i].mean_ns = -1;
    }
}

/* ---- As a table, and as JSON ---- */

void whet__study_levels_table(struct whet_study_table *own, const struct whet_study *s)
{
    static const char *const headings[] = {"Split", "L1", "L2", "L3", "Hits", "Mean access"};
    struct whet_table *t = &own->table;

    for (unsigned i = 0; i < 6; i++)
        own->columns[i] = (struct whet_table_column){
            .heading = headings[i],
            .align = i == 0 ? WHET_ALIGN_LEFT : WHET_ALIGN_RIGHT,
            .priority = i == 5 ? 100 : 99 - i, /* the answer stays */
        };
    whet__table_init(t, own->columns, 6);
    for (unsigned k = 0; k < WHET_STUDY_SPLITS; k++) {
        const struct whet_levels *l = &s->splits[k];

        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_PLAIN, titles[k]);
        for (unsigned i = 0; i < WHET_LEVELS; i++) {
            char size[32];

            whet__table_cell(
                t, WHET_ROLE_PLAIN,
                l->sizes[i] != 0 ? whet__study_size(s, l->sizes[i], size, sizeof(size)) : "-");
        }
        if (l->mean_ns < 0) {
            whet__table_cell(t, WHET_ROLE_DIM, "-");
            whet__table_cell(t, WHET_ROLE_DIM, "-");
            continue;
        }
        whet__table_printf(t,
                           l->hit_ratio < s->wishes->target ? WHET_ROLE_BAD : WHET_ROLE_PLAIN,
                           "%.2f%%", 100 * l->hit_ratio);
        whet__table_value(t, k == 0 ? WHET_ROLE_GOOD : WHET_ROLE_PLAIN, WHET_UNIT_DURATION,
                          l->mean_ns);
    }
}

/* The budget that is enough when all of it is the level that holds the most. */
static uint64_t least_budget(const struct whet_study *s)
{
    double most = fmax(s->costs.density[0], fmax(s->costs.density[1], s->costs.density[2]));

    return (uint64_t)ceil((double)s->target_size / most);
}

static int reaches(const struct whet_study *s)
{
    return s->splits[0].hit_ratio >= s->wishes->target;
}

void whet__study_levels_sentence(struct whet_text *out, const struct whet_study *s)
{
    const struct whet_levels_costs *c = &s->costs;
    char size[32];

    whet__text_printf(out, "Three levels of %s in all, where a hit costs",
                      whet__study_size(s, s->budget, size, sizeof(size)));
    for (unsigned i = 0; i < WHET_LEVELS; i++) {
        whet__text_puts(out, i == 0 ? " " : i == 1 ? ", " : " and ");
        whet__number_value(out, WHET_UNIT_DURATION, c->hit_ns[i]);
    }
    whet__text_puts(out, ", a miss ");
    whet__number_value(out, WHET_UNIT_DURATION, c->miss_ns);
    whet__text_printf(out, ", and a byte of L2 and L3 holds %.3g and %.3g times as much",
                      c->density[1], c->density[2]);
    whet__text_puts(out, s->wishes->costs == NULL ? " (assumed: --costs, --density)." : ".");
    if (!reaches(s))
        whet__text_printf(out, " That is too little for %.4g%%: it takes %s.",
                          100 * s->wishes->target,
                          whet__study_size(s, least_budget(s), size, sizeof(size)));
}

void whet__study_levels_json(struct whet_json *j, const struct whet_study *s)
{
    whet__json_key(j, "levels");
    whet__json_object(j);
    whet__json_put_uint(j, "budget", s->budget);
    whet__json_put_bool(j, "reachable", reaches(s));
    whet__json_key(j, "hit_ns");
    whet__json_array(j);
    for (unsigned i = 0; i < WHET_LEVELS; i++)
        whet__json_double(j, s->costs.hit_ns[i]);
    whet__json_array_end(j);
    whet__json_put_double(j, "miss_ns", s->costs.miss_ns);
    whet__json_key(j, "density");
    whet__json_array(j);
    for (unsigned i = 0; i < WHET_LEVELS; i++)
        whet__json_double(j, s->costs.density[i]);
    whet__json_array_end(j);
    whet__json_key(j, "splits");
    whet__json_array(j);
    for (unsigned k = 0; k < WHET_STUDY_SPLITS; k++) {
        const struct whet_levels *l = &s->splits[k];

        if (l->mean_ns < 0)
            continue;
        whet__json_object(j);
        whet__json_put_string(j, "name", names[k]);
        whet__json_key(j, "sizes");
        whet__json_array(j);
        for (unsigned i = 0; i < WHET_LEVELS; i++)
            whet__json_uint(j, l->sizes[i]);
        whet__json_array_end(j);
        whet__json_put_double(j, "hit_ratio", l->hit_ratio);
        whet__json_put_double(j, "mean_ns", l->mean_ns);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
    whet__json_object_end(j);
}
