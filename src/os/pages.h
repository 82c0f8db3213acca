/* os/pages.h - large blocks of memory in large pages.
 *
 * Shape    functions.
 * Units    bytes.
 * Memory   a block is zero, and given back by whet__pages_free; it takes no more than its
 *          bytes, rounded up to WHET_PAGES_STEP.
 * Errors   -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_OS_PAGES_H
#define WHET_OS_PAGES_H

#include <stddef.h>

#include <whet/api.h>

#define WHET_PAGES_STEP  ((size_t)4096)
#define WHET_PAGES_LARGE ((size_t)2 << 20) /* of less than this there is nothing to gain */

/* Large pages are asked for; where the system has none to give, small ones do. */
WHET_MUST_USE int whet__pages_new(void **out, size_t bytes);
void whet__pages_free(void *block, size_t bytes);

#endif
