/* run/lines.h: lines with any end, as they come, and what is none. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "run/lines.h"

#define PATH "lines.test"

static void write_file(const char *text, size_t len)
{
    assert_int_equal(whet__file_write(PATH, text, len, 0), 0);
}

/* All lines, each with its number before and '|' behind it, then how it ended. */
static const char *all(char end)
{
    static char out[1000];
    struct whet_lines lines;
    struct whet_error err = {0};
    const char *line;
    size_t len, at = 0;
    int rc;

    assert_int_equal(whet__lines_open(&lines, PATH, end, &err), 0);
    while ((rc = whet__lines_next(&lines, &line, &len, &err)) == 1) {
        assert_int_equal(strlen(line), len);
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%u:%s|", (unsigned)lines.number,
                               line);
    }
    if (rc != 0)
        snprintf(out + at, sizeof(out) - at, "%u: %s", err.line, err.text);
    else
        out[at] = '\0';
    whet__lines_close(&lines);
    return out;
}

static void lines_have_any_end(void **state)
{
    (void)state;
    write_file("", 0);
    assert_string_equal(all('\n'), "");
    write_file("a\n\nb", 4);
    assert_string_equal(all('\n'), "1:a|2:|3:b|");
    write_file("a\n", 2);
    assert_string_equal(all('\n'), "1:a|");
    write_file("a\nb\0c\0", 6);
    assert_string_equal(all('\0'), "1:a\nb|2:c|");
    assert_string_equal(all('\n'), "1:a|2: a NUL in the line: is this a text?");
}

static uint64_t about(const char *text, char end, int commands, int peek)
{
    struct whet_lines lines;
    const char *line;
    uint64_t count;
    size_t len;
    char first;

    write_file(text, strlen(text));
    assert_int_equal(whet__lines_open(&lines, PATH, end, NULL), 0);
    if (peek) /* some of it is in memory then */
        assert_in_range(whet__lines_peek(&lines, &first, NULL), 0, 1);
    count = whet__lines_about(&lines, commands);
    for (uint64_t i = 0; i < count && !commands; i++)
        assert_int_equal(whet__lines_next(&lines, &line, &len, NULL), 1);
    if (!commands)
        assert_int_equal(whet__lines_next(&lines, &line, &len, NULL), 0);
    whet__lines_close(&lines);
    return count;
}

static void lines_of_a_file_are_counted_before(void **state)
{
    struct whet_lines lines;
    int ends[2];

    (void)state;
    for (int peek = 0; peek < 2; peek++) {
        assert_int_equal(about("", '\n', 0, peek), 0);
        assert_int_equal(about("a", '\n', 0, peek), 1);
        assert_int_equal(about("a\n\n# b\n \t# c\n \n d\r\n\r\ne", '\n', 0, peek), 8);
        assert_int_equal(about("a\n\n# b\n \t# c\n \n d\r\n\r\ne", '\n', 1, peek), 3);
    }
    write_file("a\n", 2); /* and holes: to read them all takes hours */
    assert_int_equal(truncate(PATH, (off_t)1 << 40), 0);
    assert_int_equal(whet__lines_open(&lines, PATH, '\n', NULL), 0);
    assert_in_range(whet__lines_about(&lines, 0), 2, 1 << 16);
    whet__lines_close(&lines);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(whet__lines_open(&lines, "-", '\n', NULL), 0);
    assert_int_equal(whet__lines_about(&lines, 1), 0);
    whet__lines_close(&lines);
    close(ends[0]);
    close(ends[1]);
}

static void a_line_has_a_most(void **state)
{
    char *text = whet__mem_zalloc(WHET_LINES_MAX + 100, 1);
    struct whet_lines lines;
    struct whet_error err = {0};
    const char *line;
    size_t len;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', WHET_LINES_MAX + 99);
    text[WHET_LINES_MAX - 1] = '\n';
    write_file(text, WHET_LINES_MAX + 50);
    assert_int_equal(whet__lines_open(&lines, PATH, '\n', &err), 0);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_int_equal(len, WHET_LINES_MAX - 1);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_int_equal(len, 50);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 0);
    whet__lines_close(&lines);
    text[WHET_LINES_MAX - 1] = 'x';
    for (int more = 0; more < 4; more++) { /* far more than a line has */
        FILE *f = fopen(PATH, "a");

        assert_non_null(f);
        assert_int_equal(fwrite(text, 1, WHET_LINES_MAX, f), WHET_LINES_MAX);
        assert_int_equal(fclose(f), 0);
    }
    assert_int_equal(whet__lines_open(&lines, PATH, '\n', &err), 0);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), -EFBIG);
    assert_string_equal(err.text, "line too long: a command has at most 1 MiB");
    assert_string_equal(err.file, PATH);
    assert_int_equal(err.line, 2);
    whet__lines_close(&lines);
    whet__mem_free(text);
}

static void what_has_not_come_is_not_waited_for(void **state)
{
    struct whet_lines lines;
    struct whet_error err = {0};
    const char *line;
    int fds[2];
    size_t len;
    char path[64], first;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
    assert_int_equal(whet__lines_open(&lines, path, '\n', &err), 0);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), -EAGAIN);
    assert_int_equal(write(fds[1], "  \n\t{a", 6), 6);
    assert_int_equal(whet__lines_peek(&lines, &first, &err), 1);
    assert_int_equal(first, '{');
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_string_equal(line, "  ");
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), -EAGAIN);
    assert_int_equal(write(fds[1], "b\nc", 3), 3);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_string_equal(line, "\t{ab");
    close(fds[1]);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 1);
    assert_string_equal(line, "c");
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), 0);
    whet__lines_close(&lines);
    close(fds[0]);
}

static void the_first_byte_may_be_looked_at(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        char first;
    } cases[] = {{"", 0, '\0'}, {" \n\n", 3, '\0'}, {"\n {}", 4, '{'}, {"\0\0x\0", 4, 'x'}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct whet_lines lines;
        char first = 'y';

        write_file(cases[i].text, cases[i].len);
        assert_int_equal(whet__lines_open(&lines, PATH, '\n', NULL), 0);
        assert_int_equal(whet__lines_peek(&lines, &first, NULL), cases[i].first != '\0');
        assert_int_equal(first, cases[i].first);
        whet__lines_close(&lines);
    }
}

static void what_cannot_be_read_is_told(void **state)
{
    struct whet_lines lines;
    struct whet_error err = {0};
    const char *line;
    size_t len;

    (void)state;
    assert_int_equal(whet__lines_open(&lines, "./absent", '\n', &err), -ENOENT);
    assert_string_equal(err.text, "cannot read: './absent': No such file or directory");
    assert_int_equal(whet__lines_open(&lines, "/", '\n', &err), 0);
    assert_int_equal(whet__lines_next(&lines, &line, &len, &err), -EISDIR);
    whet__lines_close(&lines);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    write_file("a\n", 2);
    EACH_ALLOCATION_FAILS
    {
        struct whet_lines lines;
        const char *line;
        size_t len;
        int rc = whet__lines_open(&lines, PATH, '\n', NULL);

        assert_int_equal(rc, 0);
        rc = whet__lines_next(&lines, &line, &len, NULL);
        assert_true(rc == 1 || rc == -ENOMEM);
        whet__lines_close(&lines);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_any_end),
        cmocka_unit_test(lines_of_a_file_are_counted_before),
        cmocka_unit_test(a_line_has_a_most),
        cmocka_unit_test(what_has_not_come_is_not_waited_for),
        cmocka_unit_test(the_first_byte_may_be_looked_at),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
