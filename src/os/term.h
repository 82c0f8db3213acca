/* os/term.h - what the other end of a descriptor can show.
 *
 * Shape    one call fills one plain struct.
 * Units    character cells.
 * Memory   none is kept.
 * Errors   none: 80 x 24 is assumed where nothing is known.
 * Threads  safe while nobody changes the environment.
 */
#ifndef WHET_OS_TERM_H
#define WHET_OS_TERM_H

struct whet_term {
    int tty;          /* 1: a terminal */
    unsigned columns; /* of the terminal, else COLUMNS and LINES, else 80 x 24 */
    unsigned rows;
};

void whet__term_read(int fd, struct whet_term *out);

#endif
