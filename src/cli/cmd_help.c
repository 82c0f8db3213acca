/* whet help: the same text as --help; and, for the build, the parts of the man pages
 * that come from the option tables. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>

#include "view/fill.h"

struct help_args {
    int man;
};

static const struct whet_option options[] = {
    /* Without help text: hidden, for tools/manpage. */
    {.name = "man", WHET_INTO_FLAG(help_args, man)},
};

static void append_man_synopsis(const struct whet_command *command, struct whet_text *out)
{
    whet__text_printf(out, "*whet %s* [_OPTION_]...", command->name);
    if (command->operands[0] != '\0')
        whet__text_printf(out, " %s", command->operands);
    whet__text_puts(out, "\n");
}

static void append_man_examples(const struct whet_command *command, struct whet_text *out)
{
    if (command->examples == NULL)
        return;
    whet__text_puts(out, "# EXAMPLES\n\n");
    for (const struct whet_example *e = command->examples; e->command != NULL; e++)
        whet__text_printf(out, "```\n%s\n```\n\t%c%s.\n\n", e->command,
                          e->purpose[0] >= 'a' && e->purpose[0] <= 'z' ? e->purpose[0] - 32
                                                                       : e->purpose[0],
                          e->purpose + 1);
}

static void append_man_command(const struct whet_command *command, struct whet_text *out)
{
    size_t count;
    const struct whet_option *global = whet__global_options(&count);

    whet__text_puts(out, "# SYNOPSIS\n\n");
    append_man_synopsis(command, out);
    whet__text_puts(out, "\n# OPTIONS\n\n");
    whet__options_man(command->options, command->option_count, out);
    whet__options_man(global, count, out);
    append_man_examples(command, out);
}

static void append_man_overview(struct whet_text *out)
{
    size_t count;
    const struct whet_option *global = whet__global_options(&count);

    whet__text_puts(out, "# COMMANDS\n\n");
    for (int group = 0; group < WHET_GROUPS; group++) {
        for (size_t i = 0; i < whet__command_count(); i++) {
            const struct whet_command *command = whet__command_at(i);

            if ((int)command->group == group)
                whet__text_printf(out, "*whet-%s*(1)\n\t%s.\n\n", command->name,
                                  command->summary);
        }
    }
    whet__text_puts(out, "# OPTIONS\n\n");
    whet__options_man(global, count, out);
}

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
        append_man_overview(&out);
    else if (command == NULL)
        whet__overview(&out);
    else if (args->man)
        append_man_command(command, &out);
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
