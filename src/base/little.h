/* base/little.h - numbers as formats keep them: so many bytes, the lowest first.
 *
 * Shape    two calls; no alignment is asked for.
 * Units    1 to 8 bytes.
 * Memory   the caller's.
 * Errors   none: what does not fit is cut off.
 * Threads  any.
 */
#ifndef WHET_BASE_LITTLE_H
#define WHET_BASE_LITTLE_H

#include <stdint.h>

static inline void whet__little_put(unsigned char *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

static inline uint64_t whet__little_get(const unsigned char *from, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

#endif
