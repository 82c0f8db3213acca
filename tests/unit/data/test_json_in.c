/* data/json_in.h: strict, with places; and what is missing stands for nothing. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/json_in.h"

static void reads_values(void **state)
{
    static const char text[] = "{\"s\": \"x\", \"n\": 1.5, \"u\": 12345678901, \"neg\": -1,"
                               " \"list\": [true, null, {\"k\": []}]}";
    const struct whet_json_node *root, *list;
    struct whet_json_in *json;

    (void)state;
    assert_int_equal(whet__json_in_parse(&json, text, strlen(text), "t", NULL), 0);
    root = whet__json_in_root(json);
    assert_string_equal(whet__json_in_string(whet__json_in_get(root, "s"), "-"), "x");
    assert_string_equal(whet__json_in_string(whet__json_in_get(root, "n"), "-"), "-");
    assert_true(whet__json_in_number(whet__json_in_get(root, "n"), 0) == 1.5);
    assert_true(whet__json_in_number(whet__json_in_get(root, "u"), 0) == 12345678901.0);
    assert_true(whet__json_in_number(whet__json_in_get(root, "s"), 7) == 7.0);
    assert_true(whet__json_in_uint(whet__json_in_get(root, "u"), 0) == UINT64_C(12345678901));
    assert_int_equal(whet__json_in_uint(whet__json_in_get(root, "neg"), 9), 9);
    assert_int_equal(whet__json_in_uint(whet__json_in_get(root, "n"), 9), 9);
    list = whet__json_in_get(root, "list");
    assert_int_equal(whet__json_in_count(list), 3);
    assert_non_null(whet__json_in_get(whet__json_in_at(list, 2), "k"));
    assert_null(whet__json_in_at(list, 3));
    whet__json_in_free(json);
}

static void what_is_missing_is_nothing(void **state)
{
    (void)state;
    assert_null(whet__json_in_get(NULL, "a"));
    assert_null(whet__json_in_at(NULL, 0));
    assert_int_equal(whet__json_in_count(NULL), 0);
    assert_string_equal(whet__json_in_string(NULL, "-"), "-");
    assert_int_equal(whet__json_in_uint(NULL, 3), 3);
    assert_true(whet__json_in_number(NULL, 2) == 2.0);
    whet__json_in_free(NULL);
}

static void refuses_the_rest(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
    } rows[] = {
        {"", 1},          {"{", 1},        {"{\"a\":1,\n\"a\":2}", 2},
        {"[1,]", 1},      {"[1] x", 1},    {"\"\\u0000\"", 1},
        {"[01]", 1},      {"{'a': 1}", 1}, {"\"\xff\"", 1},
        {"[\n\nnul]", 3}, {"// c\n1", 1},  {"NaN", 1},
    };
    char deep[3000];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_json_in *json = NULL;
        struct whet_error err;

        assert_int_equal(
            whet__json_in_parse(&json, rows[i].text, strlen(rows[i].text), "t.json", &err),
            -EBADMSG);
        assert_null(json);
        assert_int_equal(err.line, rows[i].line);
        assert_string_equal(err.file, "t.json");
    }
    memset(deep, '[', sizeof(deep));
    assert_int_equal(
        whet__json_in_parse(&(struct whet_json_in *){NULL}, deep, sizeof(deep), "t.json", NULL),
        -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(what_is_missing_is_nothing),
        cmocka_unit_test(refuses_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
