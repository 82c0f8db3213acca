/* base/nearest.h: what is near, what is not, and the distance against a slow oracle. */
#include "../harness.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/random.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const keys[] = {"cache", "cache_size", "jobs", "max_file_size", "v"};

static void finds_a_mistyped_name(void **state)
{
    (void)state;
    assert_string_equal(whet__nearest("job", keys, COUNT(keys)), "jobs");
    assert_string_equal(whet__nearest("jobbs", keys, COUNT(keys)), "jobs");
    assert_string_equal(whet__nearest("jbos", keys, COUNT(keys)), "jobs");
    assert_string_equal(whet__nearest("JOBS", keys, COUNT(keys)), "jobs");
    assert_string_equal(whet__nearest("cache-size", keys, COUNT(keys)), "cache_size");
    assert_string_equal(whet__nearest("max_flie_size", keys, COUNT(keys)), "max_file_size");
}

static void finds_nothing_for_a_stranger(void **state)
{
    char longest[66];

    (void)state;
    memset(longest, 'c', 65);
    longest[65] = '\0';
    assert_null(whet__nearest("", keys, COUNT(keys)));
    assert_null(whet__nearest("x", keys, COUNT(keys)));
    assert_null(whet__nearest("zebra", keys, COUNT(keys)));
    assert_null(whet__nearest(longest, keys, COUNT(keys)));
    assert_null(whet__nearest("jobs", NULL, 0));
    assert_null(whet__nearest("cccc", (const char *const[]){longest}, 1));
}

static void takes_the_first_of_equals(void **state)
{
    static const char *const twins[] = {"bat", "cat"};

    (void)state;
    assert_string_equal(whet__nearest("rat", twins, 2), "bat");
    assert_string_equal(whet__nearest("cat", twins, 2), "cat");
}

/* The definition of the distance, with no table. */
static unsigned slow_edits(const char *a, size_t i, const char *b, size_t j)
{
    unsigned best, other;

    if (i == 0 || j == 0)
        return (unsigned)(i + j);
    best = slow_edits(a, i - 1, b, j - 1) + (a[i - 1] != b[j - 1]);
    other = slow_edits(a, i - 1, b, j) + 1;
    best = other < best ? other : best;
    other = slow_edits(a, i, b, j - 1) + 1;
    best = other < best ? other : best;
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        other = slow_edits(a, i - 2, b, j - 2) + 1;
        best = other < best ? other : best;
    }
    return best;
}

static size_t random_word(struct whet_random *r, char *out)
{
    size_t len = 1 + whet__random_below(r, 6);

    for (size_t i = 0; i < len; i++)
        out[i] = (char)('a' + whet__random_below(r, 3));
    out[len] = '\0';
    return len;
}

static void agrees_with_the_definition(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 1);
    for (int n = 0; n < 3000; n++) {
        char a[8], b[8];
        size_t a_len = random_word(&r, a), b_len = random_word(&r, b);
        unsigned d = slow_edits(a, a_len, b, b_len);
        int near = d <= (a_len + 2) / 3 && d < a_len && d < b_len;
        const char *names[] = {b};

        assert_int_equal(whet__nearest(a, names, 1) != NULL, near);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_mistyped_name),
        cmocka_unit_test(finds_nothing_for_a_stranger),
        cmocka_unit_test(takes_the_first_of_equals),
        cmocka_unit_test(agrees_with_the_definition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
