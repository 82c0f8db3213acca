/* Laws of growth as words. */
#include "stat/growth.h"

const char *whet__growth_name(enum whet_growth_law law)
{
    static const char *const names[] = {
        [WHET_GROWTH_UNKNOWN] = "unknown", [WHET_GROWTH_CONSTANT] = "constant",
        [WHET_GROWTH_LOG] = "log n",       [WHET_GROWTH_LINEAR] = "linear",
        [WHET_GROWTH_N_LOG_N] = "n log n", [WHET_GROWTH_QUADRATIC] = "quadratic",
        [WHET_GROWTH_POWER] = "power",
    };

    return names[law];
}
