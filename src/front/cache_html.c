/* A study of a trace as a page: cards, curves, the table. */
#include "front/cache_study.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "replay/trace_format.h"
#include "view/html.h"
#include "view/plot.h"

#define CURVE_POINTS 240
#define LINES_BEST   5 /* policies with a line of their own; more cannot be told apart */

static const char *const titles[] = {"Policies and sizes", "Miss ratio by size",
                                     "A size for the target"};

static void cards(struct whet_text *out, const struct whet_study *s)
{
    char requests[32], keys[32], most[32], size[32], target[48], form[48];
    struct whet_html_card list[] = {
        {"Requests", requests, form, WHET_ROLE_PLAIN},
        {"Keys", keys, "different ones", WHET_ROLE_PLAIN},
        {"Most that can hit", most, "the rest are first requests", WHET_ROLE_PLAIN},
        {target, size,
         s->target_size == 0   ? "whatever the size"
         : s->wishes->in_bytes ? "under LRU"
                               : "entries under LRU",
         s->target_size != 0 ? WHET_ROLE_GOOD : WHET_ROLE_BAD},
    };
    struct whet_text text;

    snprintf(form, sizeof(form), "trace in form of %s", s->trace.format->name);
    whet__text_init(&text, 64);
    whet__number_count(&text, s->trace.count);
    snprintf(requests, sizeof(requests), "%s", whet__text_str(&text));
    whet__text_reset(&text);
    whet__number_count(&text, s->trace.unique);
    snprintf(keys, sizeof(keys), "%s", whet__text_str(&text));
    whet__text_clear(&text);
    snprintf(most, sizeof(most), "%.2f%%",
             100 * (1 - (double)s->trace.unique / (double)s->trace.count));
    snprintf(target, sizeof(target), "For %.4g%% hits", 100 * s->wishes->target);
    if (s->target_size != 0)
        whet__study_size(s, s->target_size, size, sizeof(size));
    else
        snprintf(size, sizeof(size), "unreachable");
    whet__html_cards(out, list, s->wishes->verb == WHET_STUDY_TUNE ? 4 : 3);
}

static int lines(struct whet_text *out, const struct whet_study *s,
                 const struct whet_plot_line *list, size_t count, const char *caption)
{
    const struct whet_plot_lines plot = {
        .frame = {.id = "curves",
                  .title = "Miss ratio by size of the cache",
                  .description = "Lines that fall as the cache grows; lower is better."},
        .x_axis = s->wishes->in_bytes ? "size of the cache" : "entries in the cache",
        .y_axis = "miss ratio",
        .x_unit = s->wishes->in_bytes ? WHET_UNIT_SIZE : WHET_UNIT_COUNT,
        .y_unit = WHET_UNIT_PERCENT,
        .x_log = 1,
        .lines = list,
        .count = count,
    };
    int rc;

    whet__html_figure(out);
    rc = whet__plot_lines(out, &plot);
    whet__html_figure_end(out, caption);
    return rc;
}

/* A policy's line, its points in `at`. */
static void policy_line(struct whet_plot_line *line, struct whet_plot_point *at,
                        const struct whet_study *s, size_t policy)
{
    int future = (s->policies[policy]->flags & WHET_POLICY_FUTURE) != 0;

    *line = (struct whet_plot_line){
        .name = s->policies[policy]->title,
        .points = at,
        .role = future ? WHET_ROLE_DIM : WHET_ROLE_PLAIN,
    };
    for (size_t i = 0; i < s->size_count; i++) {
        const struct whet_simulation *cell = whet__study_cell(s, policy, i);

        if (cell->policy != NULL)
            at[line->count++] =
                (struct whet_plot_point){.x = (double)cell->capacity, .y = cell->miss_ratio};
    }
}

