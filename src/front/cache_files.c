/* Finding and opening the caches that a command is about. Those of this user lie in one
 * folder, a handful of them. */
#include "front/cache_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "data/store_file.h"
#include "os/dir.h"
#include "os/path.h"

#define FILES_MAX     1000
#define CLIENTS_MAX   1024
#define NAMES_MAX     20
#define LITTLE_MEMORY ((uint64_t)1 << 20)

/* The kind is told before the file is opened, as opening may put a damaged one aside. 1: one of
 * ours; 0: something else; -errno. */
static int is_cache(const char *path)
{
    uint32_t id = 0;
    int rc = whet__store_file_id(path, &id);

    return rc == 1 ? id == WHET_DISK_APPLICATION_ID : rc == -ENODATA ? 0 : rc;
}

static int file_each(const char *path, int read_only, whet_each_file each, void *ctx,
                     struct whet_error *err)
{
    struct whet_cache_file file = {.path = path};
    struct whet_disk_options options = {
        .path = path, .client = "whet-cache", .read_only = read_only};
    char note[512] = "";
    int rc = read_only ? 0 : whet__store_file_writable(path);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot write: '%.200s': %s", path, strerror(-rc));
    rc = whet__shared_new(&file.shared, path, read_only);
    options.shared = file.shared;
    if (rc == 0)
        rc = whet__disk_new(&file.disk, &options);
    if (rc != 0) {
        whet_error_set(err, rc, "cannot open: '%.200s': %s", path, strerror(-rc));
        goto out;
    }
    rc = each(ctx, &file, err);
    if (rc == 0 && !file.excused && whet__disk_note(file.disk, note, sizeof(note)) != 0)
        rc = whet_error_set(err, -EIO, "%s", note);
out:
    whet__disk_free(file.disk);
    whet__shared_free(file.shared);
    return rc;
}

static int named_each(const char *path, int read_only, whet_each_file each, void *ctx,
                      struct whet_error *err)
{
    int kind = is_cache(path);

