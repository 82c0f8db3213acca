/* cli/man.h - what the option tables know, as scdoc source for the man pages.
 *
 * Shape    appends sections, each begun by "# NAME"; tools/manpage puts them into pages.
 * Units    none.
 * Memory   the text's.
 * Errors   sticky in the text.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_MAN_H
#define WHET_CLI_MAN_H

#include "base/text.h"
#include "cli/command.h"

/* NAME, SYNOPSIS, DESCRIPTION, OPTIONS, EXAMPLES of a command. */
void whet__man_command(const struct whet_command *command, struct whet_text *out);

/* COMMANDS and OPTIONS of whet itself. */
void whet__man_overview(struct whet_text *out);

#endif
