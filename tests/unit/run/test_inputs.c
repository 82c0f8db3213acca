/* run/inputs.h: rows in order, links, files, and what is refused. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/inputs.h"

/* The rows, ' ' between values and '|' behind each. */
static const char *rows(const char *const *words)
{
    static char out[4096];
    struct whet_error err = {0};
    struct whet_inputs in;
    size_t count = 0, at = 0;
    int rc;

    out[0] = '\0';
    while (words[count] != NULL)
        count++;
    rc = whet__inputs_open(&in, words, count, '\n', &err);
    if (rc != 0) {
        snprintf(out, sizeof(out), "%s", err.text);
        return out;
    }
    while ((rc = whet__inputs_next(&in, &err)) == 1) {
        for (size_t i = 0; i < in.list_count; i++)
            at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%s", i > 0 ? " " : "",
                                   in.row[i]);
        at += (size_t)snprintf(out + at, sizeof(out) - at, "|");
    }
    assert_int_equal(rc, 0);
    assert_int_equal(whet__inputs_next(&in, &err), 0);
    whet__inputs_close(&in);
    return out;
}

#define ROWS(...) rows((const char *const[]){__VA_ARGS__, NULL})

static void the_last_list_varies_fastest(void **state)
{
    (void)state;
    assert_string_equal(ROWS(":::", "a", "b"), "a|b|");
    assert_string_equal(ROWS(":::", "a", "b", ":::", "1", "2"), "a 1|a 2|b 1|b 2|");
    assert_string_equal(ROWS(":::", "a", ":::", "1", ":::", "x y"), "a 1 x y|");
    assert_string_equal(ROWS(":::"), "");
    assert_string_equal(ROWS(":::", "a", ":::"), "");
}

static void a_linked_list_goes_along(void **state)
{
    (void)state;
    assert_string_equal(ROWS(":::", "a", "b", "c", ":::+", "1", "2"), "a 1|b 2|");
    assert_string_equal(ROWS(":::", "a", ":::+", "1", "2"), "a 1|");
    assert_string_equal(ROWS(":::", "a", "b", ":::", "1", "2", ":::+", "x", "y"),
                        "a 1 x|a 2 y|b 1 x|b 2 y|");
    assert_string_equal(ROWS(":::", "a", "b", ":::+", "1", "2", ":::", "x", "y"),
                        "a 1 x|a 1 y|b 2 x|b 2 y|");
}

static void files_are_lists_too(void **state)
{
    FILE *f = fopen("inputs.txt", "w");

    (void)state;
    assert_non_null(f);
    fputs("one\n\ntwo words", f);
    fclose(f);
    assert_string_equal(ROWS("::::", "inputs.txt"), "one||two words|");
    assert_string_equal(ROWS("::::", "inputs.txt", ":::", "1", "2"),
                        "one 1|one 2| 1| 2|two words 1|two words 2|");
    assert_string_equal(ROWS(":::", "1", "2", "::::+", "inputs.txt"), "1 one|2 |");
    assert_string_equal(ROWS("::::", "inputs.txt", ":::+", "1", "2"), "one 1| 2|");
    remove("inputs.txt");
}

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    assert_string_equal(ROWS(":::+", "a"), "no list before it to go along with: ':::+'");
    assert_string_equal(ROWS("::::"), "no file of inputs: '::::': name it behind");
    assert_non_null(strstr(ROWS("::::", "absent.txt"), "cannot read: 'absent.txt'"));
    assert_false(whet__inputs_is_mark("::"));
    assert_false(whet__inputs_is_mark(":::::"));
    assert_false(whet__inputs_is_mark(":::x"));
    assert_false(whet__inputs_is_mark("::+"));
    assert_true(whet__inputs_is_mark("::::+"));
}

static void memory_may_run_out(void **state)
{
    static const char *const words[] = {":::", "a", "b", ":::", "1"};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_inputs in;
        struct whet_error err;
        int rc = whet__inputs_open(&in, words, 5, '\n', &err);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__inputs_close(&in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_list_varies_fastest),
        cmocka_unit_test(a_linked_list_goes_along),
        cmocka_unit_test(files_are_lists_too),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
