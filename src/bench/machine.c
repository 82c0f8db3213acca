/* Asks the os floor; once per session. */
#include "bench/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/text.h"
#include "os/cpu.h"
#include "os/file.h"
#include "os/kernel.h"
#include "os/ram.h"

#define GOVERNOR_FILE "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"

/* "performance", "powersave", ...; guests have none. */
static const char *governor_read(struct whet_result *r)
{
    struct whet_text text;
    const char *name = "";

    whet__text_init(&text, 64);
    if (whet__file_read(AT_FDCWD, GOVERNOR_FILE, 63, &text) == 0 && text.len > 0)
        name = whet__text_str(&text);
    name = whet__arena_strndup(&r->strings, name, strcspn(name, "\n"));
    whet__text_clear(&text);
    return name;
}

int whet__result_machine_read(struct whet_result *r)
{
    struct whet_result_machine *m = &r->machine;
    struct whet_kernel kernel;
    struct whet_ram memory;
    struct whet_cpu cpu;

    whet__kernel_read("", &kernel);
    whet__ram_read("", &memory);
    whet__cpu_read("", &cpu);
    m->hostname = whet__result_string(r, kernel.hostname);
    m->cpu_model = whet__result_string(r, cpu.model);
    m->architecture = whet__result_string(r, kernel.machine);
    m->kernel = whet__result_string(r, kernel.release);
    m->distribution = whet__result_string(r, kernel.distribution);
    m->governor = governor_read(r);
    m->cores = cpu.usable;
    m->memory_bytes = memory.total_bytes;
    if (m->hostname == NULL || m->cpu_model == NULL || m->architecture == NULL ||
        m->kernel == NULL || m->distribution == NULL || m->governor == NULL)
        return -ENOMEM;
    return 0;
}

const char *whet__machine_difference(const struct whet_result_machine *a,
                                     const struct whet_result_machine *b)
{
    if (strcmp(a->architecture, b->architecture) != 0)
        return "architecture";
    if (strcmp(a->cpu_model, b->cpu_model) != 0)
        return "CPU model";
    if (a->cores != b->cores)
        return "number of cores";
    if (strcmp(a->kernel, b->kernel) != 0)
        return "kernel";
    return NULL;
}
