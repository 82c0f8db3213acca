/* The only door to SQLite. The settings are chosen for many fast point reads by many
 * connections, one writer at a time, and files that may be damaged:
 *  - a write-ahead log, set when the file is made and never again (setting it on every
 *    open takes an exclusive lock and fails under load); synchronous NORMAL, which in
 *    this mode syncs when the log is written back, not at every commit;
 *  - no memory map: a map of a file that someone cuts short is a SIGBUS;
 *  - cells are checked as pages are loaded, and the schema is not trusted.
 * Expected load: an open per thread (well under a millisecond), then up to 100,000
 * statements. */
#include "data/store.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/store_inner.h"
#include "data/store_still.h"

#define BUSY_STEP_MS 2

enum verb { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, VERBS };

static const char *const sql_of_verb[VERBS] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT",
                                               "ROLLBACK"};

struct whet_store {
    sqlite3 *db;
    struct whet_store_stmt verbs[VERBS]; /* ready, so that a rollback needs no memory */
    unsigned busy_ms;
    unsigned waited_ms;
    int64_t page_size;
    uint64_t resting_bytes; /* of a log that may stay when the file is closed */
    uint32_t application_id;
    char *still_path; /* it is read as one that stands still; NULL: it is not */
    struct whet_store_still still;
};

/* What the system said, where SQLite asked it and keeps the answer. */
static int system_errno(sqlite3 *db, int otherwise)
{
    int code = db != NULL ? sqlite3_system_errno(db) : 0;

    return code > 0 ? -code : otherwise;
}

static int errno_of(sqlite3 *db, int rc)
{
    static const struct {
        int sqlite;
        int code;
    } codes[] = {
        {SQLITE_OK, 0},
        {SQLITE_CORRUPT, -EBADMSG},
        {SQLITE_NOTADB, -EBADMSG},
        {SQLITE_BUSY, -EBUSY},
        {SQLITE_LOCKED, -EBUSY},
        {SQLITE_PROTOCOL, -EBUSY}, /* lost the race for the log's locks too often */
        {SQLITE_FULL, -ENOSPC},
        {SQLITE_NOMEM, -ENOMEM},
        {SQLITE_READONLY, -EROFS},
        {SQLITE_PERM, -EACCES},
        {SQLITE_TOOBIG, -EFBIG},
        {SQLITE_CONSTRAINT, -EEXIST},
    };

    if (rc == SQLITE_IOERR_NOMEM)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].sqlite == (rc & 0xff))
            return codes[i].code;
    }
    if ((rc & 0xff) == SQLITE_CANTOPEN)
        return system_errno(db, -ENOENT);
    if ((rc & 0xff) == SQLITE_IOERR)
        return rc == SQLITE_IOERR_SHORT_READ ? -EBADMSG : system_errno(db, -EIO);
    return -EINVAL;
}

int whet__store_wait(struct whet_store *s)
{
    if (s->waited_ms >= s->busy_ms)
        return 0;
    sqlite3_sleep(BUSY_STEP_MS);
    s->waited_ms += BUSY_STEP_MS;
    return 1;
}

static int wait_for_others(void *arg, int tries)
{
    (void)tries;
    return whet__store_wait(arg);
}

const char *whet__store_message(const struct whet_store *s)
{
    return sqlite3_errmsg(s->db);
}

