/* Deciding, a few times a second, whether a pool should be larger or smaller. Nothing here
 * reads a clock: each call is one reading, and the caller decides how often. */
#include <whet/adapt.h>

#include <errno.h>

#include "base/mem.h"
#include "os/load.h"

#define AFTER         3   /* readings in a row that must agree */
#define IDLE_HIGH     .25 /* of the cores: room for one more worker */
#define QUEUE_HIGH    1.5 /* threads that want to run, for each core */
#define WAIT_HIGH     .50 /* of the time, some task of ours waited for a processor: ... */
#define WAIT_LOW      .10 /* ... where we may use a part of them only */
#define PRESSURE_HIGH .10 /* of the time, some task waited for memory */
#define PRESSURE_LOW  .01
#define FREE_LOW      .05 /* of memory: where there is no pressure file */
#define FREE_ENOUGH   .10

struct whet_adapt {
    struct whet_adapt_options options;
    void *sized; /* handed to its size and resize */
    struct whet_adapt_state state;
    int towards;           /* what the last readings in a row wanted: -1, 0, 1 */
    unsigned agree;        /* how many */
    struct whet_load last; /* of the reading before */
};

static double or_else(double value, double fallback)
{
    return value != 0 ? value : fallback;
}

static unsigned pool_size(void *pool)
{
    return whet_pool_workers(pool);
}

static int pool_resize(void *pool, unsigned workers)
{
    return whet_pool_resize(pool, workers);
}

static int options_take(struct whet_adapt *a, struct whet_pool *pool,
                        const struct whet_adapt_options *options)
{
    struct whet_adapt_options *o = &a->options;
    unsigned most;

    if (options != NULL)
        *o = *options;
    if (pool == NULL && (o->size == NULL || o->resize == NULL))
        return -EINVAL;
    if (pool != NULL) {
        o->size = pool_size;
        o->resize = pool_resize;
    }
    a->sized = pool != NULL ? pool : o->ctx;
    most = pool != NULL ? whet_pool_workers_max(pool) : o->most;
    if (o->least == 0)
        o->least = 1;
    if (o->most == 0)
        o->most = most;
    if (o->after == 0)
        o->after = AFTER;
    o->idle_high = or_else(o->idle_high, IDLE_HIGH);
    o->queue_high = or_else(o->queue_high, QUEUE_HIGH);
    o->pressure_high = or_else(o->pressure_high, PRESSURE_HIGH);
    return o->least > o->most || o->most > most ? -EINVAL : 0;
}

int whet_adapt_new(struct whet_adapt **out, struct whet_pool *pool,
                   const struct whet_adapt_options *options)
{
    struct whet_adapt *a = whet__mem_zalloc(1, sizeof(*a));
    int rc;

    if (a == NULL)
        return -ENOMEM;
    rc = options_take(a, pool, options);
    if (rc != 0) {
        whet__mem_free(a);
        return rc;
    }
    a->state.workers = a->options.size(a->sized);
    *out = a;
    return 0;
}

void whet_adapt_free(struct whet_adapt *adapt)
{
    whet__mem_free(adapt);
}

static void reading_take(struct whet_adapt *a, struct whet_adapt_reading *r)
{
    struct whet_load now;
    uint64_t ticks;

    whet__load_read("", &now);
    ticks = now.total_ticks - a->last.total_ticks;
    *r = (struct whet_adapt_reading){
        .cores = whet_pool_cores(),
        .idle = -1,
        .runnable = now.runnable,
        .memory_pressure = now.memory_some,
        .memory_free = now.memory_free,
        .processors = now.processors,
        .cpu_pressure = now.cpu_some,
    };
    if (a->last.total_ticks != 0 && now.total_ticks > a->last.total_ticks)
        r->idle = (double)(now.idle_ticks - a->last.idle_ticks) / (double)ticks;
    a->last = now;
}

