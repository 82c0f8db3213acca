/* tests/unit/cache/truth.h - what the tests of cache/truth/validity.h share: one user of a file
 * (or of memory alone), and a table of entries as poor as can be in place of all levels. */
#ifndef WHET_TESTS_TRUTH_H
#define WHET_TESTS_TRUTH_H

#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/disk/disk.h"
#include "cache/entry/entry.h"
#include "cache/truth/inputs.h"
#include "cache/truth/validity.h"
#include "os/file.h"

/* ---- One user ---- */

struct user {
    struct whet_shared *shared;
    struct whet_disk *disk;
    struct whet_validity *validity;
    uint64_t seed;
};

/* NULL path: memory alone. */
static inline int user_try(struct user *u, const char *path, uint64_t file_check_ns)
{
    struct whet_validity_options options = {.file_check_ns = file_check_ns};
    int rc;

    memset(u, 0, sizeof(*u));
    u->seed = whet__key_seed("test");
    rc = whet__shared_new(&u->shared, path, 0);
    if (rc != 0)
        return rc;
    if (path != NULL) {
        const struct whet_disk_options disk = {
            .path = path, .client = "test", .shared = u->shared};

        rc = whet__disk_new(&u->disk, &disk);
    }
    if (rc != 0)
        return rc;
    options.shared = u->shared;
    options.disk = u->disk;
    options.seed = u->seed;
    return whet__validity_new(&u->validity, &options);
}

static inline void user_close(struct user *u)
{
    whet__validity_free(u->validity);
    whet__disk_free(u->disk);
    whet__shared_free(u->shared);
    memset(u, 0, sizeof(*u));
}

static inline struct user user_open(const char *path, uint64_t file_check_ns)
{
    struct user u;

    assert_int_equal(user_try(&u, path, file_check_ns), 0);
    return u;
}

/* ---- Entries ---- */

/* An entry of these inputs (NULL: of now, of nothing), told to `u`. */
static inline int entry_put(struct user *u, const char *key, const char *value,
                            struct whet_inputs *in, struct whet_entry **out)
{
    uint64_t epoch = in != NULL ? whet__inputs_epoch(in) : whet__validity_now(u->validity);
    struct whet_hash128 hash = whet__key_hash(u->seed, key, strlen(key));
    struct whet_entry *e = NULL;
    struct whet_text about;
    int rc = 0;

    whet__text_init(&about, WHET_INPUTS_MAX);
    if (in != NULL)
        rc = whet__inputs_pack(in, &about, NULL);
    if (rc == 0)
        rc = whet__entry_new(&e, &hash, key, strlen(key), about.data, about.len, strlen(value));
    if (rc == 0) {
        memcpy(whet__entry_value(e), value, strlen(value));
        e->epoch = epoch;
        rc = whet__validity_put(u->validity, e);
    }
    whet__text_clear(&about);
    if (rc == 0)
        *out = e;
    else
        whet__entry_drop(e);
    return rc;
}

/* As the levels ask: a comparison first. */
static inline int entry_true(struct user *u, struct whet_entry *e)
{
    if (atomic_load(&e->checked) == whet__shared_changes(u->shared))
        return 1;
    return whet__validity_check(u->validity, e, NULL);
}

/* ---- A folder ---- */

static struct whet_text truth_folder;

static inline int folder_enter(void **state)
{
    (void)state;
    whet__text_init(&truth_folder, 400);
    return whet__file_make_temp_dir(&truth_folder) != 0;
}

static inline int folder_leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&truth_folder));

    (void)state;
    whet__text_clear(&truth_folder);
    return rc;
}

/* Of the next four calls, each has a place of its own. */
static inline const char *below(const char *name)
{
    static char paths[4][600];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, 600, "%s/%s", whet__text_str(&truth_folder), name);
    return path;
}

static inline void file_put(const char *name, const char *content)
{
    FILE *file = fopen(below(name), "w");

    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

#endif