int whet__store_exec(struct whet_store *s, const char *sql)
{
    return errno_of(s->db, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

int whet__store_prepare(struct whet_store *s, const char *sql, struct whet_store_stmt *out)
{
    sqlite3_stmt *raw = NULL;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, NULL);

    if (rc != SQLITE_OK) {
        rc = errno_of(s->db, rc);
        assert(rc < 0); /* or the caller would step what is not there */
        return rc;
    }
    *out = (struct whet_store_stmt){raw, s, 0};
    return 0;
}

void whet__store_stmt_clear(struct whet_store_stmt *st)
{
    sqlite3_finalize(st->raw);
    *st = (struct whet_store_stmt){NULL, NULL, 0};
}

/* A bind can only fail for a value that is too large; a wrong number is our bug. */
static void note_bind(struct whet_store_stmt *st, int rc)
{
    assert(rc != SQLITE_RANGE && rc != SQLITE_MISUSE);
    if (rc != SQLITE_OK && st->error == 0)
        st->error = errno_of(st->store->db, rc);
}

void whet__store_bind_int(struct whet_store_stmt *st, int at, int64_t value)
{
    note_bind(st, sqlite3_bind_int64(st->raw, at, value));
}

void whet__store_bind_double(struct whet_store_stmt *st, int at, double value)
{
    note_bind(st, sqlite3_bind_double(st->raw, at, value));
}

void whet__store_bind_blob(struct whet_store_stmt *st, int at, const void *data, size_t len)
{
    /* A NULL pointer would bind SQL's NULL, not an empty value. */
    note_bind(st, sqlite3_bind_blob64(st->raw, at, len ? data : "", len, SQLITE_STATIC));
}

void whet__store_bind_text(struct whet_store_stmt *st, int at, const char *text)
{
    note_bind(st,
              sqlite3_bind_text64(st->raw, at, text, strlen(text), SQLITE_STATIC, SQLITE_UTF8));
}

void whet__store_bind_null(struct whet_store_stmt *st, int at)
{
    note_bind(st, sqlite3_bind_null(st->raw, at));
}

int whet__store_step(struct whet_store_stmt *st)
{
    int rc;

    if (st->error != 0) {
        rc = st->error;
        whet__store_reset(st);
        return rc;
    }
    rc = sqlite3_step(st->raw);
    if (rc == SQLITE_ROW)
        return 1;
    rc = rc == SQLITE_DONE ? 0 : errno_of(st->store->db, rc);
    sqlite3_reset(st->raw);
    return rc;
}

void whet__store_reset(struct whet_store_stmt *st)
{
    if (st->raw != NULL)
        sqlite3_reset(st->raw);
    st->error = 0;
}

int whet__store_begin(struct whet_store *s, int write)
{
    return whet__store_step(&s->verbs[write ? BEGIN_WRITE : BEGIN_READ]);
}

int whet__store_commit(struct whet_store *s)
{
    int rc = whet__store_step(&s->verbs[COMMIT]);

    if (rc == 0)
        s->waited_ms = 0;
    return rc;
}

void whet__store_rollback(struct whet_store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        (void)!whet__store_step(&s->verbs[ROLLBACK]);
}

int64_t whet__store_int(struct whet_store_stmt *st, int column)
{
    return sqlite3_column_int64(st->raw, column);
}

double whet__store_double(struct whet_store_stmt *st, int column)
{
    return sqlite3_column_double(st->raw, column);
}

const void *whet__store_blob(struct whet_store_stmt *st, int column, size_t *len)
{
    const void *data = sqlite3_column_blob(st->raw, column);

    *len = data != NULL ? (size_t)sqlite3_column_bytes(st->raw, column) : 0;
    return data;
}

const char *whet__store_text(struct whet_store_stmt *st, int column)
{
    return (const char *)sqlite3_column_text(st->raw, column);
}

uint64_t whet__store_changes(const struct whet_store *s)
{
    return (uint64_t)sqlite3_changes64(s->db);
}

int64_t whet__store_last_id(const struct whet_store *s)
{
    return sqlite3_last_insert_rowid(s->db);
}

/* SQLITE_FCNTL_FILE_POINTER, or _JOURNAL_POINTER for the log; NULL: there is none, or not now.
 */
static sqlite3_file *file_of(const struct whet_store *s, int which)
{
    sqlite3_file *file = NULL;

    if (sqlite3_file_control(s->db, "main", which, &file) != SQLITE_OK || file == NULL)
        return NULL;
    return file->pMethods != NULL ? file : NULL;
}

static uint64_t log_size(const struct whet_store *s)
{
    sqlite3_file *log = file_of(s, SQLITE_FCNTL_JOURNAL_POINTER);
    sqlite3_int64 bytes = 0;

    return log != NULL && log->pMethods->xFileSize(log, &bytes) == SQLITE_OK ? (uint64_t)bytes
                                                                             : 0;
}

int whet__store_measure(struct whet_store *s, struct whet_store_size *out)
{
    int64_t pages = 0, spare = 0;
    int rc = whet__store_number(s, "PRAGMA page_count", &pages);

    if (rc == 0)
        rc = whet__store_number(s, "PRAGMA freelist_count", &spare);
    if (rc != 0)
        return rc;
    out->file_bytes = (uint64_t)(pages * s->page_size);
    out->free_bytes = (uint64_t)(spare * s->page_size);
    out->log_bytes = log_size(s);
    return 0;
}

int whet__store_shrink(struct whet_store *s, uint64_t bytes)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%llu)",
             (unsigned long long)(bytes / (uint64_t)s->page_size) + 1);
    return whet__store_exec(s, sql);
}

