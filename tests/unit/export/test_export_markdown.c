/* export/markdown.c: a job's summary, in goldens under tests/data/export. */
#include "shown_report.h"

#include "export/forms.h"

static void check_golden(struct made_report *m, int verbose, const char *name)
{
    struct whet_text out;

    shown_put(&out, &whet__export_markdown, m,
              &(struct whet_export_options){.verbose = verbose});
    golden_check(&out, name);
}

static void writes_summaries(void **state)
{
    struct made_report m;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    check_golden(&m, 0, "check.md");
    shown_as_bench(&m, 1);
    check_golden(&m, 1, "bench.md");
    made_report_clear(&m);
}

static void writes_what_went_wrong(void **state)
{
    struct made_report m;

    (void)state;
    shown_disturbed(&m);
    check_golden(&m, 0, "disturbed.md");
    made_report_clear(&m);
    shown_runs(&m, 4, 1);
    check_golden(&m, 0, "all-failed.md");
    made_report_clear(&m);
    shown_begin(&m);
    check_golden(&m, 2, "no-arms.md");
    m.report.outcomes.len = 0;
    check_golden(&m, 2, "empty.md");
    m.report.outcomes.len = 1;
    made_report_clear(&m);
}

/* Every row of a table has as many cells as its head, whatever a name holds. */
static void keeps_odd_names_in_their_cells(void **state)
{
    struct made_report m;
    struct whet_text out;
    size_t rows = 0, columns = 0;

    (void)state;
    shown_odd_names(&m);
    shown_put(&out, &whet__export_markdown, &m, NULL);
    for (const char *line = whet__text_str(&out); line != NULL; line = strchr(line, '\n')) {
        size_t bars = 0;

        line += line[0] == '\n';
        if (line[0] != '|')
            continue;
        for (const char *c = line; *c != '\0' && *c != '\n'; c++)
            bars += *c == '|' && (c == line || c[-1] != '\\');
        columns = rows++ == 0 ? bars : columns;
        assert_int_equal(bars, columns);
    }
    assert_int_equal(rows, 2 + 5);
    assert_null(strstr(whet__text_str(&out), "\xE2\x80\xAE"));
    assert_null(strstr(whet__text_str(&out), " <b>"));
    whet__text_clear(&out);
    made_report_clear(&m);
}

static void survives_without_memory(void **state)
{
    struct made_report m;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    shown_each_allocation_fails(&whet__export_markdown, &m,
                                &(struct whet_export_options){.verbose = 0});
    made_report_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_summaries),
        cmocka_unit_test(writes_what_went_wrong),
        cmocka_unit_test(keeps_odd_names_in_their_cells),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
