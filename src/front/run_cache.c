/* The cache of `whet run`. Opened only when it is asked for: a command that declares
 * nothing must not be answered from yesterday by surprise. */
#include "front/run_cache.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/environ.h"
#include "os/path.h"

#define PATH_BYTES   ((size_t)1 << 16)
#define WHY_BYTES    ((size_t)1 << 20)
#define MEMORY_BYTES ((uint64_t)64 << 20)
#define DISK_BYTES   ((uint64_t)5 << 30)
#define REMOTE_NS    UINT64_C(250000000) /* worth waiting for instead of a command */

/* What nearly every program's answer depends on, and what finds the programs. */
static const char *const usual[] = {
    "LANG",        "LANGUAGE",   "LC_ALL",  "LC_COLLATE", "LC_CTYPE",          "LC_MESSAGES",
    "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "PATH",       "SOURCE_DATE_EPOCH", "TZ"};

enum { USUAL = sizeof(usual) / sizeof(usual[0]) };

static int names_make(struct whet_run_cache *c, const struct whet_run_request *r,
                      struct whet_error *err)
{
    size_t more = r->pass != NULL ? r->pass->len : 0;

    c->names = whet__mem_zalloc(USUAL + more + 1, sizeof(*c->names));
    if (c->names == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '--pass'");
    memcpy(c->names, usual, sizeof(usual));
    for (size_t i = 0; i < more; i++) {
        const char *name = ((const char *const *)r->pass->items)[i];

        if (name[0] == '\0' || strchr(name, '=') != NULL)
            return whet_error_set(err, -EINVAL,
                                  "wrong value for --pass: '%.200s': the name of a variable is "
                                  "expected",
                                  name);
        c->names[USUAL + i] = name;
    }
    return 0;
}

static int is_passed(const struct whet_run_request *r, const char *variable)
{
    size_t len = strcspn(variable, "=");

    for (size_t i = 0; i < USUAL; i++)
        if (strlen(usual[i]) == len && strncmp(usual[i], variable, len) == 0)
            return 1;
    for (size_t i = 0; r->pass != NULL && i < r->pass->len; i++) {
        const char *name = ((const char *const *)r->pass->items)[i];

        if (strlen(name) == len && strncmp(name, variable, len) == 0)
            return 1;
    }
    return 0;
}

const char *const *whet__run_cache_environment(struct whet_arena *arena,
                                               const struct whet_run_request *r)
{
    const char *const *ours = whet__environ();
    size_t count = 0;
    const char **kept;

    while (ours[count] != NULL)
        count++;
    kept = whet__arena_zalloc(arena, count + 1, sizeof(*kept));
    if (kept == NULL)
        return NULL;
    for (count = 0; *ours != NULL; ours++)
        if (is_passed(r, *ours))
            kept[count++] = *ours;
    return kept;
}

static int path_make(struct whet_run_cache *c, const struct whet_run_request *r,
                     struct whet_error *err)
{
    int rc = 0;

    if (r->cache_dir != NULL)
        whet__text_printf(&c->path, "%s/run.db", r->cache_dir);
    else if ((rc = whet__path_cache_home(&c->path)) == 0)
        whet__text_puts(&c->path, "/whet/run.db");
    if (rc == 0)
        rc = whet__text_error(&c->path);
    return rc == 0 ? 0
                   : whet_error_set(err, rc, "no place for a cache: name one by --cache-dir");
}

/* The executor asks at once, and is told by the hooks of the watch. */
static void on_explain(void *ctx, const struct whet_run_job *job, int hit, const char *why)
{
    struct whet_run_cache *c = ctx;

    (void)job;
    whet__text_reset(&c->why);
    whet__text_printf(&c->why, "%s: %s", hit ? "cached" : "to be run", why);
}

static int results_open(struct whet_run_cache *c, const struct whet_run_request *r, int write)
{
    const struct whet_results_options options = {
        .cache = c->cache,
        .setting = {.here = whet__text_str(&c->here),
                    .names = c->names,
                    .strict = r->strict,
                    .anywhere = r->anywhere},
        .failures = r->cache_failures,
        .force = r->force,
        .write = write,
        .fit = {.cache_bytes = r->cache_size != 0 ? r->cache_size : DISK_BYTES,
                .path = whet__text_str(&c->path),
                .remote = r->remote != NULL},
        .explain = r->explain || r->dry_run ? on_explain : NULL,
        .ctx = c};

    return whet__results_open(&c->results, &options);
}

static int open_all(struct whet_run_cache *c, const struct whet_run_request *r, int write,
                    struct whet_error *err)
{
    struct whet_cache_options options = {.memory_bytes = MEMORY_BYTES,
                                         .packed_bytes = WHET_CACHE_NONE,
                                         .disk_bytes =
                                             r->cache_size != 0 ? r->cache_size : DISK_BYTES,
                                         .remote = r->remote,
                                         .remote_timeout_ns = REMOTE_NS,
                                         .client = "run",
                                         .shards = 1,
                                         .flags = write ? 0 : WHET_CACHE_READ_ONLY,
                                         .sample_keys = UINT32_MAX};
    int rc = names_make(c, r, err);

    if (rc == 0)
        rc = path_make(c, r, err);
    if (rc != 0)
        return rc;
    rc = whet__path_real(".", &c->here);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot find out the working folder: %s", strerror(-rc));
    /* What is not there is an empty cache for who only looks. */
    if (write || access(whet__text_str(&c->path), F_OK) == 0 || errno != ENOENT)
        options.path = whet__text_str(&c->path);
    else
        options.disk_bytes = 0;
    rc = whet_cache_new(&c->cache, &options, err);
    if (rc == 0 && results_open(c, r, write) != 0)
        rc = whet_error_set(err, -ENOMEM, "out of memory: '--cache'");
    return rc;
}

int whet__run_cache_open(struct whet_run_cache *c, const struct whet_run_request *r, int write,
                         struct whet_error *err)
{
    int rc = 0;

    memset(c, 0, sizeof(*c));
    whet__text_init(&c->here, PATH_BYTES);
    whet__text_init(&c->path, PATH_BYTES);
    whet__text_init(&c->why, WHY_BYTES);
    c->explain = r->explain;
    if (r->cache)
        rc = open_all(c, r, write, err);
    if (rc != 0)
        whet__run_cache_close(c, NULL, 0);
    return rc;
}

void whet__run_cache_close(struct whet_run_cache *c, char *note, size_t size)
{
    char own[WHET_RUN_CACHE_NOTE] = "", *to = note != NULL ? note : own;

    to[0] = '\0';
    whet__results_close(c->results);
    /* What is written last may be what meets the damage. */
    if (c->cache != NULL)
        whet_cache_sync(c->cache);
    if (c->cache != NULL &&
        whet_cache_note(c->cache, to, note != NULL ? size : sizeof(own)) != NULL &&
        note == NULL)
        whet__log(WHET_LOG_WARNING, "cache: %s", own);
    whet_cache_free(c->cache);
    whet__text_clear(&c->here);
    whet__text_clear(&c->path);
    whet__text_clear(&c->why);
    whet__mem_free(c->names);
    memset(c, 0, sizeof(*c));
}