/* Memory first: a machine that swaps is slower than one that waits. */
static int memory_wants(const struct whet_adapt *a, const struct whet_adapt_reading *r,
                        enum whet_adapt_reason *why)
{
    *why = WHET_ADAPT_MEMORY;
    if (r->memory_pressure >= 0) {
        if (r->memory_pressure > a->options.pressure_high)
            return -1;
        return r->memory_pressure > PRESSURE_LOW ? 0 : 1;
    }
    if (r->memory_free < 0)
        return 1;
    if (r->memory_free < FREE_LOW)
        return -1;
    return r->memory_free < FREE_ENOUGH ? 0 : 1;
}

/* Where we may use a part of the machine only, idle processors are not all ours: whether there
 * is room for one more is told by how long our own tasks wait, if that is known. */
static int has_room(const struct whet_adapt *a, const struct whet_adapt_reading *r)
{
    if (r->cores >= r->processors)
        return 1;
    if (r->cpu_pressure >= 0)
        return r->cpu_pressure < WAIT_LOW;
    return a->options.size(a->sized) < r->cores;
}

/* -1: fewer, 1: more, 0: as it is. Between the two thresholds of each is room, in which
 * nothing changes. The queue and what is idle are the whole machine's. */
static int load_wants(const struct whet_adapt *a, const struct whet_adapt_reading *r,
                      enum whet_adapt_reason *why)
{
    unsigned machine = r->processors != 0 ? r->processors : r->cores;
    double runnable = machine != 0 ? r->runnable / machine : -1;

    if (runnable > a->options.queue_high ||
        (r->cores < r->processors && r->cpu_pressure > WAIT_HIGH)) {
        *why = WHET_ADAPT_QUEUE;
        return -1;
    }
    if (r->idle > a->options.idle_high && runnable < 1 && has_room(a, r)) {
        *why = WHET_ADAPT_IDLE;
        return 1;
    }
    return 0;
}

static int reading_wants(const struct whet_adapt *a, const struct whet_adapt_reading *r,
                         enum whet_adapt_reason *why)
{
    int memory = memory_wants(a, r, why), load;

    if (memory < 0)
        return -1;
    load = load_wants(a, r, why);
    return load > 0 && memory == 0 ? 0 : load;
}

/* One step up; down by a quarter when it is memory, which cannot wait. */
static unsigned next_size(const struct whet_adapt *a, int towards, enum whet_adapt_reason why)
{
    unsigned now = a->options.size(a->sized), step = 1;

    if (towards < 0 && why == WHET_ADAPT_MEMORY && now > 4)
        step = now / 4;
    if (towards > 0)
        return now + 1 < a->options.most ? now + 1 : a->options.most;
    return now > a->options.least + step ? now - step : a->options.least;
}

int whet_adapt_look(struct whet_adapt *adapt)
{
    struct whet_adapt_state *s = &adapt->state;
    enum whet_adapt_reason why = WHET_ADAPT_NONE;
    unsigned wanted;
    int towards, rc;

    if (adapt->options.read != NULL)
        adapt->options.read(adapt->options.ctx, &s->reading);
    else
        reading_take(adapt, &s->reading);
    s->readings++;
    towards = reading_wants(adapt, &s->reading, &why);
    adapt->agree = towards == adapt->towards ? adapt->agree + 1 : 1;
    adapt->towards = towards;
    s->workers = adapt->options.size(adapt->sized);
    if (towards == 0 || adapt->agree < adapt->options.after)
        return 0;
    adapt->agree = 0;
    wanted = next_size(adapt, towards, why);
    if (wanted == s->workers || (towards > 0) != (wanted > s->workers))
        return 0; /* at its bound, or set beyond it by hand */
    rc = adapt->options.resize(adapt->sized, wanted);
    if (rc != 0)
        return rc;
    s->workers = wanted;
    s->reason = why;
    s->changes++;
    return towards;
}

void whet_adapt_now(const struct whet_adapt *adapt, struct whet_adapt_state *out)
{
    *out = adapt->state;
}

const char *whet_adapt_reason_name(enum whet_adapt_reason reason)
{
    static const char *const names[] = {"none", "memory pressure", "run queue", "idle cores"};

    return (unsigned)reason <= WHET_ADAPT_IDLE ? names[reason] : "unknown";
}
