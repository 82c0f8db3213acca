/* Shards of a scan: parts without overlap or gap, and back together. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/text.h"
#include "os/file.h"
#include "scan/format.h"
#include "scan/merge_stream.h"

#define SHARDS 3

static struct whet_text root;
static char folder[512];

static int tree_make(void **state)
{
    static const char *const names[] = {"a/one.c", "b/two.c", "b/c/three.py", "four.c"};
    char path[1024];

    (void)state;
    whet__text_init(&root, 4096);
    assert_int_equal(whet__file_make_temp_dir(&root), 0);
    snprintf(folder, sizeof(folder), "%s/tree", whet__text_str(&root));
    snprintf(path, sizeof(path), "%s/a", folder);
    assert_int_equal(whet__file_make_dirs(path, 0755), 0);
    snprintf(path, sizeof(path), "%s/b/c", folder);
    assert_int_equal(whet__file_make_dirs(path, 0755), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        assert_int_equal(whet__file_write(path, "int f(void)\n{\n}\n", 16, 0), 0);
    }
    return 0;
}

static int tree_remove(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&root));

    (void)state;
    whet__text_clear(&root);
    return rc;
}

/* The part K of the test folder as a file of JSON lines, whose name is in `path`. */
static void write_shard(unsigned k, char path[1024])
{
    struct whet_scan_options options = {.cache = WHET_SCAN_CACHE_OFF,
                                        .flags = WHET_SCAN_FUNCTIONS | WHET_SCAN_IGNORED,
                                        .shard = k,
                                        .shards = SHARDS};
    struct whet_scan_format_options how = {.path = folder};
    struct whet_scan *scan;
    FILE *f;

    assert_int_equal(whet_scan_run(&scan, folder, &options, NULL), 0);
    snprintf(path, 1024, "%s.part-%u", folder, k);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(whet__scan_format_json.put(f, scan, &how), 0);
    fclose(f);
    whet_scan_free(scan);
}

static void test_parts_are_the_whole(void **state)
{
    char paths[SHARDS][1024];
    const char *names[SHARDS] = {paths[2], paths[0], paths[1]};
    struct whet_scan *merged, *whole;
    struct whet_scan_options options = {.cache = WHET_SCAN_CACHE_OFF};

    (void)state;
    for (unsigned k = 0; k < SHARDS; k++)
        write_shard(k + 1, paths[k]);
    assert_int_equal(whet_scan_merge(&merged, names, SHARDS, NULL), 0);
    assert_int_equal(whet_scan_run(&whole, folder, &options, NULL), 0);
    assert_string_equal(whet_scan_path(merged), folder);
    assert_int_equal(whet_scan_file_count(merged), whet_scan_file_count(whole));
    for (size_t i = 0; i < whet_scan_file_count(whole); i++) {
        assert_string_equal(whet_scan_file(merged, i)->path, whet_scan_file(whole, i)->path);
        assert_int_equal(whet_scan_file(merged, i)->code, whet_scan_file(whole, i)->code);
    }
    assert_int_equal(whet_scan_totals(merged)->directories,
                     whet_scan_totals(whole)->directories);
    whet_scan_free(merged);
    whet_scan_free(whole);
    EACH_ALLOCATION_FAILS
    {
        int rc = whet_scan_merge(&merged, names, SHARDS, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet_scan_free(merged);
    }
    for (unsigned k = 0; k < SHARDS; k++)
        unlink(paths[k]);
}

/* What a merge that goes by writes, as lines. */
static struct whet_scan_lines lines;

static int each_begin(void *ctx, const struct whet_scan *scan)
{
    (void)ctx;
    return whet__scan_lines_begin(&lines, scan, whet_scan_path(scan));
}

static int each_file(void *ctx, const struct whet_scan_file *file)
{
    return ctx != NULL ? -ECANCELED : whet__scan_lines_file(&lines, file);
}

static int each_skip(void *ctx, const struct whet_scan_skip *skip)
{
    (void)ctx;
    return whet__scan_lines_skip(&lines, skip);
}

static int merge_by(const char *const *names, size_t count, void *ctx, char **out, size_t *len,
                    struct whet_error *err)
{
    const struct whet_scan_each each = {each_begin, each_file, each_skip, ctx};
    struct whet_scan *scan = NULL;
    FILE *f = open_memstream(out, len);
    int rc;

    assert_non_null(f);
    whet__scan_lines_init(&lines, f);
    rc = whet__scan_merge_stream(&scan, names, count, &each, err);
    if (rc == 0)
        rc = whet__scan_lines_end(&lines, scan);
    whet__scan_lines_clear(&lines);
    fclose(f);
    whet_scan_free(scan);
    return rc;
}

/* A line of the file gone, or another one in its place; the number of lines if `at` is 0. */
static size_t edit(const char *path, size_t at, const char *other)
{
    struct whet_text text, edited;
    size_t count = 0;

    whet__text_init(&text, 1 << 20);
    whet__text_init(&edited, 1 << 20);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 1 << 20, &text), 0);
    for (char *line = text.data, *stop; (stop = strchr(line, '\n')) != NULL; line = stop + 1) {
        if (++count != at)
            whet__text_append(&edited, line, (size_t)(stop + 1 - line));
        else if (other != NULL)
            whet__text_puts(&edited, other);
    }
    assert_int_equal(whet__file_write(path, edited.data, edited.len, 0), 0);
    whet__text_clear(&text);
    whet__text_clear(&edited);
    return count;
}

