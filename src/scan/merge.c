/* Puts the answers of all shards of a scan together. Expected load: some hundred files with
 * together up to some ten million lines, each a file of the scan or one that was skipped; all
 * of it is in memory, some 300 bytes a line. merge_stream.c is for more. */
#include "scan/merge_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/file.h"

#define FILE_BYTES_MAX ((size_t)8 << 30)
#define LINES_MAX      ((size_t)1 << 32)

struct merge {
    struct whet_merge line;
    int at_head;           /* the next line tells of which shard these are */
    int ended;             /* the line with totals was there */
    struct whet_vec files; /* struct whet_scan_file * */
    struct whet_vec skips; /* struct whet_scan_skip */
};

static int take_file(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line)
{
    struct whet_scan_file *file = whet__arena_zalloc(m->line.strings, 1, sizeof(*file));
    struct whet_scan_file **slot = whet__vec_push(&m->files);

    if (file == NULL || slot == NULL)
        return -ENOMEM;
    *slot = file;
    return whet__merge_file(&m->line, f, line, file);
}

static int take_skip(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line)
{
    struct whet_scan_skip *skip = whet__vec_push(&m->skips);

    return skip != NULL ? whet__merge_skip(&m->line, f, line, skip) : -ENOMEM;
}

static int take_total(struct merge *m, struct whet_json_fields *f,
                      const struct whet_json_place *line)
{
    m->ended = 1;
    return whet__merge_total(&m->line, f, line);
}

static int take_line(struct merge *m, const char *text, size_t len)
{
    struct whet_json_fields f = {.name = m->line.name, .err = m->line.err};
    struct whet_json_place line;
    struct whet_json_in *json;
    const char *type;
    int rc = whet__json_in_parse(&json, text, len, m->line.name, m->line.err);

    if (rc != 0) {
        whet_error_at(m->line.err, m->line.name, m->line.line,
                      m->line.err != NULL ? m->line.err->column : 0);
        return rc;
    }
    line = whet__json_root(&f, json, WHET_JSON_OBJECT);
    type = whet__json_take_string(&f, &line, "type", "");
    if (f.error == 0 && m->at_head)
        rc = whet__merge_head(&m->line, &f, &line);
    else if (f.error == 0 && strcmp(type, "file") == 0)
        rc = take_file(m, &f, &line);
    else if (f.error == 0 && strcmp(type, "skipped") == 0)
        rc = take_skip(m, &f, &line);
    else if (f.error == 0 && strcmp(type, "total") == 0)
        rc = take_total(m, &f, &line);
    m->at_head = 0;
    if (f.error != 0)
        whet_error_at(m->line.err, m->line.name, m->line.line, 0);
    whet__json_in_free(json);
    return rc != 0 ? rc : f.error;
}

static int take_text(struct merge *m, const struct whet_text *text)
{
    const char *at = text->data, *end = text->data + text->len;
    int rc = 0;

    m->at_head = 1;
    m->ended = 0;
    m->line.line = 0;
    while (rc == 0 && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        m->line.line++;
        rc = take_line(m, at, (size_t)((stop != NULL ? stop : end) - at));
        at = stop != NULL ? stop + 1 : end;
    }
    if (rc == 0 && !m->ended)
        return whet__merge_refuse(&m->line, -EBADMSG, "cut off: there is no line with totals");
    return rc;
}

static int take_named(struct merge *m, const char *name)
{
    struct whet_text text;
    int rc;

    m->line.name = name;
    whet__text_init(&text, FILE_BYTES_MAX);
    rc = whet__file_read(AT_FDCWD, name, FILE_BYTES_MAX, &text);
    if (rc != 0)
        whet_error_set(m->line.err, rc, "cannot read: '%.200s': %s", name, strerror(-rc));
    else
        rc = take_text(m, &text);
    whet__text_clear(&text);
    return rc;
}

/* ---- All together ---- */

static int by_file(const void *a, const void *b)
{
    return strcmp((*(struct whet_scan_file *const *)a)->path,
                  (*(struct whet_scan_file *const *)b)->path);
}

static int by_skip(const void *a, const void *b)
{
    return strcmp(((const struct whet_scan_skip *)a)->path,
                  ((const struct whet_scan_skip *)b)->path);
}

static int lists_fill(struct merge *m)
{
    struct whet_scan_file **files = m->files.items;
    const struct whet_scan_skip *skips = m->skips.items;
    int rc = 0;

    if (m->files.len != 0)
        qsort(files, m->files.len, sizeof(struct whet_scan_file *), by_file);
    if (m->skips.len != 0)
        qsort(m->skips.items, m->skips.len, sizeof(*skips), by_skip);
    for (size_t i = 0; i < m->files.len && rc == 0; i++)
        rc = whet__scan_add_file(m->line.scan, files[i]);
    for (size_t i = 0; i < m->skips.len && rc == 0; i++) {
        struct whet_scan_skip *skip =
            whet__scan_add_skip(m->line.scan, skips[i].reason, skips[i].path);

        if (skip == NULL)
            rc = -ENOMEM;
        else
            *skip = skips[i];
    }
    return rc;
}

int whet_scan_merge(struct whet_scan **out, const char *const *files, size_t count,
                    struct whet_error *err)
{
    struct merge m = {.line = {.scan = whet__scan_new(), .err = err}};
    int rc = 0;

    if (m.line.scan == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    m.line.strings = &m.line.scan->strings;
    whet_error_set(err, 0, "%s", "");
    whet__vec_init(&m.files, sizeof(struct whet_scan_file *), LINES_MAX);
    whet__vec_init(&m.skips, sizeof(struct whet_scan_skip), LINES_MAX);
    if (count == 0)
        rc = whet_error_set(err, -EINVAL, "nothing to merge");
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = take_named(&m, files[i]);
    if (rc == 0)
        rc = whet__merge_check(&m.line);
    if (rc == 0)
        rc = lists_fill(&m);
    if (rc == 0)
        whet__scan_end(m.line.scan);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory");
    whet__vec_clear(&m.files);
    whet__vec_clear(&m.skips);
    whet__mem_free(m.line.seen);
    if (rc != 0) {
        whet_scan_free(m.line.scan);
        return rc;
    }
    *out = m.line.scan;
    return 0;
}
