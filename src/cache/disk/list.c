/* What is in a cache's file, for people. Rare, and of any size: rows are handed on one by
 * one, on a connection of their own. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdio.h>

#include "cache/disk/row.h"

static const char list_sql[] =
    /* The LIMIT keeps SQLite from leaving out the order of what is inside. */
    "WITH p AS MATERIALIZED (SELECT value, used, client, bytes FROM place"
    " WHERE ?1 = 0 OR client = ?1 ORDER BY used DESC, value DESC LIMIT -1)"
    " SELECT p.value, p.used, p.client, v.bytes, p.bytes, c.name"
    " FROM p CROSS JOIN value v ON v.id = p.value LEFT JOIN client c ON c.id = p.client";

static const char clients_sql[] =
    "SELECT c.id, c.name, c.puts, c.loads, c.load_ns, c.saved_ns, coalesce(s.entries, 0),"
    " coalesce(s.bytes, 0) FROM client c LEFT JOIN (SELECT client, count(*) AS entries,"
    " sum(bytes) AS bytes FROM place GROUP BY client) s ON s.client = c.id ORDER BY c.name";

static const char levels_sql[] = "SELECT level, hits, misses, evictions, expirations,"
                                 " invalidations FROM level WHERE client = ?1";

int whet__disk_side_open(struct whet_disk *d, struct whet_disk_link *l)
{
    int rc;

    *l = (struct whet_disk_link){.store = NULL};
    rc = whet__disk_link_init(l);
    if (rc != 0)
        return rc;
    if (!d->read_only)
        whet__disk_sync(d);
    rc = whet__disk_link_open(d, l);
    if (rc != 0)
        whet__disk_side_close(d, l, rc);
    return rc;
}

void whet__disk_side_close(struct whet_disk *d, struct whet_disk_link *l, int code)
{
    whet__disk_link_clear(d, l);
    if (code < 0)
        whet__disk_failed(d, code);
}

void whet__disk_row_of(struct whet_disk_row *row, const struct whet_disk_record *r,
                       const char *client, int64_t disk_bytes)
{
    *row = (struct whet_disk_row){
        .client = client != NULL ? client : "",
        .key = r->key,
        .key_len = r->key_len,
        .len = r->len,
        .disk_bytes = (uint64_t)disk_bytes,
        .made_ns = r->made,
        .used_ns = r->used > 0 ? (uint64_t)r->used * 1000000000 : 0,
        .end_ns = r->ends,
        .cost_ns = r->cost,
        .flags = (unsigned)r->flags,
        .epoch = r->epoch,
        .about = r->about,
        .about_len = r->about_len,
    };
}

int whet__disk_each(struct whet_disk *d, const char *client,
                    int (*each)(void *ctx, const struct whet_disk_row *row), void *ctx)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    struct whet_disk_link l;
    struct whet_disk_record r;
    struct whet_disk_row row;
    int rc = whet__disk_side_open(d, &l), answer = 0;

    if (rc != 0)
        return rc;
    rc = whet__store_prepare(l.store, list_sql, &st);
    if (rc == 0)
        whet__store_bind_int(&st, 1, client != NULL ? (int64_t)whet__key_seed(client) : 0);
    while (rc == 0 && answer == 0 && (rc = whet__store_step(&st)) == 1) {
        whet__disk_record_read(&r, &st);
        whet__disk_row_of(&row, &r, whet__store_text(&st, 5), whet__store_int(&st, 4));
        answer = each(ctx, &row);
        rc = 0;
    }
    whet__store_stmt_clear(&st);
    whet__disk_side_close(d, &l, rc);
    return rc != 0 ? rc : answer;
}

static int levels_read(struct whet_store_stmt *st, int64_t id, struct whet_disk_client *out)
{
    int rc;

    whet__store_bind_int(st, 1, id);
    while ((rc = whet__store_step(st)) == 1) {
        int64_t level = whet__store_int(st, 0);

        if (level == WHET_DISK_AHEAD) {
            out->predicted_hits = (uint64_t)whet__store_int(st, 1);
            out->predicted = out->predicted_hits + (uint64_t)whet__store_int(st, 2);
        }
        if (level < 0 || level >= WHET_CACHE_LEVELS)
            continue;
        out->hits[level] = (uint64_t)whet__store_int(st, 1);
        out->misses[level] = (uint64_t)whet__store_int(st, 2);
        out->evictions[level] = (uint64_t)whet__store_int(st, 3);
        out->expirations[level] = (uint64_t)whet__store_int(st, 4);
        out->invalidations[level] = (uint64_t)whet__store_int(st, 5);
    }
    return rc;
}

/* What processes have left in passing. */
static void left_add(struct whet_disk *d, int64_t id, struct whet_disk_client *out)
{
    struct whet_cache_stats left;

    whet__disk_counts_left(d, id, &left);
    for (int i = 0; i < WHET_CACHE_LEVELS; i++) {
        out->hits[i] += left.levels[i].hits;
        out->misses[i] += left.levels[i].misses;
        out->evictions[i] += left.levels[i].evictions;
        out->expirations[i] += left.levels[i].expirations;
        out->invalidations[i] += left.levels[i].invalidations;
    }
    out->puts += left.puts;
    out->loads += left.loads;
    out->load_ns += left.load_ns;
    out->saved_ns += left.saved_ns;
    out->predicted += left.predicted;
    out->predicted_hits += left.predicted_hits;
}

static void client_begin(struct whet_store_stmt *st, struct whet_disk_client *out)
{
    const char *name = whet__store_text(st, 1);

    *out = (struct whet_disk_client){
        .entries = (uint64_t)whet__store_int(st, 6),
        .bytes = (uint64_t)whet__store_int(st, 7),
    };
    snprintf(out->name, sizeof(out->name), "%s", name != NULL ? name : "");
}

/* What the file has is a part, and nobody knows of how much: it is not told as if it were all.
 */
static int counts_read(struct whet_disk *d, struct whet_store_stmt *st,
                       struct whet_store_stmt *levels, struct whet_disk_client *out)
{
    int rc;

    out->counts_known = !d->shared->deaf;
    if (!out->counts_known)
        return 0;
    out->puts = (uint64_t)whet__store_int(st, 2);
    out->loads = (uint64_t)whet__store_int(st, 3);
    out->load_ns = (uint64_t)whet__store_int(st, 4);
    out->saved_ns = (uint64_t)whet__store_int(st, 5);
    rc = levels_read(levels, whet__store_int(st, 0), out);
    left_add(d, whet__store_int(st, 0), out);
    return rc;
}

int whet__disk_clients(struct whet_disk *d, struct whet_disk_client *out, int room)
{
    struct whet_store_stmt clients = {NULL, NULL, 0}, levels = {NULL, NULL, 0};
    struct whet_disk_link l;
    int rc = whet__disk_side_open(d, &l), count = 0;

    if (rc != 0)
        return rc;
    rc = whet__store_prepare(l.store, clients_sql, &clients);
    if (rc == 0)
        rc = whet__store_prepare(l.store, levels_sql, &levels);
    while (rc == 0 && (rc = whet__store_step(&clients)) == 1) {
        rc = 0;
        if (count < room) {
            client_begin(&clients, &out[count]);
            rc = counts_read(d, &clients, &levels, &out[count]);
        }
        count++;
    }
    whet__store_stmt_clear(&levels);
    whet__store_stmt_clear(&clients);
    whet__disk_side_close(d, &l, rc);
    return rc != 0 ? rc : count;
}
