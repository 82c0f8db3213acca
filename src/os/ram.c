/* The memory of this machine, and our own peak. */
#include "os/ram.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "os/sysfile.h"

#define MEMINFO_MAX ((size_t)64 * 1024)

/* Fields are in units of 1024 bytes, whatever "kB" may say. */
static uint64_t field_bytes(const char *text, const char *key)
{
    char value[64];

    if (whet__sysfile_field(text, key, value, sizeof(value)) != 0)
        return 0;
    return strtoull(value, NULL, 10) * 1024;
}

void whet__ram_read(const char *root, struct whet_ram *out)
{
    struct whet_text t;

    memset(out, 0, sizeof(*out));
    whet__text_init(&t, MEMINFO_MAX);
    if (whet__sysfile_read(root, &t, "/proc/meminfo") == 0) {
        const char *text = whet__text_str(&t);

        out->total_bytes = field_bytes(text, "MemTotal");
        out->available_bytes = field_bytes(text, "MemAvailable");
        out->swap_total_bytes = field_bytes(text, "SwapTotal");
        out->swap_free_bytes = field_bytes(text, "SwapFree");
    }
    whet__text_clear(&t);
}

uint64_t whet__ram_own_peak_bytes(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}
