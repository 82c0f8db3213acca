/* cache/truth/median.h - where to cut what has grown too large in two halves, by age.
 *
 * Shape    the median of a moment that each value of a map has.
 * Units    epochs of cache/disk/shared.h.
 * Memory   8 bytes for each value, meanwhile.
 * Errors   none: without memory it is `otherwise`.
 * Threads  nobody changes the map meanwhile.
 */
#ifndef WHET_CACHE_MEDIAN_H
#define WHET_CACHE_MEDIAN_H

#include <stdint.h>

#include "base/map.h"

uint64_t whet__median_of(const struct whet_map *map, uint64_t (*moment_of)(const void *value),
                         uint64_t otherwise);

#endif
