/* run/lines.h - lines of a file or pipe, as they come.
 *
 * Shape    one line for each call, without its end.
 * Units    bytes; lines count from 1.
 * Memory   one buffer; a line has at most WHET_LINES_MAX bytes.
 * Errors   -EAGAIN: the rest of the line has not come yet (wait for the descriptor); -EFBIG:
 *          too long a line; -EILSEQ: it has a NUL; others of reading.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_LINES_H
#define WHET_RUN_LINES_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"

#define WHET_LINES_MAX ((size_t)1 << 20)

struct whet_lines {
    int fd;
    const char *name; /* for messages; borrowed */
    char end;         /* of a line: '\n' or '\0' */
    struct whet_text buffer;
    size_t at;       /* what was given out before */
    size_t looked;   /* up to where there is no end of a line */
    uint64_t number; /* of the line that was given last */
    int finished;    /* nothing more to read */
};

/* "-" is the standard input. The name is borrowed. */
WHET_MUST_USE int whet__lines_open(struct whet_lines *l, const char *path, char end,
                                   struct whet_error *err);
void whet__lines_close(struct whet_lines *l);

/* 1: *line, of *len bytes and ended by a NUL, until the next call; 0: there are no more. */
WHET_MUST_USE int whet__lines_next(struct whet_lines *l, const char **line, size_t *len,
                                   struct whet_error *err);

/* The first byte that is no blank and no end of a line: it stays where it is. 0: there is none.
 * Waits for it. */
WHET_MUST_USE int whet__lines_peek(struct whet_lines *l, char *out, struct whet_error *err);

/* How many lines are to come, all of them or the `commands` among them (no blank lines, no
 * comments), as the file is now: who writes to it may change that. Of a file above 64 MiB it is
 * an estimate by its beginning. 0: it is no file. */
uint64_t whet__lines_about(const struct whet_lines *l, int commands);

#endif
