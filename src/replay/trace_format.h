/* replay/trace_format.h - formats of traces: one file with one const entry each.
 *
 * Shape    a reader is given what is unread, takes whole lines or records, and hands keys
 *          to the builder.
 * Units    bytes.
 * Memory   the builder's arrays grow up to WHET_TRACE_REQUESTS_MAX; readers have none.
 * Errors   -errno with *err filled.
 * Threads  one at a time.
 */
#ifndef WHET_REPLAY_TRACE_FORMAT_H
#define WHET_REPLAY_TRACE_FORMAT_H

#include "replay/trace.h"

#define WHET_TRACE_BLOCK 512

/* Where keys get their numbers, block by block: looking one up waits for memory, which
 * is asked for all of a block at once. */
struct whet_trace_builder {
    struct whet_trace *trace;
    size_t room;              /* of the trace's arrays */
    struct trace_slot *slots; /* private, from here on */
    unsigned slot_shift;
    size_t pending;
    int sized;
    uint64_t keys[WHET_TRACE_BLOCK];
    uint32_t sizes[WHET_TRACE_BLOCK];
};

/* What a reader is given and leaves behind. */
struct whet_trace_input {
    const unsigned char *data; /* data[len] is 0 */
    size_t len;
    int last;         /* nothing follows: the last line needs no end */
    const char *name; /* for messages */
    uint64_t number;  /* lines or records read so far */
    size_t used;      /* to be set */
    unsigned separator, key_column, size_column; /* of csv; columns count from 1 */
};

struct whet_trace_format {
    const char *name;
    const char *summary;
    /* 1 if a file that is called `name` and begins so is of this format. */
    int (*detect)(const char *name, const unsigned char *data, size_t len);
    int (*read)(struct whet_trace_input *in, struct whet_trace_builder *b,
                struct whet_error *err);
};

/* Numbers what is pending; -ENOMEM, -EFBIG. */
WHET_MUST_USE int whet__trace_flush(struct whet_trace_builder *b);

/* The next request. A reader adds with sizes always or never. */
static inline int whet__trace_add(struct whet_trace_builder *b, uint64_t key, uint32_t size)
{
    b->keys[b->pending] = key;
    b->sizes[b->pending] = size;
    return ++b->pending == WHET_TRACE_BLOCK ? whet__trace_flush(b) : 0;
}

/* The 64 bits of a key that is text: see replay/trace.h. */
uint64_t whet__trace_key(const unsigned char *text, size_t len);

/* Fills *err with what is wrong in a line, and where. */
WHET_PRINTF(4, 5)
int whet__trace_line_error(const struct whet_trace_input *in, size_t column,
                           struct whet_error *err, const char *format, ...);

/* The end of the line that begins at `from`: its '\n', or the end of the last line; NULL:
 * it is not all here. */
const unsigned char *whet__trace_line_end(const struct whet_trace_input *in,
                                          const unsigned char *from);

#endif
