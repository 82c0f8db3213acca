/* The answer for a person at a terminal. */
#include "scan/format.h"

#include <errno.h>
#include <string.h>

#include "view/width.h"

#define SHOWN_MAX ((size_t)1 << 30)

static int table_write(FILE *out, struct whet_table *t, const struct whet_table_style *style)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, SHOWN_MAX);
    whet__table_put_text(&text, t, style);
    rc = whet__text_error(&text);
    if (rc == 0 && fwrite(whet__text_str(&text), 1, text.len, out) != text.len)
        rc = errno != 0 ? -errno : -EIO;
    whet__text_clear(&text);
    whet__table_clear(t);
    return rc;
}

/* Names as they are, for the next program; made safe for a terminal, where a name could
 * hold anything. */
static int list_write(FILE *out, const struct whet_scan *scan,
                      const struct whet_scan_format_options *options)
{
    struct whet_text line;
    int rc = 0;

    whet__text_init(&line, SHOWN_MAX);
    for (size_t i = 0; i < whet_scan_file_count(scan) && rc == 0; i++) {
        const char *path = whet_scan_file(scan, i)->path;

        whet__text_reset(&line);
        if (options->style.width != 0)
            whet__width_put(&line, path, strlen(path), 0);
        else
            whet__text_puts(&line, path);
        whet__text_putc(&line, '\n');
        rc = whet__text_error(&line);
        if (rc == 0 && fwrite(line.data, 1, line.len, out) != line.len)
            rc = errno != 0 ? -errno : -EIO;
    }
    whet__text_clear(&line);
    return rc;
}

static int table_put(FILE *out, const struct whet_scan *scan,
                     const struct whet_scan_format_options *options)
{
    struct whet_table t;
    int rc;

    if (options->list && !options->summary)
        return list_write(out, scan, options);
    if (options->by_file && !options->summary)
        whet__scan_files_table(&t, scan);
    else
        whet__scan_languages_table(&t, scan);
    rc = table_write(out, &t, &options->style);
    if (rc == 0 && options->top != 0) {
        fputc('\n', out);
        rc = whet__scan_functions_table(&t, scan, options->top);
        if (rc == 0)
            rc = table_write(out, &t, &options->style);
        else
            whet__table_clear(&t);
    }
    if (rc == 0 && options->skipped && whet_scan_skip_count(scan) != 0) {
        fputc('\n', out);
        whet__scan_skips_table(&t, scan);
        rc = table_write(out, &t, &options->style);
    }
    return rc;
}

const struct whet_scan_format whet__scan_format_table = {
    .name = "table",
    .ending = ".txt",
    .put = table_put,
};
