/* view/plot.h: golden pictures of usual and of awkward data, all well-formed XML, nothing
 * outside of the picture, and nothing appended on an error. */
#include "golden.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../simulate.h"
#include "view/html.h"
#include "view/plot.h"
#include "view/svg.h"

#define FRAME(name)                                                                            \
    {                                                                                          \
        .id = name, .title = "A <title> & \"more\"", .description = NULL                       \
    }
#define LONG_NAME                                                                              \
    "a name so long that no gutter of any picture could ever hold it whole, with "             \
    "\xE4\xB8\xAD\xE6\x96\x87 and \x1B[31m in it"

static const struct whet_plot_bar bars[] = {
    {"sequential", 1, 0, 0, WHET_ROLE_DIM},
    {"parallel & <b>", 1.9, 1.83, 1.97, WHET_ROLE_PLAIN},
    {LONG_NAME, 12.6, 12.1, 13.1, WHET_ROLE_PLAIN},
    {"cached", 39.8, 38.2, 41.4, WHET_ROLE_GOOD},
};

static const struct whet_plot_bar awkward_bars[] = {
    {"tiny", 1, 0, 0, WHET_ROLE_PLAIN},
    {"huge", 5e9, 4.9e9, 5.2e9, WHET_ROLE_BAD},
    {"negative", -1e9, -1.5e9, -0.5e9, WHET_ROLE_WARN},
    {"", 0, 0, 0, WHET_ROLE_PLAIN},
};

static const double drift[] = {100e6, 101e6, 102e6, 101e6, 104e6, 103e6, 105e6, 140e6};
static const double same[] = {5e3, 5e3, 5e3, 5e3, 5e3};
static const double orders[] = {1, 1e3, 1e6, 1e9};
static const double one[] = {42};
static const double sizes[] = {0, 0, 1, 100, 1000, 5000, 5100, 6000, 70000, 1e6, 4e9};

static const struct whet_plot_sample samples[] = {
    {"drift", drift, NULL, 8, WHET_ROLE_PLAIN},  {"same", same, NULL, 5, WHET_ROLE_PLAIN},
    {LONG_NAME, orders, NULL, 4, WHET_ROLE_BAD}, {"one", one, NULL, 1, WHET_ROLE_GOOD},
    {"none", NULL, NULL, 0, WHET_ROLE_PLAIN},
};

static const struct whet_plot_point growth[] = {
    {1, 1, 0, 0}, {2, 1.9, 1.8, 2.0}, {4, 3.5, 3.2, 3.8}, {8, 3.6, 3.5, 3.7}};
static const struct whet_plot_point ideal[] = {{1, 1, 0, 0}, {8, 8, 0, 0}};
static const struct whet_plot_line lines[] = {
    {"measured", growth, 4, WHET_ROLE_PLAIN},
    {"ideal", ideal, 2, WHET_ROLE_DIM},
    {LONG_NAME, growth, 1, WHET_ROLE_PLAIN},
    {"no points", NULL, 0, WHET_ROLE_PLAIN},
};

static int draw_bars(struct whet_text *out)
{
    const struct whet_plot_bars plot = {.frame = FRAME("bars"),
                                        .axis = "speed-up",
                                        .unit = WHET_UNIT_FACTOR,
                                        .bars = bars,
                                        .count = 4,
                                        .reference = 1,
                                        .reference_label = "no change: a long label at 1"};

    return whet__plot_bars(out, &plot);
}

static int draw_awkward_bars(struct whet_text *out)
{
    const struct whet_plot_bars plot = {.frame = FRAME("awkward"),
                                        .unit = WHET_UNIT_DURATION,
                                        .bars = awkward_bars,
                                        .count = 4};

    return whet__plot_bars(out, &plot);
}

static int draw_runs(struct whet_text *out)
{
    const struct whet_plot_samples plot = {
        .frame = FRAME("runs"), .unit = WHET_UNIT_DURATION, .samples = samples, .count = 5};

    return whet__plot_runs(out, &plot);
}

static int draw_spread(struct whet_text *out)
{
    const struct whet_plot_samples plot = {.frame = FRAME("spread"),
                                           .axis = "time",
                                           .unit = WHET_UNIT_DURATION,
                                           .log = 1,
                                           .samples = samples,
                                           .count = 5};

    return whet__plot_spread(out, &plot);
}

static int draw_relative(struct whet_text *out)
{
    const struct whet_plot_samples plot = {.frame = FRAME("relative"),
                                           .unit = WHET_UNIT_DURATION,
                                           .relative = 1,
                                           .samples = samples,
                                           .count = 2};

    return whet__plot_spread(out, &plot);
}

