/* Which profile is chosen, and that no adaptation leaves the guard rails. */
#include "../harness.h"

#include <string.h>

#include <whet/tune.h>

#include "base/random.h"

#define GIB ((uint64_t)1 << 30)
#define MIB ((uint64_t)1 << 20)

static const char *chosen(unsigned cores, uint64_t memory, uint64_t files)
{
    struct whet_tune_machine machine = {.cores = cores, .memory_bytes = memory};
    struct whet_tune_workload workload = {.files = files};
    char why[200];

    return whet_tune_profile_choose(&machine, &workload, why, sizeof(why))->name;
}

static void the_rules_in_order(void **state)
{
    (void)state;
    assert_string_equal(chosen(64, 4 * GIB - 1, 5), "memory_constrained");
    assert_string_equal(chosen(2, 2 * GIB, 50000), "memory_constrained");
    assert_string_equal(chosen(3, 64 * GIB, 50000), "cpu_constrained");
    assert_string_equal(chosen(16, 32 * GIB, 5), "high_performance");
    assert_string_equal(chosen(15, 64 * GIB, 10001), "large_project");
    assert_string_equal(chosen(16, 32 * GIB - 1, 10001), "large_project");
    assert_string_equal(chosen(4, 4 * GIB, 10000), "medium_project");
    assert_string_equal(chosen(4, 4 * GIB, 1001), "medium_project");
    assert_string_equal(chosen(4, 4 * GIB, 1000), "small_project");
    assert_string_equal(chosen(4, 0, 1), "small_project"); /* memory unknown */
}

static void the_documents_figures(void **state)
{
    static const struct {
        const char *name;
        uint64_t l1, l2, l3, memory;
        unsigned workers, threads;
    } rows[] = {
        {"small_project", 50, 100, 250, 512, 4, 8},
        {"medium_project", 100, 500, 2048, 2048, 8, 16},
        {"large_project", 200, 1024, 5120, 8192, 16, 32},
        {"high_performance", 500, 2048, 8192, 16384, 32, 64},
        {"memory_constrained", 25, 75, 150, 256, 2, 4},
        {"cpu_constrained", 100, 300, 1024, 1024, 4, 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct whet_tune_profile *p = whet_tune_profile_find(rows[i].name);

        assert_non_null(p);
        assert_true(p->l1_bytes == rows[i].l1 * MIB);
        assert_true(p->l2_bytes == rows[i].l2 * MIB);
        assert_true(p->l3_bytes == rows[i].l3 * MIB);
        assert_true(p->memory_bytes == rows[i].memory * MIB);
        assert_int_equal(p->workers, rows[i].workers);
        assert_int_equal(p->threads, rows[i].threads);
    }
    assert_null(whet_tune_profile(6));
    assert_null(whet_tune_profile_find("huge"));
    for (size_t i = 1; i < 6; i++)
        assert_true(strcmp(whet_tune_profile(i - 1)->name, whet_tune_profile(i)->name) < 0);
}

static void guard_rails_hold(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 7);
    for (int i = 0; i < 20000; i++) {
        struct whet_tune_machine m = {0};
        struct whet_tune_workload w = {0};
        struct whet_tune_config c;
        int target = (int)whet__random_below(&r, 3);

        m.cores = 1 + (unsigned)whet__random_below(&r, 40);
        m.memory_bytes = MIB + whet__random_below(&r, 64 * GIB);
        m.available_bytes = 1 + whet__random_below(&r, m.memory_bytes);
        w.files = whet__random_below(&r, 30000);
        w.mean_bytes = (double)whet__random_below(&r, 4 * MIB);
        w.flags = (unsigned)whet__random_below(&r, 8);
        whet_tune_config_build(whet_tune_profile(whet__random_below(&r, 6)), &m, &w,
                               (enum whet_tune_target)target, &c);
        assert_true(c.l1_bytes + c.l2_bytes <= m.available_bytes / 5 * 2 + 2);
        assert_true(c.memory_bytes <= m.memory_bytes / 2);
        assert_true(c.l1_bytes + c.l2_bytes <= c.memory_bytes + 2);
        assert_in_range(c.workers, 1, 4 * m.cores);
        assert_true(c.threads <= 64);
        assert_true(c.processes <= 2 * m.cores);
        assert_in_range(c.step_count, 1, WHET_TUNE_STEPS_MAX);
    }
}

static void each_target_leaves_its_mark(void **state)
{
    struct whet_tune_machine m = {
        .cores = 8, .memory_bytes = 64 * GIB, .available_bytes = 60 * GIB};
    struct whet_tune_workload w = {.files = 5000, .flags = WHET_TUNE_CPU_INTENSIVE};
    const struct whet_tune_profile *p = whet_tune_profile_find("medium_project");
    struct whet_tune_config c;

    (void)state;
    whet_tune_config_build(p, &m, &w, WHET_TUNE_THROUGHPUT, &c);
    assert_int_equal(c.workers, 8);
    assert_int_equal(c.queue, 2000);
    whet_tune_config_build(p, &m, &w, WHET_TUNE_LATENCY, &c);
    assert_true(c.l1_bytes == 150 * MIB);
    assert_int_equal(c.queue, 500);
    whet_tune_config_build(p, &m, &w, WHET_TUNE_MEMORY, &c);
    assert_true(c.l1_bytes == 50 * MIB && c.l3_bytes == 1 * GIB);
    assert_true((c.features & WHET_TUNE_STREAMING) && (c.features & WHET_TUNE_LAZY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_in_order),
        cmocka_unit_test(the_documents_figures),
        cmocka_unit_test(guard_rails_hold),
        cmocka_unit_test(each_target_leaves_its_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
