/* os/clock.h: clocks that go forward, in nanoseconds. */
#include "../harness.h"

#include <time.h>

#include "os/clock.h"

static void clocks_go_forward(void **state)
{
    uint64_t now = whet__clock_now_ns(), thread = whet__clock_thread_cpu_ns();
    uint64_t process = whet__clock_process_cpu_ns();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint64_t later = whet__clock_now_ns();

        assert_true(later >= now);
        now = later;
    }
    assert_true(whet__clock_thread_cpu_ns() >= thread);
    assert_true(whet__clock_process_cpu_ns() >= process);
}

static void the_wall_clock_counts_from_1970(void **state)
{
    uint64_t before = (uint64_t)time(NULL), now = whet__clock_wall_ns() / 1000000000;

    (void)state;
    assert_true(now + 1 >= before && now <= (uint64_t)time(NULL) + 1);
}

static void sleeps_at_least_that_long(void **state)
{
    uint64_t start = whet__clock_now_ns();

    (void)state;
    whet__clock_sleep_ns(2000000);
    assert_true(whet__clock_now_ns() - start >= 2000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(the_wall_clock_counts_from_1970),
        cmocka_unit_test(sleeps_at_least_that_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
