/* cache/truth/validity.h: what makes an entry untrue, what does not, and how it is said. */
#include "truth.h"

#include <pthread.h>
#include <sys/stat.h>

#include "base/random.h"
#include "cache/truth/graph.h"
#include "cache/truth/ledger.h"
#include "os/clock.h"

static struct user u;

static int enter(void **state)
{
    u = user_open(NULL, 0);
    return folder_enter(state);
}

static int leave(void **state)
{
    user_close(&u);
    return folder_leave(state);
}

static struct whet_inputs *inputs_new(void)
{
    struct whet_inputs *in;

    assert_int_equal(whet__inputs_new(&in, u.validity, NULL, NULL), 0);
    return in;
}

/* An entry that needs `need` and is made of `file` (NULL: not). */
static struct whet_entry *put(const char *key, const char *value, const char *need,
                              const char *file)
{
    struct whet_inputs *in = inputs_new();
    struct whet_entry *e = NULL;

    if (need != NULL)
        assert_int_equal(whet_inputs_need(in, need, strlen(need)), 0);
    if (file != NULL)
        assert_int_equal(whet_inputs_file(in, below(file)), 0);
    assert_int_equal(entry_put(&u, key, value, in, &e), 0);
    whet_inputs_free(in);
    return e;
}

static void mark(enum whet_mark_kind kind, const char *name)
{
    assert_int_equal(whet__validity_mark(u.validity, kind, name, strlen(name)), 0);
}

static struct whet_cache_why why_of(struct whet_entry *e)
{
    struct whet_cache_why why = {0};

    assert_int_equal(whet__validity_check(u.validity, e, &why), 0);
    return why;
}

