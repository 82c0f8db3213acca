/* Asked twice a second: a look is three or four small files of the kernel. */
#include "front/run_pace.h"

#include <whet/pool.h>
#include <whet/sizing.h>

#include "os/signal.h"

#define RAIL 4 /* x cores: as far as it goes, unless more were asked for */

static unsigned keeper_size(void *ctx)
{
    return ((const struct whet_run_pace_keeper *)ctx)->now;
}

static int keeper_resize(void *ctx, unsigned workers)
{
    ((struct whet_run_pace_keeper *)ctx)->now = workers;
    return 0;
}

int whet__run_pace_open(struct whet_run_pace_keeper *k, unsigned jobs, int adaptive)
{
    unsigned rail = RAIL * whet_pool_cores();
    const struct whet_adapt_options options = {.most = jobs > rail ? jobs : rail,
                                               .size = keeper_size,
                                               .resize = keeper_resize,
                                               .ctx = k};

    *k = (struct whet_run_pace_keeper){.now = jobs, .most = options.most};
    return adaptive ? whet_adapt_new(&k->adapt, NULL, &options) : 0;
}

void whet__run_pace_close(struct whet_run_pace_keeper *k)
{
    whet_adapt_free(k->adapt);
    k->adapt = NULL;
}

/* What was asked for by hand, within what there may be. */
static unsigned by_hand(const struct whet_run_pace_keeper *k)
{
    int wish = whet__by_hand();

    if (wish < 0)
        return (unsigned)-wish < k->now ? k->now - (unsigned)-wish : 1;
    return (unsigned)wish < k->most - k->now ? k->now + (unsigned)wish : k->most;
}

/* What is idle says nothing while there is nothing to run. */
static unsigned ask(void *ctx, unsigned now, unsigned busy)
{
    struct whet_run_pace_keeper *k = ctx;

    k->now = by_hand(k);
    if (k->adapt != NULL && busy >= now)
        (void)whet_adapt_look(k->adapt);
    return k->now;
}

struct whet_run_pace whet__run_pace(struct whet_run_pace_keeper *k)
{
    return (struct whet_run_pace){ask, k, k->most};
}

unsigned whet__run_pace_io(const struct whet_jobs *jobs)
{
    const struct whet_run_job *items = jobs->items.items;
    struct whet_tune_machine machine;
    struct whet_sizing sizing;
    size_t i = 0;

    while (i < jobs->items.len && items[i].type != WHET_JOB_IO)
        i++;
    if (i == jobs->items.len)
        return 0;
    whet_tune_machine_read("", ".", &machine);
    return whet_sizing_decide(&sizing, &machine,
                              &(struct whet_sizing_options){.type = WHET_SIZING_IO}) == 0
               ? sizing.workers
               : 0;
}
