/* A trace through a policy, in parts of a million requests so that it can be stopped. */
#include "replay/simulate.h"

#include <errno.h>

#include "evict/policy_replay.h"
#include "os/clock.h"

#define PART ((size_t)1 << 20)

static int replay(struct whet_policy *p, struct whet_replay *r, size_t count,
                  const struct whet_simulate_options *o)
{
    while (r->at < count) {
        size_t from = r->at;

        if (o->stop != NULL && o->stop(o->ctx))
            return -ECANCELED;
        r->end = count - from > PART ? from + PART : count;
        p->ops->replay(p, r);
        if (o->progress != NULL)
            o->progress(o->ctx, r->end - from);
    }
    return 0;
}

static void answer(struct whet_simulation *out, const struct whet_trace *t,
                   const struct whet_replay *r, uint64_t started_ns)
{
    out->requests = t->count;
    out->misses = r->misses;
    out->miss_ratio = (double)r->misses / (double)t->count;
    out->bytes = r->sizes != NULL ? t->bytes : 0;
    out->missed_bytes = r->sizes != NULL ? r->missed_size : 0;
    out->byte_miss_ratio =
        out->bytes != 0 ? (double)out->missed_bytes / (double)out->bytes : -1;
    out->cpu_seconds = (double)(whet__clock_thread_cpu_ns() - started_ns) / 1e9;
}

int whet__simulate(struct whet_simulation *out, const struct whet_trace *t,
                   const struct whet_policy_ops *policy, uint64_t capacity,
                   const struct whet_simulate_options *options)
{
    static const struct whet_simulate_options none = {0};
    const struct whet_simulate_options *o = options != NULL ? options : &none;
    int in_bytes = (o->flags & WHET_SIMULATE_BYTES) != 0;
    struct whet_replay r = {
        .ids = t->ids, .sizes = in_bytes ? t->sizes : NULL, .next = t->next};
    uint64_t started_ns = whet__clock_thread_cpu_ns();
    struct whet_policy *p = NULL;
    int rc;

    if (t->count == 0 || (in_bytes && t->sizes == NULL) ||
        ((policy->flags & WHET_POLICY_FUTURE) && t->next == NULL))
        return -EINVAL;
    rc = whet__policy_new(&p, policy, t->unique, capacity);
    if (rc == 0 && policy->prepare != NULL)
        rc = policy->prepare(p, t->count);
    if (rc == 0)
        rc = replay(p, &r, t->count, o);
    whet__policy_free(p);
    if (rc != 0)
        return rc;
    out->policy = policy;
    out->capacity = capacity;
    answer(out, t, &r, started_ns);
    return 0;
}
