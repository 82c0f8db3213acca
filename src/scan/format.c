/* A scan's answer as text: the table of formats and the parts they share. */
#include "scan/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

#include "base/mem.h"
#include "view/number.h"

/* Sorted by name. */
static const struct whet_scan_format *const formats[] = {
    &whet__scan_format_json,
    &whet__scan_format_markdown,
    &whet__scan_format_table,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct whet_scan_format *whet__scan_format(const char *name)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

const struct whet_scan_format *whet__scan_format_of_file(const char *file)
{
    size_t len = strlen(file);

    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        size_t n = formats[i]->ending != NULL ? strlen(formats[i]->ending) : 0;

        if (n != 0 && len > n && strcmp(file + len - n, formats[i]->ending) == 0)
            return formats[i];
    }
    return NULL;
}

static void numbers_put(struct whet_table *t, const struct whet_scan_language *sum)
{
    whet__table_count(t, WHET_ROLE_PLAIN, sum->code);
    whet__table_count(t, WHET_ROLE_PLAIN, sum->comment);
    whet__table_count(t, WHET_ROLE_PLAIN, sum->blank);
    whet__table_count(t, WHET_ROLE_PLAIN, sum->functions);
    whet__table_count(t, WHET_ROLE_PLAIN, sum->complexity);
}

void whet__scan_languages_table(struct whet_table *t, const struct whet_scan *scan)
{
    static const struct whet_table_column columns[] = {
        {"Language", WHET_ALIGN_LEFT, 9, 8, 1, 0},
        {"Files", WHET_ALIGN_RIGHT, 8, 0, 0, 0},
        {"Code", WHET_ALIGN_RIGHT, 9, 0, 0, 0},
        {"Comment", WHET_ALIGN_RIGHT, 5, 0, 0, 0},
        {"Blank", WHET_ALIGN_RIGHT, 4, 0, 0, 0},
        {"Functions", WHET_ALIGN_RIGHT, 7, 0, 0, 0},
        {"Complexity", WHET_ALIGN_RIGHT, 6, 0, 0, 0}};

    whet__table_init(t, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < whet_scan_language_count(scan); i++) {
        const struct whet_scan_language *sum = whet_scan_language(scan, i);

        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_PLAIN, sum->name);
        whet__table_count(t, WHET_ROLE_PLAIN, sum->files);
        numbers_put(t, sum);
    }
    whet__table_total_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, "Total");
    whet__table_count(t, WHET_ROLE_PLAIN, whet_scan_totals(scan)->sum.files);
    numbers_put(t, &whet_scan_totals(scan)->sum);
}

static void file_row(struct whet_table *t, const struct whet_scan_file *file)
{
    whet__table_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, file->path);
    whet__table_cell(t, WHET_ROLE_PLAIN, file->language != NULL ? file->language : "");
    whet__table_count(t, WHET_ROLE_PLAIN, file->code);
    whet__table_count(t, WHET_ROLE_PLAIN, file->comment);
    whet__table_count(t, WHET_ROLE_PLAIN, file->blank);
    whet__table_count(t, WHET_ROLE_PLAIN, file->function_count);
    whet__table_count(t, WHET_ROLE_PLAIN, file->complexity);
}

void whet__scan_files_table(struct whet_table *t, const struct whet_scan *scan)
{
    static const struct whet_table_column columns[] = {
        {"File", WHET_ALIGN_LEFT, 9, 16, 1, 1},
        {"Language", WHET_ALIGN_LEFT, 3, 0, 0, 0},
        {"Code", WHET_ALIGN_RIGHT, 8, 0, 0, 0},
        {"Comment", WHET_ALIGN_RIGHT, 5, 0, 0, 0},
        {"Blank", WHET_ALIGN_RIGHT, 4, 0, 0, 0},
        {"Functions", WHET_ALIGN_RIGHT, 6, 0, 0, 0},
        {"Complexity", WHET_ALIGN_RIGHT, 7, 0, 0, 0}};

    whet__table_init(t, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < whet_scan_file_count(scan); i++)
        file_row(t, whet_scan_file(scan, i));
    whet__table_total_row(t);
    whet__table_cell(t, WHET_ROLE_PLAIN, "Total");
    whet__table_cell(t, WHET_ROLE_PLAIN, "");
    numbers_put(t, &whet_scan_totals(scan)->sum);
}

static void skip_why(struct whet_table *t, const struct whet_scan_skip *skip)
{
    char size[32];

    if (skip->rule != NULL)
        whet__table_printf(t, WHET_ROLE_DIM, "by %s", skip->rule);
    else if (skip->error != 0)
        whet__table_cell(t, WHET_ROLE_BAD, strerror(-skip->error));
    else if (skip->reason == WHET_SCAN_SKIP_SIZE)
        whet__table_cell(t, WHET_ROLE_DIM, whet_size_format(skip->bytes, size, sizeof(size)));
    else
        whet__table_cell(t, WHET_ROLE_DIM, "");
}

