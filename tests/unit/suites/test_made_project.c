/* suites/made_project.h: the same project everywhere, of sound source files. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <whet/scan.h>

#include "base/hash.h"
#include "base/text.h"
#include "os/file.h"
#include "suites/made_project.h"
#include "suites/source.h"

static struct whet_text root;

static int root_make(void **state)
{
    (void)state;
    whet__text_init(&root, 4096);
    return whet__file_make_temp_dir(&root);
}

static int root_remove(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&root));

    (void)state;
    whet__text_clear(&root);
    return rc;
}

static const char *folder(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&root), name);
    return path;
}

static struct whet_scan *scanned(const char *dir)
{
    struct whet_scan_options o = {.cache = WHET_SCAN_CACHE_OFF,
                                  .flags = WHET_SCAN_NO_PARENTS | WHET_SCAN_NO_GLOBAL};
    struct whet_scan *scan = NULL;

    assert_int_equal(whet_scan_run(&scan, dir, &o, NULL), 0);
    return scan;
}

/* Of all paths and contents. */
static uint64_t hash_of(const char *dir)
{
    struct whet_scan *scan = scanned(dir);
    uint64_t sum = 0;

    for (size_t i = 0; i < whet_scan_file_count(scan); i++) {
        const char *name = whet_scan_file(scan, i)->path;
        struct whet_text content;
        char path[1024];

        snprintf(path, sizeof(path), "%s/%s", dir, name);
        whet__text_init(&content, (size_t)1 << 20);
        assert_int_equal(whet__file_read(AT_FDCWD, path, (size_t)1 << 20, &content), 0);
        sum = sum * 31 + whet__hash64(name, strlen(name)) +
              whet__hash64(content.data, content.len);
        whet__text_clear(&content);
    }
    whet_scan_free(scan);
    return sum;
}

static void a_project_is_the_same_everywhere(void **state)
{
    struct whet_made_project made;

    (void)state;
    assert_int_equal(whet__made_project_write(folder("same"), 60, 1, &made, NULL), 0);
    assert_int_equal(made.files, 60);
    /* A new number here is a new WHET_MADE_PROJECT_GENERATION. */
    assert_int_equal(WHET_MADE_PROJECT_GENERATION, 1);
    assert_int_equal(hash_of(folder("same")), UINT64_C(0x7a8406579a296b70));
    assert_int_equal(whet__made_project_write(folder("other"), 60, 2, &made, NULL), 0);
    assert_int_not_equal(hash_of(folder("other")), hash_of(folder("same")));
}

static void a_project_is_sound_and_mixed(void **state)
{
    const struct whet_scan_totals *totals;
    struct whet_made_project made;
    struct whet_scan *scan;

    (void)state;
    assert_int_equal(whet__made_project_write(folder("mixed"), 500, 3, &made, NULL), 0);
    scan = scanned(folder("mixed"));
    totals = whet_scan_totals(scan);
    assert_int_equal(totals->sum.files, 500);
    assert_int_equal(totals->sum.bytes, made.bytes);
    assert_int_equal(totals->syntax_errors, 0);
    assert_true(whet_scan_language_count(scan) >= 10);
    assert_true(totals->sum.functions > 2000);
    assert_true(made.bytes > 500 * 4000 && made.bytes < 500 * 10000);
    whet_scan_free(scan);
}

static void shares_make_a_whole(void **state)
{
    unsigned sum = 0;

    (void)state;
    for (size_t i = 0; i < whet__source_count; i++)
        sum += whet__sources[i].share;
    assert_int_equal(sum, 1000);
}

static void bad_wishes_are_refused(void **state)
{
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__made_project_write(folder("none"), 0, 1, NULL, &err), -EINVAL);
    assert_int_equal(whet__made_project_write(folder("none"), 20001, 1, NULL, &err), -EINVAL);
    assert_string_equal(err.text,
                        "cannot make a project of 20001 files: 1 to 20000 are possible");
    assert_int_equal(whet__made_project_write(folder("twice"), 3, 1, NULL, NULL), 0);
    assert_int_equal(whet__made_project_write(folder("twice"), 3, 1, NULL, &err), -EEXIST);
    assert_int_equal(whet__made_project_write("/dev/null/x", 3, 1, NULL, &err), -ENOTDIR);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        char name[32];
        int rc;

        snprintf(name, sizeof(name), "memory%ld", fail_n);
        rc = whet__made_project_write(folder(name), 2, 1, NULL, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_is_the_same_everywhere),
        cmocka_unit_test(a_project_is_sound_and_mixed),
        cmocka_unit_test(shares_make_a_whole),
        cmocka_unit_test(bad_wishes_are_refused),
        cmocka_unit_test(memory_may_end_anywhere),
    };

    return cmocka_run_group_tests(tests, root_make, root_remove);
}
