/* WHET_CACHE_FRUGAL: the levels in memory get smaller while memory is short, and back. Without
 * the flag nobody looks at this machine meanwhile, however long a test takes. */
#include "../harness.h"

#include <errno.h>

#include "cache/engine.h"
#include "scratch_file.h"

#define MIB ((uint64_t)1 << 20)

static struct whet_text root;

static int enter(void **state)
{
    (void)state;
    whet__text_init(&root, 400);
    return whet__file_make_temp_dir(&root);
}

static int leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&root));

    (void)state;
    whet__text_clear(&root);
    return rc;
}

static void say(const char *folder, const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&root), folder);
    assert_int_equal(whet__file_make_dirs(path, 0755), 0);
    snprintf(path, sizeof(path), "%s/%s/%s", whet__text_str(&root), folder, name);
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

static void say_pressure(const char *percent)
{
    char text[80];

    snprintf(text, sizeof(text), "some avg10=%s avg60=0.00 avg300=0.00 total=0\n", percent);
    say("proc/pressure", "memory", text);
}

static uint64_t look(struct whet_cache *c, enum whet_cache_level level)
{
    struct whet_cache_stats s;

    whet__cache_frugal_look(c, whet__text_str(&root));
    whet_cache_stats_read(c, &s);
    return s.levels[level].capacity_bytes;
}

static uint64_t in_use(struct whet_cache *c)
{
    struct whet_cache_stats s;

    whet_cache_stats_read(c, &s);
    return s.levels[WHET_CACHE_MEMORY].bytes + s.levels[WHET_CACHE_PACKED].bytes;
}

static void put_some(struct whet_cache *c, unsigned count)
{
    char value[1000] = "";

    for (unsigned key = 0; key < count; key++)
        assert_int_equal(whet_cache_put(c, &key, sizeof(key), value, 900 + key % 100, NULL), 0);
}

static void test_pressure(void **state)
{
    struct whet_cache *c = open_cache(
        &(struct whet_cache_options){.memory_bytes = 8 * MIB, .packed_bytes = 16 * MIB});

    (void)state;
    put_some(c, 10000);
    say_pressure("5.00"); /* neither much nor little: as it is */
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 8 * MIB);
    say_pressure("50.00");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 6 * MIB);
    assert_int_equal(look(c, WHET_CACHE_PACKED), 9 * MIB);
    say_pressure("5.00");
    assert_int_equal(look(c, WHET_CACHE_PACKED), 9 * MIB);
    say_pressure("50.00");
    for (int i = 0; i < 10; i++)
        (void)look(c, WHET_CACHE_MEMORY);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), MIB);
    assert_int_equal(look(c, WHET_CACHE_PACKED), 2 * MIB);
    put_some(c, 30000); /* with the next calls it goes */
    assert_true(in_use(c) <= 3 * MIB);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, 16 * MIB), 0);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 2 * MIB); /* an eighth of that */
    say_pressure("0.00");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 3 * MIB);
    for (int i = 0; i < 13; i++)
        (void)look(c, WHET_CACHE_MEMORY);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 16 * MIB);
    assert_int_equal(look(c, WHET_CACHE_PACKED), 16 * MIB);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, 1), -EINVAL);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 16 * MIB);
    whet_cache_free(c);
}

static void test_without_pressure_files(void **state)
{
    struct whet_cache *c = open_cache(
        &(struct whet_cache_options){.memory_bytes = 8 * MIB, .packed_bytes = WHET_CACHE_NONE});

    (void)state;
    say("proc/pressure", "memory", "");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 8 * MIB); /* nothing is known */
    say("proc", "meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 40 kB\n");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 6 * MIB);
    say("proc", "meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 70 kB\n");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 6 * MIB);
    say("proc", "meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 200 kB\n");
    assert_int_equal(look(c, WHET_CACHE_MEMORY), 6 * MIB + MIB / 2);
    whet_cache_free(c);
}

/* What fits while memory is not short, fits while it is. */
static void test_resize_while_short(void **state)
{
    struct whet_cache *c = open_cache(
        &(struct whet_cache_options){.memory_bytes = 8 * MIB, .packed_bytes = WHET_CACHE_NONE});
    uint64_t least = 8 * MIB;

    (void)state;
    while (whet_cache_resize(c, WHET_CACHE_MEMORY, least / 2) == 0)
        least /= 2;
    say_pressure("50.00");
    for (int i = 0; i < 10; i++)
        (void)look(c, WHET_CACHE_MEMORY);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, 8 * MIB), 0);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, least), 0);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), least);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, least / 2), -EINVAL);
    assert_int_equal(look(c, WHET_CACHE_MEMORY), least);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_PACKED, least), -EINVAL);
    whet_cache_free(c);
}

/* This machine may be short of memory or not: it is looked at, and everything goes on. */
static void test_flag(void **state)
{
    struct whet_cache *c = open_cache(&(struct whet_cache_options){
        .bytes = 8 * MIB, .packed_bytes = WHET_CACHE_NONE, .flags = WHET_CACHE_FRUGAL});
    struct whet_cache_value v;
    unsigned key = 7;

    (void)state;
    assert_int_equal(atomic_load(&c->look_ns), 0);
    put_some(c, key + 1);
    assert_true(atomic_load(&c->look_ns) > 0);
    assert_int_equal(whet_cache_get(c, &key, sizeof(key), &v), 1);
    whet_cache_value_clear(&v);
    whet_cache_free(c);
    c = open_cache(NULL);
    put_some(c, key);
    assert_int_equal(atomic_load(&c->look_ns), 0);
    whet_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pressure),
        cmocka_unit_test(test_without_pressure_files),
        cmocka_unit_test(test_resize_while_short),
        cmocka_unit_test(test_flag),
    };

    return cmocka_run_group_tests_name("cache_frugal", tests, enter, leave);
}