    if (kind == 0)
        return whet_error_set(err, -EINVAL, "not a cache: '%.200s'", path);
    if (kind < 0)
        return whet_error_set(err, kind, "cannot open: '%.200s': %s", path, strerror(-kind));
    return file_each(path, read_only, each, ctx, err);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void strings_clear(struct whet_vec *v)
{
    char **items = v->items;

    for (size_t i = 0; i < v->len; i++)
        whet__mem_free(items[i]);
    whet__vec_clear(v);
}

static int path_add(struct whet_vec *paths, const char *folder, const char *name)
{
    struct whet_text path;
    char **item = NULL;
    int rc;

    whet__text_init(&path, PATH_MAX);
    whet__text_printf(&path, "%s/%s", folder, name);
    rc = whet__text_error(&path);
    if (rc == 0 && is_cache(whet__text_str(&path)) == 1) {
        item = whet__vec_push(paths);
        if (item != NULL)
            *item = whet__text_take(&path);
        if (item == NULL || *item == NULL) {
            paths->len -= item != NULL;
            rc = -ENOMEM;
        }
    }
    whet__text_clear(&path);
    return rc == -EFBIG ? 0 : rc;
}

/* Appends the caches in the folder; one that is not there has none. */
static int folder_read(const char *folder, struct whet_vec *paths)
{
    struct whet_dir_entry entry;
    struct whet_dir dir;
    char *buffer;
    int fd = whet__dir_open(AT_FDCWD, folder);
    int rc;

    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    buffer = whet__mem_alloc(WHET_DIR_BUFFER);
    rc = buffer != NULL ? 0 : -ENOMEM;
    if (rc == 0) {
        whet__dir_init(&dir, fd, buffer, WHET_DIR_BUFFER);
        while (rc == 0 && (rc = whet__dir_next(&dir, &entry)) > 0) {
            rc = 0;
            if (entry.kind == WHET_FILE_REGULAR && entry.name_len > 3 &&
                strcmp(entry.name + entry.name_len - 3, ".db") == 0)
                rc = path_add(paths, folder, entry.name);
        }
    }
    whet__mem_free(buffer);
    close(fd);
    return rc;
}

/* One that cannot be read hides no other; but want of memory and a signal end it all. */
static int folder_each(const struct whet_files_wishes *w, const struct whet_vec *paths,
                       int read_only, whet_each_file each, void *ctx, struct whet_error *err)
{
    char *const *names = paths->items;
    struct whet_error first = {.code = 0};
    size_t done = 0;

    for (size_t i = 0; i < paths->len; i++) {
        struct whet_error failure = {.code = 0};
        int rc = file_each(names[i], read_only, each, ctx, &failure);

        if (rc < 0 && failure.code == 0)
            whet_error_set(&failure, rc, "cannot read: '%.200s': %s", names[i], strerror(-rc));
        if (rc > 0 || rc == -ENOMEM || rc == -EINTR || (rc != 0 && w->partial == NULL)) {
            *err = failure;
            return rc;
        }
        done += rc == 0;
        if (rc != 0 && first.code == 0)
            first = failure;
    }
    if (first.code != 0)
        *(done != 0 ? w->partial : err) = first;
    return done != 0 ? 0 : first.code;
}

/* $XDG_CACHE_HOME/whet */
static int own_each(const struct whet_files_wishes *w, int read_only, whet_each_file each,
                    void *ctx, struct whet_error *err)
{
    struct whet_text folder;
    struct whet_vec paths;
    int rc;

    whet__text_init(&folder, PATH_MAX);
    whet__vec_init(&paths, sizeof(char *), FILES_MAX);
    rc = whet__path_cache_home(&folder);
    if (rc == 0) {
        whet__text_puts(&folder, "/whet");
        rc = whet__text_error(&folder);
    }
    if (rc == 0)
        rc = folder_read(whet__text_str(&folder), &paths);
    if (rc != 0) {
        whet_error_set(err, rc, "cannot list caches: '%.200s': %s", whet__text_str(&folder),
                       strerror(-rc));
    } else if (paths.len != 0) {
        qsort(paths.items, paths.len, sizeof(char *), by_text);
        rc = folder_each(w, &paths, read_only, each, ctx, err);
    }
    strings_clear(&paths);
    whet__text_clear(&folder);
    return rc;
}

static int paths_each(const struct whet_files_wishes *w, int read_only, whet_each_file each,
                      void *ctx, struct whet_error *err)
{
    const char *const *named = w->paths->items;
    int rc = 0;

    if (w->paths->len == 0)
        return own_each(w, read_only, each, ctx, err);
    for (size_t i = 0; i < w->paths->len && rc == 0; i++)
        rc = named_each(named[i], read_only, each, ctx, err);
    return rc;
}

/* ---- Clients ---- */

struct clients {
    const char *wanted;
    int found;
    struct whet_vec names; /* of char * */
};

static int name_add(struct clients *c, const char *name)
{
    char *const *names = c->names.items;
    char **item;

    for (size_t i = 0; i < c->names.len; i++) {
        if (strcmp(names[i], name) == 0)
            return 0;
    }
    item = whet__vec_push(&c->names);
    if (item == NULL)
        return 0; /* there are enough to choose from */
    *item = whet__mem_strndup(name, strlen(name));
    c->names.len -= *item == NULL;
    return *item != NULL ? 0 : -ENOMEM;
}

static int file_clients(void *ctx, struct whet_cache_file *file, struct whet_error *err)
{
    struct clients *c = ctx;
    struct whet_disk_client *clients = NULL;
    int count = 0, rc = whet__files_clients(file, &clients, &count, err);

    if (rc != 0)
        return rc;
    for (int i = 0; i < count && rc == 0; i++) {
        c->found |= strcmp(clients[i].name, c->wanted) == 0;
        rc = name_add(c, clients[i].name);
    }
    whet__files_clients_free(clients);
    file->excused = 1; /* the verb will tell it */
    return rc;
}

int whet__files_may_be_new(const struct whet_files_wishes *w)
{
    return w->client != NULL && w->remote != NULL && w->paths->len == 1;
}

static int client_unknown(struct clients *c, struct whet_error *err)
{
    const char *const *names = c->names.items;
    const char *nearest = whet__nearest(c->wanted, names, c->names.len);
    struct whet_text list;
    int rc;

    if (nearest != NULL)
        return whet_error_set(err, -EINVAL, "unknown client: '%.64s': did you mean '%s'?",
                              c->wanted, nearest);
    whet__text_init(&list, 4096);
    for (size_t i = 0; i < c->names.len; i++) {
        whet__text_puts(&list, i == 0 ? "" : i + 1 < c->names.len ? ", " : " or ");
        whet__files_put_name(&list, names[i]);
    }
    rc = whet_error_set(err, -EINVAL, "unknown client: '%.64s': choose %s", c->wanted,
                        whet__text_str(&list));
    whet__text_clear(&list);
    return rc;
}

/* What is said of one that a file does not have would be said of a typing mistake. */
static int client_check(const struct whet_files_wishes *w, struct whet_error *err)
{
    struct clients c = {.wanted = w->client};
    int rc;

    whet__vec_init(&c.names, sizeof(char *), NAMES_MAX);
    rc = paths_each(w, 1, file_clients, &c, err);
    if (rc == 0 && !c.found && c.names.len != 0) {
        qsort(c.names.items, c.names.len, sizeof(char *), by_text);
        rc = client_unknown(&c, err);
    }
    strings_clear(&c.names);
    return rc;
}

int whet__files_each(const struct whet_files_wishes *w, int read_only, whet_each_file each,
                     void *ctx, struct whet_error *err)
{
    int rc = w->client != NULL && !whet__files_may_be_new(w) ? client_check(w, err) : 0;

    return rc == 0 ? paths_each(w, read_only, each, ctx, err) : rc;
}

int whet__files_failed(struct whet_cache_file *file, int code, const char *verb,
                       struct whet_error *err)
{
    char note[512] = "";

