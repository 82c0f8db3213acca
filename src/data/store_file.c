/* The file under a disk cache. The common way through here is short: lock, open, done;
 * the rest is for the day when the file has been damaged. */
#include "data/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/lock.h"

#define BAD_KEPT      2  /* damaged files that are left for the curious */
#define HEAD_BYTES    72 /* of an SQLite file, with its application id */
#define ID_AT         WHET_STORE_ID_AT
#define LOCK_TRIES    50
#define LOCK_PAUSE_NS 2000000

/* PATH with `suffix`, and `more` behind it, in the caller's text. */
static const char *name_of(struct whet_text *t, const struct whet_store_file *f,
                           const char *suffix, const char *more)
{
    whet__text_reset(t);
    whet__text_printf(t, "%s%s%s", f->path, suffix, more);
    return whet__text_error(t) == 0 ? whet__text_str(t) : NULL;
}

static int name_exists(const char *name)
{
    struct stat st;

    return lstat(name, &st) == 0 || errno != ENOENT;
}

int whet__store_file_id(const char *path, uint32_t *id)
{
    unsigned char head[HEAD_BYTES];
    struct stat st;
    int rc;

    if (stat(path, &st) != 0 || faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode)) /* a pipe would be waited for */
        return 0;
    if (st.st_size == 0)
        return -ENODATA;
    rc = whet__store_head(path, head, sizeof(head));
    if (rc != 1)
        return rc;
    if (memcmp(head, "SQLite format 3", 16) != 0)
        return 0;
    *id = (uint32_t)head[ID_AT] << 24 | (uint32_t)head[ID_AT + 1] << 16 |
          (uint32_t)head[ID_AT + 2] << 8 | head[ID_AT + 3];
    return 1;
}

static int may_write(const char *name)
{
    return faccessat(AT_FDCWD, name, W_OK, AT_EACCESS) == 0 || errno == ENOENT ? 0 : -errno;
}

/* With a log that is there nothing has to be made in the folder. */
int whet__store_file_writable(const char *path)
{
    struct whet_text name;
    const char *slash = strrchr(path, '/');
    int rc = may_write(path);

    if (rc != 0 || !name_exists(path))
        return rc;
    whet__text_init(&name, PATH_MAX);
    whet__text_printf(&name, "%s-wal", path);
    if (whet__text_error(&name) == 0 && !name_exists(whet__text_str(&name))) {
        whet__text_reset(&name);
        whet__text_append(&name, slash != NULL ? path : ".",
                          slash != NULL ? (size_t)(slash - path) + 1 : 1);
        if (whet__text_error(&name) == 0)
            rc = may_write(whet__text_str(&name));
    }
    whet__text_clear(&name);
    return rc;
}

/* Whether what has this name may be moved aside: nothing, an empty file, an SQLite file with
 * our application's number, or anything beside which our lock already lies: then it was ours
 * before it was damaged. Everything else is somebody's. */
static int is_ours(const struct whet_store_file *f, const char *lock_name)
{
    uint32_t id = 0;
    int known = whet__store_file_id(f->path, &id);

    if (known < 0)
        return 1; /* opening it will say why */
    if (known == 1 && (id == 0 || id == f->options->application_id ||
                       (f->options->former_id != 0 && id == f->options->former_id)))
        return 1;
    return name_exists(lock_name);
}

/* The log belongs to the file and goes with it; the shared memory is worthless. */
static int move_aside(struct whet_store_file *f, char bad[16])
{
    struct whet_text from, to;
    int rc = -ENOMEM;

    whet__text_init(&from, PATH_MAX);
    whet__text_init(&to, PATH_MAX);
    for (int n = 1; n <= BAD_KEPT; n++) {
        snprintf(bad, 16, ".bad-%d", n);
        if (name_of(&to, f, bad, "") == NULL)
            goto out;
        if (!name_exists(whet__text_str(&to)))
            break;
    }
    if (name_of(&from, f, "-shm", "") == NULL)
        goto out;
    remove(whet__text_str(&from));
    if (name_of(&from, f, "-wal", "") == NULL || name_of(&to, f, bad, "-wal") == NULL)
        goto out;
    rename(whet__text_str(&from), whet__text_str(&to));
    if (name_of(&to, f, bad, "") == NULL)
        goto out;
    rc = rename(f->path, whet__text_str(&to)) == 0 || errno == ENOENT ? 0 : -errno;
out:
    whet__text_clear(&from);
    whet__text_clear(&to);
    return rc;
}

/* Of what an earlier whet kept here. */
static int is_former(const struct whet_store_file *f)
{
    uint32_t id = 0;

    return f->options->former_id != 0 && whet__store_file_id(f->path, &id) == 1 &&
           id == f->options->former_id;
}

static int remove_former(struct whet_store_file *f)
{
    static const char *const endings[] = {"-shm", "-wal", ""};
    struct whet_text name;
    int rc = 0;

    whet__text_init(&name, PATH_MAX);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]) && rc == 0; i++) {
        if (name_of(&name, f, endings[i], "") == NULL)
            rc = -ENOMEM;
        else if (remove(whet__text_str(&name)) != 0 && errno != ENOENT)
            rc = -errno;
    }
    whet__text_clear(&name);
    return rc;
}

static int is_read_only(const struct whet_store_file *f)
{
    return (f->options->flags & WHET_STORE_READ_ONLY) != 0;
}

