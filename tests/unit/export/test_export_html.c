/* export/html.c: the page as a golden, and what must hold for every page: tags that match,
 * ids that are unique, nothing from elsewhere. */
#include "shown_report.h"

#include "export/forms.h"

#define DEPTH_MAX 64

/* Tags open and close in order; those closed by "/>" and the doctype stand alone. */
static void assert_well_formed(const char *page)
{
    char open[DEPTH_MAX][24];
    size_t depth = 0;

    for (const char *at = strchr(page, '<'); at != NULL; at = strchr(at + 1, '<')) {
        const char *end = strchr(at, '>');
        int closes = at[1] == '/';
        size_t len = strcspn(at + 1 + closes, " />\n");

        assert_non_null(end);
        if (at[1] == '!' || end[-1] == '/')
            continue;
        assert_true(len > 0 && len < sizeof(open[0]));
        if (!closes) {
            assert_true(depth < DEPTH_MAX);
            snprintf(open[depth++], sizeof(open[0]), "%.*s", (int)len, at + 1);
            continue;
        }
        assert_true(depth > 0);
        depth--;
        assert_int_equal(strlen(open[depth]), len);
        assert_memory_equal(open[depth], at + 2, len);
    }
    assert_int_equal(depth, 0);
}

static void assert_ids_unique(const char *page)
{
    for (const char *at = strstr(page, " id=\""); at != NULL; at = strstr(at + 1, " id=\"")) {
        char id[80];

        snprintf(id, sizeof(id), "%.*s", (int)(strchr(at + 5, '"') + 1 - at), at);
        assert_null(strstr(at + 1, id));
    }
}

static void assert_sound(const struct made_report *m)
{
    struct whet_text out;
    const char *page;

    shown_put(&out, &whet__export_html, m, &(struct whet_export_options){.verbose = 2});
    page = whet__text_str(&out);
    assert_well_formed(page);
    assert_ids_unique(page);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "href="));
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "\xE2\x80\xAE"));
    assert_null(strstr(page, "<b>"));
    assert_null(strstr(page, ">nan"));
    assert_null(strstr(page, "\"nan"));
    whet__text_clear(&out);
}

static void writes_a_page(void **state)
{
    struct made_report m;
    struct whet_text out;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    shown_put(&out, &whet__export_html, &m, NULL);
    golden_check(&out, "check.html");
    assert_sound(&m);
    shown_as_bench(&m, 1);
    assert_sound(&m);
    made_report_clear(&m);
}

static void takes_what_went_wrong(void **state)
{
    struct made_report m;

    (void)state;
    shown_disturbed(&m);
    assert_sound(&m);
    made_report_clear(&m);
    shown_runs(&m, 1, 0);
    assert_sound(&m);
    made_report_clear(&m);
    shown_runs(&m, 4, 1);
    assert_sound(&m);
    made_report_clear(&m);
    shown_odd_names(&m);
    assert_sound(&m);
    made_report_clear(&m);
}

static void takes_nothing(void **state)
{
    struct made_report m;

    (void)state;
    shown_begin(&m);
    assert_sound(&m);
    m.report.outcomes.len = 0;
    assert_sound(&m);
    m.report.outcomes.len = 1;
    made_report_clear(&m);
}

/* More than a plot takes: the first are drawn, the table has all. */
static void takes_many_arms(void **state)
{
    struct made_report m;
    struct whet_text out;

    (void)state;
    shown_begin(&m);
    for (unsigned i = 0; i < 100; i++) {
        char name[64];

        snprintf(name, sizeof(name), "command %u", i);
        shown_arm(&m, name, 1e6 * (1 + i), i + 1);
    }
    assert_sound(&m);
    shown_put(&out, &whet__export_html, &m, NULL);
    assert_non_null(strstr(whet__text_str(&out), "The first 32 of 100"));
    assert_non_null(strstr(whet__text_str(&out), ">command 99<"));
    whet__text_clear(&out);
    made_report_clear(&m);
}

/* Numbers that no axis takes are left to the tables. */
static void takes_values_that_cannot_be_drawn(void **state)
{
    struct made_report m;
    struct whet_text out;

    (void)state;
    shown_begin(&m);
    shown_arm(&m, "far", 1e30, 1);
    shown_put(&out, &whet__export_html, &m, NULL);
    assert_non_null(strstr(whet__text_str(&out), "cannot be drawn"));
    assert_well_formed(whet__text_str(&out));
    whet__text_clear(&out);
    made_report_clear(&m);
}

static void survives_without_memory(void **state)
{
    struct made_report m;

    (void)state;
    shown_disturbed(&m);
    shown_each_allocation_fails(&whet__export_html, &m, NULL);
    made_report_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_page),
        cmocka_unit_test(takes_what_went_wrong),
        cmocka_unit_test(takes_nothing),
        cmocka_unit_test(takes_many_arms),
        cmocka_unit_test(takes_values_that_cannot_be_drawn),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
