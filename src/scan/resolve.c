/* For each file that stat alone did not decide: read it, hash it, ask the cache for
 * an answer to that content, and only then analyse. */
#include "scan/state.h"

#include <errno.h>
#include <string.h>

#include "os/content.h"

#define BINARY_LOOK 8000 /* how far git looks for a NUL byte, too */

static void item_skip(struct whet_scan_item *item, enum whet_scan_reason reason, int error)
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
    struct whet_disk_cache *cache = whet__scan_cache(scan, w);
    struct whet_summary_record summary;

    if (cache == NULL || !whet__disk_cache_get(cache, WHET_SCAN_SPACE_RECORD, key, &w->row))
        return 0;
    if (whet__record_unpack(w->row.data, w->row.len, &summary,
                            scan->want_functions ? &functions : NULL, &w->keep) != 0)
        return 0;
    whet__scan_accept(item, hash, &summary, functions);
    item->file.flags |= WHET_SCAN_FILE_CACHED;
    item_changed(item);
    return 1;
}

static int syntax_run(struct whet_scan_worker *w, const struct whet_grammar *grammar,
                      size_t len, struct whet_summary_record *s)
{
    const struct whet_scan_function *functions;
    unsigned flags = 0;
    int rc = w->syntax == NULL ? whet__syntax_new(&w->syntax) : 0;

    if (rc == 0)
        rc = whet__syntax_analyse(w->syntax, grammar, w->data, len, &w->functions, &w->names,
                                  &flags);
    if (rc != 0)
        return rc;
    functions = w->functions.items;
    s->function_count = (uint32_t)w->functions.len;
    for (uint32_t i = 0; i < s->function_count; i++) {
        s->complexity += functions[i].complexity;
        if (functions[i].complexity > s->complexity_max)
            s->complexity_max = functions[i].complexity;
    }
    if (flags & WHET_SYNTAX_ERRORS)
        s->flags |= WHET_SCAN_FILE_SYNTAX_ERRORS;
    if (flags & WHET_SYNTAX_STOPPED)
        s->flags |= WHET_SCAN_FILE_PARSE_STOPPED;
    return 0;
}

/* Leaves the file's functions in w->functions. */
static int analyse(struct whet_scan *scan, struct whet_scan_worker *w,
                   const struct whet_scan_item *item, size_t len, struct whet_summary_record *s)
{
    struct whet_line_counts lines;

    memset(s, 0, sizeof(*s));
    if (memchr(w->data, '\0', len < BINARY_LOOK ? len : BINARY_LOOK) != NULL) {
        s->verdict = WHET_VERDICT_BINARY;
        return 0;
    }
    s->language = whet__language_of_content(item->guess, item->entry->name,
                                            item->entry->name_len, w->data, len);
    if (s->language == NULL) {
        s->verdict = WHET_VERDICT_NO_LANGUAGE;
        return 0;
    }
    whet__lines_count(s->language->lines, w->data, len, &lines);
    s->code = lines.code;
    s->comment = lines.comment;
    s->blank = lines.blank;
    if (scan->lines_only || s->language->grammar == NULL)
        return 0;
    return syntax_run(w, s->language->grammar, len, s);
}

/* The functions of the file in hand, copied for the answer. */
static const struct whet_scan_function *functions_keep(struct whet_scan_worker *w)
{
    size_t count = w->functions.len;
    struct whet_scan_function *list = whet__arena_zalloc(&w->keep, count, sizeof(*list));

    for (size_t i = 0; i < count && list != NULL; i++) {
        list[i] = *(const struct whet_scan_function *)whet__vec_at(&w->functions, i);
        list[i].name = whet__arena_strndup(&w->keep, list[i].name, strlen(list[i].name));
        if (list[i].name == NULL)
            list = NULL;
    }
    return list;
}

static void resolve_analyse(struct whet_scan *scan, struct whet_scan_worker *w,
                            struct whet_scan_item *item, size_t len,
                            const struct whet_hash128 *hash, const struct whet_hash128 *key)
{
    const struct whet_scan_function *functions = NULL;
    struct whet_summary_record summary;
    int rc;

    w->functions.len = 0;
    whet__arena_reset(&w->names);
    rc = analyse(scan, w, item, len, &summary);
    if (rc == 0 && scan->want_functions && summary.function_count != 0) {
        functions = functions_keep(w);
        rc = functions == NULL ? -ENOMEM : 0;
    }
    if (rc != 0) {
        w->error = rc;
        return;
    }
    whet__scan_accept(item, hash, &summary, functions);
    if (!scan->cached)
        return;
    item_changed(item);
    whet__text_reset(&w->row);
    whet__record_pack(&summary, w->functions.items, &w->row);
    whet__scan_batch_add(scan, w, WHET_SCAN_SPACE_RECORD, key, &w->row);
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
        item_skip(item, rc == -EFBIG ? WHET_SCAN_SKIP_SIZE : WHET_SCAN_SKIP_ERROR,
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
