/* base/json.h: what is written is valid and reads back the same; jansson is the judge. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <jansson.h>

#include "base/json.h"
#include "base/random.h"
#include "base/utf8.h"

static void write_sample(struct whet_json *j)
{
    whet__json_object(j);
    whet__json_put_string(j, "name", "a\"b\\c\n\x01/");
    whet__json_put_uint(j, "big", UINT64_C(18446744073709551615));
    whet__json_put_int(j, "low", INT64_MIN);
    whet__json_put_double(j, "ratio", 0.1);
    whet__json_put_double(j, "none", (double)NAN);
    whet__json_put_bool(j, "yes", 1);
    whet__json_put_string(j, "null", NULL);
    whet__json_put_string_n(j, "part", "abcdef", 3);
    whet__json_key(j, "list");
    whet__json_array(j);
    whet__json_int(j, -1);
    whet__json_object(j);
    whet__json_object_end(j);
    whet__json_array(j);
    whet__json_array_end(j);
    whet__json_bool(j, 0);
    whet__json_array_end(j);
    whet__json_object_end(j);
}

static void writes_on_one_line(void **state)
{
    struct whet_text t;
    struct whet_json j;

    (void)state;
    whet__text_init(&t, 10000);
    whet__json_init(&j, &t, 0);
    write_sample(&j);
    assert_int_equal(whet__text_error(&t), 0);
    assert_string_equal(whet__text_str(&t),
                        "{\"name\":\"a\\\"b\\\\c\\n\\u0001/\",\"big\":18446744073709551615,"
                        "\"low\":-9223372036854775808,\"ratio\":0.1,\"none\":null,"
                        "\"yes\":true,\"null\":null,\"part\":\"abc\","
                        "\"list\":[-1,{},[],false]}");
    whet__text_clear(&t);
}

static void indents(void **state)
{
    struct whet_text t;
    struct whet_json j;

    (void)state;
    whet__text_init(&t, 10000);
    whet__json_init(&j, &t, 2);
    whet__json_object(&j);
    whet__json_put_uint(&j, "a", 1);
    whet__json_key(&j, "b");
    whet__json_array(&j);
    whet__json_null(&j);
    whet__json_array(&j);
    whet__json_array_end(&j);
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    assert_string_equal(whet__text_str(&t),
                        "{\n  \"a\": 1,\n  \"b\": [\n    null,\n    []\n  ]\n}");
    whet__text_clear(&t);
}

static void misuse_is_an_error_and_not_bad_json(void **state)
{
    static const char *const uses[] = {
        "v v", "{ v", "{ k k", "[ k", "{ k }", "]", "{ ]", "[ }", "k",
    };
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 10000);
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        struct whet_json j;
        size_t len;

        whet__text_reset(&t);
        whet__json_init(&j, &t, 0);
        for (const char *use = uses[i]; *use != '\0'; use++) {
            if (*use == 'v')
                whet__json_null(&j);
            else if (*use == 'k')
                whet__json_key(&j, "k");
            else if (*use == '{')
                whet__json_object(&j);
            else if (*use == '[')
                whet__json_array(&j);
            else if (*use == '}')
                whet__json_object_end(&j);
            else if (*use == ']')
                whet__json_array_end(&j);
        }
        assert_int_equal(whet__text_error(&t), -EINVAL);
        len = t.len;
        write_sample(&j);
        assert_int_equal(t.len, len);
    }
    whet__text_clear(&t);
}

static void nests_up_to_the_limit(void **state)
{
    struct whet_text t;
    struct whet_json j;

    (void)state;
    whet__text_init(&t, 10000);
    whet__json_init(&j, &t, 1);
    for (int i = 0; i < WHET_JSON_DEPTH; i++)
        whet__json_array(&j);
    for (int i = 0; i < WHET_JSON_DEPTH; i++)
        whet__json_array_end(&j);
    assert_int_equal(whet__text_error(&t), 0);

    whet__text_reset(&t);
    whet__json_init(&j, &t, 1);
    for (int i = 0; i <= WHET_JSON_DEPTH; i++)
        whet__json_array(&j);
    assert_int_equal(whet__text_error(&t), -E2BIG);
    for (int i = 0; i <= WHET_JSON_DEPTH; i++)
        whet__json_array_end(&j);
    whet__text_clear(&t);
}

static void replaces_what_is_not_utf8(void **state)
{
    struct whet_text t;
    struct whet_json j;

    (void)state;
    whet__text_init(&t, 10000);
    whet__json_init(&j, &t, 0);
    whet__json_string(&j, "gr\xc3\xbc\xc3\x9f \xff.\xe2\x82 \xed\xa0\x80\xf0\x9f\x98\x80\x7f");
    assert_string_equal(whet__text_str(&t),
                        "\"gr\xc3\xbc\xc3\x9f \xef\xbf\xbd.\xef\xbf\xbd "
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\x7f\"");
    whet__text_clear(&t);
}

static json_t *read_text(const struct whet_text *t)
{
    json_error_t error;
    json_t *value = json_loadb(
        t->data, t->len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (value == NULL)
        fail_msg("%s: %s", error.text, t->data);
    return value;
}

/* Any bytes, NUL among them, make a valid string; UTF-8 comes back unchanged. */
static void any_bytes_make_a_valid_string(void **state)
{
    struct whet_random r;
    struct whet_text t;

    (void)state;
    whet__random_init(&r, 3);
    whet__text_init(&t, 10000);
    for (int i = 0; i < 20000; i++) {
        char bytes[24];
        size_t len = (size_t)whet__random_below(&r, sizeof(bytes) + 1);
        unsigned top = i % 2 ? 256 : 128;
        struct whet_json j;
        json_t *value;

        for (size_t k = 0; k < len; k++)
            bytes[k] = (char)whet__random_below(&r, top);
        whet__text_reset(&t);
        whet__json_init(&j, &t, 0);
        whet__json_string_n(&j, bytes, len);
        value = read_text(&t);
        assert_true(whet__utf8_valid(json_string_value(value), json_string_length(value)));
        if (whet__utf8_valid(bytes, len)) {
            assert_int_equal(json_string_length(value), len);
            assert_memory_equal(json_string_value(value), bytes, len);
        }
        json_decref(value);
    }
    whet__text_clear(&t);
}

