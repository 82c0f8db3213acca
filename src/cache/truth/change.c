/* Changes of what is known, here and in the file, in the order that cache/truth/file_read.c
 * tells of. Expected load: a few a second; who changes keeps other changes out, but nobody who
 * looks longer than it takes to apply it. */
#include "cache/truth/state.h"

#include <errno.h>

#include "cache/disk/disk.h"
#include "data/store.h"

#define PENDING_MAX ((size_t)4096) /* then everything that is older is untrue */

void whet__validity_wrote(struct whet_validity *v, const struct whet_hash128 *id, int is_node)
{
    struct whet_pending *p = v->disk != NULL ? whet__vec_push(&v->pending) : NULL;

    if (p != NULL)
        *p = (struct whet_pending){*id, is_node};
}

/* Room for what a change writes. What waits too long is given up: see make_up. */
static int pending_room(struct whet_validity *v)
{
    if (v->disk == NULL)
        return 0;
    if (v->pending.len + 2 > PENDING_MAX) {
        v->pending.len = 0;
        v->lost = 1;
    }
    return v->pending.len + 2 <= v->pending.cap
               ? 0
               : whet__vec_reserve(&v->pending, 2 * v->pending.len + 2);
}

/* Where the file is another, or was not told of too much, all that is older is untrue. */
static void make_up(struct whet_validity *v, uint64_t now)
{
    if (v->born != 0 && !v->lost)
        return;
    whet__validity_all_untrue(v, now);
    whet__graph_drop(&v->graph, now);
    v->drop_marks = v->drop_nodes = now;
}

/* The file, in a write transaction, with all of it known; NULL and the reason. */
static struct whet_store *file_open(struct whet_validity *v, int *rc)
{
    struct whet_store *s = whet__disk_store_borrow(v->disk);

    /* Nobody shares what never could be opened: there is nobody to be told. */
    *rc = s != NULL ? whet__store_begin(s, 1) : whet__disk_is_absent(v->disk) ? 0 : -EIO;
    if (s != NULL && *rc == 0) {
        pthread_rwlock_wrlock(&v->lock);
        *rc = whet__validity_rows_take(v, s);
        pthread_rwlock_unlock(&v->lock);
    }
    if (*rc == 0 || s == NULL)
        return s;
    whet__store_rollback(s);
    whet__disk_store_return(v->disk, s, *rc == -EBADMSG || *rc == -EINVAL);
    return NULL;
}

static void file_close(struct whet_validity *v, struct whet_store *s, int rc)
{
    if (s == NULL)
        return;
    whet__store_rollback(s); /* nothing, after a commit */
    whet__disk_store_return(v->disk, s, rc == -EBADMSG || rc == -EINVAL);
}

int whet__validity_change(struct whet_validity *v, whet_validity_apply apply, void *ctx,
                          int *told)
{
    struct whet_store *s = NULL;
    uint64_t now, before, opened;
    int rc, file_rc = 0, alone;

    pthread_mutex_lock(&v->filing);
    rc = pending_room(v);
    if (rc != 0)
        goto out;
    before = whet__shared_changes(v->shared);
    if (v->disk != NULL)
        s = file_open(v, &file_rc);
    whet__shared_open_change(v->shared);
    opened = whet__shared_changes(v->shared);
    alone = before == atomic_load(&v->seen) && opened == before + 1;
    pthread_rwlock_wrlock(&v->lock);
    now = whet__shared_epoch(v->shared, v->told);
    if (s != NULL)
        make_up(v, now);
    rc = apply(v, ctx, now);
    pthread_rwlock_unlock(&v->lock);
    if (s != NULL)
        file_rc = whet__validity_rows_write(v, s, now);
    whet__shared_close_change(v->shared);
    /* With the file's lock nobody else wrote since it was read. */
    if (s != NULL ? file_rc == 0 : alone)
        atomic_store_explicit(&v->seen, opened + 1, memory_order_release);
    file_close(v, s, file_rc);
    if (v->disk != NULL && (s != NULL || file_rc != -EIO)) /* the level knows of that one */
        whet__disk_store_wrote(v->disk, file_rc);
    if (told != NULL)
        *told = file_rc;
out:
    pthread_mutex_unlock(&v->filing);
    return rc;
}
