/* The answer as JSON lines: one object per line, whet-formats(5) says which keys. The
 * same input gives the same bytes, cached or not, with any number of jobs. With
 * `summary` it is one object, and that one does hold what differs from run to run. */
#include "scan/format.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

#define FORMAT_VERSION 1
#define LINE_MAX_BYTES ((size_t)1 << 30)
#define FLUSH_BYTES    ((size_t)64 << 10)

/* Any bytes may be a file's name; JSON takes only UTF-8. What it cannot take is given
 * in hexadecimal, too. */
static void path_put(struct whet_json *j, const char *path)
{
    static const char digits[] = "0123456789abcdef";
    size_t len = strlen(path);
    struct whet_text hex;

    whet__json_put_string(j, "path", path);
    if (whet__utf8_valid(path, len))
        return;
    whet__text_init(&hex, LINE_MAX_BYTES);
    for (size_t i = 0; i < len; i++) {
        whet__text_putc(&hex, digits[(unsigned char)path[i] >> 4]);
        whet__text_putc(&hex, digits[(unsigned char)path[i] & 15]);
    }
    if (whet__text_error(&hex) == 0)
        whet__json_put_string(j, "path_hex", whet__text_str(&hex));
    whet__text_clear(&hex);
}

static void functions_put(struct whet_json *j, const struct whet_scan_file *file)
{
    whet__json_key(j, "functions");
    whet__json_array(j);
    for (uint32_t i = 0; i < file->function_count; i++) {
        const struct whet_scan_function *f = &file->functions[i];

        whet__json_object(j);
        whet__json_put_string(j, "name", f->name);
        whet__json_put_uint(j, "line", f->line);
        whet__json_put_uint(j, "end_line", f->end_line);
        whet__json_put_uint(j, "complexity", f->complexity);
        whet__json_object_end(j);
    }
    whet__json_array_end(j);
}

static void file_put(struct whet_text *text, const struct whet_scan_file *file, int counted)
{
    struct whet_json writer;
    struct whet_json *j = &writer;

    whet__json_init(j, text, 0);
    whet__json_object(j);
    whet__json_put_string(j, "type", "file");
    path_put(j, file->path);
    if (file->language != NULL)
        whet__json_put_string(j, "language", file->language);
    if (counted) {
        whet__json_put_uint(j, "bytes", file->bytes);
        whet__json_put_uint(j, "lines", file->lines);
        whet__json_put_uint(j, "code", file->code);
        whet__json_put_uint(j, "comment", file->comment);
        whet__json_put_uint(j, "blank", file->blank);
        whet__json_put_uint(j, "function_count", file->function_count);
        whet__json_put_uint(j, "complexity", file->complexity);
        whet__json_put_uint(j, "complexity_max", file->complexity_max);
    }
    if (file->flags & WHET_SCAN_FILE_SYNTAX_ERRORS)
        whet__json_put_bool(j, "syntax_errors", 1);
    if (file->flags & WHET_SCAN_FILE_PARSE_STOPPED)
        whet__json_put_bool(j, "parse_stopped", 1);
    if (file->functions != NULL)
        functions_put(j, file);
    whet__json_object_end(j);
}

static void skip_put(struct whet_text *text, const struct whet_scan_skip *skip)
{
    struct whet_json writer;
    struct whet_json *j = &writer;

    whet__json_init(j, text, 0);
    whet__json_object(j);
    whet__json_put_string(j, "type", "skipped");
    path_put(j, skip->path);
    whet__json_put_string(j, "reason", whet_scan_reason_name(skip->reason));
    if (skip->bytes != 0)
        whet__json_put_uint(j, "bytes", skip->bytes);
    if (skip->rule != NULL)
        whet__json_put_string(j, "rule", skip->rule);
    if (skip->error != 0)
        whet__json_put_string(j, "error", strerror(-skip->error));
    whet__json_object_end(j);
}

static void sum_put(struct whet_json *j, const struct whet_scan_language *sum)
{
    whet__json_put_uint(j, "files", sum->files);
    whet__json_put_uint(j, "bytes", sum->bytes);
    whet__json_put_uint(j, "lines", sum->lines);
    whet__json_put_uint(j, "code", sum->code);
    whet__json_put_uint(j, "comment", sum->comment);
    whet__json_put_uint(j, "blank", sum->blank);
    whet__json_put_uint(j, "functions", sum->functions);
    whet__json_put_uint(j, "complexity", sum->complexity);
    whet__json_put_uint(j, "complexity_max", sum->complexity_max);
}

