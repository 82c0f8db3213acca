/* os/tracer_inside.h - what the files behind os/tracer.h share: the trial before, and the time
 * after.
 *
 * Shape    see there.
 * Units    none.
 * Memory   none of its own.
 * Errors   as told for each.
 * Threads  one at a time.
 */
#ifndef WHET_OS_TRACER_INSIDE_H
#define WHET_OS_TRACER_INSIDE_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/file_call.h"

/* Traces a child of ours that opens one file. `scratch` is overwritten.
 * -ENOSYS, -EBUSY, -EPERM: it does not work here; else -errno. */
WHET_MUST_USE int whet__tracer_try(const struct whet_notice_filter *filter,
                                   struct whet_file_call *scratch);

/* Says it; the number again. */
int whet__tracer_explain(int rc, struct whet_error *err);

/* A process that answers for these listeners as long as somebody is there to call, and has
 * nothing else of ours. */
void whet__tracer_stand_in(const int *listeners, size_t count);

#endif
