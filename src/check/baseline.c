/* Results that were kept under a name: finding, reading and judging against them. Once per
 * session; a file of some ten KiB for each suite. */
#include "check/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "bench/result_json.h"
#include "check/baseline_file.h"
#include "os/dir.h"
#include "os/path.h"

#define NAME_MAX_BYTES 100
#define NAMES_MAX      10000
#define STRINGS_MAX    ((size_t)1 << 20)

struct program {
    const char *hash, *path;
};

struct whet_baseline {
    struct whet_vec results;  /* of struct whet_result * */
    struct whet_vec programs; /* of struct program: those that are there */
    struct whet_arena strings;
};

static int ends_in(const char *text, const char *ending)
{
    size_t len = strlen(text), n = strlen(ending);

    return len >= n && strcmp(text + len - n, ending) == 0;
}

static int is_path(const char *name)
{
    return strchr(name, '/') != NULL || ends_in(name, WHET_BASELINE_ENDING);
}

static int is_name(const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || strlen(name) > NAME_MAX_BYTES || is_path(name))
        return 0;
    for (const char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return 0;
    }
    return 1;
}

int whet__baseline_path(struct whet_text *out, const char *dir, const char *name,
                        const char *ending, struct whet_error *err)
{
    if (!is_name(name))
        return whet_error_set(err, -EINVAL,
                              "no name for a baseline: '%.120s': give one of at most %d bytes "
                              "without '/', '.' in front or '.json' behind",
                              name, NAME_MAX_BYTES);
    whet__text_printf(out, "%s/" WHET_BASELINE_FOLDER "/%s%s", dir, name, ending);
    if (whet__text_error(out) != 0)
        return whet_error_set(err, whet__text_error(out), "cannot name: '%.120s': %s", name,
                              strerror(-whet__text_error(out)));
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int names_read(struct whet_vec *out, struct whet_arena *strings, const char *dir)
{
    _Alignas(16) char buffer[4096];
    struct whet_dir_entry entry;
    struct whet_text path;
    struct whet_dir d;
    int fd, rc = 0;

    whet__text_init(&path, WHET_BASELINE_PATH_MAX);
    whet__text_printf(&path, "%s/" WHET_BASELINE_FOLDER, dir);
    fd = whet__text_error(&path) == 0 ? whet__dir_open(AT_FDCWD, whet__text_str(&path)) : -1;
    whet__text_clear(&path);
    if (fd < 0)
        return 0;
    whet__dir_init(&d, fd, buffer, sizeof(buffer));
    while (rc == 0 && whet__dir_next(&d, &entry) > 0) {
        const char **slot;

        if (entry.kind != WHET_FILE_REGULAR || !ends_in(entry.name, WHET_BASELINE_ENDING))
            continue;
        slot = whet__vec_push(out);
        if (slot != NULL)
            *slot = whet__arena_strndup(strings, entry.name,
                                        entry.name_len - strlen(WHET_BASELINE_ENDING));
        rc = slot != NULL && *slot != NULL ? 0 : -ENOMEM;
    }
    close(fd);
    return rc;
}

/* Appends "there are: 'a', 'b'", or how to get one when there is none. */
static void put_names(struct whet_text *out, const char *dir)
{
    struct whet_arena strings;
    struct whet_vec names;

    whet__arena_init(&strings, STRINGS_MAX);
    whet__vec_init(&names, sizeof(const char *), NAMES_MAX);
    if (names_read(&names, &strings, dir) == 0 && names.len > 0) {
        qsort(names.items, names.len, names.item_size, by_text);
        for (size_t i = 0; i < names.len; i++)
            whet__text_printf(out, "%s'%s'", i == 0 ? "there are: " : ", ",
                              *(const char **)whet__vec_at(&names, i));
    } else {
        whet__text_puts(out, "none was saved yet: use --save-baseline");
    }
    whet__vec_clear(&names);
    whet__arena_clear(&strings);
}

/* Says which there are instead. */
static int not_there(const char *dir, const char *name, struct whet_error *err)
{
    struct whet_text list;

    whet__text_init(&list, 400);
    put_names(&list, dir);
    whet_error_set(err, -ENOENT, "no baseline of this name: '%.100s': %.300s", name,
                   whet__text_str(&list));
    whet__text_clear(&list);
    return -ENOENT;
}

/* Of each arm whose program was kept, where it is. `folder` has room for a name more. */
static int programs_find(struct whet_baseline *b, const struct whet_result *r,
                         struct whet_text *folder)
{
    size_t len = folder->len;

    for (size_t i = 0; i < whet__result_count(r); i++) {
        const char *hash = whet__result_arm(r, i)->program_hash;
        struct whet_file_stat st;
        struct program *p;

        if (!whet__baseline_is_hash(hash))
            continue;
        whet__text_truncate(folder, len);
        whet__text_printf(folder, "/%s", hash);
        if (whet__text_error(folder) != 0)
            return whet__text_error(folder);
        if (whet__dir_stat(AT_FDCWD, whet__text_str(folder), &st) != 0 ||
            st.kind != WHET_FILE_REGULAR)
            continue;
        p = whet__vec_push(&b->programs);
        if (p == NULL)
            return -ENOMEM;
        p->hash = hash;
        p->path = whet__arena_strndup(&b->strings, whet__text_str(folder), folder->len);
        if (p->path == NULL)
            return -ENOMEM;
    }
    whet__text_truncate(folder, len);
    return 0;
}

/* PATH without its ending and NAME.bin instead; in full, since arms may run in another
 * folder. */
static int folder_find(struct whet_baseline *b, const char *path)
{
    size_t len = strlen(path);
    struct whet_text name, folder;
    int rc;

    if (ends_in(path, WHET_BASELINE_ENDING))
        len -= strlen(WHET_BASELINE_ENDING);
    whet__text_init(&name, WHET_BASELINE_PATH_MAX);
    whet__text_init(&folder, WHET_BASELINE_PATH_MAX);
    whet__text_append(&name, path, len);
    whet__text_puts(&name, WHET_BASELINE_PROGRAMS);
    rc = whet__text_error(&name);
    if (rc == 0)
        rc = whet__path_real(whet__text_str(&name), &folder);
    for (size_t i = 0; i < b->results.len && rc == 0; i++)
        rc = programs_find(b, whet__baseline_at(b, i), &folder);
    whet__text_clear(&name);
    whet__text_clear(&folder);
    return rc == -ENOENT ? 0 : rc; /* none were kept */
}

static int load(struct whet_baseline **out, const char *path, struct whet_error *err)
{
    struct whet_baseline *b = whet__mem_zalloc(1, sizeof(*b));
    int rc;

    if (b == NULL)
        return whet_error_set(err, -ENOMEM, "cannot read: '%.300s': %s", path,
                              strerror(ENOMEM));
    whet__vec_init(&b->results, sizeof(struct whet_result *), WHET_BASELINE_SUITES);
    whet__vec_init(&b->programs, sizeof(struct program),
                   WHET_BASELINE_SUITES * WHET_RESULT_ARMS_MAX);
    whet__arena_init(&b->strings, (size_t)64 << 20);
    rc = whet__results_read(&b->results, path, err);
    if (rc == 0) {
        rc = folder_find(b, path);
        if (rc != 0)
            whet_error_set(err, rc, "cannot read: '%.300s': %s", path, strerror(-rc));
    }
    if (rc == 0)
        *out = b;
    else
        whet__baseline_free(b);
    return rc;
}

int whet__baseline_load(struct whet_baseline **out, const char *dir, const char *name,
                        struct whet_error *err)
{
    struct whet_file_stat st;
    struct whet_text path;
    int rc;

    if (is_path(name))
        return load(out, name, err);
    whet__text_init(&path, WHET_BASELINE_PATH_MAX);
    rc = whet__baseline_path(&path, dir, name, WHET_BASELINE_ENDING, err);
    if (rc == 0 && whet__dir_stat(AT_FDCWD, whet__text_str(&path), &st) == -ENOENT)
        rc = not_there(dir, name, err);
    if (rc == 0)
        rc = load(out, whet__text_str(&path), err);
    whet__text_clear(&path);
    return rc;
}

void whet__baseline_free(struct whet_baseline *b)
{
    if (b == NULL)
        return;
    whet__results_clear(&b->results);
    whet__vec_clear(&b->programs);
    whet__arena_clear(&b->strings);
    whet__mem_free(b);
}

size_t whet__baseline_count(const struct whet_baseline *b)
{
    return b->results.len;
}

const struct whet_result *whet__baseline_at(const struct whet_baseline *b, size_t index)
{
    return *(const struct whet_result *const *)whet__vec_at(&b->results, index);
}

const struct whet_result *whet__baseline_find(const struct whet_baseline *b, const char *suite)
{
    for (size_t i = 0; i < b->results.len; i++) {
        if (strcmp(whet__baseline_at(b, i)->name, suite) == 0)
            return whet__baseline_at(b, i);
    }
    return NULL;
}

const char *whet__baseline_program(const struct whet_baseline *b, const char *suite,
                                   const char *arm)
{
    const struct whet_result *r = whet__baseline_find(b, suite);
    const char *hash;
    size_t at;

    if (r == NULL || whet__result_find_arm(r, arm, &at) != 0)
        return NULL;
    hash = whet__result_arm(r, at)->program_hash;
    for (size_t i = 0; i < b->programs.len && hash != NULL; i++) {
        const struct program *p = whet__vec_at(&b->programs, i);

        if (strcmp(p->hash, hash) == 0)
            return p->path;
    }
    return NULL;
}

int whet__baseline_has_program(const struct whet_baseline *b, const char *suite)
{
    const struct whet_result *r = whet__baseline_find(b, suite);

    for (size_t i = 0; r != NULL && i < whet__result_count(r); i++) {
        if (whet__baseline_program(b, suite, whet__result_arm(r, i)->name) != NULL)
            return 1;
    }
    return 0;
}
