/* Puts into the cache what was learnt of each folder: rows. The records of contents are on
 * their way already. */
#include "scan/state.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/content.h"

static int is_decided(const struct whet_scan_dir *dir)
{
    for (size_t i = 0; i < dir->item_count; i++) {
        if (dir->items[i].state == WHET_ITEM_OPEN)
            return 0;
    }
    return dir->complete;
}

/* A file whose content was hashed but not looked at by stat keeps what stat said
 * before, if the content is the same; else its times are not known and the entry
 * is not settled: the next scan that trusts stat looks at the content once more. */
static void entry_fill(const struct whet_scan *scan, const struct whet_scan_item *item,
                       struct whet_index_entry *e)
{
    e->name = item->entry->name;
    e->name_len = item->entry->name_len;
    e->hash = item->hash;
    e->summary = item->summary;
    if (item->has_stat) {
        e->stat = item->stat;
        e->settled = whet__content_settled(&item->stat, scan->started_ns);
    } else if (memcmp(&item->hash, &item->known->hash, sizeof(item->hash)) == 0) {
        e->stat = item->known->stat;
        e->settled = item->known->settled;
    } else {
        e->stat.size = item->file.bytes;
    }
}

static int dir_keep(struct whet_scan *scan, struct whet_scan_worker *w,
                    const struct whet_scan_dir *dir)
{
    struct whet_index_entry *entries = whet__mem_zalloc(dir->item_count, sizeof(*entries));
    size_t count = 0;

    if (entries == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < dir->item_count; i++) {
        if (dir->items[i].has_hash)
            entry_fill(scan, &dir->items[i], &entries[count++]);
    }
    whet__text_reset(&w->row);
    whet__index_pack(entries, count, &w->row);
    whet__scan_remember(scan, w, WHET_SCAN_SPACE_INDEX, &dir->key, &w->row);
    whet__mem_free(entries);
    return 0;
}

static void dirs_keep(struct whet_scan *scan, const struct whet_scan_worker *from,
                      struct whet_scan_worker *w)
{
    struct whet_scan_dir *const *dirs = from->dirs.items;

    for (size_t i = 0; i < from->dirs.len && w->error == 0; i++) {
        if (atomic_load(&dirs[i]->changed) && is_decided(dirs[i]))
            w->error = dir_keep(scan, w, dirs[i]);
    }
}

void whet__scan_keep(struct whet_scan *scan)
{
    if (scan->rows == NULL)
        return;
    for (unsigned i = 0; i < scan->totals.jobs; i++)
        dirs_keep(scan, &scan->workers[i], &scan->workers[0]);
}
