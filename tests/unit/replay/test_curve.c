/* replay/curve.h and replay/simulate.h: the exact curve is what LRU does at every size; samples
 * and miniatures come near it, and are it when they look at everything. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "replay/curve.h"
#include "replay/recency.h"
#include "replay/sampler.h"
#include "replay/simulate.h"

static uint32_t below(struct whet_random *r, uint32_t n)
{
    return (uint32_t)whet__random_below(r, n);
}

/* Keys of a skewed popularity, numbered as they come. */
static void make_trace(struct whet_trace *t, uint64_t seed, size_t count, uint32_t keys)
{
    uint32_t *numbers = calloc(keys, sizeof(*numbers));
    struct whet_random r;

    memset(t, 0, sizeof(*t));
    whet__random_init(&r, seed);
    t->ids = whet__mem_alloc(count * sizeof(*t->ids));
    t->sizes = whet__mem_alloc(count * sizeof(*t->sizes));
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        uint32_t key = below(&r, 1 + below(&r, 1 + below(&r, keys)));

        if (i % 5000 > 4500)
            key = (uint32_t)(i % keys);
        if (numbers[key] == 0) {
            numbers[key] = ++t->unique;
            t->footprint_bytes += 1 + key % 90;
        }
        t->ids[i] = numbers[key] - 1;
        t->sizes[i] = 1 + key % 90;
        t->bytes += t->sizes[i];
    }
    free(numbers);
    assert_int_equal(whet__trace_find_next(t), 0);
}

static const struct whet_policy_ops *policy(const char *name)
{
    return whet__policy_find(name);
}

static double simulated(const struct whet_trace *t, const char *name, uint64_t capacity,
                        unsigned flags)
{
    const struct whet_simulate_options options = {.flags = flags};
    struct whet_simulation s;

    assert_int_equal(whet__simulate(&s, t, policy(name), capacity, &options), 0);
    assert_int_equal(s.capacity, capacity);
    assert_int_equal(s.requests, t->count);
    assert_true(s.misses >= t->unique);
    return s.miss_ratio;
}

static void exact_is_lru(void **state)
{
    struct whet_trace t;
    struct whet_curve c;

    (void)state;
    make_trace(&t, 1, 20000, 300);
    assert_int_equal(whet__curve_exact(&c, &t, NULL), 0);
    for (uint64_t size = 1; size <= 320; size++)
        assert_true(fabs(whet__curve_at(&c, size) - simulated(&t, "lru", size, 0)) < 1e-12);
    assert_true(fabs(whet__curve_at(&c, 0) - 1) < 1e-12);
    assert_true(fabs(whet__curve_at(&c, UINT64_MAX) - c.floor) < 1e-12);
    whet__curve_clear(&c);
    whet__trace_clear(&t);
}

/* With sizes LRU is not quite a stack: what it evicts frees more than is needed. */
static void exact_in_bytes_is_near(void **state)
{
    const struct whet_simulate_options options = {.flags = WHET_SIMULATE_BYTES};
    struct whet_trace t;
    struct whet_curve c;

    (void)state;
    make_trace(&t, 2, 30000, 2000);
    assert_int_equal(whet__curve_exact(&c, &t, &options), 0);
    for (uint64_t size = 2000; size <= t.footprint_bytes; size += 4000)
        assert_true(fabs(whet__curve_at(&c, size) -
                         simulated(&t, "lru", size, WHET_SIMULATE_BYTES)) < .004);
    whet__curve_clear(&c);
    whet__trace_clear(&t);
}

