/* The median of moments. Expected load: once each time that a bound of some ten thousand values
 * is reached, which takes as many changes. */
#include "cache/truth/median.h"

#include <stdlib.h>

#include "base/mem.h"

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

uint64_t whet__median_of(const struct whet_map *map, uint64_t (*moment_of)(const void *value),
                         uint64_t otherwise)
{
    const struct whet_map_entry *entries = map->entries.items;
    size_t count = map->entries.len;
    uint64_t *moments = whet__mem_zalloc(count + 1, sizeof(*moments));
    uint64_t median;

    if (moments == NULL)
        return otherwise;
    for (size_t i = 0; i < count; i++)
        moments[i] = moment_of(entries[i].value);
    qsort(moments, count, sizeof(*moments), compare);
    median = moments[count / 2];
    whet__mem_free(moments);
    return median;
}
