/* data/zstd_in.h - the door to zstd: expands a stream, piece by piece.
 *
 * Shape    compressed bytes in, as they come; expanded bytes out, as there is room.
 * Units    bytes.
 * Memory   one state of at most 128 MiB (the window that frames may ask for); freed by
 *          _free.
 * Errors   -ENOMEM; -EBADMSG: not zstd, damaged, or a larger window.
 * Threads  one at a time per state.
 */
#ifndef WHET_DATA_ZSTD_IN_H
#define WHET_DATA_ZSTD_IN_H

#include <stddef.h>

#include <whet/api.h>

struct whet_zstd_in;

/* What one step took and made. `whole`: a frame ended here, and with it, if nothing
 * follows, the stream. */
struct whet_zstd_step {
    size_t taken;
    size_t made;
    int whole;
};

WHET_MUST_USE int whet__zstd_in_new(struct whet_zstd_in **out);
void whet__zstd_in_free(struct whet_zstd_in *z);

/* 1 if the bytes begin a zstd frame; four are enough to tell. */
int whet__zstd_in_is(const void *bytes, size_t len);

/* Takes what it can of `len` bytes and writes at most `room`. Frames may follow frames. */
WHET_MUST_USE int whet__zstd_in_step(struct whet_zstd_in *z, const void *bytes, size_t len,
                                     void *out, size_t room, struct whet_zstd_step *step);

#endif
