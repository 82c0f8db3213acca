/* The files that a command wrote. Some files of some kilobytes, mostly; a generator may
 * write thousands. */
#include "check/written.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/dir.h"
#include "os/file.h"

#define FILES_MAX   100000
#define STRINGS_MAX ((size_t)256 << 20)
#define KEPT_MAX    ((size_t)64 << 20)
#define FILE_MAX_   ((size_t)1 << 30)
#define DEPTH_MAX   64

/* One call of whet__written_add. */
struct adder {
    struct whet_written *into;
    struct whet_error *err;
    size_t dir_len;  /* of a path: the folder and its slash */
    size_t skip_len; /* of a path: what is not part of the key, too */
    unsigned number;
};

void whet__written_init(struct whet_written *o)
{
    memset(o, 0, sizeof(*o));
    whet__arena_init(&o->strings, STRINGS_MAX);
    whet__vec_init(&o->files, sizeof(struct whet_written_file), FILES_MAX);
}

void whet__written_clear(struct whet_written *o)
{
    whet__vec_clear(&o->files);
    whet__arena_clear(&o->strings);
    o->kept = 0;
}

static int failed(const struct adder *a, const char *path, int rc)
{
    return whet_error_set(a->err, rc, "cannot compare: '%.300s': %s", path, strerror(-rc));
}

static int fill(const struct adder *a, struct whet_written_file *file, const char *path,
                const struct whet_text *content)
{
    struct whet_written *o = a->into;
    size_t len = strlen(path);
    char *key = whet__arena_alloc(&o->strings, len + 16);

    if (key == NULL)
        return -ENOMEM;
    snprintf(key, len + 16, "%u:%s", a->number, path + (a->skip_len < len ? a->skip_len : len));
    file->key = key;
    file->path = whet__arena_strndup(&o->strings, path + a->dir_len, len - a->dir_len);
    file->size = content->len;
    file->hash = whet__hash128(whet__text_str(content), content->len);
    if (content->len <= KEPT_MAX - o->kept) {
        file->content = whet__arena_strndup(&o->strings, whet__text_str(content), content->len);
        if (file->content == NULL)
            return -ENOMEM;
        o->kept += content->len;
    }
    return file->path != NULL ? 0 : -ENOMEM;
}

static int add_file(const struct adder *a, const char *path)
{
    struct whet_written_file *file;
    struct whet_text content;
    int rc;

    whet__text_init(&content, FILE_MAX_ + 1);
    rc = whet__file_read(AT_FDCWD, path, FILE_MAX_, &content);
    if (rc == 0) {
        file = whet__vec_push(&a->into->files);
        rc = file != NULL                      ? fill(a, file, path, &content)
             : a->into->files.len == FILES_MAX ? -EFBIG
                                               : -ENOMEM;
    }
    whet__text_clear(&content);
    return rc != 0 ? failed(a, path, rc) : 0;
}

static int add_path(const struct adder *a, struct whet_text *path, enum whet_file_kind kind,
                    unsigned depth);

static int add_entries(const struct adder *a, struct whet_text *path, int fd, unsigned depth)
{
    void *buffer = whet__mem_alloc(WHET_DIR_BUFFER);
    struct whet_dir_entry entry;
    size_t len = path->len;
    struct whet_dir dir;
    int rc;

    if (buffer == NULL)
        return failed(a, whet__text_str(path), -ENOMEM);
    whet__dir_init(&dir, fd, buffer, WHET_DIR_BUFFER);
    while ((rc = whet__dir_next(&dir, &entry)) > 0) {
        whet__text_printf(path, "/%s", entry.name);
        rc = whet__text_error(path);
        if (rc == 0)
            rc = add_path(a, path, entry.kind, depth + 1);
        if (rc != 0)
            break;
        whet__text_truncate(path, len);
    }
    whet__mem_free(buffer);
    return rc < 0 && whet__text_error(path) != 0 ? failed(a, "path", rc) : rc;
}

/* Recursion is bounded by DEPTH_MAX. */
static int add_path(const struct adder *a, struct whet_text *path, enum whet_file_kind kind,
                    unsigned depth)
{
    int fd, rc;

    if (kind == WHET_FILE_REGULAR)
        return add_file(a, whet__text_str(path));
    if (kind != WHET_FILE_DIR)
        return 0;
    if (depth > DEPTH_MAX)
        return failed(a, whet__text_str(path), -ELOOP);
    fd = whet__dir_open(AT_FDCWD, whet__text_str(path));
    if (fd < 0)
        return failed(a, whet__text_str(path), fd);
    rc = add_entries(a, path, fd, depth);
    close(fd);
    return rc;
}

/* The folder, its wildcards made plain, and the pattern. */
static void put_pattern(struct whet_text *out, const char *dir, const char *pattern)
{
    for (; *dir != '\0'; dir++) {
        if (strchr("*?[\\", *dir) != NULL)
            whet__text_putc(out, '\\');
        whet__text_putc(out, *dir);
    }
    whet__text_putc(out, '/');
    whet__text_puts(out, pattern);
}

