/* front/run_pace.h - how many commands run at once while a run goes on.
 *
 * Shape    open; asked by the executor (run/executor.h) twice a second; close.
 * Units    commands.
 * Memory   embedded; _close releases the rest.
 * Errors   -errno.
 * Threads  one at a time; one in a process, as signals are.
 *
 * By hand with SIGUSR1 and SIGUSR2, and where nobody said a number by load and memory
 * pressure (<whet/adapt.h>), which goes on from what was set by hand.
 */
#ifndef WHET_FRONT_RUN_PACE_H
#define WHET_FRONT_RUN_PACE_H

#include <whet/adapt.h>
#include <whet/api.h>

#include "run/executor.h"
#include "run/jobs.h"

struct whet_run_pace_keeper {
    struct whet_adapt *adapt; /* NULL: by hand only */
    unsigned now, most;
};

/* `jobs` to begin with. */
WHET_MUST_USE int whet__run_pace_open(struct whet_run_pace_keeper *k, unsigned jobs,
                                      int adaptive);
void whet__run_pace_close(struct whet_run_pace_keeper *k);

struct whet_run_pace whet__run_pace(struct whet_run_pace_keeper *k);

/* How many of type WHET_JOB_IO may run beside others, which want processors: 0 where there are
 * none of that type, else what <whet/sizing.h> says. */
unsigned whet__run_pace_io(const struct whet_jobs *jobs);

#endif
