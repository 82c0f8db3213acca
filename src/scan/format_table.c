/* The answer for a person at a terminal. */
#include "scan/format.h"

#include <errno.h>

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

static int table_put(FILE *out, const struct whet_scan *scan,
                     const struct whet_scan_format_options *options)
{
    struct whet_table t;
    int rc;

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
