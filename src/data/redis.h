/* data/redis.h - the door to hiredis: what a Redis or Valkey server says.
 *
 * Shape    commands are written into a text, as many as are to go out together; bytes that
 *          come back are fed to a reader, which answers reply after reply (RESP2).
 * Units    bytes.
 * Memory   a reply is the caller's, freed by _reply_free; replies and what is not yet a whole
 *          one are bounded by the reader's maximum.
 * Errors   -ENOMEM; -EFBIG: over the maximum; -EBADMSG: not what a server says. A reader that
 *          has failed once is of no more use: its connection is to be closed.
 * Threads  one at a time per reader.
 *
 * Where whet was built without hiredis, redis_none.c stands in: whet__redis_built_in is 0 and
 * no reader can be had (-ENOTSUP).
 */
#ifndef WHET_DATA_REDIS_H
#define WHET_DATA_REDIS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"

enum whet_redis_kind {
    WHET_REDIS_NIL,
    WHET_REDIS_STATUS, /* "OK", "QUEUED" */
    WHET_REDIS_ERROR,  /* "NOAUTH Authentication required." */
    WHET_REDIS_INTEGER,
    WHET_REDIS_STRING,
    WHET_REDIS_ARRAY
};

struct whet_redis_reply {
    enum whet_redis_kind kind;
    int64_t number;                  /* of an integer */
    size_t len;                      /* of a status, error or string ... */
    const char *text;                /* ... NUL-terminated */
    size_t count;                    /* of an array ... */
    struct whet_redis_reply **items; /* ... never NULL inside */
};

int whet__redis_built_in(void);

struct whet_redis_reader;
WHET_MUST_USE int whet__redis_reader_new(struct whet_redis_reader **out, size_t max);
void whet__redis_reader_free(struct whet_redis_reader *r);

WHET_MUST_USE int whet__redis_reader_feed(struct whet_redis_reader *r, const void *bytes,
                                          size_t len);

/* 1: *out is the next reply; 0: more bytes are needed. */
WHET_MUST_USE int whet__redis_reader_next(struct whet_redis_reader *r,
                                          struct whet_redis_reply **out);

/* 1: it holds bytes of which no reply was made. */
int whet__redis_reader_holds(const struct whet_redis_reader *r);

/* NULL is fine. */
void whet__redis_reply_free(struct whet_redis_reply *reply);

/* A command is its number of words, and then each. */
void whet__redis_begin(struct whet_text *out, size_t words);
void whet__redis_word(struct whet_text *out, const void *bytes, size_t len);
void whet__redis_number(struct whet_text *out, int64_t number);

/* A whole command of words that need no care, with a blank between. */
void whet__redis_say(struct whet_text *out, const char *words);

#endif
