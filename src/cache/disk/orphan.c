/* Files that no row names: left by a process that was killed before its commit, or of a cache
 * that was replaced. Rare: asked for by gc and verify only. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/disk/large.h"
#include "os/clock.h"

#define NAMES_MAX ((size_t)1 << 22)

struct orphans {
    struct whet_vec names; /* of all rows, sorted */
    int repair;
    uint64_t count;
};

static int by_name(const void *a, const void *b)
{
    return memcmp(a, b, WHET_LARGE_NAME);
}

static int read_names(struct whet_disk_link *l, struct whet_vec *out)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    int rc = whet__store_prepare(l->store, "SELECT name FROM large", &st);
    const char *name;
    char *room;

    while (rc == 0 && (rc = whet__store_step(&st)) == 1) {
        name = whet__store_text(&st, 0);
        room = whet__vec_push(out);
        rc = room != NULL ? 0 : -ENOMEM;
        if (room != NULL)
            snprintf(room, WHET_LARGE_NAME, "%s", name != NULL ? name : "");
    }
    whet__store_stmt_clear(&st);
    if (out->len > 1)
        qsort(out->items, out->len, WHET_LARGE_NAME, by_name);
    return rc;
}

static int look_at_file(void *ctx, const char *file, const char *name)
{
    struct orphans *o = ctx;
    char key[WHET_LARGE_NAME] = "";

    if (whet__large_is_name(name)) {
        memcpy(key, name, sizeof(key));
        if (o->names.len > 0 &&
            bsearch(key, o->names.items, o->names.len, WHET_LARGE_NAME, by_name) != NULL)
            return 0;
    }
    o->count++;
    if (o->repair)
        (void)remove(file);
    return 0;
}

int whet__disk_orphans(struct whet_disk *d, struct whet_disk_link *l, int repair,
                       uint64_t *count)
{
    int64_t before = (int64_t)(whet__clock_wall_ns() - WHET_LARGE_ORPHAN_NS);
    struct orphans o = {.repair = repair};
    int rc;

    whet__vec_init(&o.names, WHET_LARGE_NAME, NAMES_MAX);
    rc = read_names(l, &o.names);
    if (rc == 0)
        rc = whet__large_each(d->path, before, look_at_file, &o);
    whet__vec_clear(&o.names);
    if (rc == 0)
        *count = o.count;
    return rc;
}
