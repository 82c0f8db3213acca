/* view/svg.h - the strokes that plots are drawn with.
 *
 * Shape    begin, shapes and texts, end; numbers are written to a tenth.
 * Units    pixels of a picture WHET_SVG_WIDTH wide, 0,0 at the top left; a page scales
 *          the whole. Text sizes are those of view/html_style.c.
 * Memory   the text is the caller's.
 * Errors   sticky in the text; whet__svg_end reports it.
 * Threads  safe from any.
 *
 * `look` is a list of CSS classes, our own and not escaped; all other text is.
 */
#ifndef WHET_VIEW_SVG_H
#define WHET_VIEW_SVG_H

#include <stddef.h>

#include <whet/api.h>

#include "base/text.h"
#include "view/plot.h"

#define WHET_SVG_WIDTH     720.0
#define WHET_SVG_TEXT_SIZE 13.0
#define WHET_SVG_TICK_SIZE 12.0
#define WHET_SVG_TITLE     34.0 /* height of the title above a picture */

enum whet_svg_anchor { WHET_SVG_START, WHET_SVG_MIDDLE, WHET_SVG_END };

/* One picture in the making. */
struct whet_svg {
    struct whet_text *out;
    struct whet_text label; /* by whet__svg_label */
    size_t start;           /* length of `out` before the picture */
};

void whet__svg_init(struct whet_svg *s, struct whet_text *out);

/* Opens the picture and writes its title at the top. */
void whet__svg_begin(struct whet_svg *s, const struct whet_plot_frame *frame, double height);

/* Closes the picture, or on an error takes it back: `err` (0: none), which leaves the text
 * sound, or the text's own. Frees the scratch room; every _init needs it. */
WHET_MUST_USE int whet__svg_end(struct whet_svg *s, int err);

/* The scratch room, emptied, for a label to be drawn next. */
struct whet_text *whet__svg_label(struct whet_svg *s);

/* Spoils the picture and its text: no memory. Reported by the end. */
void whet__svg_fail(struct whet_svg *s, int err);

void whet__svg_group(struct whet_svg *s, const char *look);
void whet__svg_group_end(struct whet_svg *s);

void whet__svg_line(struct whet_svg *s, const char *look, double x1, double y1, double x2,
                    double y2);
/* `tip` shows when the reader points at it; NULL: none. */
void whet__svg_rect(struct whet_svg *s, const char *look, double x, double y, double width,
                    double height, const char *tip);
void whet__svg_circle(struct whet_svg *s, const char *look, double x, double y, double radius,
                      const char *tip);

/* An open line through points: begin, points, end. */
void whet__svg_path(struct whet_svg *s, const char *look);
void whet__svg_path_point(struct whet_svg *s, double x, double y, int first);
void whet__svg_path_end(struct whet_svg *s);

/* A line of text on the base line y, cut with an ellipsis to `room` pixels; what was
 * cut shows when the reader points at it. */
void whet__svg_text(struct whet_svg *s, const char *look, double x, double y,
                    enum whet_svg_anchor anchor, const char *text, double room);

/* Pixels that a text takes at most, in common sans-serif fonts. */
double whet__svg_text_width(const char *text, double size);

/* The picture of no data. */
WHET_MUST_USE int whet__svg_empty(struct whet_text *out, const struct whet_plot_frame *frame);

#endif
