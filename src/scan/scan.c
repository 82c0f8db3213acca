/* The scan from end to end: walk, look at what the cache knows, read and analyse the
 * rest with the largest files first, remember, answer. */
#include "scan/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyser_version.h" /* made by the build from the analyser's sources */
#include "base/mem.h"
#include "os/clock.h"
#include "os/file.h"

#define JOBS_MAX         1024
#define MAX_FILE_DEFAULT ((uint64_t)10 << 20)
#define PROGRESS_NS      ((uint64_t)100000000)

const char *whet_scan_analyser_version(void)
{
    return WHET_ANALYSER_VERSION;
}

static void progress_tell(void *ctx)
{
    struct whet_scan *scan = ctx;
    struct whet_scan_progress now;
    uint64_t time_ns = whet__clock_now_ns();

    if (scan->options.progress == NULL || time_ns - scan->progress_ns < PROGRESS_NS)
        return;
    scan->progress_ns = time_ns;
    now.files_found = atomic_load(&scan->files_found);
    now.files_done = atomic_load(&scan->files_done);
    now.bytes_done = atomic_load(&scan->bytes_done);
    now.walking = atomic_load(&scan->walking);
    scan->options.progress(scan->options.ctx, &now);
}

static int walk_stop(void *ctx)
{
    return whet__scan_stopped(ctx);
}

