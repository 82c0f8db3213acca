/* How busy the machine is: three or four small files, a few times a second. */
#include "os/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "os/cgroup.h"
#include "os/ram.h"
#include "os/sysfile.h"

#define FILE_MAX ((size_t)4 << 20) /* a line for each processor and interrupt */
#define COLUMNS  8                 /* user nice system idle iowait irq softirq steal */

static void ticks_take(const char *text, struct whet_load *out)
{
    char line[256], *at = line;

    if (whet__sysfile_field(text, "cpu", line, sizeof(line)) != 0)
        return;
    for (int i = 0; i < COLUMNS; i++) {
        char *end;
        uint64_t ticks = strtoull(at, &end, 10);

        if (end == at)
            return;
        out->total_ticks += ticks;
        if (i == 3 || i == 4) /* waiting for storage, a processor is free as well */
            out->idle_ticks += ticks;
        at = end;
    }
}

static unsigned processors_of(const char *text)
{
    unsigned count = 0;

    for (const char *at = strstr(text, "\ncpu"); at != NULL; at = strstr(at + 1, "\ncpu"))
        count++;
    return count;
}

static void stat_take(const char *root, struct whet_load *out)
{
    struct whet_text t;
    char value[32];

    whet__text_init(&t, FILE_MAX);
    if (whet__sysfile_read(root, &t, "/proc/stat") == 0) {
        ticks_take(whet__text_str(&t), out);
        out->processors = processors_of(whet__text_str(&t));
        if (whet__sysfile_field(whet__text_str(&t), "procs_running", value, sizeof(value)) == 0)
            out->runnable = (int)strtol(value, NULL, 10);
    }
    whet__text_clear(&t);
}

/* "some avg10=0.12 avg60=...": in percent. */
static int pressure_take(const char *root, const char *folder, const char *file, double *out)
{
    const char *avg;
    char line[160], *end;
    double percent;

    if (whet__sysfile_line(root, line, sizeof(line), "%s/%s", folder, file) != 0)
        return 0;
    avg = strstr(line, "avg10=");
    if (strncmp(line, "some ", 5) != 0 || avg == NULL)
        return 0;
    percent = strtod(avg + 6, &end);
    if (end == avg + 6 || !(percent >= 0 && percent <= 100))
        return 0;
    *out = percent / 100;
    return 1;
}

static double memory_free(const char *root, const struct whet_cgroup *cgroup)
{
    struct whet_ram ram;
    double free = -1, limit, left;

    whet__ram_read(root, &ram);
    if (ram.total_bytes != 0)
        free = (double)ram.available_bytes / (double)ram.total_bytes;
    if (cgroup->memory_limit_bytes == 0)
        return free;
    limit = (double)cgroup->memory_limit_bytes;
    left =
        1 - ((double)cgroup->memory_used_bytes - (double)cgroup->memory_cached_bytes) / limit;
    left = left < 0 ? 0 : left;
    return free < 0 || left < free ? left : free;
}

static void memory_take(const char *root, const struct whet_cgroup *cgroup,
                        struct whet_load *out)
{
    if (cgroup->v2_dir[0] == '\0' ||
        !pressure_take(root, cgroup->v2_dir, "memory.pressure", &out->memory_some))
        (void)pressure_take(root, "/proc/pressure", "memory", &out->memory_some);
    out->memory_free = memory_free(root, cgroup);
}

static const struct whet_load unknown = {
    .runnable = -1, .cpu_some = -1, .memory_some = -1, .memory_free = -1};

void whet__load_read_memory(const char *root, struct whet_load *out)
{
    struct whet_cgroup cgroup;

    *out = unknown;
    whet__cgroup_read(root, &cgroup);
    memory_take(root, &cgroup, out);
}

void whet__load_read(const char *root, struct whet_load *out)
{
    struct whet_cgroup cgroup;

    *out = unknown;
    stat_take(root, out);
    whet__cgroup_read(root, &cgroup);
    if (cgroup.v2_dir[0] != '\0')
        (void)pressure_take(root, cgroup.v2_dir, "cpu.pressure", &out->cpu_some);
    memory_take(root, &cgroup, out);
}
