/* SVG by hand: a few shapes, all escaped, all numbers rounded to a tenth so that files
 * stay small and the same everywhere. Expected load: thousands of shapes per picture. */
#include "view/svg.h"

#include <string.h>

#include "view/html.h"
#include "view/html_style.h"
#include "view/number.h"
#include "view/width.h"

#define LABEL_MAX_BYTES 1024

static void put_number(struct whet_text *out, const char *name, double value)
{
    whet__text_printf(out, " %s=\"", name);
    whet__number_fixed(out, value, 1);
    whet__text_putc(out, '"');
}

static void put_open(struct whet_text *out, const char *tag, const char *look)
{
    whet__text_printf(out, "<%s", tag);
    if (look != NULL)
        whet__text_printf(out, " class=\"%s\"", look);
}

/* Ends a tag that may hold a <title>. */
static void put_close(struct whet_text *out, const char *tag, const char *tip)
{
    if (tip == NULL) {
        whet__text_puts(out, "/>\n");
        return;
    }
    whet__text_puts(out, "><title>");
    whet__html_text(out, tip);
    whet__text_printf(out, "</title></%s>\n", tag);
}

static void put_named(struct whet_text *out, const char *tag, const char *id,
                      const char *suffix, const char *text)
{
    whet__text_printf(out, "<%s id=\"", tag);
    whet__html_attr(out, id);
    whet__text_printf(out, "-%s\">", suffix);
    whet__html_text(out, text);
    whet__text_printf(out, "</%s>\n", tag);
}

void whet__svg_init(struct whet_svg *s, struct whet_text *out)
{
    s->out = out;
    s->start = out->len;
    whet__text_init(&s->label, LABEL_MAX_BYTES);
}

void whet__svg_begin(struct whet_svg *s, const struct whet_plot_frame *frame, double height)
{
    struct whet_text *out = s->out;
    const char *description = frame->description;

    whet__text_puts(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\"");
    whet__text_puts(out, " aria-labelledby=\"");
    whet__html_attr(out, frame->id);
    whet__text_puts(out, "-t ");
    whet__html_attr(out, frame->id);
    whet__text_puts(out, "-d\" viewBox=\"0 0 ");
    whet__number_fixed(out, WHET_SVG_WIDTH, 1);
    whet__text_putc(out, ' ');
    whet__number_fixed(out, height, 1);
    whet__text_putc(out, '"');
    put_number(out, "width", WHET_SVG_WIDTH);
    put_number(out, "height", height);
    whet__text_puts(out, ">\n");
    put_named(out, "title", frame->id, "t", frame->title);
    put_named(out, "desc", frame->id, "d", description != NULL ? description : frame->title);
    if (frame->standalone) {
        whet__text_puts(out, "<style>\n");
        whet__html_style_put_plot(out);
        whet__text_puts(out, "</style>\n");
    }
    whet__svg_text(s, "strong", 0, 15, WHET_SVG_START, frame->title, WHET_SVG_WIDTH);
}

void whet__svg_fail(struct whet_svg *s, int err)
{
    if (s->out->error == 0)
        s->out->error = err;
}

struct whet_text *whet__svg_label(struct whet_svg *s)
{
    whet__svg_fail(s, whet__text_error(&s->label));
    whet__text_reset(&s->label);
    return &s->label;
}

int whet__svg_end(struct whet_svg *s, int err)
{
    whet__text_puts(s->out, "</svg>\n");
    whet__svg_fail(s, whet__text_error(&s->label));
    if (err == 0)
        err = whet__text_error(s->out);
    if (err != 0)
        whet__text_truncate(s->out, s->start);
    whet__text_clear(&s->label);
    return err;
}

void whet__svg_group(struct whet_svg *s, const char *look)
{
    struct whet_text *out = s->out;
    put_open(out, "g", look);
    whet__text_puts(out, ">\n");
}

void whet__svg_group_end(struct whet_svg *s)
{
    struct whet_text *out = s->out;
    whet__text_puts(out, "</g>\n");
}

void whet__svg_line(struct whet_svg *s, const char *look, double x1, double y1, double x2,
                    double y2)
{
    struct whet_text *out = s->out;
    put_open(out, "line", look);
    put_number(out, "x1", x1);
    put_number(out, "y1", y1);
    put_number(out, "x2", x2);
    put_number(out, "y2", y2);
    put_close(out, "line", NULL);
}

