/* option/option.h: spellings, types and ranges, messages, failing allocations. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "option/option.h"

enum paint { PAINT_RED = 7, PAINT_BLUE };

struct record {
    int flag;
    int on;
    int count;
    unsigned bits;
    unsigned small;
    uint64_t number;
    uint64_t size;
    uint64_t duration;
    double percent;
    const char *text;
    enum paint paint;
    struct whet_vec list;
};

static const struct whet_option_choice paints[] = {
    {"red", PAINT_RED}, {"blue", PAINT_BLUE}, {0}};

static const struct whet_option rows[] = {
    {.section = "Options",
     .name = "flag",
     .letter = 'f',
     WHET_INTO_FLAG(record, flag),
     .help = "a flag"},
    {.name = "seven", WHET_INTO_FLAG(record, flag), .value = 7, .help = "a flag with a value"},
    {.name = "on", WHET_INTO_SWITCH(record, on), .help = "a switch"},
    {.name = "more", .letter = 'm', WHET_INTO_COUNT(record, count), .help = "a count"},
    {.name = "low", WHET_INTO_BIT(record, bits), .value = 1, .help = "a bit"},
    {.name = "high", WHET_INTO_BIT(record, bits), .value = 4, .help = "another"},
    {.name = "small",
     .letter = 's',
     .argument = "N",
     WHET_INTO_UINT(record, small),
     .min = 2,
     .max = 64,
     .fallback = "2",
     .help = "a number"},
    {.name = "number", .argument = "N", WHET_INTO_UINT(record, number), .help = "a number"},
    {.name = "size", .argument = "SIZE", WHET_INTO_SIZE(record, size), .help = "a size"},
    {.name = "for",
     .argument = "DURATION",
     WHET_INTO_DURATION(record, duration),
     .help = "a duration"},
    {.name = "share",
     .argument = "PERCENT",
     WHET_INTO_PERCENT(record, percent),
     .help = "a share"},
    {.name = "text",
     .letter = 't',
     .argument = "TEXT",
     WHET_INTO_STRING(record, text),
     .help = "some text"},
    {.name = "paint",
     .argument = "PAINT",
     WHET_INTO_CHOICE(record, paint),
     .choices = paints,
     .help = "a colour"},
    {.name = "with",
     .letter = 'w',
     .argument = "ITEM",
     WHET_INTO_LIST(record, list),
     .help = "an item"},
    {.name = "hidden", WHET_INTO_FLAG(record, flag)},
};

/* One parse and what came of it. */
struct parsed {
    struct record record;
    struct whet_vec operands;
    size_t dashes;
    struct whet_error err;
    int rc;
};

static void parse(struct parsed *p, unsigned flags, const char *const *words)
{
    const struct whet_option_set set = {rows, sizeof(rows) / sizeof(rows[0]), &p->record};
    char *argv[16];
    int argc = 0;

    memset(p, 0, sizeof(*p));
    for (; words[argc] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    whet__vec_init(&p->operands, sizeof(const char *), 100);
    p->rc = whet__options_parse(&set, 1, flags, argc, argv, &p->operands, &p->dashes, &p->err);
}

static void drop(struct parsed *p)
{
    const struct whet_option_set set = {rows, sizeof(rows) / sizeof(rows[0]), &p->record};

    whet__options_clear(&set);
    whet__vec_clear(&p->operands);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *operand(const struct parsed *p, size_t index)
{
    return *(const char **)whet__vec_at(&p->operands, index);
}

static void reads_every_type(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, 0,
          WORDS("--flag", "--on", "--size=64K", "--for", "250ms", "--share=5%", "--paint",
                "blue", "--low", "--high", "--number=18446744073709551615", "--text=a=b"));
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.record.flag, 1);
    assert_int_equal(p.record.on, 1);
    assert_int_equal(p.record.size, 65536);
    assert_int_equal(p.record.duration, 250000000);
    assert_true(p.record.percent > .0499 && p.record.percent < .0501);
    assert_int_equal(p.record.paint, PAINT_BLUE);
    assert_int_equal(p.record.bits, 5);
    assert_true(p.record.number == UINT64_MAX);
    assert_string_equal(p.record.text, "a=b");
    drop(&p);
}

