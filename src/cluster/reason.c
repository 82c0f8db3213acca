/* Reasons. Expected load: one for each task that waits, every two seconds.
 *
 * The words are those of "JOB REASON CODES" in squeue(1) and of slurmctld, which writes those
 * with blanks in them, in some versions with '_' in their place. */
#include "cluster/reason.h"

#include <stddef.h>
#include <string.h>

static const char *const held[] = {"JobHeldAdmin", "JobHeldUser", "job requeued in held state"};

static const char *const held_states[] = {"REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"};

/* Of a partition that is too small, or of one whose nodes are down or drained. */
static const char nodes[] = "PartitionNodeLimit";

static const char *const never[] = {"BadConstraints",
                                    "DependencyNeverSatisfied",
                                    "InvalidAccount",
                                    "InvalidQOS",
                                    "JobHoldMaxRequeue",
                                    "PartitionTimeLimit",
                                    "launch failed requeued held"};

/* QOSMaxCpuPerJobLimit and many more. */
static const char of_one_job[] = "PerJobLimit";

static int same(const char *a, const char *b)
{
    while (*a != '\0' && (*a == '_' ? ' ' : *a) == (*b == '_' ? ' ' : *b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static int is_in(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (same(word, list[i]))
            return 1;
    return 0;
}

static int ends_in(const char *word, const char *end)
{
    size_t len = strlen(word), tail = strlen(end);

    return len >= tail && strcmp(word + len - tail, end) == 0;
}

enum whet_slurm_reason whet__slurm_reason(const char *state, const char *reason)
{
    if (is_in(reason, never, sizeof(never) / sizeof(never[0])) || ends_in(reason, of_one_job))
        return WHET_SLURM_REASON_NEVER;
    if (is_in(reason, held, sizeof(held) / sizeof(held[0])) ||
        is_in(state, held_states, sizeof(held_states) / sizeof(held_states[0])))
        return WHET_SLURM_REASON_HELD;
    if (same(reason, nodes))
        return WHET_SLURM_REASON_NODES;
    return WHET_SLURM_REASON_QUEUE;
}
