/* pool/job.h - a task as deques and queues hold it.
 *
 * Shape    a plain struct of five words.
 * Units    none.
 * Memory   all pointers are borrowed until the task has ended.
 * Errors   none.
 * Threads  copied from thread to thread.
 */
#ifndef WHET_POOL_JOB_H
#define WHET_POOL_JOB_H

#include <whet/pool.h>

struct whet_job {
    whet_task_run run;
    void *ctx;
    void *arg;
    struct whet_group *group;
    int *result; /* NULL: nobody asks */
};

#endif
