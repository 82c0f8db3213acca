/* The tables `mark` and `node`: what one process invalidates, all see. Expected load: a read
 * per change that others made (some 20 us), a write transaction per mark, per need of a key
 * that nobody needed before, and per put of a key that others need.
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

/* Kinds of rows beyond enum whet_mark_kind. */
#define BORN        100
#define CUT         101

#define PENDING_MAX ((size_t)4096) /* then everything that is older is untrue */

static int64_t client_of(const struct whet_validity *v)
{
    return (int64_t)v->seed;
}

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

    if (kind == CUT) {
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
    whet__store_bind_int(&st, 1, client_of(v));
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

static void all_untrue(struct whet_validity *v, uint64_t epoch)
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
static int rows_take(struct whet_validity *v, struct whet_store *s)
{
    uint64_t born, last;
    int rc = born_read(s, &born);

    if (rc != 0)
        return rc;
    if (born != v->born) {
        v->born = born;
        v->told = 0;
        all_untrue(v, born);
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
        rc = rows_take(v, s);
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

/* ---- Writing ---- */

static int run(struct whet_store_stmt *st)
{
    int rc = whet__store_step(st);

    whet__store_stmt_clear(st);
    return rc;
}

static int mark_write(struct whet_validity *v, struct whet_store *s,
                      const struct whet_mark *mark, int64_t told)
{
    struct whet_store_stmt st = {0};
    int rc =
        whet__store_prepare(s,
                            "INSERT OR REPLACE INTO mark(client, id, kind, len, epoch, told)"
                            " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                            &st);

    if (rc != 0)
        return rc;
    whet__store_bind_int(&st, 1, client_of(v));
    whet__store_bind_blob(&st, 2, mark->id.bytes, sizeof(mark->id.bytes));
    whet__store_bind_int(&st, 3, mark->kind);
    whet__store_bind_int(&st, 4, mark->len);
    whet__store_bind_int(&st, 5, (int64_t)mark->epoch);
    whet__store_bind_int(&st, 6, told);
    return run(&st);
}

static int node_write(struct whet_validity *v, struct whet_store *s,
                      const struct whet_node *node, int64_t told)
{
    struct whet_store_stmt st = {0};
    const struct whet_made *made = node->made;
    int rc = whet__store_prepare(
        s,
        "INSERT OR REPLACE INTO node(client, id, key, flags, needed, epoch, changed, dead,"
        " value, about, told) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &st);

    if (rc != 0)
        return rc;
    whet__store_bind_int(&st, 1, client_of(v));
    whet__store_bind_blob(&st, 2, node->id.bytes, sizeof(node->id.bytes));
    whet__store_bind_blob(&st, 3, made->bytes, made->key_len);
    whet__store_bind_int(&st, 4, node->flags);
    whet__store_bind_int(&st, 5, (int64_t)node->needed);
    whet__store_bind_int(&st, 6, (int64_t)node->epoch);
    whet__store_bind_int(&st, 7, (int64_t)node->changed);
    whet__store_bind_int(&st, 8, (int64_t)node->dead);
    whet__store_bind_blob(&st, 9, node->value.bytes, sizeof(node->value.bytes));
    whet__store_bind_blob(&st, 10, whet__made_about(made), made->about_len);
    whet__store_bind_int(&st, 11, told);
    return run(&st);
}

/* What neither has any more was dropped since, for an `all` that waits, too. */
static int pending_write(struct whet_validity *v, struct whet_store *s,
                         const struct whet_pending *p, int64_t told)
{
    const struct whet_mark *mark;
    const struct whet_node *node;

    if (p->is_node) {
        node = whet__graph_find(&v->graph, &p->id);
        return node != NULL ? node_write(v, s, node, told) : 0;
    }
    mark = whet__map_get(&v->ledger.marks, &p->id, sizeof(p->id));
    return mark != NULL ? mark_write(v, s, mark, told) : 0;
}

static int drop_rows(struct whet_validity *v, struct whet_store *s, const char *sql,
                     uint64_t epoch)
{
    struct whet_store_stmt st = {0};
    int rc = whet__store_prepare(s, sql, &st);

    if (rc != 0)
        return rc;
    whet__store_bind_int(&st, 1, client_of(v));
    whet__store_bind_int(&st, 2, (int64_t)epoch);
    return run(&st);
}

/* Rows that a bound has pushed out. */
static int drops_write(struct whet_validity *v, struct whet_store *s, int64_t told)
{
    struct whet_mark cut = {.id = {{1}}, .kind = (enum whet_mark_kind)CUT};
    int rc = 0;

    if (v->drop_marks != 0)
        rc = drop_rows(v, s, "DELETE FROM mark WHERE client = ?1 AND epoch <= ?2 AND kind < 3",
                       v->drop_marks);
    if (rc != 0 || v->drop_nodes == 0)
        return rc;
    cut.epoch = v->drop_nodes;
    rc = drop_rows(v, s, "DELETE FROM node WHERE client = ?1 AND needed <= ?2", v->drop_nodes);
    return rc != 0 ? rc : mark_write(v, s, &cut, told);
}

static int born_write(struct whet_validity *v, struct whet_store *s, uint64_t now)
{
    struct whet_store_stmt st = {0};
    int rc;

    if (v->born != 0)
        return 0;
    rc = whet__store_prepare(s,
                             "INSERT INTO mark(client, id, kind, len, epoch, told)"
                             " VALUES(0, x'00', ?1, 0, ?2, ?2)",
                             &st);
    if (rc != 0)
        return rc;
    whet__store_bind_int(&st, 1, BORN);
    whet__store_bind_int(&st, 2, (int64_t)now);
    return run(&st);
}

static int file_write(struct whet_validity *v, struct whet_store *s, uint64_t now)
{
    const struct whet_pending *pending = v->pending.items;
    struct whet_mark all = whet__ledger_mark(&v->ledger, WHET_MARK_ALL, NULL, 0, v->ledger.all);
    int rc = born_write(v, s, now);

    for (size_t i = 0; i < v->pending.len && rc == 0; i++)
        rc = pending_write(v, s, &pending[i], (int64_t)now);
    if (rc == 0 && v->ledger.all > v->all_told)
        rc = mark_write(v, s, &all, (int64_t)now);
    if (rc == 0)
        rc = drops_write(v, s, (int64_t)now);
    if (rc == 0)
        rc = whet__store_commit(s);
    if (rc != 0)
        return rc;
    v->born = v->born != 0 ? v->born : now;
    v->told = now;
    v->all_told = v->ledger.all;
    v->drop_marks = v->drop_nodes = 0;
    v->pending.len = 0;
    v->lost = 0;
    return 0;
}

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
    all_untrue(v, now);
    whet__graph_drop(&v->graph, now);
    v->drop_marks = v->drop_nodes = now;
}

/* The file, in a write transaction, with all of it known; NULL and the reason. */
static struct whet_store *file_open(struct whet_validity *v, int *rc)
{
    struct whet_store *s = whet__disk_store_borrow(v->disk);

    *rc = s != NULL ? whet__store_begin(s, 1) : -EIO;
    if (*rc == 0) {
        pthread_rwlock_wrlock(&v->lock);
        *rc = rows_take(v, s);
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
        file_rc = file_write(v, s, now);
    whet__shared_close_change(v->shared);
    /* With the file's lock nobody else wrote since it was read. */
    if (s != NULL ? file_rc == 0 : alone)
        atomic_store_explicit(&v->seen, opened + 1, memory_order_release);
    file_close(v, s, file_rc);
    if (told != NULL)
        *told = file_rc;
out:
    pthread_mutex_unlock(&v->filing);
    return rc;
}
