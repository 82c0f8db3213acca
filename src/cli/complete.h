/* cli/complete.h - completion scripts, one writer per shell.
 *
 * Shape    a sorted table of shells; each appends its whole script.
 * Units    none.
 * Memory   the text's.
 * Errors   sticky in the text.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_COMPLETE_H
#define WHET_CLI_COMPLETE_H

#include "base/text.h"
#include "cli/command.h"

void whet__complete_bash(struct whet_text *out);
void whet__complete_fish(struct whet_text *out);
void whet__complete_zsh(struct whet_text *out);

/* What the value of an option is, as far as a shell can help with it. */
enum whet_complete_kind {
    WHET_COMPLETE_NONE,  /* a number, a name: nothing to offer */
    WHET_COMPLETE_WORDS, /* one of .choices */
    WHET_COMPLETE_FILE,
    WHET_COMPLETE_DIR
};

enum whet_complete_kind whet__complete_kind(const struct whet_option *row);

/* Appends the names of a choice option's values, or of all commands, between blanks. */
void whet__complete_choices(const struct whet_option *row, struct whet_text *out);
void whet__complete_commands(struct whet_text *out);

/* Calls visit for the command's own visible rows, then for the global ones. */
typedef void (*whet_complete_visit)(const struct whet_option *row, void *ctx);
void whet__complete_each(const struct whet_command *command, whet_complete_visit visit,
                         void *ctx);

#endif