static void refuses(unsigned k, char paths[SHARDS][1024], const char *why)
{
    const char *names[SHARDS] = {paths[0], paths[1], paths[2]};
    struct whet_error err;
    char *out = NULL;
    size_t len = 0;

    assert_true(merge_by(names, SHARDS, NULL, &out, &len, &err) < 0);
    assert_non_null(strstr(err.text, why));
    free(out);
    write_shard(k + 1, paths[k]);
}

static void test_a_merge_that_goes_by_is_the_same(void **state)
{
    char paths[SHARDS][1024], *went = NULL, *held = NULL;
    const char *names[SHARDS] = {paths[2], paths[0], paths[1]};
    struct whet_scan_format_options how = {.path = folder};
    struct whet_scan *merged;
    size_t went_len = 0, held_len = 0, count;
    FILE *f;

    (void)state;
    for (unsigned k = 0; k < SHARDS; k++)
        write_shard(k + 1, paths[k]);
    assert_int_equal(merge_by(names, SHARDS, NULL, &went, &went_len, NULL), 0);
    assert_int_equal(whet_scan_merge(&merged, names, SHARDS, NULL), 0);
    f = open_memstream(&held, &held_len);
    assert_non_null(f);
    assert_int_equal(whet__scan_format_json.put(f, merged, &how), 0);
    fclose(f);
    whet_scan_free(merged);
    assert_int_equal(went_len, held_len);
    assert_memory_equal(went, held, held_len);
    free(held);
    free(went);
    assert_int_equal(merge_by(names, SHARDS, &count, &went, &went_len, NULL), -ECANCELED);
    free(went);
    EACH_ALLOCATION_FAILS
    {
        int rc = merge_by(names, SHARDS, NULL, &went, &went_len, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        free(went);
    }
    for (unsigned k = 0; k < SHARDS; k++)
        unlink(paths[k]);
}

static void test_a_merge_that_goes_by_refuses_the_same(void **state)
{
    char paths[SHARDS][1024];
    const char *twice[2] = {paths[0], paths[0]}, *none[1] = {"/proc/none/part"};
    struct whet_error err;
    struct whet_scan *scan = NULL;
    unsigned full = 0;

    (void)state;
    for (unsigned k = 0; k < SHARDS; k++) {
        write_shard(k + 1, paths[k]);
        if (edit(paths[k], 0, NULL) > edit(paths[full], 0, NULL))
            full = k;
    }
    assert_int_equal(whet__scan_merge_stream(&scan, NULL, 0, NULL, NULL), -EINVAL);
    assert_int_equal(whet__scan_merge_stream(&scan, none, 1, NULL, NULL), -ENOENT);
    assert_int_equal(whet__scan_merge_stream(&scan, twice, 2, NULL, &err), -EINVAL);
    assert_non_null(strstr(err.text, "twice"));
    assert_int_equal(whet__scan_merge_stream(&scan, twice, 1, NULL, &err), -EINVAL);
    assert_non_null(strstr(err.text, "missing"));
    edit(paths[0], edit(paths[0], 0, NULL), NULL);
    refuses(0, paths, "cut off");
    edit(paths[full], 2, "{\"type\":\"file\",\"path\":\"zzz\"}\n");
    refuses(full, paths, "not in order");
    edit(paths[full], 2, "{\"type\":\"skipped\",\"path\":\"a\"}\n");
    refuses(full, paths, "not in order");
    edit(paths[full], 2, "{\"type\":\"file\"}\n");
    refuses(full, paths, "without a path");
    edit(paths[full], 2, "[1,\n");
    assert_true(err.text[0] != '\0');
    refuses(full, paths, "");
    edit(paths[1], 1, "{}\n");
    refuses(1, paths, "not a shard");
    assert_null(scan);
    for (unsigned k = 0; k < SHARDS; k++)
        unlink(paths[k]);
}

static void test_no_such_shard(void **state)
{
    struct whet_scan_options options = {.cache = WHET_SCAN_CACHE_OFF, .shard = 2, .shards = 1};
    struct whet_scan *scan;

    (void)state;
    assert_int_equal(whet_scan_run(&scan, folder, &options, NULL), -EINVAL);
    options.shard = 0;
    assert_int_equal(whet_scan_run(&scan, folder, &options, NULL), -EINVAL);
    assert_int_equal(whet_scan_merge(&scan, NULL, 0, NULL), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_the_whole),
        cmocka_unit_test(test_a_merge_that_goes_by_is_the_same),
        cmocka_unit_test(test_a_merge_that_goes_by_refuses_the_same),
        cmocka_unit_test(test_no_such_shard),
    };

    return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
