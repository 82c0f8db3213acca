/* check/suite_targets.h: limits held against made-up numbers, by median and interval. */
#include "suite_fixture.h"

#include <errno.h>

#include "check/suite_targets.h"

#define MS 1e6

/* One limit of one arm with a wall time of 100 ms, spread by 10 % to each side. */
static struct whet_target judge(const char *limit, unsigned runs)
{
    struct whet_result_arm like = {.name = "a", .items = 10, .bytes = 1000};
    struct whet_project p;
    struct whet_result *r;
    struct whet_target t;
    struct whet_vec out;
    char text[200];

    snprintf(text, sizeof(text), "  s: {command: x, items: 10, bytes: 1000, targets: {%s}}\n",
             limit);
    load_suites(&p, text);
    assert_int_equal(whet__suite_targets_check(p.yaml, first_suite(&p), NULL), 0);
    assert_int_equal(whet__result_new(&r, "s"), 0);
    add_arm(r, &like, runs, 100 * MS, 0.1, 1 << 20);
    whet__vec_init(&out, sizeof(struct whet_target), 10);
    assert_int_equal(whet__suite_targets_judge(&out, p.yaml, first_suite(&p), r, 1, 0.95, NULL),
                     0);
    assert_int_equal(out.len, 1);
    t = *(struct whet_target *)whet__vec_at(&out, 0);
    assert_string_equal(t.arm, "a");
    t.name = t.arm = NULL;
    whet__vec_clear(&out);
    whet__result_free(r);
    whet__project_clear(&p);
    return t;
}

static void times_are_limits_from_above(void **state)
{
    struct whet_target t = judge("time: 101ms", 21);

    (void)state;
    assert_int_equal(t.state, WHET_TARGET_MET);
    assert_true(fabs(t.value - 100 * MS) < 1 && t.low < t.value && t.high > t.value);
    assert_int_equal(judge("time: 100ms", 21).state, WHET_TARGET_MET);
    assert_int_equal(judge("time: 80ms", 21).state, WHET_TARGET_MISSED);
    assert_int_equal(judge("wall: 80ms", 21).state, WHET_TARGET_MISSED);
    assert_int_equal(judge("memory: 1MiB", 21).state, WHET_TARGET_MET);
    assert_int_equal(judge("memory: 1MB", 21).state, WHET_TARGET_MISSED);
}

static void what_is_not_proven_is_not_known(void **state)
{
    struct whet_target t = judge("time: 99ms", 21);

    (void)state;
    assert_int_equal(t.state, WHET_TARGET_UNKNOWN);
    assert_non_null(strstr(t.why, "more runs would tell"));
    assert_true(t.low < 99 * MS && t.value > 99 * MS);
    assert_int_equal(judge("time: 95ms", 3).state,
                     WHET_TARGET_UNKNOWN); /* three: all or none */
    assert_int_equal(judge("time: 89ms", 3).state, WHET_TARGET_MISSED);
}

static void throughput_is_a_limit_from_below(void **state)
{
    struct whet_target t = judge("throughput: 100", 21); /* 10 in 100 ms */

    (void)state;
    assert_true(t.at_least && t.state == WHET_TARGET_MET && t.unit == WHET_UNIT_COUNT);
    assert_true(fabs(t.value - 100) < 1e-6 && t.low < 100 && t.high > 100);
    assert_int_equal(judge("throughput: 101", 21).state, WHET_TARGET_UNKNOWN);
    assert_int_equal(judge("throughput: 200", 21).state, WHET_TARGET_MISSED);
    t = judge("throughput: 10KB/s", 21);
    assert_true(t.unit == WHET_UNIT_SIZE && t.state == WHET_TARGET_MET && t.limit == 10000);
    assert_int_equal(judge("throughput: 1MB/s", 21).state, WHET_TARGET_MISSED);
}

static void what_was_not_measured_is_not_known(void **state)
{
    struct whet_target t = judge("cpu: 1s", 21);

    (void)state;
    assert_true(t.state == WHET_TARGET_UNKNOWN && isnan(t.value));
    assert_string_equal(t.why, "not measured here");
    t = judge("time: 1s", 0);
    assert_int_equal(t.state, WHET_TARGET_UNKNOWN);
}

