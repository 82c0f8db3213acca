/* run/show.h - what jobs print, on its way to people: kept apart, whole, and in order.
 *
 * Shape    each job that has ended is handed in, once; it is shown as soon as it is its turn.
 *          The one whose turn it is may be shown in parts before that.
 * Units    bytes.
 * Memory   what waits for its turn: up to WHET_SHOW_MEMORY here, more in the spool.
 * Errors   0 or -errno of the place it is shown at (-EPIPE: nobody reads any more) or of the
 *          spool. Nothing is shown after the first.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_SHOW_H
#define WHET_RUN_SHOW_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/vec.h"
#include "os/spool.h"
#include "run/printed.h"

#define WHET_SHOW_MEMORY ((size_t)64 << 20)

/* How many jobs may have ended before the first of them that is still running: then no more
 * are started until that one ends. */
#define WHET_SHOW_WINDOW 65536

enum whet_show_order {
    WHET_SHOW_INPUT, /* in the order of the input */
    WHET_SHOW_FINISH,
    WHET_SHOW_LIVE /* line by line as it comes, behind the job's name or number */
};

enum whet_stream { WHET_STREAM_OUT, WHET_STREAM_ERR, WHET_STREAMS };

/* Where it goes. 0 or -errno. */
struct whet_sink {
    int (*write)(void *ctx, enum whet_stream stream, const char *bytes, size_t len);
    void *ctx;
    int (*gone)(void *ctx); /* 1: nobody reads any more; NULL: not known before a write */
    /* What is said of a job that has ended, behind what it printed. NULL: nothing. */
    void (*say)(void *ctx, const char *text);
};

struct whet_show {
    enum whet_show_order order;
    struct whet_sink sink;
    struct whet_spool *spool;
    struct whet_vec waiting; /* of pairs of printed, or NULL, by number from `next`: a ring */
    uint64_t next;           /* the number of the job whose turn it is */
    uint64_t last;           /* the highest that was handed in */
    size_t memory;           /* in what waits */
    int error;
    int sink_failed; /* 1: it is the sink's; 0: the spool's, or want of memory */
};

void whet__show_init(struct whet_show *s, enum whet_show_order order,
                     const struct whet_sink *sink, struct whet_spool *spool);

/* Shows what still waits, past any gaps. */
WHET_MUST_USE int whet__show_end(struct whet_show *s);
void whet__show_clear(struct whet_show *s);

/* Whether a job of that number may be started now. */
int whet__show_has_room(const struct whet_show *s, uint64_t number);

/* Whether it is the turn of that job, which then is shown as it prints. */
int whet__show_is_turn(const struct whet_show *s, uint64_t turn);

/* It is: shows what is new of what it printed, on both streams. More than `keep_bytes` that
 * are shown are forgotten. */
WHET_MUST_USE int whet__show_more(struct whet_show *s,
                                  struct whet_printed printed[WHET_STREAMS], size_t keep_bytes);

/* The job has ended; what it printed, on both streams, is taken over and empty after that.
 * `said` is said of it then; NULL: nothing. */
WHET_MUST_USE int whet__show_ended(struct whet_show *s, uint64_t number,
                                   struct whet_printed printed[WHET_STREAMS], const char *said);

/* Live: shows the whole lines of `printed`, or, with `all`, also one that has no end. */
WHET_MUST_USE int whet__show_lines(struct whet_show *s, const char *prefix,
                                   enum whet_stream stream, struct whet_printed *printed,
                                   int all);

#endif
