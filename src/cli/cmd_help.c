/* whet help: the same text as --help; and, for the build, the parts of the man pages
 * that come from the option tables. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "cli/man.h"

struct help_args {
    int man;
};

static const struct whet_option options[] = {
    /* Without help text: hidden, for tools/manpage. */
    {.name = "man", WHET_INTO_FLAG(help_args, man)},
};

static int run_help(const struct whet_call *call, struct whet_error *err)
{
    const struct help_args *args = call->args;
    const struct whet_command *command = NULL;
    struct whet_text out;
    int rc;

    if (call->operand_count == 1) {
        command = whet__command_need(call->operands[0], err);
        if (command == NULL)
            return -EINVAL;
    }
    whet__text_init(&out, 1 << 20);
    if (command == NULL && args->man)
        whet__man_overview(&out);
    else if (command == NULL)
        whet__overview(&out);
    else if (args->man)
        whet__man_command(command, &out);
    else
        whet__command_help(command, 1, &out);
    rc = whet__text_error(&out);
    if (rc == 0)
        fputs(whet__text_str(&out), call->out);
    whet__text_clear(&out);
    return rc != 0 ? whet_error_set(err, rc, "out of memory: 'help'") : WHET_EXIT_YES;
}

static const struct whet_example examples[] = {
    {"whet help", "list the commands"},
    {"whet help completion", "what a command does, its options and examples"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_help = {
    .name = "help",
    .group = WHET_GROUP_ABOUT,
    .flags = WHET_COMMAND_NAMES,
    .summary = "explain a command, or list them all",
    .operands = "[COMMAND]",
    .operands_max = 1,
    .description = "Without COMMAND, lists the commands by what they are for. With COMMAND, "
                   "says what it does, lists its options and shows examples: the same as "
                   "'whet COMMAND --help'.",
    .examples = examples,
    WHET_OPTIONS(options),
    .args_size = sizeof(struct help_args),
    .run = run_help,
};
