/* Completion for fish 3. */
#include "cli/complete.h"

#include <string.h>

struct fish {
    struct whet_text *out;
    const char *condition; /* the quoted argument of -n */
};

/* Inside single quotes fish knows two escapes. */
static void append_quoted(const char *str, struct whet_text *out)
{
    whet__text_putc(out, '\'');
    for (; *str != '\0'; str++) {
        if (*str == '\'' || *str == '\\')
            whet__text_putc(out, '\\');
        whet__text_putc(out, *str);
    }
    whet__text_putc(out, '\'');
}

static void append_option(const struct whet_option *row, void *ctx)
{
    const struct fish *fish = ctx;
    struct whet_text *out = fish->out;

    whet__text_printf(out, "complete -c whet -n %s", fish->condition);
    if (row->letter != 0)
        whet__text_printf(out, " -s %c", row->letter);
    if (row->name != NULL)
        whet__text_printf(out, " -l %s", row->name);
    if (whet__option_takes_value(row)) {
        switch (whet__complete_kind(row)) {
        case WHET_COMPLETE_WORDS:
            whet__text_puts(out, " -x -a '");
            whet__complete_choices(row, out);
            whet__text_putc(out, '\'');
            break;
        case WHET_COMPLETE_FILE:
            whet__text_puts(out, " -r -F");
            break;
        case WHET_COMPLETE_DIR:
            whet__text_puts(out, " -x -a '(__fish_complete_directories)'");
            break;
        case WHET_COMPLETE_NONE:
            whet__text_puts(out, " -x");
            break;
        }
    }
    whet__text_puts(out, " -d ");
    append_quoted(row->help, out);
    whet__text_putc(out, '\n');
    if (row->type == WHET_OPTION_SWITCH)
        whet__text_printf(out, "complete -c whet -n %s -l no-%s\n", fish->condition, row->name);
}

static void append_operands(const struct whet_command *command, const char *condition,
                            struct whet_text *out)
{
    if (!(command->flags & WHET_COMMAND_NAMES) && command->words == NULL)
        return;
    whet__text_printf(out, "complete -c whet -n %s -f -a '", condition);
    if (command->flags & WHET_COMMAND_NAMES)
        whet__complete_commands(out);
    else
        for (const char *const *word = command->words; *word != NULL; word++)
            whet__text_printf(out, "%s%s", word == command->words ? "" : " ", *word);
    whet__text_puts(out, "'\n");
}

static void append_command(const struct whet_command *command, struct whet_text *out)
{
    char condition[96];
    const struct fish fish = {out, condition};

    snprintf(condition, sizeof(condition), "'__fish_seen_subcommand_from %s'", command->name);
    whet__text_printf(out, "complete -c whet -n __fish_use_subcommand -f -a %s -d ",
                      command->name);
    append_quoted(command->summary, out);
    whet__text_putc(out, '\n');
    append_operands(command, condition, out);
    whet__complete_each(command, append_option, (void *)&fish);
}

void whet__complete_fish(struct whet_text *out)
{
    const struct fish top = {out, "__fish_use_subcommand"};

    whet__text_puts(out, "# fish completion for whet, made by: whet completion fish\n");
    whet__text_printf(out, "complete -c whet -n %s -f -l version -d %s\n", top.condition,
                      "'print the version and what is built in'");
    whet__complete_each(NULL, append_option, (void *)&top);
    for (size_t i = 0; i < whet__command_count(); i++)
        append_command(whet__command_at(i), out);
}