static int lock_shared(struct whet_store_file *f)
{
    int rc = -EBUSY;

    for (int i = 0; i < LOCK_TRIES && rc == -EBUSY; i++) {
        if (i > 0)
            whet__clock_sleep_ns(LOCK_PAUSE_NS);
        rc = whet__lock_take(f->lock, WHET_LOCK_SHARED);
    }
    return rc;
}

/* Moves the file aside if it is known not to be a sound one and nobody uses it. The caller has
 * closed the store; the lock is given up. */
static void clean_up(struct whet_store_file *f)
{
    char bad[16];
    int former, rc;

    if (f->lock < 0 || is_read_only(f) || !whet__lock_flag(f->lock))
        return;
    rc = whet__lock_take(f->lock, WHET_LOCK_EXCLUSIVE);
    if (rc != 0)
        return;
    if (whet__lock_flag(f->lock)) {
        former = is_former(f);
        rc = former ? remove_former(f) : move_aside(f, bad);
        if (rc == 0)
            rc = whet__lock_flag_set(f->lock, 0);
        if (rc == 0 && !former)
            snprintf(f->note, sizeof(f->note),
                     "the %s was damaged and has been started anew: '%s': the old one "
                     "is now '%s%s'",
                     f->what, f->path, f->path, bad);
    }
    (void)!whet__lock_take(f->lock, WHET_LOCK_NONE);
}

void whet__store_file_note(struct whet_store_file *f, int code)
{
    int denied = is_read_only(f) ? 0 : whet__store_file_writable(f->path);

    /* SQLite says the same of many reasons not to be able to write. */
    if (denied != 0 && (code == -ENOENT || code == -EROFS || code == -EACCES))
        code = denied;
    f->code = code;
    if (f->note[0] != '\0' || code == -ENOMEM)
        return;
    if ((code == -EBADMSG || code == -EPROTOTYPE) && is_former(f))
        snprintf(f->note, sizeof(f->note),
                 "the %s is of an older version of whet, which still uses it: '%s': it is not "
                 "used until it can be replaced",
                 f->what, f->path);
    else if (code == -EPROTOTYPE)
        snprintf(f->note, sizeof(f->note), "not a %s of whet: '%s': it is left alone", f->what,
                 f->path);
    else if (code == -EBADMSG)
        snprintf(f->note, sizeof(f->note),
                 "the %s is damaged: '%s': it is not used until it can be replaced", f->what,
                 f->path);
    else if (code == -ENOTSUP)
        snprintf(f->note, sizeof(f->note),
                 "the %s is of a newer version of whet and is left alone: '%s'", f->what,
                 f->path);
    else if (code == -EBUSY)
        snprintf(f->note, sizeof(f->note), "the %s is locked by another program: '%s'", f->what,
                 f->path);
    else
        snprintf(f->note, sizeof(f->note), "the %s cannot be used: '%s': %s", f->what, f->path,
                 strerror(-code));
}

/* Opens the store under the shared lock; not if it waits to be moved aside. */
static int open_shared(struct whet_store_file *f)
{
    int rc = f->lock >= 0 ? lock_shared(f) : 0;

    if (rc == 0 && f->lock >= 0 && whet__lock_flag(f->lock))
        rc = -EBADMSG;
    if (rc == 0)
        rc = whet__store_open(&f->store, f->path, f->options);
    return rc;
}

void whet__store_file_replace(struct whet_store_file *f)
{
    int rc;

    whet__store_free(f->store);
    f->store = NULL;
    if (f->lock < 0 || is_read_only(f) || whet__lock_flag_set(f->lock, 1) != 0) {
        whet__store_file_note(f, -EBADMSG);
        return;
    }
    clean_up(f);
    rc = open_shared(f);
    if (rc != 0) {
        whet__store_file_note(f, rc);
        (void)!whet__lock_take(f->lock, WHET_LOCK_NONE);
    }
}

int whet__store_file_open(struct whet_store_file *f, const char *path, const char *what,
                          const struct whet_store_options *options)
{
    struct whet_text name;
    int rc, made = 0;

    memset(f, 0, sizeof(*f));
    f->lock = -1;
    f->what = what;
    f->options = options;
    f->path = whet__mem_strdup(path);
    if (f->path == NULL)
        return -ENOMEM;
    whet__text_init(&name, PATH_MAX);
    (void)name_of(&name, f, ".lock", "");
    rc = whet__text_error(&name);
    if (rc == 0 && !is_ours(f, whet__text_str(&name)))
        rc = -EPROTOTYPE;
    if (rc == 0) {
        /* Who only reads leaves nothing behind. */
        made = !name_exists(whet__text_str(&name));
        if (!is_read_only(f) || !made)
            f->lock = whet__lock_open(whet__text_str(&name));
        clean_up(f);
        rc = open_shared(f);
    }
    /* It was not ours after all, and nothing of ours stays beside it. */
    if (rc == -EPROTOTYPE && made && f->lock >= 0 && !is_former(f))
        (void)remove(whet__text_str(&name));
    whet__text_clear(&name);
    if (rc == -ENOMEM) {
        whet__store_file_close(f);
        return rc;
    }
    if (rc == -EBADMSG || (rc == -EPROTOTYPE && is_former(f)))
        whet__store_file_replace(f);
    else if (rc != 0)
        whet__store_file_note(f, rc);
    return 0;
}

void whet__store_file_close(struct whet_store_file *f)
{
    whet__store_free(f->store);
    f->store = NULL;
    clean_up(f);
    whet__lock_close(f->lock);
    f->lock = -1;
    whet__mem_free(f->path);
    f->path = NULL;
}
