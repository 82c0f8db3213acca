/* Text broken into lines at blanks, for help and reports. Expected load: a page. */
#include "view/fill.h"

#include <string.h>

#include "view/width.h"

void whet__fill(struct whet_text *out, const char *str, unsigned column, unsigned indent,
                unsigned width)
{
    size_t at = column;
    int first = 1; /* no word on this line yet */

    if (column < indent) {
        whet__text_fill(out, ' ', indent - column);
        at = indent;
    }
    while (*str != '\0') {
        size_t word = strcspn(str, " \n");
        size_t columns = whet__width(str, word, 0);

        if (!first && at + 1 + columns > width) {
            whet__text_putc(out, '\n');
            whet__text_fill(out, ' ', indent);
            at = indent;
            first = 1;
        }
        if (!first) {
            whet__text_putc(out, ' ');
            at++;
        }
        whet__text_append(out, str, word);
        at += columns;
        first = 0;
        str += word;
        if (strncmp(str, "\n\n", 2) == 0) {
            whet__text_puts(out, "\n\n");
            whet__text_fill(out, ' ', indent);
            at = indent;
            first = 1;
        }
        str += strspn(str, " \n");
    }
    whet__text_putc(out, '\n');
}
