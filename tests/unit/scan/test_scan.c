/* <whet/scan.h> from end to end, on a small tree: the answer, the errors, and that no
 * failed allocation is survived with a wrong answer. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/text.h"
#include "os/file.h"

static struct whet_text root;

static void write_file(const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&root), name);
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

static int tree_make(void **state)
{
    char path[512];

    (void)state;
    whet__text_init(&root, 4096);
    assert_int_equal(whet__file_make_temp_dir(&root), 0);
    snprintf(path, sizeof(path), "%s/tree/sub", whet__text_str(&root));
    assert_int_equal(whet__file_make_dirs(path, 0755), 0);
    write_file("tree/b.c", "int b(int x)\n{\n    return x && 1;\n}\n");
    write_file("tree/sub/a.py", "def a():\n    pass\n");
    write_file("tree/sub.c", "/* only this */\n");
    write_file("tree/ignored.c", "int i;\n");
    write_file("tree/.gitignore", "ignored.*\n");
    whet__text_puts(&root, "/tree");
    return 0;
}

static int tree_remove(void **state)
{
    (void)state;
    whet__text_truncate(&root, root.len - strlen("/tree"));
    assert_int_equal(whet__file_remove_tree(whet__text_str(&root)), 0);
    whet__text_clear(&root);
    return 0;
}

static struct whet_scan_options options_with(enum whet_scan_cache cache, const char *dir)
{
    return (struct whet_scan_options){
        .jobs = 1,
        .flags = WHET_SCAN_FUNCTIONS | WHET_SCAN_IGNORED | WHET_SCAN_NO_GLOBAL,
        .cache = cache,
        .cache_dir = dir,
    };
}

static void answer_check(const struct whet_scan *scan)
{
    static const char *const paths[] = {"b.c", "sub.c", "sub/a.py"};
    const struct whet_scan_file *b;

    assert_int_equal(whet_scan_file_count(scan), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(whet_scan_file(scan, i)->path, paths[i]);
    assert_null(whet_scan_file(scan, 3));
    b = whet_scan_file(scan, 0);
    assert_string_equal(b->language, "C");
    assert_int_equal(b->lines, 4);
    assert_int_equal(b->function_count, 1);
    assert_string_equal(b->functions[0].name, "b");
    assert_int_equal(b->functions[0].complexity, 2);
    assert_int_equal(whet_scan_file(scan, 1)->comment, 1);
    assert_true(whet_scan_totals(scan)->sum.files == 3);
    assert_true(whet_scan_totals(scan)->directories == 2);
    assert_string_equal(whet_scan_language(scan, 0)->name, "C");
    assert_true(whet_scan_totals(scan)->skipped[WHET_SCAN_SKIP_IGNORED] == 1);
}

static void the_answer(void **state)
{
    struct whet_scan_options o = options_with(WHET_SCAN_CACHE_OFF, NULL);
    struct whet_scan_sizes sizes;
    struct whet_scan *scan;

    (void)state;
    assert_int_equal(whet_scan_run(&scan, whet__text_str(&root), &o, NULL), 0);
    answer_check(scan);
    assert_int_equal(whet_scan_sizes(scan, &sizes), 0);
    assert_true(sizes.max == 36 && sizes.p50 == 18 && sizes.classes[5] == 2);
    whet_scan_free(scan);
    whet_scan_free(NULL);
}

static int stop_at_once(void *ctx)
{
    (void)ctx;
    return 1;
}

static void stopped_is_a_part(void **state)
{
    struct whet_scan_options o = options_with(WHET_SCAN_CACHE_OFF, NULL);
    struct whet_scan *scan;

    (void)state;
    o.stop = stop_at_once;
    assert_int_equal(whet_scan_run(&scan, whet__text_str(&root), &o, NULL), 0);
    assert_int_equal(whet_scan_totals(scan)->stopped, 1);
    assert_int_equal(whet_scan_file_count(scan), 0);
    whet_scan_free(scan);
}

static void bad_options(void **state)
{
    struct whet_scan_options o = options_with(WHET_SCAN_CACHE_OFF, NULL);
    struct whet_scan *scan = NULL;
    struct whet_error err;

    (void)state;
    o.jobs = 1025;
    assert_int_equal(whet_scan_run(&scan, ".", &o, &err), -EINVAL);
    o.jobs = 1;
    o.cache = (enum whet_scan_cache)9;
    assert_int_equal(whet_scan_run(&scan, ".", &o, &err), -EINVAL);
    assert_int_equal(whet_scan_run(&scan, "/nowhere/at/all", NULL, &err), -ENOENT);
    assert_true(strstr(err.text, "/nowhere/at/all") != NULL);
    assert_int_equal(whet_scan_run(&scan, "/dev/null", NULL, &err), -EINVAL);
    assert_null(scan);
}

/* Each failure gives -ENOMEM or, where something optional was lost, the whole answer. */
static void failed_allocations(void **state)
{
    char dir[512];

    (void)state;
    snprintf(dir, sizeof(dir), "%s/../cache", whet__text_str(&root));
    EACH_ALLOCATION_FAILS
    {
        struct whet_scan_options o = options_with(WHET_SCAN_CACHE_CONTENT, dir);
        struct whet_scan *scan = NULL;
        int rc = whet_scan_run(&scan, whet__text_str(&root), &o, NULL);

        whet__mem_fail_nth(whet__mem_fail_pending() ? 1000000 : -1);
        if (rc == 0)
            answer_check(scan);
        else
            assert_int_equal(rc, -ENOMEM);
        whet_scan_free(scan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answer),
        cmocka_unit_test(stopped_is_a_part),
        cmocka_unit_test(bad_options),
        cmocka_unit_test(failed_allocations),
    };

    return cmocka_run_group_tests(tests, tree_make, tree_remove);
}
