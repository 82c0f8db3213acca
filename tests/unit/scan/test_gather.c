/* scan/gather.c: a folder's list has room for the files worth a look and for no more,
 * wherever the others stand among them. */
#include "../harness.h"

#include <string.h>

#include "scan/state.h"

#define ROOM 4096 /* the first chunk of an arena */

static struct whet_walk_entry file_named(const char *name)
{
    return (struct whet_walk_entry){
        .name = name, .name_len = (uint32_t)strlen(name), .kind = WHET_WALK_FILE};
}

/* Fills an arena with bytes that zeros show on, and makes it empty again. */
static void arena_mark(struct whet_arena *arena)
{
    void *all;

    whet__arena_init(arena, ROOM);
    all = whet__arena_alloc(arena, ROOM);
    assert_non_null(all);
    memset(all, 0xa5, ROOM);
    whet__arena_reset(arena);
}

/* What gather left of the arena is as it was. */
static void arena_check(struct whet_arena *arena)
{
    size_t left = ROOM - 256; /* what gather took is less */
    const unsigned char *rest = NULL;

    while (left > 0 && (rest = whet__arena_alloc(arena, left)) == NULL)
        left -= 16;
    assert_true(left > ROOM / 2);
    for (size_t i = 0; i < left; i++)
        assert_int_equal(rest[i], 0xa5);
}

static void nothing_behind_the_list(void **state)
{
    struct whet_walk_entry entries[] = {
        file_named("LICENSE.zzz"), file_named("a.c"),   file_named("b.zzz"),
        file_named("c.py"),        file_named("d.zzz"), file_named("e.zzz"),
    };
    struct whet_walk_dir dir = {.name = "", .entries = entries, .entry_count = 6};
    struct whet_scan scan = {.list_only = 1};
    const struct whet_scan_dir *found;
    struct whet_arena arena;

    (void)state;
    arena_mark(&arena);
    assert_int_equal(whet__scan_workers_new(&scan, 1), 0);
    whet__scan_gather(&scan, &dir, -1, &arena, 0);
    assert_int_equal(scan.workers[0].dirs.len, 1);
    found = *(struct whet_scan_dir **)whet__vec_at(&scan.workers[0].dirs, 0);
    assert_int_equal(found->item_count, 2);
    assert_string_equal(found->items[0].file.language, "C");
    assert_string_equal(found->items[1].file.language, "Python");
    assert_ptr_equal(entries[3].user, &found->items[1]);
    assert_null(entries[4].user);
    arena_check(&arena);
    whet__scan_workers_free(&scan);
    whet__arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_behind_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