static void each_kind_of_mark_names_its_own(void **state)
{
    static const struct {
        enum whet_mark_kind kind;
        const char *name;
        const char *fall; /* of "ab", "ac", "b", "", which has tag "t" */
    } cases[] = {
        {WHET_MARK_KEY, "ab", "1000"},   {WHET_MARK_KEY, "a", "0000"},
        {WHET_MARK_PREFIX, "a", "1100"}, {WHET_MARK_PREFIX, "ab", "1000"},
        {WHET_MARK_PREFIX, "", "1111"},  {WHET_MARK_PREFIX, "abc", "0000"},
        {WHET_MARK_TAG, "t", "0001"},    {WHET_MARK_TAG, "ab", "0000"},
        {WHET_MARK_ALL, "", "1111"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_entry *e[4] = {put("ab", "1", NULL, NULL), put("ac", "2", NULL, NULL),
                                   put("b", "3", NULL, NULL)};
        struct whet_inputs *in = inputs_new();

        assert_int_equal(whet_inputs_tag(in, "t"), 0);
        assert_int_equal(entry_put(&u, "c", "4", in, &e[3]), 0);
        whet_inputs_free(in);
        mark(cases[i].kind, cases[i].name);
        for (int k = 0; k < 4; k++) {
            assert_int_equal(entry_true(&u, e[k]), cases[i].fall[k] == '0');
            whet__entry_drop(e[k]);
        }
    }
    assert_int_equal(whet__validity_mark(u.validity, WHET_MARK_KEY, "", 0), -EINVAL);
    assert_int_equal(whet__validity_mark(u.validity, WHET_MARK_KEY, "x", 65536), -EINVAL);
    assert_int_equal(whet__validity_mark(u.validity, WHET_MARK_TAG, NULL, 0), -EINVAL);
    assert_int_equal(whet__validity_mark(u.validity, WHET_MARK_TAG, "x", 256), -EINVAL);
}

static void three_levels_down(void **state)
{
    struct whet_entry *d, *c, *b, *a;
    struct whet_cache_why why;

    (void)state;
    file_put("file", "1");
    d = put("d", "1", NULL, "file");
    c = put("c", "1", "d", NULL);
    whet__entry_drop(d);
    d = put("d", "1", NULL, "file"); /* it was not needed yet when it was put first */
    b = put("b", "1", "c", NULL);
    whet__entry_drop(c);
    c = put("c", "1", "d", NULL);
    a = put("a", "1", "b", NULL);
    whet__entry_drop(b);
    b = put("b", "1", "c", NULL);
    assert_int_equal(entry_true(&u, a), 1);
    file_put("file", "2");
    why = why_of(a);
    assert_int_equal(why.verdict, WHET_CACHE_IS_FILE);
    assert_string_equal(why.subject, below("file"));
    assert_non_null(strstr(
        why.text, ", which 'd' needs, which 'c' needs, which 'b' needs, which 'a' needs"));
    file_put("file", "1");
    assert_int_equal(entry_true(&u, a), 1);
    mark(WHET_MARK_KEY, "d");
    why = why_of(a);
    assert_int_equal(why.verdict, WHET_CACHE_IS_NEED);
    assert_string_equal(why.subject, "d");
    whet__entry_drop(a);
    whet__entry_drop(b);
    whet__entry_drop(c);
    whet__entry_drop(d);
}

/* B is needed, is put anew: with the same bytes that is no change, else it is. */
static void what_is_put_anew_with_the_same_bytes(void **state)
{
    struct whet_entry *b, *a, *b2;

    (void)state;
    file_put("file", "1");
    b = put("x", "1", "b", NULL); /* somebody needs it */
    whet__entry_drop(b);
    b = put("b", "one", NULL, "file");
    a = put("a", "1", "b", NULL);
    file_put("file", "2");
    assert_int_equal(entry_true(&u, a), 0);
    b2 = put("b", "one", NULL, "file");
    assert_int_equal(entry_true(&u, a), 1);
    whet__entry_drop(b2);
    b2 = put("b", "two", NULL, "file");
    assert_int_equal(entry_true(&u, a), 0);
    assert_int_equal(why_of(a).verdict, WHET_CACHE_IS_NEED);
    assert_int_equal(entry_true(&u, b), 0); /* the first one is superseded */
    assert_int_equal(why_of(b).verdict, WHET_CACHE_IS_INVALID);
    whet__entry_drop(a);
    whet__entry_drop(b);
    whet__entry_drop(b2);
}

/* B is invalidated by a tag that its next entry does not bear any more. */
static void a_tag_that_is_gone_has_still_struck(void **state)
{
    struct whet_entry *a, *b = NULL;
    struct whet_inputs *in;

    (void)state;
    whet__entry_drop(put("x", "1", "b", NULL));
    in = inputs_new();
    assert_int_equal(whet_inputs_tag(in, "t"), 0);
    assert_int_equal(entry_put(&u, "b", "1", in, &b), 0);
    whet_inputs_free(in);
    a = put("a", "1", "b", NULL);
    assert_int_equal(entry_true(&u, a), 1);
    mark(WHET_MARK_TAG, "t");
    whet__entry_drop(b);
    b = put("b", "1", NULL, NULL);
    assert_int_equal(entry_true(&u, b), 1);
    assert_int_equal(entry_true(&u, a), 0);
    whet__entry_drop(a);
    whet__entry_drop(b);
}

/* A rebuilding from the top: B is computed while A is being computed. */
static void a_rebuilding_takes_one_round(void **state)
{
    struct whet_entry *b = NULL, *a;

    (void)state;
    for (int round = 0; round < 4; round++) {
        struct whet_inputs *in = inputs_new();
        char value[8];

        snprintf(value, sizeof(value), "%d", round);
        if (round == 1)
            mark(WHET_MARK_KEY, "b");
        else
            file_put("file", value);
        assert_int_equal(whet_inputs_need(in, "b", 1), 0);
        if (b != NULL)
            assert_int_equal(entry_true(&u, b), 0);
        whet__entry_drop(b);
        b = put("b", value, NULL, "file");
        assert_int_equal(entry_put(&u, "a", value, in, &a), 0);
        whet_inputs_free(in);
        assert_int_equal(entry_true(&u, a), 1);
        whet__entry_drop(a);
    }
    whet__entry_drop(b);
}

static void what_happens_meanwhile_is_stale(void **state)
{
    (void)state;
    for (int way = 0; way < 5; way++) {
        struct whet_entry *b = put("b", "1", NULL, NULL), *a = NULL, *other = NULL;
        struct whet_inputs *in = inputs_new();
        struct whet_hash128 hash = whet__key_hash(u.seed, "b", 1);

        assert_int_equal(whet_inputs_tag(in, "t"), 0);
        assert_int_equal(whet_inputs_need(in, "b", 1), 0);
        assert_int_equal(whet__validity_check(u.validity, b, NULL), 1);
        if (way == 0)
            mark(WHET_MARK_KEY, "a");
        else if (way == 1)
            mark(WHET_MARK_TAG, "t");
        else if (way == 2)
            mark(WHET_MARK_KEY, "b");
        else if (way == 3)
            other = put("b", "2", NULL, NULL);
        else
            whet__validity_unkept(u.validity, &hash);
        assert_int_equal(entry_put(&u, "a", "1", in, &a), -ESTALE);
        whet_inputs_free(in);
        whet__entry_drop(b);
        whet__entry_drop(other);
    }
}

static void circles_hold_and_fall_together(void **state)
{
    struct whet_entry *e[3];

    (void)state;
    file_put("file", "1");
    e[0] = put("a", "1", "b", NULL);
    e[1] = put("b", "1", "c", "file");
    e[2] = put("c", "1", "a", NULL);
    whet__entry_drop(e[0]);
    e[0] = put("a", "1", "b", NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(entry_true(&u, e[i]), 1);
    file_put("file", "2");
    for (int i = 0; i < 3; i++)
        assert_int_equal(entry_true(&u, e[i]), 0);
    for (int i = 0; i < 3; i++)
        whet__entry_drop(e[i]);
    e[0] = put("self", "1", "self", NULL);
    assert_int_equal(entry_true(&u, e[0]), 1);
    mark(WHET_MARK_KEY, "self");
    assert_int_equal(entry_true(&u, e[0]), 0);
    whet__entry_drop(e[0]);
}

static void an_answer_is_remembered(void **state)
{
    struct whet_entry *plain = put("p", "1", NULL, NULL), *filed, *needing;

    (void)state;
    assert_int_equal(atomic_load(&plain->checked), whet__shared_changes(u.shared));
    filed = put("f", "1", NULL, "missing");
    assert_true(atomic_load(&filed->checked) == UINT64_MAX);
    needing = put("n", "1", "p", NULL);
    assert_int_not_equal(atomic_load(&plain->checked), whet__shared_changes(u.shared));
    assert_int_equal(whet__validity_check(u.validity, plain, NULL), 1); /* now it is known */
    assert_int_equal(whet__validity_check(u.validity, plain, NULL), 1);
    assert_int_equal(atomic_load(&plain->checked), whet__shared_changes(u.shared));
    assert_int_equal(whet__validity_check(u.validity, needing, NULL), 1);
    assert_int_equal(atomic_load(&needing->checked), whet__shared_changes(u.shared));
    whet__entry_drop(plain);
    whet__entry_drop(filed);
    whet__entry_drop(needing);
}

/* A look counts for as long as was asked for. */
static void files_are_looked_at_again_in_time(void **state)
{
    struct whet_entry *e;

    (void)state;
    user_close(&u);
    u = user_open(NULL, UINT64_C(3600000000000));
    file_put("file", "1");
    e = put("a", "1", NULL, "file");
    assert_int_equal(entry_true(&u, e), 1);
    file_put("file", "2");
    assert_int_equal(entry_true(&u, e), 1);
    whet__entry_drop(e);
    user_close(&u);
    u = user_open(NULL, 1);
    e = put("a", "1", NULL, "file");
    assert_int_equal(entry_true(&u, e), 1);
    file_put("file", "3");
    assert_int_equal(entry_true(&u, e), 0);
    whet__entry_drop(e);
}

/* 100,000 keys in a row, each needing the one before: no recursion, each node once. */
static void a_long_chain(void **state)
{
    struct whet_entry *last = NULL, *first;
    const int length = (int)WHET_GRAPH_MAX - 10;
    uint64_t before;

    (void)state;
    for (int i = 0; i <= length; i++) {
        struct whet_inputs *in = inputs_new();
        char key[20], need[20];

        snprintf(key, sizeof(key), "k%d", length - i);
        snprintf(need, sizeof(need), "k%d", length - i + 1);
        if (i > 0)
            assert_int_equal(whet_inputs_need(in, need, strlen(need)), 0);
        /* The next one up will need it. */
        {
            struct whet_hash128 hash;
            uint64_t since;

            assert_int_equal(whet__validity_need(u.validity, key, strlen(key), &hash, &since),
                             0);
        }
        whet__entry_drop(last);
        assert_int_equal(entry_put(&u, key, "1", in, &last), 0);
        whet_inputs_free(in);
    }
    first = last;
    before = whet__clock_process_cpu_ns();
    assert_int_equal(whet__validity_check(u.validity, first, NULL), 1);
    print_message("# a chain of %d: %.1f ms\n", length,
                  (double)(whet__clock_process_cpu_ns() - before) / 1e6);
    mark(WHET_MARK_KEY, "k99000");
    assert_int_equal(why_of(first).verdict, WHET_CACHE_IS_NEED);
    whet__entry_drop(first);
}

/* More marks than there is room for, and more needed keys: what is old is untrue, what is new
 * is not, and nothing that was invalidated comes back. */
static void bounds_are_safe(void **state)
{
    struct whet_entry *old = put("old", "1", NULL, NULL), *marked, *fresh;

    (void)state;
    marked = put("m0", "1", NULL, NULL);
    for (size_t i = 0; i <= WHET_LEDGER_MAX; i++) {
        char key[24];

        snprintf(key, sizeof(key), "m%zu", i);
        mark(WHET_MARK_KEY, key);
    }
    fresh = put("fresh", "1", NULL, NULL);
    assert_int_equal(entry_true(&u, marked), 0);
    assert_int_equal(entry_true(&u, old), 0); /* safe, not sharp */
    assert_int_equal(entry_true(&u, fresh), 1);
    for (int i = 0; i < 40; i++) { /* more lengths of prefixes than are kept apart */
        char key[64];

        memset(key, 'q', sizeof(key));
        key[i + 1] = '\0';
        whet__entry_drop(marked);
        marked = put(key, "1", NULL, NULL);
        mark(WHET_MARK_PREFIX, key);
        assert_int_equal(entry_true(&u, marked), 0);
    }
    assert_int_equal(entry_true(&u, fresh), 1);
    for (size_t i = 0; i <= WHET_GRAPH_MAX; i++) {
        struct whet_hash128 hash;
        uint64_t since;
        char key[24];

        snprintf(key, sizeof(key), "n%zu", i);
        assert_int_equal(whet__validity_need(u.validity, key, strlen(key), &hash, &since), 0);
    }
    assert_int_equal(entry_true(&u, fresh), 0);
    whet__entry_drop(fresh);
    fresh = put("fresh", "1", "n7", NULL);
    assert_int_equal(entry_true(&u, fresh), 1);
    mark(WHET_MARK_KEY, "n7");
    assert_int_equal(entry_true(&u, fresh), 0);
    whet__entry_drop(old);
    whet__entry_drop(marked);
    whet__entry_drop(fresh);
}

static void unreadable_inputs_are_untrue(void **state)
{
    struct whet_hash128 hash = whet__key_hash(u.seed, "k", 1);
    struct whet_entry *e;

    (void)state;
    assert_int_equal(whet__entry_new(&e, &hash, "k", 1, "\x07noise", 6, 0), 0);
    e->epoch = whet__validity_now(u.validity);
    assert_int_equal(why_of(e).verdict, WHET_CACHE_IS_DAMAGED);
    whet__entry_drop(e);
    file_put("file", "1");
    e = put("k", "1", NULL, "file");
    assert_int_equal(unlink(below("file")), 0);
    assert_int_equal(mkdir(below("file"), 0700), 0);
    assert_int_equal(why_of(e).verdict, WHET_CACHE_IS_FILE);
    whet__entry_drop(e);
}

/* Whatever call lacks memory, what was invalidated stays so. */
static void memory_may_run_out(void **state)
{
    (void)state;
    file_put("file", "1");
    user_close(&u);
    EACH_ALLOCATION_FAILS
    {
        struct whet_entry *b = NULL, *a = NULL;
        struct whet_inputs *in = NULL;
        int rc = user_try(&u, NULL, 0);

        if (rc == 0)
            rc = whet__inputs_new(&in, u.validity, NULL, NULL);
        if (rc == 0)
            rc = whet_inputs_need(in, "b", 1);
        if (rc == 0)
            rc = whet_inputs_file(in, below("file"));
        if (rc == 0)
            rc = entry_put(&u, "b", "1", NULL, &b);
        if (rc == 0)
            rc = entry_put(&u, "a", "1", in, &a);
        if (rc == 0)
            (void)entry_true(&u, a);
        if (rc == 0)
            rc = whet__validity_mark(u.validity, WHET_MARK_KEY, "b", 1);
        if (rc == 0)
            assert_int_equal(entry_true(&u, a), 0);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet_inputs_free(in);
        whet__entry_drop(a);
        whet__entry_drop(b);
        user_close(&u);
    }
    u = user_open(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_kind_of_mark_names_its_own, enter, leave),
        cmocka_unit_test_setup_teardown(three_levels_down, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_put_anew_with_the_same_bytes, enter, leave),
        cmocka_unit_test_setup_teardown(a_tag_that_is_gone_has_still_struck, enter, leave),
        cmocka_unit_test_setup_teardown(a_rebuilding_takes_one_round, enter, leave),
        cmocka_unit_test_setup_teardown(what_happens_meanwhile_is_stale, enter, leave),
        cmocka_unit_test_setup_teardown(circles_hold_and_fall_together, enter, leave),
        cmocka_unit_test_setup_teardown(an_answer_is_remembered, enter, leave),
        cmocka_unit_test_setup_teardown(files_are_looked_at_again_in_time, enter, leave),
        cmocka_unit_test_setup_teardown(a_long_chain, enter, leave),
        cmocka_unit_test_setup_teardown(bounds_are_safe, enter, leave),
        cmocka_unit_test_setup_teardown(unreadable_inputs_are_untrue, enter, leave),
        cmocka_unit_test_setup_teardown(memory_may_run_out, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