static int draw_sizes(struct whet_text *out)
{
    const struct whet_plot_histogram plot = {.frame = FRAME("sizes"),
                                             .axis = "size",
                                             .unit = WHET_UNIT_SIZE,
                                             .log = 1,
                                             .values = sizes,
                                             .count = sizeof(sizes) / sizeof(sizes[0])};

    return whet__plot_histogram(out, &plot);
}

static int draw_times(struct whet_text *out)
{
    const struct whet_plot_histogram plot = {
        .frame = FRAME("times"), .unit = WHET_UNIT_DURATION, .values = drift, .count = 8};

    return whet__plot_histogram(out, &plot);
}

static int draw_lines(struct whet_text *out)
{
    const struct whet_plot_lines plot = {.frame = FRAME("lines"),
                                         .x_axis = "jobs",
                                         .y_axis = "speed-up",
                                         .y_unit = WHET_UNIT_FACTOR,
                                         .x_log = 1,
                                         .lines = lines,
                                         .count = 4};

    return whet__plot_lines(out, &plot);
}

static int draw_standalone(struct whet_text *out)
{
    const struct whet_plot_bars plot = {
        .frame = {.id = "alone", .title = "Alone", .standalone = 1}, .bars = bars, .count = 1};

    return whet__plot_bars(out, &plot);
}

static int draw_nothing(struct whet_text *out)
{
    const struct whet_plot_lines plot = {.frame = FRAME("nothing")};

    return whet__plot_lines(out, &plot);
}

static const struct {
    const char *name;
    int (*draw)(struct whet_text *out);
} pictures[] = {
    {"bars.svg", draw_bars},
    {"bars-awkward.svg", draw_awkward_bars},
    {"runs.svg", draw_runs},
    {"spread.svg", draw_spread},
    {"spread-relative.svg", draw_relative},
    {"histogram-log.svg", draw_sizes},
    {"histogram.svg", draw_times},
    {"lines.svg", draw_lines},
    {"standalone.svg", draw_standalone},
    {"nothing.svg", draw_nothing},
};
#define PICTURES (sizeof(pictures) / sizeof(pictures[0]))

static void draws_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < PICTURES; i++) {
        struct whet_text out;

        whet__text_init(&out, GOLDEN_MAX_BYTES);
        assert_int_equal(pictures[i].draw(&out), 0);
        golden_check(&out, pictures[i].name);
    }
}

/* Runs xmllint over one file; 77 when it is not there. */
static int lint(const char *path)
{
    char *argv[] = {(char *)"xmllint", (char *)"--noout", (char *)path, NULL};
    char *envp[] = {NULL};
    int status;
    pid_t pid;

    if (posix_spawn(&pid, "/usr/bin/xmllint", NULL, NULL, argv, envp) != 0)
        return 77;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Every part of a page, with every picture in it. */
static void put_page(struct whet_text *out)
{
    const struct whet_html_page page = {.title = "A <page> & \"more\"",
                                        .lead = "lead",
                                        .eyebrow = "eyebrow",
                                        .footer = "footer \x1B[2J"};
    const struct whet_html_card cards[] = {{"Speed-up", "39.8\xC3\x97", "note", WHET_ROLE_GOOD},
                                           {"Time", "38 ms", NULL, WHET_ROLE_PLAIN}};
    const struct whet_html_fact facts[] = {{"CPU", "<2> cores"}, {"", ""}};

    whet__html_begin(out, &page);
    whet__html_cards(out, cards, 2);
    whet__html_cards(out, cards, 0);
    whet__html_section(out, "what", "What & why");
    for (int role = 0; role < WHET_ROLES; role++)
        whet__html_callout(out, (enum whet_role)role, "Do <this>", "because of \xFF\"that\"");
    whet__html_heading(out, "h");
    whet__html_paragraph(out, "p\nq");
    whet__html_code_block(out, "$ a <b >c && d\n\te\n");
    whet__html_facts(out, facts, 2);
    for (size_t i = 0; i < PICTURES; i++) {
        whet__html_figure(out);
        assert_int_equal(pictures[i].draw(out), 0);
        whet__html_figure_end(out, i % 2 ? "caption" : NULL);
    }
    whet__html_section_end(out);
    whet__html_end(out, &page);
}

static void is_well_formed(void **state)
{
    char path[] = "/tmp/whet-test-plot-XXXXXX";
    int fd = mkstemp(path);
    struct whet_text out;
    int answer;

    (void)state;
    assert_true(fd >= 0);
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    put_page(&out);
    assert_int_equal(whet__text_error(&out), 0);
    assert_int_equal(write(fd, whet__text_str(&out), out.len), (ssize_t)out.len);
    close(fd);
    whet__text_clear(&out);
    answer = lint(path);
    unlink(path);
    if (answer == 77)
        skip();
    assert_int_equal(answer, 0);
}

/* Values of all coordinate attributes of this name, checked against a range. */
static void assert_within(const struct whet_text *out, const char *name, double low,
                          double high)
{
    const char *at = whet__text_str(out);

    while ((at = strstr(at, name)) != NULL) {
        double value = strtod(at + strlen(name), NULL);

        if (value < low || value > high)
            fail_msg("%s%g is outside of %g to %g", name, value, low, high);
        at++;
    }
}

static void assert_inside(const struct whet_text *out)
{
    static const char *const across[] = {" x=\"", " x1=\"", " x2=\"", " cx=\""};
    static const char *const down[] = {" y=\"", " y1=\"", " y2=\"", " cy=\""};
    const char *box = strstr(whet__text_str(out), "viewBox=\"0 0 720 ");
    double height;

    assert_non_null(box);
    height = strtod(box + strlen("viewBox=\"0 0 720 "), NULL);
    for (size_t i = 0; i < 4; i++) {
        assert_within(out, across[i], 0, WHET_SVG_WIDTH);
        assert_within(out, down[i], 0, height);
    }
    assert_null(strstr(whet__text_str(out), "nan"));
    assert_null(strstr(whet__text_str(out), "inf"));
}

static void stays_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < PICTURES; i++) {
        struct whet_text out;

        whet__text_init(&out, GOLDEN_MAX_BYTES);
        assert_int_equal(pictures[i].draw(&out), 0);
        assert_inside(&out);
        whet__text_clear(&out);
    }
}

