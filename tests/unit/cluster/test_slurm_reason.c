/* Why tasks of Slurm wait. */
#include "../harness.h"

#include "cluster/reason.h"

static void reasons_are_told_apart(void **state)
{
    static const struct {
        const char *state, *reason;
        enum whet_slurm_reason is;
    } cases[] = {
        {"PENDING", "", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "None", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "Priority", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "Resources", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "JobArrayTaskLimit", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "PerJobLimits", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "ReqNodeNotAvail, UnavailableNodes:n2", WHET_SLURM_REASON_QUEUE},
        {"PENDING", "JobHeldUser", WHET_SLURM_REASON_HELD},
        {"PENDING", "JobHeldAdmin", WHET_SLURM_REASON_HELD},
        {"PENDING", "job requeued in held state", WHET_SLURM_REASON_HELD},
        {"PENDING", "job_requeued_in_held_state", WHET_SLURM_REASON_HELD},
        {"REQUEUE_HOLD", "", WHET_SLURM_REASON_HELD},
        {"SPECIAL_EXIT", "None", WHET_SLURM_REASON_HELD},
        {"PENDING", "PartitionNodeLimit", WHET_SLURM_REASON_NODES},
        {"PENDING", "BadConstraints", WHET_SLURM_REASON_NEVER},
        {"PENDING", "DependencyNeverSatisfied", WHET_SLURM_REASON_NEVER},
        {"PENDING", "QOSMaxCpuPerJobLimit", WHET_SLURM_REASON_NEVER},
        {"PENDING", "launch failed requeued held", WHET_SLURM_REASON_NEVER},
        {"PENDING", "launch_failed_requeued_held", WHET_SLURM_REASON_NEVER},
        {"REQUEUE_HOLD", "launch failed requeued held", WHET_SLURM_REASON_NEVER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(whet__slurm_reason(cases[i].state, cases[i].reason), cases[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reasons_are_told_apart)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
