/* What the program says on the side. One write per line, so that lines of
 * several threads do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int current_level = WHET_LOG_NONE;
static void (*_Atomic before_line)(void);

void whet__log_level_set(enum whet_log_level level)
{
    atomic_store(&current_level, (int)level);
}

enum whet_log_level whet__log_level(void)
{
    return (enum whet_log_level)atomic_load(&current_level);
}

void whet__log_before_set(void (*before)(void))
{
    atomic_store(&before_line, before);
}

void whet__log(enum whet_log_level level, const char *format, ...)
{
    char line[1024];
    void (*before)(void) = atomic_load(&before_line);
    va_list args;

    if ((int)level > atomic_load_explicit(&current_level, memory_order_relaxed))
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (before != NULL)
        before();
    fprintf(stderr, "whet: %s\n", line);
}
