/* Which whet this is: <whet/version.h>. */
#include <whet/version.h>

const char *whet_version(void)
{
    return WHET_VERSION;
}
