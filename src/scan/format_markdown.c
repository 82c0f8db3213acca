/* The answer as Markdown, for a README, a wiki or a job's summary. */
#include "scan/format.h"

#include <errno.h>

#include "view/markdown.h"

#define SHOWN_MAX ((size_t)1 << 30)

static int text_write(FILE *out, struct whet_text *text)
{
    int rc = whet__text_error(text);

    if (rc == 0 && fwrite(whet__text_str(text), 1, text->len, out) != text->len)
        rc = errno != 0 ? -errno : -EIO;
    whet__text_clear(text);
    return rc;
}

static void section_put(struct whet_text *out, const char *heading, struct whet_table *t)
{
    whet__markdown_heading(out, 2, heading);
    whet__table_put_markdown(out, t);
    whet__text_putc(out, '\n');
    whet__table_clear(t);
}

static int markdown_put(FILE *out, const struct whet_scan *scan,
                        const struct whet_scan_format_options *options)
{
    struct whet_text text;
    struct whet_table t;
    int rc = 0;

    whet__text_init(&text, SHOWN_MAX);
    whet__text_puts(&text, "# Scan of ");
    whet__markdown_code(&text, options->path);
    whet__text_puts(&text, "\n\n");
    whet__scan_languages_table(&t, scan);
    section_put(&text, "Languages", &t);
    if (options->top != 0) {
        rc = whet__scan_functions_table(&t, scan, options->top);
        section_put(&text, "Most complex functions", &t);
    }
    if (options->by_file && !options->summary) {
        whet__scan_files_table(&t, scan);
        section_put(&text, "Files", &t);
    }
    if (options->skipped && whet_scan_skip_count(scan) != 0) {
        whet__scan_skips_table(&t, scan);
        section_put(&text, "Skipped", &t);
    }
    if (rc == 0)
        return text_write(out, &text);
    whet__text_clear(&text);
    return rc;
}

const struct whet_scan_format whet__scan_format_markdown = {
    .name = "markdown",
    .ending = ".md",
    .put = markdown_put,
};
