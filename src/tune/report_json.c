/* The tuning as JSON: everything, with every sample; whet-formats(5) says which keys. */
#include "tune/report.h"

#include "base/json.h"

#define FORMAT_VERSION 1

static void machine_put(struct whet_json *j, const struct whet_tune_machine *m)
{
    whet__json_key(j, "machine");
    whet__json_object(j);
    whet__json_put_uint(j, "processors_online", m->online);
    whet__json_put_uint(j, "processors_usable", m->usable);
    if (m->quota_cores > 0) {
        whet__json_put_double(j, "quota_cores", m->quota_cores);
        whet__json_put_string(j, "quota_source", m->quota_source);
    }
    whet__json_put_uint(j, "cores", m->cores);
    whet__json_put_uint(j, "memory_bytes", m->memory_bytes);
    whet__json_put_uint(j, "available_bytes", m->available_bytes);
    if (m->memory_limit_bytes != 0)
        whet__json_put_uint(j, "memory_limit_bytes", m->memory_limit_bytes);
    whet__json_put_string(j, "memory_source", m->memory_source);
    whet__json_put_uint(j, "l1d_bytes", m->l1d_bytes);
    whet__json_put_uint(j, "l2_bytes", m->l2_bytes);
    whet__json_put_uint(j, "l3_bytes", m->l3_bytes);
    whet__json_put_string(j, "cpu_model", m->cpu_model);
    whet__json_put_string(j, "storage", m->storage);
    whet__json_put_string(j, "storage_source", m->storage_source);
    whet__json_put_string(j, "filesystem", m->filesystem);
    whet__json_put_string(j, "kernel", m->kernel);
    whet__json_put_string(j, "architecture", m->architecture);
    whet__json_put_string(j, "distribution", m->distribution);
    whet__json_object_end(j);
}

