/* A profile, adapted to workload and target, and held inside the guard rails. Each step
 * writes down what it changed and why, for the reader of the report. */
#include <whet/tune.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LARGE_FILE_BYTES (1000.0 * 1024)
#define MANY_FILES       10000
#define THREADS_MAX      64
#define HOUR_NS          ((uint64_t)3600 * 1000000000)

WHET_PRINTF(2, 3) static void step_add(struct whet_tune_config *c, const char *format, ...)
{
    va_list args;

    if (c->step_count == WHET_TUNE_STEPS_MAX)
        return;
    va_start(args, format);
    vsnprintf(c->steps[c->step_count], sizeof(c->steps[0]), format, args);
    va_end(args);
    c->step_count++;
}

static void levels_scale(struct whet_tune_config *c, double factor)
{
    c->l1_bytes = (uint64_t)((double)c->l1_bytes * factor);
    c->l2_bytes = (uint64_t)((double)c->l2_bytes * factor);
}

static void workload_step(struct whet_tune_config *c, const struct whet_tune_machine *m,
                          const struct whet_tune_workload *w)
{
    if (w->flags & WHET_TUNE_CPU_INTENSIVE) {
        c->workers = m->cores;
        c->processes = c->processes != 0 ? m->cores : 0;
        step_add(c,
                 "workers %u: one per core, as parsing is taken to be bound by the processor",
                 c->workers);
    }
    if (w->flags & WHET_TUNE_IO_INTENSIVE) {
        c->threads *= 2;
        c->features |= WHET_TUNE_STREAMING;
        step_add(c, "threads %u and streaming: work bound by I/O waits", c->threads);
    }
    if (w->flags & WHET_TUNE_MEMORY_INTENSIVE) {
        levels_scale(c, 0.7);
        c->features |= WHET_TUNE_STREAMING | WHET_TUNE_LAZY;
        step_add(c, "L1 and L2 x 0.7, streaming, lazy: the work needs memory of its own");
    }
    if (w->mean_bytes > LARGE_FILE_BYTES) {
        c->features |= WHET_TUNE_STREAMING;
        step_add(c, "streaming: files are larger than 1000 KiB on average");
    }
    if (w->files > MANY_FILES) {
        c->features |= WHET_TUNE_PREFETCH;
        if (c->ttl_ns < 48 * HOUR_NS)
            c->ttl_ns = 48 * HOUR_NS;
        step_add(c, "prefetch, entries kept 48 h: more than 10,000 files");
    }
}

static void target_step(struct whet_tune_config *c)
{
    if (c->target == WHET_TUNE_THROUGHPUT) {
        c->features |= WHET_TUNE_PREFETCH;
        c->queue = c->queue < 2000 ? 2000 : c->queue;
        step_add(c, "prefetch, queue %u: target is throughput", c->queue);
    } else if (c->target == WHET_TUNE_LATENCY) {
        c->l1_bytes += c->l1_bytes / 2;
        c->features |= WHET_TUNE_PREFETCH;
        c->queue = c->queue > 500 ? 500 : c->queue;
        step_add(c, "L1 x 1.5, prefetch, queue %u: target is latency", c->queue);
    } else {
        levels_scale(c, 0.5);
        c->l3_bytes /= 2;
        c->features |= WHET_TUNE_STREAMING | WHET_TUNE_LAZY;
        step_add(c, "all levels x 0.5, streaming, lazy: target is memory");
    }
}

static unsigned at_most(struct whet_tune_config *c, const char *what, unsigned value,
                        unsigned limit, const char *rule)
{
    if (value <= limit)
        return value;
    step_add(c, "%s %u, not %u: guard rail, %s", what, limit, value, rule);
    return limit;
}

static void guard_rails(struct whet_tune_config *c, const struct whet_tune_machine *m)
{
    uint64_t cache_max = m->available_bytes / 5 * 2;
    uint64_t memory_max = m->memory_bytes / 2;

    if (m->available_bytes != 0 && c->l1_bytes + c->l2_bytes > cache_max) {
        levels_scale(c, (double)cache_max / (double)(c->l1_bytes + c->l2_bytes));
        step_add(c, "L1 and L2 scaled down: guard rail, 40%% of available memory");
    }
    if (m->memory_bytes != 0 && c->memory_bytes > memory_max) {
        c->memory_bytes = memory_max;
        step_add(c, "memory capped: guard rail, 50%% of RAM");
    }
    if (c->memory_bytes != 0 && c->l1_bytes + c->l2_bytes > c->memory_bytes) {
        levels_scale(c, (double)c->memory_bytes / (double)(c->l1_bytes + c->l2_bytes));
        step_add(c, "L1 and L2 scaled down: they are part of the memory cap");
    }
    c->workers = at_most(c, "workers", c->workers, 4 * m->cores, "4 x cores");
    c->threads = at_most(c, "threads", c->threads, THREADS_MAX, "64 threads");
    c->processes = at_most(c, "processes", c->processes, 2 * m->cores, "2 x cores");
    if (c->workers == 0)
        c->workers = 1;
}

void whet_tune_config_build(const struct whet_tune_profile *profile,
                            const struct whet_tune_machine *machine,
                            const struct whet_tune_workload *workload,
                            enum whet_tune_target target, struct whet_tune_config *out)
{
    memset(out, 0, sizeof(*out));
    out->profile = profile;
    out->target = target;
    out->l1_bytes = profile->l1_bytes;
    out->l2_bytes = profile->l2_bytes;
    out->l3_bytes = profile->l3_bytes;
    out->workers = profile->workers;
    out->threads = profile->threads;
    out->processes = profile->processes;
    out->memory_bytes = profile->memory_bytes;
    out->ttl_ns = profile->ttl_ns;
    out->queue = profile->queue;
    out->features = profile->features;
    workload_step(out, machine, workload);
    target_step(out);
    guard_rails(out, machine);
}