void whet__svg_rect(struct whet_svg *s, const char *look, double x, double y, double width,
                    double height, const char *tip)
{
    struct whet_text *out = s->out;
    put_open(out, "rect", look);
    put_number(out, "x", x);
    put_number(out, "y", y);
    put_number(out, "width", width);
    put_number(out, "height", height);
    put_number(out, "rx", 1.5);
    put_close(out, "rect", tip);
}

void whet__svg_circle(struct whet_svg *s, const char *look, double x, double y, double radius,
                      const char *tip)
{
    struct whet_text *out = s->out;
    put_open(out, "circle", look);
    put_number(out, "cx", x);
    put_number(out, "cy", y);
    put_number(out, "r", radius);
    put_close(out, "circle", tip);
}

void whet__svg_path(struct whet_svg *s, const char *look)
{
    struct whet_text *out = s->out;
    put_open(out, "path", look);
    whet__text_puts(out, " d=\"");
}

void whet__svg_path_point(struct whet_svg *s, double x, double y, int first)
{
    struct whet_text *out = s->out;
    whet__text_putc(out, first ? 'M' : 'L');
    whet__number_fixed(out, x, 1);
    whet__text_putc(out, ' ');
    whet__number_fixed(out, y, 1);
}

void whet__svg_path_end(struct whet_svg *s)
{
    struct whet_text *out = s->out;
    whet__text_puts(out, "\"/>\n");
}

/* The widest of Liberation Sans, DejaVu Sans, Noto Sans and Segoe UI, in classes. */
static double char_width(char c)
{
    if (strchr("il.,:;'|!jI", c) != NULL)
        return 0.36;
    if (strchr(" ()[]ftr-/\\", c) != NULL)
        return 0.42;
    if (strchr("mwMW@%", c) != NULL)
        return 0.98;
    return c >= 'A' && c <= 'Z' ? 0.76 : 0.64;
}

static double glyph_width(const struct whet_glyph *g, double size)
{
    double width = 0;

    if ((unsigned char)g->shown[0] >= 0x80)
        return size * (g->columns > 1 ? 1.05 : g->columns * 0.84);
    for (const char *c = g->shown; *c != '\0'; c++)
        width += char_width(*c);
    return width * size;
}

double whet__svg_text_width(const char *text, double size)
{
    struct whet_width_walk walk = {.text = text, .len = strlen(text)};
    struct whet_glyph g;
    double width = 0;

    while (whet__width_step(&walk, &g))
        width += glyph_width(&g, size);
    return width;
}

/* Cut where the next character would not leave room for the ellipsis. */
static void put_cut(struct whet_text *out, const char *text, double size, double room)
{
    struct whet_width_walk walk = {.text = text, .len = strlen(text)};
    const char *end = text, *here = text;
    struct whet_glyph g;
    double width = size;

    while (whet__width_step(&walk, &g)) {
        if (!g.joins)
            end = here;
        width += glyph_width(&g, size);
        if (width > room)
            break;
        here = walk.text;
    }
    whet__html_attr_n(out, text, (size_t)(end - text));
    whet__text_puts(out, "\xE2\x80\xA6");
}

void whet__svg_text(struct whet_svg *s, const char *look, double x, double y,
                    enum whet_svg_anchor anchor, const char *text, double room)
{
    struct whet_text *out = s->out;
    static const char *const anchors[] = {NULL, "middle", "end"};
    double size =
        look != NULL && strstr(look, "tick") != NULL ? WHET_SVG_TICK_SIZE : WHET_SVG_TEXT_SIZE;

    put_open(out, "text", look);
    put_number(out, "x", x);
    put_number(out, "y", y);
    if (anchors[anchor] != NULL)
        whet__text_printf(out, " text-anchor=\"%s\"", anchors[anchor]);
    whet__text_putc(out, '>');
    if (whet__svg_text_width(text, size) <= room) {
        whet__html_attr(out, text);
    } else {
        put_cut(out, text, size, room);
        whet__text_puts(out, "<title>");
        whet__html_attr(out, text);
        whet__text_puts(out, "</title>");
    }
    whet__text_puts(out, "</text>\n");
}

int whet__svg_empty(struct whet_text *out, const struct whet_plot_frame *frame)
{
    struct whet_svg s;

    whet__svg_init(&s, out);
    whet__svg_begin(&s, frame, 110);
    whet__svg_text(&s, "soft", WHET_SVG_WIDTH / 2, 70, WHET_SVG_MIDDLE, "no data",
                   WHET_SVG_WIDTH);
    return whet__svg_end(&s, 0);
}
