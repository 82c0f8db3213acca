/* In each folder of the walk: which files may be worth reading, how they look to
 * stat, and which of them the cache already answers. Runs once per folder, on all
 * threads; a warm scan that trusts stat ends here for nearly every file. */
#include "scan/state.h"

#include <errno.h>
#include <string.h>

#define KEY_ENDING_MAX 32 /* the last bytes of "b.min.js" in "a.b.min.js" */

static struct whet_hash128 index_key(struct whet_scan *scan, struct whet_scan_worker *w,
                                     const struct whet_walk_dir *dir)
{
    whet__text_reset(&w->path);
    whet__text_append(&w->path, whet__text_str(&scan->root), scan->root.len);
    if (dir->parent != NULL) {
        whet__text_putc(&w->path, '/');
        whet__walk_path(dir->parent, dir->name, &w->path);
    }
    return whet__hash128_seeded(whet__text_str(&w->path), w->path.len, scan->context);
}

/* Reads the folder's row; what is missing or damaged is as if it were empty. */
static void known_load(struct whet_scan *scan, struct whet_scan_worker *w,
                       struct whet_scan_dir *dir, struct whet_arena *arena)
{
    struct whet_cache_value value;
    size_t len;
    char *row;

    if (scan->rows == NULL)
        return;
    dir->key = index_key(scan, w, dir->walk);
    if (whet__text_error(&w->path) != 0) {
        w->error = whet__text_error(&w->path);
        return;
    }
    if (!whet__scan_recall(scan, WHET_SCAN_SPACE_INDEX, &dir->key, &value))
        return;
    len = value.len;
    row = whet__arena_strndup(arena, value.data, len);
    whet_cache_value_clear(&value);
    if (row == NULL ||
        whet__index_unpack(row, len, &dir->known, &dir->known_count, arena) != 0) {
        dir->known = NULL;
        dir->known_count = 0;
    }
}

/* The answer to a content depends on the name as well, where content alone leaves the
 * language open (a.h and a.c): on its guess, and on its endings. */
struct whet_hash128 whet__scan_record_key(const struct whet_scan *scan,
                                          const struct whet_hash128 *content,
                                          const struct whet_scan_item *item)
{
    unsigned char bytes[sizeof(content->bytes) + 2 + KEY_ENDING_MAX];
    const size_t fixed = sizeof(content->bytes) + 2;
    size_t index = item->guess != NULL ? whet__language_index(item->guess) + 1 : 0;
    const char *ending = strchr(item->entry->name, '.');
    size_t len = ending != NULL ? strlen(ending) : 0;

    memcpy(bytes, content->bytes, sizeof(content->bytes));
    bytes[fixed - 2] = (unsigned char)(index & 0xff);
    bytes[fixed - 1] = (unsigned char)(index >> 8);
    if (len > KEY_ENDING_MAX) {
        ending += len - KEY_ENDING_MAX;
        len = KEY_ENDING_MAX;
    }
    if (len != 0)
        memcpy(bytes + fixed, ending, len);
    return whet__hash128_seeded(bytes, fixed + len, scan->context);
}

void whet__scan_accept(struct whet_scan_item *item, const struct whet_hash128 *hash,
                       const struct whet_summary_record *s,
                       const struct whet_scan_function *functions)
{
    struct whet_scan_file *file = &item->file;

    item->hash = *hash;
    item->has_hash = 1;
    item->summary = *s;
    if (s->verdict != WHET_VERDICT_ANALYSED) {
        item->reason =
            s->verdict == WHET_VERDICT_BINARY ? WHET_SCAN_SKIP_BINARY : WHET_SCAN_SKIP_LANGUAGE;
        item->state = WHET_ITEM_SKIPPED;
        return;
    }
    file->language = s->language->name;
    file->code = s->code;
    file->comment = s->comment;
    file->blank = s->blank;
    file->lines = s->code + s->comment + s->blank;
    file->function_count = s->function_count;
    file->complexity = s->complexity;
    file->complexity_max = s->complexity_max;
    file->flags = s->flags;
    file->functions = functions;
    item->state = WHET_ITEM_DONE;
}

/* The functions of a content that is known otherwise. 1: they are there. */
static int functions_recall(struct whet_scan *scan, struct whet_scan_worker *w,
                            const struct whet_scan_item *item, const struct whet_hash128 *hash,
                            uint32_t count, const struct whet_scan_function **out)
{
    struct whet_hash128 key = whet__scan_record_key(scan, hash, item);
    struct whet_summary_record summary;

    return whet__scan_record_recall(scan, w, &key, &summary, out) &&
           summary.function_count == count;
}

int whet__scan_apply(struct whet_scan *scan, struct whet_scan_worker *w,
                     struct whet_scan_item *item, const struct whet_hash128 *hash,
                     const struct whet_summary_record *summary)
{
    const struct whet_scan_function *functions = NULL;

    if (scan->want_functions && summary->function_count != 0 &&
        !functions_recall(scan, w, item, hash, summary->function_count, &functions))
        return 0;
    whet__scan_accept(item, hash, summary, functions);
    item->file.flags |= WHET_SCAN_FILE_CACHED;
    return 1;
}

/* What stat alone decides. */
static void item_look(struct whet_scan *scan, struct whet_scan_worker *w, int dirfd,
                      struct whet_scan_item *item)
{
    const struct whet_index_entry *known = item->known;
    int rc;