static void explains_mistakes(void **state)
{
    static const struct {
        const char *suite;
        unsigned column;
        const char *says;
    } rows[] = {
        {"{command: x, targets: {tome: 1s}}", 29,
         "unknown target: 'tome' of 's': did you mean"},
        {"{command: x, targets: {time: x}}", 35, "'x': a duration such as 250ms is expected"},
        {"{command: x, targets: {memory: 1s}}", 37, "a size such as 64MB is expected"},
        {"{command: x, targets: {major_faults: -1}}", 43, "a number is expected"},
        {"{command: x, targets: {throughput: 1}}", 41, "of how many? add 'items'"},
        {"{command: x, targets: {throughput: 1MB/s}}", 41, "of how many? add 'bytes'"},
        {"{command: x, targets: {throughput: x/s}}", 41, "a size such as 20MB/s is expected"},
        {"{command: x, items: 1, targets: {throughput: x}}", 51, "a number of items or a size"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_error err = {0};
        struct whet_project p;
        char text[300];

        snprintf(text, sizeof(text), "  s: %s\n", rows[i].suite);
        load_suites(&p, text);
        assert_int_equal(whet__suite_targets_check(p.yaml, first_suite(&p), &err), -EINVAL);
        if (err.line != 3 || err.column != rows[i].column ||
            strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.text);
        whet__project_clear(&p);
    }
}

static void counters_of_programs_are_looked_for_later(void **state)
{
    struct whet_metric own = {"hits", "hits", WHET_UNIT_COUNT, WHET_METRIC_HIGHER};
    struct whet_result_arm like = {.name = "a", .kind = WHET_RESULT_FUNCTION};
    struct whet_project p;
    struct whet_result *r;
    struct whet_vec out;
    size_t index;

    (void)state;
    load_suites(&p, "  s: {program: x, targets: {hits: 3, nothing: 1}}\n");
    assert_int_equal(whet__suite_targets_check(p.yaml, first_suite(&p), NULL), 0);
    assert_int_equal(whet__result_new(&r, "s"), 0);
    assert_int_equal(whet__result_add_metric(r, &own, &index), 0);
    add_arm(r, &like, 3, 1, 0, 1);
    whet__vec_init(&out, sizeof(struct whet_target), 10);
    assert_int_equal(whet__suite_targets_judge(&out, p.yaml, first_suite(&p), r, 1, 0.95, NULL),
                     0);
    assert_int_equal(out.len, 2);
    assert_true(((struct whet_target *)whet__vec_at(&out, 0))->at_least);
    assert_string_equal(((struct whet_target *)whet__vec_at(&out, 1))->why,
                        "the program has no such counter");
    whet__vec_clear(&out);
    whet__result_free(r);
    whet__project_clear(&p);
}

static void survives_failed_allocations(void **state)
{
    struct whet_result_arm like = {.name = "a"};
    struct whet_project p;
    struct whet_result *r;

    (void)state;
    load_suites(&p, "  s: {command: x, targets: {time: 1s, memory: 1MB}}\n");
    assert_int_equal(whet__result_new(&r, "s"), 0);
    add_arm(r, &like, 5, 1, 0, 1);
    EACH_ALLOCATION_FAILS
    {
        struct whet_vec out;
        int rc;

        whet__vec_init(&out, sizeof(struct whet_target), 10);
        rc = whet__suite_targets_judge(&out, p.yaml, first_suite(&p), r, 1, 0.95, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__vec_clear(&out);
    }
    whet__result_free(r);
    whet__project_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_limits_from_above),
        cmocka_unit_test(what_is_not_proven_is_not_known),
        cmocka_unit_test(throughput_is_a_limit_from_below),
        cmocka_unit_test(what_was_not_measured_is_not_known),
        cmocka_unit_test(explains_mistakes),
        cmocka_unit_test(counters_of_programs_are_looked_for_later),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
