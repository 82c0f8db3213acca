/* scan/tree_pool.h - the memory of one thread's syntax tree, forgotten as a whole.
 *
 * Shape    malloc's family over chunks: blocks come off the front of a chunk or from
 *          the list of freed blocks of their size; a reset forgets all of them.
 * Units    bytes; blocks are aligned to 8.
 * Memory   grows by chunks up to WHET_TREE_MEMORY_MAX; a reset keeps
 *          WHET_TREE_MEMORY_KEEP of them for the next file.
 * Errors   who allocates is never told: the pool jumps out to whoever entered it,
 *          so nothing that is not in the pool may be held by what allocates.
 * Threads  one pool per thread, entered while it is used.
 */
#ifndef WHET_SCAN_TREE_POOL_H
#define WHET_SCAN_TREE_POOL_H

#include <setjmp.h>
#include <stddef.h>

#include <whet/api.h>

#define WHET_TREE_MEMORY_MAX  ((size_t)256 << 20)
#define WHET_TREE_MEMORY_KEEP ((size_t)16 << 20)

struct whet_tree_pool;

WHET_MUST_USE int whet__tree_pool_new(struct whet_tree_pool **out);
void whet__tree_pool_free(struct whet_tree_pool *pool);

/* Between the two, this thread's calls of whet__tree_pool_alloc and its sisters are
 * answered by the pool. When it has no more, it longjmps to *escape, and
 * whet__tree_pool_error says why: -ENOMEM, or -EFBIG over its maximum. Leaving resets
 * the pool. */
void whet__tree_pool_enter(struct whet_tree_pool *pool, jmp_buf *escape);
void whet__tree_pool_leave(struct whet_tree_pool *pool);
int whet__tree_pool_error(const struct whet_tree_pool *pool);

/* What is in use, freed blocks included; the same for the same calls on any machine. */
size_t whet__tree_pool_used(const struct whet_tree_pool *pool);
size_t whet__tree_pool_kept(const struct whet_tree_pool *pool);

/* As malloc and its sisters, and their very selves in a thread that entered no pool. */
void *whet__tree_pool_alloc(size_t size);
void *whet__tree_pool_zalloc(size_t count, size_t size);
void *whet__tree_pool_resize(void *block, size_t size);
void whet__tree_pool_release(void *block);

#endif
