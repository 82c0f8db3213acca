/* The option table in two columns, for -h. Expected load: a few dozen rows. */
#include "option/option.h"

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
        whet__text_printf(out, row->implied != NULL ? "[=%s]" : " %s", row->argument);
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