static void reads_every_spelling(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, 0,
          WORDS("a", "-mfs4", "--on", "--no-on", "-", "-t", "-x", "-wone", "--with=two", "b",
                "--", "--flag"));
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.record.count, 1);
    assert_int_equal(p.record.flag, 1);
    assert_int_equal(p.record.small, 4);
    assert_int_equal(p.record.on, 0);
    assert_string_equal(p.record.text, "-x");
    assert_int_equal(p.record.list.len, 2);
    assert_string_equal(*(const char **)whet__vec_at(&p.record.list, 1), "two");
    assert_int_equal(p.operands.len, 4);
    assert_string_equal(operand(&p, 1), "-");
    assert_string_equal(operand(&p, 3), "--flag");
    assert_int_equal(p.dashes, 3);
    drop(&p);
}

static void stops_before_a_command_line(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, WHET_OPTIONS_STOP, WORDS("-f", "make", "-j4", "--", "all"));
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.operands.len, 4);
    assert_string_equal(operand(&p, 1), "-j4");
    assert_string_equal(operand(&p, 2), "--");
    assert_true(p.dashes == SIZE_MAX);
    drop(&p);
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *words[3];
        const char *text;
    } cases[] = {
        {{"--flg"}, "unknown option: '--flg': did you mean '--flag'?"},
        {{"--zzzzzz"}, "unknown option: '--zzzzzz': --help lists them"},
        {{"-x"}, "unknown option: '-x': --help lists them"},
        {{"-fx"}, "unknown option: '-x': --help lists them"},
        {{"--no-flag"}, "unknown option: '--no-flag': did you mean '--flag'?"},
        {{"--flag=1"}, "unexpected value: '--flag=1': '--flag' takes none"},
        {{"--small"}, "missing value: '--small': it takes N"},
        {{"-s"}, "missing value: '-s': it takes N"},
        {{"--small", "x"}, "not a whole number: '--small x': write digits"},
        {{"--small="}, "not a whole number: '--small ': write digits"},
        {{"--small=-1"}, "not a whole number: '--small -1': write digits"},
        {{"-s1"}, "value too small: '-s 1': at least 2"},
        {{"-s65"}, "value too large: '-s 65': at most 64"},
        {{"--number=99999999999999999999"},
         "value too large: '--number 99999999999999999999': at most 18446744073709551615"},
        {{"--paint", "green"}, "unknown choice: '--paint green': choose red or blue"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct parsed p;

        parse(&p, 0, cases[i].words);
        assert_true(p.rc == -EINVAL || p.rc == -ERANGE);
        assert_string_equal(p.err.text, cases[i].text);
        drop(&p);
    }
}

static void names_the_option_in_unit_errors(void **state)
{
    static const char *const bad[] = {"--size=x", "--for=5parsec", "--share=101%"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct parsed p;

        parse(&p, 0, WORDS(bad[i]));
        assert_int_not_equal(p.rc, 0);
        assert_non_null(strstr(p.err.text, ": in '--"));
        drop(&p);
    }
}

static void bounds_what_does_not_fit_its_field(void **state)
{
    static const struct whet_option row = {
        .name = "small", .argument = "N", WHET_INTO_UINT(record, small)};
    struct record record = {0};
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__option_store(&row, &record, "--small", "4294967295", NULL), 0);
    assert_int_equal(whet__option_store(&row, &record, "--small", "4294967296", &err), -ERANGE);
    assert_string_equal(err.text, "value too large: '--small 4294967296': at most 4294967295");
    assert_true(record.small == UINT32_MAX);
}

static void fits_the_width(void **state)
{
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1 << 16);
    whet__options_help(rows, sizeof(rows) / sizeof(rows[0]), 40, &out);
    assert_int_equal(whet__text_error(&out), 0);
    for (const char *line = whet__text_str(&out); *line != '\0';) {
        size_t len = strcspn(line, "\n");

        assert_true(len <= 40);
        line += len + 1;
    }
    assert_non_null(strstr(whet__text_str(&out), "--[no-]on"));
    assert_null(strstr(whet__text_str(&out), "hidden"));
    whet__text_clear(&out);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct parsed p;

        parse(&p, 0, WORDS("a", "--with=x", "b"));
        if (p.rc != 0)
            assert_int_equal(p.rc, -ENOMEM);
        drop(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(reads_every_spelling),
        cmocka_unit_test(stops_before_a_command_line),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(names_the_option_in_unit_errors),
        cmocka_unit_test(bounds_what_does_not_fit_its_field),
        cmocka_unit_test(fits_the_width),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
