/* Packed forms: what was put is read back, and nothing else is believed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../harness.h"
#include "base/sha256.h"
#include "result/record.h"

static void field_add(struct whet_recipe *r, const char *label, unsigned char byte)
{
    struct whet_recipe_field *f = whet__vec_push(&r->fields);

    assert_non_null(f);
    f->label = label;
    memset(f->hash.bytes, byte, sizeof(f->hash.bytes));
}

static void assert_sum(const char *text, const char *hex)
{
    struct whet_sha256 sum = whet__sha256(text, strlen(text));
    char printed[2 * WHET_SHA256_SIZE + 1];

    for (size_t i = 0; i < WHET_SHA256_SIZE; i++)
        snprintf(printed + 2 * i, 3, "%02x", sum.bytes[i]);
    assert_string_equal(printed, hex);
}

/* FIPS 180-4's own example, and the empty text. */
static void test_sha256(void **state)
{
    (void)state;
    assert_sum("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sum("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* A boundary between two fields that moves makes another key. */
static void test_key(void **state)
{
    struct whet_recipe a, b;
    struct whet_sha256 one, other;

    (void)state;
    whet__recipe_init(&a);
    whet__recipe_init(&b);
    field_add(&a, "input ab", 1);
    field_add(&b, "input a", 1);
    one = whet__recipe_key(&a);
    other = whet__recipe_key(&b);
    assert_false(whet__sha256_equal(&one, &other));
    whet__recipe_cut(&b, 0, 0);
    field_add(&b, "input ab", 1);
    other = whet__recipe_key(&b);
    assert_true(whet__sha256_equal(&one, &other));
    field_add(&b, "input ab", 1);
    other = whet__recipe_key(&b);
    assert_false(whet__sha256_equal(&one, &other));
    whet__recipe_clear(&a);
    whet__recipe_clear(&b);
}

static void recipe_fill(struct whet_recipe *r)
{
    struct whet_recipe_file *f;

    whet__recipe_init(r);
    field_add(r, "input a", 1);
    field_add(r, "found b", 2);
    f = whet__vec_push(&r->files);
    assert_non_null(f);
    f->path = "/x/a";
    f->print = (struct whet_print){.look = {.size = 7,
                                            .inode = 8,
                                            .dev = UINT64_MAX,
                                            .mtime_ns = -5,
                                            .ctime_ns = INT64_MAX,
                                            .kind = WHET_FILE_REGULAR,
                                            .mode = 0644},
                                   .settled = 1};
}

static void test_recipe(void **state)
{
    struct whet_recipe put, got;
    struct whet_text text;
    const struct whet_recipe_file *f;
    size_t len;

    (void)state;
    recipe_fill(&put);
    whet__text_init(&text, 1 << 20);
    whet__record_put_recipe(&text, &put);
    len = text.len;
    whet__recipe_init(&got);
    assert_int_equal(whet__record_get_recipe(text.data, len, &got), 0);
    assert_int_equal(got.fields.len, 2);
    f = whet__vec_at(&got.files, 0);
    assert_string_equal(f->path, "/x/a");
    assert_int_equal(f->print.look.mtime_ns, -5);
    assert_true(f->print.look.dev == UINT64_MAX && f->print.settled);
    whet__recipe_clear(&got);
    for (size_t cut = 0; cut < len; cut++) {
        whet__recipe_init(&got);
        assert_int_equal(whet__record_get_recipe(text.data, cut, &got), -EBADMSG);
        whet__recipe_clear(&got);
    }
    whet__text_clear(&text);
    whet__recipe_clear(&put);
}

static void test_result(void **state)
{
    struct whet_record_result put = {3, 5, 6, {"out", "e\0r"}, {3, 3}, {0}}, got = {0};
    struct whet_record_output *o;
    struct whet_arena arena;
    struct whet_text text;
    size_t len;

    (void)state;
    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&put.outputs, sizeof(*o), 10);
    whet__vec_init(&got.outputs, sizeof(*o), 10);
    o = whet__vec_push(&put.outputs);
    assert_non_null(o);
    *o = (struct whet_record_output){.name = "a.o", .mode = 0750, .size = 9};
    whet__text_init(&text, 1 << 20);
    whet__record_put_result(&text, &put);
    whet__record_seal(&text);
    len = text.len;
    assert_int_equal(whet__record_open(text.data, &len), 0);
    assert_int_equal(whet__record_get_result(text.data, len, &arena, &got), 0);
    assert_int_equal(got.exit_code, 3);
    assert_memory_equal(got.printed[1], "e\0r", 3);
    o = whet__vec_at(&got.outputs, 0);
    assert_string_equal(o->name, "a.o");
    assert_int_equal(o->mode, 0750);
    for (size_t cut = 0; cut < len; cut++) {
        got.outputs.len = 0;
        assert_int_equal(whet__record_get_result(text.data, cut, &arena, &got), -EBADMSG);
    }
    for (size_t i = 0; i < text.len; i++) {
        len = text.len;
        text.data[i] ^= 1;
        assert_int_equal(whet__record_open(text.data, &len), -EBADMSG);
        text.data[i] ^= 1;
    }
    len = 31;
    assert_int_equal(whet__record_open(text.data, &len), -EBADMSG);
    whet__text_clear(&text);
    whet__vec_clear(&put.outputs);
    whet__vec_clear(&got.outputs);
    whet__arena_clear(&arena);
}

/* The newest first, each once, no more than WHET_RECORD_SETS. */
static void test_sets(void **state)
{
    struct whet_text older, text;
    struct whet_unpack sets, set;
    struct whet_sha256 hash;
    struct whet_arena arena;
    struct whet_recipe r;
    const char *name;
    int count = 0;

    (void)state;
    whet__arena_init(&arena, 1 << 20);
    recipe_fill(&r);
    whet__text_init(&older, 1 << 20);
    whet__text_init(&text, 1 << 20);
    for (int i = 0; i < 2 * WHET_RECORD_SETS; i++) {
        struct whet_recipe_field *f = whet__vec_at(&r.fields, 1);

        f->hash.bytes[0] = (unsigned char)(i % (WHET_RECORD_SETS + 1));
        whet__text_reset(&text);
        whet__record_put_sets(&text, &r, 1, older.data, older.len);
        whet__text_reset(&older);
        whet__text_append(&older, text.data, text.len);
    }
    whet__unpack_init(&sets, older.data, older.len);
    while (whet__record_next_set(&sets, &set) == 1) {
        assert_int_equal(whet__record_next_name(&set, &arena, &name, &hash), 1);
        assert_string_equal(name, "b");
        assert_int_equal(hash.bytes[0],
                         (2 * WHET_RECORD_SETS - 1 - count) % (WHET_RECORD_SETS + 1));
        assert_int_equal(whet__record_next_name(&set, &arena, &name, &hash), 0);
        count++;
    }
    assert_int_equal(count, WHET_RECORD_SETS);
    whet__text_clear(&older);
    whet__text_clear(&text);
    whet__recipe_clear(&r);
    whet__arena_clear(&arena);
}

static void test_memory(void **state)
{
    struct whet_recipe put, got;
    struct whet_text text;

    (void)state;
    recipe_fill(&put);
    whet__text_init(&text, 1 << 20);
    whet__record_put_recipe(&text, &put);
    EACH_ALLOCATION_FAILS
    {
        int rc;

        whet__recipe_init(&got);
        rc = whet__record_get_recipe(text.data, text.len, &got);
        assert_true(rc == 0 || rc == -ENOMEM || rc == -EBADMSG);
        whet__recipe_clear(&got);
    }
    whet__text_clear(&text);
    whet__recipe_clear(&put);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256), cmocka_unit_test(test_key),
        cmocka_unit_test(test_recipe), cmocka_unit_test(test_result),
        cmocka_unit_test(test_sets),   cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
