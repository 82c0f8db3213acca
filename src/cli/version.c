/* What `whet --version` says. The first line stays as it is for ever: scripts read it. */
#include "cli/version.h"

#include <unistd.h>

#include <whet/version.h>

#include "build_info.h"
#include "os/kernel.h"

struct part {
    const char *name;
    const char *version; /* what it was built with; "" when it was left out */
};

static const struct part parts[] = {WHET_BUILD_PARTS};

/* Kernel interfaces that some commands want, and the file that shows each is there. */
struct feature {
    const char *name;
    const char *path;
};

static const struct feature features[] = {
    {"control groups v2", "/sys/fs/cgroup/cgroup.controllers"},
    {"performance events", "/proc/sys/kernel/perf_event_paranoid"},
    {"pressure stall information", "/proc/pressure/cpu"},
};

static void append_missing(struct whet_text *out)
{
    const char *before = "without   ";

    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (access(features[i].path, F_OK) == 0)
            continue;
        whet__text_printf(out, "%s%s", before, features[i].name);
        before = ", ";
    }
    if (before[0] == ',')
        whet__text_putc(out, '\n');
}

void whet__version_report(struct whet_text *out)
{
    const char *before = "with      ";
    struct whet_kernel kernel;

    whet__kernel_read("", &kernel);
    whet__text_printf(out, "whet %s\n", whet_version());
    whet__text_printf(out, "built by  %s for %s (%s)\n", WHET_BUILD_COMPILER,
                      WHET_BUILD_MACHINE, WHET_BUILD_TYPE);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        whet__text_printf(out, "%s%s %s", before, parts[i].name, parts[i].version);
        before = ", ";
    }
    whet__text_printf(out, "\nkernel    Linux %s\n", kernel.release);
    append_missing(out);
}
