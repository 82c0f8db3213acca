/* Shards of a scan: parts without overlap or gap, and back together. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/text.h"
#include "os/file.h"
#include "scan/format.h"

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
        cmocka_unit_test(test_no_such_shard),
    };

    return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
