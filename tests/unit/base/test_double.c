/* base/double.h: shortest digits, against the C library read back digit by digit. */
#include "../harness.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"
#include "base/random.h"

static void check(double value, const char *expected)
{
    char text[WHET_DOUBLE_SIZE];

    assert_int_equal(whet__double_format(value, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void writes_what_people_write(void **state)
{
    (void)state;
    check(0, "0");
    check(-0.0, "-0.0");
    check(1, "1");
    check(-12.5, "-12.5");
    check(0.1, "0.1");
    check(0.1 + 0.2, "0.30000000000000004");
    check(100, "100");
    check(1e5, "100000");
    check(1e16, "10000000000000000");
    check(1e17, "1e17");
    check(0.00001, "0.00001");
    check(0.000001, "1e-6");
    check(1e22, "1e22");
    check(1.7976931348623157e308, "1.7976931348623157e308");
    check(5e-324, "5e-324");
    check(2.2250738585072014e-308, "2.2250738585072014e-308");
    check(9007199254740993.0, "9007199254740992");
    check(123456789.125, "123456789.125");
    check((double)NAN, "nan");
    check((double)-INFINITY, "-inf");
    check((double)INFINITY, "inf");
}

/* Powers of two have neighbours at unequal distances. */
static void sees_the_short_side_of_a_power_of_two(void **state)
{
    (void)state;
    check(0x1p-44, "5.684341886080802e-14");
    check(0x1p-1074, "5e-324");
    check(0x1p+70, "1.1805916207174113e21");
    check(9.5367431640625e-07, "9.5367431640625e-7");
}

/* How many digits, without zeros at either end. */
static int digit_count(const char *text)
{
    int count = 0, zeros = 0;

    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*text == '0') {
            zeros += count != 0;
            continue;
        }
        count += zeros + 1;
        zeros = 0;
    }
    return count;
}

static double random_double(struct whet_random *r, int kind)
{
    uint64_t bits = whet__random_next(r);
    double value;

    if (kind == 0)
        return (double)whet__random_below(r, 1000000) /
               (double)(1 + whet__random_below(r, 999));
    if (kind == 1)
        return whet__random_ratio(r) * 1e6;
    if (kind == 2)
        bits &= UINT64_C(0x7ff) << 52;
    memcpy(&value, &bits, sizeof(value));
    return isfinite(value) ? value : 0.5;
}

static void reads_back_with_the_fewest_digits(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 7);
    for (int i = 0; i < 200000; i++) {
        double value = random_double(&r, i % 4);
        char text[WHET_DOUBLE_SIZE], shorter[40];
        size_t len = whet__double_format(value, text);

        assert_int_equal(len, strlen(text));
        assert_true(strtod(text, NULL) == value);
        if (digit_count(text) < 2)
            continue;
        snprintf(shorter, sizeof(shorter), "%.*e", digit_count(text) - 2, value);
        assert_true(strtod(shorter, NULL) != value);
    }
}

/* ... the parser, too, and in a locale whose point is a comma, where that is installed. */
static void parses_what_it_writes(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 8);
    setlocale(LC_ALL, "de_DE.UTF-8");
    for (int i = 0; i < 20000; i++) {
        double value = random_double(&r, i % 4), back = NAN;
        char text[WHET_DOUBLE_SIZE];

        whet__double_format(value, text);
        assert_int_equal(whet__double_parse(text, &back), 0);
        assert_true(back == value);
    }
    setlocale(LC_ALL, "C");
}

static void parses_numbers_and_nothing_else(void **state)
{
    const char *const bad[] = {
        "",     "-",     ".5",  "5.",  "1,5",
        " 1",   "1 ",    "0x1", "1e",  "1e+",
        "1e5x", "1.2.3", "nan", "inf", "--1",
        "e5",   "1e5 ",  "++1", "1-2", "12345678901234567890123456789012345678901"};
    double value = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(whet__double_parse(bad[i], &value), -EINVAL);
    assert_int_equal(whet__double_parse("1e999", &value), -ERANGE);
    assert_int_equal(whet__double_parse("1e99999999999", &value), -ERANGE);
    assert_true(value == 7);
    assert_int_equal(whet__double_parse("+2.50e-3", &value), 0);
    assert_true(value == 0.0025);
    assert_int_equal(whet__double_parse("-0012.5", &value), 0);
    assert_true(value == -12.5);
    assert_int_equal(whet__double_parse("1e-999", &value), 0);
    assert_true(value == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_people_write),
        cmocka_unit_test(sees_the_short_side_of_a_power_of_two),
        cmocka_unit_test(reads_back_with_the_fewest_digits),
        cmocka_unit_test(parses_what_it_writes),
        cmocka_unit_test(parses_numbers_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
