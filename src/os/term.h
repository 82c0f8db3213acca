/* os/term.h - what the other end of a descriptor can show.
 *
 * Shape    one call fills one plain struct.
 * Units    character cells.
 * Memory   none is kept.
 * Errors   none: 80 x 24 without colour is assumed where nothing is known.
 * Threads  safe while nobody changes the environment.
 */
#ifndef WHET_OS_TERM_H
#define WHET_OS_TERM_H

struct whet_term {
    int tty;          /* 1: a terminal */
    unsigned columns; /* of the terminal, else COLUMNS and LINES, else 80 x 24 */
    unsigned rows;
    int colour; /* 1: colour is wanted */
};

/* Colour: NO_COLOR (not empty) says no before anything else; then CLICOLOR_FORCE (not
 * empty, not "0") says yes; else yes on a terminal, unless TERM is "dumb", empty or unset,
 * or CLICOLOR is "0".
 * Source: https://no-color.org, https://bixense.com/clicolors */
void whet__term_read(int fd, struct whet_term *out);

#endif
