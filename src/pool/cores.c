/* How many threads this process can really run at once. The host's core count is the
 * wrong answer in a container: affinity and quota decide. */
#include <whet/pool.h>

#include <math.h>

#include "os/cgroup.h"
#include "os/cpu.h"

unsigned whet_pool_cores(void)
{
    unsigned usable = whet__cpu_usable();
    double quota = whet__cgroup_cpu_cores("");

    if (quota > 0 && quota < usable)
        usable = (unsigned)ceil(quota);
    return usable != 0 ? usable : 1;
}
