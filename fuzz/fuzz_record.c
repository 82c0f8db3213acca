/* Cached records and folder rows: any bytes are refused or unpacked, never worse. */
#include <stddef.h>
#include <stdint.h>

#include "scan/index.h"
#include "scan/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct whet_scan_function *functions;
    struct whet_index_entry *entries;
    struct whet_summary_record summary;
    struct whet_arena arena;
    size_t count;

    if (size == 0)
        return 0;
    whet__arena_init(&arena, (size_t)64 << 20);
    if (data[0] % 2 == 0)
        (void)!whet__record_unpack(data + 1, size - 1, &summary, &functions, &arena);
    else
        (void)!whet__index_unpack(data + 1, size - 1, &entries, &count, &arena);
    whet__arena_clear(&arena);
    return 0;
}
