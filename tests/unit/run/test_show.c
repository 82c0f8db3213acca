/* run/show.h: each job's output once, whole, and in its turn, in whatever order they end and
 * whatever fails. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "run/show.h"

struct seen {
    char text[WHET_STREAMS][8192];
    size_t len[WHET_STREAMS];
    size_t bytes; /* of all, shown or not */
    int keep;     /* in `text` */
    int error;    /* of the sink */
};

static int sink_write(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    struct seen *s = ctx;

    if (s->error != 0)
        return s->error;
    s->bytes += len;
    if (!s->keep)
        return 0;
    assert_true(s->len[stream] + len < sizeof(s->text[stream]));
    memcpy(s->text[stream] + s->len[stream], bytes, len);
    s->len[stream] += len;
    return 0;
}

static void sink_say(void *ctx, const char *text)
{
    (void)sink_write(ctx, WHET_STREAM_OUT, text, strlen(text));
}

static void begin(struct whet_show *show, enum whet_show_order order, struct seen *s,
                  struct whet_spool *spool)
{
    const struct whet_sink sink = {.write = sink_write, .ctx = s, .say = sink_say};

    memset(s, 0, sizeof(*s));
    s->keep = 1;
    whet__spool_init(spool);
    whet__show_init(show, order, &sink, spool);
}

/* Job `number` has ended, having printed that; it is said of it what is in `said_of_all`. */
static const char *said_of_all;

static int ended(struct whet_show *show, uint64_t number, const char *out, size_t len)
{
    struct whet_printed printed[WHET_STREAMS];
    int rc;

    for (int i = 0; i < WHET_STREAMS; i++) {
        whet__printed_init(&printed[i]);
        rc = whet__printed_add(&printed[i], show->spool, out, i == 0 ? len : len / 2);
        if (rc == 0)
            continue;
        whet__printed_clear(&printed[0], show->spool);
        if (i > 0)
            whet__printed_clear(&printed[1], show->spool);
        return rc;
    }
    rc = whet__show_ended(show, number, printed, said_of_all);
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_clear(&printed[i], show->spool);
    return rc;
}

static void end(struct whet_show *show, struct whet_spool *spool)
{
    whet__show_clear(show);
    whet__spool_clear(spool);
}

static void in_turn_whatever_the_order(void **state)
{
    enum { JOBS = 700 }; /* the ring grows twice */
    struct whet_random random;
    size_t order[JOBS];
    char expected[8192];
    size_t len = 0;

    (void)state;
    whet__random_init(&random, 7);
    whet__random_permutation(&random, order, JOBS);
    for (unsigned i = 1; i <= JOBS; i++)
        if (i % 3 != 0)
            len += (size_t)snprintf(expected + len, sizeof(expected) - len, "<%u>", i);
    for (int round = 0; round < 2; round++) {
        struct whet_spool spool;
        struct whet_show show;
        struct seen s;

        begin(&show, WHET_SHOW_INPUT, &s, &spool);
        for (unsigned i = 0; i < JOBS; i++) {
            unsigned number = round == 0 ? (unsigned)order[i] + 1 : JOBS - i;
            char text[16];

            snprintf(text, sizeof(text), "<%u>", number);
            assert_int_equal(ended(&show, number, text, number % 3 != 0 ? strlen(text) : 0), 0);
        }
        assert_int_equal(s.len[0], len);
        assert_memory_equal(s.text[0], expected, len);
        assert_int_equal(whet__show_end(&show), 0);
        assert_int_equal(show.memory, 0);
        end(&show, &spool);
    }
}

static void gaps_are_passed_at_the_end(void **state)
{
    struct whet_spool spool;
    struct whet_show show;
    struct seen s;

    (void)state;
    begin(&show, WHET_SHOW_INPUT, &s, &spool);
    assert_int_equal(ended(&show, 5, "e", 1), 0);
    assert_int_equal(ended(&show, 3, "c", 1), 0);
    assert_int_equal(s.len[0], 0);
    assert_int_equal(whet__show_end(&show), 0);
    assert_int_equal(s.len[0], 2);
    assert_memory_equal(s.text[0], "ce", 2);
    end(&show, &spool);
    begin(&show, WHET_SHOW_FINISH, &s, &spool);
    assert_int_equal(ended(&show, 5, "e", 1), 0);
    assert_int_equal(ended(&show, 3, "c", 1), 0);
    assert_memory_equal(s.text[0], "ec", 2);
    end(&show, &spool);
}

