/* data/json_fields.h: values of the right type, defaults for what is missing, and one
 * message, the first, with the way to the place. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/json_fields.h"

static const char text[] = "{\"s\": \"x\", \"n\": 1.5, \"u\": 7, \"neg\": -1, \"none\": null,"
                           " \"yes\": true, \"list\": [1, null, {\"k\": \"b\"}], \"o\": {}}";

struct fixture {
    struct whet_json_in *json;
    struct whet_json_fields f;
    struct whet_error err;
    struct whet_json_place root;
};

static void begin(struct fixture *x)
{
    memset(x, 0, sizeof(*x));
    assert_int_equal(whet__json_in_parse(&x->json, text, strlen(text), "t", NULL), 0);
    x->f = (struct whet_json_fields){.name = "t", .err = &x->err};
    x->root = whet__json_root(&x->f, x->json, WHET_JSON_OBJECT);
}

static void end(struct fixture *x, int code, const char *says)
{
    assert_int_equal(x->f.error, code);
    assert_string_equal(x->err.text, says);
    whet__json_in_free(x->json);
}

static void reads_what_is_there(void **state)
{
    static const char *const words[] = {"a", "x"};
    struct whet_json_place list, item;
    struct fixture x;

    (void)state;
    begin(&x);
    assert_string_equal(whet__json_take_string(&x.f, &x.root, "s", "-"), "x");
    assert_string_equal(whet__json_take_string(&x.f, &x.root, "none", "-"), "-");
    assert_string_equal(whet__json_take_string(&x.f, &x.root, "gone", "-"), "-");
    assert_true(whet__json_take_double(&x.f, &x.root, "n", 0) == 1.5);
    assert_true(whet__json_take_double(&x.f, &x.root, "neg", 0) == -1);
    assert_true(whet__json_take_uint(&x.f, &x.root, "u", 7, 0) == 7);
    assert_int_equal(whet__json_take_bool(&x.f, &x.root, "yes", 0), 1);
    assert_true(whet__json_take_word(&x.f, &x.root, "s", words, 2, 0) == 1);
    list = whet__json_field(&x.f, &x.root, "list", WHET_JSON_ARRAY);
    assert_int_equal(whet__json_item_int(&x.f, &list, 0, 0, 1), 1);
    assert_true(whet__json_item_double(&x.f, &list, 1, 9) == 9);
    item = whet__json_item(&x.f, &list, 2, WHET_JSON_OBJECT);
    assert_string_equal(whet__json_take_string(&x.f, &item, "k", "-"), "b");
    end(&x, 0, "");
}

static void says_the_first_that_is_wrong(void **state)
{
    static const char *const words[] = {"a"};
    struct whet_json_place list, item, gone;
    struct fixture x;

    (void)state;
    begin(&x);
    list = whet__json_field(&x.f, &x.root, "list", WHET_JSON_ARRAY);
    item = whet__json_item(&x.f, &list, 2, WHET_JSON_OBJECT);
    (void)whet__json_take_word(&x.f, &item, "k", words, 1, 0);
    assert_string_equal(whet__json_take_string(&x.f, &x.root, "s", "-"), "-"); /* no more */
    (void)whet__json_take_bool(&x.f, &x.root, "s", 0);
    end(&x, -EBADMSG, "list[2].k: is no word that is known here");

    begin(&x);
    (void)!whet__json_take_uint(&x.f, &x.root, "neg", 9, 0);
    end(&x, -EBADMSG, "neg: is out of range");
    begin(&x);
    (void)!whet__json_take_uint(&x.f, &x.root, "u", 6, 0);
    end(&x, -EBADMSG, "u: is out of range");
    begin(&x);
    list = whet__json_field(&x.f, &x.root, "list", WHET_JSON_ARRAY);
    (void)whet__json_item_int(&x.f, &list, 1, 0, 1);
    end(&x, -EBADMSG, "list[1]: must be a whole number");
    begin(&x);
    gone = whet__json_field(&x.f, &x.root, "gone", WHET_JSON_OBJECT);
    whet__json_require(&x.f, &gone);
    end(&x, -EBADMSG, "gone: is missing");
    begin(&x);
    (void)whet__json_root(&x.f, x.json, WHET_JSON_ARRAY);
    end(&x, -EBADMSG, "must be an array");
}

/* A way that is too long is cut, not written past its room. */
static void long_ways_are_cut(void **state)
{
    struct whet_json_place places[40];
    struct whet_json_fields f = {.name = "t"};
    struct whet_error err;

    (void)state;
    f.err = &err;
    memset(places, 0, sizeof(places));
    for (size_t i = 1; i < 40; i++)
        places[i] =
            (struct whet_json_place){.up = &places[i - 1], .key = "a key of some length"};
    whet__json_refuse(&f, &places[39], -EBADMSG, "is wrong");
    assert_int_equal(f.error, -EBADMSG);
    assert_non_null(strstr(err.text, ": is wrong"));
}

static void walks_over_members(void **state)
{
    const struct whet_json_node *value;
    struct fixture x;
    const char *key = NULL;
    size_t count = 0;

    (void)state;
    begin(&x);
    while ((key = whet__json_in_next(x.root.node, key, &value)) != NULL) {
        assert_ptr_equal(value, whet__json_in_get(x.root.node, key));
        assert_true(count++ > 0 || strcmp(key, "s") == 0);
    }
    assert_int_equal(count, 8);
    assert_null(whet__json_in_next(NULL, NULL, &value));
    assert_int_equal(whet__json_in_kind(NULL), WHET_JSON_NOTHING);
    assert_int_equal(whet__json_in_kind(whet__json_in_get(x.root.node, "yes")), WHET_JSON_BOOL);
    assert_int_equal(whet__json_in_int(whet__json_in_get(x.root.node, "neg"), 0), -1);
    end(&x, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(says_the_first_that_is_wrong),
        cmocka_unit_test(long_ways_are_cut),
        cmocka_unit_test(walks_over_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
