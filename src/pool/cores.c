/* How many threads this process can really run at once. The host's core count is the
 * wrong answer in a container: affinity and quota decide. */
#include <whet/pool.h>

#include <math.h>

#include "os/cgroup.h"
#include "os/cpu.h"

unsigned whet_pool_cores(void)
{
    unsigned usable = whet__cpu_usable();
    struct whet_cgroup cgroup;

    whet__cgroup_read("", &cgroup);
    if (cgroup.cpu_cores > 0 && cgroup.cpu_cores < usable)
        usable = (unsigned)ceil(cgroup.cpu_cores);
    return usable != 0 ? usable : 1;
}
