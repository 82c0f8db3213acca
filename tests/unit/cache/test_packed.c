/* cache/memory/packed.h, and with it data/lz4.h. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "cache/memory/packed.h"
#include "data/lz4.h"

static struct whet_entry *entry_with(const void *value, size_t len)
{
    struct whet_hash128 hash = {{9}};
    struct whet_entry *e = NULL;

    if (whet__entry_new(&e, &hash, "the key", 7, "about", 5, len) != 0)
        return NULL;
    memcpy(whet__entry_value(e), value, len);
    e->flags = WHET_ENTRY_LOCAL_ONLY;
    e->epoch = 1;
    e->made_ns = 2;
    e->end_ns = 3;
    e->idle_ns = 4;
    e->cost_ns = 5;
    atomic_store(&e->used_ns, 6);
    atomic_store(&e->checked, 7);
    return e;
}

/* Words of a small language. */
static void make_text(unsigned char *out, size_t len, uint64_t seed)
{
    static const char *const words[] = {"int ", "return ", "whet__", "0;\n",
                                        "if (", "p->",     ") "};
    struct whet_random r;

    whet__random_init(&r, seed);
    for (size_t at = 0; at < len;) {
        const char *word = words[whet__random_below(&r, 7)];

        for (; *word != '\0' && at < len; word++)
            out[at++] = (unsigned char)*word;
    }
}

static void comes_back(void **state)
{
    static unsigned char value[100000];

    (void)state;
    for (size_t len = 128; len <= sizeof(value); len = len * 3 / 2) {
        struct whet_entry *e, *packed, *back;

        make_text(value, len, len);
        e = entry_with(value, len);
        assert_int_equal(whet__entry_pack(e, &packed), 0);
        assert_true(packed->value_len <= len - len / 8);
        assert_int_equal(packed->raw_len, len);
        assert_true(whet__entry_bytes(packed) <= whet__entry_bytes(e));
        assert_int_equal(whet__entry_pack(packed, &back), -E2BIG); /* once is enough */
        assert_int_equal(whet__entry_unpack(packed, &back), 0);
        assert_int_equal(back->value_len, len);
        assert_int_equal(back->raw_len, 0);
        assert_memory_equal(whet__entry_value(back), value, len);
        assert_memory_equal(whet__entry_key(back), "the key", 7);
        assert_memory_equal(whet__entry_about(back), "about", 5);
        assert_memory_equal(&back->hash, &e->hash, sizeof(e->hash));
        assert_int_equal(back->flags, e->flags);
        assert_int_equal(back->epoch, 1);
        assert_int_equal(back->made_ns, 2);
        assert_int_equal(back->end_ns, 3);
        assert_int_equal(back->idle_ns, 4);
        assert_int_equal(back->cost_ns, 5);
        assert_int_equal(atomic_load(&back->used_ns), 6);
        assert_int_equal(atomic_load(&back->checked), 7);
        whet__entry_drop(back);
        whet__entry_drop(packed);
        whet__entry_drop(e);
    }
}

static void is_left_when_it_does_not_pay(void **state)
{
    static unsigned char value[5000];
    struct whet_entry *e, *packed = NULL;
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 1);
    for (size_t i = 0; i < sizeof(value); i++)
        value[i] = (unsigned char)whet__random_next(&r);
    e = entry_with(value, sizeof(value));
    assert_int_equal(whet__entry_pack(e, &packed), -E2BIG);
    whet__entry_drop(e);
    memset(value, 0, sizeof(value));
    e = entry_with(value, 127);
    assert_int_equal(whet__entry_pack(e, &packed), -E2BIG);
    assert_int_equal(whet__entry_unpack(e, &packed), -EBADMSG); /* it is not packed */
    whet__entry_drop(e);
    e = entry_with(value, 0);
    assert_int_equal(whet__entry_pack(e, &packed), -E2BIG);
    whet__entry_drop(e);
    assert_null(packed);
}

/* Whatever the bytes are, what comes out has the length that was said, or is refused. */
static void refuses_damage(void **state)
{
    unsigned char value[2000];
    struct whet_random r;
    unsigned refused = 0;

    (void)state;
    whet__random_init(&r, 2);
    make_text(value, sizeof(value), 3);
    for (int i = 0; i < 3000; i++) {
        struct whet_entry *e = entry_with(value, sizeof(value));
        struct whet_entry *packed, *back = NULL;
        int rc;

        assert_int_equal(whet__entry_pack(e, &packed), 0);
        for (int k = 0; k <= i % 5; k++)
            whet__entry_value(packed)[whet__random_below(&r, packed->value_len)] =
                (unsigned char)whet__random_next(&r);
        if (i % 3 == 0)
            packed->raw_len = (uint32_t)(1 + whet__random_below(&r, 4000));
        if (i % 7 == 0)
            packed->value_len = (uint32_t)whet__random_below(&r, packed->value_len);
        rc = whet__entry_unpack(packed, &back);
        assert_true(rc == -EBADMSG || (rc == 0 && back->value_len == packed->raw_len));
        refused += rc != 0;
        whet__entry_drop(back);
        whet__entry_drop(packed);
        whet__entry_drop(e);
    }
    assert_true(refused > 1000);
}

static void blocks_have_bounds(void **state)
{
    unsigned char in[300], out[400], back[300];
    size_t len = 0;

    (void)state;
    make_text(in, sizeof(in), 4);
    assert_int_equal(whet__lz4_pack(in, sizeof(in), out, 10, &len), -E2BIG);
    assert_int_equal(len, 0);
    assert_int_equal(whet__lz4_pack(in, SIZE_MAX, out, sizeof(out), &len), -E2BIG);
    assert_int_equal(whet__lz4_pack(in, sizeof(in), out, sizeof(out), &len), 0);
    assert_int_equal(whet__lz4_unpack(out, len, back, sizeof(back)), 0);
    assert_memory_equal(back, in, sizeof(in));
    assert_int_equal(whet__lz4_unpack(out, len, back, sizeof(back) - 1), -EBADMSG);
    assert_int_equal(whet__lz4_unpack(out, SIZE_MAX, back, 1), -EBADMSG);
    assert_int_equal(whet__lz4_unpack(out, 1, back, SIZE_MAX), -EBADMSG);
}

static void fails_without_memory(void **state)
{
    unsigned char value[1000];

    (void)state;
    make_text(value, sizeof(value), 5);
    EACH_ALLOCATION_FAILS
    {
        struct whet_entry *e = entry_with(value, sizeof(value));
        struct whet_entry *packed = NULL, *back = NULL;
        int rc = e != NULL ? whet__entry_pack(e, &packed) : -ENOMEM;

        assert_int_equal(rc == 0, packed != NULL);
        if (rc == 0)
            rc = whet__entry_unpack(packed, &back);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__entry_drop(back);
        whet__entry_drop(packed);
        whet__entry_drop(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),           cmocka_unit_test(is_left_when_it_does_not_pay),
        cmocka_unit_test(refuses_damage),       cmocka_unit_test(blocks_have_bounds),
        cmocka_unit_test(fails_without_memory),
    };

    return cmocka_run_group_tests_name("packed", tests, NULL, NULL);
}
