/* How far the users of a file were told of a server's marks: what was set while none of them
 * ran is learned when one starts, and what they know already is not learned again. Expected
 * load: read once, written when marks have come. */
#include <errno.h>
#include <stdio.h>

#include "cache/disk/disk.h"
#include "cache/remote/inside.h"
#include "data/store.h"

#define TABLE                                                                                  \
    "CREATE TABLE IF NOT EXISTS server(name TEXT NOT NULL, count INTEGER NOT NULL,"            \
    " PRIMARY KEY(name)) WITHOUT ROWID"

static void make_name(const struct whet_remote *r, char *out, size_t size)
{
    if (r->url.path != NULL)
        snprintf(out, size, "%s %s", r->epoch_key, r->url.path);
    else
        snprintf(out, size, "%s %s %u %u", r->epoch_key, r->url.host, r->url.port,
                 r->url.database);
}

/* 1: *count is what the statement answers; 0: no rows. With `put` it answers none. */
static int run(struct whet_store *s, const struct whet_remote *r, const char *sql, int put,
               int64_t *count)
{
    struct whet_store_stmt st = {0};
    char name[512];
    int rc = whet__store_prepare(s, sql, &st);

    make_name(r, name, sizeof(name));
    if (rc == 0) {
        whet__store_bind_text(&st, 1, name);
        if (put)
            whet__store_bind_int(&st, 2, *count);
        rc = whet__store_step(&st);
    }
    if (rc == 1)
        *count = whet__store_int(&st, 0);
    whet__store_stmt_clear(&st);
    return rc;
}

void whet__remote_told_read(struct whet_remote *r)
{
    struct whet_store *s = r->disk != NULL ? whet__disk_store_borrow(r->disk) : NULL;
    int64_t count = 0;
    int rc;

    if (s == NULL)
        return;
    rc = whet__store_exec(s, TABLE);
    if (rc == 0)
        rc = run(s, r, "SELECT count FROM server WHERE name = ?1", 0, &count);
    whet__disk_store_return(r->disk, s, rc == -EBADMSG);
    if (rc != 1)
        return;
    pthread_mutex_lock(&r->lock);
    r->knows_count = 1;
    r->count = (uint64_t)count;
    r->told = (uint64_t)count;
    pthread_mutex_unlock(&r->lock);
}

/* Not once something could not be written to the file's ledger: who comes next learns it. */
void whet__remote_told_write(struct whet_remote *r, uint64_t told)
{
    struct whet_store *s;
    int64_t count = (int64_t)told;
    int rc;

    if (r->disk == NULL || r->told_lost || r->told == told)
        return;
    s = whet__disk_store_borrow(r->disk);
    if (s == NULL)
        return;
    rc = whet__store_exec(s, TABLE);
    if (rc == 0)
        rc = run(s, r, "INSERT OR REPLACE INTO server(name, count) VALUES(?1, ?2)", 1, &count);
    whet__disk_store_return(r->disk, s, rc == -EBADMSG);
    if (rc == 0)
        r->told = told;
}
