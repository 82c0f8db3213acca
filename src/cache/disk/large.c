/* Files of large values. Expected load: 64 KiB to some hundred megabytes each, thousands of
 * them in 256 folders. */
#include "cache/disk/large.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/dir.h"
#include "os/file.h"

#define BLOCK_BYTES ((uint64_t)4096)
#define STAT_BLOCK  ((uint64_t)512)

void whet__large_name(char out[WHET_LARGE_NAME], uint64_t bits, uint64_t unique)
{
    snprintf(out, WHET_LARGE_NAME, "%016llx%016llx", (unsigned long long)bits,
             (unsigned long long)unique);
}

int whet__large_is_name(const char *name)
{
    return strlen(name) == WHET_LARGE_NAME - 1 &&
           strspn(name, "0123456789abcdef") == WHET_LARGE_NAME - 1;
}

int whet__large_path(struct whet_text *out, const char *path, const char *name)
{
    if (!whet__large_is_name(name))
        return -EBADMSG;
    whet__text_printf(out, "%s.d/%.2s/%s", path, name, name);
    return whet__text_error(out);
}

/* Blocks may not be given out until the file is written back. */
static int disk_bytes_of(const char *file, size_t len, uint64_t *out)
{
    struct stat st;
    uint64_t least = (len + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;

    if (stat(file, &st) != 0)
        return -errno;
    *out = (uint64_t)st.st_blocks * STAT_BLOCK;
    if (*out < least)
        *out = least;
    return 0;
}

static int make_folder(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *folder = whet__mem_strndup(file, (size_t)(slash - file));
    int rc = folder != NULL ? whet__file_make_dirs(folder, 0700) : -ENOMEM;

    whet__mem_free(folder);
    return rc;
}

int whet__large_write(const char *path, const char *name, const void *value, size_t len,
                      uint64_t *disk_bytes)
{
    struct whet_text file;
    int rc;

    whet__text_init(&file, PATH_MAX);
    rc = whet__large_path(&file, path, name);
    if (rc == 0)
        rc = whet__file_write(whet__text_str(&file), value, len, 0);
    if (rc == -ENOENT) {
        rc = make_folder(whet__text_str(&file));
        if (rc == 0)
            rc = whet__file_write(whet__text_str(&file), value, len, 0);
    }
    if (rc == 0)
        rc = disk_bytes_of(whet__text_str(&file), len, disk_bytes);
    whet__text_clear(&file);
    return rc;
}

int whet__large_length(const char *file, uint64_t *len)
{
    struct stat st;

    if (stat(file, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EBADMSG;
    *len = (uint64_t)st.st_size;
    return 0;
}

int whet__large_read(const char *file, void *value, size_t len)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    char *at = value;
    int rc = fd < 0 ? -errno : 0;

    while (rc == 0 && len > 0) {
        ssize_t got = read(fd, at, len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            rc = got < 0 ? -errno : -EBADMSG;
        else {
            at += got;
            len -= (size_t)got;
        }
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

void whet__large_remove(const char *path, const char *name)
{
    struct whet_text file;

    whet__text_init(&file, PATH_MAX);
    if (whet__large_path(&file, path, name) == 0)
        (void)remove(whet__text_str(&file));
    whet__text_clear(&file);
}

/* What a walk through PATH.d takes along. */
struct walk {
    struct whet_text at;
    int64_t before_ns;
    int (*each)(void *ctx, const char *file, const char *name);
    void *ctx;
};

static int look_at_file(struct walk *w, int fd, const struct whet_dir_entry *entry)
{
    struct whet_file_stat look;
    size_t len = w->at.len;
    int rc;

    if (whet__dir_stat(fd, entry->name, &look) != 0 || look.kind != WHET_FILE_REGULAR ||
        look.mtime_ns >= w->before_ns)
        return 0;
    whet__text_printf(&w->at, "/%s", entry->name);
    rc = whet__text_error(&w->at);
    if (rc == 0)
        rc = w->each(w->ctx, whet__text_str(&w->at), entry->name);
    whet__text_truncate(&w->at, len);
    return rc;
}

/* One of the 256 folders. */
static int walk_folder(struct walk *w, int top, const char *name)
{
    char *buffer = whet__mem_alloc(WHET_DIR_BUFFER);
    struct whet_dir_entry entry;
    struct whet_dir dir;
    size_t len = w->at.len;
    int fd = buffer != NULL ? whet__dir_open(top, name) : -ENOMEM;
    int rc = fd < 0 ? fd : 0;

    whet__text_printf(&w->at, "/%s", name);
    if (rc == 0) {
        whet__dir_init(&dir, fd, buffer, WHET_DIR_BUFFER);
        while (rc == 0 && (rc = whet__dir_next(&dir, &entry)) > 0)
            rc = look_at_file(w, fd, &entry);
        close(fd);
    }
    whet__text_truncate(&w->at, len);
    whet__mem_free(buffer);
    return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
}

int whet__large_each(const char *path, int64_t before_ns,
                     int (*each)(void *ctx, const char *file, const char *name), void *ctx)
{
    struct walk w = {.before_ns = before_ns, .each = each, .ctx = ctx};
    char name[4];
    int top, rc;

    whet__text_init(&w.at, PATH_MAX);
    whet__text_printf(&w.at, "%s.d", path);
    rc = whet__text_error(&w.at);
    top = rc == 0 ? whet__dir_open(AT_FDCWD, whet__text_str(&w.at)) : rc;
    rc = top < 0 ? top : 0;
    for (unsigned i = 0; i < 256 && rc == 0; i++) {
        snprintf(name, sizeof(name), "%02x", i & 0xffu);
        rc = walk_folder(&w, top, name);
    }
    if (top >= 0)
        close(top);
    whet__text_clear(&w.at);
    return rc == -ENOENT ? 0 : rc;
}