static void workload_put(struct whet_json *j, const struct whet_tune_workload *w)
{
    unsigned last = WHET_SCAN_SIZE_CLASSES;

    whet__json_key(j, "workload");
    whet__json_object(j);
    whet__json_put_uint(j, "files", w->files);
    whet__json_put_uint(j, "bytes", w->bytes);
    whet__json_put_double(j, "mean_bytes", w->mean_bytes);
    whet__json_put_uint(j, "p50_bytes", w->p50_bytes);
    whet__json_put_uint(j, "p90_bytes", w->p90_bytes);
    whet__json_put_uint(j, "p99_bytes", w->p99_bytes);
    whet__json_put_uint(j, "max_bytes", w->max_bytes);
    whet__json_key(j, "classes");
    whet__json_array(j);
    while (last > 0 && w->classes[last - 1] == 0)
        last--;
    for (unsigned i = 0; i < last; i++)
        whet__json_uint(j, w->classes[i]);
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static void config_put(struct whet_json *j, const struct whet_tune *tune)
{
    const struct whet_tune_config *c = whet_tune_config(tune);

    whet__json_key(j, "configuration");
    whet__json_object(j);
    whet__json_put_string(j, "profile", c->profile->name);
    whet__json_put_string(j, "reason", whet_tune_profile_reason(tune));
    whet__json_put_string(j, "target", whet_tune_target_name(c->target));
    whet__json_put_uint(j, "workers", c->workers);
    whet__json_put_uint(j, "threads", c->threads);
    whet__json_put_uint(j, "processes", c->processes);
    whet__json_put_uint(j, "l1_bytes", c->l1_bytes);
    whet__json_put_uint(j, "l2_bytes", c->l2_bytes);
    whet__json_put_uint(j, "l3_bytes", c->l3_bytes);
    whet__json_put_uint(j, "memory_bytes", c->memory_bytes);
    whet__json_put_uint(j, "queue", c->queue);
    whet__json_put_double(j, "ttl_seconds", (double)c->ttl_ns / 1e9);
    whet__json_put_bool(j, "streaming", (c->features & WHET_TUNE_STREAMING) != 0);
    whet__json_put_bool(j, "lazy", (c->features & WHET_TUNE_LAZY) != 0);
    whet__json_put_bool(j, "prefetch", (c->features & WHET_TUNE_PREFETCH) != 0);
    whet__json_put_bool(j, "aggressive_eviction",
                        (c->features & WHET_TUNE_AGGRESSIVE_EVICTION) != 0);
    whet__json_key(j, "steps");
    whet__json_array(j);
    for (size_t i = 0; i < c->step_count; i++)
        whet__json_string(j, c->steps[i]);
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static void value_put(struct whet_json *j, const char *key, const struct whet_tune_value *v)
{
    whet__json_key(j, key);
    whet__json_object(j);
    whet__json_put_double(j, "value", v->value);
    whet__json_put_double(j, "low", v->low);
    whet__json_put_double(j, "high", v->high);
    whet__json_put_double(j, "level", v->level);
    whet__json_object_end(j);
}

static void samples_put(struct whet_json *j, const struct whet_tune_arm *arm)
{
    whet__json_key(j, "samples");
    whet__json_array(j);
    for (size_t i = 0; i < arm->sample_count; i++) {
        whet__json_object(j);
        whet__json_put_uint(j, "round", arm->rounds[i]);
        whet__json_put_double(j, "seconds", arm->samples[i]);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

static void arm_put(struct whet_json *j, const struct whet_tune_arm *arm)
{
    static const char *const modes[] = {"auto", "off", "stat", "content"};

    whet__json_object(j);
    whet__json_put_string(j, "name", arm->name);
    whet__json_put_string(j, "state", arm->state);
    whet__json_put_uint(j, "jobs", arm->jobs);
    whet__json_put_string(j, "cache", modes[arm->cache]);
    whet__json_put_bool(j, "isolated", arm->isolated);
    whet__json_put_uint(j, "runs", arm->runs);
    whet__json_put_uint(j, "failed", arm->failed);
    if (arm->runs != 0) {
        value_put(j, "seconds", &arm->seconds);
        value_put(j, "speedup", &arm->speedup);
        if (arm->estimate > 0)
            whet__json_put_double(j, "speedup_quick_estimate", arm->estimate);
        whet__json_put_double(j, "files_per_second", arm->files_per_second);
        whet__json_put_double(j, "cpu_seconds", arm->cpu_seconds);
        whet__json_put_double(j, "cpu_use", arm->cpu_use);
        if (arm->peak_bytes != 0)
            whet__json_put_uint(j, "peak_bytes", arm->peak_bytes);
        if (arm->hit_rate >= 0)
            whet__json_put_double(j, "hit_rate", arm->hit_rate);
        whet__json_put_uint(j, "errors", arm->errors);
    }
    samples_put(j, arm);
    whet__json_object_end(j);
}

static void arms_put(struct whet_json *j, const struct whet_tune *tune)
{
    whet__json_key(j, "arms");
    whet__json_array(j);
    for (size_t i = 0; i < whet_tune_arm_count(tune); i++)
        arm_put(j, whet_tune_arm(tune, i));
    whet__json_array_end(j);
}

static void answer_put(struct whet_json *j, const struct whet_tune *tune)
{
    struct whet_tune_grades g = whet_tune_grades(tune);

    whet__json_key(j, "chosen");
    whet__json_object(j);
    whet__json_put_string(j, "first_scan", whet_tune_chosen_parallel(tune)->name);
    whet__json_put_string(j, "unchanged", whet_tune_chosen_warm(tune)->name);
    whet__json_object_end(j);
    whet__json_key(j, "grade");
    whet__json_object(j);
    whet__json_put_string(j, "whole", whet_tune_grade_name(g.whole));
    whet__json_put_string(j, "speedup", whet_tune_grade_name(g.speedup));
    whet__json_put_string(j, "hit_rate", whet_tune_grade_name(g.hit_rate));
    whet__json_put_string(j, "memory", whet_tune_grade_name(g.memory));
    whet__json_object_end(j);
}

static void advice_put(struct whet_json *j, const struct whet_tune *tune)
{
    static const char *const kinds[] = {"good", "info", "act"};

    whet__json_key(j, "advice");
    whet__json_array(j);
    for (size_t i = 0; i < whet_tune_advice_count(tune); i++) {
        const struct whet_tune_advice *advice = whet_tune_advice(tune, i);

        whet__json_object(j);
        whet__json_put_string(j, "kind", kinds[advice->kind]);
        whet__json_put_string(j, "what", advice->what);
        whet__json_put_string(j, "why", advice->why);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

static int json_put(struct whet_text *out, const struct whet_tune *tune,
                    const struct whet_tune_report_options *options)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "type", "tune");
    whet__json_put_uint(&j, "version", FORMAT_VERSION);
    whet__json_put_string(&j, "path", options->path);
    whet__json_put_string(&j, "when", options->when);
    machine_put(&j, whet_tune_machine(tune));
    workload_put(&j, whet_tune_workload(tune));
    config_put(&j, tune);
    arms_put(&j, tune);
    answer_put(&j, tune);
    advice_put(&j, tune);
    whet__json_put_uint(&j, "seed", whet_tune_seed(tune));
    whet__json_put_bool(&j, "stopped", whet_tune_stopped(tune));
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
    return whet__text_error(out);
}

const struct whet_tune_report whet__tune_report_json = {
    .name = "json",
    .ending = ".json",
    .put = json_put,
};
