/* The commit at HEAD. Expected load: once per session; a handful of small files. */
#include "check/git_commit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"

#define PATH_BYTES   ((size_t)8192)
#define PACKED_BYTES ((size_t)64 << 20)
#define REFS_DEEP    5 /* as far as git follows, too */
#define HEX          "0123456789abcdef"

/* A repository: `own` is that of this worktree, `common` of all. */
struct repository {
    struct whet_text own, common;
};

static int is_commit(const char *text, size_t len)
{
    return (len == 40 || len == 64) && strspn(text, HEX) >= len;
}

/* out = the first line of DIR/NAME, without `lead`. -ENOENT also without `lead`. */
static int line_read(struct whet_text *out, const struct whet_text *dir, const char *name,
                     const char *lead)
{
    struct whet_text path, text;
    int rc;

    whet__text_init(&path, 2 * PATH_BYTES);
    whet__text_init(&text, PATH_BYTES);
    whet__text_printf(&path, "%s/%s", whet__text_str(dir), name);
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = whet__file_read(AT_FDCWD, whet__text_str(&path), PATH_BYTES, &text);
    if (rc == 0 && strncmp(whet__text_str(&text), lead, strlen(lead)) != 0)
        rc = -ENOENT;
    if (rc == 0) {
        const char *line = whet__text_str(&text) + strlen(lead);

        whet__text_reset(out);
        whet__text_append(out, line, strcspn(line, "\r\n"));
        rc = whet__text_error(out);
    }
    whet__text_clear(&path);
    whet__text_clear(&text);
    return rc == 0 || rc == -ENOMEM ? rc : -ENOENT;
}

/* dir = `link`, taken from `dir` unless it is absolute. */
static int follow(struct whet_text *dir, const struct whet_text *link)
{
    if (whet__text_str(link)[0] == '/')
        whet__text_reset(dir);
    else
        whet__text_putc(dir, '/');
    whet__text_puts(dir, whet__text_str(link));
    return whet__text_error(dir);
}

/* Whether `dir`/.git is there; own = it, or what it names as a file. */
static int own_find(struct repository *r, const struct whet_text *dir)
{
    struct whet_file_stat st;
    struct whet_text link;
    int rc;

    whet__text_reset(&r->own);
    whet__text_printf(&r->own, "%s/.git", whet__text_str(dir));
    rc = whet__text_error(&r->own);
    if (rc == 0)
        rc = whet__dir_stat(AT_FDCWD, whet__text_str(&r->own), &st);
    if (rc != 0 || st.kind != WHET_FILE_REGULAR)
        return rc;
    whet__text_init(&link, PATH_BYTES);
    rc = line_read(&link, dir, ".git", "gitdir: ");
    if (rc == 0) {
        whet__text_truncate(&r->own, dir->len);
        rc = follow(&r->own, &link);
    }
    whet__text_clear(&link);
    return rc;
}

static int repository_find(struct repository *r, const char *dir)
{
    struct whet_text at, link;
    int rc;

    whet__text_init(&at, PATH_BYTES);
    whet__text_init(&link, PATH_BYTES);
    rc = whet__path_real(dir, &at);
    while (rc == 0 && (rc = own_find(r, &at)) != 0 && rc != -ENOMEM && at.len > 1) {
        whet__text_truncate(&at, (size_t)(strrchr(at.data, '/') - at.data));
        rc = 0;
    }
    if (rc == 0) {
        whet__text_puts(&r->common, whet__text_str(&r->own));
        rc = whet__text_error(&r->common);
    }
    if (rc == 0 && line_read(&link, &r->own, "commondir", "") == 0)
        rc = follow(&r->common, &link);
    whet__text_clear(&at);
    whet__text_clear(&link);
    return rc;
}

/* A line "COMMIT REF" of packed-refs. */
static int packed_find(const struct repository *r, const char *ref, struct whet_text *out)
{
    struct whet_text path, text;
    int rc;

    whet__text_init(&path, 2 * PATH_BYTES);
    whet__text_init(&text, PACKED_BYTES);
    whet__text_printf(&path, "%s/packed-refs", whet__text_str(&r->common));
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = whet__file_read(AT_FDCWD, whet__text_str(&path), PACKED_BYTES, &text);
    if (rc == 0) {
        size_t ref_len = strlen(ref);

        rc = -ENOENT;
        for (const char *line = whet__text_str(&text); rc != 0 && *line != '\0';) {
            size_t len = strcspn(line, "\r\n"), name = strcspn(line, " \r\n");

            if (len == name + 1 + ref_len && is_commit(line, name) &&
                memcmp(line + name + 1, ref, ref_len) == 0) {
                whet__text_reset(out);
                whet__text_append(out, line, name);
                rc = whet__text_error(out);
            }
            line += len + strspn(line + len, "\r\n");
        }
    }
    whet__text_clear(&path);
    whet__text_clear(&text);
    return rc;
}

/* Replaces the name of a ref in `at` by its content. */
static int ref_follow(const struct repository *r, struct whet_text *at)
{
    struct whet_text ref;
    int rc;

    whet__text_init(&ref, PATH_BYTES);
    whet__text_puts(&ref, whet__text_str(at) + strlen("ref: "));
    rc = whet__text_error(&ref);
    if (rc == 0 && (strncmp(ref.data, "refs/", 5) != 0 || strstr(ref.data, "..") != NULL))
        rc = -ENOENT;
    if (rc == 0) {
        rc = line_read(at, &r->own, whet__text_str(&ref), "");
        if (rc == -ENOENT)
            rc = line_read(at, &r->common, whet__text_str(&ref), "");
        if (rc == -ENOENT)
            rc = packed_find(r, whet__text_str(&ref), at);
    }
    whet__text_clear(&ref);
    return rc;
}

int whet__git_commit(const char *dir, struct whet_text *out)
{
    struct repository r;
    struct whet_text at;
    int rc;

    whet__text_init(&r.own, 2 * PATH_BYTES);
    whet__text_init(&r.common, 2 * PATH_BYTES);
    whet__text_init(&at, PATH_BYTES);
    rc = repository_find(&r, dir);
    if (rc == 0)
        rc = line_read(&at, &r.own, "HEAD", "");
    for (int i = 0; rc == 0 && i < REFS_DEEP && strncmp(whet__text_str(&at), "ref: ", 5) == 0;
         i++)
        rc = ref_follow(&r, &at);
    if (rc == 0 && !is_commit(whet__text_str(&at), at.len))
        rc = -ENOENT;
    if (rc == 0) {
        size_t before = out->len;

        whet__text_append(out, at.data, at.len);
        rc = whet__text_error(out);
        if (rc != 0)
            whet__text_truncate(out, before);
    }
    whet__text_clear(&r.own);
    whet__text_clear(&r.common);
    whet__text_clear(&at);
    return rc == 0 || rc == -ENOMEM ? rc : -ENOENT;
}