/* How much of a path that matches is as the pattern says: up to the last slash before its
 * first wildcard, or all of it. */
static size_t fixed_len(const char *pattern)
{
    size_t len = strcspn(pattern, "*?[\\");

    if (pattern[len] == '\0')
        return len;
    while (len > 0 && pattern[len - 1] != '/')
        len--;
    return len;
}

static int add_match(const struct adder *a, const char *match)
{
    struct whet_file_stat st;
    struct whet_text path;
    int rc = whet__dir_stat(AT_FDCWD, match, &st);

    if (rc != 0)
        return rc == -ENOENT ? 0 : failed(a, match, rc);
    whet__text_init(&path, PATH_MAX);
    whet__text_puts(&path, match);
    while (path.len > 1 && path.data[path.len - 1] == '/')
        whet__text_truncate(&path, path.len - 1);
    rc = whet__text_error(&path);
    rc = rc != 0 ? failed(a, match, rc) : add_path(a, &path, st.kind, 0);
    whet__text_clear(&path);
    return rc;
}

int whet__written_add(struct whet_written *o, const char *dir, const char *pattern,
                      unsigned number, struct whet_error *err)
{
    struct adder a = {o, err, strlen(dir) + 1, strlen(dir) + 1 + fixed_len(pattern), number};
    glob_t found = {0};
    struct whet_text full;
    int rc;

    whet__text_init(&full, (size_t)2 * PATH_MAX);
    put_pattern(&full, dir, pattern);
    rc = whet__text_error(&full);
    if (rc != 0) {
        rc = failed(&a, pattern, rc);
        goto out;
    }
    rc = glob(whet__text_str(&full), 0, NULL, &found);
    if (rc == GLOB_NOMATCH)
        rc = 0;
    else if (rc != 0)
        rc = failed(&a, pattern, rc == GLOB_NOSPACE ? -ENOMEM : -EIO);
    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
        rc = add_match(&a, found.gl_pathv[i]);
    globfree(&found);
out:
    whet__text_clear(&full);
    return rc;
}

int whet__written_text_differs(const char *name, const char *should, size_t should_len,
                               const char *is, size_t is_len, char *why, size_t size)
{
    size_t shorter = should_len < is_len ? should_len : is_len, at = 0;
    unsigned long line = 1;

    while (at < shorter && should[at] == is[at])
        line += should[at++] == '\n';
    if (at == should_len && at == is_len)
        return 0;
    if (at == is_len)
        snprintf(why, size, "'%.120s' ends at byte %zu (line %lu) of %zu", name, at, line,
                 should_len);
    else if (at == should_len)
        snprintf(why, size, "'%.120s' goes on behind byte %zu (line %lu)", name, at, line);
    else
        snprintf(why, size, "'%.120s' differs at byte %zu (line %lu)", name, at, line);
    return 1;
}

static int by_key(const void *a, const void *b)
{
    const struct whet_written_file *x = a, *y = b;

    return strcmp(x->key, y->key);
}

static void sort(struct whet_written *o)
{
    if (o->files.len > 1)
        qsort(o->files.items, o->files.len, sizeof(struct whet_written_file), by_key);
}

static int file_differs(const struct whet_written_file *should,
                        const struct whet_written_file *is, char *why, size_t size)
{
    if (should->size == is->size && memcmp(&should->hash, &is->hash, sizeof(is->hash)) == 0)
        return 0;
    if (should->content != NULL && is->content != NULL)
        return whet__written_text_differs(is->path, should->content, should->size, is->content,
                                          is->size, why, size);
    snprintf(why, size, "'%.120s' differs: %zu bytes, not %zu", is->path, is->size,
             should->size);
    return 1;
}

static int missing(const struct whet_written_file *file, char *why, size_t size)
{
    snprintf(why, size, "a file like '%.120s' is missing", file->path);
    return 1;
}

static int unwanted(const struct whet_written_file *file, char *why, size_t size)
{
    snprintf(why, size, "'%.120s' should not be there", file->path);
    return 1;
}

int whet__written_differ(struct whet_written *should, struct whet_written *is, char *why,
                         size_t size)
{
    size_t i = 0, k = 0;

    sort(should);
    sort(is);
    while (i < should->files.len && k < is->files.len) {
        const struct whet_written_file *a = whet__vec_at(&should->files, i++);
        const struct whet_written_file *b = whet__vec_at(&is->files, k++);
        int order = strcmp(a->key, b->key);

        if (order < 0)
            return missing(a, why, size);
        if (order > 0)
            return unwanted(b, why, size);
        if (file_differs(a, b, why, size))
            return 1;
    }
    if (i < should->files.len)
        return missing(whet__vec_at(&should->files, i), why, size);
    if (k < is->files.len)
        return unwanted(whet__vec_at(&is->files, k), why, size);
    return 0;
}
