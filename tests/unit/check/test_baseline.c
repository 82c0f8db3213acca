/* check/baseline.h: what was saved is there again, beside what was saved before; programs
 * come along; and names, files and machines that do not fit are refused in words. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "check/baseline.h"
#include "check/compare_saved.h"

#include "kept_results.h"

static const char *dir(void)
{
    return whet__text_str(&folder);
}

static const char *in_folder(char out[600], const char *name)
{
    snprintf(out, 600, "%s/%s", dir(), name);
    return out;
}

static int exists(const char *name)
{
    char path[600];

    return access(in_folder(path, name), F_OK) == 0;
}

static int save(const char *name, const char *suite, const char *arm, double wall_ns)
{
    struct whet_result *r = kept_result(suite, arm, wall_ns);
    struct whet_report report;
    int rc;

    assert_int_equal(kept_report(&report, &r, 1), 0);
    rc = whet__baseline_save(dir(), name, &report, 0, NULL);
    whet__report_clear(&report);
    whet__result_free(r);
    return rc;
}

static double first_wall(const struct whet_result *r)
{
    return whet__arm_value(r, whet__result_arm(r, 0), 0, WHET_METRIC_WALL);
}

static void saves_and_merges(void **state)
{
    struct whet_baseline *b;
    char path[600];

    (void)state;
    assert_int_equal(save("main", "sort", "a", 100), 0);
    assert_int_equal(save("main", "read", "a", 200), 0);
    assert_int_equal(save("main", "sort", "a", 300), 0);
    assert_int_equal(whet__baseline_load(&b, dir(), "main", NULL), 0);
    assert_int_equal(whet__baseline_count(b), 2);
    assert_string_equal(whet__baseline_at(b, 0)->name, "read");
    assert_true(first_wall(whet__baseline_find(b, "sort")) == 300);
    assert_true(first_wall(whet__baseline_find(b, "read")) == 200);
    assert_null(whet__baseline_find(b, "other"));
    assert_null(whet__baseline_program(b, "sort", "a"));
    whet__baseline_free(b);
    in_folder(path, ".whet/baselines/main.json");
    assert_int_equal(whet__baseline_load(&b, "/nowhere", path, NULL), 0);
    whet__baseline_free(b);
    whet__baseline_free(NULL);
}

/* Saving what was loaded changes nothing in the file. */
static void the_file_is_stable(void **state)
{
    struct whet_text first, second;
    struct whet_result *results[2] = {kept_result("b", "x", 10), kept_result("a", "x", 20)};
    struct whet_report report;
    char path[600];

    (void)state;
    in_folder(path, ".whet/baselines/main.json");
    whet__text_init(&first, 1 << 20);
    whet__text_init(&second, 1 << 20);
    assert_int_equal(kept_report(&report, results, 2), 0);
    assert_int_equal(whet__baseline_save(dir(), "main", &report, 0, NULL), 0);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 1 << 20, &first), 0);
    whet__report_clear(&report);
    assert_int_equal(kept_report(&report, results + 1, 1), 0);
    assert_int_equal(whet__baseline_save(dir(), "main", &report, 0, NULL), 0);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 1 << 20, &second), 0);
    assert_string_equal(whet__text_str(&first), whet__text_str(&second));
    whet__report_clear(&report);
    whet__result_free(results[0]);
    whet__result_free(results[1]);
    whet__text_clear(&first);
    whet__text_clear(&second);
}

static void refuses_names(void **state)
{
    static const char too_long[] = "0123456789012345678901234567890123456789012345678901"
                                   "2345678901234567890123456789012345678901234567890";
    static const char *const names[] = {"",     ".",      ".hidden", "a/b",
                                        "../x", "x.json", "a\nb",    too_long};
    struct whet_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(save(names[i], "s", "a", 1), -EINVAL);
    assert_false(exists(".whet"));
    assert_int_equal(whet__baseline_load(&(struct whet_baseline *){NULL}, dir(), "x", &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "none was saved yet"));
    assert_int_equal(save("one", "s", "a", 1), 0);
    assert_int_equal(save("an", "s", "a", 1), 0);
    assert_int_equal(whet__baseline_load(&(struct whet_baseline *){NULL}, dir(), "x", &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "'x': there are: 'an', 'one'"));
}

