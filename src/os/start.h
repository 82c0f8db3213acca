/* os/start.h - getting a program to run: all that has to be done before, and the moment.
 *
 * Shape    for os/spawn.c: prepare, go once, clear.
 * Units    nanoseconds.
 * Memory   the struct is the caller's; whet__start_clear closes what it holds.
 * Errors   -errno with a message for all but the start itself, whose error os/spawn.c
 *          explains.
 * Threads  one per run.
 */
#ifndef WHET_OS_START_H
#define WHET_OS_START_H

#include <spawn.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/child.h"
#include "os/spawn.h"

struct whet_start {
    const struct whet_spawn_options *options;
    const char *program;
    struct whet_child *child;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int null_fd; /* ends of ours that the child gets copies of; -1: none */
    int in_fd;
    int out_fd;
    int err_fd;
};

/* Opens what it needs, and the pipes of `child`. `options`, `program` and `child` live until
 * whet__start_clear, which is due whatever this answers. */
WHET_MUST_USE int whet__start_prepare(struct whet_start *s,
                                      const struct whet_spawn_options *options,
                                      const char *program, struct whet_child *child,
                                      struct whet_error *err);

/* Starts it, and fills the child's pid and start_ns. With err->code left at 0 the error is
 * that of the start itself. */
WHET_MUST_USE int whet__start_go(struct whet_start *s, struct whet_error *err);

/* Closes our copies. */
void whet__start_clear(struct whet_start *s);

#endif