    if ((code == -EAGAIN || code == -EROFS) &&
        whet__disk_note(file->disk, note, sizeof(note)) != 0)
        return whet_error_set(err, -EIO, "%s", note);
    return whet_error_set(err, code, "cannot %s: '%.200s': %s", verb, file->path,
                          strerror(-code));
}

int whet__files_clients(struct whet_cache_file *file, struct whet_disk_client **out, int *count,
                        struct whet_error *err)
{
    struct whet_disk_client *clients = whet__mem_zalloc(CLIENTS_MAX, sizeof(*clients));
    int rc = clients != NULL ? whet__disk_clients(file->disk, clients, CLIENTS_MAX) : -ENOMEM;

    if (rc < 0) {
        whet__mem_free(clients);
        return whet__files_failed(file, rc, "read", err);
    }
    *out = clients;
    *count = rc < CLIENTS_MAX ? rc : CLIENTS_MAX;
    return 0;
}

void whet__files_clients_free(struct whet_disk_client *clients)
{
    whet__mem_free(clients);
}

int whet__files_cache(const char *path, const char *client, const char *remote,
                      uint64_t memory_bytes, int read_only, struct whet_cache **out,
                      struct whet_error *err)
{
    struct whet_cache_options options = {
        .memory_bytes = memory_bytes != 0 ? memory_bytes : LITTLE_MEMORY,
        .packed_bytes = WHET_CACHE_NONE,
        .path = path,
        .remote = remote,
        .client = client,
        .flags = read_only ? WHET_CACHE_READ_ONLY : 0,
        .sample_keys = UINT32_MAX,
    };

    return whet_cache_new(out, &options, err);
}
