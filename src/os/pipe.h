/* os/pipe.h - a pipe from a child to us.
 *
 * Shape    one call, two descriptors.
 * Units    bytes.
 * Memory   none is allocated.
 * Errors   -EMFILE, -ENFILE: no descriptors left.
 * Threads  safe from any.
 */
#ifndef WHET_OS_PIPE_H
#define WHET_OS_PIPE_H

#include <stddef.h>

#include <whet/api.h>

/* The same file under a number that is none of the standard ones: those are replaced in a
 * child, one after the other. Closes `fd`; -1 with errno set when it is -1 or there is no
 * other. */
int whet__fd_above_standard(int fd);

/* Both ends are closed on exec, and reading never blocks. On failure neither is open. */
WHET_MUST_USE int whet__pipe_open(int *read_end, int *write_end);

/* How many bytes are in it now. */
size_t whet__pipe_waiting(int read_end);

#endif
