/* data/yaml.h: the tree with its places, what is refused, and that text survives being
 * written and read. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "data/yaml.h"

static struct whet_yaml *parse(const char *text)
{
    struct whet_yaml *y = NULL;
    struct whet_error err;
    int rc = whet__yaml_parse(&y, text, strlen(text), "f.yaml", NULL, &err);

    if (rc != 0)
        print_message("# %s\n", err.text);
    assert_int_equal(rc, 0);
    return y;
}

static void gives_a_tree_with_places(void **state)
{
    struct whet_yaml *y = parse("# a comment\n"
                                "name: some words\n"
                                "\"list\":\n"
                                "  - one\n"
                                "  - 'no'\n"
                                "map: {a: 1, b: [2, 3]}\n"
                                "empty:\n"
                                "block: |\n"
                                "  two\n"
                                "  lines\n");
    const struct whet_yaml_node *root = whet__yaml_root(y), *n;

    (void)state;
    assert_string_equal(whet__yaml_file(y), "f.yaml");
    assert_int_equal(root->kind, WHET_YAML_MAPPING);
    assert_int_equal(root->count, 5);
    n = whet__yaml_get(root, "name");
    assert_string_equal(n->text, "some words");
    assert_int_equal(n->line, 2);
    assert_int_equal(n->column, 7);
    assert_int_equal(n->key->line, 2);
    assert_int_equal(n->key->column, 1);
    assert_true(n->plain);
    n = whet__yaml_get(root, "list");
    assert_false(n->key->plain);
    assert_int_equal(n->kind, WHET_YAML_SEQUENCE);
    assert_int_equal(n->count, 2);
    assert_string_equal(n->first->next->text, "no");
    assert_false(n->first->next->plain);
    assert_int_equal(n->first->next->line, 5);
    n = whet__yaml_get(root, "map");
    assert_string_equal(whet__yaml_get(n, "b")->first->next->text, "3");
    assert_null(whet__yaml_get(n, "c"));
    assert_null(whet__yaml_get(n->first, "c"));
    n = whet__yaml_get(root, "empty");
    assert_string_equal(n->text, "");
    assert_true(n->plain);
    assert_string_equal(whet__yaml_get(root, "block")->text, "two\nlines\n");
    whet__yaml_free(y);
    whet__yaml_free(NULL);
}

static void an_empty_text_is_an_empty_mapping(void **state)
{
    static const char *const texts[] = {"", "\n\n", "# only this\n", "---\n", "--- {}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct whet_yaml *y = parse(texts[i]);
        const struct whet_yaml_node *root = whet__yaml_root(y);

        assert_int_equal(root->count, 0);
        assert_true(root->kind == WHET_YAML_MAPPING || root->len == 0);
        whet__yaml_free(y);
    }
}

static void refuses_what_is_not_ours(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *says;
    } rows[] = {
        {"a: 1\nb: &x 2\n", 2, 0, "anchors"},
        {"a: &x [1]\n", 1, 0, "anchors"},
        {"a: &x {b: 1}\n", 1, 0, "anchors"},
        {"a: *x\n", 1, 4, "aliases"},
        {"a: !!str 2\n", 1, 0, "tags"},
        {"a: 1\n\na: 2\n", 3, 1, "twice: 'a': the first is in line 1"},
        {"{a: 1, 'a': 2}\n", 1, 8, "twice"},
        {"? [a]\n: b\n", 1, 3, "key must be"},
        {"? {a: b}\n: b\n", 1, 0, "key must be"},
        {"a: 1\n---\nb: 1\n", 2, 0, "second document"},
        {"a: [1\nb: 2\n", 0, 0, "not YAML"},
        {"a: 'open\n", 0, 0, "not YAML"},
        {"\ta: 1\n", 1, 0, "not YAML"},
        {"a: b: c\n", 1, 0, "not YAML"},
        {"a: \"\\0\"\n", 1, 4, "NUL"},
        {"a: \xff\n", 1, 4, "not UTF-8"},
        {"a: 1\n\rb: 2\n", 2, 1, "carriage return"},
        {"# \xc3\xa9 \xc0\n", 1, 5, "not UTF-8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_yaml *y = NULL;
        struct whet_error err;

        memset(&err, 0, sizeof(err));
        assert_int_equal(
            whet__yaml_parse(&y, rows[i].text, strlen(rows[i].text), "f.yaml", NULL, &err),
            -EINVAL);
        assert_null(y);
        if (strstr(err.text, rows[i].says) == NULL ||
            (rows[i].line && err.line != rows[i].line) ||
            (rows[i].column && err.column != rows[i].column))
            fail_msg("%s: %u:%u: %s", rows[i].text, err.line, err.column, err.text);
        assert_string_equal(err.file, "f.yaml");
        assert_int_equal(
            whet__yaml_parse(&y, rows[i].text, strlen(rows[i].text), NULL, NULL, NULL),
            -EINVAL);
    }
}

static void refuses_a_nul_byte(void **state)
{
    struct whet_yaml *y = NULL;

    (void)state;
    assert_int_equal(whet__yaml_parse(&y, "a: \0b", 5, NULL, NULL, NULL), -EINVAL);
}

static void keeps_its_limits(void **state)
{
    static const struct whet_yaml_limits small = {.bytes = 100, .depth = 3, .nodes = 10};
    struct whet_yaml *y = NULL;
    struct whet_error err;
    char deep[4000], wide[101];

    (void)state;
    assert_int_equal(whet__yaml_parse(&y, "[[[1]]]", 7, NULL, &small, &err), 0);
    whet__yaml_free(y);
    assert_int_equal(whet__yaml_parse(&y, "[[[[1]]]]", 9, NULL, &small, &err), -EFBIG);
    assert_non_null(strstr(err.text, "deep"));
    assert_int_equal(whet__yaml_parse(&y, "[1,2,3,4,5,6,7,8,9]", 19, NULL, &small, &err), 0);
    whet__yaml_free(y);
    assert_int_equal(whet__yaml_parse(&y, "[1,2,3,4,5,6,7,8,9,0]", 21, NULL, &small, &err),
                     -EFBIG);
    memset(wide, '#', sizeof(wide));
    assert_int_equal(whet__yaml_parse(&y, wide, sizeof(wide), NULL, &small, &err), -EFBIG);
    assert_non_null(strstr(err.text, "large"));
    memset(deep, '[', sizeof(deep));
    assert_true(whet__yaml_parse(&y, deep, sizeof(deep), NULL, NULL, &err) < 0);
}

static void reads_a_file(void **state)
{
    struct whet_yaml *y = NULL;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__yaml_read(&y, "/nowhere/f.yaml", NULL, &err), -ENOENT);
    assert_string_equal(err.file, "/nowhere/f.yaml");
    assert_int_equal(whet__yaml_read(&y, "/", NULL, &err), -EISDIR);
    assert_int_equal(whet__yaml_read(&y, "/dev/null", NULL, &err), 0);
    whet__yaml_free(y);
}

static void compares(void **state)
{
    struct whet_yaml *a = parse("x: [1, {y: 2}]\nz: 'w'\n");
    static const struct {
        const char *text;
        int equal;
    } rows[] = {
        {"x:\n- 1\n- y: 2\nz: w", 1}, {"x: [1, {y: 3}]\nz: w", 0}, {"x: [1, {v: 2}]\nz: w", 0},
        {"x: [1, [y]]\nz: w", 0},     {"x: [1]\nz: w", 0},         {"x: 1\nz: w", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_yaml *b = parse(rows[i].text);

        assert_int_equal(whet__yaml_equal(whet__yaml_root(a), whet__yaml_root(b)),
                         rows[i].equal);
        whet__yaml_free(b);
    }
    whet__yaml_free(a);
}

static const char *written(struct whet_text *t, const char *value)
{
    whet__text_reset(t);
    whet__yaml_put_string(t, value);
    assert_int_equal(whet__text_error(t), 0);
    return whet__text_str(t);
}

static void quotes_what_could_be_misread(void **state)
{
    static const char *const words[] = {
        "",     "no", "Yes",  "ON",  "off", "y",    "N",    "null", "NULL", "~",
        "true", "3",  "0x1f", "1e3", "-1",  ".5",   "1:30", "a: b", "a #b", "- a",
        "*a",   "&a", "!a",   "@a",  "%a",  "a\nb", " a",   "a ",   "[a]",  "2026-01-31",
        "{",    "'",  "\"",   "\\",  "?",   ".nan", "...",  "---",  "<<",   "=",
    };
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 1000);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_int_equal(written(&t, words[i])[0], '"');
    assert_string_equal(written(&t, "large_project"), "large_project");
    assert_string_equal(written(&t, "/usr/lib/a.b-c"), "/usr/lib/a.b-c");
    assert_string_equal(written(&t, "a\tb\x01\x7f"), "\"a\\tb\\u0001\\u007F\"");
    assert_string_equal(written(&t, "caf\xc3\xa9"), "\"caf\xc3\xa9\"");
    assert_string_equal(written(&t, "a\xff"), "\"a\\uFFFD\"");
    whet__text_clear(&t);
}

/* Any UTF-8 text, as a value and as a key, comes back the same. */
static void survives_being_written_and_read(void **state)
{
    static const char *const parts[] = {"a",
                                        "no",
                                        ":",
                                        " ",
                                        "#",
                                        "\n",
                                        "\t",
                                        "'",
                                        "\"",
                                        "\\",
                                        "-",
                                        "1",
                                        "\xc3\xa9",
                                        "\xc2\x85",
                                        "\xe2\x80\xa8",
                                        "\r",
                                        "\x1b",
                                        ",",
                                        "]",
                                        "{",
                                        "\xf0\x9f\x98\x80",
                                        "\xef\xbb\xbf",
                                        "%",
                                        "?"};
    struct whet_random r;
    struct whet_text t;

    (void)state;
    whet__random_init(&r, 4);
    whet__text_init(&t, 10000);
    for (int n = 0; n < 3000; n++) {
        char value[100] = "";
        size_t len = 0, count = whet__random_below(&r, 7);
        const struct whet_yaml_node *node;
        struct whet_yaml *y;

        for (size_t i = 0; i < count; i++) {
            const char *part = parts[whet__random_below(&r, sizeof(parts) / sizeof(parts[0]))];

            memcpy(value + len, part, strlen(part) + 1);
            len += strlen(part);
        }
        whet__text_reset(&t);
        whet__yaml_put_string(&t, value);
        whet__text_puts(&t, ": ");
        whet__yaml_put_string(&t, value);
        whet__text_puts(&t, "\n");
        y = parse(whet__text_str(&t));
        node = whet__yaml_root(y)->first;
        assert_non_null(node);
        assert_string_equal(node->text, value);
        assert_string_equal(node->key->text, value);
        whet__yaml_free(y);
    }
    whet__text_clear(&t);
}

static void survives_failed_allocations(void **state)
{
    static const char text[] = "a: [1, 2]\nb: {c: d}\n";

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_yaml *y = NULL;
        struct whet_error err;
        int rc = whet__yaml_parse(&y, text, strlen(text), "f", NULL, &err);

        assert_true(rc == 0 || (rc == -ENOMEM && y == NULL));
        whet__yaml_free(y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_tree_with_places),
        cmocka_unit_test(an_empty_text_is_an_empty_mapping),
        cmocka_unit_test(refuses_what_is_not_ours),
        cmocka_unit_test(refuses_a_nul_byte),
        cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(reads_a_file),
        cmocka_unit_test(compares),
        cmocka_unit_test(quotes_what_could_be_misread),
        cmocka_unit_test(survives_being_written_and_read),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
