/* The law of stat/usl.h for callers: a few points, once. */
#include <whet/pool.h>

#include <errno.h>

#include "base/mem.h"
#include "stat/usl.h"

int whet_pool_scaling_fit(struct whet_pool_scaling *out,
                          const struct whet_pool_scaling_point *points, size_t count)
{
    struct whet_usl_point *list = whet__mem_zalloc(count, sizeof(*list));
    struct whet_usl u;
    int rc;

    if (list == NULL)
        return count == 0 ? -EINVAL : -ENOMEM;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct whet_usl_point){points[i].workers, points[i].throughput};
    rc = whet__usl_fit(&u, list, count);
    whet__mem_free(list);
    if (rc == 0)
        *out = (struct whet_pool_scaling){u.rate,  u.contention,       u.coherence,
                                          u.error, whet__usl_peak(&u), u.spare};
    return rc;
}

static struct whet_usl law_of(const struct whet_pool_scaling *s)
{
    return (struct whet_usl){s->rate, s->contention, s->coherence, s->error, s->spare};
}

double whet_pool_scaling_speedup(const struct whet_pool_scaling *scaling, unsigned workers)
{
    const struct whet_usl u = law_of(scaling);

    return whet__usl_speedup(&u, workers);
}

unsigned whet_pool_scaling_best(const struct whet_pool_scaling *scaling, unsigned most,
                                double gain)
{
    const struct whet_usl u = law_of(scaling);

    return whet__usl_best(&u, most, gain);
}