static void damage_is_not_written_over(void **state)
{
    struct whet_result *none = NULL;
    struct whet_report report;
    struct whet_error err;
    char path[600];

    (void)state;
    assert_int_equal(save("main", "s", "a", 1), 0);
    in_folder(path, ".whet/baselines/main.json");
    assert_int_equal(whet__file_write(path, "{<<<<", 5, 0), 0);
    assert_int_equal(save("main", "s", "a", 1), -EBADMSG);
    assert_int_equal(kept_report(&report, &none, 0), 0);
    assert_int_equal(whet__baseline_save(dir(), "other", &report, 0, &err), -ENODATA);
    whet__report_clear(&report);
    assert_false(exists(".whet/baselines/other.json"));
    in_folder(path, "file");
    assert_int_equal(whet__file_write(path, "x", 1, 0), 0);
    assert_int_equal(kept_report(&report, &none, 0), 0);
    assert_int_equal(whet__baseline_save(path, "main", &report, 0, &err), -ENOTDIR);
    assert_non_null(strstr(err.text, "cannot make the folder"));
    whet__report_clear(&report);
}

static int save_program(const char *program, const char *hash, struct whet_error *err)
{
    struct whet_result *r;
    struct whet_report report;
    int rc;

    assert_int_equal(whet__result_new(&r, "s"), 0);
    assert_int_equal(kept_arm(r, "a", program, hash, 5), 0);
    assert_int_equal(kept_report(&report, &r, 1), 0);
    rc = whet__baseline_save(dir(), "main", &report, 1, err);
    whet__report_clear(&report);
    whet__result_free(r);
    return rc;
}

static void hash_of(const char *text, char out[33])
{
    struct whet_hash128 hash = whet__hash128(text, strlen(text));

    whet__hash128_format(&hash, out);
}

