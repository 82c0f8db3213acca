/* Keeping results under a name. Expected load: once at the end of a session; a file of some
 * ten KiB for each suite, which is read, merged and written whole. */
#include "check/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result_json.h"
#include "check/baseline_file.h"
#include "os/dir.h"
#include "os/file.h"

#define TEXT_MAX ((size_t)256 << 20)

static const struct whet_result *result_at(const struct whet_vec *v, size_t i)
{
    return *(const struct whet_result *const *)whet__vec_at(v, i);
}

/* Puts `r` in the place of the one of its name, or at the end. */
static int merge_one(struct whet_vec *all, const struct whet_result *r)
{
    const struct whet_result **slot = NULL;

    for (size_t i = 0; i < all->len && slot == NULL; i++) {
        if (strcmp(result_at(all, i)->name, r->name) == 0)
            slot = whet__vec_at(all, i);
    }
    if (slot == NULL)
        slot = whet__vec_push(all);
    if (slot == NULL)
        return all->len < all->max ? -ENOMEM : -E2BIG;
    *slot = r;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct whet_result *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* `all` gets the old results and the new ones, in order of names: what does not change
 * keeps its place in the file. */
static int merge(struct whet_vec *all, const struct whet_vec *old,
                 const struct whet_report *report, struct whet_error *err)
{
    int rc = 0, fresh = 0;

    for (size_t i = 0; i < old->len && rc == 0; i++)
        rc = merge_one(all, result_at(old, i));
    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        if (o->result == NULL)
            continue;
        rc = merge_one(all, o->result);
        fresh = 1;
    }
    if (rc != 0)
        return whet_error_set(err, rc, "cannot keep that many suites: %s", strerror(-rc));
    if (!fresh)
        return whet_error_set(err, -ENODATA, "nothing was measured: no baseline was saved");
    qsort(all->items, all->len, all->item_size, by_name);
    return 0;
}

/* The file that is there, if any. One that cannot be read is not written over. */
static int read_old(struct whet_vec *old, const char *path, struct whet_error *err)
{
    struct whet_file_stat st;

    if (whet__dir_stat(AT_FDCWD, path, &st) == -ENOENT)
        return 0;
    return whet__results_read(old, path, err);
}

/* Results only: conclusions are drawn anew when they are compared. */
static int put_results(struct whet_text *out, const struct whet_vec *all)
{
    struct whet_report plain;
    int rc = 0;

    whet__report_init(&plain, "whet baseline", NULL);
    for (size_t i = 0; i < all->len && rc == 0; i++) {
        const struct whet_result *r = result_at(all, i);

        rc = whet__report_add(&plain, r->name, r) != NULL ? 0 : -ENOMEM;
    }
    if (rc == 0)
        rc = whet__report_put_json(out, &plain);
    whet__report_clear(&plain);
    return rc;
}

static int write_all(const char *path, const struct whet_vec *all, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, TEXT_MAX);
    rc = put_results(&text, all);
    if (rc == 0)
        rc = whet__file_write(path, whet__text_str(&text), text.len, 1);
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.300s': %s", path, strerror(-rc));
    whet__text_clear(&text);
    return rc;
}

static int make_folder(const char *dir, struct whet_error *err)
{
    struct whet_text path;
    int rc;

    whet__text_init(&path, WHET_BASELINE_PATH_MAX);
    whet__text_printf(&path, "%s/" WHET_BASELINE_FOLDER, dir);
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = whet__file_make_dirs(whet__text_str(&path), 0777);
    if (rc != 0)
        whet_error_set(err, rc, "cannot make the folder: '%.300s': %s", whet__text_str(&path),
                       strerror(-rc));
    whet__text_clear(&path);
    return rc;
}

static int save(const char *path, const char *folder, const struct whet_report *report,
                int binaries, struct whet_error *err)
{
    struct whet_vec old, all;
    int rc;

    whet__vec_init(&old, sizeof(struct whet_result *), WHET_BASELINE_SUITES);
    whet__vec_init(&all, sizeof(struct whet_result *), WHET_BASELINE_SUITES);
    rc = read_old(&old, path, err);
    if (rc == 0)
        rc = merge(&all, &old, report, err);
    for (size_t i = 0; i < report->outcomes.len && rc == 0 && binaries; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        if (o->result != NULL)
            rc = whet__baseline_programs_keep(folder, o->result, err);
    }
    if (rc == 0)
        rc = write_all(path, &all, err);
    if (rc == 0)
        whet__baseline_programs_prune(folder, &all);
    whet__vec_clear(&all);
    whet__results_clear(&old);
    return rc;
}

int whet__baseline_save(const char *dir, const char *name, const struct whet_report *report,
                        int binaries, struct whet_error *err)
{
    struct whet_text path, folder;
    int rc;

    whet__text_init(&path, WHET_BASELINE_PATH_MAX);
    whet__text_init(&folder, WHET_BASELINE_PATH_MAX);
    rc = whet__baseline_path(&path, dir, name, WHET_BASELINE_ENDING, err);
    if (rc == 0)
        rc = whet__baseline_path(&folder, dir, name, WHET_BASELINE_PROGRAMS, err);
    if (rc == 0)
        rc = make_folder(dir, err);
    if (rc == 0)
        rc = save(whet__text_str(&path), whet__text_str(&folder), report, binaries, err);
    whet__text_clear(&path);
    whet__text_clear(&folder);
    return rc;
}
