/* Old entries of the file, cleared from a program: what `whet cache gc` does. Rare. */
#include "cache/engine.h"

int whet_cache_tidy(struct whet_cache *c, uint64_t unused_ns, uint64_t *dropped)
{
    const struct whet_disk_gc how = {.max_age_ns = unused_ns, .client = c->options.client};
    struct whet_disk_gc_result result = {0};
    int rc = 0;

    if (c->disk != NULL)
        rc = whet__disk_gc(c->disk, &how, &result);
    if (rc == 0 && dropped != NULL)
        *dropped = result.entries;
    return rc;
}
