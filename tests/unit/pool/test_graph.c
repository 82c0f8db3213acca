/* whet_graph_*: what is needed comes first; a failure keeps back what needs it and nothing
 * else; circles are named. */
#include "../harness.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <whet/pool.h>

#include "base/random.h"

#define NODES 400

struct run {
    struct whet_token *token;
    atomic_size_t turn;
    size_t at[NODES]; /* when each began, from 1; 0: not at all */
    int answers[NODES];
};

static struct whet_pool *pool_of(unsigned workers)
{
    const struct whet_pool_options options = {.workers = workers};
    struct whet_pool *p = NULL;

    assert_int_equal(whet_pool_new(&p, &options), 0);
    return p;
}

static int note(void *ctx, void *arg, unsigned worker)
{
    struct run *r = ctx;
    size_t id = (uintptr_t)arg;

    (void)worker;
    r->at[id] = atomic_fetch_add(&r->turn, 1) + 1;
    if (r->answers[id] == -EPIPE)
        whet_token_cancel(r->token);
    return r->answers[id];
}

static int add(struct whet_graph *g, struct run *r, const char *name)
{
    struct whet_task task = {.run = note, .ctx = r};
    size_t expected = 0, id;
    int rc;

    while (whet_graph_result(g, expected) != -EINVAL)
        expected++;
    task.arg = (void *)(uintptr_t)expected;
    rc = whet_graph_add(g, name, &task, &id);
    if (rc == 0)
        assert_int_equal(id, expected);
    return rc;
}

/* Names of one letter each; `needs` is pairs: "ba" is b needs a. */
static struct whet_graph *graph_of(struct run *r, size_t count, const char *needs)
{
    struct whet_graph *g;

    assert_int_equal(whet_graph_new(&g), 0);
    for (size_t i = 0; i < count; i++) {
        char name[2] = {(char)('a' + i), '\0'};

        assert_int_equal(add(g, r, name), 0);
    }
    for (; needs[0] != '\0'; needs += 2)
        assert_int_equal(whet_graph_need(g, (size_t)(needs[0] - 'a'), (size_t)(needs[1] - 'a')),
                         0);
    return g;
}

static void one_worker_goes_in_order(void **state)
{
    static const size_t order[] = {1, 2, 3, 4, 5};
    struct whet_pool *p = pool_of(1);
    struct run r = {0};
    struct whet_graph *g = graph_of(&r, 5, "bacbdcbaedea"); /* a pair twice is fine */

    (void)state;
    assert_int_equal(whet_graph_result(g, 0), -ECANCELED);
    for (int round = 0; round < 2; round++) {
        atomic_store(&r.turn, 0);
        assert_int_equal(whet_graph_run(g, p, NULL, NULL), 0);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(r.at[i], order[i]);
            assert_int_equal(whet_graph_result(g, i), 0);
        }
    }
    whet_graph_free(g);
    whet_graph_free(NULL);
    whet_pool_free(p);
}

static void priority_decides_among_the_ready(void **state)
{
    struct whet_pool *p = pool_of(1);
    struct run r = {0};
    struct whet_graph *g;
    size_t id;

    (void)state;
    assert_int_equal(whet_graph_new(&g), 0);
    for (uintptr_t i = 0; i < 5; i++) {
        const struct whet_task task = {
            .run = note, .ctx = &r, .arg = (void *)i, .priority = i == 3, .size = i};

        assert_int_equal(whet_graph_add(g, "x", &task, &id), 0);
    }
    assert_int_equal(whet_graph_need(g, 3, 2), 0);
    assert_int_equal(whet_graph_run(g, p, NULL, NULL), 0);
    assert_int_equal(r.at[4], 1); /* the largest */
    assert_int_equal(r.at[2], 2);
    assert_int_equal(r.at[3], 3); /* urgent as soon as it can run */
    assert_int_equal(r.at[1], 4);
    assert_int_equal(r.at[0], 5);
    whet_graph_free(g);
    whet_pool_free(p);
}

static void random_graphs_keep_their_order(void **state)
{
    struct whet_random random;

    (void)state;
    whet__random_init(&random, 7);
    for (unsigned round = 0; round < 60; round++) {
        struct whet_pool *p = pool_of(1 + round % 4);
        struct run r = {0};
        struct whet_graph *g;
        size_t pairs[NODES * 2][2], count = 0;

        assert_int_equal(whet_graph_new(&g), 0);
        for (size_t i = 0; i < NODES; i++) {
            assert_int_equal(add(g, &r, "n"), 0);
            r.answers[i] = whet__random_below(&random, 50) == 0 ? 7 : 0;
        }
        for (size_t i = 1; i < NODES; i++) {
            for (uint64_t k = whet__random_below(&random, 3); k > 0; k--) {
                pairs[count][0] = i;
                pairs[count][1] = (size_t)whet__random_below(&random, i);
                assert_int_equal(whet_graph_need(g, i, pairs[count][1]), 0);
                count++;
            }
        }
        assert_int_equal(whet_graph_run(g, p, NULL, NULL), 0);
        for (size_t i = 0; i < count; i++) {
            size_t after = pairs[i][0], before = pairs[i][1];

            if (whet_graph_result(g, before) != 0)
                assert_int_equal(whet_graph_result(g, after), -ECANCELED);
            else if (r.at[after] != 0)
                assert_true(r.at[before] < r.at[after]);
        }
        for (size_t i = 0; i < NODES; i++)
            assert_int_equal(whet_graph_result(g, i), r.at[i] != 0 ? r.answers[i] : -ECANCELED);
        whet_graph_free(g);
        whet_pool_free(p);
    }
}

