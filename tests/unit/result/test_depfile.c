/* What a compiler says that it has read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../harness.h"
#include "result/depfile.h"

/* The names with a '|' behind each, or "-errno". */
static const char *names_of(const char *text, size_t len)
{
    static char out[512];
    struct whet_arena arena;
    struct whet_vec names;
    size_t at = 0;
    int rc;

    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&names, sizeof(const char *), 100);
    rc = whet__depfile_read(text, len, &arena, &names);
    out[0] = '\0';
    for (size_t i = 0; i < names.len; i++)
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%s|",
                               ((const char **)names.items)[i]);
    if (rc != 0)
        snprintf(out, sizeof(out), "%s", rc == -EINVAL ? "-EINVAL" : "-ENOMEM");
    whet__vec_clear(&names);
    whet__arena_clear(&arena);
    return out;
}

static void test_names(void **state)
{
    static const struct {
        const char *text, *names;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"a.o: a.c b.h\n", "a.c|b.h|"},
        {"a.o: a.c", "a.c|"},
        {"a.o:", ""},
        {"a.o a.d: a.c \\\n  b.h \\\r\n c.h\n", "a.c|b.h|c.h|"},
        {"a.o: a.c\nb.h:\nc.h:\n", "a.c|"},
        {"a.o : a.c\n", "a.c|"},
        {"a.o:\\\n a.c\n", "a.c|"},
        {"a: b\\ c d\\#e $$f g$h\n", "b c|d#e|$f|g$h|"},
        {"a: c:/x d:e\n", "c:/x|d:e|"},
        {"dir:x/a.o: y\n", "y|"},
        {"a: b\\c \\d\n", "b\\c|\\d|"},
        {"a: b\\", "b\\|"},
        {"a b c\n", "-EINVAL"},
        {"a", "-EINVAL"},
        {": a\n", "-EINVAL"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(names_of(cases[i].text, strlen(cases[i].text)), cases[i].names);
    assert_string_equal(names_of("a: b\0c\n", 7), "-EINVAL");
}

static void test_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const char *names = names_of("a: b c\n", 7);

        if (strcmp(names, "b|c|") != 0)
            assert_string_equal(names, "-ENOMEM");
    }
}

static void test_too_many(void **state)
{
    struct whet_arena arena;
    struct whet_vec names;

    (void)state;
    whet__arena_init(&arena, 4096);
    whet__vec_init(&names, sizeof(const char *), 2);
    assert_int_equal(whet__depfile_read("a: b c d", 8, &arena, &names), -EFBIG);
    whet__vec_clear(&names);
    whet__arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
