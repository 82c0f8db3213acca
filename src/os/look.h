/* os/look.h - what a path leads to, without waiting for a file system that does not answer.
 *
 * Shape    what the kernel has in its cache is answered at once. For the rest there are
 *          lookers, processes of ours, started when they are needed: one look each at a time,
 *          asked and answered by a descriptor; or asked for with a limit.
 * Units    nanoseconds.
 * Memory   a process of some hundred kilobytes and a descriptor for each looker that was
 *          needed, at most WHET_LOOKERS; kept for the next look.
 * Errors   -errno: it is not known.
 * Threads  one at a time for each set of lookers; whet__look_cached from any.
 *
 * Processes, and not threads: a call of a file system whose server is gone may be beyond
 * SIGKILL, and no process ends while one of its threads is in such a call. A looker that is
 * there when its set is cleared is killed, and stays behind if it cannot be. Of ours it has
 * nothing, and ends by itself when we do.
 *
 * Source   openat2(2), RESOLVE_CACHED (Linux 5.12; before, lookers are asked for all).
 */
#ifndef WHET_OS_LOOK_H
#define WHET_OS_LOOK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>

#define WHET_LOOKERS   8
#define WHET_LOOK_PATH (2 * PATH_MAX)

/* After this nobody waits for an answer any more: far more than a disk that has to start. */
#define WHET_LOOK_NS UINT64_C(5000000000)

enum whet_look_kind { WHET_LOOK_GONE, WHET_LOOK_FILE, WHET_LOOK_DIR, WHET_LOOK_OTHER };

struct whet_look {
    enum whet_look_kind kind;  /* behind links */
    char real[WHET_LOOK_PATH]; /* the full path without links, "." and ".."; "": it has none */
};

enum whet_looker_state {
    WHET_LOOKER_NONE, /* not started */
    WHET_LOOKER_IDLE,
    WHET_LOOKER_BUSY,
    WHET_LOOKER_LATE /* nobody waits for what it may answer yet */
};

/* Set to {0}. */
struct whet_looks {
    struct whet_looker {
        enum whet_looker_state state;
        pid_t pid;
        int fd;
        uint64_t path; /* a hash of what it looks at */
    } all[WHET_LOOKERS];
    /* For tests; 0 and NULL: WHET_LOOK_NS, whet__look_wait. */
    uint64_t limit_ns;
    void (*look)(const char *path, struct whet_look *out);
};

/* -EAGAIN: only the file system knows. `real` 0: out->real is not asked for, and "". */
WHET_MUST_USE int whet__look_cached(const char *path, int real, struct whet_look *out);

/* Waits for the file system. */
void whet__look_wait(const char *path, struct whet_look *out);

/* The number of the looker that has begun, whose descriptor is readable when it has ended.
 * -EBUSY: all have something to do, or one looks at this path; -ETIMEDOUT: all are late, or
 * one is with this path. */
WHET_MUST_USE int whet__looks_begin(struct whet_looks *l, const char *path);

/* -EAGAIN: not yet. Any other -errno: it died. */
WHET_MUST_USE int whet__looks_take(struct whet_looks *l, int looker, struct whet_look *out);

/* It is not waited for. It is asked again once it has answered. */
void whet__looks_leave(struct whet_looks *l, int looker);

/* For how long an answer is worth waiting for. */
uint64_t whet__looks_limit(const struct whet_looks *l);

/* By the cache, else by a looker within the limit. -ETIMEDOUT; -EINTR: there was a signal,
 * which may want an end. */
WHET_MUST_USE int whet__looks_ask(struct whet_looks *l, const char *path,
                                  struct whet_look *out);

void whet__looks_clear(struct whet_looks *l);

#endif
