/* The option table as text for people: two columns for -h, scdoc source for the man
 * page. Expected load: a few dozen rows. */
#include "cli/option.h"

#include <ctype.h>
#include <string.h>

#include "view/fill.h"

/* Where the second column starts; longer left sides get a line of their own. */
#define HELP_COLUMN 28

/* "-j, --jobs N": what the user types. */
static void append_usage(const struct whet_option *row, struct whet_text *out)
{
    if (row->letter != 0)
        whet__text_printf(out, "-%c", row->letter);
    else
        whet__text_puts(out, "   ");
    if (row->name != NULL)
        whet__text_printf(out, "%s--%s%s", row->letter != 0 ? ", " : " ",
                          row->type == WHET_OPTION_SWITCH ? "[no-]" : "", row->name);
    if (row->argument != NULL)
        whet__text_printf(out, " %s", row->argument);
}

static void append_row(const struct whet_option *row, unsigned width, struct whet_text *out)
{
    struct whet_text sentence;
    size_t start = out->len;
    size_t column;

    whet__text_puts(out, "  ");
    append_usage(row, out);
    column = out->len - start;
    if (column + 2 > HELP_COLUMN) {
        whet__text_putc(out, '\n');
        column = 0;
    }
    whet__text_init(&sentence, 4096);
    whet__option_describe(row, &sentence);
    whet__fill(out, whet__text_str(&sentence), (unsigned)column, HELP_COLUMN, width);
    if (out->error == 0)
        out->error = whet__text_error(&sentence);
    whet__text_clear(&sentence);
}

void whet__options_help(const struct whet_option *rows, size_t count, unsigned width,
                        struct whet_text *out)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].section != NULL)
            whet__text_printf(out, "\n%s:\n", rows[i].section);
        if (rows[i].help != NULL)
            append_row(&rows[i], width, out);
    }
}

/* scdoc reads '_', '*' and '\' as marks, and a line that starts with some others. */
static void append_escaped(const char *str, struct whet_text *out)
{
    for (; *str != '\0'; str++) {
        if (strchr("_*\\", *str) != NULL)
            whet__text_putc(out, '\\');
        whet__text_putc(out, *str);
    }
}

/* "*-j*, *--jobs* _N_" */
static void append_man_usage(const struct whet_option *row, struct whet_text *out)
{
    if (row->letter != 0)
        whet__text_printf(out, "*-%c*", row->letter);
    if (row->letter != 0 && row->name != NULL)
        whet__text_puts(out, ", ");
    if (row->name != NULL)
        whet__text_printf(out, "*--%s%s*", row->type == WHET_OPTION_SWITCH ? "[no-]" : "",
                          row->name);
    if (row->argument != NULL)
        whet__text_printf(out, " _%s_", row->argument);
}

/* The sentence as prose: a capital in front and a full stop behind. */
static void append_man_sentence(const struct whet_option *row, struct whet_text *out)
{
    struct whet_text sentence;

    whet__text_init(&sentence, 4096);
    whet__option_describe(row, &sentence);
    if (sentence.len > 0)
        sentence.data[0] = (char)toupper((unsigned char)sentence.data[0]);
    append_escaped(whet__text_str(&sentence), out);
    whet__text_puts(out, ".\n\n");
    if (out->error == 0)
        out->error = whet__text_error(&sentence);
    whet__text_clear(&sentence);
}

void whet__options_man(const struct whet_option *rows, size_t count, struct whet_text *out)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].help == NULL)
            continue;
        if (rows[i].section != NULL)
            whet__text_printf(out, "## %s\n\n", rows[i].section);
        append_man_usage(&rows[i], out);
        whet__text_puts(out, "\n\t");
        append_man_sentence(&rows[i], out);
    }
}