void whet__scan_skips_table(struct whet_table *t, const struct whet_scan *scan)
{
    static const struct whet_table_column columns[] = {
        {"Skipped", WHET_ALIGN_LEFT, 9, 16, 1, 1},
        {"Reason", WHET_ALIGN_LEFT, 8, 0, 0, 0},
        {"", WHET_ALIGN_LEFT, 7, 12, 1, 1}};

    whet__table_init(t, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < whet_scan_skip_count(scan); i++) {
        const struct whet_scan_skip *skip = whet_scan_skip(scan, i);

        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_PLAIN, skip->path);
        whet__table_cell(t, WHET_ROLE_PLAIN, whet_scan_reason_name(skip->reason));
        skip_why(t, skip);
    }
}

/* A function and where it is. */
struct place {
    const struct whet_scan_file *file;
    const struct whet_scan_function *function;
};

/* The most complex first; then as they stand in the answer. */
static int by_complexity(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    int order;

    if (x->function->complexity != y->function->complexity)
        return x->function->complexity > y->function->complexity ? -1 : 1;
    order = strcmp(x->file->path, y->file->path);
    if (order != 0)
        return order;
    return x->function < y->function ? -1 : x->function > y->function;
}

/* All functions of the scan; NULL: no memory. */
static struct place *places_list(const struct whet_scan *scan, size_t *count)
{
    size_t max = (size_t)whet_scan_totals(scan)->sum.functions;
    struct place *places = whet__mem_zalloc(max, sizeof(*places));

    *count = 0;
    for (size_t i = 0; i < whet_scan_file_count(scan) && places != NULL; i++) {
        const struct whet_scan_file *file = whet_scan_file(scan, i);

        for (uint32_t f = 0; file->functions != NULL && f < file->function_count; f++)
            places[(*count)++] = (struct place){file, &file->functions[f]};
    }
    return places;
}

int whet__scan_functions_table(struct whet_table *t, const struct whet_scan *scan, size_t top)
{
    static const struct whet_table_column columns[] = {
        {"Function", WHET_ALIGN_LEFT, 8, 12, 1, 0},
        {"Complexity", WHET_ALIGN_RIGHT, 9, 0, 0, 0},
        {"Lines", WHET_ALIGN_RIGHT, 6, 0, 0, 0},
        {"Where", WHET_ALIGN_LEFT, 7, 16, 1, 1}};
    struct place *places;
    size_t count;

    whet__table_init(t, columns, sizeof(columns) / sizeof(columns[0]));
    places = places_list(scan, &count);
    if (places == NULL)
        return -ENOMEM;
    qsort(places, count, sizeof(*places), by_complexity);
    for (size_t i = 0; i < count && i < top; i++) {
        const struct whet_scan_function *f = places[i].function;

        whet__table_row(t);
        whet__table_cell(t, WHET_ROLE_PLAIN, f->name);
        whet__table_count(t, WHET_ROLE_PLAIN, f->complexity);
        whet__table_count(t, WHET_ROLE_PLAIN, f->end_line - f->line + 1);
        whet__table_printf(t, WHET_ROLE_DIM, "%s:%u", places[i].file->path, f->line);
    }
    whet__mem_free(places);
    return 0;
}

void whet__scan_summary_line(struct whet_text *out, const struct whet_scan *scan)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    double seconds = (double)t->elapsed_ns / 1e9;
    uint64_t looked = t->cache_hits + t->cache_misses;
    char text[32];

    whet__number_count(out, t->sum.files);
    whet__text_printf(out, " %s, %s", t->sum.files == 1 ? "file" : "files",
                      whet_size_format(t->sum.bytes, text, sizeof(text)));
    if (t->merged != 0) {
        whet__text_printf(out, ", from %u %s", t->merged, t->merged == 1 ? "shard" : "shards");
    } else {
        whet__text_printf(out, " in %s",
                          whet_duration_format(t->elapsed_ns, text, sizeof(text)));
    }
    if (seconds > 0) {
        whet__text_puts(out, " (");
        whet__number_count(out, (unsigned long long)((double)t->sum.files / seconds));
        whet__text_puts(out, " files/s)");
    }
    if (t->merged == 0)
        whet__text_printf(out, ", %u %s", t->jobs, t->jobs == 1 ? "job" : "jobs");
    if (t->merged == 0 && t->cache != WHET_SCAN_CACHE_OFF && looked != 0)
        whet__text_printf(
            out, ", %s from cache",
            whet_percent_format((double)t->cache_hits / (double)looked, text, sizeof(text)));
    if (t->syntax_errors != 0) {
        whet__text_puts(out, ", ");
        whet__number_count(out, t->syntax_errors);
        whet__text_puts(out, " with syntax errors");
    }
    if (t->stopped)
        whet__text_puts(out, "; stopped early: this is a part");
}

void whet__scan_skipped_line(struct whet_text *out, const struct whet_scan *scan)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    const char *before = ": ";
    uint64_t sum = 0;

    for (int i = 0; i < WHET_SCAN_SKIP_REASONS; i++)
        sum += t->skipped[i];
    if (sum == 0)
        return;
    whet__text_puts(out, "skipped ");
    whet__number_count(out, sum);
    for (int i = 0; i < WHET_SCAN_SKIP_REASONS; i++) {
        if (t->skipped[i] == 0)
            continue;
        whet__text_puts(out, before);
        whet__number_count(out, t->skipped[i]);
        whet__text_printf(out, " %s", whet_scan_reason_name((enum whet_scan_reason)i));
        before = ", ";
    }
}