/* Numbers of any size and sign, few of them or many, some the same. */
static size_t random_values(struct whet_random *r, double *values, size_t max, int is_positive)
{
    size_t count = (size_t)whet__random_below(r, max + 1);
    double size = pow(10, whet__random_ratio(r) * 34 - 12);

    for (size_t i = 0; i < count; i++) {
        values[i] = size * (whet__random_below(r, 3) ? whet__random_ratio(r) + 0.01 : 1);
        if (whet__random_below(r, 4) == 0)
            values[i] *= pow(10, -9 * whet__random_ratio(r));
        if (!is_positive && whet__random_below(r, 4) == 0)
            values[i] = -values[i];
        if (!is_positive && whet__random_below(r, 8) == 0)
            values[i] = 0;
    }
    return count;
}

static void check_samples(struct whet_text *out, struct whet_random *r)
{
    double values[3][40];
    struct whet_plot_sample three[3];
    int is_log = (int)whet__random_below(r, 2);
    struct whet_plot_samples plot = {.frame = FRAME("r"),
                                     .axis = "axis",
                                     .unit = (enum whet_unit)whet__random_below(r, 5),
                                     .log = is_log,
                                     .samples = three,
                                     .count = 3};

    for (size_t i = 0; i < 3; i++) {
        size_t count = random_values(r, values[i], 40, is_log);

        three[i] = (struct whet_plot_sample){"name", values[i], NULL, count, WHET_ROLE_PLAIN};
    }
    whet__text_reset(out);
    assert_int_equal(whet__plot_spread(out, &plot), 0);
    assert_inside(out);
    whet__text_reset(out);
    assert_int_equal(whet__plot_runs(out, &plot), 0);
    assert_inside(out);
}

static void check_others(struct whet_text *out, struct whet_random *r)
{
    double values[40];
    struct whet_plot_bar some[40] = {0};
    struct whet_plot_point points[40] = {0};
    struct whet_plot_line line = {.name = "line", .points = points};
    struct whet_plot_histogram histogram = {.frame = FRAME("r"), .values = values};
    struct whet_plot_bars bar_plot = {.frame = FRAME("r"), .bars = some};
    struct whet_plot_lines line_plot = {.frame = FRAME("r"), .lines = &line, .count = 1};

    bar_plot.unit = line_plot.y_unit = histogram.unit =
        (enum whet_unit)whet__random_below(r, 5);
    line_plot.y_log = line_plot.x_log = histogram.log = (int)whet__random_below(r, 2);
    histogram.count = line.count = bar_plot.count = random_values(r, values, 40, 1);
    for (size_t i = 0; i < bar_plot.count; i++) {
        some[i] = (struct whet_plot_bar){"bar", values[i], values[i] / 2, values[i] * 2, 0};
        points[i] = (struct whet_plot_point){(double)(i + 1) * 1e3, values[i], 0, 0};
    }
    whet__text_reset(out);
    assert_int_equal(whet__plot_bars(out, &bar_plot), 0);
    assert_inside(out);
    whet__text_reset(out);
    assert_int_equal(whet__plot_lines(out, &line_plot), 0);
    assert_inside(out);
    whet__text_reset(out);
    assert_int_equal(whet__plot_histogram(out, &histogram), 0);
    assert_inside(out);
}

