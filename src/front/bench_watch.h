/* front/bench_watch.h - what a person sees of a session while it goes on.
 *
 * Shape    init, hand the call to the session, end.
 * Units    none.
 * Memory   embedded.
 * Errors   none.
 * Threads  as view/progress.h.
 */
#ifndef WHET_FRONT_BENCH_WATCH_H
#define WHET_FRONT_BENCH_WATCH_H

#include "bench/rounds.h"
#include "option/global.h"
#include "view/progress.h"

struct whet_bench_watch {
    struct whet_progress line;
    uint64_t budget_ns; /* 0: none */
};

/* `budget_ns` is the time in which the rounds will end; 0: they have no limit. */
void whet__bench_watch_init(struct whet_bench_watch *w, const struct whet_global *global,
                            uint64_t budget_ns);
void whet__bench_watch_end(struct whet_bench_watch *w);

/* For struct whet_rounds_options, with the watch as ctx; `stop` is whet__terminal_stop. */
void whet__bench_watch_progress(void *ctx, const struct whet_rounds_progress *p);

#endif
