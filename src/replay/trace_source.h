/* replay/trace_source.h - the bytes of a trace, expanded if they are compressed.
 *
 * Shape    a window that moves over a file, a pipe or memory: what is unread stays, more is
 *          read behind it.
 * Units    bytes.
 * Memory   two buffers of fixed size; freed by _clear.
 * Errors   -errno with *err filled: it cannot be read, or what is compressed is damaged.
 * Threads  one at a time.
 */
#ifndef WHET_REPLAY_TRACE_SOURCE_H
#define WHET_REPLAY_TRACE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_TRACE_WINDOW ((size_t)1 << 18) /* the longest line or record is below this */

struct whet_zstd_in;

struct whet_trace_source {
    unsigned char *data; /* what is unread; data[len] is 0 */
    size_t len;
    int last;             /* nothing follows what is in data */
    uint64_t taken_bytes; /* of the file */
    uint64_t file_bytes;  /* 0: not known */
    const char *name;     /* for messages */

    unsigned char *window, *packed; /* private, from here on */
    size_t packed_at, packed_len;
    const unsigned char *bytes; /* to be read instead of fd */
    size_t byte_count;
    int fd, owns_fd, ended, whole;
    struct whet_zstd_in *zstd;
};

/* "-" is standard input. Reads the first bytes. `path` must outlive the source. */
WHET_MUST_USE int whet__trace_source_open(struct whet_trace_source *s, const char *path,
                                          struct whet_error *err);
/* The same from memory; `bytes` and `name` must outlive the source. */
WHET_MUST_USE int whet__trace_source_open_bytes(struct whet_trace_source *s, const void *bytes,
                                                size_t len, const char *name,
                                                struct whet_error *err);
void whet__trace_source_clear(struct whet_trace_source *s);

/* Drops the first `used` bytes and reads more, unless `last`. -EFBIG: `used` was 0 and the
 * window is full; the caller says what is too long. */
WHET_MUST_USE int whet__trace_source_next(struct whet_trace_source *s, size_t used,
                                          struct whet_error *err);

#endif
