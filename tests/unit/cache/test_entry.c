/* cache/entry/entry.h. */
#include "../harness.h"
#include "../sanitized.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

#include "cache/entry/entry.h"

static const unsigned char text[100] = "key and about";

static struct whet_entry *entry_new(size_t key_len, size_t about_len, size_t value_len)
{
    struct whet_hash128 hash = {{1, 2, 3}};
    struct whet_entry *e = NULL;

    assert_int_equal(whet__entry_new(&e, &hash, text, key_len, about_len ? text : NULL,
                                     about_len, value_len),
                     0);
    return e;
}

static void refuses(void **state)
{
    struct whet_hash128 hash = {{0}};
    struct whet_entry *e = NULL;

    (void)state;
    assert_int_equal(whet__entry_new(&e, &hash, "", WHET_CACHE_KEY_MAX + 1, NULL, 0, 0),
                     -EFBIG);
    assert_int_equal(whet__entry_new(&e, &hash, "", 1, NULL, 0, WHET_CACHE_VALUE_MAX + 1),
                     -EFBIG);
    assert_int_equal(whet__entry_new(&e, &hash, "", 1, "", SIZE_MAX / 2, 0), -EFBIG);
    assert_null(e);
    whet__entry_drop(NULL);
}

static void has_its_parts(void **state)
{
    (void)state;
    for (size_t key_len = 1; key_len < 40; key_len++) {
        for (size_t about_len = 0; about_len < 20; about_len += 3) {
            struct whet_entry *e = entry_new(key_len, about_len, 100);

            assert_int_equal((uintptr_t)whet__entry_value(e) % 16, 0);
            assert_memory_equal(whet__entry_key(e), text, key_len);
            assert_true(memcmp(whet__entry_about(e), text, about_len) == 0);
            memset(whet__entry_value(e), 7, 100);
            assert_int_equal(e->value_len, 100);
            assert_int_equal(e->hash.bytes[2], 3);
            assert_int_equal(e->epoch + e->made_ns + e->end_ns + e->idle_ns + e->cost_ns, 0);
            assert_ptr_equal(whet__entry_take(e), e);
            whet__entry_drop(e);
            assert_int_equal(whet__entry_value(e)[99], 7);
            whet__entry_drop(e);
        }
    }
}

/* What malloc takes; it may leave 16 bytes more than it needs to a block. */
static void knows_its_bytes(void **state)
{
    static const size_t lens[] = {0, 1, 7, 8, 9, 100, 4096, 100000, 131072, 200000, 5000000};

    (void)state;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct whet_entry *e = entry_new(11, 0, lens[i]);
        size_t taken = malloc_usable_size(e) + sizeof(size_t);

        assert_true(whet__entry_bytes(e) >= lens[i] + sizeof(*e));
        if (!SANITIZED) {
            assert_true(taken <= whet__entry_bytes(e) + 16);
            assert_true(whet__entry_bytes(e) <= taken + (lens[i] < 100000 ? 0 : 4200));
        }
        whet__entry_drop(e);
    }
}

static void clients_have_keys_of_their_own(void **state)
{
    uint64_t a = whet__key_seed("a");
    uint64_t b = whet__key_seed("b");
    struct whet_hash128 in_a = whet__key_hash(a, "key", 3);
    struct whet_hash128 in_b = whet__key_hash(b, "key", 3);
    struct whet_hash128 again = whet__key_hash(whet__key_seed("a"), "key", 3);

    (void)state;
    assert_memory_not_equal(&in_a, &in_b, sizeof(in_a));
    assert_memory_equal(&in_a, &again, sizeof(in_a));
}

static void fails_without_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_hash128 hash = {{0}};
        struct whet_entry *e = NULL;
        int rc = whet__entry_new(&e, &hash, "k", 1, NULL, 0, 10);

        assert_true(rc == 0 || (rc == -ENOMEM && e == NULL));
        whet__entry_drop(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(has_its_parts),
        cmocka_unit_test(knows_its_bytes),
        cmocka_unit_test(clients_have_keys_of_their_own),
        cmocka_unit_test(fails_without_memory),
    };

    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
