/* How large the scanned files are: <whet/scan.h>. */
#include <whet/scan.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scan/state.h"

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Type 1 of Hyndman and Fan: the inverse of the empirical distribution. */
static uint64_t quantile(const uint64_t *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;

    return sorted[rank == 0 ? 0 : rank - 1];
}

unsigned whet__scan_size_class(uint64_t bytes)
{
    unsigned bits = 0;

    for (; bytes != 0; bytes >>= 1)
        bits++;
    return bits;
}

int whet_scan_sizes(const struct whet_scan *scan, struct whet_scan_sizes *out)
{
    size_t count = whet_scan_file_count(scan);
    uint64_t *sizes;
    double sum = 0;

    if (count == 0) {
        memset(out, 0, sizeof(*out));
        return 0;
    }
    sizes = whet__mem_zalloc(count, sizeof(*sizes));
    if (sizes == NULL)
        return -ENOMEM;
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < count; i++) {
        sizes[i] = whet_scan_file(scan, i)->bytes;
        sum += (double)sizes[i];
        out->classes[whet__scan_size_class(sizes[i])]++;
    }
    qsort(sizes, count, sizeof(*sizes), by_value);
    out->mean = sum / (double)count;
    out->p50 = quantile(sizes, count, 50);
    out->p90 = quantile(sizes, count, 90);
    out->p99 = quantile(sizes, count, 99);
    out->max = sizes[count - 1];
    whet__mem_free(sizes);
    return 0;
}
