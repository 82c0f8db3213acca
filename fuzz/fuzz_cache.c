/* A cache file of any bytes: it is used or moved aside, and never worse than misses. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whet/cache.h>

#include "os/file.h"

#define KEYS 40 /* in tests/data/corpus/cache/sound, where each key is its own value */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void get(struct whet_cache *c, const char *key)
{
    struct whet_cache_value value;

    if (whet_cache_get(c, key, strlen(key), &value) != 1)
        return;
    if (value.len != strlen(key) || memcmp(value.data, key, value.len) != 0)
        abort();
    whet_cache_value_clear(&value);
}

static void use(struct whet_cache *c)
{
    char key[16], note[700];

    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        get(c, key);
    }
    if (whet_cache_put(c, "new", 3, "new", 3, NULL) != 0)
        abort();
    whet_cache_sync(c);
    get(c, "new");
    (void)whet_cache_note(c, note, sizeof(note));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_cache_options o = {.memory_bytes = WHET_CACHE_NONE,
                                   .packed_bytes = WHET_CACHE_NONE,
                                   .disk_bytes = 1 << 18,
                                   .client = "fuzz"};
    struct whet_cache *c;
    struct whet_text folder;
    char path[600];

    whet__text_init(&folder, 500);
    if (whet__file_make_temp_dir(&folder) != 0)
        return 0;
    snprintf(path, sizeof(path), "%s/cache.db", whet__text_str(&folder));
    o.path = path;
    if (whet__file_write(path, data, size, 0) == 0 && whet_cache_new(&c, &o, NULL) == 0) {
        use(c);
        whet_cache_free(c);
    }
    (void)!whet__file_remove_tree(whet__text_str(&folder));
    whet__text_clear(&folder);
    return 0;
}
