/* Completion for zsh 5. */
#include "cli/complete.h"

#include <string.h>

static const char HEAD[] = "#compdef whet\n"
                           "# zsh completion for whet, made by: whet completion zsh\n"
                           "_whet()\n"
                           "{\n"
                           "    local curcontext=$curcontext state line\n"
                           "    local -a commands\n"
                           "    commands=(\n";

static const char MIDDLE[] = "    )\n"
                             "    _arguments -C -s -S \\\n";

static const char DISPATCH[] =
    "        '--version[print the version and what is built in]' \\\n"
    "        '1:command:->command' '*::operand:->operand'\n"
    "    case $state in\n"
    "    command) _describe command commands ;;\n"
    "    operand)\n"
    "        case $words[1] in\n";

static const char TAIL[] = "        esac ;;\n"
                           "    esac\n"
                           "}\n"
                           "if [ \"$funcstack[1]\" = _whet ]; then\n"
                           "    _whet \"$@\"\n"
                           "else\n"
                           "    compdef _whet whet\n"
                           "fi\n";

/* Inside single quotes, inside [...] or before ':' of an _arguments specification. */
static void append_escaped(const char *str, struct whet_text *out)
{
    for (; *str != '\0'; str++) {
        if (*str == '\'')
            whet__text_puts(out, "'\\'");
        else if (strchr("[]:\\", *str) != NULL)
            whet__text_putc(out, '\\');
        whet__text_putc(out, *str);
    }
}

static void append_action(const struct whet_option *row, struct whet_text *out)
{
    if (!whet__option_takes_value(row))
        return;
    whet__text_printf(out, ":%s:", row->argument);
    switch (whet__complete_kind(row)) {
    case WHET_COMPLETE_WORDS:
        whet__text_putc(out, '(');
        whet__complete_choices(row, out);
        whet__text_putc(out, ')');
        break;
    case WHET_COMPLETE_FILE:
        whet__text_puts(out, "_files");
        break;
    case WHET_COMPLETE_DIR:
        whet__text_puts(out, "_files -/");
        break;
    case WHET_COMPLETE_NONE:
        whet__text_putc(out, ' ');
        break;
    }
}

/* '*--name=[help]:ARG:action': '*' lets it come again, '=' allows both spellings. */
static void append_spec(const struct whet_option *row, const char *dashes, const char *name,
                        struct whet_text *out)
{
    int takes = whet__option_takes_value(row);

    whet__text_printf(out, "        '*%s%s%s[", dashes, name,
                      !takes             ? ""
                      : dashes[1] == '-' ? "="
                                         : "+");
    append_escaped(row->help, out);
    whet__text_putc(out, ']');
    append_action(row, out);
    whet__text_puts(out, "' \\\n");
}

static void append_option(const struct whet_option *row, void *ctx)
{
    const char letter[] = {row->letter, '\0'};

    if (row->letter != 0)
        append_spec(row, "-", letter, ctx);
    if (row->name != NULL)
        append_spec(row, "--", row->name, ctx);
    if (row->type == WHET_OPTION_SWITCH)
        append_spec(row, "--no-", row->name, ctx);
}

static void append_operands(const struct whet_command *command, struct whet_text *out)
{
    whet__text_puts(out, "                '*:operand:");
    if (command->flags & WHET_COMMAND_NAMES) {
        whet__text_putc(out, '(');
        whet__complete_commands(out);
        whet__text_putc(out, ')');
    } else if (command->words != NULL) {
        for (const char *const *word = command->words; *word != NULL; word++)
            whet__text_printf(out, "%c%s", word == command->words ? '(' : ' ', *word);
        whet__text_putc(out, ')');
    } else {
        whet__text_puts(out, "_files");
    }
    whet__text_puts(out, "' ;;\n");
}

void whet__complete_zsh(struct whet_text *out)
{
    whet__text_puts(out, HEAD);
    for (size_t i = 0; i < whet__command_count(); i++) {
        whet__text_printf(out, "        '%s:", whet__command_at(i)->name);
        append_escaped(whet__command_at(i)->summary, out);
        whet__text_puts(out, "'\n");
    }
    whet__text_puts(out, MIDDLE);
    whet__complete_each(NULL, append_option, out);
    whet__text_puts(out, DISPATCH);
    for (size_t i = 0; i < whet__command_count(); i++) {
        whet__text_printf(out, "        %s)\n            _arguments -s -S \\\n",
                          whet__command_at(i)->name);
        whet__complete_each(whet__command_at(i), append_option, out);
        append_operands(whet__command_at(i), out);
    }
    whet__text_puts(out, TAIL);
}
