/* os/launch.h - starting many children that one thread looks after.
 *
 * Shape    a launcher, prepared once; a start answers descriptors to wait on (os/events.h):
 *          of the child's end and of what it prints. Then one reap for each start.
 * Units    nanoseconds, bytes.
 * Memory   a small stack, for the moment between start and exec; nothing for each child.
 * Errors   -errno with a message that names the program or folder at fault; nothing runs then.
 * Threads  one per launcher.
 *
 * whet__spawn_run (os/spawn.h) measures one run; this one is made to start the next
 * hundred thousand: no thread, no copy of our memory, no search in PATH, some twenty system
 * calls.
 *
 * Each child leads a process group of its own, has default signals, /dev/null as its
 * input, and is killed when we die, with its group (os/guard.h); it alone, also when the thread
 * that started it ends.
 */
#ifndef WHET_OS_LAUNCH_H
#define WHET_OS_LAUNCH_H

#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/guard.h"
#include "os/notice.h"

struct whet_launcher {
    void *stack;
    int null_fd;
    unsigned slots;
    struct whet_guard guard; /* started with the first child */
};

struct whet_launch {
    const char *program;                     /* the file to run */
    const char *const *argv;                 /* ended by NULL */
    const char *const *env;                  /* "NAME=value", ended by NULL; all that it gets */
    const char *cwd;                         /* NULL: ours */
    const struct whet_notice_filter *traced; /* what it enters (os/notice.h); NULL: nothing */
    unsigned slot; /* below the launcher's number; of no other child now */
};

struct whet_launched {
    pid_t pid;
    int pidfd;  /* ready when it has ended */
    int out_fd; /* what it prints; reading never blocks */
    int err_fd;
    int listener;      /* of what it has entered, the caller's to close; -1: it has not */
    uint64_t start_ns; /* just before it was started */
};

struct whet_reaped {
    int exit_code;    /* 0..255; -1 when a signal ended it */
    int signal;       /* that signal; 0 when it exited by itself */
    uint64_t user_ns; /* of it and of the children it waited for */
    uint64_t sys_ns;
    uint64_t max_rss_bytes; /* of the largest of them; at least our own at the start */
};

/* -ENOMEM, -EMFILE, -EACCES (no /dev/null). */
WHET_MUST_USE int whet__launcher_init(struct whet_launcher *l, unsigned slots);

/* Kills what was not reaped. */
void whet__launcher_clear(struct whet_launcher *l);

/* -ENOSYS: Linux before 5.4. */
WHET_MUST_USE int whet__launch(struct whet_launcher *l, const struct whet_launch *what,
                               struct whet_launched *out, struct whet_error *err);

/* 1: it has ended, and can be reaped. */
int whet__launch_has_ended(const struct whet_launched *child);

/* The number of the signal that has stopped it for its use of the terminal (SIGTTIN,
 * SIGTTOU), or 0: it goes on, or somebody else wants it to stand still. */
int whet__launch_stopped_by(const struct whet_launched *child);

/* To it and all of its group. Only before it is reaped. */
void whet__launch_signal(const struct whet_launched *child, int number);

/* Takes the result of a child that has ended (pidfd is ready), and closes its descriptors. */
WHET_MUST_USE int whet__launch_reap(struct whet_launcher *l, unsigned slot,
                                    struct whet_launched *child, struct whet_reaped *out);

#endif