static void language_put(struct whet_json *j, const struct whet_scan_language *sum)
{
    whet__json_object(j);
    whet__json_put_string(j, "type", "language");
    whet__json_put_string(j, "language", sum->name);
    sum_put(j, sum);
    whet__json_object_end(j);
}

static void skipped_put(struct whet_json *j, const struct whet_scan_totals *t)
{
    whet__json_key(j, "skipped");
    whet__json_object(j);
    for (int i = 0; i < WHET_SCAN_SKIP_REASONS; i++) {
        if (t->skipped[i] != 0)
            whet__json_put_uint(j, whet_scan_reason_name((enum whet_scan_reason)i),
                                t->skipped[i]);
    }
    whet__json_object_end(j);
}

static void totals_put(struct whet_json *j, const struct whet_scan_totals *t)
{
    sum_put(j, &t->sum);
    whet__json_put_uint(j, "directories", t->directories);
    whet__json_put_uint(j, "syntax_errors", t->syntax_errors);
    whet__json_put_uint(j, "parse_stopped", t->parse_stopped);
    skipped_put(j, t);
    if (t->stopped)
        whet__json_put_bool(j, "stopped", 1);
}

static void head_put(struct whet_json *j, const char *type, const char *path)
{
    whet__json_put_string(j, "type", type);
    whet__json_put_uint(j, "version", FORMAT_VERSION);
    whet__json_put_string(j, "analyser", whet_scan_analyser_version());
    path_put(j, path);
}

/* Parts of one scan have all but the first number in common. */
static void shard_put(struct whet_json *j, const struct whet_scan *scan)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);

    whet__json_put_uint(j, "shard", t->shard);
    whet__json_put_uint(j, "shards", t->shards);
    whet__json_put_uint(j, "flags", t->flags);
}

/* Ends a line, and writes what has gathered when it is much. */
static int line_end(FILE *out, struct whet_text *text, int flush)
{
    int rc;

    whet__text_putc(text, '\n');
    rc = whet__text_error(text);
    if (rc != 0 || (!flush && text->len < FLUSH_BYTES))
        return rc;
    if (fwrite(text->data, 1, text->len, out) != text->len)
        return errno != 0 ? -errno : -EIO;
    whet__text_reset(text);
    return 0;
}

static void language_line(struct whet_text *text, const struct whet_scan_language *sum)
{
    struct whet_json j;

    whet__json_init(&j, text, 0);
    language_put(&j, sum);
}

void whet__scan_lines_init(struct whet_scan_lines *l, FILE *out)
{
    *l = (struct whet_scan_lines){.out = out};
    whet__text_init(&l->text, LINE_MAX_BYTES);
}

void whet__scan_lines_clear(struct whet_scan_lines *l)
{
    whet__text_clear(&l->text);
}

int whet__scan_lines_begin(struct whet_scan_lines *l, const struct whet_scan *scan,
                           const char *path)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    struct whet_json j;

    l->counted = (t->flags & WHET_SCAN_LIST_ONLY) == 0;
    whet__json_init(&j, &l->text, 0);
    whet__json_object(&j);
    head_put(&j, "scan", path);
    if (t->shards != 0)
        shard_put(&j, scan);
    whet__json_object_end(&j);
    return line_end(l->out, &l->text, 0);
}

int whet__scan_lines_file(struct whet_scan_lines *l, const struct whet_scan_file *file)
{
    file_put(&l->text, file, l->counted);
    return line_end(l->out, &l->text, 0);
}

int whet__scan_lines_skip(struct whet_scan_lines *l, const struct whet_scan_skip *skip)
{
    skip_put(&l->text, skip);
    return line_end(l->out, &l->text, 0);
}

