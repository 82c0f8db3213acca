/* What the option tables know, as scdoc source. Expected load: the build, once per page. */
#include "cli/man.h"

#include <ctype.h>
#include <string.h>

/* '_', '*' and '\' are marks of scdoc. */
static void append_prose(const char *str, struct whet_text *out)
{
    for (; *str != '\0'; str++) {
        if (strchr("_*\\", *str) != NULL)
            whet__text_putc(out, '\\');
        whet__text_putc(out, *str);
    }
}

/* A phrase of the tables as a sentence: a capital in front and a full stop behind. */
static void append_sentence(const char *phrase, struct whet_text *out)
{
    whet__text_putc(out, (char)toupper((unsigned char)phrase[0]));
    append_prose(phrase + 1, out);
    whet__text_puts(out, ".\n\n");
}

/* "*-j*, *--jobs* _N_" and its sentence. */
static void append_option(const struct whet_option *row, struct whet_text *out)
{
    struct whet_text phrase;

    if (row->letter != 0)
        whet__text_printf(out, "*-%c*%s", row->letter, row->name != NULL ? ", " : "");
    if (row->name != NULL)
        whet__text_printf(out, "*--%s%s*", row->type == WHET_OPTION_SWITCH ? "[no-]" : "",
                          row->name);
    if (row->argument != NULL)
        whet__text_printf(out, row->implied != NULL ? "[=_%s_]" : " _%s_", row->argument);
    whet__text_puts(out, "\n\t");
    whet__text_init(&phrase, 4096);
    whet__option_describe(row, &phrase);
    if (whet__text_error(&phrase) == 0)
        append_sentence(whet__text_str(&phrase), out);
    else
        out->error = whet__text_error(&phrase);
    whet__text_clear(&phrase);
}

static void append_options(const struct whet_option *rows, size_t count, struct whet_text *out)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].section != NULL)
            whet__text_printf(out, "## %s\n\n", rows[i].section);
        if (rows[i].help != NULL)
            append_option(&rows[i], out);
    }
}

static void append_global_options(struct whet_text *out)
{
    size_t count;
    const struct whet_option *rows = whet__global_options(&count);

    append_options(rows, count, out);
}

static void append_examples(const struct whet_example *examples, struct whet_text *out)
{
    whet__text_puts(out, "# EXAMPLES\n\n");
    for (const struct whet_example *e = examples; e->command != NULL; e++) {
        whet__text_putc(out, '*');
        append_prose(e->command, out);
        whet__text_puts(out, "*\n\t");
        append_sentence(e->purpose, out);
    }
}

void whet__man_command(const struct whet_command *command, struct whet_text *out)
{
    whet__text_printf(out, "# NAME\n\nwhet-%s - %s\n\n", command->name, command->summary);
    whet__text_printf(out, "# SYNOPSIS\n\n*whet %s* [_OPTION_]... ", command->name);
    append_prose(command->operands, out);
    whet__text_puts(out, "\n\n# DESCRIPTION\n\n");
    append_prose(command->description, out);
    whet__text_puts(out, "\n\n# OPTIONS\n\n");
    append_options(command->options, command->option_count, out);
    append_global_options(out);
    if (command->examples != NULL)
        append_examples(command->examples, out);
}

void whet__man_overview(struct whet_text *out)
{
    whet__text_puts(out, "# COMMANDS\n\n");
    for (int group = 0; group < WHET_GROUPS; group++) {
        for (size_t i = 0; i < whet__command_count(); i++) {
            const struct whet_command *command = whet__command_at(i);

            if ((int)command->group != group)
                continue;
            whet__text_printf(out, "*whet-%s*(1)\n\t", command->name);
            append_sentence(command->summary, out);
        }
    }
    whet__text_puts(out, "# OPTIONS\n\n");
    append_global_options(out);
}
