/* Whose file a store has opened, and of which version; an empty one is made ours. Expected
 * load: once per opening, two numbers of the file's header. */
#include "data/store_inner.h"

#include <errno.h>
#include <stdio.h>

int whet__store_number(struct whet_store *s, const char *sql, int64_t *out)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    int rc = whet__store_prepare(s, sql, &st);

    if (rc != 0)
        return rc;
    rc = whet__store_step(&st);
    if (rc == 1)
        *out = whet__store_int(&st, 0);
    whet__store_stmt_clear(&st);
    return rc == 1 ? 0 : rc == 0 ? -EBADMSG : rc;
}

/* Whose file is it, and of which version? -ENODATA: it is still empty. */
static int identify(struct whet_store *s, const struct whet_store_options *o, int64_t *version)
{
    int64_t id = 0, tables = 0;
    int rc = whet__store_number(s, "PRAGMA application_id", &id);

    if (rc == 0)
        rc = whet__store_number(s, "PRAGMA user_version", version);
    if (rc == 0 && id == 0 && *version == 0) {
        rc = whet__store_number(s, "SELECT count(*) FROM sqlite_schema", &tables);
        if (rc == 0 && tables == 0)
            return -ENODATA;
    }
    if (rc != 0)
        return rc;
    if ((uint32_t)id != o->application_id || *version < 1)
        return -EPROTOTYPE;
    return *version > o->version ? -ENOTSUP : 0;
}

/* What can only be chosen while the file is empty. Two programs may be at it at once;
 * changing the journal mode does not wait for the other by itself, hence the loop. */
static int make_file(struct whet_store *s, const struct whet_store_options *o)
{
    int rc = whet__store_exec(s, "PRAGMA auto_vacuum=INCREMENTAL");

    if (rc != 0 || o->flags & WHET_STORE_NO_WAL)
        return rc;
    do {
        rc = whet__store_exec(s, "PRAGMA journal_mode=WAL");
    } while (rc == -EBUSY && whet__store_wait(s));
    return rc;
}

/* Under the write lock: another program may have been first. */
static int upgrade(struct whet_store *s, const struct whet_store_options *o)
{
    char sql[96];
    int64_t version = 0;
    int rc = whet__store_begin(s, 1);

    if (rc == 0)
        rc = identify(s, o, &version);
    if (rc == -ENODATA)
        rc = 0;
    if (rc == 0 && version < o->version) {
        snprintf(sql, sizeof(sql), "PRAGMA application_id=%d;PRAGMA user_version=%d",
                 (int)o->application_id, o->version);
        rc = o->upgrade(s, (int)version);
        if (rc == 0)
            rc = whet__store_exec(s, sql);
    }
    if (rc == 0)
        rc = whet__store_commit(s);
    if (rc != 0)
        whet__store_rollback(s);
    return rc;
}

int whet__store_settle(struct whet_store *s, const struct whet_store_options *o)
{
    int64_t version = 0;
    int rc = whet__store_begin(s, 0);

    if (rc == 0)
        rc = identify(s, o, &version);
    whet__store_rollback(s);
    if (o->flags & WHET_STORE_READ_ONLY)
        return rc == -ENODATA ? -EPROTOTYPE : rc;
    if (rc == -ENODATA)
        rc = make_file(s, o);
    if (rc == 0 && version < o->version)
        rc = upgrade(s, o);
    return rc;
}
