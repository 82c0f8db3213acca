/* From samples to answers. Runs once after a session; a few arms, up to some thousand
 * rounds. */
#include "bench/compare.h"

#include <errno.h>

#include "base/mem.h"
#include "stat/quantile.h"

/* Room for one metric's numbers, lent to every step. */
struct room {
    double *values; /* one for each sample of the longest arm, and so the others */
    double *theirs;
    double *scratch;
};

static size_t longest(const struct whet_result *r)
{
    size_t most = 1;

    for (size_t i = 0; i < whet__result_count(r); i++) {
        size_t count = whet__arm_count(whet__result_arm(r, i));

        most = count > most ? count : most;
    }
    return most;
}

static int describe(struct whet_comparison_metric *m, const struct whet_result *r,
                    const struct whet_result_arm *arm, size_t metric, double level,
                    const struct room *room)
{
    int rc;

    m->n = whet__arm_collect(r, arm, metric, room->values);
    if (m->n == 0)
        return 0;
    rc = whet__summary_of(&m->summary, room->values, m->n, room->scratch);
    if (rc == 0)
        rc = whet__doubles_sort(room->values, m->n);
    if (rc == 0)
        rc = whet__interval_median(&m->median, room->values, m->n, level);
    return rc;
}

static int pair_up(struct whet_comparison_metric *m, const struct whet_result *r,
                   const struct whet_result_arm *arm, const struct whet_result_arm *reference,
                   size_t metric, double level, const struct room *room)
{
    size_t pairs =
        whet__arm_collect_pairs(r, arm, r, reference, metric, room->values, room->theirs);
    int rc;

    if (pairs == 0)
        return 0;
    rc = whet__paired_compare(&m->speedup, room->values, room->theirs, pairs, level,
                              room->scratch);
    if (rc == 0)
        m->pairs = pairs;
    return rc == -EDOM ? 0 : rc;
}

static int fill_arm(struct whet_comparison *c, const struct whet_result *r, size_t i,
                    const struct room *room)
{
    const struct whet_result_arm *arm = whet__result_arm(r, i);
    const struct whet_result_arm *reference = whet__result_arm(r, c->reference);

    c->arms[i].failed = whet__arm_failed(arm);
    for (size_t k = 0; k < r->metric_count; k++) {
        struct whet_comparison_metric *m = &c->arms[i].metric[k];
        int rc = describe(m, r, arm, k, c->level, room);

        if (rc == 0)
            rc = pair_up(m, r, arm, reference, k, c->level, room);
        if (rc != 0)
            return rc;
        if ((m->n > 0 && m->n < c->needed) || (m->pairs > 0 && m->pairs < c->needed))
            c->too_few = 1;
    }
    return 0;
}

static int fill(struct whet_comparison *c, const struct whet_result *r, const struct room *room)
{
    struct whet_comparison_metric *metrics =
        whet__mem_zalloc(c->count * r->metric_count, sizeof(*metrics));
    int rc = 0;

    if (metrics == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < c->count; i++)
        c->arms[i].metric = metrics + i * r->metric_count;
    for (size_t i = 0; i < c->count && rc == 0; i++)
        rc = fill_arm(c, r, i, room);
    return rc;
}

int whet__comparison_new(struct whet_comparison **out, const struct whet_result *r,
                         size_t reference, double level)
{
    struct whet_comparison *c;
    size_t most = longest(r);
    struct room room;
    double *numbers;
    int rc = -ENOMEM;

    if (reference >= whet__result_count(r) || !(level > 0 && level < 1))
        return -EINVAL;
    c = whet__mem_zalloc(1, sizeof(*c));
    numbers = whet__mem_zalloc(most, 3 * sizeof(*numbers));
    if (c == NULL || numbers == NULL)
        goto out;
    c->arms = whet__mem_zalloc(whet__result_count(r), sizeof(*c->arms));
    if (c->arms == NULL)
        goto out;
    c->count = whet__result_count(r);
    c->reference = reference;
    c->level = level;
    c->needed = whet__interval_median_needs(level);
    room = (struct room){numbers, numbers + most, numbers + 2 * most};
    rc = fill(c, r, &room);
    if (rc != 0)
        goto out;
    *out = c;
    c = NULL;
out:
    whet__mem_free(numbers);
    whet__comparison_free(c);
    return rc;
}

void whet__comparison_free(struct whet_comparison *c)
{
    if (c == NULL)
        return;
    if (c->arms != NULL && c->count > 0)
        whet__mem_free(c->arms[0].metric); /* all arms' in one block */
    whet__mem_free(c->arms);
    whet__mem_free(c);
}
