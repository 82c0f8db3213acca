/* replay/trace.h: every format gives the same requests, every fault its place. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "replay/trace.h"
#include "replay/trace_format.h"
#include "os/file.h"

static int parse(struct whet_trace *t, const char *name, const char *format, const char *bytes,
                 size_t len, struct whet_error *err)
{
    const struct whet_trace_options options = {.format = format};

    return whet__trace_parse(t, bytes, len, name, &options, err);
}

static void good(const char *name, const char *text, const char *format, const uint32_t *ids,
                 size_t count, const uint32_t *sizes)
{
    struct whet_error err = {0};
    struct whet_trace t;

    if (parse(&t, name, NULL, text, strlen(text), &err) != 0)
        fail_msg("%s: %s", name, err.text);
    assert_string_equal(t.format->name, format);
    assert_int_equal(t.count, count);
    assert_memory_equal(t.ids, ids, count * sizeof(*ids));
    assert_int_equal(t.sizes != NULL, sizes != NULL);
    if (sizes != NULL)
        assert_memory_equal(t.sizes, sizes, count * sizeof(*sizes));
    whet__trace_clear(&t);
}

static void bad(const char *format, const char *text, size_t len, int code, unsigned line,
                unsigned column, const char *message)
{
    struct whet_error err = {0};
    struct whet_trace t;

    assert_int_equal(parse(&t, "name", format, text, len, &err), code);
    assert_string_equal(err.text, message);
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
}

static const uint32_t five[] = {0, 1, 0, 2, 1};

static void reads_text(void **state)
{
    (void)state;
    good("t", "10\n7\n10\n8\n7\n", "text", five, 5, NULL);
    good("t", "10\r\n7\r\n\r\n10\n8\n\n7", "text", five, 5, NULL);
    good("t", "/a b\n/c\n/a b\n0\n/c\n", "text", five, 5, NULL);
    good("t", "7\n07\n7\n7x\n07\n", "text", five, 5, NULL); /* other texts, other keys */
    good("t", "18446744073709551615\n1\n18446744073709551615\n18446744073709551614\n1", "text",
         five, 5, NULL);
    good("t", "-1\n9999999999999999999\n-1\n99999999999999999999\n9999999999999999999\n",
         "text", five, 5, NULL);
}

static void reads_csv(void **state)
{
    static const uint32_t sizes[] = {5, 0, 7, 4294967295u, 1};

    (void)state;
    good("t", "a,5\nb,0\na,7\nc,4294967295\nb,1\n", "csv", five, 5, sizes);
    good("t.csv", "a\nb\na\nc\nb\n", "csv", five, 5, NULL);
    good("t", "time;size;key\n1;5;a\n1;0;b\n\n2;7;a\r\n3;4294967295;c\n9;1;b", "csv", five, 5,
         sizes);
    good("t.csv", "op\tOBJ_ID\nr\ta\nr\tb\nr\ta\nr\tc\nr\tb\n", "csv", five, 5, NULL);
    good("t", "\"x,\"\"y\",5\nb,0\n\"x,\"\"y\",7\n\"\",4294967295\nb,1\n", "csv", five, 5,
         sizes);
}

/* A record of oracleGeneral. */
static void put_record(char *at, uint64_t key, uint32_t size, int64_t next)
{
    memset(at, 0, 4);
    for (int i = 0; i < 8; i++) {
        at[4 + i] = (char)(key >> 8 * i);
        at[16 + i] = (char)((uint64_t)next >> 8 * i);
    }
    for (int i = 0; i < 4; i++)
        at[12 + i] = (char)(size >> 8 * i);
}

static void reads_oracle(void **state)
{
    char bytes[5 * 24];
    struct whet_error err = {0};
    struct whet_trace t;

    (void)state;
    put_record(bytes, 10, 5, 3);
    put_record(bytes + 24, UINT64_MAX, 6, 5);
    put_record(bytes + 48, 10, 7, -1);
    put_record(bytes + 72, 11, UINT32_MAX, INT64_MAX);
    put_record(bytes + 96, UINT64_MAX, 9, -1);
    assert_int_equal(parse(&t, "t", NULL, bytes, sizeof(bytes), &err), 0);
    assert_string_equal(t.format->name, "oracle");
    assert_int_equal(t.count, 5);
    assert_memory_equal(t.ids, five, sizeof(five));
    assert_int_equal(t.sizes[3], UINT32_MAX);
    assert_int_equal(t.bytes, (uint64_t)5 + 6 + 7 + UINT32_MAX + 9);
    assert_int_equal(t.footprint_bytes, (uint64_t)5 + 6 + UINT32_MAX);
    whet__trace_clear(&t);

    bad("oracle", bytes, 100, -EINVAL, 0, 0,
        "not oracleGeneral: the last record is cut short: 'name': record 5");
    put_record(bytes + 48, 10, 7, 2);
    bad("oracle", bytes, sizeof(bytes), -EINVAL, 0, 0,
        "not oracleGeneral: the next request is not ahead: 'name': record 3");
}

