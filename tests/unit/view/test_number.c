/* view/number.h and view/axis.h: what people read, in any locale. */
#include "../harness.h"

#include <locale.h>
#include <math.h>

#include "base/text.h"
#include "view/axis.h"
#include "view/number.h"

static void assert_value(enum whet_unit unit, double value, const char *want)
{
    struct whet_text out;

    whet__text_init(&out, 100);
    whet__number_value(&out, unit, value);
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

static void writes_values(void **state)
{
    (void)state;
    assert_value(WHET_UNIT_COUNT, 0, "0");
    assert_value(WHET_UNIT_COUNT, 999.4, "999");
    assert_value(WHET_UNIT_COUNT, 1234567.8, "1,234,568");
    assert_value(WHET_UNIT_COUNT, -1234, "-1,234");
    assert_value(WHET_UNIT_COUNT, 12.5, "12.5");
    assert_value(WHET_UNIT_DURATION, 0, "0 ns");
    assert_value(WHET_UNIT_DURATION, 0.35, "0.350 ns");
    assert_value(WHET_UNIT_DURATION, 0.2344, "0.234 ns");
    assert_value(WHET_UNIT_DURATION, 0.01234, "0.0123 ns");
    assert_value(WHET_UNIT_DURATION, 0.9996, "1.00 ns");
    assert_value(WHET_UNIT_DURATION, 12345678, "12.3 ms");
    assert_value(WHET_UNIT_DURATION, 999999, "1.00 ms");
    assert_value(WHET_UNIT_DURATION, 125e9, "2 min 05 s");
    assert_value(WHET_UNIT_DURATION, -2.5e9, "-2.50 s");
    assert_value(WHET_UNIT_SIZE, 512, "512 B");
    assert_value(WHET_UNIT_SIZE, 1000, "1,000 B");
    assert_value(WHET_UNIT_SIZE, 1023.9, "1.00 KiB");
    assert_value(WHET_UNIT_SIZE, 4608, "4.50 KiB");
    assert_value(WHET_UNIT_SIZE, 3e9, "2.79 GiB");
    assert_value(WHET_UNIT_PERCENT, 0.05, "5.0%");
    assert_value(WHET_UNIT_PERCENT, 0.0012, "0.12%");
    assert_value(WHET_UNIT_PERCENT, 1.92, "192%");
    assert_value(WHET_UNIT_PERCENT, 0.997, "99.7%");
    assert_value(WHET_UNIT_FACTOR, 39.84, "39.8\xC3\x97");
    assert_value(WHET_UNIT_FACTOR, NAN, "-");
    assert_value(WHET_UNIT_SIZE, INFINITY, "-");
    assert_value(WHET_UNIT_RATE, 12.5, "12.5 /s");
    assert_value(WHET_UNIT_RATE, 3.4e6, "3.40 M/s");
    assert_value(WHET_UNIT_RATE, NAN, "-");
    assert_value(WHET_UNIT_SIZE_RATE, 1.2 * 1073741824, "1.20 GiB/s");
    assert_value(WHET_UNIT_SIZE_RATE, 512, "512 B/s");
}

static void assert_pair(void (*put)(struct whet_text *, enum whet_unit, double, double),
                        enum whet_unit unit, double a, double b, const char *want)
{
    struct whet_text out;

    whet__text_init(&out, 100);
    put(&out, unit, a, b);
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

static void writes_ranges(void **state)
{
    (void)state;
    assert_pair(whet__number_range, WHET_UNIT_FACTOR, 38.2, 41.4, "38.2 to 41.4\xC3\x97");
    assert_pair(whet__number_range, WHET_UNIT_DURATION, 980e3, 1.02e6,
                "980 \xC2\xB5s to 1.02 ms");
    assert_pair(whet__number_range, WHET_UNIT_COUNT, 900, 12000, "900 to 12,000");
}

static void writes_plus_minus(void **state)
{
    (void)state;
    assert_pair(whet__number_plus_minus, WHET_UNIT_DURATION, 1.52e9, 0.04e9,
                "1.52 s \xC2\xB1 0.04");
    assert_pair(whet__number_plus_minus, WHET_UNIT_DURATION, 802e6, 21e6, "802 ms \xC2\xB1 21");
    assert_pair(whet__number_plus_minus, WHET_UNIT_DURATION, 802e6, 0.4e6,
                "802.0 ms \xC2\xB1 0.4");
    assert_pair(whet__number_plus_minus, WHET_UNIT_COUNT, 323456, 1200,
                "323,456 \xC2\xB1 1200");
    assert_pair(whet__number_plus_minus, WHET_UNIT_FACTOR, 1.9, 0,
                "1.90\xC3\x97 \xC2\xB1 0.00");
    assert_pair(whet__number_plus_minus, WHET_UNIT_DURATION, 0.234, 0.0021,
                "0.234 ns \xC2\xB1 0.002");
    assert_pair(whet__number_plus_minus, WHET_UNIT_FACTOR, 1.9, NAN, "1.90\xC3\x97");
}

static void assert_interval(double value, double low, double high, const char *want)
{
    struct whet_text out;

    whet__text_init(&out, 100);
    whet__number_interval(&out, WHET_UNIT_DURATION, value, low, high);
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

/* One number for both sides only where it is true of both. */
static void writes_intervals(void **state)
{
    (void)state;
    assert_interval(802e6, 781e6, 823e6, "802 ms \xC2\xB1 21");
    assert_interval(802e6, 800e6, 806e6, "802 ms \xC2\xB1 3");
    assert_interval(732e3, 410e3, 3.1e6, "410 \xC2\xB5s to 3.10 ms");
    assert_interval(732e3, 0.1e3, 1464e3, "732 \xC2\xB5s \xC2\xB1 732");
    assert_interval(0, 0, 1.194e6, "0 ns to 1.19 ms");
    assert_interval(1.52e9, 1.52e9, 1.52e9, "1.52 s");
    assert_interval(1.52e9, NAN, NAN, "1.52 s");
    assert_interval(NAN, 1, 2, "-");
}

/* Only meaningful where such a locale is installed; harmless elsewhere. */
static void ignores_the_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8");
    assert_value(WHET_UNIT_DURATION, 1500, "1.50 \xC2\xB5s");
    setlocale(LC_ALL, "C");
}

static void assert_axis(enum whet_unit unit, int is_log, double low, double high,
                        const char *want)
{
    struct whet_axis axis;
    struct whet_text out;

    whet__axis_init(&axis, unit, is_log, low, high, 5);
    whet__text_init(&out, 1000);
    for (size_t i = 0; i < axis.tick_count; i++) {
        whet__text_puts(&out, i > 0 ? " | " : "");
        whet__axis_label(&out, &axis, i);
    }
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

static void likes_round_ticks(void **state)
{
    (void)state;
    assert_axis(WHET_UNIT_COUNT, 0, 0, 2080, "0 | 500 | 1,000 | 1,500 | 2,000");
    assert_axis(WHET_UNIT_COUNT, 0, 0, 3e6, "0 | 0.5M | 1M | 1.5M | 2M | 2.5M | 3M");
    assert_axis(WHET_UNIT_COUNT, 0, 0, 3, "0 | 1 | 2 | 3");
    assert_axis(WHET_UNIT_DURATION, 0, 1.44e9, 1.6e9, "1.45 s | 1.5 s | 1.55 s | 1.6 s");
    assert_axis(WHET_UNIT_PERCENT, 0, -0.05, 0.1, "-5% | 0 | 5% | 10%");
    assert_axis(WHET_UNIT_FACTOR, 0, 0, 0,
                "0 | 0.2\xC3\x97 | 0.4\xC3\x97 | 0.6\xC3\x97 | "
                "0.8\xC3\x97 | 1\xC3\x97");
    assert_axis(WHET_UNIT_SIZE, 1, 1, 1048576, "1 B | 32 B | 1 KiB | 32 KiB | 1 MiB");
    assert_axis(WHET_UNIT_DURATION, 1, 1, 1e9, "1 ns | 1 \xC2\xB5s | 1 ms | 1 s");
    assert_axis(WHET_UNIT_DURATION, 1, 30e6, 2e9,
                "50 ms | 100 ms | 200 ms | 500 ms | 1 s | 2 s");
    assert_axis(WHET_UNIT_COUNT, 1, 1, 8, "1 | 2 | 4 | 8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_values),      cmocka_unit_test(writes_ranges),
        cmocka_unit_test(writes_plus_minus),  cmocka_unit_test(writes_intervals),
        cmocka_unit_test(ignores_the_locale), cmocka_unit_test(likes_round_ticks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
