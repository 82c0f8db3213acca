/* @scan: a code base scanned one file after the other, in parallel, and from the cache.
 * WHET_BENCH_PROJECT names a real one; else projects are made (suites/made_project.h), of
 * 50 and 500 files or as many as WHET_BENCH_FILES says. */
#include "suites/suites.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "os/file.h"
#include "suites/made_project.h"

#define SEED 1

/* One way to scan. */
struct way {
    const char *about;
    unsigned jobs; /* 0: one per core */
    unsigned flags;
    enum whet_scan_cache cache;
};

static const struct way ways[] = {
    {"names only, ignore rules applied", 1, WHET_SCAN_LIST_ONLY, WHET_SCAN_CACHE_OFF},
    {"lines only, one thread", 1, WHET_SCAN_LINES_ONLY, WHET_SCAN_CACHE_OFF},
    {"everything, one thread, no cache", 1, 0, WHET_SCAN_CACHE_OFF},
    {"everything, a thread per core, no cache", 0, 0, WHET_SCAN_CACHE_OFF},
    {"everything from a warm cache, by the hash of contents", 0, 0, WHET_SCAN_CACHE_CONTENT},
    {"everything from a warm cache, file times trusted", 0, 0, WHET_SCAN_CACHE_STAT},
};

enum { LIST, LINES, SEQUENTIAL, PARALLEL, CACHED_CONTENT, CACHED_STAT };

static const char *real_project(void)
{
    const char *path = getenv("WHET_BENCH_PROJECT");

    return path != NULL && path[0] != '\0' ? path : NULL;
}

/* Makes the project unless an earlier process has; whole or not at all. */
static int project_need(struct whet_bench_state *state, const char *scratch, size_t files,
                        char *path, size_t size)
{
    char partial[PATH_MAX + 32];
    struct whet_error err;
    int rc;

    snprintf(path, size, "%s/project-%d-%zu", scratch, WHET_MADE_PROJECT_GENERATION, files);
    if (access(path, F_OK) == 0)
        return 0;
    snprintf(partial, sizeof(partial), "%s.partial-%ld", path, (long)getpid());
    rc = whet__made_project_write(partial, files, SEED, NULL, &err);
    if (rc != 0)
        whet_bench_fail(state, "%s", err.text);
    else if (rename(partial, path) != 0 && errno != EEXIST && errno != ENOTEMPTY)
        rc = -errno;
    if (access(partial, F_OK) == 0)
        (void)!whet__file_remove_tree(partial);
    return rc;
}

/* What one scan was. */
struct answer {
    double files, bytes;
    double hits, misses;
    double errors; /* files that could not be read, or not parsed to the end */
};

static int scan_once(struct whet_bench_state *state, const char *path,
                     const struct whet_scan_options *options, struct answer *out)
{
    const struct whet_scan_totals *totals;
    struct whet_scan *scan = NULL;
    struct whet_error err;
    int rc = whet_scan_run(&scan, path, options, &err);

    if (rc != 0) {
        whet_bench_fail(state, "%s", err.text);
        return rc;
    }
    totals = whet_scan_totals(scan);
    out->files = (double)whet_scan_file_count(scan);
    out->bytes = (double)totals->sum.bytes;
    out->hits = (double)totals->cache_hits;
    out->misses = (double)totals->cache_misses;
    out->errors = (double)(totals->skipped[WHET_SCAN_SKIP_ERROR] + totals->parse_stopped);
    whet_scan_free(scan);
    return 0;
}

static void tell(struct whet_bench_state *state, const struct way *way,
                 const struct answer *answer)
{
    double looked = answer->hits + answer->misses;

    whet_bench_set_items(state, answer->files);
    whet_bench_set_bytes(state, answer->bytes);
    if (answer->files > 0)
        whet_bench_counter(state, "error_rate", answer->errors / answer->files,
                           WHET_COUNTER_PERCENT, WHET_COUNTER_LOWER);
    if (way->cache != WHET_SCAN_CACHE_OFF && looked > 0)
        whet_bench_counter(state, "hit_rate", answer->hits / looked, WHET_COUNTER_PERCENT,
                           WHET_COUNTER_HIGHER);
}

static void run(struct whet_bench_state *state, const struct way *way)
{
    const char *scratch = whet_bench_scratch(state), *path = real_project();
    char made[PATH_MAX], cache[PATH_MAX];
    struct whet_scan_options o = {
        .jobs = way->jobs, .flags = way->flags, .cache = way->cache, .cache_dir = cache};
    struct answer answer = {0};

    if (scratch == NULL)
        return;
    snprintf(cache, sizeof(cache), "%s/scan-cache", scratch);
    if (path == NULL) {
        path = made;
        if (project_need(state, scratch, (size_t)whet_bench_value(state, "files"), made,
                         sizeof(made)) != 0)
            return;
    }
    /* Untimed: fills the cache where one is used, and the page cache anyway. */
    if (scan_once(state, path, &o, &answer) != 0)
        return;
    WHET_BENCH_LOOP_PLAIN(state)
    {
        if (scan_once(state, path, &o, &answer) != 0)
            continue;
    }
    tell(state, way, &answer);
}

static void configure(struct whet_bench_config *config, const struct way *way)
{
    const char *files = getenv("WHET_BENCH_FILES");

    whet_bench_group(config, "scan");
    whet_bench_about(config, way->about);
    if (real_project() != NULL)
        return;
    if (files != NULL) {
        whet_bench_arg(config, "files", strtol(files, NULL, 10));
        return;
    }
    whet_bench_arg(config, "files", 50);
    whet_bench_arg(config, "files", 500);
}

#define WAY(name, which)                                                                       \
    static void name##_run(struct whet_bench_state *state)                                     \
    {                                                                                          \
        run(state, &ways[which]);                                                              \
    }                                                                                          \
    static void name##_configure(struct whet_bench_config *config)                             \
    {                                                                                          \
        configure(config, &ways[which]);                                                       \
    }

WAY(cached_content, CACHED_CONTENT)
WAY(cached_stat, CACHED_STAT)
WAY(lines, LINES)
WAY(list, LIST)
WAY(parallel, PARALLEL)
WAY(sequential, SEQUENTIAL)

static struct whet_bench_entry benchmarks[] = {
    {"scan_cached_content", cached_content_run, cached_content_configure, NULL},
    {"scan_cached_stat", cached_stat_run, cached_stat_configure, NULL},
    {"scan_lines", lines_run, lines_configure, NULL},
    {"scan_list", list_run, list_configure, NULL},
    {"scan_parallel", parallel_run, parallel_configure, NULL},
    {"scan_sequential", sequential_run, sequential_configure, NULL},
};

const struct whet_suite_entry whet__suite_scan = {
    "scan", "scanning a code base: sequential, parallel, cached", benchmarks,
    sizeof(benchmarks) / sizeof(benchmarks[0])};