static void finds_sizes(void **state)
{
    struct whet_trace t;
    struct whet_curve c;
    uint64_t size = 0;

    (void)state;
    make_trace(&t, 3, 20000, 300);
    assert_int_equal(whet__curve_exact(&c, &t, NULL), 0);
    assert_int_equal(whet__curve_size_for(&c, .6, &size), 0);
    assert_true(1 - simulated(&t, "lru", size, 0) >= .6);
    assert_true(1 - simulated(&t, "lru", size - 1, 0) < .6);
    size = 7;
    assert_int_equal(whet__curve_size_for(&c, 1 - c.floor + 1e-9, &size), -ERANGE);
    assert_int_equal(size, 7);
    c.min_size = 1000; /* it says nothing below */
    assert_int_equal(whet__curve_size_for(&c, .6, &size), -ERANGE);
    whet__curve_clear(&c);
    whet__trace_clear(&t);
}

static double mean_error(const struct whet_curve *a, const struct whet_curve *b, uint32_t keys)
{
    double sum = 0;

    for (uint32_t i = 1; i <= 500; i++)
        sum += fabs(whet__curve_at(a, (uint64_t)keys * i / 500) -
                    whet__curve_at(b, (uint64_t)keys * i / 500));
    return sum / 500;
}

static void samples_are_near(void **state)
{
    struct whet_curve exact, all, some;
    struct whet_trace t;

    (void)state;
    make_trace(&t, 4, 400000, 60000);
    assert_int_equal(whet__curve_exact(&exact, &t, NULL), 0);
    assert_int_equal(whet__curve_sampled(&all, &t, t.unique, NULL), 0);
    assert_true(all.is_exact && all.min_size == 1);
    assert_true(mean_error(&exact, &all, t.unique) < .001);
    assert_true(fabs(all.floor - exact.floor) < 1e-9);
    assert_int_equal(whet__curve_sampled(&some, &t, WHET_SAMPLER_KEYS, NULL), 0);
    /* A few keys have most of the requests here, which sampling keys likes least. */
    assert_true(mean_error(&exact, &some, t.unique) < .01);
    assert_true(some.rate < .5 && (double)some.min_size >= 1 / some.rate);
    for (size_t i = 1; i < some.count; i++) {
        assert_true(some.points[i].size > some.points[i - 1].size);
        assert_true(some.points[i].miss_ratio <= some.points[i - 1].miss_ratio);
        assert_true(some.points[i].miss_ratio >= 0 && some.points[i].miss_ratio <= 1);
    }
    whet__curve_clear(&exact);
    whet__curve_clear(&all);
    whet__curve_clear(&some);
    whet__trace_clear(&t);
}

static void miniatures_are_near(void **state)
{
    static const char *const names[] = {"lru", "arc", "s3fifo", "belady"};
    struct whet_miniature whole, part;
    struct whet_simulation s;
    struct whet_trace t;

    (void)state;
    make_trace(&t, 5, 300000, 40000);
    assert_int_equal(whet__miniature_new(&whole, &t, 1), 0);
    assert_int_equal(whet__miniature_new(&part, &t, .2), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        double truth = simulated(&t, names[i], 4000, 0);

        assert_int_equal(whet__miniature_simulate(&s, &whole, policy(names[i]), 4000, NULL), 0);
        assert_true(fabs(s.miss_ratio - truth) < 1e-12);
        assert_int_equal(whet__miniature_simulate(&s, &part, policy(names[i]), 4000, NULL), 0);
        assert_true(fabs(s.miss_ratio - truth) < .03);
        assert_int_equal(s.capacity, 4000);
        assert_int_equal(s.requests, t.count);
    }
    whet__miniature_clear(&whole);
    whet__miniature_clear(&part);
    assert_int_equal(whet__miniature_new(&part, &t, 0), -EINVAL);
    assert_int_equal(whet__miniature_new(&part, &t, 1.5), -EINVAL);
    assert_int_equal(whet__miniature_new(&part, &t, 1e-12), -ENODATA);
    whet__trace_clear(&t);
}

