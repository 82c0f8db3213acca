/* run/workshop.h - what all attempts of a run share: how commands are started, what tells of
 * them, and where what they print goes.
 *
 * Shape    opened for a run, closed at its end.
 * Units    nanoseconds, bytes.
 * Memory   embedded; what it holds is bounded by slots, and by what is printed.
 * Errors   -errno.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_WORKSHOP_H
#define WHET_RUN_WORKSHOP_H

#include <limits.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/events.h"
#include "os/launch.h"
#include "os/spool.h"
#include "os/tracer.h"
#include "run/show.h"

struct whet_run_options;

struct whet_workshop {
    struct whet_launcher launcher;
    struct whet_events events;
    struct whet_spool spool;
    struct whet_show show;
    struct whet_tracer *tracer; /* NULL: nobody wants to know what they read; borrowed */
    uint64_t grace_ns;
    uint64_t hold_bytes;       /* in the spool; who prints more waits */
    unsigned waiting;          /* how many do */
    char sought[NAME_MAX + 1]; /* the program looked for last, and where it is */
    char found[PATH_MAX];
};

/* Room for `slots` commands at once. */
WHET_MUST_USE int whet__workshop_open(struct whet_workshop *shop,
                                      const struct whet_run_options *o, unsigned slots);
void whet__workshop_close(struct whet_workshop *shop);

/* Where the program is: `name` itself, if it has a slash, else as PATH says; borrowed until the
 * next call. */
WHET_MUST_USE int whet__workshop_find(struct whet_workshop *shop, const char *name,
                                      const char **out, struct whet_error *err);

#endif
