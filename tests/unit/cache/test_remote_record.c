/* The parts of cache/remote/remote.h that need no server: what is written is read again,
 * whatever is wrong is found, marks name what they should, and it is known what the server has
 * not. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cache/remote/behind.h"
#include "cache/remote/marks.h"
#include "cache/remote/record.h"

#define AHEAD INT64_C(5000000000)

static struct whet_entry *make_entry(const char *key, const char *value)
{
    struct whet_hash128 hash = whet__key_hash(1, key, strlen(key));
    struct whet_entry *e = NULL;

    assert_int_equal(whet__entry_new(&e, &hash, key, strlen(key), NULL, 0, strlen(value)), 0);
    memcpy(whet__entry_value(e), value, strlen(value));
    e->flags = WHET_ENTRY_NEGATIVE | WHET_ENTRY_PINNED;
    e->made_ns = UINT64_C(1000000000000);
    e->end_ns = UINT64_C(2000000000000);
    e->idle_ns = 77;
    e->cost_ns = 88;
    return e;
}

static int decode(const char *bytes, size_t len, const char *key, struct whet_entry **out)
{
    struct whet_hash128 hash = whet__key_hash(1, key, strlen(key));
    uint64_t count;

    return whet__record_decode(bytes, len, &hash, key, strlen(key), AHEAD, &count, out);
}

static void test_there_and_back(void **state)
{
    struct whet_entry *e = make_entry("key", "some value");
    struct whet_entry *got = NULL;
    struct whet_text t;
    uint64_t count = 0;

    (void)state;
    whet__text_init(&t, 1000);
    whet__record_encode(&t, e, 12345, AHEAD);
    assert_int_equal(whet__text_error(&t), 0);
    assert_int_equal(t.len, whet__record_bytes(e));
    /* Another machine, whose clock is two seconds before the first one's. */
    assert_int_equal(whet__record_decode(t.data, t.len, &e->hash, "key", 3, AHEAD + 2000000000,
                                         &count, &got),
                     0);
    assert_int_equal(count, 12345);
    assert_int_equal(got->made_ns, e->made_ns - 2000000000);
    assert_int_equal(got->end_ns, e->end_ns - 2000000000);
    assert_int_equal(got->flags, WHET_ENTRY_NEGATIVE);
    assert_int_equal(got->idle_ns, 77);
    assert_int_equal(got->cost_ns, 88);
    assert_int_equal(got->value_len, 10);
    assert_memory_equal(whet__entry_value(got), "some value", 10);
    assert_memory_equal(&got->hash, &e->hash, 16);
    whet__entry_drop(got);
    whet__entry_drop(e);
    whet__text_clear(&t);
}

static void test_every_wrong_byte_is_found(void **state)
{
    struct whet_entry *e = make_entry("key", "some value");
    struct whet_entry *got;
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 1000);
    whet__record_encode(&t, e, 1, AHEAD);
    for (size_t i = 0; i < t.len; i++) {
        t.data[i] ^= 4;
        assert_int_equal(decode(t.data, t.len, "key", &got), -EBADMSG);
        t.data[i] ^= 4;
    }
    for (size_t len = 0; len < t.len; len++) {
        char *exact = malloc(len != 0 ? len : 1);

        memcpy(exact, t.data, len);
        assert_int_equal(decode(exact, len, "key", &got), -EBADMSG);
        free(exact);
    }
    assert_int_equal(decode(t.data, t.len, "kez", &got), -EBADMSG);
    assert_int_equal(decode(t.data, t.len, "keys", &got), -EBADMSG);
    assert_int_equal(decode(t.data, t.len, "key", &got), 0);
    whet__entry_drop(got);
    whet__entry_drop(e);
    whet__text_clear(&t);
}

