/* scan/line_syntax.h - what tells code, comment and blank lines apart.
 *
 * Shape    a const description per family of languages, and one call that counts.
 * Units    lines; a last line without a newline counts.
 * Memory   none is allocated.
 * Errors   none: any bytes have counts.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_LINE_SYNTAX_H
#define WHET_SCAN_LINE_SYNTAX_H

#include <stddef.h>
#include <stdint.h>

struct whet_line_syntax;

/* code + comment + blank is the number of lines. A line with both code and a
 * comment is code; a blank line inside a block comment is blank. */
struct whet_line_counts {
    uint32_t code;
    uint32_t comment;
    uint32_t blank;
};

void whet__lines_count(const struct whet_line_syntax *syntax, const char *data, size_t len,
                       struct whet_line_counts *out);

#endif
