/* What squeue says of tasks, read; Slurm itself is tried in tests/cli/slurm.bats. */
#include "../harness.h"

#include <string.h>

#include "cluster/slurm.h"

static void states_are_read(void **state)
{
    struct whet_slurm_task tasks[5] = {{0}};

    (void)state;
    assert_int_equal(
        whet__slurm_read("1 RUNNING\n2 PENDING\n3 COMPLETED\n4 NODE_FAIL\n", tasks, 5), 3);
    assert_int_equal(tasks[0].state, WHET_SLURM_RUNNING);
    assert_int_equal(tasks[1].state, WHET_SLURM_WAITING);
    assert_int_equal(tasks[2].state, WHET_SLURM_DONE);
    assert_int_equal(tasks[3].state, WHET_SLURM_FAILED);
    assert_string_equal(tasks[3].word, "NODE_FAIL");
    assert_int_equal(tasks[4].state, WHET_SLURM_WAITING);
    /* A requeued task is open again. */
    assert_int_equal(whet__slurm_read("4 PENDING\n1 COMPLETING\n", tasks, 5), 4);
    assert_int_equal(tasks[3].state, WHET_SLURM_WAITING);
    assert_int_equal(tasks[0].state, WHET_SLURM_RUNNING);
}

static void nonsense_is_passed_over(void **state)
{
    struct whet_slurm_task tasks[2] = {{0}};

    (void)state;
    assert_int_equal(whet__slurm_read("", tasks, 2), 2);
    assert_int_equal(whet__slurm_read("0 COMPLETED\n3 COMPLETED\nx\n1COMPLETED\n-1 FAILED\n"
                                      "1 A_VERY_LONG_WORD_THAT_NO_STATE_HAS\n",
                                      tasks, 2),
                     2);
    assert_int_equal(strlen(tasks[0].word), sizeof(tasks[0].word) - 1);
}

static void reasons_are_read(void **state)
{
    struct whet_slurm_task tasks[4] = {{0}};

    (void)state;
    assert_int_equal(whet__slurm_read("1 PENDING launch failed requeued held\n2 RUNNING None\n"
                                      "3 REQUEUE_HOLD\n4 PENDING   "
                                      "a reason that is longer than there is any room for it\n",
                                      tasks, 4),
                     4);
    assert_string_equal(tasks[0].reason, "launch failed requeued held");
    assert_string_equal(tasks[1].reason, "None");
    assert_string_equal(tasks[2].reason, "");
    assert_int_equal(tasks[2].state, WHET_SLURM_WAITING);
    assert_int_equal(strlen(tasks[3].reason), sizeof(tasks[3].reason) - 1);
    assert_int_equal(tasks[3].state, WHET_SLURM_WAITING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_read),
        cmocka_unit_test(nonsense_is_passed_over),
        cmocka_unit_test(reasons_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
