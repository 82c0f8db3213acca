/* The scan's way to the cache: records by content, which any machine may use, and rows by
 * folder, which are of this one. Expected load: a get per folder, a put per folder that
 * changed; where functions are wanted or the tree is new, a get and a put per file as well.
 *
 * All threads share one cache. With a server there is a second one on the same file that does
 * not know of it, so that a folder's row costs no round trip to somebody who cannot have it. */
#include "scan/state.h"

#include <errno.h>
#include <string.h>

#include "os/path.h"

#define CLIENT            "scan"
#define CACHE_MAX_DEFAULT ((uint64_t)1 << 30)
#define NOTE_BYTES        1024

/* To analyse a file takes milliseconds, and nobody sits and waits for one alone. */
#define REMOTE_WAIT_NS UINT64_C(250000000)

/* The space, and the key in it. */
#define KEY_BYTES (1 + sizeof(((struct whet_hash128 *)NULL)->bytes))

int whet__scan_cache_path(struct whet_scan *scan)
{
    struct whet_text *path = &scan->cache_path;

    if (scan->options.cache_dir != NULL)
        whet__text_puts(path, scan->options.cache_dir);
    else if (whet__path_cache_home(path) == 0)
        whet__text_puts(path, "/whet");
    else if (whet__text_error(path) == 0)
        return 0; /* there is no home, and no file then */
    whet__text_puts(path, "/scan.db");
    return whet__text_error(path);
}

static int open_one(struct whet_scan *scan, const char *path, const char *remote,
                    struct whet_cache **out, struct whet_error *err)
{
    struct whet_cache_options o = {
        .memory_bytes = WHET_CACHE_NONE,
        .packed_bytes = WHET_CACHE_NONE,
        .disk_bytes = path != NULL ? scan->options.cache_max_bytes : WHET_CACHE_NONE,
        .path = path,
        .remote = remote,
        .client = CLIENT,
        .remote_timeout_ns = REMOTE_WAIT_NS,
        .sample_keys = UINT32_MAX,
    };

    if (path != NULL && o.disk_bytes == 0)
        o.disk_bytes = CACHE_MAX_DEFAULT;
    if (path != NULL && o.disk_bytes == WHET_CACHE_NONE)
        o.disk_bytes--;
    return whet_cache_new(out, &o, err);
}

int whet__scan_cache_open(struct whet_scan *scan, struct whet_error *err)
{
    const char *path = scan->cache_path.len != 0 ? whet__text_str(&scan->cache_path) : NULL;
    const char *remote = scan->options.remote;
    int rc = 0;

    if (!scan->cached || (path == NULL && remote == NULL)) {
        scan->cached = 0;
        return 0;
    }
    rc = open_one(scan, path, remote, &scan->records, err);
    if (rc == 0 && remote == NULL)
        scan->rows = scan->records;
    else if (rc == 0 && path != NULL)
        rc = open_one(scan, path, NULL, &scan->rows, err);
    return rc;
}

void whet__scan_cache_close(struct whet_scan *scan)
{
    if (scan->rows != scan->records)
        whet_cache_free(scan->rows);
    whet_cache_free(scan->records);
    scan->rows = scan->records = NULL;
}

static struct whet_cache *cache_of(const struct whet_scan *scan, enum whet_scan_space space)
{
    return space == WHET_SCAN_SPACE_INDEX ? scan->rows : scan->records;
}

static void key_fill(unsigned char bytes[KEY_BYTES], enum whet_scan_space space,
                     const struct whet_hash128 *key)
{
    bytes[0] = (unsigned char)space;
    memcpy(bytes + 1, key->bytes, sizeof(key->bytes));
}

int whet__scan_recall(struct whet_scan *scan, enum whet_scan_space space,
                      const struct whet_hash128 *key, struct whet_cache_value *out)
{
    struct whet_cache *cache = cache_of(scan, space);
    unsigned char bytes[KEY_BYTES];

    if (cache == NULL)
        return 0;
    key_fill(bytes, space, key);
    return whet_cache_get(cache, bytes, sizeof(bytes), out) == 1;
}

void whet__scan_remember(struct whet_scan *scan, struct whet_scan_worker *w,
                         enum whet_scan_space space, const struct whet_hash128 *key,
                         const struct whet_text *value)
{
    struct whet_cache *cache = cache_of(scan, space);
    unsigned char bytes[KEY_BYTES];
    int rc = whet__text_error(value);

    if (cache == NULL || rc != 0)
        return;
    key_fill(bytes, space, key);
    rc = whet_cache_put(cache, bytes, sizeof(bytes), whet__text_str(value), value->len, NULL);
    if (rc == -ENOMEM)
        w->error = rc; /* what else can go wrong makes the next scan slower */
    atomic_store_explicit(&scan->learnt, 1, memory_order_relaxed);
}

int whet__scan_record_recall(struct whet_scan *scan, struct whet_scan_worker *w,
                             const struct whet_hash128 *key, struct whet_summary_record *out,
                             const struct whet_scan_function **functions)
{
    struct whet_cache_value value;
    int rc;

    if (!whet__scan_recall(scan, WHET_SCAN_SPACE_RECORD, key, &value))
        return 0;
    rc = whet__record_unpack(value.data, value.len, out, functions, &w->keep);
    whet_cache_value_clear(&value);
    return rc == 0;
}

static int note_one(struct whet_scan *scan, struct whet_cache *cache)
{
    char text[NOTE_BYTES];
    const char *note = cache != NULL ? whet_cache_note(cache, text, sizeof(text)) : NULL;

    if (note != NULL)
        whet__scan_note(scan, "%s", note);
    return note != NULL;
}

void whet__scan_cache_settle(struct whet_scan *scan)
{
    if (atomic_load(&scan->learnt)) {
        whet_cache_sync(scan->records);
        if (scan->rows != NULL && scan->rows != scan->records)
            whet_cache_sync(scan->rows);
    }
    if (scan->records != NULL && !note_one(scan, scan->records) && scan->rows != scan->records)
        (void)note_one(scan, scan->rows);
}
