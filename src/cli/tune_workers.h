/* cli/tune_workers.h - whet tune --workers: how many of them a kind of task is worth.
 *
 * Shape    one call: measure where a command is given, decide, print.
 * Units    bytes.
 * Memory   none is kept.
 * Errors   0 or a negative errno value, with a text for the user.
 * Threads  the main one.
 */
#ifndef WHET_CLI_TUNE_WORKERS_H
#define WHET_CLI_TUNE_WORKERS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

struct whet_call;

struct whet_tune_workers_args {
    int type; /* enum whet_sizing_type */
    unsigned rounds;
    uint64_t task_bytes;
    int json;
};

/* The operands of the call are the command; none: only what is known is used. */
WHET_MUST_USE int whet__tune_workers(const struct whet_call *call,
                                     const struct whet_tune_workers_args *args,
                                     struct whet_error *err);

#endif
