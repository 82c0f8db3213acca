/* Prints of files: when one is looked at again. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness.h"
#include "os/content.h"
#include "os/file.h"
#include "result/prints.h"

static struct whet_text place;
static char path[400];

static int set_up(void **state)
{
    (void)state;
    whet__text_init(&place, 300);
    assert_int_equal(whet__file_make_temp_dir(&place), 0);
    snprintf(path, sizeof(path), "%s/file", whet__text_str(&place));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(whet__file_remove_tree(whet__text_str(&place)), 0);
    whet__text_clear(&place);
    return 0;
}

static void write_file(const char *text)
{
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

/* The file has this text, and has had it for long, as an earlier process says. */
static void known_as(struct whet_prints *p, const char *text)
{
    struct whet_print print = {.settled = 1, .hash = whet__sha256(text, strlen(text))};

    write_file(text);
    assert_int_equal(whet__content_look(path, &print.look), 0);
    assert_int_equal(whet__prints_init(p), 0);
    whet__prints_seed(p, path, &print);
}

static void assert_is(const struct whet_print *print, const char *text)
{
    struct whet_sha256 hash = whet__sha256(text, strlen(text));

    assert_int_equal(print->look.kind, WHET_FILE_REGULAR);
    assert_true(whet__sha256_equal(&print->hash, &hash));
}

static void assert_recent(struct whet_prints *p, const char *text)
{
    struct whet_print print;

    assert_int_equal(whet__prints_recent(p, path, &print), 0);
    assert_is(&print, text);
}

static void without_turns_each_look_is_for_itself(void **state)
{
    struct whet_prints p;

    (void)state;
    known_as(&p, "one");
    assert_recent(&p, "one");
    assert_int_equal(p.read, 0);
    write_file("and two");
    assert_recent(&p, "and two");
    assert_int_equal(p.read, 1);
    whet__prints_clear(&p);
}

static void in_a_turn_a_look_will_do(void **state)
{
    struct whet_print print;
    struct whet_prints p;

    (void)state;
    known_as(&p, "one");
    whet__prints_turn(&p);
    assert_recent(&p, "one");
    write_file("and two");
    assert_recent(&p, "one");
    assert_int_equal(whet__prints_get(&p, path, &print), 0);
    assert_is(&print, "and two");
    assert_recent(&p, "and two");
    whet__prints_clear(&p);
}

static void a_turn_or_none_looks_again(void **state)
{
    struct whet_prints p;

    (void)state;
    for (int none = 0; none <= 1; none++) {
        known_as(&p, "one");
        whet__prints_turn(&p);
        assert_recent(&p, "one");
        write_file("and two");
        if (none)
            whet__prints_end_turns(&p);
        else
            whet__prints_turn(&p);
        assert_recent(&p, "and two");
        whet__prints_clear(&p);
    }
}

/* Too fresh to show another change: it is read each time. */
static void a_fresh_file_is_in_no_turn(void **state)
{
    struct whet_prints p;

    (void)state;
    assert_int_equal(whet__prints_init(&p), 0);
    whet__prints_turn(&p);
    for (int i = 0; i < 3; i++) {
        char text[] = {(char)('a' + i), '\0'};

        write_file(text);
        assert_recent(&p, text);
    }
    whet__prints_clear(&p);
}

static void a_file_that_is_gone_is_in_no_turn(void **state)
{
    struct whet_print print;
    struct whet_prints p;

    (void)state;
    known_as(&p, "one");
    whet__prints_turn(&p);
    assert_recent(&p, "one");
    assert_int_equal(unlink(path), 0);
    assert_recent(&p, "one");
    assert_int_equal(whet__prints_get(&p, path, &print), 0);
    assert_int_equal(print.look.kind, WHET_FILE_GONE);
    assert_int_equal(whet__prints_recent(&p, path, &print), 0);
    assert_int_equal(print.look.kind, WHET_FILE_GONE);
    write_file("two");
    assert_recent(&p, "two");
    whet__prints_clear(&p);
}

/* What finds no room is looked at each time. */
static void looks_without_memory(void **state)
{
    struct whet_prints p;

    (void)state;
    write_file("one");
    EACH_ALLOCATION_FAILS
    {
        if (whet__prints_init(&p) == 0) {
            whet__prints_turn(&p);
            assert_recent(&p, "one");
            assert_recent(&p, "one");
            whet__prints_clear(&p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_turns_each_look_is_for_itself),
        cmocka_unit_test(in_a_turn_a_look_will_do),
        cmocka_unit_test(a_turn_or_none_looks_again),
        cmocka_unit_test(a_fresh_file_is_in_no_turn),
        cmocka_unit_test(a_file_that_is_gone_is_in_no_turn),
        cmocka_unit_test(looks_without_memory),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
