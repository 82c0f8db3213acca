/* base/log.h - what the program says on the side, to stderr, by level.
 *
 * Shape    one line per call: "whet: text".
 * Units    none.
 * Memory   none is allocated.
 * Errors   none: a line that cannot be written is lost.
 * Threads  safe from any; a line is written whole.
 *
 * The library is silent: the level starts at WHET_LOG_NONE and only the command
 * raises it.
 */
#ifndef WHET_BASE_LOG_H
#define WHET_BASE_LOG_H

#include <whet/api.h>

enum whet_log_level {
    WHET_LOG_NONE,
    WHET_LOG_ERROR,
    WHET_LOG_WARNING,
    WHET_LOG_INFO,
    WHET_LOG_DEBUG
};

void whet__log_level_set(enum whet_log_level level);
enum whet_log_level whet__log_level(void);

WHET_PRINTF(2, 3) void whet__log(enum whet_log_level level, const char *format, ...);

/* Called before a line is written, to take a progress line off the screen;
 * NULL turns it off. */
void whet__log_before_set(void (*before)(void));

#endif
