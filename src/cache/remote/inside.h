/* cache/remote/inside.h - what the files of the level on a server share among them.
 *
 * Shape    one struct, one lock over all of it that changes; connections are used outside of
 *          it, marked busy. One thread does what nobody waits for: tries a server that was
 *          down, learns marks, sends puts.
 * Units    nanoseconds, bytes, counts of marks.
 * Memory   owned by the struct.
 * Errors   -errno, told to whet__remote_failed by whoever finds them.
 * Threads  fields as grouped below; functions named _locked want the lock held.
 */
#ifndef WHET_CACHE_REMOTE_INSIDE_H
#define WHET_CACHE_REMOTE_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/vec.h"
#include "cache/remote/remote.h"
#include "cache/remote/behind.h"
#include "cache/remote/marks.h"
#include "data/redis_link.h"
#include "os/resolve.h"

#define WHET_REMOTE_WORDS       128               /* of what a server says when it fails */
#define WHET_REMOTE_LINES       8                 /* connections for gets and marks */
#define WHET_REMOTE_SLOTS       16384             /* entries that may wait to be sent */
#define WHET_REMOTE_BATCH       128               /* entries in one pipeline ... */
#define WHET_REMOTE_BATCH_BYTES ((size_t)1 << 20) /* ... or when they have so many bytes */
#define WHET_REMOTE_SEEN        16                /* counts remembered with their moments */
#define WHET_REMOTE_OWED        1024 /* marks that could not be sent; more are one of all */
#define WHET_REMOTE_PIPE_MAX    ((size_t)64 << 20) /* bytes of one pipeline */
#define WHET_REMOTE_CHUNK       15 /* records asked for in one command: its reply is bounded */
#define WHET_REMOTE_REPLY_MAX   (((size_t)WHET_REMOTE_CHUNK + 1) * WHET_REMOTE_RECORD_MAX)
#define WHET_REMOTE_SLOW_NS     UINT64_C(1000000000) /* for what nobody waits for */

/* What nobody can have counted by marks: two servers' counts are this far apart. */
#define WHET_REMOTE_STEP ((uint64_t)1 << 20)

/* A connection and the text of what goes over it. */
struct whet_remote_line {
    struct whet_redis_link *link; /* NULL: none now */
    struct whet_text out;
    int busy;
    int used; /* it has answered before, so that it may have been closed since */
};

/* At that moment on this machine's clock the server's count was at least that. */
struct whet_remote_seen {
    uint64_t epoch;
    uint64_t count;
};

struct whet_remote {
    /* Set once. */
    struct whet_redis_url url;
    uint64_t timeout_ns;
    uint64_t check_ns;
    int read_only;
    struct whet_shared *shared;
    struct whet_validity *validity;
    struct whet_disk *disk;
    char epoch_key[96];
    char marks_key[96];
    char value_key[96]; /* and 32 hex digits */
    size_t value_key_len;

    pthread_mutex_t lock; /* all below */
    pthread_cond_t moved; /* for callers: contact, a line, the queue */
    pthread_cond_t work;  /* for the thread */

    /* The thread. */
    pthread_t thread;
    int running;
    int stopping;
    uint64_t stop_ns; /* when it has to end */
    int want_sync;
    struct whet_remote_line own;
    uint64_t told; /* the count that the file has, for the thread ... */
    int told_lost; /* ... and 1: it must not have a newer one */
    int told_read;
    struct whet_resolve *lookup; /* under way */

    /* Where the server is. */
    struct whet_address address[WHET_RESOLVE_MAX];
    int addresses;
    int address_first; /* the one that answered last */

    /* Whether it answers. */
    int reached; /* its marks are known, as of `count` */
    int down;
    int trying;              /* the thread looks whether it still is */
    uint64_t pause_ns;       /* the last time it was left alone */
    uint64_t retry_ns;       /* when it is tried again */
    uint64_t write_pause_ns; /* the same where it answers but takes nothing */
    uint64_t write_retry_ns; /* 0: it takes */
    char note[256];
    char write_note[256];

    /* How new what it said is: read without the lock. */
    atomic_ullong heard_ns; /* when the last contact was begun that has ended well; 0: none */
    uint64_t begun_ns;      /* the same on the clock that is never set */
    atomic_int deaf;        /* it is down, or was waited for in vain: nobody waits */
    int contacting;         /* the thread is at it */
    uint64_t near_ns;       /* for cache/remote/news.c */

    /* Marks. */
    int has_marks;   /* `marks` goes up to `count` */
    int knows_count; /* it was reached once, by this process or another one on the file */
    uint64_t count;
    atomic_llong ahead_ns; /* the server's wall clock less ours */
    struct whet_remote_marks marks;
    int owes_all;         /* ... and more than fit */
    struct whet_vec owed; /* of struct whet_remote_mark, whose names are owned */
    struct whet_remote_seen seen[WHET_REMOTE_SEEN]; /* the first one of all stays first */
    int seen_len;
    int early_ok; /* entries older than seen[0] may go as early_count */
    uint64_t early_count;

    struct whet_remote_line lines[WHET_REMOTE_LINES];

    /* What waits to be sent: a ring. */
    struct whet_entry **queue;
    size_t queue_first;
    size_t queue_len;
    size_t queue_bytes;
    uint64_t put_count;  /* entries ever put here ... */
    uint64_t done_count; /* ... and sent, or dropped */
    struct whet_entry *flying[WHET_REMOTE_BATCH];
    size_t flying_len;
    unsigned char unsent[WHET_REMOTE_BATCH]; /* 1: of those, left out of the pipeline */
    struct whet_remote_behind behind;
    uint64_t distrust_ns; /* records made before were perhaps lost anew */

