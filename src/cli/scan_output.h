/* cli/scan_output.h - the answer of 'whet scan', in the form and at the place that was asked
 * for.
 *
 * Shape    one call with a scan that is done, or one that puts shards together.
 * Units    none.
 * Memory   none is kept; a merge holds no more of the shards than its form needs.
 * Errors   -errno with *err filled; a failed write to stdout is the driver's to tell.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_SCAN_OUTPUT_H
#define WHET_CLI_SCAN_OUTPUT_H

#include <whet/api.h>
#include <whet/error.h>
#include <whet/scan.h>

#include "cli/command.h"
#include "scan/format.h"

/* The answer, then the lines for people on stderr. A part does not replace a file. */
WHET_MUST_USE int whet__scan_output(const struct whet_call *call, const struct whet_scan *scan,
                                    const struct whet_scan_format *format,
                                    struct whet_error *err);

/* The same of all shards whose answers are the operands. */
WHET_MUST_USE int whet__scan_output_merge(const struct whet_call *call,
                                          const struct whet_scan_format *format,
                                          struct whet_error *err);

#endif
