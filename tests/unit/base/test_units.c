/* <whet/units.h>: what people write, what they write wrong, and there and back. */
#include "../harness.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

#include "base/random.h"

#define S UINT64_C(1000000000)

static void reads_durations(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } cases[] = {
        {"250ms", 250000000},
        {"1.5s", 3 * S / 2},
        {"2m", 120 * S},
        {"2min", 120 * S},
        {"1h30m", 5400 * S},
        {"90", 90 * S},
        {"0", 0},
        {".5", S / 2},
        {"5.", 5 * S},
        {" 1 d 2 h ", 26 * 3600 * S},
        {"3us", 3000},
        {"3 \xc2\xb5s", 3000},
        {"3\xce\xbcs", 3000},
        {"1NS", 1},
        {"0.4ns", 0},
        {"0.5ns", 1},
        {"1.0000000005s", S + 1},
        {"1s 1ms 1us 1ns", S + 1001001},
        {"0.1234567890123456789999s", 123456789},
        {"18446744073709551615ns", UINT64_MAX},
        {"213503d", UINT64_C(213503) * 86400 * S},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t ns = 1;

        assert_int_equal(whet_duration_parse(cases[i].text, &ns, NULL), 0);
        assert_int_equal(ns, cases[i].ns);
    }
}

static void reads_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"64K", 65536},
        {"500MB", 500000000},
        {"2GiB", UINT64_C(2) << 30},
        {"1.5M", 3 << 19},
        {"4096", 4096},
        {"10 b", 10},
        {"1kb", 1000},
        {"1kib", 1024},
        {"512Mi", 512 << 20},
        {"1T", UINT64_C(1) << 40},
        {"1TB", UINT64_C(1000000000000)},
        {"1PiB", UINT64_C(1) << 50},
        {"15E", UINT64_C(15) << 60},
        {"0.5", 1},
        {"0.4999", 0},
        {"18446744073709551615", UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t bytes = 1;

        assert_int_equal(whet_size_parse(cases[i].text, &bytes, NULL), 0);
        assert_int_equal(bytes, cases[i].bytes);
    }
}

static void reads_percentages(void **state)
{
    static const struct {
        const char *text;
        double ratio;
    } cases[] = {
        {"5%", 0.05},      {"0.05", 0.05},
        {"12.5 %", 0.125}, {"100%", 1},
        {"0", 0},          {"0.999", 0.999},
        {"0.1%", 0.001},   {"33.333333333333336%", 0.33333333333333},
        {"0.30", 0.30},    {"0.00000000000000001", 1e-17},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double ratio = -1;

        assert_int_equal(whet_percent_parse(cases[i].text, 1, &ratio, NULL), 0);
        if (fabs(ratio - cases[i].ratio) > 1e-13 || (i != 7 && ratio != cases[i].ratio))
            fail_msg("%s gave %.17g", cases[i].text, ratio);
    }
}

