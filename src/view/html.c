/* One self-contained page and its parts. Expected load: one report per run, a few
 * hundred kilobytes. */
#include "view/html.h"

#include <string.h>

#include "view/html_style.h"
#include "view/width.h"

/* The entity of a character that would mean something, or NULL. */
static const char *entity_of(char c, int in_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return in_attribute ? "&quot;" : NULL;
    default:
        return NULL;
    }
}

static void put_escaped(struct whet_text *out, const char *text, size_t len, int in_attribute)
{
    struct whet_width_walk walk = {.text = text, .len = len};
    struct whet_glyph g;

    while (walk.len > 0) {
        char c = walk.text[0];
        const char *entity = entity_of(c, in_attribute);

        if (!whet__width_step(&walk, &g))
            break;
        if (!in_attribute && (c == '\n' || c == '\t'))
            whet__text_putc(out, c);
        else
            whet__text_puts(out, entity != NULL ? entity : g.shown);
    }
}

void whet__html_text(struct whet_text *out, const char *text)
{
    put_escaped(out, text, strlen(text), 0);
}

void whet__html_attr(struct whet_text *out, const char *text)
{
    put_escaped(out, text, strlen(text), 1);
}

void whet__html_attr_n(struct whet_text *out, const char *text, size_t len)
{
    put_escaped(out, text, len, 1);
}

/* <tag class="role">text</tag>; nothing for a NULL text. */
static void put_element(struct whet_text *out, const char *tag, const char *class_name,
                        const char *text)
{
    if (text == NULL)
        return;
    whet__text_printf(out, "<%s", tag);
    if (class_name != NULL)
        whet__text_printf(out, " class=\"%s\"", class_name);
    whet__text_putc(out, '>');
    whet__html_text(out, text);
    whet__text_printf(out, "</%s>\n", tag);
}

void whet__html_begin(struct whet_text *out, const struct whet_html_page *page)
{
    whet__text_puts(out, "<!DOCTYPE html>\n<html lang=\"");
    whet__html_attr(out, page->lang != NULL ? page->lang : "en");
    whet__text_puts(out, "\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                         "<meta name=\"viewport\" content=\"width=device-width, "
                         "initial-scale=1\"/>\n"
                         "<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    put_element(out, "title", NULL, page->title);
    whet__text_puts(out, "<style>\n");
    whet__html_style_put_page(out);
    whet__text_puts(out, "</style>\n</head>\n<body>\n<main>\n<header>\n");
    put_element(out, "p", "eyebrow", page->eyebrow);
    put_element(out, "h1", NULL, page->title);
    put_element(out, "p", "lead", page->lead);
    whet__text_puts(out, "</header>\n");
}

void whet__html_end(struct whet_text *out, const struct whet_html_page *page)
{
    put_element(out, "footer", NULL, page->footer);
    whet__text_puts(out, "</main>\n</body>\n</html>\n");
}

void whet__html_section(struct whet_text *out, const char *id, const char *heading)
{
    whet__text_puts(out, "<section aria-labelledby=\"");
    whet__html_attr(out, id);
    whet__text_puts(out, "\">\n<h2 id=\"");
    whet__html_attr(out, id);
    whet__text_puts(out, "\">");
    whet__html_text(out, heading);
    whet__text_puts(out, "</h2>\n");
}

void whet__html_section_end(struct whet_text *out)
{
    whet__text_puts(out, "</section>\n");
}

void whet__html_heading(struct whet_text *out, const char *text)
{
    put_element(out, "h3", NULL, text);
}

void whet__html_paragraph(struct whet_text *out, const char *text)
{
    put_element(out, "p", NULL, text);
}

void whet__html_code_block(struct whet_text *out, const char *text)
{
    whet__text_puts(out, "<pre><code>");
    whet__html_text(out, text);
    whet__text_puts(out, "</code></pre>\n");
}

void whet__html_cards(struct whet_text *out, const struct whet_html_card *cards, size_t count)
{
    if (count == 0)
        return;
    whet__text_puts(out, "<dl class=\"cards\">\n");
    for (size_t i = 0; i < count; i++) {
        whet__text_printf(out, "<div class=\"card %s\">\n", whet__colour_class(cards[i].role));
        put_element(out, "dt", NULL, cards[i].label);
        put_element(out, "dd", "value", cards[i].value);
        put_element(out, "dd", "note", cards[i].note);
        whet__text_puts(out, "</div>\n");
    }
    whet__text_puts(out, "</dl>\n");
}

/* The word in front says what the colour says, for those who do not see it. */
static const char *callout_word(enum whet_role role)
{
    if (role == WHET_ROLE_GOOD)
        return "Good";
    if (role == WHET_ROLE_WARN)
        return "Advice";
    return role == WHET_ROLE_BAD ? "Problem" : "Note";
}

void whet__html_callout(struct whet_text *out, enum whet_role role, const char *heading,
                        const char *text)
{
    whet__text_printf(out, "<div class=\"callout %s\" role=\"note\">\n",
                      whet__colour_class(role));
    put_element(out, "p", "kind", callout_word(role));
    put_element(out, "p", "what", heading);
    put_element(out, "p", NULL, text);
    whet__text_puts(out, "</div>\n");
}

void whet__html_facts(struct whet_text *out, const struct whet_html_fact *facts, size_t count)
{
    if (count == 0)
        return;
    whet__text_puts(out, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < count; i++) {
        whet__text_puts(out, "<div>\n");
        put_element(out, "dt", NULL, facts[i].name);
        put_element(out, "dd", NULL, facts[i].value);
        whet__text_puts(out, "</div>\n");
    }
    whet__text_puts(out, "</dl>\n");
}

void whet__html_details(struct whet_text *out, const char *summary)
{
    whet__text_puts(out, "<details>\n");
    put_element(out, "summary", NULL, summary);
}

void whet__html_details_end(struct whet_text *out)
{
    whet__text_puts(out, "</details>\n");
}

void whet__html_figure(struct whet_text *out)
{
    whet__text_puts(out, "<figure>\n");
}

void whet__html_figure_end(struct whet_text *out, const char *caption)
{
    put_element(out, "figcaption", NULL, caption);
    whet__text_puts(out, "</figure>\n");
}
