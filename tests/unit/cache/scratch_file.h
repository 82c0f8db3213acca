/* tests/unit/cache/scratch_file.h - a folder for one test, and what caches are opened in it. */
#ifndef WHET_TESTS_SCRATCH_FILE_H
#define WHET_TESTS_SCRATCH_FILE_H

#include <stdio.h>
#include <string.h>

#include <whet/cache.h>

#include "base/text.h"
#include "os/file.h"

struct scratch {
    struct whet_text folder;
    char path[512]; /* of a cache's file */
};

static inline void scratch_init(struct scratch *s)
{
    whet__text_init(&s->folder, 400);
    assert_int_equal(whet__file_make_temp_dir(&s->folder), 0);
    snprintf(s->path, sizeof(s->path), "%s/cache.db", whet__text_str(&s->folder));
}

static inline void scratch_clear(struct scratch *s)
{
    assert_int_equal(whet__file_remove_tree(whet__text_str(&s->folder)), 0);
    whet__text_clear(&s->folder);
}

static inline struct whet_cache *open_cache(const struct whet_cache_options *o)
{
    struct whet_cache *c = NULL;
    struct whet_error err;

    if (whet_cache_new(&c, o, &err) != 0)
        fail_msg("%s", err.text);
    return c;
}

#endif
