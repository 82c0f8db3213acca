/* <whet/adapt.h>: what it does is decided by the readings alone, which are made up here. */
#include "../harness.h"

#include <errno.h>

#include <whet/adapt.h>

/* A machine of 8 cores, half busy, with memory. */
static const struct whet_adapt_reading quiet = {8, .1, 4, 0, .5}, idle = {8, .6, 3, 0, .5},
                                       queue = {8, 0, 20, 0, .5}, short_of = {8, .6, 3, .4, .5},
                                       tight = {8, .6, 3, .05, .5};

struct fixture {
    struct whet_pool *pool;
    struct whet_adapt *adapt;
    struct whet_adapt_reading reading;
};

static void read_it(void *ctx, struct whet_adapt_reading *out)
{
    *out = ((struct fixture *)ctx)->reading;
}

static void begin(struct fixture *f, unsigned workers, struct whet_adapt_options o)
{
    const struct whet_pool_options pool = {.workers = workers, .workers_max = 8};

    o.read = read_it;
    o.ctx = f;
    assert_int_equal(whet_pool_new(&f->pool, &pool), 0);
    assert_int_equal(whet_adapt_new(&f->adapt, f->pool, &o), 0);
}

static void end(struct fixture *f)
{
    whet_adapt_free(f->adapt);
    whet_pool_free(f->pool);
}

/* Looks `times` times: by how much the pool has changed in all. */
static int look(struct fixture *f, struct whet_adapt_reading reading, int times)
{
    unsigned before = whet_pool_workers(f->pool);

    f->reading = reading;
    for (int i = 0; i < times; i++)
        assert_in_range(whet_adapt_look(f->adapt) + 1, 0, 2);
    return (int)whet_pool_workers(f->pool) - (int)before;
}

static void grows_by_one_when_cores_are_idle(void **state)
{
    struct whet_adapt_state now;
    struct fixture f;

    (void)state;
    begin(&f, 4, (struct whet_adapt_options){0});
    assert_int_equal(look(&f, idle, 2), 0);
    assert_int_equal(look(&f, idle, 1), 1);
    assert_int_equal(look(&f, idle, 2), 0);
    assert_int_equal(look(&f, idle, 1), 1);
    whet_adapt_now(f.adapt, &now);
    assert_int_equal(now.workers, 6);
    assert_int_equal(now.readings, 6);
    assert_int_equal(now.changes, 2);
    assert_int_equal(now.reason, WHET_ADAPT_IDLE);
    assert_string_equal(whet_adapt_reason_name(now.reason), "idle cores");
    assert_int_equal(look(&f, idle, 30), 2); /* up to the pool's most */
    end(&f);
}

static void shrinks_by_one_when_many_want_to_run(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, 4, (struct whet_adapt_options){.least = 2});
    assert_int_equal(look(&f, queue, 3), -1);
    assert_int_equal(look(&f, queue, 30), -1); /* down to the least */
    end(&f);
}

static void memory_takes_a_quarter_and_comes_first(void **state)
{
    struct whet_adapt_state now;
    struct fixture f;

    (void)state;
    begin(&f, 8, (struct whet_adapt_options){0});
    assert_int_equal(look(&f, short_of, 3), -2);
    whet_adapt_now(f.adapt, &now);
    assert_int_equal(now.reason, WHET_ADAPT_MEMORY);
    assert_int_equal(look(&f, short_of, 60), -5);
    assert_int_equal(whet_pool_workers(f.pool), 1);
    end(&f);
}

/* Nothing changes between the thresholds, nor by readings that contradict each other. */
static void keeps_still(void **state)
{
    struct fixture f;
    int sum = 0;

    (void)state;
    begin(&f, 4, (struct whet_adapt_options){0});
    assert_int_equal(look(&f, quiet, 20), 0);
    assert_int_equal(look(&f, tight, 20), 0); /* idle, but memory is not to spare */
    for (int i = 0; i < 20; i++) {
        sum += look(&f, idle, 2);
        sum += look(&f, i % 2 != 0 ? quiet : queue, 2);
    }
    assert_int_equal(sum, 0);
    end(&f);
}

static void works_with_what_is_known(void **state)
{
    struct whet_adapt_reading r = {8, .6, -1, -1, .5}, none = {0, -1, -1, -1, -1};
    struct fixture f;

    (void)state;
    begin(&f, 4, (struct whet_adapt_options){.after = 1});
    assert_int_equal(look(&f, r, 1), 1); /* no queue known, no pressure file */
    r.memory_free = .07;
    assert_int_equal(look(&f, r, 1), 0);
    r.memory_free = .02;
    assert_int_equal(look(&f, r, 1), -1);
    assert_int_equal(look(&f, none, 9), 0);
    end(&f);
}

