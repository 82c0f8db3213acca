/* Studies of a trace. Simulations are independent of each other, so they are shared out to
 * threads, the largest caches first. */
#include "front/cache_study.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include <whet/pool.h>
#include <whet/tune.h>

#include "base/mem.h"
#include "replay/sampler.h"

#define SAMPLED_KEYS 20000 /* in a miniature */
#define NEAR_ENOUGH  1.02  /* a size for the target is searched to this factor */
#define SEARCH_MAX   40

/* What the threads of a study share. */
struct work {
    struct whet_study *study;
    struct whet_miniature miniature; /* trace.count 0: none, all keys are simulated */
    struct whet_simulate_options options;
    _Atomic uint64_t done;
    uint64_t total; /* 0: not known */
    _Atomic int failure;
};

static int work_stop(void *ctx)
{
    struct work *w = ctx;

    return w->failure != 0 ||
           (w->study->wishes->stop != NULL && w->study->wishes->stop(w->study->wishes->ctx));
}

static void work_progress(void *ctx, size_t more)
{
    struct work *w = ctx;
    const struct whet_study_wishes *wishes = w->study->wishes;
    uint64_t done = atomic_fetch_add(&w->done, more) + more;

    if (wishes->progress != NULL)
        wishes->progress(wishes->ctx, done, w->total);
}

static int simulate(struct work *w, const struct whet_policy_ops *policy, uint64_t size,
                    struct whet_simulation *out)
{
    if (w->miniature.trace.count != 0)
        return whet__miniature_simulate(out, &w->miniature, policy, size, &w->options);
    return whet__simulate(out, &w->study->trace, policy, size, &w->options);
}

/* The first failure counts; it stops the others. */
static int work_note(struct work *w, int rc)
{
    int none = 0;

    if (rc != 0)
        atomic_compare_exchange_strong(&w->failure, &none, rc);
    return rc;
}

/* ---- The grid of policies and sizes ---- */

static int simulate_cell(void *ctx, size_t index, unsigned worker)
{
    struct work *w = ctx;
    struct whet_study *s = w->study;
    size_t policy = index % s->policy_count;
    size_t size = s->size_count - 1 - index / s->policy_count;
    struct whet_simulation cell = {0};
    int rc = simulate(w, s->policies[policy], s->sizes[size], &cell);

    (void)worker;
    if (rc == 0)
        s->cells[policy * s->size_count + size] = cell;
    return work_note(w, rc);
}

static int run_pool(struct work *w, size_t count, whet_loop_body body)
{
    const struct whet_pool_options options = {.workers = w->study->wishes->jobs};
    const struct whet_loop_options loop = {.grain = 1};
    struct whet_pool *pool = NULL;
    int rc = whet_pool_new(&pool, &options);

    if (rc != 0)
        return rc;
    rc = whet_pool_for(pool, count, body, w, &loop);
    whet_pool_free(pool);
    return w->failure != 0 ? w->failure : rc;
}

static int run_grid(struct work *w)
{
    struct whet_study *s = w->study;
    size_t count = s->policy_count * s->size_count;

    s->cells = whet__mem_zalloc(count + 1, sizeof(*s->cells));
    if (s->cells == NULL)
        return -ENOMEM;
    w->total =
        count * (w->miniature.trace.count != 0 ? w->miniature.trace.count : s->trace.count);
    return run_pool(w, count, simulate_cell);
}

/* ---- Tuning ---- */

/* The smallest size, to a few percent, that reaches the target: halves the range of sizes,
 * taking for granted that more is not worse. */
static int find_need(struct work *w, const struct whet_policy_ops *policy, uint64_t high,
                     struct whet_study_need *need)
{
    double target = w->study->wishes->target;
    uint64_t low = 0; /* too small */
    struct whet_simulation at = {0};
    int rc = simulate(w, policy, high, &at);

    *need = (struct whet_study_need){0};
    if (rc != 0 || 1 - at.miss_ratio < target)
        return rc;
    *need = (struct whet_study_need){high, 1 - at.miss_ratio};
    for (int i = 0; rc == 0 && i < SEARCH_MAX; i++) {
        uint64_t middle = low == 0 ? high / 4 : (uint64_t)sqrt((double)low * (double)high);

        if (middle <= low || (low != 0 && (double)high / (double)low < NEAR_ENOUGH))
            break;
        rc = simulate(w, policy, middle, &at);
        if (rc == 0 && 1 - at.miss_ratio >= target) {
            high = middle;
            *need = (struct whet_study_need){high, 1 - at.miss_ratio};
        } else {
            low = middle;
        }
    }
    return rc;
}

static int need_of_policy(void *ctx, size_t index, unsigned worker)
{
    struct work *w = ctx;
    struct whet_study *s = w->study;
    uint64_t all = s->wishes->in_bytes ? s->trace.footprint_bytes : s->trace.unique;
    int rc = find_need(w, s->policies[index], all, &s->needs[index]);

    (void)worker;
    return work_note(w, rc);
}

static int run_curve(struct work *w)
{
    struct whet_study *s = w->study;

    w->total = s->trace.count;
    if (s->wishes->sampled)
        return whet__curve_sampled(&s->curve, &s->trace, WHET_SAMPLER_KEYS, &w->options);
    return whet__curve_exact(&s->curve, &s->trace, &w->options);
}

