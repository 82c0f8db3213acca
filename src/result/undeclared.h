/* result/undeclared.h - what a command has used, and has not declared.
 *
 * Shape    made of a job and of the files that it named (os/tracer.h); cleared after use.
 * Units    none.
 * Memory   names are in an arena of its own.
 * Errors   -ENOMEM.
 * Threads  one at a time.
 *
 * Declared are the program, inputs and outputs, the depfile, and what is written in it. A file
 * that the command has made itself is no input; nor is one of the system: below
 * whet__undeclared_system or a folder that is to be ignored, unless it is below the folder that
 * the job runs in. Files count with links in their path resolved, too.
 */
#ifndef WHET_RESULT_UNDECLARED_H
#define WHET_RESULT_UNDECLARED_H

#include <whet/api.h>

#include "base/arena.h"
#include "base/vec.h"
#include "os/look.h"
#include "os/tracer.h"
#include "run/job.h"

/* Ended by NULL. */
extern const char *const whet__undeclared_system[];

struct whet_undeclared_file {
    const char *path; /* absolute, with links resolved */
    const char *name; /* as seen from the job's folder, if it is below that; else the path */
    unsigned uses;    /* enum whet_file_use */
};

struct whet_undeclared {
    struct whet_arena arena;
    struct whet_vec files; /* of struct whet_undeclared_file *: were there before, and read, run
                              or looked at; sorted by path */
    struct whet_vec listed; /* likewise: folders whose names were read */
    struct whet_vec absent; /* likewise: looked for, and not there */
    unsigned unseen;        /* enum whet_unseen: why not all could be seen */
};

/* `here` is the folder that we are in; `ignored` is of const char *, folders, or NULL. Paths
 * are resolved by `looks`: it waits once, for WHET_LOOK_NS at most, for what does not answer.
 */
WHET_MUST_USE int whet__undeclared_find(struct whet_undeclared *u,
                                        const struct whet_run_job *job, const char *here,
                                        const struct whet_vec *ignored,
                                        struct whet_looks *looks,
                                        const struct whet_trace_files *seen);
void whet__undeclared_clear(struct whet_undeclared *u);

/* "read", "run" or "looked at". */
const char *whet__undeclared_use(unsigned uses);

#endif
