/* scan/record.h - what one file's content says, and its packed form in the cache.
 *
 * Shape    a summary of fixed size, and a list of functions.
 * Units    lines count from 1.
 * Memory   packing appends to the caller's text; unpacked names are copied into
 *          the caller's arena.
 * Errors   -EBADMSG: the bytes are not a record.  -ENOMEM.
 * Threads  safe from any.
 *
 * The form has no version of its own: the key it is stored under contains the
 * analyser's (whet_scan_analyser_version), which covers this file too.
 */
#ifndef WHET_SCAN_RECORD_H
#define WHET_SCAN_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/scan.h>

#include "base/arena.h"
#include "base/pack.h"
#include "base/text.h"
#include "scan/language.h"

/* What became of a file that was opened. */
enum whet_verdict { WHET_VERDICT_ANALYSED, WHET_VERDICT_NO_LANGUAGE, WHET_VERDICT_BINARY };

struct whet_summary_record {
    enum whet_verdict verdict;
    const struct whet_language *language; /* of WHET_VERDICT_ANALYSED */
    uint32_t code;
    uint32_t comment;
    uint32_t blank;
    uint32_t function_count;
    uint32_t complexity;
    uint32_t complexity_max;
    uint32_t flags; /* enum whet_scan_file_flags, never WHET_SCAN_FILE_CACHED */
};

void whet__summary_pack(const struct whet_summary_record *s, struct whet_text *out);
WHET_MUST_USE int whet__summary_unpack(struct whet_unpack *u, struct whet_summary_record *out);

/* A summary and its functions, in order of their lines. */
void whet__record_pack(const struct whet_summary_record *s,
                       const struct whet_scan_function *functions, struct whet_text *out);

/* `functions` may be NULL when only the summary is wanted; else it is set to
 * function_count items in `arena`. */
WHET_MUST_USE int whet__record_unpack(const void *data, size_t len,
                                      struct whet_summary_record *out,
                                      const struct whet_scan_function **functions,
                                      struct whet_arena *arena);

#endif