static void test_moments_at_the_edges(void **state)
{
    static const int64_t aheads[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    struct whet_entry *e = make_entry("k", "");
    struct whet_text t;

    (void)state;
    for (size_t i = 0; i < sizeof(aheads) / sizeof(aheads[0]); i++) {
        struct whet_entry *got = NULL;
        uint64_t count;

        whet__text_init(&t, 1000);
        e->end_ns = 0;
        e->made_ns = 1;
        whet__record_encode(&t, e, 0, aheads[i]);
        assert_int_equal(
            whet__record_decode(t.data, t.len, &e->hash, "k", 1, aheads[i], &count, &got), 0);
        assert_int_equal(got->end_ns, 0);
        assert_int_not_equal(got->made_ns, 0);
        whet__entry_drop(got);
        whet__text_clear(&t);
    }
    whet__entry_drop(e);
}

static void test_without_memory(void **state)
{
    struct whet_entry *e = make_entry("key", "some value");
    int done = 0;

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_entry *got;
        struct whet_text t;

        whet__text_init(&t, 1000);
        whet__record_encode(&t, e, 1, AHEAD);
        if (whet__text_error(&t) == 0) {
            done = decode(t.data, t.len, "key", &got);
            if (done == 0)
                whet__entry_drop(got);
            else
                assert_int_equal(done, -ENOMEM);
        }
        whet__text_clear(&t);
    }
    assert_int_equal(done, 0);
    whet__entry_drop(e);
}

static void add(struct whet_remote_marks *m, uint64_t count, enum whet_mark_kind kind,
                const char *name)
{
    const struct whet_remote_mark mark = {kind, (uint32_t)strlen(name), count, name};

    whet__remote_marks_add(m, &mark);
}

static int spared(const struct whet_remote_marks *m, uint64_t count, const char *key)
{
    struct whet_entry *e = make_entry(key, "v");
    int is = whet__remote_marks_spare(m, count, e);

    whet__entry_drop(e);
    return is;
}

static void test_marks_name_what_they_should(void **state)
{
    struct whet_remote_marks m = {0};

    (void)state;
    whet__remote_marks_reset(&m, 100);
    assert_false(spared(&m, 99, "a"));
    assert_true(spared(&m, 100, "a"));
    add(&m, 101, WHET_MARK_KEY, "a");
    add(&m, 102, WHET_MARK_PREFIX, "b/");
    assert_false(spared(&m, 100, "a"));
    assert_true(spared(&m, 101, "a"));
    assert_true(spared(&m, 100, "ab"));
    assert_false(spared(&m, 101, "b/x"));
    assert_false(spared(&m, 101, "b/"));
    assert_true(spared(&m, 101, "b"));
    assert_true(spared(&m, 102, "b/x"));
    add(&m, 103, WHET_MARK_ALL, "");
    assert_false(spared(&m, 102, "zz"));
    assert_true(spared(&m, 103, "zz"));
    whet__remote_marks_clear(&m);
}

/* Against a plain list of all there ever was. */
static void test_marks_are_bounded(void **state)
{
    struct whet_remote_marks m = {0};
    char name[16];

    (void)state;
    for (unsigned i = 1; i <= 3 * WHET_REMOTE_MARKS; i++) {
        snprintf(name, sizeof(name), "%u", i % 5000);
        add(&m, i, WHET_MARK_KEY, name);
    }
    assert_int_equal(m.len, WHET_REMOTE_MARKS);
    assert_int_equal(m.floor, 2 * WHET_REMOTE_MARKS);
    assert_false(spared(&m, m.floor - 1, "x"));
    for (unsigned i = 0; i < 200; i++) {
        uint64_t count = m.floor + i * 20;
        int should = 1;

        snprintf(name, sizeof(name), "%u", i * 25);
        for (uint64_t at = count + 1; at <= 3 * WHET_REMOTE_MARKS; at++)
            should &= at % 5000 != i * 25;
        assert_int_equal(spared(&m, count, name), should);
    }
    whet__remote_marks_clear(&m);
}

static void test_marks_without_memory(void **state)
{
    (void)state;
    for (long n = 1; n <= 2; n++) {
        struct whet_remote_marks m = {0};

        whet__mem_fail_nth(n);
        add(&m, 5, WHET_MARK_KEY, "a");
        assert_false(whet__mem_fail_pending());
        whet__mem_fail_nth(-1);
        assert_false(spared(&m, 4, "a"));
        assert_false(spared(&m, 4, "b")); /* which it cannot tell */
        assert_true(spared(&m, 5, "a"));
        whet__remote_marks_clear(&m);
    }
}

