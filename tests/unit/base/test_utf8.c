/* base/utf8.h: every code point, and the wrong sequences of the Unicode standard. */
#include "../harness.h"

#include <string.h>

#include "base/utf8.h"

static size_t encode(uint32_t code, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[len] | code);
    return len;
}

static void reads_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code++) {
        int surrogate = code >= 0xd800 && code < 0xe000;
        char bytes[4];
        size_t len = encode(code, bytes);
        uint32_t got;

        assert_int_equal(whet__utf8_valid(bytes, len), !surrogate);
        if (surrogate)
            continue;
        assert_int_equal(whet__utf8_next(bytes, len, &got), len);
        assert_int_equal(got, code);
        for (size_t cut = 1; cut < len; cut++) {
            assert_int_equal(whet__utf8_next(bytes, cut, &got), cut);
            assert_int_equal(got, WHET_UTF8_WRONG);
        }
    }
}

/* Unicode 15, tables 3-8 to 3-11: where one wrong sequence ends and the next begins. */
static void splits_wrong_sequences_as_unicode_advises(void **state)
{
    static const struct {
        const char *bytes;
        const char *lengths;
    } cases[] = {
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "111111111"},
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "111111111"},
        {"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "111111111"},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "21321"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = cases[i].bytes;

        for (const char *len = cases[i].lengths; *len != '\0'; len++) {
            uint32_t code;
            size_t step = whet__utf8_next(at, strlen(at), &code);

            assert_int_equal(step, *len - '0');
            assert_true((code == WHET_UTF8_WRONG) == ((unsigned char)*at >= 0x80));
            at += step;
        }
        assert_int_equal(*at, '\0');
        assert_false(whet__utf8_valid(cases[i].bytes, strlen(cases[i].bytes)));
    }
    assert_true(whet__utf8_valid("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_code_point),
        cmocka_unit_test(splits_wrong_sequences_as_unicode_advises),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