static void names_what_it_cannot_read(void **state)
{
    static const struct {
        char kind;
        const char *text;
        int code;
        const char *message;
    } cases[] = {
        {'d', "", -EINVAL, "not a duration: ''"},
        {'d', "soon", -EINVAL, "not a duration: 'soon': write a number with ns"},
        {'d', "5 parsecs", -EINVAL, "not a duration: '5 parsecs'"},
        {'d', "5 6ms", -EINVAL, "not a duration: '5 6ms'"},
        {'d', "1h30", -EINVAL, "not a duration"},
        {'d', "30m1h", -EINVAL, "not a duration"},
        {'d', "1s1s", -EINVAL, "not a duration"},
        {'d', "1e3", -EINVAL, "not a duration"},
        {'d', "1,5s", -EINVAL, "not a duration"},
        {'d', ".s", -EINVAL, "not a duration"},
        {'d', "+5s", -EINVAL, "not a duration"},
        {'d', "-5s", -ERANGE, "duration is negative: '-5s'"},
        {'d', "213504d", -ERANGE, "duration is too large: '213504d'"},
        {'d', "18446744073709551616ns", -ERANGE, "duration is too large"},
        {'d', "18446744073s 999ms", -ERANGE, "duration is too large"},
        {'s', "", -EINVAL, "not a size: ''"},
        {'s', "K", -EINVAL, "not a size: 'K': write a number with K"},
        {'s', "5 kg", -EINVAL, "not a size"},
        {'s', "5X", -EINVAL, "not a size"},
        {'s', "5kibi", -EINVAL, "not a size"},
        {'s', "5k b", -EINVAL, "not a size"},
        {'s', "1e3", -EINVAL, "not a size"},
        {'s', "-1K", -ERANGE, "size is negative: '-1K'"},
        {'s', "16E", -ERANGE, "size is too large: '16E'"},
        {'s', "99999999999999999999", -ERANGE, "size is too large"},
        {'p', "", -EINVAL, "not a percentage: ''"},
        {'p', "1", -EINVAL, "percentage without %: '1': write 1% or 100%"},
        {'p', "10", -EINVAL, "percentage without %: '10': write it as 10%"},
        {'p', "1.5", -EINVAL, "percentage without %: '1.5': write it as 1.5%"},
        {'p', "99999999999999999999", -EINVAL, "percentage without %"},
        {'p', "five", -EINVAL, "not a percentage: 'five': write a number with %"},
        {'p', "5%%", -EINVAL, "not a percentage"},
        {'p', "-1%", -ERANGE, "percentage is negative: '-1%'"},
        {'p', "101%", -ERANGE, "percentage is too large: '101%': at most 100% is possible"},
        {'p', "99999999999999999999%", -ERANGE, "percentage is too large"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_error err;
        uint64_t value = 77;
        double ratio = 77;
        int rc;

        if (cases[i].kind == 'd')
            rc = whet_duration_parse(cases[i].text, &value, &err);
        else if (cases[i].kind == 's')
            rc = whet_size_parse(cases[i].text, &value, &err);
        else
            rc = whet_percent_parse(cases[i].text, 1, &ratio, &err);
        assert_int_equal(rc, cases[i].code);
        assert_int_equal(err.code, cases[i].code);
        if (strstr(err.text, cases[i].message) != err.text)
            fail_msg("'%s' gave: %s", cases[i].text, err.text);
        assert_true(value == 77 && ratio == 77);
    }
}

static void cuts_a_long_subject(void **state)
{
    struct whet_error err;
    char text[300];
    uint64_t ns;

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(whet_duration_parse(text, &ns, &err), -EINVAL);
    assert_non_null(strstr(err.text, "xxx...': write"));
}

static void writes_durations(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0 ns"},
        {999, "999 ns"},
        {1000, "1.00 us"},
        {12345, "12.3 us"},
        {999499, "999 us"},
        {999500, "1.00 ms"},
        {12300000, "12.3 ms"},
        {999949999, "1.00 s"},
        {4560000000, "4.56 s"},
        {9995000000, "10.0 s"},
        {59949999999, "59.9 s"},
        {59950000000, "1 min 00 s"},
        {125 * S, "2 min 05 s"},
        {3599 * S, "59 min 59 s"},
        {3600 * S - 1, "1 h 00 min"},
        {3720 * S, "1 h 02 min"},
        {47 * 3600 * S, "47 h 00 min"},
        {48 * 3600 * S - 1, "2 d 00 h"},
        {76 * 3600 * S, "3 d 04 h"},
        {UINT64_MAX, "213504 d 00 h"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[24];

        assert_string_equal(whet_duration_format(cases[i].ns, text, sizeof(text)),
                            cases[i].text);
    }
}

static void writes_sizes(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {512, "512 B"},
        {1023, "1023 B"},
        {1024, "1.00 KiB"},
        {12595, "12.3 KiB"},
        {1012 << 20, "1012 MiB"},
        {(1 << 20) - 1, "1.00 MiB"},
        {4896262717, "4.56 GiB"},
        {UINT64_MAX, "16.0 EiB"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[16];

        assert_string_equal(whet_size_format(cases[i].bytes, text, sizeof(text)),
                            cases[i].text);
    }
}

static void writes_percentages(void **state)
{
    static const struct {
        double ratio;
        const char *text;
    } cases[] = {
        {0, "0%"},
        {0.05, "5.0%"},
        {0.0012, "0.12%"},
        {1, "100%"},
        {-0.031, "-3.1%"},
        {0.00999, "1.0%"},
        {0.9994, "99.9%"},
        {0.9996, "100%"},
        {12.345, "1234%"},
        {-0.00001, "0.00%"},
        {-0.002, "-0.20%"},
        {1e10, "1000000000000%"},
        {1e12, ">1e12%"},
        {-1e300, "<-1e12%"},
        {(double)NAN, "n/a"},
        {(double)INFINITY, ">1e12%"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[16];

        assert_string_equal(whet_percent_format(cases[i].ratio, text, sizeof(text)),
                            cases[i].text);
    }
}

static void always_ends_the_text(void **state)
{
    char text[4] = "xxx";

    (void)state;
    assert_string_equal(whet_duration_format(12300000, text, sizeof(text)), "12.");
    assert_string_equal(whet_size_format(2048, text, sizeof(text)), "2.0");
    assert_string_equal(whet_percent_format(0.123, text, sizeof(text)), "12.");
}

static uint64_t random_magnitude(struct whet_random *r)
{
    return whet__random_next(r) >> whet__random_below(r, 64);
}

/* Reading what was written gives the value back, to half of the last digit. */
static void comes_back_after_writing(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 11);
    for (int i = 0; i < 100000; i++) {
        uint64_t value = random_magnitude(&r) / 2, back;
        double tolerance = 0.005001;
        char text[24];

        assert_int_equal(
            whet_size_parse(whet_size_format(value, text, sizeof(text)), &back, NULL), 0);
        assert_true(fabs((double)back - (double)value) <= tolerance * (double)value);
        /* "1 d 00 h" has no more than an hour's grain in 48. */
        tolerance = value >= 60 * S ? 0.0105 : 0.005001;
        assert_int_equal(
            whet_duration_parse(whet_duration_format(value, text, sizeof(text)), &back, NULL),
            0);
        assert_true(fabs((double)back - (double)value) <= tolerance * (double)value);
    }
}

/* Exact figures come back exactly, in any unit. */
static void integers_are_exact(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 13);
    for (int i = 0; i < 100000; i++) {
        uint64_t value = random_magnitude(&r), back;
        char text[64];

        snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64 "s", value / S, value % S);
        assert_int_equal(whet_duration_parse(text, &back, NULL), 0);
        assert_int_equal(back, value);
        snprintf(text, sizeof(text), "%" PRIu64 "B", value);
        assert_int_equal(whet_size_parse(text, &back, NULL), 0);
        assert_int_equal(back, value);
    }
}

