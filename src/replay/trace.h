/* replay/trace.h - a recorded sequence of requests to a cache, with its keys numbered.
 *
 * Shape    arrays by request: the number of its key, counted from 0 in the order in which
 *          keys first appear, and its size where the file has sizes.
 * Units    bytes for sizes; request numbers from 0.
 * Memory   4 bytes per request, 4 more with sizes; at most WHET_TRACE_REQUESTS_MAX. Freed
 *          by _clear.
 * Errors   -errno with *err filled: file, line and column, or the number of a record.
 * Threads  reading a loaded trace is safe from any.
 *
 * Keys are told apart by 64 bits: of a plain decimal number its value, of any other text a
 * hash, of which two in a hundred million may agree with a chance of 1 in 3,700.
 */
#ifndef WHET_REPLAY_TRACE_H
#define WHET_REPLAY_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_TRACE_REQUESTS_MAX ((size_t)1 << 31)
#define WHET_TRACE_NEVER        UINT32_MAX

struct whet_trace_format;

struct whet_trace {
    uint32_t *ids;
    uint32_t *sizes; /* NULL: the file has none */
    uint32_t *next;  /* see whet__trace_find_next; NULL before */
    size_t count;
    uint32_t unique;          /* ids are below this */
    uint64_t bytes;           /* sum of all sizes; 0 without */
    uint64_t footprint_bytes; /* sum of each key's first size; 0 without */
    const struct whet_trace_format *format;
};

struct whet_trace_options {
    const char *format; /* a name; NULL: told from name and content */
    int (*stop)(void *ctx);
    /* `done` of `total` bytes of the file; total 0: not known. */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *ctx;
};

/* Reads `path` ("-": standard input), plain or compressed by zstd. `options` may be NULL.
 * -EINVAL: not in its format, or an unknown one.  -EFBIG: too many requests.  -ENODATA: it
 * has no request.  -ECANCELED: stopped.  -ENOMEM, -EBADMSG, and what reading answers. */
WHET_MUST_USE int whet__trace_load(struct whet_trace *out, const char *path,
                                   const struct whet_trace_options *options,
                                   struct whet_error *err);

/* The same from memory; `name` is for messages. */
WHET_MUST_USE int whet__trace_parse(struct whet_trace *out, const void *bytes, size_t len,
                                    const char *name, const struct whet_trace_options *options,
                                    struct whet_error *err);
void whet__trace_clear(struct whet_trace *t);

/* Fills `next`: for each request the number of the next one of the same key, or
 * WHET_TRACE_NEVER. For policies that know the future. */
WHET_MUST_USE int whet__trace_find_next(struct whet_trace *t);

#endif