    if (known != NULL && scan->totals.cache == WHET_SCAN_CACHE_CONTENT) {
        item->file.bytes = known->stat.size; /* a guess, to start with large files */
        return;
    }
    rc = whet__dir_stat(dirfd, item->entry->name, &item->stat);
    if (rc != 0) {
        item->state = WHET_ITEM_SKIPPED;
        item->reason = WHET_SCAN_SKIP_ERROR;
        item->error = rc;
        return;
    }
    item->has_stat = 1;
    item->file.bytes = item->stat.size;
    if (item->stat.size > scan->options.max_file_bytes) {
        item->state = WHET_ITEM_SKIPPED;
        item->reason = WHET_SCAN_SKIP_SIZE;
        return;
    }
    if (known != NULL && known->settled && whet__index_same_stat(&known->stat, &item->stat))
        whet__scan_apply(scan, w, item, &known->hash, &known->summary);
}

/* All that a listing says of a file. */
static void item_list(const struct whet_scan *scan, int dirfd, struct whet_scan_item *item)
{
    item->state = WHET_ITEM_DONE;
    item->file.language = item->guess != NULL ? item->guess->name : NULL;
    if ((scan->options.flags & WHET_SCAN_SIZES) == 0 ||
        whet__dir_stat(dirfd, item->entry->name, &item->stat) != 0)
        return;
    item->file.bytes = item->stat.size;
    if (item->stat.size > scan->options.max_file_bytes) {
        item->state = WHET_ITEM_SKIPPED;
        item->reason = WHET_SCAN_SKIP_SIZE;
    }
}

static void pointer_push(struct whet_scan_worker *w, struct whet_vec *list, void *pointer)
{
    void **slot = whet__vec_push(list);

    if (slot == NULL)
        w->error = -ENOMEM;
    else
        *slot = pointer;
}

/* Both lists are in byte order of names: one pass finds each file's entry. */
static const struct whet_index_entry *known_find(const struct whet_scan_dir *dir, size_t *at,
                                                 const struct whet_walk_entry *entry)
{
    while (*at < dir->known_count) {
        const struct whet_index_entry *k = &dir->known[*at];
        size_t len = k->name_len < entry->name_len ? k->name_len : entry->name_len;
        int order = memcmp(k->name, entry->name, len);

        if (order == 0 && k->name_len != entry->name_len)
            order = k->name_len < entry->name_len ? -1 : 1;
        if (order > 0)
            return NULL;
        (*at)++;
        if (order == 0)
            return k;
    }
    return NULL;
}

static int is_candidate(const struct whet_walk_entry *entry, const struct whet_language **guess)
{
    if (entry->kind != WHET_WALK_FILE)
        return 0;
    *guess = whet__language_of_name(entry->name, entry->name_len);
    return *guess != NULL || whet__language_may_have_interpreter(entry->name, entry->name_len);
}

static size_t candidates_count(const struct whet_walk_dir *walk)
{
    const struct whet_language *guess;
    size_t count = 0;

    for (size_t i = 0; i < walk->entry_count; i++)
        count += (size_t)is_candidate(&walk->entries[i], &guess);
    return count;
}

static void items_fill(struct whet_scan *scan, struct whet_scan_worker *w,
                       struct whet_scan_dir *dir, int dirfd)
{
    struct whet_walk_dir *walk = dir->walk;
    size_t known_at = 0;
    size_t matched = 0;

    for (size_t i = 0; i < walk->entry_count && !whet__scan_stopped(scan); i++) {
        struct whet_walk_entry *entry = &walk->entries[i];
        const struct whet_language *guess;
        struct whet_scan_item *item;

        if (!is_candidate(entry, &guess))
            continue;
        item = &dir->items[dir->item_count++];
        entry->user = item;
        item->dir = dir;
        item->entry = entry;
        item->guess = guess;
        if (scan->list_only) {
            item_list(scan, dirfd, item);
            continue;
        }
        item->known = known_find(dir, &known_at, entry);
        matched += item->known != NULL;
        item_look(scan, w, dirfd, item);
        if (item->state == WHET_ITEM_OPEN)
            pointer_push(w, &w->open_items, item);
    }
    dir->complete = !whet__scan_stopped(scan) && !scan->single_file;
    if (matched != dir->known_count)
        atomic_store_explicit(&dir->changed, 1, memory_order_relaxed);
}

void whet__scan_gather(void *ctx, struct whet_walk_dir *walk, int dirfd,
                       struct whet_arena *arena, unsigned worker)
{
    struct whet_scan *scan = ctx;
    struct whet_scan_worker *w = &scan->workers[worker];
    size_t count = candidates_count(walk);
    struct whet_scan_dir *dir;

    if (w->error != 0 || count == 0 || !whet__scan_owns(scan, walk, &w->path))
        return;
    dir = whet__arena_zalloc(arena, 1, sizeof(*dir));
    if (dir != NULL)
        dir->items = whet__arena_zalloc(arena, count, sizeof(*dir->items));
    if (dir == NULL || dir->items == NULL) {
        w->error = -ENOMEM;
        return;
    }
    dir->walk = walk;
    pointer_push(w, &w->dirs, dir);
    if (!scan->list_only)
        known_load(scan, w, dir, arena);
    items_fill(scan, w, dir, dirfd);
    atomic_fetch_add_explicit(&scan->files_found, dir->item_count, memory_order_relaxed);
}
