/* os/cgroup.h: limits under v1, v2 and both, from trees kept as folders. */
#include "../harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/cgroup.h"

static void read_fixture(const char *name, struct whet_cgroup *out)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/sys/%s", getenv("WHET_TEST_DATA"), name);
    whet__cgroup_read(path, out);
    assert_true(whet__cgroup_cpu_cores(path) == out->cpu_cores);
}

static void assert_cores(const struct whet_cgroup *g, double cores, const char *source)
{
    assert_true(fabs(g->cpu_cores - cores) < 1e-9);
    assert_string_equal(g->cpu_source, source);
}

static void assert_memory(const struct whet_cgroup *g, uint64_t limit, const char *source)
{
    assert_int_equal(g->memory_limit_bytes, limit);
    assert_string_equal(g->memory_source, source);
}

static void v2_takes_the_tightest_of_max_and_high(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("v2", &g);
    assert_int_equal(g.version, WHET_CGROUP_V2);
    assert_cores(&g, 1.5, "/sys/fs/cgroup/user.slice/cpu.max");
    assert_memory(&g, 805306368, "/sys/fs/cgroup/user.slice/app.scope/memory.high");
    assert_int_equal(g.memory_used_bytes, 400000000);
    assert_int_equal(g.memory_cached_bytes, 120000000);
    assert_string_equal(g.cpu_dir, "/sys/fs/cgroup/user.slice/app.scope");
    assert_string_equal(g.memory_dir, g.cpu_dir);
    assert_string_equal(g.v2_dir, g.cpu_dir);
}

static void v2_obeys_an_ancestor(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("v2-parent", &g);
    assert_cores(&g, 0.25, "/my groups/box/cpu.max");
    assert_memory(&g, 104857600, "/my groups/box/memory.max");
    assert_int_equal(g.memory_used_bytes, 52428800);
    assert_string_equal(g.memory_used_source, "/my groups/box/memory.current");
    assert_string_equal(g.memory_dir, "/my groups/box/inner");
}

static void v1_in_a_container(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("v1", &g);
    assert_int_equal(g.version, WHET_CGROUP_V1);
    assert_cores(&g, 2.5, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us");
    assert_memory(&g, 268435456, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
    assert_int_equal(g.memory_used_bytes, 200000000);
    assert_int_equal(g.memory_cached_bytes, 40000000);
    assert_string_equal(g.v2_dir, "");
}

static void v1_without_hierarchy_stops_at_its_own(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("v1-flat", &g);
    assert_cores(&g, 4, "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us");
    assert_memory(&g, 0, "");
    assert_int_equal(g.memory_used_bytes, 123);
}

static void hybrid_finds_each_where_it_is(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("hybrid", &g);
    assert_int_equal(g.version, WHET_CGROUP_HYBRID);
    assert_cores(&g, 0, "");
    assert_string_equal(g.cpu_dir, "/sys/fs/cgroup/cpu");
    assert_memory(&g, 536870912, "/sys/fs/cgroup/memory/job/memory.limit_in_bytes");
    assert_string_equal(g.v2_dir, "/sys/fs/cgroup/unified/job");
}

static void outside_of_the_mount_the_top_counts(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("outside", &g);
    assert_int_equal(g.version, WHET_CGROUP_V2);
    assert_cores(&g, 0.75, "/sys/fs/cgroup/cpu.max");
    assert_memory(&g, 0, "");
    assert_string_equal(g.v2_dir, "/sys/fs/cgroup");
}

static void unknown_is_an_answer(void **state)
{
    struct whet_cgroup g;

    (void)state;
    read_fixture("none", &g);
    assert_int_equal(g.version, WHET_CGROUP_NONE);
    assert_cores(&g, 0, "");
    assert_memory(&g, 0, "");
    assert_string_equal(g.memory_used_source, "");
    read_fixture("server", &g);
    assert_int_equal(g.version, WHET_CGROUP_NONE);
    whet__cgroup_read("", &g);
    assert_true(g.cpu_cores >= 0);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_cgroup g;

        read_fixture("hybrid", &g);
        assert_true(g.memory_limit_bytes == 0 || g.memory_limit_bytes == 536870912);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v2_takes_the_tightest_of_max_and_high),
        cmocka_unit_test(v2_obeys_an_ancestor),
        cmocka_unit_test(v1_in_a_container),
        cmocka_unit_test(v1_without_hierarchy_stops_at_its_own),
        cmocka_unit_test(hybrid_finds_each_where_it_is),
        cmocka_unit_test(outside_of_the_mount_the_top_counts),
        cmocka_unit_test(unknown_is_an_answer),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
