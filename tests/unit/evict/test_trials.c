/* evict/trials.h: while all keys fit, the small caches are the policies themselves; when they
 * do not, the sample is of fixed size; and the judge changes its mind slowly. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "evict/policy.h"
#include "evict/trials.h"

#define REQUESTS 60000

static const struct whet_policy_ops *policies[2];

static void find_policies(const char *a, const char *b)
{
    policies[0] = whet__policy_find(a);
    policies[1] = whet__policy_find(b);
    assert_non_null(policies[0]);
    assert_non_null(policies[1]);
}

static struct whet_trials *trials_of(uint32_t id_count, uint64_t capacity)
{
    struct whet_trials *t = NULL;

    assert_int_equal(whet__trials_new(&t, policies, 2, id_count, capacity), 0);
    return t;
}

/* As the rounds end, the policy that is followed. */
static unsigned use(struct whet_trials *t, unsigned now, uint64_t hash, uint32_t size)
{
    return whet__trials_use(t, hash, size) ? whet__trials_judge(t, now) : now;
}

/* In one round nothing has been forgotten yet: the count is that of the policy. */
static void all_keys_are_the_policy(void **state)
{
    struct whet_policy *p = NULL;
    struct whet_trials *t;
    struct whet_random r;
    unsigned misses = 0;

    (void)state;
    find_policies("arc", "s3fifo");
    t = trials_of(40000, 700); /* room for all */
    assert_int_equal(whet__policy_new(&p, policies[1], 2000, 700), 0);
    whet__random_init(&r, 3);
    for (unsigned i = 0; i < 700; i++) {
        uint32_t id = (uint32_t)whet__random_below(&r, 1 + whet__random_below(&r, 2000));

        if (whet__policy_resident(p, id)) {
            p->ops->hit(p, id);
        } else {
            misses++;
            p->ops->insert(p, id, 1);
        }
        assert_int_equal(whet__trials_use(t, id, 1), i == 699);
    }
    assert_true(fabs(whet__trials_miss_ratio(t, 1) - misses / 700.0) < 1e-12);
    assert_true(whet__trials_rate(t) >= 1);
    whet__policy_free(p);
    whet__trials_free(t);
}

/* A loop longer than the cache: ARC never hits, LIRS does for most of its entries. */
static void the_better_is_followed(void **state)
{
    struct whet_trials *t;
    unsigned now = 0;

    (void)state;
    find_policies("arc", "lirs");
    t = trials_of(4000, 1000);
    for (uint64_t i = 0; i < REQUESTS; i++)
        now = use(t, now, i % 1300, 1);
    assert_int_equal(now, 1);
    assert_true(whet__trials_miss_ratio(t, 0) > .99);
    assert_true(whet__trials_miss_ratio(t, 1) < .35);
    whet__trials_free(t);
}

/* Two that are the same: whoever leads stays. */
static void equals_stay(void **state)
{
    struct whet_trials *t;
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 4);
    find_policies("arc", "arc");
    t = trials_of(500, 100);
    for (unsigned i = 0; i < REQUESTS; i++)
        assert_int_equal(use(t, 1, whet__random_below(&r, 400), 1), 1);
    whet__trials_free(t);
}

/* More keys than it remembers: it looks at fewer, and says about the same. */
static void sample_is_bounded(void **state)
{
    static const unsigned capacities[] = {20000, 100000};
    struct whet_random r;

    (void)state;
    find_policies("lru", "s3fifo");
    for (unsigned k = 0; k < 2; k++) {
        struct whet_trials *t = trials_of(1000000, capacities[k]);

        whet__random_init(&r, 5);
        for (unsigned i = 0; i < 60 * REQUESTS; i++)
            (void)use(t, 0, whet__random_below(&r, 2 * capacities[k]), 1);
        /* Of keys that are all alike, a cache of half of them hits half. */
        assert_true(whet__trials_rate(t) < WHET_TRIALS_KEYS / (double)capacities[k]);
        assert_true(fabs(whet__trials_miss_ratio(t, 0) - .5) < .06);
        whet__trials_free(t);
    }
}

/* Sizes that differ, another capacity and more ids at any moment. */
static void sizes_and_resizes(void **state)
{
    struct whet_random r;
    struct whet_trials *t;

    (void)state;
    whet__random_init(&r, 6);
    find_policies("lirs", "tinylfu1");
    t = trials_of(10, 5000);
    for (uint32_t i = 0; i < REQUESTS; i++) {
        uint32_t key = (uint32_t)whet__random_below(&r, 1 + whet__random_below(&r, 30000));

        (void)use(t, 0, key, 1 + key % 700);
        if (i % 500 == 0)
            assert_int_equal(whet__trials_resize(t, 1 + whet__random_below(&r, 1000000)), 0);
        if (i % 3000 == 0)
            assert_int_equal(whet__trials_grow(t, i), 0);
    }
    assert_true(whet__trials_miss_ratio(t, 0) > 0);
    assert_true(whet__trials_miss_ratio(t, 1) <= 1);
    whet__trials_free(t);
}

static void survives_no_memory(void **state)
{
    (void)state;
    find_policies("lirs", "tinylfu1");
    EACH_ALLOCATION_FAILS
    {
        struct whet_trials *t = NULL;
        int rc = whet__trials_new(&t, policies, 2, 30, 100);

        for (uint64_t i = 0; rc == 0 && i < 1000; i++)
            (void)use(t, 0, i % 300, 1);
        if (rc == 0)
            rc = whet__trials_grow(t, 3000);
        for (uint64_t i = 0; t != NULL && i < 1000; i++)
            (void)use(t, 0, i % 700, 1);
        if (rc == 0)
            rc = whet__trials_resize(t, 2000);
        for (uint64_t i = 0; t != NULL && i < 5000; i++)
            (void)use(t, 0, i % 4000, 1);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__trials_free(t);
    }
    whet__trials_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_the_policy),
        cmocka_unit_test(the_better_is_followed),
        cmocka_unit_test(equals_stay),
        cmocka_unit_test(sample_is_bounded),
        cmocka_unit_test(sizes_and_resizes),
        cmocka_unit_test(survives_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