static void a_failure_keeps_back_what_needs_it(void **state)
{
    struct whet_pool *p = pool_of(2);
    struct run r = {.answers = {0, -EIO}};
    struct whet_graph *g = graph_of(&r, 6, "cbdcfdfe");

    (void)state;
    assert_int_equal(whet_graph_run(g, p, NULL, NULL), 0);
    assert_int_equal(whet_graph_result(g, 0), 0);
    assert_int_equal(whet_graph_result(g, 1), -EIO);
    assert_int_equal(whet_graph_result(g, 2), -ECANCELED);
    assert_int_equal(whet_graph_result(g, 3), -ECANCELED);
    assert_int_equal(whet_graph_result(g, 4), 0);
    assert_int_equal(whet_graph_result(g, 5), -ECANCELED);
    assert_int_equal(whet_graph_result(g, 6), -EINVAL);
    assert_int_equal(atomic_load(&r.turn), 3);
    whet_graph_free(g);
    whet_pool_free(p);
}

static void a_token_ends_it(void **state)
{
    struct whet_pool *p = pool_of(1);
    struct run r = {.answers = {0, -EPIPE}}; /* b cancels */
    struct whet_group_options options = {0};
    struct whet_graph *g = graph_of(&r, 4, "bacadc");

    (void)state;
    assert_int_equal(whet_token_new(&r.token), 0);
    options.token = r.token;
    assert_int_equal(whet_graph_run(g, p, &options, NULL), 0);
    assert_int_equal(whet_graph_result(g, 0), 0);
    assert_int_equal(whet_graph_result(g, 1), -EPIPE);
    assert_int_equal(whet_graph_result(g, 2), -ECANCELED);
    assert_int_equal(whet_graph_result(g, 3), -ECANCELED);
    whet_token_free(r.token);
    whet_graph_free(g);
    whet_pool_free(p);
}

static void circles_are_named(void **state)
{
    static const struct {
        size_t count;
        const char *needs, *says;
    } cases[] = {
        {1, "aa", "'a' -> 'a'"},
        {2, "abba", "'a' -> 'b' -> 'a'"},
        {6, "bacbdcbded", "'b' -> 'd' -> 'c' -> 'b'"}, /* e hangs on it, a and f do not */
        {6, "abbcdeeffd", "'d' -> 'e' -> 'f' -> 'd'"},
    };
    struct whet_pool *p = pool_of(1);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct run r = {0};
        struct whet_graph *g = graph_of(&r, cases[i].count, cases[i].needs);
        struct whet_error err = {0};

        assert_int_equal(whet_graph_run(g, p, NULL, &err), -ELOOP);
        assert_int_equal(err.code, -ELOOP);
        assert_string_equal(strchr(err.text, '\''), cases[i].says);
        assert_int_equal(whet_graph_run(g, p, NULL, NULL), -ELOOP);
        assert_int_equal(r.turn, 0);
        whet_graph_free(g);
    }
    whet_pool_free(p);
}

static void refuses_what_is_not_there(void **state)
{
    struct run r = {0};
    struct whet_graph *g = graph_of(&r, 2, "");
    struct whet_pool *p = pool_of(1);
    struct whet_graph *empty;

    (void)state;
    assert_int_equal(whet_graph_need(g, 0, 2), -EINVAL);
    assert_int_equal(whet_graph_need(g, 2, 0), -EINVAL);
    assert_int_equal(whet_graph_new(&empty), 0);
    assert_int_equal(whet_graph_run(empty, p, NULL, NULL), 0);
    whet_graph_free(empty);
    whet_graph_free(g);
    whet_pool_free(p);
}

/* A run ends with every task run, or has not begun. */
static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const struct whet_pool_options options = {.workers = 2};
        struct whet_graph *g = NULL;
        struct whet_pool *p = NULL;
        struct run r = {0};
        int rc = whet_graph_new(&g);

        for (int i = 0; rc == 0 && i < 100; i++)
            rc = add(g, &r, "n");
        for (size_t i = 1; rc == 0 && i < 100; i++)
            rc = whet_graph_need(g, i, 0);
        if (rc == 0)
            rc = whet_pool_new(&p, &options);
        if (rc == 0)
            rc = whet_graph_run(g, p, NULL, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        assert_int_equal(r.turn, rc == 0 ? 100 : 0);
        whet_pool_free(p);
        whet_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_goes_in_order),
        cmocka_unit_test(priority_decides_among_the_ready),
        cmocka_unit_test(random_graphs_keep_their_order),
        cmocka_unit_test(a_failure_keeps_back_what_needs_it),
        cmocka_unit_test(a_token_ends_it),
        cmocka_unit_test(circles_are_named),
        cmocka_unit_test(refuses_what_is_not_there),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
