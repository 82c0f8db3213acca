/* view/width.h: what is shown, how wide it is, and cutting without harm. */
#include "../harness.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "view/width.h"

#define E_ACUTE  "e\xCC\x81"                                    /* e and a combining acute */
#define ZHONG    "\xE4\xB8\xAD"                                 /* two columns */
#define GRIN     "\xF0\x9F\x98\x80"                             /* two columns */
#define FAMILY   "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9" /* man, joiner, woman */
#define HEART    "\xE2\x9D\xA4\xEF\xB8\x8F"                     /* heart, emoji form */
#define ELLIPSIS "\xE2\x80\xA6"

static size_t width(const char *text)
{
    return whet__width(text, strlen(text), 0);
}

static void assert_shown(const char *text, unsigned flags, const char *want)
{
    struct whet_text out;

    whet__text_init(&out, 1000);
    whet__width_put(&out, text, strlen(text), flags);
    assert_string_equal(whet__text_str(&out), want);
    assert_int_equal(whet__width(text, strlen(text), flags),
                     whet__width(want, strlen(want), 0));
    whet__text_clear(&out);
}

static void assert_fit(const char *text, size_t columns, unsigned flags, const char *want)
{
    struct whet_text out;
    size_t taken;

    whet__text_init(&out, 1000);
    taken = whet__width_fit(&out, text, strlen(text), columns, flags);
    assert_string_equal(whet__text_str(&out), want);
    assert_int_equal(taken, width(want));
    whet__text_clear(&out);
}

static void counts_columns(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("plain"), 5);
    assert_int_equal(width(E_ACUTE), 1);
    assert_int_equal(width(ZHONG ZHONG), 4);
    assert_int_equal(width(GRIN), 2);
    assert_int_equal(width(FAMILY), 4); /* plain terminals draw both */
    assert_int_equal(width(HEART), 2);
}

static void shows_what_could_do_harm(void **state)
{
    (void)state;
    assert_shown("a\nb\tc\r", 0, "a\\nb\\tc\\r");
    assert_shown("\x1B[31mred\x7F", 0, "\\x1B[31mred\\x7F");
    assert_shown("\xC2\x9B"
                 "2J",
                 0, "\\u009B2J");
    assert_shown("\xE2\x80\xAE"
                 "gpj.exe",
                 0, "\\u202Egpj.exe");
    assert_shown("\xE2\x80\x8B\xEF\xBB\xBF", 0, "\\u200B\\uFEFF");
    assert_shown("\xF4\x8F\xBF\xBF", 0, "\\U0010FFFF");
    assert_shown("C:\\dir", 0, "C:\\dir");
}

static void shows_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    assert_shown("\xFF"
                 "a\xC3",
                 0, "\\xFFa\\xC3");
    assert_shown("\xC0\xAF", 0, "\\xC0\\xAF");          /* overlong */
    assert_shown("\xED\xA0\x80", 0, "\\xED\\xA0\\x80"); /* surrogate */
    assert_shown("\xE4\xB8", 0, "\\xE4\\xB8");          /* cut off */
    assert_shown("\xF5\x80\x80\x80", 0, "\\xF5\\x80\\x80\\x80");
}

static void knows_plain_forms(void **state)
{
    (void)state;
    assert_shown("2 \xC2\xB1 1 \xC2\xB5s", WHET_WIDTH_ASCII, "2 +/- 1 us");
    assert_shown(ZHONG, WHET_WIDTH_ASCII, "\\u4E2D");
}

static void cuts_at_the_end(void **state)
{
    (void)state;
    assert_fit("plain", 5, 0, "plain");
    assert_fit("plain", 4, 0, "pla" ELLIPSIS);
    assert_fit("plain", 1, 0, ELLIPSIS);
    assert_fit("plain", 0, 0, "");
    assert_fit("plain text", 5, WHET_WIDTH_ASCII, "pl...");
    assert_fit("plain", 2, WHET_WIDTH_ASCII, "..");
    assert_fit(ZHONG ZHONG ZHONG, 4, 0, ZHONG ELLIPSIS);
    assert_fit(E_ACUTE E_ACUTE "x", 2, 0, E_ACUTE ELLIPSIS);
    assert_fit("a" FAMILY "b", 5, 0, "a" ELLIPSIS); /* a joined character goes whole */
    assert_fit("\nabc", 2, 0, ELLIPSIS);
}

static void cuts_at_the_start(void **state)
{
    (void)state;
    assert_fit("src/view/width.c", 9, WHET_WIDTH_START, ELLIPSIS "/width.c");
    assert_fit("a" ZHONG ZHONG, 4, WHET_WIDTH_START, ELLIPSIS ZHONG);
    assert_fit("xx" E_ACUTE, 2, WHET_WIDTH_START, ELLIPSIS E_ACUTE);
    assert_fit("xxx" FAMILY, 4, WHET_WIDTH_START, ELLIPSIS);
}

/* Any bytes, any width: never wider than asked, and safe. */
static void never_exceeds_the_width(void **state)
{
    struct whet_random r;
    struct whet_text out;

    (void)state;
    whet__random_init(&r, 7);
    whet__text_init(&out, 10000);
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t len = (size_t)whet__random_below(&r, sizeof(text));
        size_t columns = (size_t)whet__random_below(&r, 40);
        unsigned flags = (unsigned)whet__random_below(&r, 4);
        size_t taken;

        for (size_t i = 0; i < len; i++)
            text[i] = (char)(whet__random_below(&r, 3) ? whet__random_below(&r, 256)
                                                       : 0xE0 + whet__random_below(&r, 17));
        whet__text_reset(&out);
        taken = whet__width_fit(&out, text, len, columns, flags);
        assert_true(taken <= columns);
        assert_true(whet__width(whet__text_str(&out), out.len, 0) <= taken);
        for (size_t i = 0; i < out.len; i++)
            assert_true((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7F);
    }
    whet__text_clear(&out);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_text out;

        whet__text_init(&out, 1000);
        for (int i = 0; i < 20; i++)
            whet__width_fit(&out, "a path/with \n parts", 19, 12, 0);
        whet__text_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_columns),
        cmocka_unit_test(shows_what_could_do_harm),
        cmocka_unit_test(shows_bytes_that_are_not_utf8),
        cmocka_unit_test(knows_plain_forms),
        cmocka_unit_test(cuts_at_the_end),
        cmocka_unit_test(cuts_at_the_start),
        cmocka_unit_test(never_exceeds_the_width),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
