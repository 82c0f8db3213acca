/* Opening the history. The tables are documented in whet-formats(5): anyone may ask them. */
#include "check/history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"

#define APPLICATION_ID 0x77684831u /* "whH1" */
#define VERSION        1
#define BUSY_MS        5000
#define PATH_BYTES     ((size_t)8192)

static int make_tables(struct whet_store *s, int from)
{
    (void)from;
    return whet__store_exec(
        s, "CREATE TABLE session(id INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
           " folder TEXT NOT NULL, revision TEXT NOT NULL, suite TEXT NOT NULL,"
           " verdict TEXT NOT NULL, command TEXT NOT NULL, version TEXT NOT NULL,"
           " hostname TEXT NOT NULL, cpu_model TEXT NOT NULL, architecture TEXT NOT NULL,"
           " kernel TEXT NOT NULL, cores INTEGER NOT NULL);"
           "CREATE INDEX session_by_time ON session(time);"
           "CREATE INDEX session_by_suite ON session(folder, suite, time);"
           "CREATE TABLE arm(id INTEGER PRIMARY KEY, session INTEGER NOT NULL,"
           " name TEXT NOT NULL, command TEXT, program_hash TEXT, metric TEXT NOT NULL,"
           " samples INTEGER NOT NULL, failed INTEGER NOT NULL);"
           "CREATE INDEX arm_by_session ON arm(session);"
           "CREATE TABLE value(arm INTEGER NOT NULL, metric TEXT NOT NULL,"
           " unit TEXT NOT NULL, n INTEGER NOT NULL, median REAL NOT NULL,"
           " low REAL NOT NULL, high REAL NOT NULL, level REAL NOT NULL,"
           " min REAL NOT NULL, max REAL NOT NULL,"
           " PRIMARY KEY(arm, metric)) WITHOUT ROWID");
}

static int usual_path(struct whet_text *out)
{
    int rc = whet__path_state_home(out);

    whet__text_puts(out, "/whet/history.db");
    return rc != 0 ? rc : whet__text_error(out);
}

/* Makes the folder of `path`; *network tells whether it is elsewhere. */
static int make_folder(const char *path, int *network)
{
    const char *slash = strrchr(path, '/');
    struct whet_text folder;
    int rc;

    whet__text_init(&folder, PATH_BYTES);
    whet__text_append(&folder, slash != NULL ? path : ".",
                      slash != NULL ? (size_t)(slash - path) + 1 : 1);
    rc = whet__text_error(&folder);
    if (rc == 0)
        rc = whet__file_make_dirs(whet__text_str(&folder), 0700);
    if (rc == 0 && whet__file_is_network(whet__text_str(&folder), network) != 0)
        *network = 0;
    whet__text_clear(&folder);
    return rc;
}

static int unusable(const char *path, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc == -ENOMEM ? rc : -EIO,
                          "the history cannot be used: '%.300s': %s", path, strerror(-rc));
}

static int open_at(struct whet_history_file *f, const char *path, int write,
                   struct whet_error *err)
{
    struct whet_file_stat st;
    int network = 0, rc = 0;

    if (write)
        rc = make_folder(path, &network);
    else if (whet__dir_stat(AT_FDCWD, path, &st) == -ENOENT)
        return whet_error_set(
            err, -ENOENT,
            "nothing was measured yet: '%.300s': run 'whet bench' or 'whet check' first", path);
    f->options = (struct whet_store_options){
        .application_id = APPLICATION_ID,
        .version = VERSION,
        .flags = (network ? (unsigned)WHET_STORE_NO_WAL : 0) |
                 (write ? 0 : (unsigned)WHET_STORE_READ_ONLY),
        .busy_ms = BUSY_MS,
        .upgrade = make_tables,
    };
    if (rc == 0)
        rc = whet__store_file_open(&f->disk, path, "history", &f->options);
    if (rc != 0)
        return unusable(path, rc, err);
    if (f->disk.store == NULL) {
        whet_error_set(err, -EIO, "%s", f->disk.note);
        whet__history_close(f);
        return -EIO;
    }
    if (f->disk.note[0] != '\0')
        whet__log(WHET_LOG_WARNING, "%s", f->disk.note); /* it works, anew */
    return 0;
}

int whet__history_open(struct whet_history_file *f, const struct whet_history_options *options,
                       int write, struct whet_error *err)
{
    struct whet_text path;
    int rc;

    memset(f, 0, sizeof(*f));
    f->disk.lock = -1;
    if (options != NULL && options->path != NULL)
        return open_at(f, options->path, write, err);
    whet__text_init(&path, PATH_BYTES);
    rc = usual_path(&path);
    rc = rc == 0 ? open_at(f, whet__text_str(&path), write, err)
                 : unusable("history.db", rc, err);
    whet__text_clear(&path);
    return rc;
}

void whet__history_close(struct whet_history_file *f)
{
    whet__store_file_close(&f->disk);
}

int whet__history_failed(const struct whet_history_file *f, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "the history cannot be used: '%.200s': %.100s", f->disk.path,
                          rc == -ENOMEM ? strerror(ENOMEM)
                                        : whet__store_message(f->disk.store));
}

int whet__history_folder(const char *dir, struct whet_text *out)
{
    int rc = whet__path_real(dir, out);

    if (rc == 0 || rc == -ENOMEM)
        return rc;
    whet__text_puts(out, dir);
    return whet__text_error(out);
}
