/* Puts the answers of all shards of a scan together. Expected load: some hundred files with
 * together up to some ten million lines, each a file of the scan or one that was skipped; all
 * of it is in memory, some 300 bytes a line. */
#include "scan/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/json_fields.h"
#include "os/file.h"
#include "scan/language_table.h"

#define FILE_BYTES_MAX ((size_t)8 << 30)
#define LINES_MAX      ((size_t)1 << 32)
#define SHARDS_MAX     1000000
#define ERRNO_MAX      133

struct merge {
    struct whet_scan *scan;
    struct whet_error *err;
    const char *name; /* of the file in hand */
    unsigned line;
    char *seen; /* by shard: it was there */
    unsigned shards;
    int at_head;           /* the next line tells of which shard these are */
    int ended;             /* the line with totals was there */
    struct whet_vec files; /* struct whet_scan_file * */
    struct whet_vec skips; /* struct whet_scan_skip */
};

static int refuse(struct merge *m, int code, const char *why)
{
    whet_error_set(m->err, code, "%s", why);
    whet_error_at(m->err, m->name, m->line, 1);
    return code;
}

/* ---- Pieces of a line ---- */

static const char *keep(struct merge *m, const char *text, size_t len)
{
    return whet__arena_strndup(&m->scan->strings, text, len);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of a name that is not UTF-8, the hexadecimal form is the true one. */
static int take_path(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line, const char **out)
{
    const char *text = whet__json_take_string(f, line, "path", NULL);
    const char *hex = whet__json_take_string(f, line, "path_hex", NULL);
    size_t len = hex != NULL ? strlen(hex) : 0;
    char *path;

    if (f->error != 0)
        return f->error;
    if (text == NULL || len % 2 != 0)
        return refuse(m, -EBADMSG, "a line without a path");
    if (hex == NULL) {
        *out = keep(m, text, strlen(text));
        return *out != NULL ? 0 : -ENOMEM;
    }
    path = whet__arena_alloc(&m->scan->strings, len / 2 + 1);
    if (path == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < len / 2; i++) {
        int high = digit_of(hex[2 * i]), low = digit_of(hex[2 * i + 1]);

        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return refuse(m, -EBADMSG, "a path that is not hexadecimal");
        path[i] = (char)(high << 4 | low);
    }
    path[len / 2] = '\0';
    *out = path;
    return 0;
}

static uint32_t take_count(struct whet_json_fields *f, const struct whet_json_place *line,
                           const char *key)
{
    return (uint32_t)whet__json_take_uint(f, line, key, UINT32_MAX, 0);
}

static int take_functions(struct merge *m, struct whet_json_fields *f,
                          const struct whet_json_place *line, struct whet_scan_file *file)
{
    struct whet_json_place list = whet__json_field(f, line, "functions", WHET_JSON_ARRAY);
    size_t count = list.node != NULL ? whet__json_in_count(list.node) : 0;
    struct whet_scan_function *functions;

    if (f->error != 0 || list.node == NULL)
        return f->error;
    if (count != file->function_count)
        return refuse(m, -EBADMSG, "a file with fewer or more functions than it says");
    functions = whet__arena_zalloc(&m->scan->strings, count + 1, sizeof(*functions));
    if (functions == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count && f->error == 0; i++) {
        struct whet_json_place item = whet__json_item(f, &list, i, WHET_JSON_OBJECT);
        const char *name = whet__json_take_string(f, &item, "name", "");

        functions[i].name = keep(m, name, strlen(name));
        functions[i].line = take_count(f, &item, "line");
        functions[i].end_line = take_count(f, &item, "end_line");
        functions[i].complexity = take_count(f, &item, "complexity");
        if (functions[i].name == NULL)
            return -ENOMEM;
    }
    file->functions = functions;
    return f->error;
}

/* ---- Lines ---- */

static int take_file(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line)
{
    struct whet_scan_file *file = whet__arena_zalloc(&m->scan->strings, 1, sizeof(*file));
    struct whet_scan_file **slot = whet__vec_push(&m->files);
    const char *language = whet__json_take_string(f, line, "language", NULL);
    const struct whet_language *known;
    int rc;

    if (file == NULL || slot == NULL)
        return -ENOMEM;
    *slot = file;
    rc = take_path(m, f, line, &file->path);
    if (rc != 0)
        return rc;
    if (language != NULL) {
        known = whet__language_named(language);
        if (known == NULL)
            return refuse(m, -EBADMSG, "a language that is not known here");
        file->language = known->name;
    }
    file->bytes = whet__json_take_uint(f, line, "bytes", INT64_MAX, 0);
    file->lines = take_count(f, line, "lines");
    file->code = take_count(f, line, "code");
    file->comment = take_count(f, line, "comment");
    file->blank = take_count(f, line, "blank");
    file->function_count = take_count(f, line, "function_count");
    file->complexity = take_count(f, line, "complexity");
    file->complexity_max = take_count(f, line, "complexity_max");
    if (whet__json_take_bool(f, line, "syntax_errors", 0))
        file->flags |= WHET_SCAN_FILE_SYNTAX_ERRORS;
    if (whet__json_take_bool(f, line, "parse_stopped", 0))
        file->flags |= WHET_SCAN_FILE_PARSE_STOPPED;
    rc = take_functions(m, f, line, file);
    return rc != 0 ? rc : f->error;
}

/* The number behind a message of the system; what no number has is an I/O error. */
static int errno_of(const char *text)
{
    for (int code = 1; code <= ERRNO_MAX; code++) {
        if (strcmp(strerror(code), text) == 0)
            return -code;
    }
    return -EIO;
}

static int take_skip(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line)
{
    struct whet_scan_skip *skip = whet__vec_push(&m->skips);
    const char *names[WHET_SCAN_SKIP_REASONS];
    const char *rule = whet__json_take_string(f, line, "rule", NULL);
    const char *error = whet__json_take_string(f, line, "error", NULL);
    int rc;

    if (skip == NULL)
        return -ENOMEM;
    rc = take_path(m, f, line, &skip->path);
    if (rc != 0)
        return rc;
    for (int i = 0; i < WHET_SCAN_SKIP_REASONS; i++)
        names[i] = whet_scan_reason_name((enum whet_scan_reason)i);
    skip->reason = (enum whet_scan_reason)whet__json_take_word(
        f, line, "reason", names, WHET_SCAN_SKIP_REASONS, WHET_SCAN_SKIP_ERROR);
    skip->bytes = whet__json_take_uint(f, line, "bytes", INT64_MAX, 0);
    skip->error = error != NULL ? errno_of(error) : 0;
    if (rule != NULL) {
        skip->rule = keep(m, rule, strlen(rule));
        if (skip->rule == NULL)
            return -ENOMEM;
    }
    return f->error;
}

/* The first of all says what is scanned; the others have to agree. */
static int take_head(struct merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line)
{
    struct whet_scan_totals *t = &m->scan->totals;
    const char *type = whet__json_take_string(f, line, "type", "");
    const char *analyser = whet__json_take_string(f, line, "analyser", "");
    unsigned shards = (unsigned)whet__json_take_uint(f, line, "shards", SHARDS_MAX, 0);
    unsigned shard = (unsigned)whet__json_take_uint(f, line, "shard", SHARDS_MAX, 0);
    unsigned flags = (unsigned)whet__json_take_uint(f, line, "flags", UINT_MAX, 0);
    const char *path;
    int rc = f->error;

    if (rc != 0)
        return rc;
    if (strcmp(type, "scan") != 0 || shards == 0 || shard < 1 || shard > shards)
        return refuse(m, -EBADMSG, "not a shard: made by 'whet scan --shard K/N --json'");
    if (strcmp(analyser, whet_scan_analyser_version()) != 0)
        return refuse(m, -EINVAL, "made by another version of whet");
    rc = take_path(m, f, line, &path);
    if (rc != 0)
        return rc;
    if (m->seen == NULL) {
        m->seen = whet__mem_zalloc(shards + 1, 1);
        if (m->seen == NULL)
            return -ENOMEM;
        m->shards = shards;
        m->scan->given = path;
        t->flags = flags;
        t->merged = shards;
        m->scan->list_only = (flags & WHET_SCAN_LIST_ONLY) != 0;
    } else if (shards != m->shards || flags != t->flags || strcmp(path, m->scan->given) != 0) {
        return refuse(m, -EINVAL,
                      "a shard of another scan: path, options and number of shards "
                      "have to be the same");
    }
    if (m->seen[shard])
        return refuse(m, -EINVAL, "this shard is there twice");
    m->seen[shard] = 1;
    return 0;
}

static int take_total(struct merge *m, struct whet_json_fields *f,
                      const struct whet_json_place *line)
{
    m->scan->totals.directories += whet__json_take_uint(f, line, "directories", INT64_MAX, 0);
    if (whet__json_take_bool(f, line, "stopped", 0))
        return refuse(m, -EINVAL, "this shard was interrupted: it is a part of a part");
    m->ended = 1;
    return f->error;
}

static int take_line(struct merge *m, const char *text, size_t len)
{
    struct whet_json_fields f = {.name = m->name, .err = m->err};
    struct whet_json_place line;
    struct whet_json_in *json;
    const char *type;
    int rc = whet__json_in_parse(&json, text, len, m->name, m->err);

    if (rc != 0) {
        whet_error_at(m->err, m->name, m->line, m->err != NULL ? m->err->column : 0);
        return rc;
    }
    line = whet__json_root(&f, json, WHET_JSON_OBJECT);
    type = whet__json_take_string(&f, &line, "type", "");
    if (f.error == 0 && m->at_head)
        rc = take_head(m, &f, &line);
    else if (f.error == 0 && strcmp(type, "file") == 0)
        rc = take_file(m, &f, &line);
    else if (f.error == 0 && strcmp(type, "skipped") == 0)
        rc = take_skip(m, &f, &line);
    else if (f.error == 0 && strcmp(type, "total") == 0)
        rc = take_total(m, &f, &line);
    m->at_head = 0;
    if (f.error != 0)
        whet_error_at(m->err, m->name, m->line, 0);
    whet__json_in_free(json);
    return rc != 0 ? rc : f.error;
}

static int take_text(struct merge *m, const struct whet_text *text)
{
    const char *at = text->data, *end = text->data + text->len;
    int rc = 0;

    m->at_head = 1;
    m->ended = 0;
    m->line = 0;
    while (rc == 0 && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        m->line++;
        rc = take_line(m, at, (size_t)((stop != NULL ? stop : end) - at));
        at = stop != NULL ? stop + 1 : end;
    }
    if (rc == 0 && !m->ended)
        return refuse(m, -EBADMSG, "cut off: there is no line with totals");
    return rc;
}

static int take_named(struct merge *m, const char *name)
{
    struct whet_text text;
    int rc;

    m->name = name;
    whet__text_init(&text, FILE_BYTES_MAX);
    rc = whet__file_read(AT_FDCWD, name, FILE_BYTES_MAX, &text);
    if (rc != 0)
        whet_error_set(m->err, rc, "cannot read: '%.200s': %s", name, strerror(-rc));
    else
        rc = take_text(m, &text);
    whet__text_clear(&text);
    return rc;
}

/* ---- All together ---- */

static int shards_check(struct merge *m)
{
    for (unsigned i = 1; i <= m->shards; i++) {
        if (!m->seen[i])
            return whet_error_set(m->err, -EINVAL, "a shard is missing: '%u/%u'", i, m->shards);
    }
    return 0;
}

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
        rc = whet__scan_add_file(m->scan, files[i]);
    for (size_t i = 0; i < m->skips.len && rc == 0; i++) {
        struct whet_scan_skip *skip =
            whet__scan_add_skip(m->scan, skips[i].reason, skips[i].path);

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
    struct merge m = {.scan = whet__scan_new(), .err = err};
    int rc = 0;

    if (m.scan == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    whet_error_set(err, 0, "%s", "");
    whet__vec_init(&m.files, sizeof(struct whet_scan_file *), LINES_MAX);
    whet__vec_init(&m.skips, sizeof(struct whet_scan_skip), LINES_MAX);
    if (count == 0)
        rc = whet_error_set(err, -EINVAL, "nothing to merge");
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = take_named(&m, files[i]);
    if (rc == 0)
        rc = shards_check(&m);
    if (rc == 0)
        rc = lists_fill(&m);
    if (rc == 0)
        whet__scan_end(m.scan);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory");
    whet__vec_clear(&m.files);
    whet__vec_clear(&m.skips);
    whet__mem_free(m.seen);
    if (rc != 0) {
        whet_scan_free(m.scan);
        return rc;
    }
    *out = m.scan;
    return 0;
}
