/* run/command.h - a command line as a job runs it: words, or a line for a shell.
 *
 * Shape    a line in, an argument vector out.
 * Units    none.
 * Memory   the caller's arena.
 * Errors   -EINVAL with a message that names the text at fault; -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_RUN_COMMAND_H
#define WHET_RUN_COMMAND_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "bench/split.h"

/* Splits `line` as whet__split does, with `count` values for {name}; with `shell` the line is
 * for `sh -c`, the values quoted. *out is ended by NULL. An empty line is -EINVAL. */
WHET_MUST_USE int whet__command_words(const char *line, int shell,
                                      const struct whet_split_value *values, size_t count,
                                      struct whet_arena *arena, const char *const **out,
                                      struct whet_error *err);

#endif