/* Distances by looking through everything; ids leave and come back. */
static void recency_counts(void **state)
{
    for (int weighted = 0; weighted < 2; weighted++) {
        uint64_t stamp[70] = {0}, now = 0;
        uint32_t weight[70] = {0};
        struct whet_recency r;
        struct whet_random random;

        (void)state;
        whet__random_init(&random, 8);
        assert_int_equal(whet__recency_init(&r, 70, weighted), 0);
        for (int i = 0; i < 4000; i++) {
            uint32_t id = below(&random, 70);
            uint64_t expected = 0;

            for (uint32_t k = 0; k < 70; k++)
                expected += stamp[id] != 0 && stamp[k] >= stamp[id] ? weight[k] : 0;
            weight[id] = weighted ? below(&random, 9) : 1;
            assert_int_equal(whet__recency_use(&r, id, weight[id]), expected);
            stamp[id] = ++now;
            if (i % 7 == 0) {
                whet__recency_remove(&r, id);
                stamp[id] = 0;
            }
        }
        whet__recency_clear(&r);
    }
}

static int stop_now(void *ctx)
{
    (void)ctx;
    return 1;
}

static void refuses_and_stops(void **state)
{
    const struct whet_simulate_options in_bytes = {.flags = WHET_SIMULATE_BYTES};
    const struct whet_simulate_options stop = {.stop = stop_now};
    struct whet_sampler *sampler = NULL;
    struct whet_simulation s;
    struct whet_trace t;
    struct whet_curve c;
    uint32_t *sizes;

    (void)state;
    make_trace(&t, 6, 600000, 300);
    assert_int_equal(whet__simulate(&s, &t, policy("lru"), 0, NULL), -EINVAL);
    assert_int_equal(whet__simulate(&s, &t, policy("lru"), 5, &stop), -ECANCELED);
    assert_int_equal(whet__curve_exact(&c, &t, &stop), -ECANCELED);
    assert_int_equal(whet__curve_sampled(&c, &t, 100, &stop), -ECANCELED);
    assert_int_equal(whet__curve_sampled(&c, &t, 0, NULL), -EINVAL);
    sizes = t.sizes;
    t.sizes = NULL;
    assert_int_equal(whet__simulate(&s, &t, policy("lru"), 5, &in_bytes), -EINVAL);
    assert_int_equal(whet__curve_exact(&c, &t, &in_bytes), -EINVAL);
    t.sizes = sizes;
    whet__mem_free(t.next);
    t.next = NULL;
    assert_int_equal(whet__simulate(&s, &t, policy("belady"), 5, NULL), -EINVAL);
    whet__trace_clear(&t);
    assert_int_equal(whet__sampler_new(&sampler, 8, 0), 0);
    assert_int_equal(whet__sampler_curve(sampler, &c), -EINVAL); /* nothing was asked */
    whet__sampler_free(sampler);
    whet__sampler_free(NULL);
}

static void survives_no_memory(void **state)
{
    struct whet_trace t;

    (void)state;
    make_trace(&t, 7, 3000, 300);
    EACH_ALLOCATION_FAILS
    {
        struct whet_miniature m = {0};
        struct whet_curve a = {0}, b = {0};
        struct whet_simulation s;
        int rc = whet__curve_exact(&a, &t, NULL);

        if (rc == 0)
            rc = whet__curve_sampled(&b, &t, 50, NULL);
        if (rc == 0)
            rc = whet__miniature_new(&m, &t, .5);
        if (rc == 0)
            rc = whet__miniature_simulate(&s, &m, policy("belady"), 20, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__miniature_clear(&m);
        whet__curve_clear(&a);
        whet__curve_clear(&b);
    }
    whet__trace_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_is_lru),        cmocka_unit_test(exact_in_bytes_is_near),
        cmocka_unit_test(finds_sizes),         cmocka_unit_test(samples_are_near),
        cmocka_unit_test(miniatures_are_near), cmocka_unit_test(recency_counts),
        cmocka_unit_test(refuses_and_stops),   cmocka_unit_test(survives_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
