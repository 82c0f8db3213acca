/* replay/sampler.h: fed one request at a time it gives, at any moment, a curve that is exact
 * while all keys fit and near it when they do not; in entries and in bytes. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "replay/curve.h"
#include "replay/sampler.h"
#include "replay/simulate.h"

#define REQUESTS 300000
#define KEYS     60000

static uint32_t ids[REQUESTS], sizes[REQUESTS];

static uint32_t size_of(uint32_t id)
{
    return 1 + (uint32_t)(whet__sampler_hash(id) >> 7) % 4000;
}

/* Keys of a skewed popularity, and a scan now and then. */
static void make_requests(uint64_t seed, uint32_t keys)
{
    struct whet_random r;

    whet__random_init(&r, seed);
    for (size_t i = 0; i < REQUESTS; i++) {
        ids[i] = (uint32_t)whet__random_below(
            &r, 1 + whet__random_below(&r, 1 + whet__random_below(&r, keys)));
        if (i % 5000 > 4500)
            ids[i] = (uint32_t)(i % keys);
        sizes[i] = size_of(ids[i]);
    }
}

/* The exact curve of the first requests. */
static void exact_curve(struct whet_curve *out, size_t count, unsigned flags)
{
    const struct whet_simulate_options options = {.flags = flags};
    struct whet_trace t = {.ids = ids, .sizes = sizes, .count = count, .unique = KEYS};

    for (uint32_t id = 0; id < KEYS; id++)
        t.footprint_bytes += size_of(id);
    assert_int_equal(whet__curve_exact(out, &t, &options), 0);
}

static struct whet_sampler *sampler_of(uint32_t keys, unsigned flags)
{
    struct whet_sampler *s = NULL;

    assert_int_equal(whet__sampler_new(&s, keys, flags), 0);
    return s;
}

static void feed(struct whet_sampler *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        whet__sampler_add(s, whet__sampler_hash(ids[i]), sizes[i]);
}

static double mean_error(const struct whet_curve *a, const struct whet_curve *b, uint64_t all)
{
    double sum = 0;

    for (uint64_t i = 1; i <= 500; i++)
        sum += fabs(whet__curve_at(a, all * i / 500) - whet__curve_at(b, all * i / 500));
    return sum / 500;
}

static void falls(const struct whet_curve *c)
{
    for (size_t i = 1; i < c->count; i++) {
        assert_true(c->points[i].size > c->points[i - 1].size);
        assert_true(c->points[i].miss_ratio <= c->points[i - 1].miss_ratio);
        assert_true(c->points[i].miss_ratio >= 0 && c->points[i].miss_ratio <= 1);
    }
}

/* All keys are in the sample: only the width of its bins is between it and the truth. */
static void all_keys_are_exact(void **state)
{
    (void)state;
    make_requests(1, 3000);
    for (unsigned flags = 0; flags < 2; flags++) {
        struct whet_sampler *s = sampler_of(3000, flags);
        struct whet_curve exact, own;

        feed(s, 0, REQUESTS);
        exact_curve(&exact, REQUESTS, flags);
        assert_int_equal(whet__sampler_curve(s, &own), 0);
        assert_true(own.is_exact);
        assert_true(mean_error(&exact, &own, flags ? 3000 * 2000 : 3000) < .002);
        falls(&own);
        whet__curve_clear(&own);
        whet__curve_clear(&exact);
        whet__sampler_free(s);
    }
}

/* A curve can be had at any moment, and asking for one changes nothing. */
static void near_at_any_moment(void **state)
{
    (void)state;
    make_requests(2, KEYS);
    for (unsigned flags = 0; flags < 2; flags++) {
        struct whet_sampler *s = sampler_of(WHET_SAMPLER_KEYS, flags);
        struct whet_curve exact, own;

        for (size_t part = 1; part <= 4; part++) {
            size_t to = REQUESTS / 4 * part;

            feed(s, to - REQUESTS / 4, to);
            assert_int_equal(whet__sampler_requests(s), to);
            exact_curve(&exact, to, flags);
            assert_int_equal(whet__sampler_curve(s, &own), 0);
            /* A few keys have most of the requests here, which sampling keys likes least. */
            assert_true(mean_error(&exact, &own, flags ? KEYS * 2000 : KEYS) < .012);
            assert_true(own.rate < 1 && (double)own.min_size >= 1 / own.rate);
            assert_true(!flags || (double)own.min_size > 1000 / own.rate);
            falls(&own);
            whet__curve_clear(&own);
            whet__curve_clear(&exact);
        }
        whet__sampler_free(s);
    }
}

/* Hashes at both ends, sizes of nothing and of all: no number goes astray. */
static void extremes(void **state)
{
    (void)state;
    for (uint32_t keys = 1; keys < 4; keys++) {
        for (unsigned flags = 0; flags < 2; flags++) {
            struct whet_sampler *s = sampler_of(keys, flags);
            struct whet_curve c;

            for (uint64_t i = 0; i < 200; i++) {
                whet__sampler_add(s, i % 5 - 2, i % 3 != 0 ? UINT32_MAX : 0);
                assert_int_equal(whet__sampler_curve(s, &c), 0);
                falls(&c);
                assert_true(c.floor >= 0 && c.floor <= 1);
                whet__curve_clear(&c);
            }
            whet__sampler_free(s);
        }
    }
}

static void refuses(void **state)
{
    struct whet_sampler *s = NULL;
    struct whet_curve c = {.count = 99};

    (void)state;
    assert_int_equal(whet__sampler_new(&s, 0, 0), -EINVAL);
    assert_int_equal(whet__sampler_new(&s, WHET_SAMPLER_KEYS_MAX + 1, 0), -EINVAL);
    assert_null(s);
    s = sampler_of(8, 0);
    assert_int_equal(whet__sampler_curve(s, &c), -EINVAL);
    assert_int_equal(c.count, 99);
    whet__sampler_free(s);
    whet__sampler_free(NULL);
}

static void survives_no_memory(void **state)
{
    (void)state;
    make_requests(3, 100);
    EACH_ALLOCATION_FAILS
    {
        struct whet_sampler *s = NULL;
        struct whet_curve c = {0};
        int rc = whet__sampler_new(&s, 50, WHET_SAMPLER_BYTES);

        if (rc == 0) {
            feed(s, 0, 1000);
            rc = whet__sampler_curve(s, &c);
        }
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__curve_clear(&c);
        whet__sampler_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_are_exact), cmocka_unit_test(near_at_any_moment),
        cmocka_unit_test(extremes),           cmocka_unit_test(refuses),
        cmocka_unit_test(survives_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
