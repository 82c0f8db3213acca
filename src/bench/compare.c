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

static size_t longest(const struct whet_rounds *r)
{
    size_t most = 1;

    for (size_t i = 0; i < r->count; i++) {
        if (r->arms[i].count > most)
            most = r->arms[i].count;
    }
    return most;
}

static size_t collect(const struct whet_rounds_arm *arm, enum whet_bench_metric metric,
                      double *out)
{
    size_t n = 0;

    for (size_t i = 0; i < arm->count; i++) {
        if (arm->samples[i].outcome == WHET_BENCH_OK)
            out[n++] = whet__metric_of(&arm->samples[i], metric);
    }
    return n;
}

/* Both arms' numbers of the rounds in which both succeeded. Samples ascend by round. */
static size_t collect_pairs(const struct whet_rounds_arm *arm,
                            const struct whet_rounds_arm *reference,
                            enum whet_bench_metric metric, const struct room *room)
{
    size_t n = 0, j = 0;

    for (size_t i = 0; i < arm->count; i++) {
        const struct whet_bench_sample *mine = &arm->samples[i], *theirs;

        while (j < reference->count && reference->samples[j].round < mine->round)
            j++;
        if (j == reference->count)
            break;
        theirs = &reference->samples[j];
        if (theirs->round != mine->round || mine->outcome != WHET_BENCH_OK ||
            theirs->outcome != WHET_BENCH_OK)
            continue;
        room->values[n] = whet__metric_of(mine, metric);
        room->theirs[n++] = whet__metric_of(theirs, metric);
    }
    return n;
}

static int describe(struct whet_comparison_metric *m, const struct whet_rounds_arm *arm,
                    enum whet_bench_metric metric, double level, const struct room *room)
{
    int rc;

    m->n = collect(arm, metric, room->values);
    if (m->n == 0)
        return 0;
    rc = whet__summary_of(&m->summary, room->values, m->n, room->scratch);
    if (rc == 0)
        rc = whet__doubles_sort(room->values, m->n);
    if (rc == 0)
        rc = whet__interval_median(&m->median, room->values, m->n, level);
    return rc;
}

static int pair_up(struct whet_comparison_metric *m, const struct whet_rounds_arm *arm,
                   const struct whet_rounds_arm *reference, enum whet_bench_metric metric,
                   double level, const struct room *room)
{
    size_t pairs = collect_pairs(arm, reference, metric, room);
    int rc;

    if (pairs == 0)
        return 0;
    rc = whet__paired_compare(&m->speedup, room->values, room->theirs, pairs, level,
                              room->scratch);
    if (rc == 0)
        m->pairs = pairs;
    return rc == -EDOM ? 0 : rc;
}

static int fill(struct whet_comparison *c, const struct whet_rounds *r, const struct room *room)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct whet_rounds_arm *arm = &r->arms[i];

        c->arms[i].failed = arm->failed;
        for (unsigned k = 0; k < WHET_BENCH_METRICS; k++) {
            enum whet_bench_metric metric = (enum whet_bench_metric)k;
            struct whet_comparison_metric *m = &c->arms[i].metric[k];
            int rc = describe(m, arm, metric, c->level, room);

            if (rc == 0)
                rc = pair_up(m, arm, &r->arms[c->reference], metric, c->level, room);
            if (rc != 0)
                return rc;
            if ((m->n > 0 && m->n < c->needed) || (m->pairs > 0 && m->pairs < c->needed))
                c->too_few = 1;
        }
    }
    return 0;
}

int whet__comparison_new(struct whet_comparison **out, const struct whet_rounds *rounds,
                         size_t reference, double level)
{
    struct whet_comparison *c;
    size_t most = longest(rounds);
    struct room room;
    double *numbers;
    int rc = -ENOMEM;

    if (reference >= rounds->count || !(level > 0 && level < 1))
        return -EINVAL;
    c = whet__mem_zalloc(1, sizeof(*c));
    numbers = whet__mem_zalloc(most, 3 * sizeof(*numbers));
    if (c == NULL || numbers == NULL)
        goto out;
    c->arms = whet__mem_zalloc(rounds->count, sizeof(*c->arms));
    if (c->arms == NULL)
        goto out;
    c->count = rounds->count;
    c->reference = reference;
    c->level = level;
    c->needed = whet__interval_median_needs(level);
    room = (struct room){numbers, numbers + most, numbers + 2 * most};
    rc = fill(c, rounds, &room);
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
    whet__mem_free(c->arms);
    whet__mem_free(c);
}