static void faults_have_places(void **state)
{
    struct whet_text line;

    (void)state;
    bad(NULL, "", 0, -ENODATA, 0, 0, "no request in it: 'name'");
    bad(NULL, "\n\n", 2, -ENODATA, 0, 0, "no request in it: 'name'");
    bad("csv", "a,1\n", 0, -ENODATA, 0, 0, "no request in it: 'name'");
    bad("text", "1\nab\0c\n", 7, -EINVAL, 2, 3,
        "a zero byte: 'name': not text: is it another --format?");
    bad("csv", "a,1\nb,x\n", 8, -EINVAL, 2, 3, "not a size: 'x': bytes from 0 to 4294967295");
    bad("csv", "a,1\nb,4294967296\n", 17, -EINVAL, 2, 3,
        "not a size: '4294967296': bytes from 0 to 4294967295");
    bad("csv", "a,1\nb\n", 6, -EINVAL, 2, 1, "too few fields in this line");
    bad("csv", "a,1\n\"b,2\n", 9, -EINVAL, 2, 1, "a quote without its end");
    bad("csv", "time,op\n1,2\n", 12, -EINVAL, 1, 1,
        "neither 'key,size' nor names of columns with 'key' (or id, obj_id, lbn, url) among "
        "them");
    bad("cvs", "1\n", 2, -EINVAL, 0, 0, "unknown format of traces: 'cvs': did you mean 'csv'?");
    bad("parquet", "1\n", 2, -EINVAL, 0, 0,
        "unknown format of traces: 'parquet': choose text, csv or oracle");
    bad(NULL, "\x28\xb5\x2f\xfd nonsense", 13, -EBADMSG, 0, 0,
        "damaged zstd data: 'name': it cannot be expanded");

    whet__text_init(&line, (size_t)1 << 20);
    whet__text_puts(&line, "1\n");
    whet__text_fill(&line, 'x', 300000);
    bad(NULL, line.data, line.len, -EINVAL, 2, 1, "too long a line: at most 262144 bytes");
    whet__text_clear(&line);
}

/* Many windows, many new keys; lines across their borders. */
static void reads_long_ones(void **state)
{
    struct whet_error err = {0};
    struct whet_trace t;
    struct whet_text text;

    (void)state;
    whet__text_init(&text, (size_t)16 << 20);
    for (unsigned i = 0; i < 150000; i++)
        whet__text_printf(&text, i % 3 == 2 ? "key-%u\n" : "%u\n", i % 70000 * 997);
    assert_int_equal(whet__text_error(&text), 0);
    assert_int_equal(parse(&t, "t", NULL, text.data, text.len, &err), 0);
    assert_int_equal(t.count, 150000);
    assert_int_equal(whet__trace_find_next(&t), 0);
    assert_int_equal(whet__trace_find_next(&t), 0);
    for (size_t i = 0; i < t.count; i++) {
        assert_true(t.ids[i] < t.unique);
        if (t.next[i] != WHET_TRACE_NEVER)
            assert_int_equal(t.ids[t.next[i]], t.ids[i]);
    }
    assert_int_equal(t.ids[0], 0);
    assert_int_equal(t.next[0], 70000); /* a plain number both times */
    whet__trace_clear(&t);
    whet__text_clear(&text);
}

static void reads_files(void **state)
{
    /* "10\n7\n10\n8\n7\n", two frames of zstd: the second begins within a line */
    static const unsigned char packed[] = {
        0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x06, 0x31, 0x00, 0x00, '1', '0',  '\n', '7',  '\n', '1',
        0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x06, 0x31, 0x00, 0x00, '0', '\n', '8',  '\n', '7',  '\n',
    };
    struct whet_error err = {0};
    struct whet_text path;
    struct whet_trace t;

    (void)state;
    whet__text_init(&path, 400);
    assert_int_equal(whet__file_make_temp_dir(&path), 0);
    assert_int_equal(whet__trace_load(&t, whet__text_str(&path), NULL, &err), -EISDIR);
    whet__text_puts(&path, "/trace.zst");
    assert_int_equal(whet__trace_load(&t, whet__text_str(&path), NULL, &err), -ENOENT);
    assert_int_equal(whet__file_write(whet__text_str(&path), packed, sizeof(packed), 0), 0);
    assert_int_equal(whet__trace_load(&t, whet__text_str(&path), NULL, &err), 0);
    assert_int_equal(t.count, 5);
    assert_memory_equal(t.ids, five, sizeof(five));
    whet__trace_clear(&t);
    assert_int_equal(whet__file_write(whet__text_str(&path), packed, sizeof(packed) - 1, 0), 0);
    assert_int_equal(whet__trace_load(&t, whet__text_str(&path), NULL, &err), -ENODATA);
    assert_non_null(strstr(err.text, "it ends too early"));
    whet__text_truncate(&path, path.len - strlen("/trace.zst"));
    assert_int_equal(whet__file_remove_tree(whet__text_str(&path)), 0);
    whet__text_clear(&path);
}

static int stop_now(void *ctx)
{
    (void)ctx;
    return 1;
}

static void stops(void **state)
{
    const struct whet_trace_options options = {.stop = stop_now};
    struct whet_error err = {0};
    struct whet_trace t;

    (void)state;
    assert_int_equal(whet__trace_parse(&t, "1\n", 2, "t", &options, &err), -ECANCELED);
}

static void survives_no_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        struct whet_trace t = {0};
        int rc = whet__trace_parse(&t, "a,1\nb,2\na,1\n", 12, "t", NULL, &err);

        if (rc == 0)
            rc = whet__trace_find_next(&t);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__trace_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_text),      cmocka_unit_test(reads_csv),
        cmocka_unit_test(reads_oracle),    cmocka_unit_test(faults_have_places),
        cmocka_unit_test(reads_long_ones), cmocka_unit_test(reads_files),
        cmocka_unit_test(stops),           cmocka_unit_test(survives_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