static void what_is_said_stands_behind(void **state)
{
    struct whet_spool spool;
    struct whet_show show;
    struct seen s;

    (void)state;
    said_of_all = "!";
    begin(&show, WHET_SHOW_INPUT, &s, &spool);
    assert_int_equal(ended(&show, 2, "b", 1), 0);
    assert_int_equal(ended(&show, 3, "", 0), 0);
    assert_int_equal(ended(&show, 1, "a", 1), 0);
    assert_string_equal(s.text[0], "a!b!!");
    end(&show, &spool);
    said_of_all = NULL;
}

static void there_is_a_window(void **state)
{
    struct whet_spool spool;
    struct whet_show show;
    struct seen s;

    (void)state;
    begin(&show, WHET_SHOW_INPUT, &s, &spool);
    assert_true(whet__show_has_room(&show, WHET_SHOW_WINDOW));
    assert_false(whet__show_has_room(&show, WHET_SHOW_WINDOW + 1));
    assert_int_equal(ended(&show, 1, "", 0), 0);
    assert_true(whet__show_has_room(&show, WHET_SHOW_WINDOW + 1));
    end(&show, &spool);
    begin(&show, WHET_SHOW_FINISH, &s, &spool);
    assert_true(whet__show_has_room(&show, UINT64_MAX));
    end(&show, &spool);
}

/* More than may wait in memory: with a place for it, and without one. */
static void what_waits_goes_to_the_disk(void **state)
{
    const size_t each = 200000, jobs = 250;
    char *text = calloc(each, 1);

    (void)state;
    assert_non_null(text);
    for (int place = 1; place >= 0; place--) {
        struct whet_spool spool;
        struct whet_show show;
        struct seen s;
        int rc = 0;

        assert_int_equal(setenv("TMPDIR", place ? "/tmp" : "/absent", 1), 0);
        begin(&show, WHET_SHOW_INPUT, &s, &spool);
        s.keep = 0;
        for (size_t i = 2; i <= jobs && rc == 0; i++)
            rc = ended(&show, i, text, each);
        assert_int_equal(rc, place ? 0 : -ENOENT);
        assert_true(show.memory <= WHET_SHOW_MEMORY + 2 * each);
        if (place) {
            assert_int_equal(ended(&show, 1, text, each), 0);
            assert_int_equal(s.bytes, jobs * (each + each / 2));
            assert_int_equal(spool.live, 0);
        }
        end(&show, &spool);
    }
    free(text);
}

static void live_lines_have_a_prefix(void **state)
{
    struct whet_printed printed;
    struct whet_spool spool;
    struct whet_show show;
    struct seen s;

    (void)state;
    begin(&show, WHET_SHOW_LIVE, &s, &spool);
    whet__printed_init(&printed);
    assert_int_equal(whet__printed_add(&printed, &spool, "a\nb\nc", 5), 0);
    assert_int_equal(whet__show_lines(&show, "7", WHET_STREAM_ERR, &printed, 0), 0);
    assert_string_equal(s.text[1], "[7] a\n[7] b\n");
    assert_int_equal(whet__printed_add(&printed, &spool, "d", 1), 0);
    assert_int_equal(whet__show_lines(&show, "7", WHET_STREAM_ERR, &printed, 1), 0);
    assert_string_equal(s.text[1], "[7] a\n[7] b\n[7] cd\n");
    assert_true(whet__printed_is_empty(&printed));
    whet__printed_clear(&printed, &spool);
    end(&show, &spool);
}

static void nothing_is_shown_after_an_error(void **state)
{
    struct whet_spool spool;
    struct whet_show show;
    struct seen s;

    (void)state;
    begin(&show, WHET_SHOW_INPUT, &s, &spool);
    s.error = -EPIPE;
    assert_int_equal(ended(&show, 1, "a", 1), -EPIPE);
    s.error = 0;
    assert_int_equal(ended(&show, 2, "b", 1), -EPIPE);
    assert_int_equal(whet__show_end(&show), -EPIPE);
    assert_int_equal(s.bytes, 0);
    end(&show, &spool);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_spool spool;
        struct whet_show show;
        struct seen s;
        int rc;

        begin(&show, WHET_SHOW_INPUT, &s, &spool);
        rc = ended(&show, 2, "b", 1);
        if (rc == 0)
            rc = ended(&show, 1, "a", 1);
        assert_true(rc == 0 || rc == -ENOMEM);
        end(&show, &spool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_turn_whatever_the_order),
        cmocka_unit_test(gaps_are_passed_at_the_end),
        cmocka_unit_test(what_is_said_stands_behind),
        cmocka_unit_test(there_is_a_window),
        cmocka_unit_test(what_waits_goes_to_the_disk),
        cmocka_unit_test(live_lines_have_a_prefix),
        cmocka_unit_test(nothing_is_shown_after_an_error),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
