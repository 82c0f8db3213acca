/* scan/syntax.h: contract, failed allocations, hostile inputs. What it finds in each
 * language is in test_analysis.c. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "scan/grammar.h"
#include "scan/syntax.h"

#define SAMPLE "int f(int a)\n{\n    return a && a > 1 ? 1 : 0;\n}\nint g(void) { }\n"

struct run {
    struct whet_syntax *syntax;
    struct whet_vec functions;
    struct whet_arena names;
    unsigned flags;
};

static int run_new(struct run *r)
{
    whet__vec_init(&r->functions, sizeof(struct whet_scan_function), 100000);
    whet__arena_init(&r->names, (size_t)16 << 20);
    r->flags = 99;
    r->syntax = NULL;
    return whet__syntax_new(&r->syntax);
}

static void run_free(struct run *r)
{
    whet__syntax_free(r->syntax);
    whet__vec_clear(&r->functions);
    whet__arena_clear(&r->names);
}

static int analyse(struct run *r, const struct whet_grammar *grammar, const char *data,
                   size_t len)
{
    return whet__syntax_analyse(r->syntax, grammar, data, len, &r->functions, &r->names,
                                &r->flags);
}

static const struct whet_scan_function *function_at(const struct run *r, size_t index)
{
    return whet__vec_at(&r->functions, index);
}

static void appends_functions(void **state)
{
    struct run r;

    (void)state;
    assert_int_equal(run_new(&r), 0);
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(analyse(&r, &whet__grammar_c, SAMPLE, strlen(SAMPLE)), 0);
        assert_int_equal(r.flags, 0);
        assert_int_equal(r.functions.len, 2 * i);
    }
    assert_string_equal(function_at(&r, 4)->name, "f");
    assert_int_equal(function_at(&r, 4)->complexity, 3);
    assert_int_equal(function_at(&r, 5)->line, 5);
    run_free(&r);
    whet__syntax_free(NULL);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct run r;

        if (run_new(&r) == 0) {
            int rc = analyse(&r, &whet__grammar_c, SAMPLE, strlen(SAMPLE));

            assert_true(rc == 0 || rc == -ENOMEM);
            if (rc != 0) {
                assert_int_equal(r.functions.len, 0);
                assert_int_equal(r.flags, 99);
                whet__mem_fail_nth(-1); /* and then it works again */
                assert_int_equal(analyse(&r, &whet__grammar_c, SAMPLE, strlen(SAMPLE)), 0);
                whet__mem_fail_nth(0);
            }
            assert_int_equal(r.functions.len, 2);
        }
        run_free(&r);
    }
}

static void repeat(struct whet_text *t, const char *pattern, size_t bytes)
{
    whet__text_reset(t);
    while (t->len < bytes)
        whet__text_puts(t, pattern);
    assert_int_equal(whet__text_error(t), 0);
}

/* Patterns that nest deep in some language, in every language: it comes back, and then a
 * usual file gets its usual answer. */
static void hostile_inputs_come_back(void **state)
{
    static const char *const patterns[] = {"(",       "[{(",      "a+",     "\"",
                                           "if a { ", "\\",       "<a b='", "`${",
                                           "- ",      "\xff\xfe", "#if\n",  "*/ /* "};
    struct whet_text t;
    struct run r;

    (void)state;
    assert_int_equal(run_new(&r), 0);
    whet__text_init(&t, 1 << 20);
    for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
        repeat(&t, patterns[p], 4000);
        for (size_t g = 0; g < whet__grammar_count(); g++) {
            r.functions.len = 0;
            assert_int_equal(analyse(&r, whet__grammar_at(g), whet__text_str(&t), t.len), 0);
        }
    }
    r.functions.len = 0;
    assert_int_equal(analyse(&r, &whet__grammar_c, SAMPLE, strlen(SAMPLE)), 0);
    assert_int_equal(r.functions.len, 2);
    assert_int_equal(r.flags, 0);
    whet__text_clear(&t);
    run_free(&r);
}

static void too_much_is_stopped(void **state)
{
    struct whet_text t;
    struct run r;

    (void)state;
    assert_int_equal(run_new(&r), 0);
    whet__text_init(&t, (size_t)8 << 20);
    repeat(&t, "int f(void) { } ((((((((((((((((((((((((((((((((", (size_t)4 << 20);
    assert_int_equal(analyse(&r, &whet__grammar_c, whet__text_str(&t), t.len), 0);
    assert_int_equal(r.flags, WHET_SYNTAX_STOPPED);
    assert_int_equal(r.functions.len, 0);
    whet__text_clear(&t);
    run_free(&r);
}

static void deep_chains_are_counted(void **state)
{
    enum { DEPTH = 20000 };
    struct whet_text t;
    struct run r;

    (void)state;
    assert_int_equal(run_new(&r), 0);
    whet__text_init(&t, (size_t)8 << 20);
    whet__text_puts(&t, "function f() {\n");
    for (int i = 0; i < DEPTH; i++)
        whet__text_puts(&t, "if (a) b();\nelse ");
    whet__text_puts(&t, "c();\n}\n");
    assert_int_equal(whet__text_error(&t), 0);
    assert_int_equal(analyse(&r, &whet__grammar_javascript, whet__text_str(&t), t.len), 0);
    assert_int_equal(r.flags, 0);
    assert_int_equal(r.functions.len, 1);
    assert_int_equal(function_at(&r, 0)->complexity, DEPTH + 1);
    assert_int_equal(function_at(&r, 0)->end_line, DEPTH + 3);
    whet__text_clear(&t);
    run_free(&r);
}

static void long_names_are_cut_between_characters(void **state)
{
    struct whet_text t;
    struct run r;

    (void)state;
    assert_int_equal(run_new(&r), 0);
    whet__text_init(&t, 10000);
    whet__text_puts(&t, "def x");
    for (int i = 0; i < 500; i++)
        whet__text_puts(&t, "\xC3\xA9");
    whet__text_puts(&t, "():\n    pass\n");
    assert_int_equal(analyse(&r, &whet__grammar_python, whet__text_str(&t), t.len), 0);
    assert_int_equal(r.functions.len, 1);
    assert_int_equal(strlen(function_at(&r, 0)->name), 255);
    whet__text_clear(&t);
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_functions),
        cmocka_unit_test(survives_failed_allocations),
        cmocka_unit_test(hostile_inputs_come_back),
        cmocka_unit_test(too_much_is_stopped),
        cmocka_unit_test(deep_chains_are_counted),
        cmocka_unit_test(long_names_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
