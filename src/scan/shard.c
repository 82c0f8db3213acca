/* Which part of a scan a folder belongs to: by the hash of its path, so that any number of
 * machines that see the same tree agree without a word. Folders stay whole, as what the cache
 * remembers is by folder. */
#include "scan/state.h"

int whet__scan_owns(const struct whet_scan *scan, const struct whet_walk_dir *dir,
                    struct whet_text *scratch)
{
    const struct whet_scan_options *o = &scan->options;

    if (o->shards == 0)
        return 1;
    whet__text_reset(scratch);
    if (dir->parent != NULL)
        whet__walk_path(dir->parent, dir->name, scratch);
    return whet__hash64(whet__text_str(scratch), scratch->len) % o->shards == o->shard - 1;
}
