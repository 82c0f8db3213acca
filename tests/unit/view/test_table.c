/* view/table.h: golden renderings, and the promise that it always fits. */
#include "golden.h"

#include <errno.h>

#include "view/table.h"
#include "view/width.h"

static const struct whet_table_column tune_columns[] = {
    {.heading = "configuration", .priority = 9, .min_width = 20, .shrinks = 1},
    {.heading = "time", .align = WHET_ALIGN_RIGHT, .priority = 8},
    {.heading = "speed-up", .align = WHET_ALIGN_RIGHT, .priority = 9},
    {.heading = "files/s", .align = WHET_ALIGN_RIGHT, .priority = 6},
    {.heading = "peak memory", .align = WHET_ALIGN_RIGHT, .priority = 5},
    {.heading = "CPU", .align = WHET_ALIGN_RIGHT, .priority = 4},
    {.heading = "hit rate", .align = WHET_ALIGN_RIGHT, .priority = 3},
    {.heading = "errors", .align = WHET_ALIGN_RIGHT, .priority = 2},
};
#define TUNE_COLUMNS (sizeof(tune_columns) / sizeof(tune_columns[0]))

static const char *const tune_rows[][TUNE_COLUMNS] = {
    {"sequential", "1.52 s ± 0.04", "1.00×", "8,120", "24.1 MiB", "99%", "-", "0"},
    {"parallel, 2 jobs", "802 ms ± 21", "1.90× ± 0.07", "15,400", "31.0 MiB", "192%", "-", "0"},
    {"parallel, 4 jobs, in chunks of 64 files", "811 ms ± 35", "1.87× ± 0.10", "15,200",
     "38.4 MiB", "195%", "-", "0"},
    {"缓存 cached by content", "121 ms ± 3", "12.6× ± 0.5", "102,000", "29.9 MiB", "140%",
     "100%", "0"},
    {"cached by stat", "38.2 ms ± 1.1", "39.8× ± 1.6", "323,000", "27.2 MiB", "121%", "100%",
     "0"},
};

static void fill_tune(struct whet_table *t)
{
    whet__table_init(t, tune_columns, TUNE_COLUMNS);
    for (size_t r = 0; r < sizeof(tune_rows) / sizeof(tune_rows[0]); r++) {
        whet__table_row(t);
        for (size_t c = 0; c < TUNE_COLUMNS; c++)
            whet__table_cell(t, r == 4 && c == 2 ? WHET_ROLE_GOOD : WHET_ROLE_PLAIN,
                             tune_rows[r][c]);
    }
}

static const struct whet_table_column scan_columns[] = {
    {.heading = "language", .priority = 9},
    {.heading = "files", .align = WHET_ALIGN_RIGHT, .priority = 8},
    {.heading = "code", .align = WHET_ALIGN_RIGHT, .priority = 8},
    {.heading = "path", .priority = 1, .shrinks = 1, .cut_start = 1},
};

static void fill_scan(struct whet_table *t)
{
    whet__table_init(t, scan_columns, 4);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_ACCENT, "C");
    whet__table_count(t, WHET_ROLE_PLAIN, 1234567);
    whet__table_value(t, WHET_ROLE_PLAIN, WHET_UNIT_SIZE, 4608);
    whet__table_cell(t, WHET_ROLE_DIM, "src/\x1B[2J|<b>/evil\n.c");
    whet__table_rule(t);
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, "Python");
    whet__table_total_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, "total");
    whet__table_printf(t, WHET_ROLE_PLAIN, "%d", 42);
    assert_int_equal(whet__table_error(t), 0);
}

/* Both tables, at one style. */
static void render(struct whet_text *out, struct whet_table_style style)
{
    struct whet_table t;

    fill_tune(&t);
    whet__table_put_text(out, &t, &style);
    whet__table_clear(&t);
    whet__text_putc(out, '\n');
    fill_scan(&t);
    whet__table_put_text(out, &t, &style);
    whet__table_clear(&t);
}

static void renders_text(void **state)
{
    static const struct {
        const char *name;
        struct whet_table_style style;
    } cases[] = {
        {"table-unlimited.txt", {0}},
        {"table-80.txt", {.width = 80}},
        {"table-40.txt", {.width = 40, .indent = 2}},
        {"table-20.txt", {.width = 20}},
        {"table-ascii.txt", {.width = 100, .ascii = 1}},
        {"table-colour.txt", {.width = 100, .colour = 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_text out;

        whet__text_init(&out, GOLDEN_MAX_BYTES);
        render(&out, cases[i].style);
        golden_check(&out, cases[i].name);
    }
}

static void renders_markup(void **state)
{
    struct whet_table t;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    fill_scan(&t);
    whet__table_put_markdown(&out, &t);
    golden_check(&out, "table.md");
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    whet__table_put_html(&out, &t, "Lines & languages");
    golden_check(&out, "table.html");
    whet__table_clear(&t);
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    fill_tune(&t);
    whet__table_put_html(&out, &t, NULL);
    golden_check(&out, "table-intervals.html");
    whet__table_clear(&t);
}

static void assert_lines_fit(const struct whet_text *out, size_t columns)
{
    const char *line = whet__text_str(out);

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        assert_true(whet__width(line, len, 0) <= columns);
        assert_true(len == 0 || line[len - 1] != ' ');
        line += len + 1;
    }
}

static void always_fits(void **state)
{
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    for (size_t columns = 1; columns <= 200; columns++)
        for (int ascii = 0; ascii < 2; ascii++) {
            whet__text_reset(&out);
            render(&out,
                   (struct whet_table_style){.width = columns, .indent = 2, .ascii = ascii});
            assert_int_equal(whet__text_error(&out), 0);
            assert_lines_fit(&out, columns);
        }
    whet__text_clear(&out);
}

static void refuses_misuse(void **state)
{
    struct whet_table t;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1000);
    whet__table_init(&t, scan_columns, 0);
    assert_int_equal(whet__table_error(&t), -EINVAL);
    whet__table_clear(&t);
    whet__table_init(&t, scan_columns, 1);
    whet__table_cell(&t, WHET_ROLE_PLAIN, "before any row");
    assert_int_equal(whet__table_error(&t), -EINVAL);
    whet__table_clear(&t);
    whet__table_init(&t, scan_columns, 1);
    whet__table_row(&t);
    whet__table_cell(&t, WHET_ROLE_PLAIN, "fits");
    assert_int_equal(whet__table_error(&t), 0);
    whet__table_cell(&t, WHET_ROLE_PLAIN, "past the last column");
    assert_int_equal(whet__table_error(&t), -EINVAL);
    whet__table_put_text(&out, &t, NULL);
    assert_int_equal(whet__text_error(&out), -EINVAL);
    assert_int_equal(out.len, 0);
    whet__table_clear(&t);
    whet__text_clear(&out);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_table t;
        struct whet_text out;

        whet__text_init(&out, GOLDEN_MAX_BYTES);
        fill_tune(&t);
        whet__table_put_text(&out, &t, NULL);
        whet__table_put_markdown(&out, &t);
        whet__table_put_html(&out, &t, NULL);
        if (whet__table_error(&t) != 0)
            assert_int_equal(whet__text_error(&out), whet__table_error(&t));
        whet__table_clear(&t);
        whet__text_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders_text),
        cmocka_unit_test(renders_markup),
        cmocka_unit_test(always_fits),
        cmocka_unit_test(refuses_misuse),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
