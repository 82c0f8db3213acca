/* result/begun.h - when a command began, by the clock that stamps files.
 *
 * Shape    opened before all commands; asked before one is started, told when one is over; what
 *          a command is found to have read is held against the answer.
 * Units    nanoseconds since 1970.
 * Memory   some 100 bytes for each command with a name.
 * Errors   none: without memory more is waited for.
 * Threads  one at a time.
 *
 * What a command reads without having declared it is known, and hashed, only when it has
 * ended. That it was the same all the while can then be told by its times alone; and those go
 * in steps of some milliseconds, the ticks of the kernel. A file that was written in the tick
 * in which the command began may have been written before or after that. So who has reason to
 * think that files were just written begins in the next tick: then there is no such file.
 * Since Linux 6.13 a file that somebody looked at in between is stamped with the time to the
 * nanosecond, which may be that of the next tick when its clock is late.
 */
#ifndef WHET_RESULT_BEGUN_H
#define WHET_RESULT_BEGUN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "os/dir.h"

struct whet_begun {
    uint64_t opened_ns; /* whoever called us has written before */
    uint64_t lost_ns;   /* when one was over that finds no room below */
    struct whet_map ended;
    struct whet_arena arena;
};

void whet__begun_init(struct whet_begun *b);
void whet__begun_clear(struct whet_begun *b);

/* The command of that name (NULL: none) is over: those that need it may read what it wrote. */
void whet__begun_ended(struct whet_begun *b, const char *name);

/* Waits until what was written before, by whoever called us or by commands of these names
 * (ended by NULL; may be NULL), has an earlier time than all that is written from now on: a
 * tick or so, only if it was a moment ago. Answers the time that parts them. */
uint64_t whet__begun_wait(struct whet_begun *b, const char *const *needs);

/* 1: the file was last changed before, whatever the steps of its file system are. 0: perhaps
 * since. */
int whet__begun_unchanged(const struct whet_file_stat *look, uint64_t begun_ns);

#endif
