/* view/spark.h: histograms of one line. */
#include "../harness.h"

#include "base/text.h"
#include "view/spark.h"

static void assert_spark(const double *values, size_t n, unsigned bins, int ascii,
                         const char *want)
{
    struct whet_spark_scale scale;
    struct whet_text out;

    whet__spark_scale_init(&scale);
    whet__spark_scale_add(&scale, values, n);
    whet__spark_scale_done(&scale);
    whet__text_init(&out, 1000);
    whet__spark_put(&out, &scale, values, n, bins, ascii);
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

static void draws_counts_as_heights(void **state)
{
    static const double values[] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 4, 4, 4};

    (void)state;
    assert_spark(values, 15, 4, 0, "█▂▁▄");
    assert_spark(values, 15, 4, 1, "@:.=");
}

static void shows_gaps_as_blanks(void **state)
{
    static const double values[] = {1, 1, 4, 4};

    (void)state;
    assert_spark(values, 4, 4, 0, "█  █");
}

/* The far value is counted in the last bin instead of flattening all others. */
static void keeps_one_far_value_off_the_scale(void **state)
{
    static const double values[] = {10, 10, 11, 11, 12, 12, 13, 13, 900};

    (void)state;
    assert_spark(values, 9, 4, 1, "***@");
}

static void is_logarithmic_over_a_wide_range(void **state)
{
    static const double values[] = {1, 10, 100, 999};

    (void)state;
    assert_spark(values, 4, 3, 1, "==@");
}

static void takes_equal_and_no_values(void **state)
{
    static const double values[] = {5, 5, 5};

    (void)state;
    assert_spark(values, 3, 5, 1, "  @  ");
    assert_spark(values, 0, 5, 1, "");
    assert_spark(values, 1, 0, 1, "@");
}

/* Two rows on one scale. */
static void compares_on_a_shared_scale(void **state)
{
    static const double low[] = {1, 2}, high[] = {3, 4};
    struct whet_spark_scale scale;
    struct whet_text out;

    (void)state;
    whet__spark_scale_init(&scale);
    whet__spark_scale_add(&scale, low, 2);
    whet__spark_scale_add(&scale, high, 2);
    whet__spark_scale_done(&scale);
    whet__text_init(&out, 1000);
    whet__spark_put(&out, &scale, low, 2, 4, 1);
    whet__text_putc(&out, '|');
    whet__spark_put(&out, &scale, high, 2, 4, 1);
    assert_string_equal(whet__text_str(&out), "@@  |  @@");
    whet__text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_counts_as_heights),
        cmocka_unit_test(shows_gaps_as_blanks),
        cmocka_unit_test(keeps_one_far_value_off_the_scale),
        cmocka_unit_test(is_logarithmic_over_a_wide_range),
        cmocka_unit_test(takes_equal_and_no_values),
        cmocka_unit_test(compares_on_a_shared_scale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
