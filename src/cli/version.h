/* cli/version.h - what `whet --version` says: this build, its parts, this kernel.
 *
 * Shape    appends to a text.
 * Units    none.
 * Memory   the text's.
 * Errors   sticky in the text.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_VERSION_H
#define WHET_CLI_VERSION_H

#include "base/text.h"

void whet__version_report(struct whet_text *out);

#endif
