/* Each form of a report: golden files of a realistic one and of an awkward one, which
 * check_forms.py reads too; finding forms; files; no memory. WHET_BLESS=1 rewrites them. */
#include "../view/golden.h"
#include "made_report.h"

#include <fcntl.h>
#include <unistd.h>

#include "export/export.h"
#include "os/file.h"

#define FORM_MAX_BYTES ((size_t)16 << 20)

/* An arm of the awkward report: `n` runs of `wall`. */
static int awkward_arm(struct whet_result *r, const char *name, size_t n, double wall)
{
    struct whet_result_param params[] = {{"z\"quote", "1,5"}, {"a", "line\nbreak"}};
    struct whet_result_arm *arm,
        like = {.name = name, .command = name, .params = params, .param_count = 2};
    double v[WHET_RESULT_METRICS_MAX];
    int rc = whet__result_add_arm(r, &like, &arm);

    made_values_clear(r, v);
    v[WHET_METRIC_WALL] = wall;
    for (size_t i = WHET_METRIC_IDS; i < r->metric_count; i++)
        v[i] = 7;
    for (unsigned i = 0; rc == 0 && i < n; i++) {
        struct whet_result_sample s = {.round = i};

        rc = whet__result_add_sample(r, arm, &s, v);
    }
    return rc;
}

struct awkward {
    struct whet_report report;
    struct whet_result *result;
};

static void awkward_clear(struct awkward *a)
{
    whet__vec_clear(&a->report.outcomes);
    whet__result_free(a->result);
    memset(a, 0, sizeof(*a));
}

/* Counters with names that forms use themselves, or cannot tell apart. */
static int awkward_counters(struct whet_result *r)
{
    static const char *const names[] = {
        "items_per_second", "iterations", "latency", "a_b", "a-b", "say \"x\", y"};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
        const struct whet_metric m = {names[i], names[i], WHET_UNIT_COUNT,
                                      i % 2 == 0 ? WHET_METRIC_LOWER : WHET_METRIC_HIGHER};
        size_t at;

        rc = whet__result_add_metric(r, &m, &at);
    }
    return rc;
}

static int awkward_build(struct awkward *a)
{
    static const struct {
        const char *name;
        size_t runs;
        double wall;
    } arms[] = {
        {"one run", 1, 5e6},
        {"no run", 0, 0},
        {"not a number", 3, NAN},
        {"for ever", 3, INFINITY},
        {"nothing", 3, 0},
        {"huge", 3, 1e300},
        {"wrong \xFF", 2, 1e6},
        {"wrong \xFE", 2, 1e6}, /* the same, once it is UTF-8 */
        {"gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD", 2, 1e6},
        {"a \"b\" 'c' <d> & \\e, f", 2, 1e6},
        {"two\nlines\ttab \x01 bell\x07", 2, 1e6},
        {"../..", 2, 1e6},
        {"..", 2, 1e6},
    };
    struct whet_outcome *o;
    int rc;

    memset(a, 0, sizeof(*a));
    a->report.title = "whet bench";
    a->report.command = "whet bench";
    whet__vec_init(&a->report.outcomes, sizeof(struct whet_outcome), 16);
    rc = made_result(&a->result, "", 0);
    if (rc == 0)
        rc = awkward_counters(a->result);
    for (size_t i = 0; rc == 0 && i < sizeof(arms) / sizeof(arms[0]); i++)
        rc = awkward_arm(a->result, arms[i].name, arms[i].runs, arms[i].wall);
    o = rc == 0 ? whet__vec_push(&a->report.outcomes) : NULL;
    if (o == NULL) {
        awkward_clear(a);
        return -ENOMEM;
    }
    o->name = "";
    o->result = a->result;
    return 0;
}

/* All files below a folder that criterion has written, in a fixed order. */
static void folder_gather(struct whet_text *out, const char *folder,
                          const char *const *directories)
{
    static const char *const names[] = {"new/benchmark.json", "new/estimates.json",
                                        "new/sample.json", "new/tukey.json",
                                        "change/estimates.json"};

    for (; *directories != NULL; directories++) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            char path[600];

            snprintf(path, sizeof(path), "%s/%s/%s", folder, *directories, names[i]);
            if (i == 4 && access(path, F_OK) != 0)
                continue;
            whet__text_printf(out, "%s/%s\t", *directories, names[i]);
            assert_int_equal(whet__file_read(AT_FDCWD, path, FORM_MAX_BYTES, out), 0);
            whet__text_putc(out, '\n');
        }
    }
}

