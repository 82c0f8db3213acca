/* run/declares.h: patterns filled from rows of inputs, and those that are refused. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "run/declares.h"

struct fixture {
    struct whet_vec inputs, outputs;
    struct whet_arena arena;
    struct whet_declares d;
    struct whet_error err;
};

static void push(struct whet_vec *list, const char *text)
{
    const char **slot = whet__vec_push(list);

    assert_non_null(slot);
    *slot = text;
}

static void setup(struct fixture *f, const char *input, const char *output)
{
    memset(f, 0, sizeof(*f));
    whet__vec_init(&f->inputs, sizeof(const char *), 8);
    whet__vec_init(&f->outputs, sizeof(const char *), 8);
    whet__arena_init(&f->arena, 1 << 20);
    if (input != NULL)
        push(&f->inputs, input);
    if (output != NULL)
        push(&f->outputs, output);
}

static void clear(struct fixture *f)
{
    whet__vec_clear(&f->inputs);
    whet__vec_clear(&f->outputs);
    whet__arena_clear(&f->arena);
}

static int init(struct fixture *f, const char *depfile, size_t lists)
{
    return whet__declares_init(&f->d, &f->inputs, &f->outputs, depfile, lists, &f->err);
}

static void test_each_row_fills_its_own(void **state)
{
    const char *const row[] = {"src/a.c", "x86", NULL};
    struct whet_run_job job = {.number = 1};
    struct fixture f;

    (void)state;
    setup(&f, "{1}", "out/{2}/{1/.}.o");
    push(&f.inputs, "inc/**/*.h");
    assert_int_equal(init(&f, "out/{2}/{1/.}.d", 2), 0);
    assert_int_equal(whet__declares_fill(&f.d, (const char *const *const[]){row}, 1, 1, 1,
                                         &f.arena, &job, &f.err),
                     0);
    assert_string_equal(job.inputs[0], "src/a.c");
    assert_string_equal(job.inputs[1], "inc/**/*.h");
    assert_null(job.inputs[2]);
    assert_string_equal(job.outputs[0], "out/x86/a.o");
    assert_null(job.outputs[1]);
    assert_string_equal(job.depfile, "out/x86/a.d");
    whet__declares_clear(&f.d);
    clear(&f);
}

/* In a pattern the wildcards of a value stand for themselves; a depfile is a plain name. */
static void test_wildcards_of_a_value_are_plain(void **state)
{
    const char *const row[] = {"a[1]*?\\.c", NULL};
    struct whet_run_job job = {.number = 1};
    struct fixture f;

    (void)state;
    setup(&f, "{}", "{.}.*");
    assert_int_equal(init(&f, "{.}.d", 1), 0);
    assert_int_equal(whet__declares_fill(&f.d, (const char *const *const[]){row}, 1, 1, 1,
                                         &f.arena, &job, &f.err),
                     0);
    assert_string_equal(job.inputs[0], "a\\[1]\\*\\?\\\\.c");
    assert_string_equal(job.outputs[0], "a\\[1]\\*\\?\\\\.*");
    assert_string_equal(job.depfile, "a[1]*?\\.d");
    whet__declares_clear(&f.d);
    clear(&f);
}

static void test_what_is_not_said_is_left_alone(void **state)
{
    const char *const outputs[] = {"made", NULL};
    struct whet_run_job job = {.outputs = outputs, .depfile = "deps"};
    struct fixture f;

    (void)state;
    setup(&f, "read", NULL);
    assert_int_equal(init(&f, NULL, 0), 0);
    assert_int_equal(whet__declares_fill(&f.d, (const char *const *const[]){NULL}, 1, 0, 0,
                                         &f.arena, &job, &f.err),
                     0);
    assert_string_equal(job.inputs[0], "read");
    assert_ptr_equal(job.outputs, outputs);
    assert_string_equal(job.depfile, "deps");
    whet__declares_clear(&f.d);
    clear(&f);
}

static void refused(const char *input, const char *depfile, size_t lists, const char *text)
{
    struct fixture f;

    setup(&f, input, NULL);
    assert_int_equal(init(&f, depfile, lists), -EINVAL);
    assert_string_equal(f.err.text, text);
    clear(&f);
}

static void test_faults_name_the_option(void **state)
{
    (void)state;
    refused("", NULL, 0, "wrong value for --input: '': a name is expected");
    refused("{.}.h", NULL, 0,
            "wrong value for --input: '{.}.h': there are no inputs: give ::: INPUT...");
    refused("{}", "{3}.d", 2,
            "wrong value for --depfile: '{3}.d': no such list of inputs: '{3}': there are 2");
}

static void test_no_memory(void **state)
{
    const char *const row[] = {"a", NULL};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_run_job job = {.number = 1};
        struct fixture f;
        int rc;

        setup(&f, NULL, NULL);
        rc = whet__declares_init(&f.d, NULL, NULL, "{}.d", 1, &f.err);
        if (rc == 0) {
            rc = whet__declares_fill(&f.d, (const char *const *const[]){row}, 1, 1, 1, &f.arena,
                                     &job, &f.err);
            whet__declares_clear(&f.d);
        }
        assert_true(rc == 0 || rc == -ENOMEM);
        clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_fills_its_own),
        cmocka_unit_test(test_wildcards_of_a_value_are_plain),
        cmocka_unit_test(test_what_is_not_said_is_left_alone),
        cmocka_unit_test(test_faults_name_the_option),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