/* Lines of the best policies, and of those that others are measured by. */
static int plot_policies(struct whet_text *out, const struct whet_study *s)
{
    struct whet_plot_point *points =
        whet__mem_zalloc(s->policy_count * s->size_count + 1, sizeof(*points));
    struct whet_plot_line list[WHET_STUDY_POLICIES_MAX] = {{0}};
    size_t order[WHET_STUDY_POLICIES_MAX];
    size_t best = 0;
    size_t count = 0;
    int rc;

    if (points == NULL)
        return -ENOMEM;
    whet__study_order(s, order);
    for (size_t k = 0; k < s->policy_count; k++) {
        const struct whet_policy_ops *policy = s->policies[order[k]];
        int is_yardstick = (policy->flags & WHET_POLICY_FUTURE) ||
                           strcmp(policy->name, "lru") == 0 ||
                           strcmp(policy->name, "fifo") == 0;

        if (!is_yardstick && best++ >= LINES_BEST)
            continue;
        policy_line(&list[count], &points[count * s->size_count], s, order[k]);
        count++;
    }
    rc = lines(out, s, list, count,
               best > LINES_BEST ? "Lower is better. The five best, and FIFO, LRU and Belady "
                                   "where they were asked for."
                                 : "Lower is better.");
    whet__mem_free(points);
    return rc;
}

/* The curve at sizes by equal factors, from where it says something. */
static int plot_curve(struct whet_text *out, const struct whet_study *s)
{
    struct whet_plot_point points[CURVE_POINTS];
    struct whet_plot_line line = {.name = "LRU", .points = points, .role = WHET_ROLE_ACCENT};
    double low = s->curve.min_size > 1 ? (double)s->curve.min_size : 1;
    double high = (double)s->curve.points[s->curve.count - 1].size;

    if (s->wishes->in_bytes && low < high / 1e4)
        low = high / 1e4; /* smaller caches than entries show nothing */
    for (size_t i = 0; i < CURVE_POINTS && low < high; i++) {
        double x = floor(low * pow(high / low, (double)i / (CURVE_POINTS - 1)) + .5);

        if (line.count != 0 && x <= points[line.count - 1].x)
            continue;
        points[line.count++] =
            (struct whet_plot_point){.x = x, .y = whet__curve_at(&s->curve, (uint64_t)x)};
    }
    return lines(out, s, &line, 1,
                 s->curve.is_exact ? "LRU, from every request. Lower is better."
                                   : "LRU, from a sample of keys. Lower is better.");
}

static void put_levels(struct whet_text *out, const struct whet_study *s)
{
    struct whet_study_table table;
    struct whet_text sentence;

    whet__text_init(&sentence, 4096);
    whet__study_levels_sentence(&sentence, s);
    whet__html_section(out, "levels", "Three levels");
    whet__study_levels_table(&table, s);
    whet__table_put_html(out, &table.table, whet__text_str(&sentence));
    whet__table_clear(&table.table);
    whet__html_section_end(out);
    whet__text_clear(&sentence);
}

int whet__study_html(struct whet_text *out, const struct whet_study *s, const char *when)
{
    struct whet_html_page page;
    struct whet_text lead, footer;
    struct whet_study_table table;
    int rc = 0;

    whet__text_init(&lead, 4096);
    whet__text_init(&footer, 4096);
    whet__study_sentence(&lead, s);
    whet__text_printf(&footer, "%s, %s", s->wishes->path, when);
    page = (struct whet_html_page){.title = titles[s->wishes->verb],
                                   .lead = whet__text_str(&lead),
                                   .eyebrow = "whet cache",
                                   .footer = whet__text_str(&footer)};
    whet__html_begin(out, &page);
    cards(out, s);
    whet__html_section(out, "curves", s->curve.count != 0 ? "Curve" : "Curves");
    if (s->curve.count != 0)
        rc = plot_curve(out, s);
    else
        rc = plot_policies(out, s);
    whet__html_section_end(out);
    if (s->wishes->verb != WHET_STUDY_TUNE || s->target_size != 0) {
        whet__html_section(out, "figures", "Figures");
        whet__study_table(&table, s);
        whet__table_put_html(out, &table.table, NULL);
        whet__table_clear(&table.table);
        whet__html_section_end(out);
    }
    if (s->has_splits)
        put_levels(out, s);
    whet__html_end(out, &page);
    whet__text_clear(&lead);
    whet__text_clear(&footer);
    return rc != 0 ? rc : whet__text_error(out);
}