static void folder_golden(const struct whet_report *report, const char *name,
                          const char *const *directories)
{
    const struct whet_export *form = whet__export_find("criterion", NULL);
    struct whet_text temp, folder, all;
    struct whet_error err;

    whet__text_init(&temp, 4096);
    whet__text_init(&folder, 4096);
    whet__text_init(&all, FORM_MAX_BYTES);
    assert_int_equal(whet__file_make_temp_dir(&temp), 0);
    whet__text_printf(&folder, "%s/not/there/yet", whet__text_str(&temp));
    assert_int_equal(whet__export_write(form, whet__text_str(&folder), report, NULL, &err), 0);
    folder_gather(&all, whet__text_str(&folder), directories);
    /* Again into the same folder: the same. */
    assert_int_equal(whet__export_write(form, whet__text_str(&folder), report, NULL, &err), 0);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&temp)), 0);
    whet__text_clear(&temp);
    whet__text_clear(&folder);
    golden_check(&all, name);
}

static const struct whet_export *const *machine_forms(size_t *count)
{
    static const char *const names[] = {"bmf",
                                        "csv",
                                        "github-action-benchmark",
                                        "github-action-benchmark-bigger",
                                        "google-benchmark",
                                        "hyperfine",
                                        "junit"};
    static const struct whet_export *forms[sizeof(names) / sizeof(names[0])];

    *count = sizeof(names) / sizeof(names[0]);
    for (size_t i = 0; i < *count; i++) {
        forms[i] = whet__export_find(names[i], NULL);
        assert_non_null(forms[i]);
    }
    return forms;
}

static void golden_forms(const struct whet_report *report, const char *prefix)
{
    static const struct whet_export_options options;
    size_t count;
    const struct whet_export *const *forms = machine_forms(&count);

    for (size_t i = 0; i < count; i++) {
        struct whet_text text;
        char name[128];

        whet__text_init(&text, FORM_MAX_BYTES);
        assert_int_equal(forms[i]->put(&text, report, &options), 0);
        snprintf(name, sizeof(name), "../export/%s.%s", prefix, forms[i]->name);
        golden_check(&text, name);
    }
}

static void a_realistic_report(void **state)
{
    static const char *const directories[] = {"search/old",
                                              "search/copy",
                                              "search/two jobs",
                                              "search/new",
                                              "search/noisy",
                                              "search/slower",
                                              "search/broken _quote_ _&_",
                                              "search/flaky",
                                              "sort/sort_64",
                                              "sort/sort_512",
                                              "sort/sort_4096",
                                              "sort/sort_32768",
                                              NULL};
    struct made_report made;

    (void)state;
    assert_int_equal(made_report_build(&made), 0);
    golden_forms(&made.report, "report");
    folder_golden(&made.report, "../export/report.criterion", directories);
    made_report_clear(&made);
}

static void an_awkward_report(void **state)
{
    static const char *const directories[] = {"whet/one run",
                                              "whet/nothing",
                                              "whet/huge",
                                              "whet/wrong \xEF\xBF\xBD",
                                              "whet/wrong \xEF\xBF\xBD (2)",
                                              "whet/gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD",
                                              "whet/a _b_ 'c' _d_ & _e, f",
                                              "whet/two_lines_tab _ bell_",
                                              "whet/.._..",
                                              "whet/_",
                                              NULL};
    struct awkward a;

    (void)state;
    assert_int_equal(awkward_build(&a), 0);
    golden_forms(&a.report, "awkward");
    folder_golden(&a.report, "../export/awkward.criterion", directories);
    awkward_clear(&a);
}

static void an_empty_report(void **state)
{
    struct whet_report empty = {.title = "", .command = ""};

    (void)state;
    whet__vec_init(&empty.outcomes, sizeof(struct whet_outcome), 1);
    golden_forms(&empty, "empty");
}

