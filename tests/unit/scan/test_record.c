/* scan/record.h and scan/index.h: what is packed comes back; bent bytes are refused. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "scan/index.h"
#include "scan/record.h"

static struct whet_summary_record summary_random(struct whet_random *r)
{
    struct whet_summary_record s = {0};

    s.verdict = (enum whet_verdict)whet__random_below(r, 3);
    if (s.verdict != WHET_VERDICT_ANALYSED)
        return s;
    s.language = whet__language_at(whet__random_below(r, whet__language_count()));
    s.code = (uint32_t)whet__random_next(r);
    s.comment = (uint32_t)whet__random_below(r, 100);
    s.blank = (uint32_t)whet__random_below(r, 100);
    s.function_count = (uint32_t)whet__random_below(r, 5);
    s.complexity = (uint32_t)whet__random_below(r, 1000);
    s.complexity_max = (uint32_t)whet__random_below(r, 1000);
    s.flags = (uint32_t)whet__random_below(r, 4);
    return s;
}

static void summary_equal(const struct whet_summary_record *a,
                          const struct whet_summary_record *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_ptr_equal(a->language, b->language);
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->comment, b->comment);
    assert_int_equal(a->blank, b->blank);
    assert_int_equal(a->function_count, b->function_count);
    assert_int_equal(a->complexity, b->complexity);
    assert_int_equal(a->complexity_max, b->complexity_max);
    assert_int_equal(a->flags, b->flags);
}

static void records_come_back(void **state)
{
    static const struct whet_scan_function functions[] = {{"main", 1, 90, 4},
                                                          {"", 2, 2, 1},
                                                          {"operator()", 2, 50, 300},
                                                          {"\xc3\xa4", 4000000, 4000001, 1}};
    struct whet_random r;
    struct whet_text text;

    (void)state;
    whet__random_init(&r, 3);
    whet__text_init(&text, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        struct whet_summary_record s = summary_random(&r);
        const struct whet_scan_function *got = NULL;
        struct whet_summary_record back;
        struct whet_arena arena;

        whet__arena_init(&arena, 1 << 20);
        whet__text_reset(&text);
        whet__record_pack(&s, functions, &text);
        assert_int_equal(whet__record_unpack(text.data, text.len, &back, &got, &arena), 0);
        summary_equal(&s, &back);
        for (uint32_t f = 0; f < s.function_count; f++) {
            assert_string_equal(got[f].name, functions[f].name);
            assert_int_equal(got[f].line, functions[f].line);
            assert_int_equal(got[f].end_line, functions[f].end_line);
            assert_int_equal(got[f].complexity, functions[f].complexity);
        }
        for (size_t cut = 0; cut < text.len; cut++)
            assert_int_equal(whet__record_unpack(text.data, cut, &back, &got, &arena),
                             -EBADMSG);
        whet__arena_clear(&arena);
    }
    whet__text_clear(&text);
}

static void entry_random(struct whet_random *r, struct whet_index_entry *e, const char *name)
{
    memset(e, 0, sizeof(*e));
    e->name = name;
    e->name_len = (uint32_t)strlen(name);
    e->settled = (int)whet__random_below(r, 2);
    e->stat.size = whet__random_next(r);
    e->stat.mtime_ns = (int64_t)whet__random_next(r);
    e->stat.ctime_ns = -5;
    e->stat.inode = whet__random_next(r);
    e->hash.bytes[3] = 7;
    e->summary = summary_random(r);
}

static void rows_come_back(void **state)
{
    struct whet_index_entry entries[3];
    struct whet_index_entry *got = NULL;
    struct whet_random r;
    struct whet_text text;
    struct whet_arena arena;
    size_t count = 0;

    (void)state;
    whet__random_init(&r, 4);
    whet__text_init(&text, 1 << 20);
    whet__arena_init(&arena, 1 << 20);
    entry_random(&r, &entries[0], "a.c");
    entry_random(&r, &entries[1], "b\n\xff.py");
    entry_random(&r, &entries[2], "z");
    whet__index_pack(entries, 3, &text);
    assert_int_equal(whet__index_unpack(text.data, text.len, &got, &count, &arena), 0);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(got[i].name_len, entries[i].name_len);
        assert_memory_equal(got[i].name, entries[i].name, got[i].name_len);
        assert_int_equal(got[i].settled, entries[i].settled);
        assert_true(whet__index_same_stat(&got[i].stat, &entries[i].stat));
        assert_memory_equal(&got[i].hash, &entries[i].hash, sizeof(got[i].hash));
        summary_equal(&got[i].summary, &entries[i].summary);
    }
    for (size_t cut = 0; cut < text.len; cut++)
        assert_int_equal(whet__index_unpack(text.data, cut, &got, &count, &arena), -EBADMSG);
    whet__arena_clear(&arena);
    whet__text_clear(&text);
}

static void any_bytes_are_survived(void **state)
{
    struct whet_random r;
    unsigned char bytes[64];

    (void)state;
    whet__random_init(&r, 5);
    for (int i = 0; i < 20000; i++) {
        size_t len = whet__random_below(&r, sizeof(bytes) + 1);
        const struct whet_scan_function *functions;
        struct whet_index_entry *entries;
        struct whet_summary_record s;
        struct whet_arena arena;
        size_t count;

        whet__arena_init(&arena, 1 << 20);
        for (size_t b = 0; b < len; b++)
            bytes[b] = (unsigned char)whet__random_below(&r, i % 2 ? 256 : 6);
        (void)!whet__record_unpack(bytes, len, &s, &functions, &arena);
        (void)!whet__index_unpack(bytes, len, &entries, &count, &arena);
        whet__arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(rows_come_back),
        cmocka_unit_test(any_bytes_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
