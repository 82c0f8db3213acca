/* check/suite_scaling.h: series found among arms, and their growth held against a limit. */
#include "suite_fixture.h"

#include <errno.h>

#include "check/suite_scaling.h"

#define SIZES 5

/* Arms of `count` commands, at 1, 4, 16, 64, 256, given from large to small. A command's
 * cost is size to its exponent. */
static struct whet_result *measured(const double *exponents, size_t count, size_t *commands)
{
    static const double sizes[SIZES] = {256, 64, 16, 4, 1};
    struct whet_result *r;

    assert_int_equal(whet__result_new(&r, "s"), 0);
    for (size_t c = 0; c < count; c++) {
        for (size_t i = 0; i < SIZES; i++) {
            char name[64], value[32];
            struct whet_result_param params[] = {{"n", value}, {"mode", "fast"}};
            struct whet_result_arm like = {.name = name, .params = params, .param_count = 2};

            snprintf(name, sizeof(name), "%zu at %g", c, sizes[i]);
            snprintf(value, sizeof(value), "%g", sizes[i]);
            add_arm(r, &like, 8, 1e6 * pow(sizes[i], exponents[c]), 0.02, 1e6 + 1e5 * sizes[i]);
            commands[c * SIZES + i] = c;
        }
    }
    return r;
}

static void finds_a_series_for_each_command(void **state)
{
    static const double exponents[] = {1, 2};
    struct whet_arena arena;
    struct whet_project p;
    struct whet_vec out;
    struct whet_result *r;
    size_t commands[2 * SIZES];

    (void)state;
    load_suites(&p, "  s: {commands: {a: x, b: y}, parameters: {n: 1, mode: fast},\n"
                    "      scaling: {parameter: n, max_exponent: 1.2}}\n");
    r = measured(exponents, 2, commands);
    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&out, sizeof(struct whet_scaling), 10);
    assert_int_equal(whet__suite_scaling_judge(&out, &arena, first_suite(&p), r, 2 * SIZES,
                                               commands, NULL, 0.95, NULL),
                     0);
    assert_int_equal(out.len, 2);
    for (size_t c = 0; c < 2; c++) {
        const struct whet_scaling *s = whet__vec_at(&out, c);

        assert_int_equal(s->count, SIZES);
        assert_true(s->sizes[0] == 1 && s->sizes[SIZES - 1] == 256);
        assert_int_equal(s->arms[0], c * SIZES + SIZES - 1);
        assert_true(fabs(s->time.exponent.estimate - exponents[c]) < 0.1);
        assert_int_equal(s->state, c == 0 ? WHET_TARGET_MET : WHET_TARGET_MISSED);
        assert_true(s->memory.law != WHET_GROWTH_UNKNOWN);
    }
    whet__vec_clear(&out);
    whet__arena_clear(&arena);
    whet__result_free(r);
    whet__project_clear(&p);
}

static void memory_has_a_limit_of_its_own(void **state)
{
    static const double exponents[] = {0.5};
    struct whet_arena arena;
    struct whet_project p;
    struct whet_vec out;
    struct whet_result *r;
    size_t commands[SIZES];

    (void)state;
    load_suites(&p, "  s: {command: x, parameters: {n: 1},\n"
                    "      scaling: {parameter: n, max_memory_exponent: 0.5}}\n");
    r = measured(exponents, 1, commands);
    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&out, sizeof(struct whet_scaling), 10);
    assert_int_equal(whet__suite_scaling_judge(&out, &arena, first_suite(&p), r, SIZES, NULL,
                                               NULL, 0.95, NULL),
                     0);
    assert_int_equal(((struct whet_scaling *)whet__vec_at(&out, 0))->state, WHET_TARGET_MISSED);
    whet__vec_clear(&out);
    whet__arena_clear(&arena);
    whet__result_free(r);
    whet__project_clear(&p);
}

/* What is wrong with the sizes, with `count` of the arms. */
static void refuses(const char *value, size_t count, const char *says)
{
    struct whet_error err = {0};
    struct whet_arena arena;
    struct whet_project p;
    struct whet_vec out;
    struct whet_result *r;

    load_suites(&p, "  s: {command: x, parameters: {n: 1}, scaling: {parameter: n}}\n");
    assert_int_equal(whet__result_new(&r, "s"), 0);
    for (size_t i = 0; i < count; i++) {
        struct whet_result_param param = {"n", value};
        char name[64];
        struct whet_result_arm like = {.name = name, .params = &param, .param_count = 1};

        snprintf(name, sizeof(name), "%zu", i);
        add_arm(r, &like, 2, 1e6, 0, 1);
    }
    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&out, sizeof(struct whet_scaling), 10);
    assert_int_equal(whet__suite_scaling_judge(&out, &arena, first_suite(&p), r, count, NULL,
                                               NULL, 0.95, &err),
                     -EINVAL);
    if (strstr(err.text, says) == NULL)
        fail_msg("%s", err.text);
    whet__vec_clear(&out);
    whet__arena_clear(&arena);
    whet__result_free(r);
    whet__project_clear(&p);
}

static void explains_sizes_that_do_not_do(void **state)
{
    (void)state;
    refuses("large", 3, "not a size: 'n=large' of 's': sizes are numbers over 0");
    refuses("0", 3, "not a size: 'n=0'");
    refuses("1e999", 3, "not a size");
    refuses("5", 2, "too few sizes: 'n' of 's'");
}

static void survives_failed_allocations(void **state)
{
    static const double exponents[] = {1};
    size_t commands[SIZES];
    struct whet_result *r = measured(exponents, 1, commands);
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s: {command: x, parameters: {n: 1}, scaling: {parameter: n}}\n");
    EACH_ALLOCATION_FAILS
    {
        struct whet_arena arena;
        struct whet_vec out;
        int rc;

        whet__arena_init(&arena, 1 << 20);
        whet__vec_init(&out, sizeof(struct whet_scaling), 10);
        rc = whet__suite_scaling_judge(&out, &arena, first_suite(&p), r, SIZES, commands, NULL,
                                       0.95, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__vec_clear(&out);
        whet__arena_clear(&arena);
    }
    whet__result_free(r);
    whet__project_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_series_for_each_command),
        cmocka_unit_test(memory_has_a_limit_of_its_own),
        cmocka_unit_test(explains_sizes_that_do_not_do),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
