/* front/terminal.h - the person at the terminal: how wide and bright an answer is, how far long
 * work is, and Ctrl-C.
 *
 * Shape    one call each; a progress line is then view/progress.h's.
 * Units    columns.
 * Memory   none of its own.
 * Errors   none.
 * Threads  as view/progress.h; _stop from any.
 */
#ifndef WHET_FRONT_TERMINAL_H
#define WHET_FRONT_TERMINAL_H

#include <stdio.h>

#include "option/global.h"
#include "view/progress.h"
#include "view/table.h"

/* How tables look on `out`: as wide as the terminal, else 80 columns. */
void whet__terminal_style(FILE *out, const struct whet_global *global,
                          struct whet_table_style *style);

/* Begins a line on stderr, where there is a terminal and progress is wanted; to be ended by
 * whet__progress_end. `label` and `noun` as in view/progress.h. */
void whet__terminal_progress(struct whet_progress *line, const struct whet_global *global,
                             const char *label, const char *noun);

/* For long work to ask: the number of the signal that came, or 0. `ctx` is not looked at. */
int whet__terminal_stop(void *ctx);

#endif
