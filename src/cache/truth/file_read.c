/* The tables `mark` and `node`: what one process invalidates, all see. Here they are
 * read. Expected load: once per change that others made, some 20 us.
 *
 * Who writes has read all that is there inside the same transaction, and its rows bear a
 * moment (`told`) later than all of them: so rows come to light in the order of their
 * moments, and who has read up to one asks for the later ones. What could not be written waits
 * in `pending` for the next change.
 *
 * One row of kind BORN says which file it is. A file that is lost and made anew has forgotten
 * all marks; whoever finds another than before takes all that is older for untrue. A row of
 * kind CUT says which nodes were dropped when they became too many. */
#include "cache/truth/state.h"

#include <errno.h>
#include <string.h>

#include "cache/disk/disk.h"
#include "data/store.h"

static int hash_read(struct whet_store_stmt *st, int column, struct whet_hash128 *out)
{
    size_t len;
    const void *bytes = whet__store_blob(st, column, &len);

    if (len != sizeof(out->bytes))
        return -EBADMSG;
    memcpy(out->bytes, bytes, len);
    return 0;
}

static int mark_read(struct whet_validity *v, struct whet_store_stmt *st)
{
    struct whet_mark mark = {.epoch = (uint64_t)whet__store_int(st, 3)};
    int64_t kind = whet__store_int(st, 1), len = whet__store_int(st, 2);

    if (kind == WHET_ROW_CUT) {
        whet__graph_drop(&v->graph, mark.epoch);
        return 0;
    }
    if (hash_read(st, 0, &mark.id) != 0 || kind < 0 || kind > WHET_MARK_ALL || len < 0 ||
        len > UINT32_MAX)
        return -EBADMSG;
    mark.kind = (enum whet_mark_kind)kind;
    mark.len = (uint32_t)len;
    whet__ledger_set(&v->ledger, &mark);
    if (mark.kind == WHET_MARK_ALL && mark.epoch > v->all_told)
        v->all_told = mark.epoch;
    return 0;
}

static int node_read(struct whet_validity *v, struct whet_store_stmt *st)
{
    struct whet_node node = {
        .flags = (unsigned)whet__store_int(st, 2),
        .needed = (uint64_t)whet__store_int(st, 3),
        .epoch = (uint64_t)whet__store_int(st, 4),
        .changed = (uint64_t)whet__store_int(st, 5),
        .dead = (uint64_t)whet__store_int(st, 6),
    };
    size_t key_len, about_len;
    const void *key = whet__store_blob(st, 1, &key_len);
    const void *about = whet__store_blob(st, 8, &about_len);

    if (hash_read(st, 0, &node.id) != 0 || hash_read(st, 7, &node.value) != 0 || key_len == 0 ||
        key_len > WHET_CACHE_KEY_MAX || about_len > WHET_INPUTS_MAX ||
        v->graph.nodes.entries.len > 2 * WHET_GRAPH_MAX)
        return -EBADMSG;
    return whet__graph_set(&v->graph, &node, key, key_len, about, about_len);
}

/* Reads the rows that are later than `told`; *last is the moment of the latest. */
static int rows_read(struct whet_validity *v, struct whet_store *s, const char *sql, int told,
                     int (*read)(struct whet_validity *, struct whet_store_stmt *),
                     uint64_t *last)
{
    struct whet_store_stmt st = {0};
    int rc = whet__store_prepare(s, sql, &st);

    if (rc != 0)
        return rc;
    whet__store_bind_int(&st, 1, (int64_t)v->seed);
    whet__store_bind_int(&st, 2, (int64_t)v->told);
    while (rc == 0 && (rc = whet__store_step(&st)) == 1) {
        uint64_t moment = (uint64_t)whet__store_int(&st, told);

        rc = read(v, &st);
        if (moment > *last)
            *last = moment;
    }
    whet__store_stmt_clear(&st);
    return rc;
}

void whet__validity_all_untrue(struct whet_validity *v, uint64_t epoch)
{
    struct whet_mark mark = whet__ledger_mark(&v->ledger, WHET_MARK_ALL, NULL, 0, epoch);

    whet__ledger_set(&v->ledger, &mark);
}

/* *born: the moment the file was made; 0: nobody has said so yet. */
static int born_read(struct whet_store *s, uint64_t *born)
{
    struct whet_store_stmt st = {0};
    int rc =
        whet__store_prepare(s, "SELECT epoch FROM mark WHERE client = 0 AND id = x'00'", &st);

    if (rc == 0)
        rc = whet__store_step(&st);
    *born = rc == 1 ? (uint64_t)whet__store_int(&st, 0) : 0;
    whet__store_stmt_clear(&st);
    return rc < 0 ? rc : 0;
}

/* Under both locks, inside a transaction. After a failure the same rows are read again. */
int whet__validity_rows_take(struct whet_validity *v, struct whet_store *s)
{
    uint64_t born, last;
    int rc = born_read(s, &born);

    if (rc != 0)
        return rc;
    if (born != v->born) {
        v->born = born;
        v->told = 0;
        whet__validity_all_untrue(v, born);
        if (born > v->all_told)
            v->all_told = born;
    }
    last = v->told;
    rc = rows_read(v, s,
                   "SELECT id, kind, len, epoch, told FROM mark"
                   " WHERE client = ?1 AND told > ?2 ORDER BY told",
                   4, mark_read, &last);
    if (rc == 0)
        rc = rows_read(v, s,
                       "SELECT id, key, flags, needed, epoch, changed, dead, value, about, told"
                       " FROM node WHERE client = ?1 AND told > ?2 ORDER BY told",
                       9, node_read, &last);
    if (rc == 0)
        v->told = last;
    return rc;
}

static int file_read(struct whet_validity *v, struct whet_store *s)
{
    int rc = whet__store_begin(s, 0);

    if (rc == 0) {
        pthread_rwlock_wrlock(&v->lock);
        rc = whet__validity_rows_take(v, s);
        pthread_rwlock_unlock(&v->lock);
    }
    whet__store_rollback(s);
    return rc;
}

static int is_new(const struct whet_validity *v)
{
    return !v->shared->blind && atomic_load_explicit(&v->seen, memory_order_acquire) ==
                                    whet__shared_changes(v->shared);
}

int whet__validity_sync(struct whet_validity *v)
{
    uint64_t changes;
    int rc = -EIO;

    if (v->disk == NULL || is_new(v))
        return 0;
    pthread_mutex_lock(&v->filing);
    changes = whet__shared_changes(v->shared);
    for (int tries = 0; tries < 2 && rc != 0; tries++) {
        struct whet_store *s = whet__disk_store_borrow(v->disk);

        if (s == NULL) {
            /* Without a file that others could write to, all that is known is here. */
            rc = whet__disk_is_absent(v->disk) ? 0 : -EIO;
            break;
        }
        rc = file_read(v, s);
        whet__disk_store_return(v->disk, s, rc == -EBADMSG || rc == -EINVAL);
        if (rc != -EBADMSG && rc != -EINVAL)
            break;
    }
    if (rc == 0 && changes % 2 == 0)
        atomic_store_explicit(&v->seen, changes, memory_order_release);
    pthread_mutex_unlock(&v->filing);
    return rc;
}