int whet__scan_lines_end(struct whet_scan_lines *l, const struct whet_scan *scan)
{
    struct whet_json j;
    int rc = 0;

    for (size_t i = 0; i < whet_scan_language_count(scan) && rc == 0; i++) {
        language_line(&l->text, whet_scan_language(scan, i));
        rc = line_end(l->out, &l->text, 0);
    }
    if (rc != 0)
        return rc;
    whet__json_init(&j, &l->text, 0);
    whet__json_object(&j);
    whet__json_put_string(&j, "type", "total");
    totals_put(&j, whet_scan_totals(scan));
    whet__json_object_end(&j);
    return line_end(l->out, &l->text, 1);
}

static int lines_put(FILE *out, const struct whet_scan *scan, const char *path)
{
    struct whet_scan_lines l;
    int rc;

    whet__scan_lines_init(&l, out);
    rc = whet__scan_lines_begin(&l, scan, path);
    for (size_t i = 0; i < whet_scan_file_count(scan) && rc == 0; i++)
        rc = whet__scan_lines_file(&l, whet_scan_file(scan, i));
    for (size_t i = 0; i < whet_scan_skip_count(scan) && rc == 0; i++)
        rc = whet__scan_lines_skip(&l, whet_scan_skip(scan, i));
    if (rc == 0)
        rc = whet__scan_lines_end(&l, scan);
    whet__scan_lines_clear(&l);
    return rc;
}

static const char *cache_name(enum whet_scan_cache cache)
{
    static const char *const names[] = {"auto", "off", "stat", "content"};

    return names[cache];
}

static void run_put(struct whet_json *j, const struct whet_scan_totals *t)
{
    whet__json_key(j, "run");
    whet__json_object(j);
    whet__json_put_double(j, "seconds", (double)t->elapsed_ns / 1e9);
    whet__json_put_uint(j, "jobs", t->jobs);
    whet__json_put_string(j, "cache", cache_name(t->cache));
    whet__json_put_uint(j, "cache_hits", t->cache_hits);
    whet__json_put_uint(j, "cache_misses", t->cache_misses);
    whet__json_object_end(j);
}

static int sizes_put(struct whet_json *j, const struct whet_scan *scan)
{
    struct whet_scan_sizes sizes;
    unsigned last = WHET_SCAN_SIZE_CLASSES;
    int rc = whet_scan_sizes(scan, &sizes);

    if (rc != 0)
        return rc;
    whet__json_key(j, "sizes");
    whet__json_object(j);
    whet__json_put_double(j, "mean", sizes.mean);
    whet__json_put_uint(j, "p50", sizes.p50);
    whet__json_put_uint(j, "p90", sizes.p90);
    whet__json_put_uint(j, "p99", sizes.p99);
    whet__json_put_uint(j, "max", sizes.max);
    whet__json_key(j, "classes");
    whet__json_array(j);
    while (last > 0 && sizes.classes[last - 1] == 0)
        last--;
    for (unsigned i = 0; i < last; i++)
        whet__json_uint(j, sizes.classes[i]);
    whet__json_array_end(j);
    whet__json_object_end(j);
    return 0;
}

static int summary_put(FILE *out, struct whet_text *text, const struct whet_scan *scan,
                       const char *path)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    struct whet_json writer;
    struct whet_json *j = &writer;
    int rc;

    whet__json_init(j, text, 0);
    whet__json_object(j);
    head_put(j, "summary", path);
    totals_put(j, t);
    whet__json_key(j, "languages");
    whet__json_array(j);
    for (size_t i = 0; i < whet_scan_language_count(scan); i++)
        language_put(j, whet_scan_language(scan, i));
    whet__json_array_end(j);
    rc = sizes_put(j, scan);
    if (rc != 0)
        return rc;
    run_put(j, t);
    whet__json_object_end(j);
    return line_end(out, text, 1);
}

static int json_put(FILE *out, const struct whet_scan *scan,
                    const struct whet_scan_format_options *options)
{
    struct whet_text text;
    int rc;

    if (!options->summary)
        return lines_put(out, scan, options->path);
    whet__text_init(&text, LINE_MAX_BYTES);
    rc = summary_put(out, &text, scan, options->path);
    whet__text_clear(&text);
    return rc;
}

const struct whet_scan_format whet__scan_format_json = {
    .name = "json",
    .ending = ".json",
    .wants_functions = 1,
    .put = json_put,
};