/* Two of 64 processors are ours, and others make use of theirs. */
static void a_part_of_a_machine(void **state)
{
    struct whet_adapt_reading r = {2, .6, 20, 0, .5, 64, .05};
    struct fixture f;

    (void)state;
    begin(&f, 2, (struct whet_adapt_options){.after = 1});
    assert_int_equal(look(&f, r, 1), 1); /* others' threads are no queue of ours */
    r.cpu_pressure = .3;
    assert_int_equal(look(&f, r, 5), 0); /* idle, but not for us */
    r.cpu_pressure = .7;
    assert_int_equal(look(&f, r, 1), -1);
    r.cpu_pressure = -1;
    assert_int_equal(look(&f, r, 5), 0); /* unknown: no more than are ours */
    assert_int_equal(whet_pool_resize(f.pool, 1), 0);
    assert_int_equal(look(&f, r, 5), 1);
    r.runnable = 100;
    assert_int_equal(look(&f, r, 1), -1);
    end(&f);
}

/* Something that has a size, and is no pool. */
struct thing {
    unsigned size;
    int error;
    struct whet_adapt_reading reading;
};

static unsigned thing_size(void *ctx)
{
    return ((struct thing *)ctx)->size;
}

static int thing_resize(void *ctx, unsigned size)
{
    struct thing *t = ctx;

    if (t->error == 0)
        t->size = size;
    return t->error;
}

static void thing_read(void *ctx, struct whet_adapt_reading *out)
{
    *out = ((struct thing *)ctx)->reading;
}

static void resizes_what_is_no_pool(void **state)
{
    struct thing t = {.size = 2, .reading = idle};
    struct whet_adapt_options o = {
        .after = 1, .read = thing_read, .size = thing_size, .ctx = &t};
    struct whet_adapt *adapt = NULL;

    (void)state;
    assert_int_equal(whet_adapt_new(&adapt, NULL, NULL), -EINVAL);
    assert_int_equal(whet_adapt_new(&adapt, NULL, &o), -EINVAL);
    o.resize = thing_resize;
    assert_int_equal(whet_adapt_new(&adapt, NULL, &o), -EINVAL); /* no most */
    o.most = 3;
    assert_int_equal(whet_adapt_new(&adapt, NULL, &o), 0);
    assert_int_equal(whet_adapt_look(adapt), 1);
    assert_int_equal(whet_adapt_look(adapt), 0);
    assert_int_equal(t.size, 3);
    t.reading = queue;
    t.error = -EAGAIN;
    assert_int_equal(whet_adapt_look(adapt), -EAGAIN);
    t.error = 0;
    assert_int_equal(whet_adapt_look(adapt), -1);
    assert_int_equal(t.size, 2);
    whet_adapt_free(adapt);
}

static void goes_on_from_what_was_set_by_hand(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f, 4, (struct whet_adapt_options){.after = 1, .least = 2, .most = 5});
    assert_int_equal(whet_pool_resize(f.pool, 8), 0);
    assert_int_equal(look(&f, idle, 1), 0); /* above its most: left alone */
    assert_int_equal(look(&f, queue, 1), -1);
    assert_int_equal(whet_pool_resize(f.pool, 1), 0);
    assert_int_equal(look(&f, queue, 1), 0);
    assert_int_equal(look(&f, idle, 1), 1);
    end(&f);
}

static void refuses_what_is_no_range(void **state)
{
    const struct whet_pool_options pool_options = {.workers = 1, .workers_max = 4};
    struct whet_adapt_options o = {.least = 5};
    struct whet_adapt *adapt = NULL;
    struct whet_pool *pool;

    (void)state;
    assert_int_equal(whet_pool_new(&pool, &pool_options), 0);
    assert_int_equal(whet_adapt_new(&adapt, pool, &o), -EINVAL);
    o.least = 1;
    o.most = 5;
    assert_int_equal(whet_adapt_new(&adapt, pool, &o), -EINVAL);
    assert_null(adapt);
    whet_adapt_free(NULL);
    assert_string_equal(whet_adapt_reason_name(WHET_ADAPT_MEMORY), "memory pressure");
    EACH_ALLOCATION_FAILS
    {
        int rc = whet_adapt_new(&adapt, pool, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0) {
            assert_in_range(whet_adapt_look(adapt) + 1, 0, 2); /* the real machine */
            whet_adapt_free(adapt);
        }
    }
    whet_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_by_one_when_cores_are_idle),
        cmocka_unit_test(shrinks_by_one_when_many_want_to_run),
        cmocka_unit_test(memory_takes_a_quarter_and_comes_first),
        cmocka_unit_test(keeps_still),
        cmocka_unit_test(works_with_what_is_known),
        cmocka_unit_test(a_part_of_a_machine),
        cmocka_unit_test(resizes_what_is_no_pool),
        cmocka_unit_test(goes_on_from_what_was_set_by_hand),
        cmocka_unit_test(refuses_what_is_no_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
