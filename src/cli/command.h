/* cli/command.h - what a subcommand is: one file with one const entry.
 *
 * Shape    an entry per command, listed in command_table.c in byte order of names.
 * Units    exit codes 0..255.
 * Memory   entries are static; a call's values live until its run returns.
 * Errors   run returns -errno and fills *err, which the driver prints.
 * Threads  the driver calls run once, from the main thread.
 *
 * To add a command: src/cli/cmd_NAME.c with its entry, a line in command_table.c and
 * one in meson.build, man/whet-NAME.1.scd, tests/cli/NAME.bats.
 */
#ifndef WHET_CLI_COMMAND_H
#define WHET_CLI_COMMAND_H

#include <stddef.h>
#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "option/global.h"
#include "option/option.h"

/* What the exit code says. `run` and `record` pass on their child's instead. */
enum whet_exit {
    WHET_EXIT_YES = 0,    /* done, or the answer is yes */
    WHET_EXIT_NO = 1,     /* the answer is no: a regression, a violation */
    WHET_EXIT_FAILURE = 2 /* usage or failure */
};

enum whet_command_group {
    WHET_GROUP_MEASURE,
    WHET_GROUP_FIND,
    WHET_GROUP_FIX,
    WHET_GROUP_KEEP,
    WHET_GROUP_ABOUT, /* help, completion */
    WHET_GROUPS
};

enum whet_command_flags {
    WHET_COMMAND_STOP = 1 << 0, /* operands are a command line: options end at the first */
    WHET_COMMAND_NAMES = 1 << 1 /* operands are names of commands (for completion) */
};

struct whet_example {
    const char *command; /* as typed; NULL ends the array */
    const char *purpose; /* lower case, no full stop */
};

/* One use of a command: its options, read into a copy of `defaults`, and operands. */
struct whet_call {
    const struct whet_command *command;
    const struct whet_global *global;
    const void *args;            /* the command's own struct */
    const char *const *operands; /* NULL-terminated */
    size_t operand_count;
    size_t dashes; /* operands before `--`; SIZE_MAX without one */
    FILE *out;     /* where answers go; the driver checks it at the end */
};

struct whet_command {
    const char *name;
    enum whet_command_group group;
    unsigned flags;
    const char *summary;  /* lower case, no full stop, fits beside the name */
    const char *operands; /* as in the synopsis: "[PATH]"; "" when there are none */
    size_t operands_min;
    size_t operands_max;      /* SIZE_MAX: any number */
    const char *const *words; /* what an operand can be, NULL-terminated; NULL: anything */
    const char *description;  /* paragraphs parted by "\n\n"; filled to the width */
    const struct whet_example *examples;
    const struct whet_option *options;
    size_t option_count;
    const void *defaults; /* the options' record before any is read; NULL: zeros */
    size_t args_size;     /* of that record */

    /* An exit code, or -errno with *err filled. */
    int (*run)(const struct whet_call *call, struct whet_error *err);
};

/* Lengths of the command's own arrays. */
#define WHET_OPTIONS(rows) .options = (rows), .option_count = sizeof(rows) / sizeof((rows)[0])

/* In byte order of names. */
size_t whet__command_count(void);
const struct whet_command *whet__command_at(size_t index);

/* The command called `name`, or NULL with an error that suggests the nearest. */
const struct whet_command *whet__command_need(const char *name, struct whet_error *err);

/* "measure", "find", ... */
const char *whet__command_group_name(enum whet_command_group group);

/* How wide help is. */
#define WHET_HELP_WIDTH 80

/* Appends what -h shows; with `full`, what --help shows. */
void whet__command_help(const struct whet_command *command, int full, struct whet_text *out);

/* Appends what `whet --help` shows: every command by group. */
void whet__overview(struct whet_text *out);

#endif