    struct whet_cache_level_stats stats;
};

/* remote/contact.c: whether the server answers. */

/* Waits on `moved` until the deadline: 0 when that is over. */
int whet__remote_wait_locked(struct whet_remote *r, uint64_t deadline_ns);

/* 1 when it can be asked; waits for the first contact. */
int whet__remote_ready_locked(struct whet_remote *r, uint64_t deadline_ns);

/* How long the server may take for what no caller waits for: no less than for a caller. */
uint64_t whet__remote_patience_ns(const struct whet_remote *r);

/* The deadline of that, from now. */
uint64_t whet__remote_slow_ns(struct whet_remote *r);

/* What went wrong, as -errno and, where it said something, the server's words (or NULL). It is
 * left alone for a while. */
void whet__remote_failed(struct whet_remote *r, int error, const char *words);

/* It answers, and takes nothing. */
void whet__remote_write_failed(struct whet_remote *r, const char *words);

/* It did what it was asked for, in time. */
void whet__remote_fine_locked(struct whet_remote *r);
void whet__remote_write_fine_locked(struct whet_remote *r);

/* A moment of the clock of cache/disk/shared.h. */
uint64_t whet__remote_epoch(const struct whet_remote *r);

/* The server's record of that key, if it has one, must not be used. */
void whet__remote_lose_locked(struct whet_remote *r, const struct whet_hash128 *hash);

/* remote/line.c: connections. */

WHET_MUST_USE int whet__remote_connect(struct whet_remote *r, struct whet_remote_line *line,
                                       uint64_t deadline_ns);

/* A line with a connection, busy; its `out` is empty. */
WHET_MUST_USE int whet__remote_line_take(struct whet_remote *r, uint64_t deadline_ns,
                                         struct whet_remote_line **out);
void whet__remote_line_give(struct whet_remote *r, struct whet_remote_line *line);

/* Does something on a line. A connection that the server has closed since it was used last is
 * no news of the server: then all that are as old are closed, and it is done on a new one. */
typedef int (*whet_remote_deed)(void *ctx, struct whet_remote_line *line);

WHET_MUST_USE int whet__remote_line_do(struct whet_remote *r, uint64_t deadline_ns,
                                       whet_remote_deed deed, void *ctx);

/* Closes the connection when it cannot be used again. */
void whet__remote_line_rest(struct whet_remote_line *line);
void whet__remote_line_close(struct whet_remote_line *line);

/* Closes those that nobody uses. */
void whet__remote_lines_close_locked(struct whet_remote *r);

/* Sends line->out and takes `count` replies into `replies`; all are the caller's, or none. */
WHET_MUST_USE int whet__remote_exchange(struct whet_remote_line *line, size_t count,
                                        uint64_t deadline_ns,
                                        struct whet_redis_reply **replies);
void whet__remote_replies_free(struct whet_redis_reply **replies, size_t count);

/* The first error among them, with those of an array; NULL: none. */
const char *whet__remote_replies_fail(struct whet_redis_reply *const *replies, size_t count);

/* remote/sync.c: marks. For the thread. */

/* Contact: the clock, the count, and the marks that are new; then what is owed. */
WHET_MUST_USE int whet__remote_contact(struct whet_remote *r, char words[WHET_REMOTE_WORDS]);

/* remote/learn.c: for the thread. `list` are the last marks up to `count`; `known` is the count
 * before. */

/* 1: nothing was lost between these counts but what the list still has. */
int whet__remote_follows(uint64_t count, uint64_t before);

/* Tells cache/truth/validity.h of what is new to it. What cannot be known to be complete is one
 * mark of all. */
WHET_MUST_USE int whet__remote_learn(struct whet_remote *r, const struct whet_redis_reply *list,
                                     uint64_t count, uint64_t known);

/* From now on records are held against them. */
void whet__remote_publish(struct whet_remote *r, const struct whet_redis_reply *list,
                          uint64_t count, uint64_t known);

/* A number as the server keeps them, 0 for none; -EBADMSG. */
WHET_MUST_USE int whet__remote_count_read(const struct whet_redis_reply *reply, uint64_t *out);

/* remote/mark.c */

/* Makes the server's count where it has none. */
void whet__remote_count_make(const struct whet_remote *r, struct whet_text *out);

/* This is the count now. */
void whet__remote_seen_locked(struct whet_remote *r);

/* -EIO: the server would not, and has been told on. */
WHET_MUST_USE int whet__remote_mark_send(struct whet_remote *r, struct whet_remote_line *line,
                                         const struct whet_remote_mark *mark,
                                         uint64_t deadline_ns);

/* All were sent. */
void whet__remote_owed_clear(struct whet_remote *r);

/* The count that a record of an entry of that moment may carry. 0: it may not be sent. */
int whet__remote_count_of_locked(const struct whet_remote *r, uint64_t epoch, uint64_t *count);

/* remote/send.c: puts. For the thread: one pipeline of what waits. */
void whet__remote_send(struct whet_remote *r);

/* remote/queue.c: what waits to be sent. The oldest one, of which there is one. */
struct whet_entry *whet__remote_pop_locked(struct whet_remote *r);
void whet__remote_queue_drop_locked(struct whet_remote *r);

/* remote/told.c: how far the users of a file were told. For the thread. */
void whet__remote_told_read(struct whet_remote *r);
void whet__remote_told_write(struct whet_remote *r, uint64_t told);

/* remote/news.c */
void whet__remote_news_init(struct whet_remote *r);

/* remote/thread.c */
int whet__remote_thread_start_locked(struct whet_remote *r);

/* Appends a record's key as a word. */
void whet__remote_key(const struct whet_remote *r, struct whet_text *out,
                      const struct whet_hash128 *hash);

#endif
