/* Making and removing whole folders. Removing goes by descriptors of folders, so that a
 * name swapped for a link in mid-work leads nowhere; its depth is bounded by moving what
 * lies too deep up to the top, where its turn comes again. Expected load: temporary
 * folders, caches of many thousand files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"

#define LEVELS_MAX  32
#define LEVEL_BYTES 4096

/* One folder on the way down. */
struct level {
    struct whet_dir dir;
    char name[NAME_MAX + 1]; /* in the level above */
    int removed;             /* entries that went away in this pass */
    int failed;              /* entries that could not be removed */
};

struct removal {
    const char *path;
    struct level *levels;
    char *buffers;
    int depth; /* of the level being read */
    int error; /* the first */
    unsigned moved;
};

static int make_dir(const char *path, mode_t mode)
{
    struct stat st;
    int error;

    if (mkdir(path, mode) == 0)
        return 0;
    /* On read-only and foreign ground mkdir complains before it looks. */
    error = -errno;
    if (stat(path, &st) != 0)
        return error;
    return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int whet__file_make_dirs(const char *path, unsigned mode)
{
    size_t len = strlen(path);
    char part[PATH_MAX];

    if (len == 0)
        return -ENOENT;
    if (len >= sizeof(part))
        return -ENAMETOOLONG;
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        int rc;

        if ((part[i] != '/' && part[i] != '\0') || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        rc = make_dir(part, (mode_t)mode);
        part[i] = path[i];
        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__file_make_temp_dir(struct whet_text *out)
{
    const char *base = getenv("TMPDIR");
    size_t start = out->len;
    int rc;

    rc = whet__path_append(out, base != NULL && base[0] == '/' ? base : "/tmp", "/whet-XXXXXX");
    if (rc == 0 && mkdtemp(out->data + start) == NULL) {
        rc = -errno;
        whet__text_truncate(out, start);
    }
    return rc;
}

static void removal_note(struct removal *r, int error)
{
    if (r->error == 0)
        r->error = error;
    r->levels[r->depth].failed++;
}

/* Opens `name` below `dirfd` as level r->depth + 1. */
static int level_enter(struct removal *r, int dirfd, const char *name)
{
    struct level *level = &r->levels[r->depth + 1];
    int fd = whet__dir_open(dirfd, name);

    if (fd < 0)
        return fd;
    r->depth++;
    level->removed = level->failed = 0;
    snprintf(level->name, sizeof(level->name), "%s", name);
    whet__dir_init(&level->dir, fd, r->buffers + (size_t)r->depth * LEVEL_BYTES, LEVEL_BYTES);
    return 0;
}

/* The folder `name` of the deepest level goes up to the top one. */
static int folder_hoist(struct removal *r, int dirfd, const char *name)
{
    char moved[64];

    snprintf(moved, sizeof(moved), ".whet-removed-%ld-%u", (long)getpid(), r->moved++);
    return renameat(dirfd, name, r->levels[0].dir.fd, moved) == 0 ? 0 : -errno;
}

/* Removes one entry, or enters the folder that it is. */
static void entry_remove(struct removal *r, const struct whet_dir_entry *entry)
{
    struct level *level = &r->levels[r->depth];
    int fd = level->dir.fd, rc;

    if (entry->kind != WHET_FILE_DIR)
        rc = unlinkat(fd, entry->name, 0) == 0 ? 0 : -errno;
    else if (unlinkat(fd, entry->name, AT_REMOVEDIR) == 0)
        rc = 0;
    else if (errno != ENOTEMPTY && errno != EEXIST)
        rc = -errno;
    else if (r->depth + 1 < LEVELS_MAX) {
        rc = level_enter(r, fd, entry->name);
        if (rc == 0)
            return;
    } else
        rc = folder_hoist(r, fd, entry->name);
    if (rc == 0 || rc == -ENOENT)
        level->removed++;
    else
        removal_note(r, rc);
}

/* Removes the folder of the deepest level itself. */
static int level_remove(struct removal *r)
{
    struct level *level = &r->levels[r->depth];
    int done;

    if (r->depth == 0)
        done = rmdir(r->path);
    else
        done = unlinkat(level[-1].dir.fd, level->name, AT_REMOVEDIR);
    return done == 0 || errno == ENOENT ? 0 : -errno;
}

/* The deepest level has been read to its end. Some filesystems pass over entries while
 * others are removed, so it is read again as long as that gets further. */
static void level_leave(struct removal *r)
{
    struct level *level = &r->levels[r->depth];
    int rc = level->failed == 0 ? level_remove(r) : 0;

    if ((rc == -ENOTEMPTY || rc == -EEXIST) && level->removed != 0 &&
        lseek(level->dir.fd, 0, SEEK_SET) == 0) {
        level->removed = 0;
        whet__dir_init(&level->dir, level->dir.fd, level->dir.buffer, level->dir.size);
        return;
    }
    if (rc != 0)
        removal_note(r, rc);
    close(level->dir.fd);
    r->depth--;
    if (r->depth >= 0) {
        level[-1].failed += level->failed != 0;
        level[-1].removed += level->failed == 0;
    }
}

static void removal_run(struct removal *r)
{
    while (r->depth >= 0) {
        struct whet_dir_entry entry;
        int rc = whet__dir_next(&r->levels[r->depth].dir, &entry);

        if (rc > 0)
            entry_remove(r, &entry);
        else {
            if (rc < 0)
                removal_note(r, rc);
            level_leave(r);
        }
    }
}

int whet__file_remove_tree(const char *path)
{
    struct removal r = {.path = path, .depth = -1};
    int rc;

    if (unlink(path) == 0)
        return 0;
    /* POSIX says EPERM for a folder, Linux EISDIR. */
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    if (rmdir(path) == 0)
        return 0;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return -errno;
    r.levels = whet__mem_zalloc(LEVELS_MAX, sizeof(*r.levels));
    r.buffers = whet__mem_zalloc(LEVELS_MAX, LEVEL_BYTES);
    rc = r.levels != NULL && r.buffers != NULL ? 0 : -ENOMEM;
    if (rc == 0)
        rc = level_enter(&r, AT_FDCWD, path);
    if (rc == 0) {
        removal_run(&r);
        rc = r.error;
    }
    whet__mem_free(r.buffers);
    whet__mem_free(r.levels);
    return rc;
}
