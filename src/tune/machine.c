/* What this machine allows: <whet/tune.h>. Processors by affinity and by quota, memory
 * under the cgroup's limit; each with the file that said so. */
#include <whet/tune.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "os/cgroup.h"
#include "os/cpu.h"
#include "os/kernel.h"
#include "os/ram.h"
#include "os/storage.h"

static void cpu_fill(const char *root, struct whet_tune_machine *m)
{
    struct whet_cpu cpu;

    whet__cpu_read(root, &cpu);
    m->online = cpu.online;
    m->usable = cpu.usable;
    snprintf(m->cpu_model, sizeof(m->cpu_model), "%s", cpu.model);
    for (unsigned i = 0; i < cpu.cache_count; i++) {
        const struct whet_cpu_cache *c = &cpu.caches[i];

        if (c->kind == WHET_CPU_CACHE_INSTRUCTION)
            continue;
        if (c->level == 1)
            m->l1d_bytes = c->size_bytes;
        else if (c->level == 2)
            m->l2_bytes = c->size_bytes;
        else if (c->level == 3)
            m->l3_bytes = c->size_bytes;
    }
}

/* Decisions use whole processors: half a processor of quota still runs one thread. */
static void quota_fill(const struct whet_cgroup *cgroup, struct whet_tune_machine *m)
{
    m->cores = m->usable != 0 ? m->usable : 1;
    m->quota_cores = cgroup->cpu_cores;
    if (cgroup->cpu_cores > 0 && cgroup->cpu_cores < m->cores)
        m->cores = (unsigned)ceil(cgroup->cpu_cores);
    snprintf(m->quota_source, sizeof(m->quota_source), "%s", cgroup->cpu_source);
}

static void memory_fill(const char *root, const struct whet_cgroup *cgroup,
                        struct whet_tune_machine *m)
{
    struct whet_ram memory;
    uint64_t limit = cgroup->memory_limit_bytes;
    uint64_t used;

    whet__ram_read(root, &memory);
    m->memory_bytes = memory.total_bytes;
    m->available_bytes = memory.available_bytes;
    snprintf(m->memory_source, sizeof(m->memory_source), "/proc/meminfo");
    if (limit == 0 || limit >= memory.total_bytes)
        return;
    /* Page cache that the kernel gives back at need is no use of the limit. */
    used = cgroup->memory_used_bytes > cgroup->memory_cached_bytes
               ? cgroup->memory_used_bytes - cgroup->memory_cached_bytes
               : 0;
    m->memory_limit_bytes = limit;
    m->memory_bytes = limit;
    if (used > limit)
        used = limit;
    if (limit - used < m->available_bytes)
        m->available_bytes = limit - used;
    snprintf(m->memory_source, sizeof(m->memory_source), "%s", cgroup->memory_source);
}

static void storage_fill(const char *root, const char *path, struct whet_tune_machine *m)
{
    struct whet_storage storage;

    snprintf(m->storage, sizeof(m->storage), "unknown");
    if (whet__storage_read(root, path, &storage) != 0)
        return;
    snprintf(m->storage, sizeof(m->storage), "%s", whet__storage_kind_name(storage.kind));
    snprintf(m->filesystem, sizeof(m->filesystem), "%s", storage.filesystem);
    snprintf(m->storage_source, sizeof(m->storage_source), "%s", storage.evidence);
}

static void kernel_fill(const char *root, struct whet_tune_machine *m)
{
    struct whet_kernel kernel;

    whet__kernel_read(root, &kernel);
    snprintf(m->kernel, sizeof(m->kernel), "%s", kernel.release);
    snprintf(m->architecture, sizeof(m->architecture), "%s", kernel.machine);
    snprintf(m->distribution, sizeof(m->distribution), "%s", kernel.distribution);
}

void whet_tune_machine_read(const char *root, const char *path, struct whet_tune_machine *out)
{
    struct whet_cgroup cgroup;

    if (root == NULL)
        root = "";
    memset(out, 0, sizeof(*out));
    whet__cgroup_read(root, &cgroup);
    cpu_fill(root, out);
    quota_fill(&cgroup, out);
    memory_fill(root, &cgroup, out);
    storage_fill(root, path, out);
    kernel_fill(root, out);
}
