/* Any bytes as a trace, in every format and as detected: an error with a text, or requests
 * whose numbers are in range. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "replay/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const uint8_t *data, size_t size, const char *format)
{
    const struct whet_trace_options options = {.format = format};
    struct whet_error err = {0};
    struct whet_trace t;

    if (whet__trace_parse(&t, data, size, "trace", &options, &err) != 0) {
        if (err.text[0] == '\0')
            abort();
        return;
    }
    if (t.count == 0 || t.unique > t.count || whet__trace_find_next(&t) != 0)
        abort();
    for (size_t i = 0; i < t.count; i++) {
        if (t.ids[i] >= t.unique || (t.next[i] != WHET_TRACE_NEVER && t.next[i] <= i))
            abort();
    }
    whet__trace_clear(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse(data, size, NULL);
    parse(data, size, "text");
    parse(data, size, "csv");
    parse(data, size, "oracle");
    return 0;
}
