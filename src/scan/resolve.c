/* For each file that stat alone did not decide: read it, hash it, ask the cache for
 * an answer to that content, and only then analyse. */
#include "scan/state.h"

#include <errno.h>
#include <string.h>

#include "os/content.h"

void whet__scan_item_skip(struct whet_scan_item *item, enum whet_scan_reason reason, int error)
{
    item->state = WHET_ITEM_SKIPPED;
    item->reason = reason;
    item->error = error;
}

static void item_changed(struct whet_scan_item *item)
{
    atomic_store_explicit(&item->dir->changed, 1, memory_order_relaxed);
}

/* Whether the row that the cache has would say the same again. */
static int row_still_true(const struct whet_scan *scan, const struct whet_scan_item *item)
{
    if (!item->has_stat)
        return 1;
    return whet__index_same_stat(&item->known->stat, &item->stat) &&
           item->known->settled == whet__content_settled(&item->stat, scan->started_ns);
}

static int resolve_known(struct whet_scan *scan, struct whet_scan_worker *w,
                         struct whet_scan_item *item, const struct whet_hash128 *hash)
{
    const struct whet_index_entry *known = item->known;

    if (known == NULL || memcmp(hash, &known->hash, sizeof(*hash)) != 0)
        return 0;
    if (!whet__scan_apply(scan, w, item, hash, &known->summary))
        return 0;
    if (!row_still_true(scan, item))
        item_changed(item);
    return 1;
}

static int resolve_record(struct whet_scan *scan, struct whet_scan_worker *w,
                          struct whet_scan_item *item, const struct whet_hash128 *hash,
                          const struct whet_hash128 *key)
{
    const struct whet_scan_function *functions = NULL;
    struct whet_summary_record summary;

    if (!whet__scan_record_recall(scan, w, key, &summary,
                                  scan->want_functions ? &functions : NULL))
        return 0;
    whet__scan_accept(item, hash, &summary, functions);
    item->file.flags |= WHET_SCAN_FILE_CACHED;
    item_changed(item);
    return 1;
}

/* The functions of the file in hand, copied for the answer. */
static const struct whet_scan_function *functions_keep(struct whet_scan_worker *w)
{
    size_t count = w->analyst.functions.len;
    struct whet_scan_function *list = whet__arena_zalloc(&w->keep, count, sizeof(*list));

    for (size_t i = 0; i < count && list != NULL; i++) {
        list[i] = *(const struct whet_scan_function *)whet__vec_at(&w->analyst.functions, i);
        list[i].name = whet__arena_strndup(&w->keep, list[i].name, strlen(list[i].name));
        if (list[i].name == NULL)
            list = NULL;
    }
    return list;
}

void whet__scan_learn(struct whet_scan *scan, struct whet_scan_worker *w,
                      struct whet_scan_item *item, const struct whet_hash128 *hash,
                      const struct whet_hash128 *key, const struct whet_summary_record *summary,
                      const struct whet_scan_function *functions)
{
    whet__scan_accept(item, hash, summary, functions);
    if (!scan->cached)
        return;
    item_changed(item);
    whet__scan_remember(scan, w, WHET_SCAN_SPACE_RECORD, key, &w->row);
}

static int analyse_here(struct whet_scan *scan, struct whet_scan_worker *w,
                        struct whet_scan_item *item, const struct whet_content *content,
                        const struct whet_hash128 *hash, const struct whet_hash128 *key)
{
    const struct whet_scan_function *functions = NULL;
    struct whet_summary_record summary;
    int rc = whet__analyst_run(&w->analyst, content, &summary);

    if (rc != 0)
        return rc;
    if (scan->want_functions && summary.function_count != 0) {
        functions = functions_keep(w);
        if (functions == NULL)
            return -ENOMEM;
    }
    whet__text_reset(&w->row);
    if (scan->cached)
        whet__record_pack(&summary, w->analyst.functions.items, &w->row);
    whet__scan_learn(scan, w, item, hash, key, &summary, functions);
    return 0;
}

static void resolve_analyse(struct whet_scan *scan, struct whet_scan_worker *w,
                            struct whet_scan_item *item, size_t len,
                            const struct whet_hash128 *hash, const struct whet_hash128 *key)
{
    const struct whet_content content = {.guess = item->guess,
                                         .name = item->entry->name,
                                         .name_len = item->entry->name_len,
                                         .data = w->data,
                                         .len = len,
                                         .lines_only = scan->lines_only};
    int rc = scan->options.isolate != NULL
                 ? whet__scan_isolate_submit(scan, w, item, &content, hash, key)
                 : analyse_here(scan, w, item, &content, hash, key);

    if (rc != 0)
        w->error = rc;
}

void whet__scan_resolve(struct whet_scan *scan, struct whet_scan_worker *w,
                        struct whet_scan_item *item)
{
    struct whet_hash128 hash = {{0}};
    struct whet_hash128 key = {{0}};
    size_t len = 0;
    int rc = whet__scan_read(scan, w, item, &len);

    if (rc == -ENOMEM) {
        w->error = rc;
        return;
    }
    if (rc == 0 || rc == -EFBIG)
        item->file.bytes = len;
    if (rc != 0) {
        whet__scan_item_skip(item, rc == -EFBIG ? WHET_SCAN_SKIP_SIZE : WHET_SCAN_SKIP_ERROR,
                             rc == -EFBIG ? 0 : rc);
        return;
    }
    if (scan->cached) {
        hash = whet__hash128(w->data, len);
        if (resolve_known(scan, w, item, &hash))
            return;
        key = whet__scan_record_key(scan, &hash, item);
        if (resolve_record(scan, w, item, &hash, &key))
            return;
    }
    resolve_analyse(scan, w, item, len, &hash, &key);
}
