/* tests/unit/scan/walk_fixture.h - a folder to walk, and what a walk answered as lines.
 *
 * Lines are what whet__walk answers, depth-first: "a/b.c", "a/link@" for a link,
 * "a/fifo|" for a special file, "a/" for a folder, "a/x =FILE:LINE" for an ignored one,
 * "a/ !ERRNO" for a folder with an error. */
#ifndef WHET_TESTS_WALK_FIXTURE_H
#define WHET_TESTS_WALK_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/text.h"
#include "os/file.h"
#include "scan/walk.h"

#define FIXTURE_TEXT_MAX ((size_t)1 << 28)

/* Makes a temporary folder, goes there, and keeps the user's own git rules out. */
static inline char *fixture_enter(void)
{
    struct whet_text dir;
    char *path;

    if (access("/dev/shm", W_OK | X_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1); /* tens of thousands of files: not on a disk */
    whet__text_init(&dir, 4096);
    assert_int_equal(whet__file_make_temp_dir(&dir), 0);
    path = whet__text_take(&dir);
    assert_non_null(path);
    assert_int_equal(chdir(path), 0);
    assert_int_equal(setenv("HOME", path, 1), 0);
    unsetenv("XDG_CONFIG_HOME");
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    return path;
}

static inline void fixture_leave(char *path)
{
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(whet__file_remove_tree(path), 0);
    whet__mem_free(path);
}

/* Makes the file and the folders it needs; a path that ends in '/' is a folder. */
static inline void fixture_put(const char *path, const char *text, size_t len)
{
    char *copy = whet__mem_strdup(path);
    char *slash = strrchr(copy, '/');

    if (slash != NULL && slash != copy) {
        *slash = '\0';
        if (access(copy, F_OK) != 0)
            assert_int_equal(whet__file_make_dirs(copy, 0755), 0);
    }
    if (slash == NULL || slash[1] != '\0') {
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, len, f), len);
        assert_int_equal(fclose(f), 0);
    }
    whet__mem_free(copy);
}

static inline void fixture_write(const char *path, const char *text)
{
    fixture_put(path, text, strlen(text));
}

static inline void fixture_line(const struct whet_walk_dir *dir,
                                const struct whet_walk_entry *e, char end,
                                struct whet_text *out)
{
    whet__walk_path(dir, e->name, out);
    switch (e->kind) {
    case WHET_WALK_SYMLINK:
        whet__text_putc(out, '@');
        break;
    case WHET_WALK_SPECIAL:
        whet__text_putc(out, '|');
        break;
    case WHET_WALK_DIR:
        whet__text_putc(out, '/');
        if (e->dir->error != 0)
            whet__text_printf(out, " !%d", -e->dir->error);
        break;
    case WHET_WALK_IGNORED_DIR:
    case WHET_WALK_IGNORED_FILE:
        whet__text_printf(out, "%s =%s", e->kind == WHET_WALK_IGNORED_DIR ? "/" : "", e->rule);
        break;
    case WHET_WALK_FILE:
    default:
        break;
    }
    whet__text_putc(out, end);
}

/* Reads the tree depth-first with a stack of our own: it may be deep. */
static inline void fixture_lines(const struct whet_walk *w, char end, struct whet_text *out)
{
    const struct whet_walk_dir *dir = whet__walk_root(w);
    size_t *next = whet__mem_zalloc(5000, sizeof(*next));

    while (dir != NULL) {
        const struct whet_walk_entry *e;

        if (next[dir->depth] == dir->entry_count) {
            dir = dir->parent;
            continue;
        }
        e = &dir->entries[next[dir->depth]++];
        fixture_line(dir, e, end, out);
        if (e->kind == WHET_WALK_DIR) {
            dir = e->dir;
            assert_true(dir->depth < 5000);
            next[dir->depth] = 0;
        }
    }
    whet__mem_free(next);
}

/* Walks with `jobs` threads and returns the lines, each ended by `end`. */
static inline char *fixture_walk_to(const char *path, unsigned flags, unsigned jobs, char end,
                                    size_t *len)
{
    const struct whet_walk_options options = {.flags = flags};
    struct whet_error err = {0};
    struct whet_pool *pool;
    struct whet_walk *w;
    struct whet_text out;

    assert_int_equal(whet_pool_new(&pool, &(struct whet_pool_options){.workers = jobs}), 0);
    assert_int_equal(whet__walk_run(&w, path, &options, pool, NULL, &err), 0);
    whet__text_init(&out, FIXTURE_TEXT_MAX);
    fixture_lines(w, end, &out);
    assert_int_equal(whet__text_error(&out), 0);
    whet__walk_free(w);
    whet_pool_free(pool);
    *len = out.len;
    return whet__text_take(&out);
}

static inline void fixture_expect(const char *path, unsigned flags, const char *lines)
{
    for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
        size_t len;
        char *got = fixture_walk_to(path, flags, jobs, '\n', &len);

        assert_string_equal(got, lines);
        whet__mem_free(got);
    }
}

#endif
