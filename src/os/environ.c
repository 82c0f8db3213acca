/* unistd.h declares environ for GNU sources only, which no higher floor is. */
#include "os/environ.h"

#include <unistd.h>

const char *const *whet__environ(void)
{
    static const char *const none[] = {0};

    return environ != NULL ? (const char *const *)environ : none;
}
