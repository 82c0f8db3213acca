/* What 'whet cache tune' finds out, for programs. Load: every policy over the whole trace, some
 * twenty times. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <whet/cache.h>

#include "front/cache_study.h"

_Static_assert(WHET_CACHE_POLICIES_MAX == WHET_STUDY_POLICIES_MAX, "each has a place");

static void take_choices(struct whet_cache_tuning *out, const struct whet_study *s)
{
    size_t order[WHET_STUDY_POLICIES_MAX];
    int choice = whet__study_choice(s);

    whet__study_order(s, order);
    out->policy = choice >= 0 ? s->policies[choice]->name : NULL;
    out->count = s->policy_count;
    for (size_t i = 0; i < s->policy_count; i++) {
        const struct whet_policy_ops *policy = s->policies[order[i]];

        out->choices[i] = (struct whet_cache_choice){
            .policy = policy->name,
            .size = s->needs[order[i]].size,
            .hit_ratio = 1 - whet__study_cell(s, order[i], 0)->miss_ratio,
            .regret = policy->flags & WHET_POLICY_FUTURE ? (double)NAN
                                                         : whet__study_regret(s, order[i]),
        };
    }
}

static void take_study(struct whet_cache_tuning *out, const struct whet_study *s)
{
    memset(out, 0, sizeof(*out));
    out->requests = s->trace.count;
    out->keys = s->trace.unique;
    out->hit_ratio_most = 1 - (double)s->trace.unique / (double)s->trace.count;
    out->reachable = s->target_size != 0;
    if (!out->reachable)
        return;
    out->lru_size = s->target_size;
    out->quick_estimate = s->estimate;
    if (s->has_splits)
        memcpy(out->levels, s->splits[0].sizes, sizeof(out->levels));
    take_choices(out, s);
}

int whet_cache_tune(struct whet_cache_tuning *out, const char *path, double target,
                    int in_bytes, struct whet_error *err)
{
    const struct whet_study_wishes wishes = {
        .verb = WHET_STUDY_TUNE, .path = path, .in_bytes = in_bytes != 0, .target = target};
    struct whet_study study;
    int rc;

    if (path == NULL)
        return whet_error_set(err, -EINVAL, "no trace: give the path of one");
    if (!(target > 0 && target < 1))
        return whet_error_set(err, -EINVAL, "a target is above 0 and below 1: '%g'", target);
    rc = whet__study_run(&study, &wishes, err);
    if (rc == 0)
        take_study(out, &study);
    whet__study_clear(&study);
    return rc;
}
