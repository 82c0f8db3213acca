/* whet/error.h - what went wrong, for a person to read.
 *
 * Shape    a plain struct with fixed text: copy it, nothing to free.
 * Units    lines and columns count from 1; 0 means "not known".
 * Memory   none is allocated.
 * Errors   setting an error cannot fail; text that is too long is cut.
 * Threads  a struct belongs to one thread.
 */
#ifndef WHET_ERROR_H
#define WHET_ERROR_H

#include <whet/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Filled by calls that read a person's input, when they return -errno.
 * `text` is "cause, in lower case: 'subject': what to do"; `file` is the file
 * that was being read, empty when there was none. */
struct whet_error {
    int code; /* the negative errno value that the call returned */
    unsigned line;
    unsigned column;
    char file[512];
    char text[512];
};

/* Fills *err (NULL is fine) and returns `code`, so that a caller can write
 * `return whet_error_set(err, -EINVAL, "...")`. Clears file, line, column. */
WHET_API WHET_PRINTF(3, 4) int whet_error_set(struct whet_error *err, int code,
                                              const char *format, ...);

/* Adds the place in a file. NULL `err` is fine. */
WHET_API void whet_error_at(struct whet_error *err, const char *file, unsigned line,
                            unsigned column);

/* Writes "file:line:column: text", or as much of it as is known, into `out`
 * of `size` bytes, always NUL-terminated. Returns `out`. */
WHET_API const char *whet_error_format(const struct whet_error *err, char *out, unsigned size);

#ifdef __cplusplus
}
#endif

#endif
