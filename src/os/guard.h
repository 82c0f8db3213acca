/* os/guard.h - no child outlives us, however we end.
 *
 * Shape    a table of process groups in memory that a second process shares. It sleeps until
 *          this one is gone, by SIGKILL even, and kills the groups that are in the table then.
 * Units    none.
 * Memory   one shared page or a few.
 * Errors   0 or -errno: no room for another process.
 * Threads  slots may be filled from any; start and end once.
 *
 * What a child put into a session or group of its own is not reached.
 */
#ifndef WHET_OS_GUARD_H
#define WHET_OS_GUARD_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

#include <whet/api.h>

struct whet_guard {
    atomic_int *groups; /* one for each slot; 0: none */
    size_t bytes;
    int pipe; /* its other end tells the guard that we are gone; -1: not started */
    pid_t pid;
};

WHET_MUST_USE int whet__guard_start(struct whet_guard *g, unsigned slots);

/* Ends it, and with it what is still in the table. Fine for one that was never started, but
 * set to {.pipe = -1}. */
void whet__guard_end(struct whet_guard *g);

/* In a fork of ours that stays: everything but these descriptors, for a reader at the end of
 * our stdout must see it close. */
void whet__guard_close_others(int first, int last);

#endif
