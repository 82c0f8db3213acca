/* run/overlap.h: who makes one file without an order is refused, who reads too early is told.
 */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/overlap.h"

static char told[256];

static void tell(const struct whet_run_job *reader, const struct whet_run_job *maker,
                 const char *name)
{
    size_t at = strlen(told);

    snprintf(told + at, sizeof(told) - at, "%s<%s:%s ", reader->name, maker->name, name);
}

/* Jobs a, b, c; of each what it makes, what it reads, what it needs: NULL: nothing. */
static int check(const char *const rows[3][3], struct whet_error *err)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const argv[] = {"true", NULL};
    const char *lists[3][3][2] = {{{NULL}}};
    struct whet_needs needs;
    struct whet_jobs jobs;
    int rc = 0;

    told[0] = '\0';
    whet__jobs_init(&jobs, NULL);
    for (int i = 0; i < 3 && rc == 0; i++) {
        for (int k = 0; k < 3; k++)
            lists[i][k][0] = rows[i][k];
        rc = whet__jobs_add(&jobs,
                            &(struct whet_run_job){.name = names[i],
                                                   .argv = argv,
                                                   .outputs = lists[i][0],
                                                   .inputs = lists[i][1],
                                                   .needs = lists[i][2]},
                            err);
    }
    if (rc == 0 && (rc = whet__needs_init(&needs, &jobs, err)) == 0) {
        rc = whet__overlap_check(&needs, tell, err);
        whet__needs_clear(&needs);
    }
    whet__jobs_clear(&jobs);
    return rc;
}

#define ROWS(...) ((const char *const[3][3]){__VA_ARGS__})

static void one_file_has_one_maker(void **state)
{
    struct whet_error err = {0};

    (void)state;
    assert_int_equal(check(ROWS({"o"}, {"p"}, {"./o"}), &err), -EINVAL);
    assert_string_equal(err.text,
                        "two commands make one file: './o': 'a' and 'c': neither needs "
                        "the other");
    /* In an order, also over another, either way round. */
    assert_int_equal(check(ROWS({"o"}, {"p", NULL, "a"}, {"o", NULL, "b"}), NULL), 0);
    assert_int_equal(check(ROWS({"o", NULL, "b"}, {"p", NULL, "c"}, {"o"}), NULL), 0);
    /* Each with each: that both come after a third is no order. */
    assert_int_equal(check(ROWS({"o"}, {"o", NULL, "a"}, {"o", NULL, "a"}), &err), -EINVAL);
    assert_string_equal(err.text, "two commands make one file: 'o': 'b' and 'c': neither needs "
                                  "the other");
    assert_int_equal(check(ROWS({"o"}, {"o", NULL, "a"}, {"o", NULL, "b"}), NULL), 0);
    /* Patterns may name different files. */
    assert_int_equal(check(ROWS({"*.o"}, {"*.o"}, {"*.o"}), NULL), 0);
}

static void who_reads_too_early_is_told(void **state)
{
    (void)state;
    assert_int_equal(check(ROWS({NULL, "x"}, {"x"}, {NULL, "x", "b"}), NULL), 0);
    assert_string_equal(told, "a<b:x ");
    assert_int_equal(check(ROWS({"x", "x"}, {NULL, "*"}, {NULL, "y"}), NULL), 0);
    assert_string_equal(told, "");
}

static void memory_may_run_out(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        int rc = check(ROWS({"o"}, {"p", NULL, "a"}, {"o", "p", "b"}), &err);

        assert_true(rc == 0 || rc == -ENOMEM || rc == -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_has_one_maker),
        cmocka_unit_test(who_reads_too_early_is_told),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