static int run_tune(struct work *w)
{
    struct whet_study *s = w->study;
    uint64_t all = s->wishes->in_bytes ? s->trace.footprint_bytes : s->trace.unique;
    int rc = run_curve(w);

    if (rc != 0)
        return rc;
    if (whet__curve_size_for(&s->curve, s->wishes->target, &s->target_size) != 0)
        return 0; /* out of reach for LRU, or, as misses of first requests say, for all */
    whet__study_divide(s);
    s->sizes[0] = s->target_size;
    s->size_count = 1;
    s->estimate = whet_tune_estimate_hit_rate(s->target_size, all);
    rc = run_grid(w);
    w->total = 0;
    return rc == 0 ? run_pool(w, s->policy_count, need_of_policy) : rc;
}

/* ---- The whole ---- */

static int needs_future(const struct whet_study *s)
{
    for (size_t i = 0; i < s->policy_count; i++) {
        if (s->policies[i]->flags & WHET_POLICY_FUTURE)
            return 1;
    }
    return 0;
}

static int prepare(struct work *w)
{
    struct whet_study *s = w->study;
    int rc = needs_future(s) ? whet__trace_find_next(&s->trace) : 0;

    s->rate = 1;
    if (rc != 0 || !s->wishes->sampled || s->policy_count == 0 ||
        s->trace.unique < 2 * SAMPLED_KEYS)
        return rc;
    s->rate = (double)SAMPLED_KEYS / s->trace.unique;
    return whet__miniature_new(&w->miniature, &s->trace, s->rate);
}

static int work_run(struct work *w)
{
    const struct whet_study *s = w->study;
    int rc = prepare(w);

    if (rc != 0)
        return rc;
    if (s->wishes->verb == WHET_STUDY_TUNE)
        return run_tune(w);
    return s->policy_count != 0 ? run_grid(w) : run_curve(w);
}

static int load(struct whet_study *s, struct whet_error *err)
{
    const struct whet_study_wishes *wishes = s->wishes;
    const struct whet_trace_options options = {
        .format = wishes->format,
        .stop = wishes->stop,
        .ctx = wishes->ctx,
    };
    int rc = whet__trace_load(&s->trace, wishes->path, &options, err);

    if (rc == 0 && wishes->in_bytes && s->trace.sizes == NULL)
        rc = whet_error_set(err, -EINVAL,
                            "no sizes in it: '%.200s': --bytes needs a trace with sizes",
                            wishes->path);
    return rc == 0 ? whet__study_lists(s, err) : rc;
}

int whet__study_run(struct whet_study *study, const struct whet_study_wishes *wishes,
                    struct whet_error *err)
{
    struct work w = {.study = study};
    int rc;

    memset(study, 0, sizeof(*study));
    study->wishes = wishes;
    w.options = (struct whet_simulate_options){
        .flags = wishes->in_bytes ? WHET_SIMULATE_BYTES : 0,
        .stop = work_stop,
        .progress = work_progress,
        .ctx = &w,
    };
    rc = load(study, err);
    if (rc != 0)
        return rc;
    rc = work_run(&w);
    whet__miniature_clear(&w.miniature);
    study->stopped = rc == -ECANCELED;
    if (rc != 0)
        whet_error_set(err, rc, "%s: '%.200s'",
                       rc == -ECANCELED ? "interrupted" : strerror(-rc), wishes->path);
    return rc;
}

void whet__study_clear(struct whet_study *study)
{
    whet__trace_clear(&study->trace);
    whet__curve_clear(&study->curve);
    whet__mem_free(study->cells);
    study->cells = NULL;
}

/* ---- What the answers say ---- */

double whet__study_best(const struct whet_study *s, size_t size)
{
    double best = NAN;

    for (size_t i = 0; s->cells != NULL && i < s->policy_count; i++) {
        const struct whet_simulation *cell = whet__study_cell(s, i, size);

        if (cell->policy != NULL && !(cell->policy->flags & WHET_POLICY_FUTURE) &&
            !(cell->miss_ratio >= best))
            best = cell->miss_ratio;
    }
    return best;
}

/* Over the sizes that were done. */
static double mean_above(const struct whet_study *s, size_t policy, int above_best)
{
    double sum = 0;
    size_t count = 0;

    for (size_t i = 0; s->cells != NULL && i < s->size_count; i++) {
        const struct whet_simulation *cell = whet__study_cell(s, policy, i);

        if (cell->policy == NULL)
            continue;
        sum += cell->miss_ratio - (above_best ? whet__study_best(s, i) : 0);
        count++;
    }
    return count != 0 ? sum / (double)count : NAN;
}

double whet__study_regret(const struct whet_study *s, size_t policy)
{
    return mean_above(s, policy, 1);
}

/* By what the target needs of them, and then by what is missed at LRU's size. */
static int needs_less(const struct whet_study *s, size_t a, size_t b)
{
    uint64_t x = s->needs[a].size - 1, y = s->needs[b].size - 1; /* 0, none has it, is last */

    return x != y ? x < y : mean_above(s, a, 0) < mean_above(s, b, 0);
}

int whet__study_choice(const struct whet_study *s)
{
    int choice = -1;

    for (size_t i = 0; i < s->policy_count; i++) {
        if (s->policies[i]->flags & WHET_POLICY_FUTURE || s->needs[i].size == 0)
            continue;
        if (choice < 0 || needs_less(s, i, (size_t)choice) ||
            (!needs_less(s, (size_t)choice, i) &&
             s->policies[i] == whet__policy_find("s3fifo")))
            choice = (int)i;
    }
    return choice;
}

static int is_before(const struct whet_study *s, size_t a, size_t b)
{
    double x = mean_above(s, a, 0), y = mean_above(s, b, 0);

    return x < y || (x <= y && needs_less(s, a, b));
}

void whet__study_order(const struct whet_study *s, size_t order[WHET_STUDY_POLICIES_MAX])
{
    for (size_t i = 0; i < s->policy_count; i++) {
        size_t at = i;

        while (at > 0 && is_before(s, i, order[at - 1])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}
