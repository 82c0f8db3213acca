/* front/bench_typed.h - the command line that this process was started with.
 *
 * Shape    one call.
 * Units    none.
 * Memory   the caller's text.
 * Errors   none: without /proc it is "".
 * Threads  safe from any.
 */
#ifndef WHET_FRONT_BENCH_TYPED_H
#define WHET_FRONT_BENCH_TYPED_H

#include "base/text.h"

/* Appends it as it could be typed again, the program without its folder. */
void whet__typed_command(struct whet_text *out);

#endif
