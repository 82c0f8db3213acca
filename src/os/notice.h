/* os/notice.h - being told of system calls of other processes before they happen: the
 * notifications of seccomp (Linux 5.9).
 *
 * Shape    a filter, made once of rules; a child enters it before it runs its program, and all
 *          that it starts is in it from then on. Where a rule matches, the caller stands
 *          still until it is answered: then the kernel does what it was asked to do.
 * Units    none.
 * Memory   the filter's code; one listener, a descriptor, for each child that has entered.
 * Errors   -ENOSYS: the kernel has no such thing; -EBUSY: somebody listens already to us, or to
 *          what we are part of; -EPERM, -EACCES: it is forbidden here.
 * Threads  notices of one listener are taken and answered by one thread.
 *
 * Nothing is ever changed or refused: it is no sandbox, and what a caller writes over its
 * arguments while it waits is what the kernel will see. When the last descriptor of a listener
 * is closed, calls that match fail with ENOSYS, for good.
 *
 * Source   seccomp(2), seccomp_unotify(2).
 */
#ifndef WHET_OS_NOTICE_H
#define WHET_OS_NOTICE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>

/* A system call whose fourth argument is this is let pass; only our own starts have it. */
#define WHET_NOTICE_PASS UINT64_C(0x7768657420676f21)

struct whet_notice_rule {
    uint32_t machine; /* as whet__notice_machine, or that of its 32-bit programs */
    uint32_t number;  /* of the system call */
    int8_t flags;     /* the argument that has flags; -1: none. Without WHET_NOTICE_EMPTY_PATH
                         in it ... */
    int8_t pass;      /* 1: ... and not with WHET_NOTICE_PASS */
};

/* AT_EMPTY_PATH: it names no file, but an open descriptor. */
#define WHET_NOTICE_EMPTY_PATH 0x1000u

/* Numbers from here on, up to half of all there are, are calls of x32, which has the same
 * machine: all of them are told. */
#if defined(__x86_64__)
#    define WHET_NOTICE_X32 0x40000000u
#endif

extern const uint32_t whet__notice_machine;    /* ours */
extern const uint32_t whet__notice_machine_32; /* of 32-bit programs; 0: there is none */

struct whet_notice_filter {
    void *code;
    unsigned short length;
    unsigned flags; /* of the kernel's call */
    int sockets[2]; /* the way of a listener out of the child that has entered */
};

struct whet_notice {
    uint64_t id;
    pid_t pid; /* the thread that waits */
    uint32_t machine;
    uint32_t number;
    uint64_t args[6];
};

WHET_MUST_USE int whet__notice_filter_make(struct whet_notice_filter *f,
                                           const struct whet_notice_rule *rules, size_t count);
void whet__notice_filter_clear(struct whet_notice_filter *f);

/* In a child, before its exec: no lock, no allocation. Gives up the right to gain privileges by
 * setuid programs, unless it has the right to go on with it. 0 or an errno value. */
int whet__notice_enter(const struct whet_notice_filter *f);

/* The listener of the child that has entered last, closed on exec; -EAGAIN: none has. */
WHET_MUST_USE int whet__notice_listener(const struct whet_notice_filter *f);

/* Takes the notice that a listener is ready for (EPOLLIN). -ENOENT: the caller is gone. */
WHET_MUST_USE int whet__notice_take(int listener, struct whet_notice *out);

/* Lets the caller go on: 0. -ENOENT: it is gone, and what was read of it may be another's. */
int whet__notice_answer(int listener, uint64_t id);

#endif