static void programs_come_along(void **state)
{
    static const char first[] = "#!/bin/sh\nexit 0\n", second[] = "#!/bin/sh\nexit 1\n";
    char program[600], hash[33], kept[100], then[100];
    struct whet_error err = {0};
    struct whet_baseline *b;
    struct stat st;

    (void)state;
    in_folder(program, "tool");
    hash_of(first, hash);
    assert_int_equal(whet__file_write(program, first, strlen(first), 0), 0);
    assert_int_equal(chmod(program, 0750), 0);
    assert_int_equal(save_program(program, hash, &err), 0);
    snprintf(kept, sizeof(kept), ".whet/baselines/main.bin/%s", hash);
    assert_true(exists(kept));
    assert_int_equal(whet__baseline_load(&b, dir(), "main", NULL), 0);
    assert_int_equal(stat(whet__baseline_program(b, "s", "a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
    assert_null(whet__baseline_program(b, "s", "b"));
    whet__baseline_free(b);

    assert_int_equal(whet__file_write(program, second, strlen(second), 0), 0);
    hash_of(second, hash);
    assert_int_equal(save_program(program, hash, &err), 0);
    snprintf(then, sizeof(then), ".whet/baselines/main.bin/%s", hash);
    assert_true(exists(then));
    assert_false(exists(kept)); /* nothing refers to it any more */

    hash_of(first, hash);
    assert_int_equal(save_program(program, hash, &err), -ESTALE);
    assert_non_null(strstr(err.text, "has changed since it was measured"));
    assert_int_equal(whet__file_write(program, "text", 4, 0), 0);
    hash_of("text", hash);
    assert_int_equal(save_program(program, hash, &err), -ENOEXEC);
    assert_int_equal(truncate(program, (off_t)65 << 20), 0);
    assert_int_equal(save_program(program, hash, &err), -EFBIG);
    assert_non_null(strstr(err.text, "more than 64 MiB"));
    assert_int_equal(save("main", "s", "a", 1), 0);
    assert_false(exists(".whet/baselines/main.bin"));
}

static void judges_arms_of_the_same_name(void **state)
{
    struct whet_result *then = kept_result("s", "a", 1e9), *now = kept_result("s", "a", 2e9);
    struct whet_outcome *o;
    struct whet_report report;
    struct whet_error err;

    (void)state;
    assert_int_equal(kept_arm(now, "new", NULL, NULL, 1e9), 0);
    assert_int_equal(kept_report(&report, &now, 1), 0);
    o = whet__vec_at(&report.outcomes, 0);
    assert_int_equal(whet__baseline_judge(o, then, NULL, 0, &err), 0);
    assert_int_equal(o->judgements[0].verdict, WHET_VERDICT_WARN);
    assert_int_equal(o->judgements[0].stored, 1);
    assert_int_equal(o->judgements[1].verdict, WHET_VERDICT_NONE);
    assert_non_null(strstr(o->judgements[1].why, "not measured then"));
    assert_int_equal(whet__baseline_judge(o, then, NULL, 0, &err), -EINVAL);
    whet__mem_free(o->judgements);
    o->judgements = NULL;
    then->machine.cpu_model = "another";
    assert_int_equal(whet__baseline_judge(o, then, NULL, 0, &err), -EXDEV);
    assert_non_null(strstr(err.text, "another CPU model"));
    assert_null(o->judgements);
    assert_int_equal(whet__baseline_judge(o, then, NULL, 1, &err), 0);
    whet__report_clear(&report);
    whet__result_free(then);
    whet__result_free(now);
}

static void compares_what_both_have(void **state)
{
    struct whet_compare_saved *c;
    const struct whet_outcome *o;
    struct whet_error err;

    (void)state;
    assert_int_equal(save("one", "both", "a", 1e9), 0);
    assert_int_equal(save("one", "lone", "old name", 1e9), 0);
    assert_int_equal(save("one", "gone", "a", 1e9), 0);
    assert_int_equal(save("two", "both", "a", 2e9), 0);
    assert_int_equal(save("two", "lone", "new name", 1e9), 0);
    assert_int_equal(save("two", "new", "a", 1e9), 0);
    assert_int_equal(save("three", "unlike", "a", 1e9), 0);
    assert_int_equal(whet__compare_saved_new(&c, dir(), "one", "two", NULL, 0, &err), 0);
    assert_int_equal(whet__compare_saved_report(c)->outcomes.len, 2);
    o = whet__report_at(whet__compare_saved_report(c), 0);
    assert_string_equal(o->name, "both");
    assert_string_equal(o->against, "saved one");
    assert_int_equal(o->judgements[0].verdict, WHET_VERDICT_WARN);
    o = whet__report_at(whet__compare_saved_report(c), 1);
    assert_int_equal(o->judgements[0].verdict, WHET_VERDICT_PASS);
    assert_int_equal(whet__compare_saved_report(c)->verdict, WHET_VERDICT_WARN);
    assert_int_equal(whet__compare_saved_only_count(c), 2);
    assert_string_equal(whet__compare_saved_only(c, 0)->suite, "gone");
    assert_int_equal(whet__compare_saved_only(c, 0)->after, 0);
    assert_string_equal(whet__compare_saved_only(c, 1)->suite, "new");
    whet__compare_saved_free(c);
    assert_int_equal(whet__compare_saved_new(&c, dir(), "one", "three", NULL, 0, &err),
                     -ENODATA);
    assert_int_equal(whet__compare_saved_new(&c, dir(), "one", "no", NULL, 0, &err), -ENOENT);
    whet__compare_saved_free(NULL);
}

static void no_memory(void **state)
{
    struct whet_result *r = kept_result("s", "a", 1e9);
    struct whet_report report;

    (void)state;
    assert_int_equal(save("one", "s", "a", 1e9), 0);
    assert_int_equal(kept_report(&report, &r, 1), 0);
    EACH_ALLOCATION_FAILS
    {
        struct whet_compare_saved *c = NULL;
        int rc = whet__baseline_save(dir(), "two", &report, 0, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            rc = whet__compare_saved_new(&c, dir(), "one", "two", NULL, 0, NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__compare_saved_free(c);
    }
    whet__report_clear(&report);
    whet__result_free(r);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(saves_and_merges),        IN_FOLDER(the_file_is_stable),
        IN_FOLDER(refuses_names),           IN_FOLDER(damage_is_not_written_over),
        IN_FOLDER(programs_come_along),     IN_FOLDER(judges_arms_of_the_same_name),
        IN_FOLDER(compares_what_both_have), IN_FOLDER(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