/* A percentage is the same double as the compiler's, and the C library's. */
static void percentages_are_exact(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 17);
    for (int i = 0; i < 100000; i++) {
        unsigned whole = (unsigned)whet__random_below(&r, 1000);
        unsigned part = (unsigned)whet__random_below(&r, 1000000);
        char text[32], percent[32], plain[32];
        double ratio;

        snprintf(percent, sizeof(percent), "%u.%06u%%", whole, part);
        snprintf(plain, sizeof(plain), "%u.%06ue-2", whole, part);
        assert_int_equal(whet_percent_parse(percent, 10, &ratio, NULL), 0);
        assert_true(ratio == strtod(plain, NULL));
        snprintf(text, sizeof(text), "0.%06u", part);
        assert_int_equal(whet_percent_parse(text, 1, &ratio, NULL), 0);
        assert_true(ratio == strtod(text, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_durations),      cmocka_unit_test(reads_sizes),
        cmocka_unit_test(reads_percentages),    cmocka_unit_test(names_what_it_cannot_read),
        cmocka_unit_test(cuts_a_long_subject),  cmocka_unit_test(writes_durations),
        cmocka_unit_test(writes_sizes),         cmocka_unit_test(writes_percentages),
        cmocka_unit_test(always_ends_the_text), cmocka_unit_test(comes_back_after_writing),
        cmocka_unit_test(integers_are_exact),   cmocka_unit_test(percentages_are_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
