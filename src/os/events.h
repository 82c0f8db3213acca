/* os/events.h - one wait for many descriptors.
 *
 * Shape    a set of descriptors, each with a tag; a wait answers the tags of those where
 *          something happened.
 * Units    nanoseconds.
 * Memory   the kernel's; a descriptor leaves the set when it is closed here and in every child
 *          that is between its start and its exec: for some microseconds its tag may still
 *          come.
 * Errors   -EMFILE, -ENOMEM, -ENOSPC: no room. -EPERM: a plain file, which is always ready.
 * Threads  one at a time.
 */
#ifndef WHET_OS_EVENTS_H
#define WHET_OS_EVENTS_H

#include <stdint.h>

#include <whet/api.h>

#define WHET_EVENTS_MAX 64 /* answered at once */

struct whet_events {
    int fd; /* -1: not open */
};

WHET_MUST_USE int whet__events_init(struct whet_events *e);
void whet__events_clear(struct whet_events *e);

/* From now on it is told as long as there is something to read, or nobody left to write. */
WHET_MUST_USE int whet__events_add(struct whet_events *e, int fd, uint64_t tag);
void whet__events_remove(struct whet_events *e, int fd);

/* Waits until something happens, a signal comes, or the time is over (UINT64_MAX: no limit),
 * and answers how many tags it wrote: 0 for a signal and for the end of the time. */
unsigned whet__events_wait(struct whet_events *e, uint64_t ns, uint64_t tags[WHET_EVENTS_MAX]);

#endif
