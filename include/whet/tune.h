/* whet/tune.h - which configuration makes scanning a codebase fastest, and the proof.
 *
 * Shape    one call looks at the machine and the workload, builds a configuration from
 *          a shipped profile, measures it against alternatives, and answers.
 * Units    bytes, nanoseconds, seconds where a name says so; ratios 0..1.
 * Memory   whet_tune_run allocates *out; whet_tune_free releases it and all that it
 *          lent. Plain structs are the caller's.
 * Errors   0 or a negative errno value.
 * Threads  one tuning at a time per process: measured runs are child processes and
 *          would disturb each other.
 */
#ifndef WHET_TUNE_H
#define WHET_TUNE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>
#include <whet/scan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The machine ---- */

/* A figure and where it comes from, for people; "unknown" is a source, too. */
struct whet_tune_machine {
    unsigned online;             /* logical processors that the kernel runs */
    unsigned usable;             /* of them, those that affinity allows */
    double quota_cores;          /* of the cgroup; 0: no limit */
    unsigned cores;              /* the smaller of both, rounded up, at least 1: all
                                    decisions use this */
    uint64_t memory_bytes;       /* of the machine, or the cgroup's limit if smaller */
    uint64_t available_bytes;    /* of that, what can be had without swapping */
    uint64_t memory_limit_bytes; /* of the cgroup; 0: no limit */
    uint64_t l1d_bytes, l2_bytes, l3_bytes; /* processor caches; 0: unknown */
    char cpu_model[128];
    char storage[32]; /* "nvme", "virtual", ..., "unknown" */
    char filesystem[32];
    char kernel[65];
    char architecture[65];
    char distribution[128];
    char quota_source[512];
    char memory_source[512];
    char storage_source[256];
};

/* What is known of the machine, and of the storage below `path`. `root` is put before
 * /proc and /sys (fixtures); NULL: the real ones. Never fails: what cannot be read is
 * unknown. */
WHET_API void whet_tune_machine_read(const char *root, const char *path,
                                     struct whet_tune_machine *out);

/* ---- The workload ---- */

enum whet_tune_workload_flags {
    WHET_TUNE_IO_INTENSIVE = 1 << 0,
    WHET_TUNE_CPU_INTENSIVE = 1 << 1,
    WHET_TUNE_MEMORY_INTENSIVE = 1 << 2
};

struct whet_tune_workload {
    uint64_t files;
    uint64_t bytes;
    double mean_bytes;
    uint64_t p50_bytes, p90_bytes, p99_bytes, max_bytes;
    uint64_t classes[WHET_SCAN_SIZE_CLASSES]; /* files by size, as whet_scan_sizes */
    unsigned flags;                           /* enum whet_tune_workload_flags */
};

/* ---- Profiles ---- */

enum whet_tune_policy { WHET_TUNE_LRU, WHET_TUNE_ARC };

enum whet_tune_features {
    WHET_TUNE_STREAMING = 1 << 0,
    WHET_TUNE_LAZY = 1 << 1,
    WHET_TUNE_PREFETCH = 1 << 2,
    WHET_TUNE_AGGRESSIVE_EVICTION = 1 << 3, /* WHET_CACHE_FRUGAL of <whet/cache.h> */
    WHET_TUNE_DISTRIBUTED_CACHE = 1 << 4,
    WHET_TUNE_WORK_STEALING = 1 << 5,
    WHET_TUNE_SIMD = 1 << 6,
    WHET_TUNE_THREADS_ONLY = 1 << 7
};

/* A shipped profile: figures to start from. */
struct whet_tune_profile {
    const char *name;
    const char *summary;
    uint64_t l1_bytes, l2_bytes, l3_bytes; /* L1 and L2 in memory, L3 on disk */
    unsigned workers, threads, processes;
    uint64_t memory_bytes;
    double speedup_low, speedup_high; /* what its author expects of it */
    uint64_t ttl_ns;
    unsigned queue, batch;
    enum whet_tune_policy policy;
    unsigned features; /* enum whet_tune_features */
};