static void doubles_come_back_the_same(void **state)
{
    struct whet_random r;
    struct whet_text t;

    (void)state;
    whet__random_init(&r, 5);
    whet__text_init(&t, 10000);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = whet__random_next(&r);
        struct whet_json j;
        double value;
        json_t *read;

        memcpy(&value, &bits, sizeof(value));
        whet__text_reset(&t);
        whet__json_init(&j, &t, 0);
        whet__json_double(&j, value);
        read = read_text(&t);
        if (isfinite(value))
            assert_true(json_number_value(read) == value);
        else
            assert_true(json_is_null(read));
        json_decref(read);
    }
    whet__text_clear(&t);
}

static void jansson_reads_the_sample(void **state)
{
    struct whet_text t;
    struct whet_json j;
    json_t *value, *list;

    (void)state;
    whet__text_init(&t, 10000);
    whet__json_init(&j, &t, 3);
    whet__json_array(&j);
    whet__json_double(&j, 2.5);
    whet__json_string(&j, "x\ty");
    whet__json_array_end(&j);
    list = read_text(&t);
    assert_true(json_real_value(json_array_get(list, 0)) == 2.5);
    value = json_array_get(list, 1);
    assert_string_equal(json_string_value(value), "x\ty");
    json_decref(list);
    whet__text_clear(&t);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_text t;
        struct whet_json j;

        whet__text_init(&t, 10000);
        whet__json_init(&j, &t, 2);
        write_sample(&j);
        assert_true(whet__text_error(&t) == 0 || whet__text_error(&t) == -ENOMEM);
        whet__text_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_on_one_line),
        cmocka_unit_test(indents),
        cmocka_unit_test(misuse_is_an_error_and_not_bad_json),
        cmocka_unit_test(nests_up_to_the_limit),
        cmocka_unit_test(replaces_what_is_not_utf8),
        cmocka_unit_test(any_bytes_make_a_valid_string),
        cmocka_unit_test(doubles_come_back_the_same),
        cmocka_unit_test(jansson_reads_the_sample),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