int whet__store_sync(struct whet_store *s)
{
    sqlite3_file *log = file_of(s, SQLITE_FCNTL_JOURNAL_POINTER);

    return log != NULL ? errno_of(s->db, log->pMethods->xSync(log, SQLITE_SYNC_NORMAL)) : 0;
}

int whet__store_checkpoint(struct whet_store *s)
{
    unsigned waited = s->waited_ms;
    int rc;

    s->waited_ms = s->busy_ms; /* an empty purse: ask once */
    rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    s->waited_ms = waited;
    return errno_of(s->db, rc);
}

int whet__store_check(struct whet_store *s)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    int rc = whet__store_prepare(s, "PRAGMA quick_check(1)", &st);
    const char *answer;

    if (rc != 0)
        return rc;
    rc = whet__store_step(&st);
    if (rc == 1) {
        answer = whet__store_text(&st, 0);
        rc = answer == NULL ? -ENOMEM : strcmp(answer, "ok") == 0 ? 0 : -EBADMSG;
    }
    whet__store_stmt_clear(&st);
    return rc;
}

/* SQLite's object for a file, which has some 120 bytes. */
union file_room {
    sqlite3_file file;
    char bytes[1024];
};

/* As SQLite opens its own: by the full name, and a second NUL behind it. */
static int head_open(sqlite3_vfs *vfs, const char *path, union file_room *room,
                     char full[PATH_MAX + 2])
{
    int most = vfs->mxPathname < PATH_MAX ? vfs->mxPathname : PATH_MAX;
    int rc = vfs->xFullPathname(vfs, path, most + 1, full);

    if ((rc & 0xff) != SQLITE_OK) /* that there are links is no failure */
        return rc;
    full[strlen(full) + 1] = '\0';
    return vfs->xOpen(vfs, full, &room->file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, NULL);
}

int whet__store_head(const char *path, void *out, size_t len)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    union file_room room = {.bytes = {0}};
    char full[PATH_MAX + 2] = "";
    int rc;

    if (vfs == NULL || (size_t)vfs->szOsFile > sizeof(room))
        return -ENOTSUP;
    rc = head_open(vfs, path, &room, full);
    if (rc == SQLITE_OK)
        rc = room.file.pMethods->xRead(&room.file, out, (int)len, 0);
    if (room.file.pMethods != NULL)
        (void)room.file.pMethods->xClose(&room.file);
    if (rc == SQLITE_IOERR_SHORT_READ)
        return 0;
    return rc == SQLITE_OK ? 1 : errno_of(NULL, rc);
}

static int configure(struct whet_store *s, const struct whet_store_options *o)
{
    unsigned checkpoint_kib = o->checkpoint_kib != 0 ? o->checkpoint_kib : 4096;
    char sql[256];
    int rc;

    s->busy_ms = o->busy_ms != 0 ? o->busy_ms : 5000;
    s->resting_bytes = (uint64_t)o->resting_kib * 1024;
    s->application_id = o->application_id;
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_busy_handler(s->db, wait_for_others, s);
    snprintf(sql, sizeof(sql),
             "PRAGMA cell_size_check=ON;PRAGMA cache_size=-%u;PRAGMA mmap_size=0;"
             "PRAGMA secure_delete=OFF;"
             "PRAGMA journal_size_limit=%llu;PRAGMA synchronous=NORMAL",
             o->page_cache_kib != 0 ? o->page_cache_kib : 2048,
             (unsigned long long)checkpoint_kib * 1024);
    rc = whet__store_exec(s, sql);
    if (rc == 0)
        rc = whet__store_number(s, "PRAGMA page_size", &s->page_size);
    if (rc == 0)
        sqlite3_wal_autocheckpoint(s->db, (int)((int64_t)checkpoint_kib * 1024 / s->page_size));
    for (int i = 0; i < VERBS && rc == 0; i++)
        rc = whet__store_prepare(s, sql_of_verb[i], &s->verbs[i]);
    return rc;
}

