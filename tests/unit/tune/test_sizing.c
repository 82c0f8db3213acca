/* <whet/sizing.h>: each input decides where it should, the published vectors come out, and a
 * real command is measured. */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include <whet/sizing.h>

#define GIB ((uint64_t)1 << 30)

static struct whet_tune_machine machine_of(unsigned cores)
{
    return (struct whet_tune_machine){
        .usable = cores, .cores = cores, .memory_bytes = 16 * GIB, .available_bytes = 10 * GIB};
}

static struct whet_sizing decide(unsigned cores, struct whet_sizing_options o)
{
    const struct whet_tune_machine m = machine_of(cores);
    struct whet_sizing s;

    assert_int_equal(whet_sizing_decide(&s, &m, &o), 0);
    return s;
}

static void kinds_by_share(void **state)
{
    (void)state;
    assert_int_equal(decide(4, (struct whet_sizing_options){0}).type, WHET_SIZING_CPU);
    assert_int_equal(decide(4, (struct whet_sizing_options){.cpu_share = .95}).type,
                     WHET_SIZING_CPU);
    assert_int_equal(decide(4, (struct whet_sizing_options){.cpu_share = .5}).type,
                     WHET_SIZING_MIXED);
    assert_int_equal(decide(4, (struct whet_sizing_options){.cpu_share = .3}).type,
                     WHET_SIZING_IO);
    assert_int_equal(
        decide(4, (struct whet_sizing_options){.type = WHET_SIZING_IO, .cpu_share = .95}).type,
        WHET_SIZING_IO);
}

static void workers_by_kind_and_rail(void **state)
{
    struct whet_sizing s;

    (void)state;
    s = decide(4, (struct whet_sizing_options){.cpu_share = 1});
    assert_int_equal(s.workers, 4);
    assert_int_equal(s.limit, WHET_SIZING_BY_TYPE);
    s = decide(4, (struct whet_sizing_options){.cpu_share = .5});
    assert_int_equal(s.workers, 8);
    s = decide(4, (struct whet_sizing_options){.cpu_share = .01});
    assert_int_equal(s.by_type, 400);
    assert_int_equal(s.workers, 16);
    assert_int_equal(s.limit, WHET_SIZING_BY_RAIL);
    assert_int_equal(decide(4, (struct whet_sizing_options){.type = WHET_SIZING_IO}).workers,
                     16);
    assert_int_equal(decide(4, (struct whet_sizing_options){.type = WHET_SIZING_MIXED}).workers,
                     8);
}

static void memory_keeps_it_small(void **state)
{
    struct whet_sizing s = decide(8, (struct whet_sizing_options){.task_bytes = GIB});

    (void)state;
    assert_int_equal(s.memory_cap_bytes, 4 * GIB);
    assert_int_equal(s.by_memory, 4);
    assert_int_equal(s.workers, 4);
    assert_int_equal(s.limit, WHET_SIZING_BY_MEMORY);
    s = decide(8, (struct whet_sizing_options){.task_bytes = 100 * GIB});
    assert_int_equal(s.workers, 1);
}

/* What the published calculator answers for 4 and 8 cores. */
static void the_published_formula(void **state)
{
    static const struct {
        unsigned cores;
        enum whet_sizing_type type;
        unsigned best;
        double speedup;
    } rows[] = {
        {4, WHET_SIZING_CPU, 7, 4.91},   {4, WHET_SIZING_IO, 11, 7.91},
        {4, WHET_SIZING_MIXED, 4, 2.92}, {8, WHET_SIZING_CPU, 8, 5.63},
        {8, WHET_SIZING_IO, 15, 10.62},  {8, WHET_SIZING_MIXED, 8, 4.47},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_sizing s =
            decide(rows[i].cores, (struct whet_sizing_options){.type = rows[i].type});

        assert_int_equal(s.document_best, rows[i].best);
        assert_true(fabs(s.document_speedup - rows[i].speedup) < .01);
    }
}

