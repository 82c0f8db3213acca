/* The answer of a child scan is read, and nonsense is refused. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "tune/session.h"

static int read_text(const char *text, struct whet_tune_answer *out)
{
    struct whet_error err;

    return whet__tune_answer_read(text, strlen(text), out, &err);
}

static void a_summary(void **state)
{
    struct whet_tune_answer a;

    (void)state;
    assert_int_equal(
        read_text("{\"type\":\"summary\",\"version\":1,\"files\":3,\"bytes\":70,"
                  "\"parse_stopped\":2,\"skipped\":{\"binary\":4,\"error\":1},"
                  "\"sizes\":{\"mean\":23.5,\"p50\":10,\"p90\":50,\"p99\":50,\"max\":50,"
                  "\"classes\":[0,1,2]},\"run\":{\"cache_hits\":2,\"cache_misses\":1}}",
                  &a),
        0);
    assert_true(a.files == 3 && a.bytes == 70 && a.hits == 2 && a.misses == 1);
    assert_true(a.errors == 3 && a.p99_bytes == 50 && a.classes[2] == 2);
    assert_true(a.mean_bytes == 23.5);
}

static void nonsense(void **state)
{
    struct whet_tune_answer a;

    (void)state;
    assert_int_equal(read_text("", &a), -EBADMSG);
    assert_int_equal(read_text("[]", &a), -EBADMSG);
    assert_int_equal(read_text("{\"type\":\"file\"}", &a), -EBADMSG);
    assert_int_equal(read_text("{\"type\":\"summary\"", &a), -EBADMSG);
    assert_int_equal(read_text("{\"type\":\"summary\",\"files\":-1}", &a), 0);
    assert_true(a.files == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_summary),
        cmocka_unit_test(nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
