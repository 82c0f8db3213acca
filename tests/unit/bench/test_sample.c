/* bench/sample.h: what is known of the memory of a run. */
#include "../harness.h"

#include <math.h>
#include <string.h>

#include "bench/rounds.h"

static const char *const true_argv[] = {"/bin/true", NULL};
static const char *const large_argv[] = {
    "/bin/sh", "-c", "x=$(head -c 40000000 /dev/zero | tr '\\0' x); exit 0", NULL};

static double memory_of(const struct whet_result *r, size_t arm)
{
    return whet__arm_value(r, whet__result_arm(r, arm), 0, WHET_METRIC_MEMORY);
}

/* What a small program needs cannot be told from what we need: then there is a bound, and
 * no figure that is ours. */
static void memory_is_the_programs_own(void **state)
{
    static const struct whet_bench_arm arms[] = {
        {.about = {.name = "small"}, .argv = true_argv},
        {.about = {.name = "large"}, .argv = large_argv}};
    struct whet_rounds_options o = {.rounds = 1, .no_warmup = 1};
    struct whet_result *r;

    (void)state;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__rounds_run(r, arms, 2, &o, NULL), 0);
    assert_true(r->memory_floor > 0);
    assert_true(isnan(memory_of(r, 0)));
    assert_true(memory_of(r, 1) > 40e6);
    whet__result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_the_programs_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