/* "./" before a relative path keeps SQLite from reading it as one of its own names
 * (":memory:", "file:..."). */
static int open_file(struct whet_store *s, const char *path, int flags)
{
    struct whet_text name, plain;
    int rc;

    whet__text_init(&name, 4 * (size_t)PATH_MAX);
    whet__text_init(&plain, PATH_MAX);
    whet__text_puts(&plain, path[0] == '/' ? "" : "./");
    whet__text_puts(&plain, path);
    rc = whet__text_error(&plain);
    if (rc == 0 && s->still_path != NULL)
        whet__store_still_name(&name, whet__text_str(&plain));
    else
        whet__text_puts(&name, whet__text_str(&plain));
    if (rc == 0)
        rc = whet__text_error(&name);
    if (rc == 0) {
        rc = sqlite3_open_v2(whet__text_str(&name), &s->db, flags, NULL);
        rc = errno_of(s->db, rc);
    }
    whet__text_clear(&plain);
    whet__text_clear(&name);
    return rc == -EFBIG ? -ENAMETOOLONG : rc;
}

static int open_with(struct whet_store **out, const char *path,
                     const struct whet_store_options *options, int still)
{
    int flags =
        SQLITE_OPEN_NOMUTEX | (still ? SQLITE_OPEN_URI : 0) |
        (options->flags & WHET_STORE_READ_ONLY ? SQLITE_OPEN_READONLY
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    struct whet_store *s = whet__mem_zalloc(1, sizeof(*s));
    int rc = s != NULL ? 0 : -ENOMEM;

    if (rc == 0 && still) {
        s->still_path = whet__mem_strdup(path);
        rc = s->still_path != NULL ? whet__store_still_look(path, &s->still) : -ENOMEM;
    }
    if (rc == 0)
        rc = open_file(s, path, flags);
    if (rc == 0)
        rc = configure(s, options);
    if (rc == 0)
        rc = whet__store_settle(s, options);
    if (rc != 0) {
        whet__store_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

int whet__store_open(struct whet_store **out, const char *path,
                     const struct whet_store_options *options)
{
    int rc;

    assert(options->application_id != 0 && options->version > 0);
    rc = open_with(out, path, options, 0);
    if (options->flags & WHET_STORE_READ_ONLY &&
        (rc == -ENOENT || rc == -EACCES || rc == -EPERM || rc == -EROFS) &&
        open_with(out, path, options, 1) == 0)
        return 0;
    return rc;
}

int whet__store_is_past(const struct whet_store *s)
{
    return s->still_path != NULL && !whet__store_still_same(s->still_path, &s->still);
}

/* Whose it is has to be seen in the file itself, by those who do not open it (store_file.h). */
static int is_signed(const struct whet_store *s)
{
    unsigned char id[4];
    sqlite3_file *file = file_of(s, SQLITE_FCNTL_FILE_POINTER);

    if (file == NULL ||
        file->pMethods->xRead(file, id, sizeof(id), WHET_STORE_ID_AT) != SQLITE_OK)
        return 0;
    return ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]) ==
           s->application_id;
}

/* To write a log back takes three or four syncs, more than most processes do at all, and to
 * read a short one again when the file is opened next next to nothing. */
static void leave_log(struct whet_store *s)
{
    if (s->resting_bytes != 0 && log_size(s) <= s->resting_bytes && is_signed(s))
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void whet__store_free(struct whet_store *s)
{
    if (s == NULL)
        return;
    leave_log(s);
    for (int i = 0; i < VERBS; i++)
        whet__store_stmt_clear(&s->verbs[i]);
    sqlite3_close_v2(s->db);
    whet__mem_free(s->still_path);
    whet__mem_free(s);
}
