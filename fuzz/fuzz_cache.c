/* A cache file of any bytes: it is used or moved aside, and never worse than misses. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/former.h"
#include "os/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What tests/data/corpus/cache/sound holds, and what a hit must be. */
static void use(struct whet_disk_cache *c)
{
    struct whet_disk_entry entry = {1, whet__hash128("new", 3), "value", 5};
    struct whet_hash128 key;
    struct whet_text out;
    char name[16];

    whet__text_init(&out, 1 << 20);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "key %d", i);
        key = whet__hash128(name, strlen(name));
        if (whet__disk_cache_get(c, 0, &key, &out) && strcmp(whet__text_str(&out), name) != 0)
            abort();
    }
    (void)whet__disk_cache_put(c, &entry, 1);
    if (whet__disk_cache_get(c, 1, &entry.key, &out) &&
        strcmp(whet__text_str(&out), "value") != 0)
        abort();
    whet__disk_cache_trim(c);
    whet__text_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_disk_cache *c;
    struct whet_text folder;
    char path[600];

    whet__text_init(&folder, 500);
    if (whet__file_make_temp_dir(&folder) != 0)
        return 0;
    snprintf(path, sizeof(path), "%s/cache.db", whet__text_str(&folder));
    if (whet__file_write(path, data, size, 0) == 0 &&
        whet__disk_cache_open(&c, path, 1 << 16) == 0) {
        use(c);
        whet__disk_cache_free(c);
    }
    (void)!whet__file_remove_tree(whet__text_str(&folder));
    whet__text_clear(&folder);
    return 0;
}
