/* Rows of the tables `mark` and `node` are written. Expected load: a transaction per mark, per
 * need of a key that nobody needed before, and per put of a key that others need. */
#include "cache/truth/state.h"

#include "data/store.h"

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
    whet__store_bind_int(&st, 1, (int64_t)v->seed);
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
    whet__store_bind_int(&st, 1, (int64_t)v->seed);
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
    whet__store_bind_int(&st, 1, (int64_t)v->seed);
    whet__store_bind_int(&st, 2, (int64_t)epoch);
    return run(&st);
}

/* Rows that a bound has pushed out. */
static int drops_write(struct whet_validity *v, struct whet_store *s, int64_t told)
{
    struct whet_mark cut = {.id = {{1}}, .kind = (enum whet_mark_kind)WHET_ROW_CUT};
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
    whet__store_bind_int(&st, 1, WHET_ROW_BORN);
    whet__store_bind_int(&st, 2, (int64_t)now);
    return run(&st);
}

int whet__validity_rows_write(struct whet_validity *v, struct whet_store *s, uint64_t now)
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