/* The six, in byte order of names; NULL past the end, or when there is no such name. */
WHET_API const struct whet_tune_profile *whet_tune_profile(size_t index);
WHET_API const struct whet_tune_profile *whet_tune_profile_find(const char *name);

/* Chooses by machine first (memory < 4 GiB, cores < 4, >= 16 cores and >= 32 GiB), then
 * by files (> 10,000, > 1,000). `why` of `size` bytes says which rule it was. */
WHET_API const struct whet_tune_profile *
whet_tune_profile_choose(const struct whet_tune_machine *machine,
                         const struct whet_tune_workload *workload, char *why, size_t size);

/* ---- The configuration ---- */

enum whet_tune_target {
    WHET_TUNE_THROUGHPUT, /* most files per second of a scan from nothing */
    WHET_TUNE_LATENCY,    /* shortest time to the answer when little has changed */
    WHET_TUNE_MEMORY      /* smallest peak memory */
};

#define WHET_TUNE_STEPS_MAX 24

/* A profile, adapted; each step in `steps` says what was changed and why. */
struct whet_tune_config {
    const struct whet_tune_profile *profile;
    enum whet_tune_target target;
    uint64_t l1_bytes, l2_bytes, l3_bytes;
    unsigned workers, threads, processes;
    uint64_t memory_bytes;
    uint64_t ttl_ns;
    unsigned queue;
    unsigned features;
    size_t step_count;
    char steps[WHET_TUNE_STEPS_MAX][160];
};

/* Adapts a profile to workload and target, then holds it inside the guard rails: L1 and
 * L2 together at most 40% of available memory, all memory at most 50% of RAM, workers at
 * most 4 x cores, threads at most 64, processes at most 2 x cores. */
WHET_API void whet_tune_config_build(const struct whet_tune_profile *profile,
                                     const struct whet_tune_machine *machine,
                                     const struct whet_tune_workload *workload,
                                     enum whet_tune_target target,
                                     struct whet_tune_config *out);

/* ---- Quick estimates: the published closed forms, not measurements ---- */

/* Amdahl's law with an overhead: 1 / ((1-p) + p/n) * (1 - overhead_ms/100 * n/cores), at
 * least 1; p is .95 for work bound by the processor. */
WHET_API double whet_tune_estimate_speedup(unsigned workers, unsigned cores, double parallel,
                                           double overhead_ms);

/* Hit rate of a cache of `cache` bytes over a working set of `set` bytes, as a ratio:
 * piecewise linear through 0, .6 at a fifth, .8 at half, .95 from the whole on. */
WHET_API double whet_tune_estimate_hit_rate(uint64_t cache_bytes, uint64_t set_bytes);

/* ---- Measuring ---- */

/* A value with the interval that the runs support, and the level that it really has. */
struct whet_tune_value {
    double value;
    double low, high;
    double level; /* 0: too few runs for any interval; low and high are min and max */
};

/* One configuration, measured. */
struct whet_tune_arm {
    const char *name; /* "sequential", "2 jobs", "2 jobs, isolated", "2 jobs, warm hash", ... */
    const char *state; /* "no cache", "cold cache", "warm cache" */
    unsigned jobs;
    enum whet_scan_cache cache;
    int warm;
    int isolated;  /* 1: files are analysed in worker processes, not in threads;
                      measured for the advice, and never chosen */
    size_t runs;   /* counted, without warm-up */
    size_t failed; /* of them, ended badly */
    struct whet_tune_value seconds; /* wall */
    struct whet_tune_value speedup; /* over "sequential", from runs of the same round */
    double files_per_second;
    double cpu_seconds;    /* user + system, children included; median */
    double cpu_use;        /* of all cores, 0..1 */
    uint64_t peak_bytes;   /* largest process; median; 0: not known, for it is hidden by
                              what the program that measures has itself, or the arm is
                              isolated and has several */
    double hit_rate;       /* 0..1; < 0: no cache asked */
    uint64_t errors;       /* files that could not be read or parsed */
    double estimate;       /* quick estimate of the speed-up; 0: none */
    const double *samples; /* wall seconds of each run, in order */
    const size_t *rounds;  /* the round of each, from 0 */
    size_t sample_count;
};

