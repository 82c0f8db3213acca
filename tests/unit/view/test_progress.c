/* view/progress.h: what is drawn, when, and that it goes away. The clock is the test's. */
#include "../harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "view/progress.h"
#include "view/width.h"

#define MS    1000000u
#define CLEAR "\r\x1B[K"

struct screen {
    FILE *file;
    char *bytes;
    size_t len;
};

static void screen_open(struct screen *s)
{
    s->bytes = NULL;
    s->len = 0;
    s->file = open_memstream(&s->bytes, &s->len);
    assert_non_null(s->file);
}

static void screen_close(struct screen *s)
{
    fclose(s->file);
    free(s->bytes);
}

static void start(struct whet_progress *p, struct screen *s, size_t columns)
{
    const struct whet_progress_options options = {.out = s->file,
                                                  .is_terminal = 1,
                                                  .columns = columns,
                                                  .label = "scanning",
                                                  .noun = "files"};

    whet__progress_init(p, &options, 0);
}

static void draws_and_goes_away(void **state)
{
    struct whet_progress p;
    struct screen s;

    (void)state;
    screen_open(&s);
    start(&p, &s, 100);
    whet__progress_update(&p, 1000 * MS, 1000, 4000, "src/a.c");
    whet__progress_end(&p);
    whet__progress_end(&p);
    assert_string_equal(s.bytes, "\rscanning   25%  1,000 of 4,000 files  1,000/s  0:03 left"
                                 "  0:01  src/a.c\x1B[K" CLEAR);
    screen_close(&s);
}

static void shows_what_is_known(void **state)
{
    struct whet_progress p;
    struct screen s;

    (void)state;
    screen_open(&s);
    start(&p, &s, 80);
    whet__progress_update(&p, 3725000u * (uint64_t)MS, 0, 0, NULL);
    whet__progress_end(&p);
    assert_string_equal(s.bytes, "\rscanning  0 files  1:02:05\x1B[K" CLEAR);
    screen_close(&s);
}

static void draws_ten_times_a_second(void **state)
{
    struct whet_progress p;
    struct screen s;
    size_t drawn = 0;

    (void)state;
    screen_open(&s);
    start(&p, &s, 80);
    for (unsigned ms = 0; ms < 1000; ms++)
        whet__progress_update(&p, (uint64_t)ms * MS, ms, 1000, NULL);
    whet__progress_update(&p, 5 * MS, 1, 1000, NULL); /* a clock that jumped back */
    for (size_t i = 0; i < s.len; i++)
        drawn += s.bytes[i] == '\r';
    assert_int_equal(drawn, 9); /* nothing in the first tenth */
    whet__progress_end(&p);
    screen_close(&s);
}

static void is_silent_elsewhere(void **state)
{
    struct whet_progress_options options = {.label = "scanning"};
    struct whet_progress p;
    struct screen s;

    (void)state;
    screen_open(&s);
    options.out = s.file;
    whet__progress_init(&p, &options, 0);
    whet__progress_update(&p, 1000 * MS, 1, 2, "x");
    whet__progress_end(&p);
    fflush(s.file);
    assert_int_equal(s.len, 0);
    screen_close(&s);
}

/* The line between the carriage return and the erasing. */
static size_t drawn_width(const struct screen *s, size_t from)
{
    const char *line = s->bytes + from + 1;

    assert_true(s->bytes[from] == '\r');
    return whet__width(line, strcspn(line, "\x1B"), 0);
}

static void fits_any_width(void **state)
{
    struct whet_progress p;
    struct screen s;
    size_t from = 0;

    (void)state;
    screen_open(&s);
    start(&p, &s, 1);
    for (size_t columns = 1; columns <= 200; columns++) {
        p.columns = columns;
        whet__progress_update(&p, columns * 100 * MS, columns, 250,
                              "\xE4\xB8\xAD\xE6\x96\x87/\x1B[2J/a/path/that/is/long.c");
        assert_true(drawn_width(&s, from) < columns || columns == 1);
        from = s.len;
    }
    whet__progress_end(&p);
    screen_close(&s);
}

static void steps_aside_for_log_lines(void **state)
{
    struct whet_progress p;
    struct screen s;
    size_t len;

    (void)state;
    screen_open(&s);
    start(&p, &s, 80);
    whet__progress_update(&p, 100 * MS, 1, 2, NULL);
    len = s.len;
    whet__log_level_set(WHET_LOG_ERROR);
    whet__log(WHET_LOG_ERROR, "not a failure: a line that a test writes");
    whet__log_level_set(WHET_LOG_NONE);
    assert_string_equal(s.bytes + len, CLEAR);
    len = s.len;
    whet__progress_update(&p, 200 * MS, 1, 2, NULL); /* stays away */
    assert_int_equal(s.len, len);
    whet__progress_update(&p, 300 * MS, 1, 2, NULL);
    assert_true(s.len > len);
    whet__progress_end(&p);
    screen_close(&s);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_progress p;
        struct screen s;

        screen_open(&s);
        start(&p, &s, 80);
        whet__progress_update(&p, 1000 * MS, 1000, 4000, "src/a.c");
        whet__progress_end(&p);
        screen_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_and_goes_away),
        cmocka_unit_test(shows_what_is_known),
        cmocka_unit_test(draws_ten_times_a_second),
        cmocka_unit_test(is_silent_elsewhere),
        cmocka_unit_test(fits_any_width),
        cmocka_unit_test(steps_aside_for_log_lines),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
