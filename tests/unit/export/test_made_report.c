/* The made-up report that tests of forms share is whole and frees all it takes. */
#include "made_report.h"

static void holds_something_of_everything(void **state)
{
    int seen[WHET_VERDICT_FAIL + 1] = {0};
    struct made_report made;

    (void)state;
    assert_int_equal(made_report_build(&made), 0);
    assert_int_equal(made.report.outcomes.len, 3);
    for (size_t i = 0; i < MADE_RESULTS; i++) {
        const struct whet_outcome *o = whet__vec_at(&made.report.outcomes, i);

        for (size_t a = 0; a < whet__result_count(o->result); a++)
            seen[o->judgements[a].verdict]++;
    }
    for (int v = WHET_VERDICT_NONE; v <= WHET_VERDICT_FAIL; v++)
        assert_true(seen[v] > 0);
    assert_int_equal(whet__arm_failed(whet__result_arm(made.results[0], MADE_COMMANDS - 1)), 2);
    made_report_clear(&made);
}

static void no_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct made_report made;

        if (made_report_build(&made) == 0)
            made_report_clear(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_something_of_everything),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
