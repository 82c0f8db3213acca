/* Text that means itself in Markdown. Every ASCII punctuation character that can start
 * a construct is escaped, wherever it stands: correct first, pretty in the source
 * second. Expected load: reports. */
#include "view/markdown.h"

#include <string.h>

#include "view/width.h"

/* In the middle of a line only these mean something; at its start more do. `.` and `)`
 * matter behind digits at the start, which the first word of a text may be. */
static const char specials[] = "\\`*_[]<&|~";
static const char line_specials[] = "#>+-=";

enum place {
    IN_CELL,   /* nothing before it decides */
    AT_START,  /* of a line */
    IN_DIGITS, /* only digits came before: "12." would begin a list */
    FURTHER_ON
};

static int needs_backslash(char c, enum place place)
{
    if (strchr(specials, c) != NULL)
        return 1;
    if (place == AT_START)
        return strchr(line_specials, c) != NULL;
    return place == IN_DIGITS && (c == '.' || c == ')');
}

static enum place place_after(char c, enum place place)
{
    if (place == IN_CELL)
        return IN_CELL;
    return place != FURTHER_ON && c >= '0' && c <= '9' ? IN_DIGITS : FURTHER_ON;
}

static int is_white(char c)
{
    return c == '\n' || c == '\r' || c == '\t';
}

static void put_escaped(struct whet_text *out, const char *text, enum place place)
{
    struct whet_width_walk walk = {.text = text, .len = strlen(text)};
    struct whet_glyph g;

    while (walk.len > 0) {
        char c = walk.text[0];

        if (!whet__width_step(&walk, &g))
            break;
        if (place != IN_CELL && is_white(c)) {
            whet__text_putc(out, ' ');
        } else {
            whet__text_puts(out, g.escaped || needs_backslash(c, place) ? "\\" : "");
            whet__text_puts(out, g.shown);
        }
        place = place_after(c, place);
    }
}

void whet__markdown_text(struct whet_text *out, const char *text)
{
    put_escaped(out, text + strspn(text, " \t\r\n"), AT_START);
}

void whet__markdown_cell(struct whet_text *out, const char *text)
{
    put_escaped(out, text, IN_CELL);
}

void whet__markdown_heading(struct whet_text *out, unsigned level, const char *text)
{
    whet__text_fill(out, '#', level < 1 ? 1 : level > 6 ? 6 : level);
    whet__text_putc(out, ' ');
    whet__markdown_text(out, text);
    whet__text_puts(out, "\n\n");
}

void whet__markdown_paragraph(struct whet_text *out, const char *text)
{
    whet__markdown_text(out, text);
    whet__text_puts(out, "\n\n");
}

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0, run = 0;

    for (; *text != '\0'; text++) {
        run = *text == c ? run + 1 : 0;
        if (run > longest)
            longest = run;
    }
    return longest;
}

/* Code as shown form; a line break ends a line in a block and is a blank in a span. */
static void put_code(struct whet_text *out, const char *text, const char *line_break)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n\t");

        whet__width_put(out, text, len, 0);
        text += len;
        if (*text == '\0')
            break;
        whet__text_puts(out, *text == '\n' ? line_break : "    ");
        text++;
    }
}

/* The blanks next to the backticks are not part of the span (CommonMark 6.1); they are
 * needed when the code itself begins or ends with a backtick or a blank. */
void whet__markdown_code(struct whet_text *out, const char *text)
{
    size_t ticks = longest_run(text, '`') + 1;
    size_t len = strlen(text);
    int pad = len == 0 || text[0] == '`' || text[len - 1] == '`' ||
              (text[0] == ' ' && text[len - 1] == ' ');

    whet__text_fill(out, '`', ticks);
    whet__text_puts(out, pad ? " " : "");
    put_code(out, text, " ");
    whet__text_puts(out, pad ? " " : "");
    whet__text_fill(out, '`', ticks);
}

void whet__markdown_code_block(struct whet_text *out, const char *language, const char *text)
{
    size_t ticks = longest_run(text, '`') + 1;
    size_t len = strlen(text);

    ticks = ticks < 3 ? 3 : ticks;
    whet__text_fill(out, '`', ticks);
    whet__text_puts(out, language != NULL ? language : "");
    whet__text_putc(out, '\n');
    put_code(out, text, "\n");
    if (len > 0 && text[len - 1] != '\n')
        whet__text_putc(out, '\n');
    whet__text_fill(out, '`', ticks);
    whet__text_puts(out, "\n\n");
}

void whet__markdown_item(struct whet_text *out, const char *term, const char *text)
{
    whet__text_puts(out, "- **");
    whet__markdown_text(out, term);
    whet__text_puts(out, "**: ");
    whet__markdown_text(out, text);
    whet__text_putc(out, '\n');
}
