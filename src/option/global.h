/* option/global.h - options that every command has.
 *
 * Shape    one record, one table of rows.
 * Units    none.
 * Memory   none is allocated.
 * Errors   none.
 * Threads  read only once the command runs.
 */
#ifndef WHET_OPTION_GLOBAL_H
#define WHET_OPTION_GLOBAL_H

#include <stddef.h>

enum whet_help_kind { WHET_HELP_NONE, WHET_HELP_SHORT, WHET_HELP_FULL };

struct whet_global {
    int color;   /* enum whet_colour_when, as asked */
    int quiet;   /* no progress, no notes */
    int verbose; /* 1: notes; 2: everything */
    int help;    /* enum whet_help_kind */
};

struct whet_option;
const struct whet_option *whet__global_options(size_t *count);

/* Whether the file descriptor gets colour: as asked; with `auto`, on a terminal that
 * can, unless NO_COLOR is set (https://no-color.org). */
int whet__global_color(const struct whet_global *global, int fd);

/* Whether progress is shown: a terminal on stderr, and not quiet. */
int whet__global_progress(const struct whet_global *global);

#endif
