/* view/progress.h - how far long work is, in one line on a terminal.
 *
 * Shape    init, many updates, end. Nothing is ever written unless `out` was said to be
 *          a terminal. Redrawn at most ten times a second, first after a tenth, so
 *          that short work shows nothing; gone at the end.
 * Units    nanoseconds of any steady clock, given by the caller; terminal columns.
 * Memory   embedded; one line's buffer, freed by the end. Without memory no line shows.
 * Errors   none: a line that cannot be written is lost.
 * Threads  update and end from any; only one progress line is live at a time, and it
 *          takes itself off the screen before a log line (base/log.h).
 */
#ifndef WHET_VIEW_PROGRESS_H
#define WHET_VIEW_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

struct whet_progress {
    FILE *out; /* NULL when silent or ended; the rest is private */
    const char *label;
    const char *noun;
    size_t columns;
    unsigned flags;
    struct whet_text line;
    uint64_t start_ns;
    uint64_t drawn_ns;
    uint64_t rated_ns; /* when and at what count the rate was last brought up to date */
    uint64_t rated_done;
    double rate; /* per second, smoothed; 0: not known yet */
    int on_screen;
    int held; /* a log line was written: stay away for one interval */
};

struct whet_progress_options {
    FILE *out;
    int is_terminal;   /* 0: the whole object is silent */
    size_t columns;    /* 0: 80 */
    int ascii;         /* for a terminal that is not UTF-8 */
    const char *label; /* "scanning"; borrowed until the end */
    const char *noun;  /* "files": what is counted; borrowed until the end */
};

/* Begins, and takes hold of whet__log_before_set until the end. */
void whet__progress_init(struct whet_progress *p, const struct whet_progress_options *options,
                         uint64_t now_ns);

/* `total` 0: not known (yet), so neither percentage nor time left. `detail` is shown
 * where there is room (a path, any bytes); NULL for none. */
void whet__progress_update(struct whet_progress *p, uint64_t now_ns, uint64_t done,
                           uint64_t total, const char *detail);

/* Makes room for what is about to be written to the same terminal, as a log line does. */
void whet__progress_step_aside(struct whet_progress *p);

/* Takes the line off the screen; a second call does nothing. */
void whet__progress_end(struct whet_progress *p);

#endif
