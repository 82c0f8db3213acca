/* Completion for bash 4.3 and later. */
#include "cli/complete.h"

static const char HEAD[] =
    "# bash completion for whet, made by: whet completion bash\n"
    "_whet()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command='' options='' operands='' i\n"
    "\n"
    "    # \"--color=al\" arrives as three words.\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=''\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        case ${COMP_WORDS[i]} in\n"
    "        --color) ((i++)); [[ ${COMP_WORDS[i]} == = ]] && ((i++)) ;;\n"
    "        -*) ;;\n"
    "        *) command=${COMP_WORDS[i]}; break ;;\n"
    "        esac\n"
    "    done\n"
    "    COMPREPLY=()\n"
    "    case $command in\n";

static const char TAIL[] = "    esac\n"
                           "    if [[ $cur == -* ]]; then\n"
                           "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
                           "    elif [[ -n $operands ]]; then\n"
                           "        COMPREPLY=($(compgen -W \"$operands\" -- \"$cur\"))\n"
                           "        compopt +o default\n"
                           "    fi\n"
                           "}\n"
                           "complete -o default -F _whet whet\n";

static void append_words(const struct whet_option *row, void *ctx)
{
    struct whet_text *out = ctx;

    if (row->name == NULL)
        return;
    whet__text_printf(out, " --%s", row->name);
    if (row->type == WHET_OPTION_SWITCH)
        whet__text_printf(out, " --no-%s", row->name);
}

static void append_value(const struct whet_option *row, void *ctx)
{
    struct whet_text *out = ctx;

    if (!whet__option_takes_value(row))
        return;
    whet__text_puts(out, "        ");
    if (row->letter != 0)
        whet__text_printf(out, "-%c%s", row->letter, row->name != NULL ? "|" : "");
    if (row->name != NULL)
        whet__text_printf(out, "--%s", row->name);
    switch (whet__complete_kind(row)) {
    case WHET_COMPLETE_WORDS:
        whet__text_puts(out, ") COMPREPLY=($(compgen -W '");
        whet__complete_choices(row, out);
        whet__text_puts(out, "' -- \"$cur\")); compopt +o default; return ;;\n");
        break;
    case WHET_COMPLETE_FILE:
        whet__text_puts(out, ") return ;;\n");
        break;
    case WHET_COMPLETE_DIR:
        whet__text_puts(out, ") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n");
        break;
    case WHET_COMPLETE_NONE:
        whet__text_puts(out, ") compopt +o default; return ;;\n");
        break;
    }
}

static void append_command(const struct whet_command *command, struct whet_text *out)
{
    whet__text_printf(out, "    %s)\n        options='",
                      command != NULL ? command->name : "''");
    whet__complete_each(command, append_words, out);
    whet__text_puts(out, command == NULL ? " --version'\n" : "'\n");
    if (command == NULL || command->flags & WHET_COMMAND_NAMES) {
        whet__text_puts(out, "        operands='");
        whet__complete_commands(out);
        whet__text_puts(out, "'\n");
    } else if (command->words != NULL) {
        whet__text_puts(out, "        operands='");
        for (const char *const *word = command->words; *word != NULL; word++)
            whet__text_printf(out, "%s%s", word == command->words ? "" : " ", *word);
        whet__text_puts(out, "'\n");
    }
    whet__text_puts(out, "        case $prev in\n");
    whet__complete_each(command, append_value, out);
    whet__text_puts(out, "        esac ;;\n");
}

void whet__complete_bash(struct whet_text *out)
{
    whet__text_puts(out, HEAD);
    append_command(NULL, out);
    for (size_t i = 0; i < whet__command_count(); i++)
        append_command(whet__command_at(i), out);
    whet__text_puts(out, TAIL);
}
