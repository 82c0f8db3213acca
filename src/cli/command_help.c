/* What -h, --help and `whet --help` show, from the commands' entries. */
#include "cli/command.h"

#include <string.h>

#include "view/fill.h"

static void put_usage(const struct whet_command *command, struct whet_text *out)
{
    whet__text_printf(out, "usage: whet %s [OPTION]...%s%s\n", command->name,
                      command->operands[0] != '\0' ? " " : "", command->operands);
}

static void append_examples(const struct whet_example *examples, struct whet_text *out)
{
    whet__text_puts(out, "\nExamples:\n");
    for (const struct whet_example *e = examples; e->command != NULL; e++) {
        whet__text_printf(out, "  %s\n      ", e->command);
        whet__fill(out, e->purpose, 6, 6, WHET_HELP_WIDTH);
    }
}

void whet__command_help(const struct whet_command *command, int full, struct whet_text *out)
{
    size_t count;
    const struct whet_option *global = whet__global_options(&count);

    put_usage(command, out);
    if (full) {
        whet__text_putc(out, '\n');
        whet__fill(out, command->description, 0, 0, WHET_HELP_WIDTH);
    }
    whet__options_help(command->options, command->option_count, WHET_HELP_WIDTH, out);
    whet__options_help(global, count, WHET_HELP_WIDTH, out);
    if (full && command->examples != NULL)
        append_examples(command->examples, out);
}

static void append_group(enum whet_command_group group, struct whet_text *out)
{
    const char *heading = whet__command_group_name(group);

    for (size_t i = 0; i < whet__command_count(); i++) {
        const struct whet_command *command = whet__command_at(i);

        if (command->group != group)
            continue;
        whet__text_printf(out, "%-9s %-12s", heading, command->name);
        whet__fill(out, command->summary, 22, 22, WHET_HELP_WIDTH);
        heading = "";
    }
}

void whet__overview(struct whet_text *out)
{
    size_t count;
    const struct whet_option *global = whet__global_options(&count);

    whet__text_puts(out,
                    "usage: whet COMMAND [OPTION]... [OPERAND]...\n"
                    "       whet --version\n\n"
                    "Measure programs, find what holds them back, make them faster, prove\n"
                    "it, and keep them fast.\n\n");
    for (int group = 0; group < WHET_GROUPS; group++)
        append_group((enum whet_command_group)group, out);
    whet__options_help(global, count, WHET_HELP_WIDTH, out);
    whet__text_puts(out, "\n'whet COMMAND -h' lists a command's options; 'man whet-COMMAND' "
                         "says it all.\n");
}
