/* One line on a terminal, drawn between runs only: a line that is drawn while a command runs
 * would be measured with it. */
#include "front/bench_watch.h"

#include <stdio.h>

#include "front/terminal.h"
#include "os/clock.h"

void whet__bench_watch_init(struct whet_bench_watch *w, const struct whet_global *global,
                            uint64_t budget_ns)
{
    w->budget_ns = budget_ns;
    whet__terminal_progress(&w->line, global, "measuring", "runs");
}

void whet__bench_watch_end(struct whet_bench_watch *w)
{
    whet__progress_end(&w->line);
}

/* How many runs it will be: all of them, or as many as the time is enough for. */
static uint64_t runs_expected(const struct whet_bench_watch *w,
                              const struct whet_rounds_progress *p)
{
    double share, total;

    if (w->budget_ns == 0 || p->confirms || p->elapsed_ns == 0 || p->done == 0)
        return p->total;
    share = (double)p->elapsed_ns / (double)w->budget_ns;
    total = (double)p->done / share;
    if (share >= 1 || total >= (double)p->total)
        return p->total;
    return (uint64_t)total;
}

void whet__bench_watch_progress(void *ctx, const struct whet_rounds_progress *p)
{
    struct whet_bench_watch *w = ctx;
    char detail[160];

    if (w->line.out == NULL || p->arm == NULL)
        return;
    snprintf(detail, sizeof(detail), "%s%s",
             p->confirms ? "once more: "
             : p->warmup ? "warm-up: "
                         : "",
             p->arm);
    whet__progress_update(&w->line, whet__clock_now_ns(), p->done, runs_expected(w, p), detail);
}
