/* scan/analyse.h - what one file's content says, wherever it is analysed.
 *
 * Shape    one call for a content; the same in a thread of the scan and in a worker process.
 * Units    bytes.
 * Memory   an analyst's members are its own; the functions of the last file are borrowed
 *          until the next.
 * Errors   -ENOMEM.
 * Threads  one at a time for each analyst.
 */
#ifndef WHET_SCAN_ANALYSE_H
#define WHET_SCAN_ANALYSE_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/crew.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"
#include "scan/record.h"
#include "scan/syntax.h"

struct whet_analyst {
    struct whet_syntax *syntax; /* made when first needed */
    struct whet_arena names;    /* of the file in hand */
    struct whet_vec functions;  /* struct whet_scan_function, of the file in hand */
};

/* A file as far as its analysis depends on it. */
struct whet_content {
    const struct whet_language *guess; /* by name; NULL: only content tells */
    const char *name;                  /* without folders */
    size_t name_len;
    const char *data;
    size_t len;
    int lines_only;
};

void whet__analyst_init(struct whet_analyst *a);
void whet__analyst_clear(struct whet_analyst *a);

/* Leaves the file's functions in a->functions. */
WHET_MUST_USE int whet__analyst_run(struct whet_analyst *a, const struct whet_content *c,
                                    struct whet_summary_record *out);

/* ---- The same in a worker process: a content as a job of a crew, its record as the reply ----
 */

/* Appends the job. */
void whet__content_pack(const struct whet_content *c, struct whet_text *out);

/* What a worker does for it (see whet_crew_work); ctx is a struct whet_analyst. */
int whet__analyst_work(void *ctx, struct whet_crew_job *job, const void *data, size_t len);

#endif
