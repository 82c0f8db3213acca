/* The decision on a number of workers: a few divisions, once. Source of the thread count for
 * tasks that wait: Goetz, Java Concurrency in Practice, 2006, section 8.2: cores x (1 + wait /
 * compute), which is cores / cpu_share. */
#include <whet/sizing.h>

#include <errno.h>
#include <math.h>

#define SHARE_CPU    .9
#define SHARE_IO     .3
#define GAIN         .1
#define DOCUMENT_MS  5.0
#define DOCUMENT_CUT .7
#define RAIL         4

static int in_range(const struct whet_sizing_options *o)
{
    return o->type >= WHET_SIZING_AUTO && o->type <= WHET_SIZING_MIXED && o->cpu_share >= 0 &&
           o->gain >= 0 && o->gain <= 1 && (o->points != NULL || o->point_count == 0);
}

static enum whet_sizing_type type_of(const struct whet_sizing_options *o)
{
    if (o->type != WHET_SIZING_AUTO)
        return o->type;
    if (o->cpu_share == 0 || o->cpu_share >= SHARE_CPU)
        return WHET_SIZING_CPU;
    return o->cpu_share <= SHARE_IO ? WHET_SIZING_IO : WHET_SIZING_MIXED;
}

static unsigned workers_by_type(const struct whet_sizing *s)
{
    double wanted;

    if (s->type == WHET_SIZING_CPU || s->cpu_share >= 1)
        return s->cores;
    if (s->cpu_share == 0)
        return s->type == WHET_SIZING_IO ? 4 * s->cores : 2 * s->cores;
    wanted = ceil(s->cores / s->cpu_share);
    return wanted < WHET_POOL_WORKERS_MAX ? (unsigned)wanted : WHET_POOL_WORKERS_MAX;
}

static void memory_apply(struct whet_sizing *s, const struct whet_tune_machine *m)
{
    uint64_t share = m->available_bytes / 5 * 2, half = m->memory_bytes / 2, fit;

    s->memory_cap_bytes = share < half || half == 0 ? share : half;
    if (s->task_bytes == 0 || s->memory_cap_bytes == 0)
        return;
    fit = s->memory_cap_bytes / s->task_bytes;
    s->by_memory = fit < 1                       ? 1
                   : fit < WHET_POOL_WORKERS_MAX ? (unsigned)fit
                                                 : WHET_POOL_WORKERS_MAX;
}

static void most_apply(struct whet_sizing *s)
{
    s->most = s->by_type;
    s->limit = WHET_SIZING_BY_TYPE;
    if (s->rail < s->most) {
        s->most = s->rail;
        s->limit = WHET_SIZING_BY_RAIL;
    }
    if (s->by_memory != 0 && s->by_memory < s->most) {
        s->most = s->by_memory;
        s->limit = WHET_SIZING_BY_MEMORY;
    }
}

double whet_sizing_document(const struct whet_sizing *sizing, unsigned workers)
{
    return whet_tune_estimate_speedup(workers, sizing->cores, sizing->document_share,
                                      DOCUMENT_MS);
}

/* As published: upward until each worker brings less than .7 and the cores are used. */
static void document_apply(struct whet_sizing *s)
{
    static const double shares[] = {.95, .95, .98, .90};

    s->document_share = shares[s->type];
    s->document_best = 1;
    s->document_speedup = whet_sizing_document(s, 1);
    for (unsigned n = 2; n < s->rail; n++) {
        double speedup = whet_sizing_document(s, n);

        if (speedup / n < DOCUMENT_CUT && n > s->cores)
            break;
        if (speedup > s->document_speedup) {
            s->document_best = n;
            s->document_speedup = speedup;
        }
    }
}

/* Where a law was fitted it decides, but what memory and rail forbid stays forbidden. */
static void law_apply(struct whet_sizing *s, double gain)
{
    unsigned most = s->rail;

    if (s->by_memory != 0 && s->by_memory < most)
        most = s->by_memory;
    s->law_best = whet_pool_scaling_best(&s->law, most, gain != 0 ? gain : GAIN);
    s->law_speedup = whet_pool_scaling_speedup(&s->law, s->law_best);
    s->workers = s->law_best;
    s->limit = WHET_SIZING_BY_LAW;
    if (s->law_best == most)
        s->limit = most == s->rail ? WHET_SIZING_BY_RAIL : WHET_SIZING_BY_MEMORY;
}

static int points_differ(const struct whet_sizing_options *o)
{
    for (size_t i = 1; i < o->point_count; i++) {
        if (o->points[i].workers != o->points[0].workers)
            return 1;
    }
    return 0;
}

int whet_sizing_decide(struct whet_sizing *out, const struct whet_tune_machine *machine,
                       const struct whet_sizing_options *options)
{
    static const struct whet_sizing_options nothing;
    const struct whet_sizing_options *o = options != NULL ? options : &nothing;
    struct whet_sizing s = {.usable = machine->usable,
                            .quota_cores = machine->quota_cores,
                            .cores = machine->cores != 0 ? machine->cores : 1,
                            .cpu_share = o->cpu_share,
                            .task_bytes = o->task_bytes};
    int rc;

    if (!in_range(o))
        return -EINVAL;
    s.type = type_of(o);
    s.rail = RAIL * s.cores;
    s.by_type = workers_by_type(&s);
    memory_apply(&s, machine);
    most_apply(&s);
    document_apply(&s);
    s.workers = s.most;
    if (points_differ(o)) {
        rc = whet_pool_scaling_fit(&s.law, o->points, o->point_count);
        if (rc != 0)
            return rc;
        s.fitted = 1;
        law_apply(&s, o->gain);
    }
    *out = s;
    return 0;
}

const char *whet_sizing_type_name(enum whet_sizing_type type)
{
    static const char *const names[] = {"auto", "cpu", "io", "mixed"};

    return (unsigned)type <= WHET_SIZING_MIXED ? names[type] : "unknown";
}

const char *whet_sizing_limit_name(enum whet_sizing_limit limit)
{
    static const char *const names[] = {"kind of task", "memory", "guard rail", "fitted law"};

    return (unsigned)limit <= WHET_SIZING_BY_LAW ? names[limit] : "unknown";
}
