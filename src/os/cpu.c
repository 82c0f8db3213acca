/* The processors of this machine, and how many of them are ours. */
#include "os/cpu.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "os/sysfile.h"

#define CPUINFO_MAX ((size_t)8 << 20)
#define LIST_MAX    4096 /* characters of a list of processors */
#define CPUS_MAX    65536

/* By the kernel's own list; 0 where it is not there. */
static unsigned affinity_of_fixture(const char *root)
{
    struct whet_text t;
    char list[LIST_MAX];
    unsigned count = 0;

    whet__text_init(&t, CPUINFO_MAX);
    if (whet__sysfile_read(root, &t, "/proc/self/status") == 0 &&
        whet__sysfile_field(whet__text_str(&t), "Cpus_allowed_list", list, sizeof(list)) == 0)
        count = whet__sysfile_list_count(list);
    whet__text_clear(&t);
    return count;
}

/* The kernel refuses a set that is smaller than its own, so the set grows. */
static unsigned affinity_count(void)
{
    for (size_t cpus = 1024; cpus <= CPUS_MAX; cpus *= 4) {
        size_t size = CPU_ALLOC_SIZE(cpus);
        cpu_set_t *set = CPU_ALLOC(cpus); /* the C library's own */
        unsigned count = 0;
        int error = 0;

        if (set == NULL)
            return 0;
        if (sched_getaffinity(0, size, set) == 0)
            count = (unsigned)CPU_COUNT_S(size, set);
        else
            error = errno;
        CPU_FREE(set);
        if (error != EINVAL)
            return count;
    }
    return 0;
}

unsigned whet__cpu_usable(void)
{
    unsigned count = affinity_count();
    long online;

    if (count != 0)
        return count;
    online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* Architectures have different words for it; of ARM there may be only numbers. */
static void model_read(const char *cpuinfo, char *out, size_t size)
{
    static const char *const keys[] = {"model name", "Model", "Hardware", "cpu model", "cpu"};
    char implementer[16], part[16];

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (whet__sysfile_field(cpuinfo, keys[i], out, size) == 0 && out[0] != '\0')
            return;
    if (whet__sysfile_field(cpuinfo, "CPU implementer", implementer, sizeof(implementer)) ==
            0 &&
        whet__sysfile_field(cpuinfo, "CPU part", part, sizeof(part)) == 0)
        snprintf(out, size, "ARM implementer %s part %s", implementer, part);
}

/* Counts the processors in cpuinfo, too, for systems without /sys. */
static unsigned cpuinfo_read(const char *root, struct whet_cpu *out)
{
    struct whet_text t;
    unsigned count = 0;

    whet__text_init(&t, CPUINFO_MAX);
    if (whet__sysfile_read(root, &t, "/proc/cpuinfo") == 0) {
        const char *text = whet__text_str(&t);

        model_read(text, out->model, sizeof(out->model));
        for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
            at += *at == '\n';
            count += strncmp(at, "processor", 9) == 0;
        }
    }
    whet__text_clear(&t);
    return count;
}

/* A core is counted at the first of the processors that share it. */
static unsigned cores_count(const char *root, const char *online)
{
    unsigned count = 0, first, last;

    while (whet__sysfile_range(&online, &first, &last))
        for (unsigned cpu = first; cpu <= last && cpu < CPUS_MAX; cpu++) {
            char siblings[LIST_MAX];

            if (whet__sysfile_line(root, siblings, sizeof(siblings),
                                   "/sys/devices/system/cpu/cpu%u/topology/"
                                   "thread_siblings_list",
                                   cpu) != 0)
                return 0;
            count += strtoul(siblings, NULL, 10) == cpu;
        }
    return count;
}

/* "512K", "32M". */
static uint64_t cache_size(const char *text)
{
    char *unit;
    uint64_t size = strtoull(text, &unit, 10);

    return *unit == 'K' ? size << 10 : *unit == 'M' ? size << 20 : size;
}

/* 0: there is no such cache. */
static int cache_read(const char *root, unsigned index, struct whet_cpu_cache *out)
{
    static const char dir[] = "/sys/devices/system/cpu/cpu0/cache";
    char text[LIST_MAX];
    uint64_t number;

    memset(out, 0, sizeof(*out));
    if (whet__sysfile_number(root, &number, "%s/index%u/level", dir, index) != 0)
        return 0;
    out->level = (unsigned)number;
    if (whet__sysfile_line(root, text, sizeof(text), "%s/index%u/type", dir, index) == 0) {
        if (strcmp(text, "Data") == 0)
            out->kind = WHET_CPU_CACHE_DATA;
        else if (strcmp(text, "Instruction") == 0)
            out->kind = WHET_CPU_CACHE_INSTRUCTION;
    }
    if (whet__sysfile_line(root, text, sizeof(text), "%s/index%u/size", dir, index) == 0)
        out->size_bytes = cache_size(text);
    if (whet__sysfile_number(root, &number, "%s/index%u/coherency_line_size", dir, index) == 0)
        out->line_bytes = (unsigned)number;
    if (whet__sysfile_line(root, text, sizeof(text), "%s/index%u/shared_cpu_list", dir,
                           index) == 0)
        out->shared_by = whet__sysfile_list_count(text);
    return 1;
}

static int by_level(const void *a, const void *b)
{
    const struct whet_cpu_cache *x = a, *y = b;

    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

void whet__cpu_read(const char *root, struct whet_cpu *out)
{
    char online[LIST_MAX];
    unsigned listed;

    memset(out, 0, sizeof(*out));
    listed = cpuinfo_read(root, out);
    if (whet__sysfile_line(root, online, sizeof(online), "/sys/devices/system/cpu/online") ==
        0) {
        out->online = whet__sysfile_list_count(online);
        out->cores = cores_count(root, online);
    }
    if (out->online == 0)
        out->online = listed;
    out->usable = root[0] == '\0' ? affinity_count() : affinity_of_fixture(root);
    while (out->cache_count < WHET_CPU_CACHES &&
           cache_read(root, out->cache_count, &out->caches[out->cache_count]))
        out->cache_count++;
    qsort(out->caches, out->cache_count, sizeof(out->caches[0]), by_level);
}
