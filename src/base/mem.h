/* base/mem.h - the one door to malloc.
 *
 * Shape    malloc's family, with sizes multiplied safely.
 * Units    bytes.
 * Memory   blocks are freed with whet__mem_free (NULL is fine).
 * Errors   NULL when there is none left, or when a test asked for failure.
 * Threads  safe from any.
 */
#ifndef WHET_BASE_MEM_H
#define WHET_BASE_MEM_H

#include <stddef.h>

#include <whet/api.h>

WHET_MUST_USE void *whet__mem_alloc(size_t size);

/* Zeroed room for `count` items of `size` bytes; NULL if the product overflows. */
WHET_MUST_USE void *whet__mem_zalloc(size_t count, size_t size);

/* Resizes to `count` items of `size` bytes; on NULL the old block stays. */
WHET_MUST_USE void *whet__mem_resize(void *block, size_t count, size_t size);

/* A copy of `len` bytes with a NUL behind them. */
WHET_MUST_USE char *whet__mem_strndup(const char *text, size_t len);
WHET_MUST_USE char *whet__mem_strdup(const char *text);

void whet__mem_free(void *block);

/* What a block of `size` bytes takes of memory by the rules of glibc: with the allocator's own
 * word, its rounding, and whole pages where it may map them. What is lost between blocks is
 * not in it. */
size_t whet__mem_bytes(size_t size);

/* For tests: the n-th allocation from now fails once (1 is the next one); a
 * negative n turns this off. whet__mem_fail_pending says whether the failure
 * has not happened yet: a loop over n ends when it is still pending. */
void whet__mem_fail_nth(long n);
int whet__mem_fail_pending(void);

#endif
