/* os/load: what /proc and the control group say of load and memory pressure. */
#include "../harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "os/file.h"
#include "os/load.h"

static void put(const char *root, const char *folder, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s%s", root, folder);
    assert_int_equal(whet__file_make_dirs(path, 0755), 0);
    snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

static void what_is_there_is_read(void **state)
{
    struct whet_text root;
    struct whet_load load;

    (void)state;
    whet__text_init(&root, 4096);
    assert_int_equal(whet__file_make_temp_dir(&root), 0);
    whet__load_read(whet__text_str(&root), &load);
    assert_int_equal(load.total_ticks, 0);
    assert_int_equal(load.runnable, -1);
    assert_true(load.memory_some < 0);
    assert_true(load.memory_free < 0);
    put(whet__text_str(&root), "/proc", "stat",
        "cpu  10 1 20 300 40 2 3 4 50 0\ncpu0 1 1 1 1\nctxt 7\nprocs_running 9\nprocs_blocked "
        "0\n");
    put(whet__text_str(&root), "/proc/pressure", "memory",
        "some avg10=12.50 avg60=1.00 avg300=0.10 total=5\nfull avg10=1.00 avg60=0 avg300=0 "
        "total=0\n");
    whet__load_read(whet__text_str(&root), &load);
    assert_int_equal(load.total_ticks, 380); /* a guest's time is in the user's */
    assert_int_equal(load.idle_ticks, 340);
    assert_int_equal(load.processors, 1);
    assert_true(load.cpu_some < 0); /* of a control group of ours there is nothing */
    assert_int_equal(load.runnable, 9);
    assert_true(fabs(load.memory_some - .125) < 1e-9);
    put(whet__text_str(&root), "/proc", "meminfo", "MemTotal: 400 kB\nMemAvailable: 100 kB\n");
    whet__load_read_memory(whet__text_str(&root), &load);
    assert_true(fabs(load.memory_some - .125) < 1e-9);
    assert_true(fabs(load.memory_free - .25) < 1e-9);
    assert_int_equal(load.runnable, -1);
    assert_int_equal(load.total_ticks, 0);
    put(whet__text_str(&root), "/proc/pressure", "memory", "some avg10=lots\n");
    whet__load_read(whet__text_str(&root), &load);
    assert_true(load.memory_some < 0);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&root)), 0);
    whet__text_clear(&root);
}

static void this_machine_answers(void **state)
{
    struct whet_load load;

    (void)state;
    whet__load_read("", &load);
    assert_true(load.total_ticks >= load.idle_ticks);
    assert_true(load.memory_some <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_read),
        cmocka_unit_test(this_machine_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