/* PATH is one file: a walk of one, as if its folder held nothing else. */
static int single_file(struct whet_scan *scan, const char *path, struct whet_error *err)
{
    char *slash = strrchr(scan->root.data, '/');
    struct whet_walk_entry *entry;
    struct whet_walk_dir *dir;

    dir = whet__arena_zalloc(&scan->single, 1, sizeof(*dir));
    entry = whet__arena_zalloc(&scan->single, 1, sizeof(*entry));
    if (dir == NULL || entry == NULL)
        return -ENOMEM;
    entry->name_len = (uint32_t)strlen(slash + 1);
    entry->name = whet__arena_strndup(&scan->single, slash + 1, entry->name_len);
    if (entry->name == NULL)
        return -ENOMEM;
    entry->kind = WHET_WALK_FILE;
    dir->name = "";
    dir->entries = entry;
    dir->entry_count = 1;
    whet__text_truncate(&scan->root, (size_t)(slash - scan->root.data));
    scan->root_fd =
        open(scan->root.len != 0 ? scan->root.data : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (scan->root_fd < 0)
        return whet_error_set(err, -errno, "cannot open the folder of a file: '%s': %s", path,
                              strerror(errno));
    scan->tree = dir;
    scan->single_file = 1;
    whet__scan_gather(scan, dir, scan->root_fd, &scan->single, 0);
    return 0;
}

static int whole_folder(struct whet_scan *scan, const char *path, struct whet_error *err)
{
    struct whet_walk_options options = {
        .flags = scan->options.flags,
        .hook = whet__scan_gather,
        .stop = walk_stop,
        .ctx = scan,
    };
    int rc;

    scan->root_fd = open(scan->root.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (scan->root_fd < 0)
        return whet_error_set(err, -errno, "cannot open: '%s': %s", path, strerror(errno));
    atomic_store(&scan->walking, 1);
    rc = whet__walk_run(&scan->walk, scan->root.data, &options, scan->pool, progress_tell, err);
    atomic_store(&scan->walking, 0);
    if (rc != 0)
        return rc;
    scan->tree = whet__walk_root(scan->walk);
    if (scan->tree->error != 0 && scan->tree->error != -ECANCELED)
        return whet_error_set(err, scan->tree->error, "cannot list: '%s': %s", path,
                              strerror(-scan->tree->error));
    if (scan->totals.shards == 0) /* else they are counted as the answer is made */
        scan->totals.directories = whet__walk_dir_count(scan->walk);
    return 0;
}

/* Finds out what PATH is and gathers what is below it. */
static int walk(struct whet_scan *scan, const char *path, struct whet_error *err)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return whet_error_set(err, -errno, "cannot open: '%s': %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return whole_folder(scan, path, err);
    if (S_ISREG(st.st_mode))
        return single_file(scan, path, err);
    return whet_error_set(err, -EINVAL, "neither a file nor a folder: '%s'", path);
}

/* All open items, larger classes of size (powers of two) first: the last file to
 * finish decides the time, so it had better be a small one. */
static int open_items_sort(struct whet_scan *scan, size_t *count)
{
    size_t starts[WHET_SCAN_SIZE_CLASSES + 1] = {0};
    struct whet_scan_item **list;
    size_t total = 0;

    for (unsigned j = 0; j < scan->totals.jobs; j++) {
        struct whet_scan_item *const *items = scan->workers[j].open_items.items;

        total += scan->workers[j].open_items.len;
        for (size_t i = 0; i < scan->workers[j].open_items.len; i++)
            starts[WHET_SCAN_SIZE_CLASSES - whet__scan_size_class(items[i]->file.bytes)]++;
    }
    list = whet__mem_zalloc(total, sizeof(struct whet_scan_item *));
    if (list == NULL)
        return -ENOMEM;
    for (size_t class = 1; class <= WHET_SCAN_SIZE_CLASSES; class ++)
        starts[class] += starts[class - 1];
    for (unsigned j = 0; j < scan->totals.jobs; j++) {
        struct whet_scan_item *const *items = scan->workers[j].open_items.items;

        for (size_t i = 0; i < scan->workers[j].open_items.len; i++)
            list[starts[WHET_SCAN_SIZE_CLASSES - 1 -
                        whet__scan_size_class(items[i]->file.bytes)]++] = items[i];
    }
    scan->open_items = list;
    *count = total;
    return 0;
}

static int resolve_one(void *ctx, size_t index, unsigned worker)
{
    struct whet_scan *scan = ctx;
    struct whet_scan_worker *w = &scan->workers[worker];
    struct whet_scan_item *item = scan->open_items[index];

    if (w->error != 0 || whet__scan_stopped(scan))
        return 0;
    whet__scan_resolve(scan, w, item);
    atomic_fetch_add_explicit(&scan->files_done, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&scan->bytes_done, item->file.bytes, memory_order_relaxed);
    return 0;
}

static int resolve(struct whet_scan *scan)
{
    const struct whet_loop_options loop = {.tick = progress_tell, .ctx = scan};
    size_t count;
    int rc = open_items_sort(scan, &count);

    if (rc != 0)
        return rc;
    atomic_fetch_add(&scan->files_done, atomic_load(&scan->files_found) - count);
    rc = whet_pool_for(scan->pool, count, resolve_one, scan, &loop);
    whet__scan_isolate_finish(scan);
    return rc;
}

static int workers_error(const struct whet_scan *scan)
{
    for (unsigned i = 0; i < scan->totals.jobs; i++) {
        if (scan->workers[i].error != 0)
            return scan->workers[i].error;
    }
    return 0;
}

/* A file that the caller named and that cannot be read is an error, not a skipped one. */
static int single_check(const struct whet_scan *scan, const char *path, struct whet_error *err)
{
    const struct whet_scan_skip *skip = whet_scan_skip(scan, 0);

    if (!scan->single_file || skip == NULL || skip->reason != WHET_SCAN_SKIP_ERROR)
        return 0;
    return whet_error_set(err, skip->error, "cannot open: '%s': %s", path,
                          strerror(-skip->error));
}

static int run(struct whet_scan *scan, const char *path, struct whet_error *err)
{
    uint64_t start_ns = whet__clock_now_ns();
    int rc = walk(scan, path, err);

    if (rc == 0)
        rc = workers_error(scan);
    if (rc == 0)
        rc = resolve(scan);
    if (rc == 0)
        rc = workers_error(scan);
    if (rc != 0)
        return rc;
    whet__scan_keep(scan);
    whet__scan_cache_settle(scan);
    rc = workers_error(scan);
    if (rc == 0)
        rc = whet__scan_answer(scan);
    scan->totals.elapsed_ns = whet__clock_now_ns() - start_ns;
    return rc == 0 ? single_check(scan, path, err) : rc;
}

/* Which cache mode is in force, and where its file is. */
static int cache_choose(struct whet_scan *scan, const char *path)
{
    const struct whet_scan_options *o = &scan->options;
    int network = 0;

    scan->totals.cache = o->cache;
    if (scan->list_only)
        scan->totals.cache = WHET_SCAN_CACHE_OFF;
    if (scan->totals.cache == WHET_SCAN_CACHE_AUTO) {
        scan->totals.cache = WHET_SCAN_CACHE_STAT;
        if (whet__file_is_network(path, &network) != 0 || network)
            scan->totals.cache = WHET_SCAN_CACHE_CONTENT;
    }
    scan->cached = scan->totals.cache != WHET_SCAN_CACHE_OFF;
    return scan->cached ? whet__scan_cache_path(scan) : 0;
}

static int options_take(struct whet_scan *scan, const struct whet_scan_options *options,
                        struct whet_error *err)
{
    struct whet_scan_options *o = &scan->options;

    if (options != NULL)
        *o = *options;
    if (o->jobs > JOBS_MAX)
        return whet_error_set(err, -EINVAL, "too many jobs: '%u': at most %d", o->jobs,
                              JOBS_MAX);
    if (o->cache < WHET_SCAN_CACHE_AUTO || o->cache > WHET_SCAN_CACHE_CONTENT)
        return whet_error_set(err, -EINVAL, "unknown cache mode: '%d'", (int)o->cache);
    if (o->shards != 0 ? o->shard < 1 || o->shard > o->shards : o->shard != 0)
        return whet_error_set(err, -EINVAL, "no such shard: '%u/%u': from 1/%u to %u/%u",
                              o->shard, o->shards, o->shards, o->shards, o->shards);
    scan->totals.flags = o->flags;
    scan->totals.shard = o->shard;
    scan->totals.shards = o->shards;
    if (o->jobs == 0)
        o->jobs = whet_pool_cores();
    if (o->max_file_bytes == 0)
        o->max_file_bytes = MAX_FILE_DEFAULT;
    scan->lines_only = (o->flags & WHET_SCAN_LINES_ONLY) != 0;
    scan->list_only = (o->flags & WHET_SCAN_LIST_ONLY) != 0;
    scan->want_functions = (o->flags & WHET_SCAN_FUNCTIONS) != 0 && !scan->lines_only;
    scan->context = whet__hash64(WHET_ANALYSER_VERSION, strlen(WHET_ANALYSER_VERSION)) ^
                    (uint64_t)scan->lines_only;
    return 0;
}

static int root_resolve(struct whet_scan *scan, const char *path, struct whet_error *err)
{
    char *real = realpath(path, NULL);

    if (real == NULL)
        return whet_error_set(err, -errno, "cannot open: '%s': %s", path, strerror(errno));
    whet__text_puts(&scan->root, real);
    free(real);
    return whet__text_error(&scan->root);
}

static int prepare(struct whet_scan *scan, const char *path,
                   const struct whet_scan_options *options, struct whet_error *err)
{
    struct whet_pool_options pool = {0};
    int rc = options_take(scan, options, err);

    pool.workers = scan->options.jobs;
    scan->given = whet__arena_strndup(&scan->strings, path, strlen(path));
    if (rc == 0 && scan->given == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = root_resolve(scan, path, err);
    if (rc == 0)
        rc = cache_choose(scan, path);
    if (rc == 0)
        rc = whet__scan_cache_open(scan, err);
    if (rc == 0)
        rc = whet__scan_workers_new(scan, scan->options.jobs);
    if (rc == 0)
        rc = whet_pool_new(&scan->pool, &pool);
    return rc;
}

struct whet_scan *whet__scan_new(void)
{
    struct whet_scan *scan = whet__mem_zalloc(1, sizeof(*scan));

    if (scan == NULL)
        return NULL;
    scan->root_fd = -1;
    scan->started_ns = whet__clock_wall_ns();
    whet__text_init(&scan->root, SIZE_MAX / 2);
    whet__text_init(&scan->cache_path, (size_t)1 << 20);
    whet__arena_init(&scan->single, (size_t)64 << 20);
    whet__arena_init(&scan->strings, SIZE_MAX / 2);
    whet__vec_init(&scan->files, sizeof(struct whet_scan_file *), UINT32_MAX);
    whet__vec_init(&scan->skips, sizeof(struct whet_scan_skip), UINT32_MAX);
    whet__vec_init(&scan->languages, sizeof(struct whet_scan_language), UINT32_MAX);
    whet__vec_init(&scan->notes, sizeof(char *), 1000);
    return scan;
}

int whet_scan_run(struct whet_scan **out, const char *path,
                  const struct whet_scan_options *options, struct whet_error *err)
{
    struct whet_scan *scan = whet__scan_new();
    int rc;

    if (scan == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    whet_error_set(err, 0, "%s", "");
    rc = prepare(scan, path, options, err);
    if (rc == 0)
        rc = run(scan, path, err);
    if (rc != 0) {
        if (err != NULL && err->code == 0)
            whet_error_set(err, rc, "cannot scan: '%s': %s", path, strerror(-rc));
        whet_scan_free(scan);
        return rc;
    }
    *out = scan;
    return 0;
}

void whet_scan_free(struct whet_scan *scan)
{
    if (scan == NULL)
        return;
    whet_pool_free(scan->pool);
    whet__scan_workers_free(scan);
    whet__scan_cache_close(scan);
    whet__walk_free(scan->walk);
    if (scan->root_fd >= 0)
        close(scan->root_fd);
    whet__text_clear(&scan->root);
    whet__text_clear(&scan->cache_path);
    whet__arena_clear(&scan->single);
    whet__arena_clear(&scan->strings);
    whet__vec_clear(&scan->files);
    whet__vec_clear(&scan->skips);
    whet__vec_clear(&scan->languages);
    whet__vec_clear(&scan->notes);
    whet__mem_free(scan->open_items);
    whet__mem_free(scan);
}
