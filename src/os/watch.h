/* os/watch.h - an eye on runs while those who wait for them sleep.
 *
 * Shape    begin before the start, started right after it, end once the end was seen and
 *          before it is waited for. One thread of this process watches all runs: it asks
 *          `stop`, ends what is out of time and looks at memory. Who waits for a run is
 *          never woken for that, so nothing of it is in what is measured.
 * Units    nanoseconds.
 * Memory   the struct is the caller's; nothing is allocated.
 * Errors   -EAGAIN, -ENOMEM: no thread could be had.
 * Threads  safe from any; one struct belongs to one run.
 *
 * The thread is started when it is first needed, and ends a second after there was
 * nothing more to watch. It takes no signals.
 */
#ifndef WHET_OS_WATCH_H
#define WHET_OS_WATCH_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>

#include "os/spawn.h"

enum whet_watch_phase {
    WHET_WATCH_RUNNING,
    WHET_WATCH_ASKED, /* SIGTERM is sent */
    WHET_WATCH_KILLED /* SIGKILL is sent */
};

struct whet_watch {
    const struct whet_spawn_options *options;
    uint64_t start_ns;
    atomic_long pid; /* 0: not yet started. Set last, for it tells the thread to begin */

    /* The rest is the thread's until whet__watch_end. */
    enum whet_watch_phase phase;
    int timed_out;
    int stopped;
    uint64_t deadline_ns; /* of this phase; UINT64_MAX: none */
    uint64_t ask_ns;      /* when `stop` is asked next; UINT64_MAX: never */
    uint64_t look_ns;     /* when memory is looked at next; likewise */
    uint64_t look_step_ns;
    uint64_t tree_rss_bytes; /* the most seen at once, of two processes or more */
    int tree_known;          /* 1: every look could be had */
    struct whet_watch *next;
    struct whet_watch *previous;
    int active;
    int slot; /* of those that whet__watch_kill_all finds; -1: none */
};

/* Puts the run that is about to start under watch, if its options give any reason to. */
WHET_MUST_USE int whet__watch_begin(struct whet_watch *w,
                                    const struct whet_spawn_options *options);

/* It was started at that time. One atomic store. */
void whet__watch_started(struct whet_watch *w, pid_t pid, uint64_t start_ns);

/* Watches it no longer: no signal is sent to it after this, and neither `stop` nor anything
 * else of its options is used. Fine without or after a whet__watch_begin that failed. */
void whet__watch_end(struct whet_watch *w);

/* Sends a signal to the run: to its group, or to it alone with WHET_SPAWN_SAME_GROUP. Only
 * while it is not waited for. */
void whet__watch_signal(const struct whet_watch *w, int number);

/* Kills all runs that are watched, for a process that is about to end itself. Safe in a signal
 * handler. */
void whet__watch_kill_all(void);

#endif
