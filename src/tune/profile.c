/* The six shipped profiles and the rule that chooses among them. A pure table: the
 * figures are those of the published tuning guide. */
#include <whet/tune.h>

#include <stdio.h>
#include <string.h>

#define MIB     ((uint64_t)1 << 20)
#define GIB     ((uint64_t)1 << 30)
#define HOUR_NS ((uint64_t)3600 * 1000000000)

/* In byte order of names. */
static const struct whet_tune_profile profiles[] = {
    {
        .name = "cpu_constrained",
        .summary = "fewer than 4 cores: threads only, high cache reliance",
        .l1_bytes = 100 * MIB,
        .l2_bytes = 300 * MIB,
        .l3_bytes = 1 * GIB,
        .workers = 4,
        .threads = 6,
        .memory_bytes = 1 * GIB,
        .speedup_low = 2,
        .speedup_high = 4,
        .ttl_ns = 24 * HOUR_NS,
        .queue = 500,
        .batch = 100,
        .features = WHET_TUNE_THREADS_ONLY,
    },
    {
        .name = "high_performance",
        .summary = "16 cores and 32 GiB or more: aggressive caching, work stealing, SIMD",
        .l1_bytes = 500 * MIB,
        .l2_bytes = 2 * GIB,
        .l3_bytes = 8 * GIB,
        .workers = 32,
        .threads = 64,
        .processes = 32,
        .memory_bytes = 16 * GIB,
        .speedup_low = 10,
        .speedup_high = 20,
        .ttl_ns = 72 * HOUR_NS,
        .queue = 10000,
        .batch = 1000,
        .policy = WHET_TUNE_ARC,
        .features = WHET_TUNE_WORK_STEALING | WHET_TUNE_SIMD | WHET_TUNE_PREFETCH,
    },
    {
        .name = "large_project",
        .summary = "more than 10,000 files: ARC eviction, distributed cache",
        .l1_bytes = 200 * MIB,
        .l2_bytes = 1 * GIB,
        .l3_bytes = 5 * GIB,
        .workers = 16,
        .threads = 32,
        .processes = 16,
        .memory_bytes = 8 * GIB,
        .speedup_low = 8,
        .speedup_high = 10,
        .ttl_ns = 48 * HOUR_NS,
        .queue = 5000,
        .batch = 500,
        .policy = WHET_TUNE_ARC,
        .features = WHET_TUNE_DISTRIBUTED_CACHE,
    },
    {
        .name = "medium_project",
        .summary = "1,000 to 10,000 files",
        .l1_bytes = 100 * MIB,
        .l2_bytes = 500 * MIB,
        .l3_bytes = 2 * GIB,
        .workers = 8,
        .threads = 16,
        .processes = 8,
        .memory_bytes = 2 * GIB,
        .speedup_low = 5,
        .speedup_high = 8,
        .ttl_ns = 24 * HOUR_NS,
        .queue = 1000,
        .batch = 100,
    },
    {
        .name = "memory_constrained",
        .summary = "less than 4 GiB: streaming, lazy loading, aggressive eviction",
        .l1_bytes = 25 * MIB,
        .l2_bytes = 75 * MIB,
        .l3_bytes = 150 * MIB,
        .workers = 2,
        .threads = 4,
        .memory_bytes = 256 * MIB,
        .speedup_low = 2,
        .speedup_high = 3,
        .ttl_ns = 6 * HOUR_NS,
        .queue = 100,
        .batch = 25,
        .features = WHET_TUNE_STREAMING | WHET_TUNE_LAZY | WHET_TUNE_AGGRESSIVE_EVICTION,
    },
    {
        .name = "small_project",
        .summary = "fewer than 1,000 files",
        .l1_bytes = 50 * MIB,
        .l2_bytes = 100 * MIB,
        .l3_bytes = 250 * MIB,
        .workers = 4,
        .threads = 8,
        .processes = 4,
        .memory_bytes = 512 * MIB,
        .speedup_low = 3,
        .speedup_high = 5,
        .ttl_ns = 12 * HOUR_NS,
        .queue = 200,
        .batch = 50,
    },
};

#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

const struct whet_tune_profile *whet_tune_profile(size_t index)
{
    return index < PROFILE_COUNT ? &profiles[index] : NULL;
}

const struct whet_tune_profile *whet_tune_profile_find(const char *name)
{
    for (size_t i = 0; i < PROFILE_COUNT; i++) {
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    }
    return NULL;
}

const struct whet_tune_profile *
whet_tune_profile_choose(const struct whet_tune_machine *machine,
                         const struct whet_tune_workload *workload, char *why, size_t size)
{
    double gib = (double)machine->memory_bytes / (double)GIB;
    unsigned long long files = workload->files;

    if (machine->memory_bytes != 0 && machine->memory_bytes < 4 * GIB) {
        snprintf(why, size, "%.1f GiB of memory is less than 4", gib);
        return whet_tune_profile_find("memory_constrained");
    }
    if (machine->cores < 4) {
        snprintf(why, size, "%u %s is fewer than 4", machine->cores,
                 machine->cores == 1 ? "core" : "cores");
        return whet_tune_profile_find("cpu_constrained");
    }
    if (machine->cores >= 16 && machine->memory_bytes >= 32 * GIB) {
        snprintf(why, size, "%u cores and %.0f GiB are at least 16 and 32", machine->cores,
                 gib);
        return whet_tune_profile_find("high_performance");
    }
    if (files > 10000) {
        snprintf(why, size, "%llu files is more than 10,000", files);
        return whet_tune_profile_find("large_project");
    }
    if (files > 1000) {
        snprintf(why, size, "%llu files is more than 1,000", files);
        return whet_tune_profile_find("medium_project");
    }
    snprintf(why, size, "%llu files is at most 1,000", files);
    return whet_tune_profile_find("small_project");
}