static void test_packed_marks(void **state)
{
    static char key[3000];
    unsigned char bytes[WHET_REMOTE_NAME_MAX + 1];
    struct whet_remote_mark mark;

    (void)state;
    memset(key, 'k', sizeof(key));
    for (int kind = 0; kind <= WHET_MARK_ALL; kind++) {
        size_t len = whet__remote_mark_pack(bytes, (enum whet_mark_kind)kind, "name", 4);

        whet__remote_mark_unpack(&mark, bytes, len);
        assert_int_equal(mark.kind, kind);
        assert_int_equal(mark.len, kind == WHET_MARK_ALL ? 0 : 4);
    }
    whet__remote_mark_unpack(&mark, bytes,
                             whet__remote_mark_pack(bytes, WHET_MARK_KEY, key, sizeof(key)));
    assert_int_equal(mark.kind, WHET_MARK_PREFIX);
    assert_int_equal(mark.len, WHET_REMOTE_NAME_MAX);
    whet__remote_mark_unpack(&mark, "?x", 2);
    assert_int_equal(mark.kind, WHET_MARK_ALL);
    whet__remote_mark_unpack(&mark, "", 0);
    assert_int_equal(mark.kind, WHET_MARK_ALL);
}

/* Against plain counts, with many keys that want the same slot. */
static void test_behind(void **state)
{
    enum { KEYS = 200 };
    unsigned waiting[KEYS] = {0};
    unsigned lost[KEYS] = {0};
    struct whet_hash128 gone[16];
    struct whet_remote_behind b = {0};
    struct whet_random random;

    (void)state;
    whet__random_init(&random, 7);
    assert_int_equal(whet__behind_init(&b), 0);
    for (int i = 0; i < 100000; i++) {
        unsigned k = (unsigned)whet__random_below(&random, KEYS);
        unsigned deed = (unsigned)whet__random_below(&random, 5);
        struct whet_hash128 hash = {{(unsigned char)(k % 3), 0, 0, 0, (unsigned char)k}};

        if (deed == 0) {
            assert_int_equal(whet__behind_wait(&b, &hash), 0);
            waiting[k]++;
        } else if (deed == 1 && waiting[k] != 0) {
            whet__behind_sent(&b, &hash);
            waiting[k]--;
            lost[k] = 0;
        } else if (deed == 2 && waiting[k] != 0) {
            whet__behind_dropped(&b, &hash);
            waiting[k]--;
            lost[k] = 1;
        } else if (deed == 3 && i % 7 == 0) {
            assert_int_equal(whet__behind_lose(&b, &hash), 0);
            lost[k] = 1;
        } else if (deed == 4) {
            size_t n = whet__behind_lost(&b, gone, 16);

            for (size_t g = 0; g < n; g++) {
                assert_int_equal(lost[gone[g].bytes[4]], 1);
                whet__behind_deleted(&b, &gone[g]);
                lost[gone[g].bytes[4]] = 0;
            }
        }
        assert_int_equal(whet__behind_has(&b, &hash), waiting[k] != 0 || lost[k]);
    }
    whet__behind_reset(&b);
    assert_int_equal(whet__behind_lost(&b, gone, 16), 0);
    for (uint32_t i = 0; i <= WHET_REMOTE_BEHIND; i++) {
        struct whet_hash128 hash = whet__hash128(&i, sizeof(i));

        assert_int_equal(whet__behind_lose(&b, &hash), i < WHET_REMOTE_BEHIND ? 0 : -EFBIG);
    }
    whet__behind_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_every_wrong_byte_is_found),
        cmocka_unit_test(test_moments_at_the_edges),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_marks_name_what_they_should),
        cmocka_unit_test(test_marks_are_bounded),
        cmocka_unit_test(test_marks_without_memory),
        cmocka_unit_test(test_packed_marks),
        cmocka_unit_test(test_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