static void a_fitted_law_decides(void **state)
{
    struct whet_pool_scaling_point points[5];
    struct whet_sizing s;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        double n = 1u << i;

        points[i].workers = 1u << i;
        points[i].throughput = 100 * n / (1 + .2 * (n - 1) + .02 * n * (n - 1));
    }
    s = decide(8, (struct whet_sizing_options){.points = points, .point_count = 5});
    assert_int_equal(s.fitted, 1);
    assert_true(s.law.error < .001);
    assert_int_equal(s.limit, WHET_SIZING_BY_LAW);
    assert_int_equal(s.workers, s.law_best);
    assert_true(s.workers >= 2 && s.workers <= 5);
    /* Memory has the last word. */
    s = decide(8, (struct whet_sizing_options){
                      .points = points, .point_count = 5, .task_bytes = 2 * GIB});
    assert_int_equal(s.workers, 2);
    assert_int_equal(s.limit, WHET_SIZING_BY_MEMORY);
    /* One number of workers is no curve. */
    s = decide(8, (struct whet_sizing_options){.points = points, .point_count = 1});
    assert_int_equal(s.fitted, 0);
}

static void refuses_what_makes_no_sense(void **state)
{
    const struct whet_tune_machine m = machine_of(2);
    const struct whet_pool_scaling_point bad[] = {{1, 1}, {2, -1}};
    struct whet_sizing s;

    (void)state;
    assert_int_equal(whet_sizing_decide(&s, &m, &(struct whet_sizing_options){.cpu_share = -1}),
                     -EINVAL);
    assert_int_equal(
        whet_sizing_decide(&s, &m, &(struct whet_sizing_options){.point_count = 1}), -EINVAL);
    assert_int_equal(
        whet_sizing_decide(&s, &m,
                           &(struct whet_sizing_options){.points = bad, .point_count = 2}),
        -EINVAL);
    assert_int_equal(whet_sizing_decide(&s, &m, NULL), 0);
    assert_string_equal(whet_sizing_type_name(WHET_SIZING_IO), "io");
    assert_string_equal(whet_sizing_limit_name(WHET_SIZING_BY_MEMORY), "memory");
}

static void a_command_is_measured(void **state)
{
    const char *const argv[] = {"true", NULL}, *const bad[] = {"false", NULL},
                      *const none[] = {"/missing", NULL};
    struct whet_sizing_probe_options o = {.argv = argv, .most = 3, .rounds = 1};
    struct whet_sizing_probe p;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet_sizing_measure(&p, &o, &err), 0);
    assert_int_equal(p.point_count, 3);
    assert_int_equal(p.points[0].workers, 1);
    assert_int_equal(p.points[1].workers, 2);
    assert_int_equal(p.points[2].workers, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(p.points[i].throughput > 0);
    assert_true(p.cpu_share > 0 && p.cpu_share <= 1);
    o.argv = bad;
    assert_int_equal(whet_sizing_measure(&p, &o, &err), -ECHILD);
    o.argv = none;
    assert_int_equal(whet_sizing_measure(&p, &o, &err), -ENOENT);
    o.argv = NULL;
    assert_int_equal(whet_sizing_measure(&p, &o, &err), -EINVAL);
}

static void survives_failed_allocations(void **state)
{
    const struct whet_pool_scaling_point points[] = {{1, 10}, {2, 18}, {4, 30}};
    const struct whet_tune_machine m = machine_of(4);

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_sizing s;
        int rc = whet_sizing_decide(
            &s, &m, &(struct whet_sizing_options){.points = points, .point_count = 3});

        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_by_share),        cmocka_unit_test(workers_by_kind_and_rail),
        cmocka_unit_test(memory_keeps_it_small), cmocka_unit_test(the_published_formula),
        cmocka_unit_test(a_fitted_law_decides),  cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(a_command_is_measured), cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
