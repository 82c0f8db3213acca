/* The course of a result as text and as JSON. */
#include "check/trend_view.h"

#include "base/json.h"
#include "bench/words.h"
#include "check/trend_parts.h"
#include "view/width.h"

#define ROWS_SHOWN   40
#define BLOCKS_SHOWN 60
#define FORM         "trend/1"

static void range_of(const struct whet_trend *t, size_t from, double *low, double *high)
{
    *low = *high = whet__trend_point(t, from)->median;
    for (size_t i = from; i < t->points.len; i++) {
        double median = whet__trend_point(t, i)->median;

        *low = median < *low ? median : *low;
        *high = median > *high ? median : *high;
    }
}

/* A block for each of the newest results, as high as its place between the ends, and the
 * ends behind it. A change of less than a tenth does not fill the line: calm looks calm. */
static void blocks_put(struct whet_text *out, const struct whet_trend *t, int ascii)
{
    static const char *const fine[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char coarse[] = "__..--==";
    size_t n = t->points.len, from = n > BLOCKS_SHOWN ? n - BLOCKS_SHOWN : 0;
    double low, high, span;

    range_of(t, from, &low, &high);
    span = high - low > 0.1 * high ? high - low : 0.1 * high;
    for (size_t i = from; i < n; i++) {
        double at = span > 0 ? (whet__trend_point(t, i)->median - low) / span : 0;
        size_t level = (size_t)(7.0 * at + 0.5);

        level = level < 8 ? level : 7;
        if (ascii)
            whet__text_putc(out, coarse[level]);
        else
            whet__text_puts(out, fine[level]);
    }
    whet__text_puts(out, "  ");
    whet__number_range(out, t->unit, low, high);
}

static void line_put(struct whet_text *out, const struct whet_text *line, int ascii)
{
    whet__width_put(out, whet__text_str(line), line->len, ascii ? WHET_WIDTH_ASCII : 0);
    whet__text_putc(out, '\n');
    if (out->error == 0)
        out->error = line->error;
}

int whet__trend_put_text(struct whet_text *out, const struct whet_trend *trend,
                         const struct whet_table_style *style)
{
    int ascii = style != NULL && style->ascii;
    struct whet_table table;
    struct whet_text line;

    whet__text_init(&line, (size_t)1 << 16);
    whet__text_printf(&line, "%s: ", trend->name);
    whet__trend_extent(&line, trend);
    line_put(out, &line, ascii);
    whet__text_reset(&line);
    whet__trend_answer(&line, trend);
    line_put(out, &line, ascii);
    if (trend->points.len > 0) {
        whet__text_reset(&line);
        blocks_put(&line, trend, ascii);
        line_put(out, &line, ascii);
    }
    whet__text_putc(out, '\n');
    if (trend->points.len > ROWS_SHOWN)
        whet__text_printf(out, "the newest %d of %zu:\n", ROWS_SHOWN, trend->points.len);
    whet__trend_table(&table, trend, ROWS_SHOWN);
    whet__table_put_text(out, &table, style);
    whet__table_clear(&table);
    whet__text_clear(&line);
    return whet__text_error(out);
}

static void point_put(struct whet_json *j, const struct whet_trend_point *p)
{
    char time[32];

    whet__trend_time(time, p->time, 0);
    whet__json_object(j);
    whet__json_put_string(j, "time", time);
    whet__json_put_string(j, "commit", p->commit);
    whet__json_put_string(j, "machine", p->machine);
    whet__json_put_double(j, "median", p->median);
    whet__json_put_double(j, "low", p->low);
    whet__json_put_double(j, "high", p->high);
    whet__json_put_uint(j, "n", p->n);
    if (p->changed) {
        whet__json_put_double(j, "change", p->change);
        whet__json_put_double(j, "p", p->p);
    }
    whet__json_object_end(j);
}

int whet__trend_put_json(struct whet_text *out, const struct whet_trend *trend)
{
    struct whet_json j;

    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "whet", FORM);
    whet__json_put_string(&j, "name", trend->name);
    whet__json_put_string(&j, "metric", trend->metric);
    whet__json_put_string(&j, "unit", whet__unit_words[trend->unit]);
    whet__json_key(&j, "points");
    whet__json_array(&j);
    for (size_t i = 0; i < trend->points.len; i++)
        point_put(&j, whet__trend_point(trend, i));
    whet__json_array_end(&j);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
    return whet__text_error(out);
}