static void forms_are_sorted_and_found(void **state)
{
    struct whet_error err;

    (void)state;
    for (size_t i = 0; i < whet__export_count(); i++) {
        const struct whet_export *form = whet__export_at(i);

        assert_true(i == 0 || strcmp(whet__export_at(i - 1)->name, form->name) < 0);
        assert_ptr_equal(whet__export_find(form->name, &err), form);
        assert_true((form->put != NULL) != (form->write != NULL));
        assert_true(form->summary[0] != '\0' && strlen(form->summary) < 60);
    }
    assert_null(whet__export_at(whet__export_count()));
    assert_null(whet__export_find("hyperfin", &err));
    assert_non_null(strstr(err.text, "did you mean 'hyperfine'"));
    assert_null(whet__export_find("zzzzzzzzzzzz", &err));
    assert_non_null(strstr(err.text, "bmf, criterion, csv"));
    assert_string_equal(whet__export_of_file("a.csv", &err)->name, "csv");
    assert_string_equal(whet__export_of_file("x/a.bmf.json", &err)->name, "bmf");
    assert_string_equal(whet__export_of_file("x/a.hyperfine.json", &err)->name, "hyperfine");
    assert_string_equal(whet__export_of_file("x/a.json", &err)->name, "json");
    assert_null(whet__export_of_file(".csv", &err));
    assert_null(whet__export_of_file("a.exe", &err));
    assert_non_null(strstr(err.text, "'a.exe'"));
}

static void files_are_whole_or_not_there(void **state)
{
    const struct whet_export *form = whet__export_find("csv", NULL);
    struct whet_text temp, path, file, text;
    static const struct whet_export_options options;
    struct made_report made;
    struct whet_error err;

    (void)state;
    assert_int_equal(made_report_build(&made), 0);
    whet__text_init(&temp, 4096);
    whet__text_init(&path, 4096);
    whet__text_init(&file, FORM_MAX_BYTES);
    whet__text_init(&text, FORM_MAX_BYTES);
    assert_int_equal(whet__file_make_temp_dir(&temp), 0);
    whet__text_printf(&path, "%s/gone/a.csv", whet__text_str(&temp));
    assert_int_equal(
        whet__export_write(form, whet__text_str(&path), &made.report, &options, &err), -ENOENT);
    assert_non_null(strstr(err.text, "gone/a.csv"));
    whet__text_reset(&path);
    whet__text_printf(&path, "%s/a.csv", whet__text_str(&temp));
    assert_int_equal(
        whet__export_write(form, whet__text_str(&path), &made.report, &options, &err), 0);
    assert_int_equal(whet__file_read(AT_FDCWD, whet__text_str(&path), FORM_MAX_BYTES, &file),
                     0);
    assert_int_equal(form->put(&text, &made.report, &options), 0);
    assert_string_equal(whet__text_str(&file), whet__text_str(&text));
    assert_int_equal(whet__file_remove_tree(whet__text_str(&temp)), 0);
    whet__text_clear(&temp);
    whet__text_clear(&path);
    whet__text_clear(&file);
    whet__text_clear(&text);
    made_report_clear(&made);
}

static void no_memory_for_a_text(void **state)
{
    static const struct whet_export_options options;
    size_t count;
    const struct whet_export *const *forms = machine_forms(&count);
    struct made_report made;

    (void)state;
    assert_int_equal(made_report_build(&made), 0);
    for (size_t i = 0; i < count; i++) {
        EACH_ALLOCATION_FAILS
        {
            struct whet_text text;
            int rc;

            whet__text_init(&text, FORM_MAX_BYTES);
            rc = forms[i]->put(&text, &made.report, &options);
            assert_int_equal(rc, whet__mem_fail_pending() ? 0 : -ENOMEM);
            whet__text_clear(&text);
        }
    }
    made_report_clear(&made);
}

static void no_memory_for_a_folder(void **state)
{
    const struct whet_export *form = whet__export_find("criterion", NULL);
    struct whet_text temp;
    struct awkward a;

    (void)state;
    assert_int_equal(awkward_build(&a), 0);
    whet__text_init(&temp, 4096);
    assert_int_equal(whet__file_make_temp_dir(&temp), 0);
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err;
        int rc = whet__export_write(form, whet__text_str(&temp), &a.report, NULL, &err);

        assert_int_equal(rc, whet__mem_fail_pending() ? 0 : -ENOMEM);
    }
    assert_int_equal(whet__file_remove_tree(whet__text_str(&temp)), 0);
    whet__text_clear(&temp);
    awkward_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_realistic_report),
        cmocka_unit_test(an_awkward_report),
        cmocka_unit_test(an_empty_report),
        cmocka_unit_test(forms_are_sorted_and_found),
        cmocka_unit_test(files_are_whole_or_not_there),
        cmocka_unit_test(no_memory_for_a_text),
        cmocka_unit_test(no_memory_for_a_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
