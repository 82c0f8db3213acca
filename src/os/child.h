/* os/child.h - a child that was started: waiting for its end, reading its pipes until then.
 *
 * Shape    for os/spawn.c, which starts it and hands it over once.
 * Units    nanoseconds.
 * Memory   the struct is the caller's; whet__child_wait closes what it holds.
 * Errors   -ECHILD: someone else has waited for it (SIGCHLD is ignored).
 * Threads  one per child.
 */
#ifndef WHET_OS_CHILD_H
#define WHET_OS_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "os/spawn.h"
#include "os/watch.h"

/* The reading end of a pipe, and where its bytes go. */
struct whet_child_pipe {
    int fd; /* -1: none, or closed */
    int cut;
    struct whet_text *text;
};

struct whet_child {
    pid_t pid;
    uint64_t start_ns;
    struct whet_child_pipe out;
    struct whet_child_pipe err;
    struct whet_watch watch;
    const struct whet_spawn_options *options;
};

/* Waits for its end, ends the watch, and fills *out. */
WHET_MUST_USE int whet__child_wait(struct whet_child *c, struct whet_spawn_result *out);

#endif
