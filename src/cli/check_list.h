/* cli/check_list.h - the suites of a project, as `whet check --list` shows them.
 *
 * Shape    for cmd_check.c.
 * Units    none.
 * Memory   none is kept.
 * Errors   -errno with a message.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_CHECK_LIST_H
#define WHET_CLI_CHECK_LIST_H

#include "check/check.h"
#include "cli/command.h"

/* Prints the suites that the options select; answers an exit code. */
int whet__check_list(const struct whet_call *call, const struct whet_project *project,
                     const struct whet_check_options *options, struct whet_error *err);

#endif
