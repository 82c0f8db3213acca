/* cli/scan_args.h - the options of 'whet scan', and what they ask for.
 *
 * Shape    the record that the driver fills, its rows, and calls that read it.
 * Units    as <whet/scan.h>.
 * Memory   the record belongs to the driver.
 * Errors   -errno with *err filled: what the command line says does not fit together.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_SCAN_ARGS_H
#define WHET_CLI_SCAN_ARGS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>
#include <whet/scan.h>

#include "base/vec.h"
#include "cli/command.h"
#include "scan/format.h"

struct whet_scan_args {
    unsigned jobs;
    unsigned flags; /* enum whet_scan_flags */
    int cache;
    int functions; /* -1: as the format likes */
    int by_file;
    int skipped;
    int summary;
    int json;
    int config;
    unsigned top;
    uint64_t max_file_bytes;
    uint64_t cache_bytes;
    int isolate;
    int worker;
    uint64_t file_cpu_ns;
    uint64_t file_memory_bytes;
    const char *cache_dir;
    const char *remote;
    const char *format;
    const char *output;
    const char *shard;
    const char *on;
    const char *parts;
    unsigned shards;
    struct whet_vec sbatch; /* of const char * */
    int merge;
};

#define WHET_SCAN_ROW_COUNT 31
extern const struct whet_option whet__scan_rows[WHET_SCAN_ROW_COUNT];
extern const struct whet_scan_args whet__scan_defaults;

/* Whether options and operands go together. */
WHET_MUST_USE int whet__scan_args_check(const struct whet_call *call, struct whet_error *err);

/* The form of the answer; NULL: no such form. */
const struct whet_scan_format *whet__scan_args_format(const struct whet_scan_args *args,
                                                      struct whet_error *err);

/* The scan's own options, with what whet.yaml says of those that the command line leaves
 * open. Callbacks are the caller's to set. */
WHET_MUST_USE int whet__scan_args_options(const struct whet_call *call, const char *path,
                                          const struct whet_scan_format *format,
                                          struct whet_scan_options *out,
                                          struct whet_error *err);

#endif