static void takes_any_numbers(void **state)
{
    struct whet_random r;
    struct whet_text out;

    (void)state;
    whet__random_init(&r, 11);
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    for (int round = 0; round < 400; round++) {
        check_samples(&out, &r);
        check_others(&out, &r);
    }
    whet__text_clear(&out);
}

static void refuses_what_is_no_number(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e30};
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    whet__text_puts(&out, "before");
    for (size_t i = 0; i < 4; i++) {
        struct whet_plot_bar bar = {"bar", bad[i], 0, 0, WHET_ROLE_PLAIN};
        struct whet_plot_sample sample = {"sample", &bad[i], NULL, 1, WHET_ROLE_PLAIN};
        struct whet_plot_point point = {1, bad[i], 0, 0};
        struct whet_plot_line line = {"line", &point, 1, WHET_ROLE_PLAIN};
        struct whet_plot_bars b = {.frame = FRAME("b"), .bars = &bar, .count = 1};
        struct whet_plot_samples s = {.frame = FRAME("s"), .samples = &sample, .count = 1};
        struct whet_plot_histogram h = {.frame = FRAME("h"), .values = &bad[i], .count = 1};
        struct whet_plot_lines l = {.frame = FRAME("l"), .lines = &line, .count = 1};

        assert_int_equal(whet__plot_bars(&out, &b), -EINVAL);
        assert_int_equal(whet__plot_runs(&out, &s), -EINVAL);
        assert_int_equal(whet__plot_spread(&out, &s), -EINVAL);
        assert_int_equal(whet__plot_histogram(&out, &h), -EINVAL);
        assert_int_equal(whet__plot_lines(&out, &l), -EINVAL);
    }
    assert_string_equal(whet__text_str(&out), "before");
    assert_int_equal(whet__text_error(&out), 0);
    whet__text_clear(&out);
}

static void refuses_what_makes_no_sense(void **state)
{
    static const double zeros[] = {0, 0, 0};
    const struct whet_plot_bar upside_down = {"bar", 2, 3, 1, WHET_ROLE_PLAIN};
    const struct whet_plot_sample zero = {"zero", zeros, NULL, 3, WHET_ROLE_PLAIN};
    const struct whet_plot_point back[] = {{2, 1, 0, 0}, {1, 1, 0, 0}};
    const struct whet_plot_line line = {"back", back, 2, WHET_ROLE_PLAIN};
    struct whet_plot_bars b = {.frame = FRAME("b"), .bars = &upside_down, .count = 1};
    struct whet_plot_samples s = {
        .frame = FRAME("s"), .samples = &zero, .count = 1, .relative = 1};
    struct whet_plot_lines l = {.frame = FRAME("l"), .lines = &line, .count = 1};
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    assert_int_equal(whet__plot_bars(&out, &b), -EINVAL);
    assert_int_equal(whet__plot_spread(&out, &s), -EINVAL);
    s.relative = 0;
    s.log = 1;
    assert_int_equal(whet__plot_spread(&out, &s), -EINVAL);
    assert_int_equal(whet__plot_lines(&out, &l), -EINVAL);
    b.count = WHET_PLOT_MAX_ITEMS + 1;
    assert_int_equal(whet__plot_bars(&out, &b), -EINVAL);
    assert_int_equal(out.len, 0);
    assert_int_equal(whet__text_error(&out), 0);
    whet__text_clear(&out);
}

static void bounds_many_points(void **state)
{
    static double values[100000];
    const struct whet_plot_sample sample = {"many", values, NULL, 100000, WHET_ROLE_PLAIN};
    const struct whet_plot_samples plot = {
        .frame = FRAME("many"), .samples = &sample, .count = 1};
    struct whet_random r;
    struct whet_text out;

    (void)state;
    whet__random_init(&r, 5);
    for (size_t i = 0; i < 100000; i++)
        values[i] = 1000 + normal_draw(&r);
    whet__text_init(&out, (size_t)256 << 10);
    assert_int_equal(whet__plot_runs(&out, &plot), 0);
    assert_int_equal(whet__plot_spread(&out, &plot), 0);
    whet__text_clear(&out);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    for (size_t i = 0; i < PICTURES; i++)
        EACH_ALLOCATION_FAILS
        {
            struct whet_text out;
            int err;

            whet__text_init(&out, GOLDEN_MAX_BYTES);
            err = pictures[i].draw(&out);
            assert_true(err == 0 || err == -ENOMEM);
            assert_int_equal(err != 0, out.len == 0);
            whet__text_clear(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_the_same),
        cmocka_unit_test(is_well_formed),
        cmocka_unit_test(stays_inside),
        cmocka_unit_test(takes_any_numbers),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(bounds_many_points),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