enum whet_tune_grade {
    WHET_TUNE_BELOW,
    WHET_TUNE_MINIMUM,
    WHET_TUNE_GOOD,
    WHET_TUNE_EXCELLENT
};

enum whet_tune_advice_kind {
    WHET_TUNE_ADVICE_GOOD,
    WHET_TUNE_ADVICE_INFO,
    WHET_TUNE_ADVICE_ACT
};

struct whet_tune_advice {
    enum whet_tune_advice_kind kind;
    const char *what;
    const char *why;
};

struct whet_tune_progress {
    const char *doing; /* name of the arm that runs */
    size_t done;       /* runs */
    size_t total;
};

struct whet_tune_options {
    enum whet_tune_target target;
    const char *profile;     /* a shipped name; NULL: chosen */
    unsigned runs;           /* rounds that count; 0: 9; at most 1000 */
    uint64_t time_budget_ns; /* for measuring; 0: 2 minutes; at least 3 rounds are run */
    uint64_t seed;           /* of the order of runs; 0: from the clock */
    const char *program;     /* the whet command; NULL: this program, or "whet" in PATH */
    uint64_t max_file_bytes; /* as in whet_scan_options */
    int (*stop)(void *ctx);  /* ends measuring early; what was measured is kept */
    void (*progress)(void *ctx, const struct whet_tune_progress *now);
    void *ctx;
};

struct whet_tune;

/* Tunes scanning of the folder (or file) `path`.
 * Errors of whet_scan_run on `path`; -ENOENT: no whet command to run; -EINVAL: an option
 * is out of range, or the profile is not known; -ENODATA: there is no file to scan;
 * -ECANCELED: stopped before there was anything to say. */
WHET_API WHET_MUST_USE int whet_tune_run(struct whet_tune **out, const char *path,
                                         const struct whet_tune_options *options,
                                         struct whet_error *err);
WHET_API void whet_tune_free(struct whet_tune *tune);

WHET_API const struct whet_tune_machine *whet_tune_machine(const struct whet_tune *tune);
WHET_API const struct whet_tune_workload *whet_tune_workload(const struct whet_tune *tune);
WHET_API const struct whet_tune_config *whet_tune_config(const struct whet_tune *tune);

/* Which rule chose the profile. */
WHET_API const char *whet_tune_profile_reason(const struct whet_tune *tune);

/* The first arm is "sequential", the reference of every speed-up. NULL past the end. */
WHET_API size_t whet_tune_arm_count(const struct whet_tune *tune);
WHET_API const struct whet_tune_arm *whet_tune_arm(const struct whet_tune *tune, size_t index);

/* What the measurement chose: the jobs for a scan from nothing, and the arm that answers
 * when nothing changed. The second has as many jobs as cores, which need not be the
 * first's; it is the first itself when the cache is better left off. */
WHET_API const struct whet_tune_arm *whet_tune_chosen_parallel(const struct whet_tune *tune);
WHET_API const struct whet_tune_arm *whet_tune_chosen_warm(const struct whet_tune *tune);

WHET_API size_t whet_tune_advice_count(const struct whet_tune *tune);
WHET_API const struct whet_tune_advice *whet_tune_advice(const struct whet_tune *tune,
                                                         size_t index);

/* Against the published targets: hit rate over 50, 70, 85%; speed-up over 2, 5, 8; peak
 * memory under 30, 20, 15% of what is available. The whole grade is the lowest. */
struct whet_tune_grades {
    enum whet_tune_grade speedup, hit_rate, memory, whole;
};
WHET_API struct whet_tune_grades whet_tune_grades(const struct whet_tune *tune);
WHET_API const char *whet_tune_grade_name(enum whet_tune_grade grade);
WHET_API const char *whet_tune_target_name(enum whet_tune_target target);

/* Of the order of runs: the same seed draws the same orders. */
WHET_API uint64_t whet_tune_seed(const struct whet_tune *tune);

/* 1: measuring was ended early. */
WHET_API int whet_tune_stopped(const struct whet_tune *tune);

#ifdef __cplusplus
}
#endif

#endif
