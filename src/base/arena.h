/* base/arena.h - many small blocks, freed together.
 *
 * Shape    a list of chunks, each handed out from front to back.
 * Units    bytes; blocks are aligned for any type.
 * Memory   blocks live until _reset or _clear; `max` bounds the sum of chunks.
 * Errors   NULL: out of memory, or over the maximum; what was there stays.
 * Threads  one at a time.
 */
#ifndef WHET_BASE_ARENA_H
#define WHET_BASE_ARENA_H

#include <stddef.h>

#include <whet/api.h>

struct whet_arena_chunk;

struct whet_arena {
    struct whet_arena_chunk *head; /* newest chunk, the only one with room */
    size_t used;                   /* bytes taken in head */
    size_t total;                  /* bytes in all chunks */
    size_t max;
};

void whet__arena_init(struct whet_arena *a, size_t max);
void whet__arena_clear(struct whet_arena *a);

/* Forgets every block but keeps one chunk for reuse. */
void whet__arena_reset(struct whet_arena *a);

WHET_MUST_USE void *whet__arena_alloc(struct whet_arena *a, size_t size);
WHET_MUST_USE void *whet__arena_zalloc(struct whet_arena *a, size_t count, size_t size);

/* A copy of `len` bytes with a NUL behind them; not aligned. */
WHET_MUST_USE char *whet__arena_strndup(struct whet_arena *a, const char *text, size_t len);

/* "folder/name"; not aligned. */
WHET_MUST_USE char *whet__arena_join(struct whet_arena *a, const char *folder,
                                     const char *name);

#endif
