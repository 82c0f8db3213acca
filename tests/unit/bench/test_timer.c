/* <whet/timer.h>: what blocks add, however they are left, in threads and in reports. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <whet/timer.h>

#define THREADS 4
#define BLOCKS  5000

static int leaves_by(const char *how)
{
    WHET_TIMED("left")
    {
        if (strcmp(how, "return") == 0)
            return 1;
        if (strcmp(how, "break") == 0)
            break;
        if (strcmp(how, "continue") == 0)
            continue;
        if (strcmp(how, "goto") == 0)
            goto out;
    }
out:
    return 0;
}

static void however_it_is_left(void **state)
{
    static const char *const ways[] = {"end", "return", "break", "continue", "goto"};
    struct whet_timer_sum sum;

    (void)state;
    whet_timer_reset();
    for (size_t i = 0; i < 5; i++) {
        leaves_by(ways[i]);
        assert_int_equal(whet_timer_read("left", &sum), 0);
        assert_int_equal(sum.count, i + 1);
    }
    assert_true(sum.min_ns <= sum.max_ns && sum.max_ns <= sum.total_ns);
    assert_true(sum.mean_ns == (double)sum.total_ns / 5);
    assert_false(sum.memory);
}

static void inside_each_other_and_by_name(void **state)
{
    struct whet_timer_sum outer, inner;

    (void)state;
    whet_timer_reset();
    assert_int_equal(whet_timer_read("outer", &outer), -ENOENT);
    WHET_TIMED("outer")
    {
        WHET_TIMED("inner")
        {
        }
        WHET_TIMED_MEMORY("inner")
        {
        }
    }
    assert_int_equal(whet_timer_read("outer", &outer), 0);
    assert_int_equal(whet_timer_read("inner", &inner), 0);
    assert_true(outer.count == 1 && inner.count == 2 && inner.memory);
    assert_true(outer.total_ns >= inner.total_ns);
}

static void stopping_twice_counts_once(void **state)
{
    static struct whet_timer timer = WHET_TIMER("by hand");
    struct whet_timed timed = whet_timer_start(&timer);
    struct whet_timer_sum sum;

    (void)state;
    whet_timer_stop(&timed);
    whet_timer_stop(&timed);
    assert_int_equal(whet_timer_read("by hand", &sum), 0);
    assert_int_equal(sum.count, 1);
}

static void memory_that_grew(void **state)
{
    const size_t size = (size_t)64 << 20;
    struct whet_timer_sum sum;

    (void)state;
    WHET_TIMED_MEMORY("grows")
    {
        char *block = malloc(size);

        assert_non_null(block);
        memset(block, 1, size);
        __asm__ volatile("" : : "r"(block) : "memory");
        free(block);
    }
    assert_int_equal(whet_timer_read("grows", &sum), 0);
    assert_true(sum.memory && sum.grown_bytes > size / 2);
}

static void *run_blocks(void *arg)
{
    (void)arg;
    for (int i = 0; i < BLOCKS; i++) {
        WHET_TIMED("shared")
        {
        }
    }
    return NULL;
}

static void in_threads(void **state)
{
    pthread_t threads[THREADS];
    struct whet_timer_sum sum;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_blocks, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(whet_timer_read("shared", &sum), 0);
    assert_int_equal(sum.count, THREADS * BLOCKS);
}

/* What a report says of one block. */
static void reported(enum whet_timer_format format, char *out, size_t size)
{
    FILE *file = tmpfile();
    size_t len;

    assert_non_null(file);
    whet_timer_reset();
    leaves_by("end");
    assert_int_equal(whet_timer_report(file, format), 0);
    rewind(file);
    len = fread(out, 1, size - 1, file);
    out[len] = '\0';
    fclose(file);
}

static void reports(void **state)
{
    char text[4096];

    (void)state;
    reported(WHET_TIMER_TEXT, text, sizeof(text));
    assert_non_null(strstr(text, "timer"));
    assert_non_null(strstr(text, "left"));
    assert_null(strstr(text, "inner"));
    reported(WHET_TIMER_JSON, text, sizeof(text));
    assert_ptr_equal(strstr(text, "{\"version\":1,\"timers\":[{\"name\":\"left\",\"count\":1,"),
                     text);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void reports_without_memory(void **state)
{
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    leaves_by("end");
    EACH_ALLOCATION_FAILS
    {
        int rc = whet_timer_report(file, WHET_TIMER_TEXT);

        assert_true(rc == 0 || rc == -ENOMEM);
        rc = whet_timer_report(file, WHET_TIMER_JSON);
        assert_true(rc == 0 || rc == -ENOMEM);
    }
    fclose(file);
    file = fopen("/dev/full", "w");
    assert_non_null(file);
    assert_int_equal(whet_timer_report(file, WHET_TIMER_JSON), -EIO);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_it_is_left),
        cmocka_unit_test(inside_each_other_and_by_name),
        cmocka_unit_test(stopping_twice_counts_once),
        cmocka_unit_test(memory_that_grew),
        cmocka_unit_test(in_threads),
        cmocka_unit_test(reports),
        cmocka_unit_test(reports_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
