/* cluster/slurm.h - a job array on Slurm: submitted, waited for, accounted for.
 *
 * Shape    one command, run as tasks 1..N of one array; each finds its number in
 *          SLURM_ARRAY_TASK_ID.
 * Units    nanoseconds.
 * Memory   the caller gives an array of N task states.
 * Errors   -ENOENT: Slurm's commands are not in PATH; -ECONNREFUSED: sbatch failed, in its own
 *          words, and nothing was submitted; -EIO: another of them failed, likewise, or a task
 *          can never start (cluster/reason.h); -ECANCELED: stopped. After any the array is
 *          cancelled, if Slurm can be told.
 *          A task that fails is told in its state.
 * Threads  one call at a time; it blocks.
 *
 * Slurm does all of it: queueing, nodes, limits, requeueing. This calls sbatch once and then
 * asks squeue every two seconds, at first more often. What a task prints is in
 * FOLDER/part-K.out and .err, a folder that all nodes and this machine see under one name.
 * A task that is held, or waits for nodes that are not there, is waited for, and warned of
 * once.
 */
#ifndef WHET_CLUSTER_SLURM_H
#define WHET_CLUSTER_SLURM_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"

#define WHET_SLURM_TASKS_MAX 1000000

enum whet_slurm_state {
    WHET_SLURM_WAITING,
    WHET_SLURM_RUNNING,
    WHET_SLURM_DONE,   /* exit 0 */
    WHET_SLURM_FAILED, /* any other end: `word` is Slurm's for it */
    WHET_SLURM_UNSEEN  /* it ended, and Slurm had forgotten how when it was asked */
};

struct whet_slurm_task {
    enum whet_slurm_state state;
    char word[24];   /* "NODE_FAIL" */
    char reason[48]; /* why it waits; "": nothing was said */
};

struct whet_slurm_options {
    const char *const
        *argv;          /* what each task runs, NULL-terminated; argv[0] an absolute path */
    unsigned tasks;     /* 1..WHET_SLURM_TASKS_MAX; sites often allow fewer */
    const char *name;   /* of the job */
    const char *folder; /* absolute; exists */
    const char *const *more; /* further words for sbatch */
    size_t more_count;
    int (*stop)(void *ctx); /* asked as often; 1 cancels the array; NULL: never */
    void (*progress)(void *ctx, unsigned ended, unsigned running, unsigned total);
    void *ctx;
};

/* Returns when every task has ended. */
WHET_MUST_USE int whet__slurm_run(const struct whet_slurm_options *options,
                                  struct whet_slurm_task *tasks, struct whet_error *err);

/* Appends the path of what task K printed: "out" or "err". */
void whet__slurm_output(const struct whet_slurm_options *options, unsigned task,
                        const char *which, struct whet_text *out);

/* Reads what squeue says of tasks ("K STATE REASON" a line, the last perhaps of several words)
 * into `tasks`. Returns how many have not ended. What is not of that form is passed over. */
unsigned whet__slurm_read(const char *text, struct whet_slurm_task *tasks, unsigned count);

#endif
