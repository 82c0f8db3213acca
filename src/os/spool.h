/* os/spool.h - a file without a name, for what memory is too small for.
 *
 * Shape    pieces are appended, read by their place, and given back.
 * Units    bytes.
 * Memory   on the disk below $TMPDIR or /tmp; room that was given back is the disk's again.
 * Errors   0 or -errno (-ENOSPC, -EACCES); nothing was kept then.
 * Threads  one at a time.
 */
#ifndef WHET_OS_SPOOL_H
#define WHET_OS_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

struct whet_spool {
    int fd; /* -1: not made yet */
    uint64_t end;
    uint64_t live; /* of it, not given back */
};

void whet__spool_init(struct whet_spool *s);
void whet__spool_clear(struct whet_spool *s);

/* The folder below which they are; the environment's, or constant. */
const char *whet__spool_folder(void);

WHET_MUST_USE int whet__spool_add(struct whet_spool *s, const void *data, size_t len,
                                  uint64_t *place);
WHET_MUST_USE int whet__spool_read(const struct whet_spool *s, uint64_t place, void *out,
                                   size_t len);
void whet__spool_give(struct whet_spool *s, uint64_t place, size_t len);

#endif
