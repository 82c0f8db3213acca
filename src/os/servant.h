/* os/servant.h - a process that serves this one: a socket, shared memory, one fate.
 *
 * Shape    started, talked to, ended; the other side joins.
 * Units    bytes, nanoseconds.
 * Memory   the struct is the caller's; _end unmaps and closes what it holds.
 * Errors   -errno; the start's with a message.
 * Threads  one at a time for each.
 *
 * The servant finds its ends under fixed numbers (WHET_SERVANT_FD and the two above it). The
 * third is a pipe that nobody writes to: when the last copy of its other end is closed, which
 * is when the master has ended, the kernel kills the servant. (PR_SET_PDEATHSIG would look at
 * the thread that started it, which may end much sooner.)
 */
#ifndef WHET_OS_SERVANT_H
#define WHET_OS_SERVANT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_SERVANT_FD 3

struct whet_servant {
    pid_t pid;    /* 0: none */
    int fd;       /* the socket */
    int life_fd;  /* the master's end of the pipe */
    void *shared; /* seen by both */
    size_t shared_bytes;
};

/* How it ended. */
struct whet_servant_end {
    int signal;    /* 0: it exited */
    int exit_code; /* -1: a signal */
};

/* Starts argv[0], a path, with none of our descriptors but stderr and its ends. The shared
 * memory is zero but for the first `head_len` bytes. */
WHET_MUST_USE int whet__servant_start(struct whet_servant *out, const char *const *argv,
                                      size_t shared_bytes, const void *head, size_t head_len,
                                      struct whet_error *err);

/* Never blocks: how many bytes were sent, -EAGAIN, or -EPIPE when it is gone. */
ssize_t whet__servant_send(struct whet_servant *s, const void *data, size_t len);

/* Never blocks: how many bytes came, -EAGAIN, or -EPIPE when it is gone. */
ssize_t whet__servant_receive(struct whet_servant *s, void *data, size_t size);

/* The processor time of all its threads so far; 0 when it has ended. */
uint64_t whet__servant_cpu_ns(const struct whet_servant *s);

void whet__servant_kill(struct whet_servant *s);

/* Whether the process has ended. Its socket need not tell: what it forked may hold that. */
int whet__servant_has_ended(const struct whet_servant *s);

/* Waits for its end, but not for ever: one that has closed its socket and goes on is
 * killed. What it sent can still be received. Of none, or of one that somebody else has waited
 * for, the end is not known: no signal, and exit code -1. */
void whet__servant_wait(struct whet_servant *s, struct whet_servant_end *out);

/* Kills it if it runs, and lets go of everything. */
void whet__servant_clear(struct whet_servant *s);

/* ---- In the servant ---- */

/* Takes its ends: pid is 0, life_fd -1.
 * -ENOTCONN: this process was not started as a servant, or has less memory to share. */
WHET_MUST_USE int whet__servant_join(struct whet_servant *out, size_t shared_bytes);

/* Block: -EPIPE when the master has nothing more to say. */
ssize_t whet__servant_read(struct whet_servant *s, void *data, size_t size);
WHET_MUST_USE int whet__servant_write(struct whet_servant *s, const void *data, size_t len);

/* The most address space this process may have (no limit in a build with a sanitizer), and no
 * core files. */
void whet__servant_limit(uint64_t memory_bytes);

/* From now on a crash notes in *cause, before the process ends, whether it came with less
 * than an eighth of `memory_bytes` left: 1. Signals that have a handler keep it. */
void whet__servant_note_crash(volatile uint32_t *cause, uint64_t memory_bytes);

/* Of this process. */
uint64_t whet__servant_own_cpu_ns(void);

#endif
