/* Lines of a shard's answer as they are read: each says what it is, and is checked for all that
 * another program could have put there. */
#include "scan/merge_line.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scan/language_table.h"

#define SHARDS_MAX 1000000
#define ERRNO_MAX  133

int whet__merge_refuse(struct whet_merge *m, int code, const char *why)
{
    whet_error_set(m->err, code, "%s", why);
    whet_error_at(m->err, m->name, m->line, 1);
    return code;
}

/* ---- Pieces of a line ---- */

static const char *keep(struct whet_merge *m, const char *text, size_t len)
{
    return whet__arena_strndup(m->strings, text, len);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Of a name that is not UTF-8, the hexadecimal form is the true one. */
int whet__merge_path(struct whet_merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line, const char **out)
{
    const char *text = whet__json_take_string(f, line, "path", NULL);
    const char *hex = whet__json_take_string(f, line, "path_hex", NULL);
    size_t len = hex != NULL ? strlen(hex) : 0;
    char *path;

    if (f->error != 0)
        return f->error;
    if (text == NULL || len % 2 != 0)
        return whet__merge_refuse(m, -EBADMSG, "a line without a path");
    if (hex == NULL) {
        *out = keep(m, text, strlen(text));
        return *out != NULL ? 0 : -ENOMEM;
    }
    path = whet__arena_alloc(m->strings, len / 2 + 1);
    if (path == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < len / 2; i++) {
        int high = digit_of(hex[2 * i]), low = digit_of(hex[2 * i + 1]);

        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return whet__merge_refuse(m, -EBADMSG, "a path that is not hexadecimal");
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

static int take_functions(struct whet_merge *m, struct whet_json_fields *f,
                          const struct whet_json_place *line, struct whet_scan_file *file)
{
    struct whet_json_place list = whet__json_field(f, line, "functions", WHET_JSON_ARRAY);
    size_t count = list.node != NULL ? whet__json_in_count(list.node) : 0;
    struct whet_scan_function *functions;

    if (f->error != 0 || list.node == NULL)
        return f->error;
    if (count != file->function_count)
        return whet__merge_refuse(m, -EBADMSG,
                                  "a file with fewer or more functions than it says");
    functions = whet__arena_zalloc(m->strings, count + 1, sizeof(*functions));
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

int whet__merge_file(struct whet_merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line, struct whet_scan_file *file)
{
    const char *language = whet__json_take_string(f, line, "language", NULL);
    const struct whet_language *known;
    int rc = whet__merge_path(m, f, line, &file->path);

    if (rc != 0)
        return rc;
    if (language != NULL) {
        known = whet__language_named(language);
        if (known == NULL)
            return whet__merge_refuse(m, -EBADMSG, "a language that is not known here");
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

int whet__merge_skip(struct whet_merge *m, struct whet_json_fields *f,
                     const struct whet_json_place *line, struct whet_scan_skip *skip)
{
    const char *names[WHET_SCAN_SKIP_REASONS];
    const char *rule = whet__json_take_string(f, line, "rule", NULL);
    const char *error = whet__json_take_string(f, line, "error", NULL);
    int rc = whet__merge_path(m, f, line, &skip->path);

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
int whet__merge_head(struct whet_merge *m, struct whet_json_fields *f,
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
        return whet__merge_refuse(m, -EBADMSG,
                                  "not a shard: made by 'whet scan --shard K/N --json'");
    if (strcmp(analyser, whet_scan_analyser_version()) != 0)
        return whet__merge_refuse(m, -EINVAL, "made by another version of whet");
    rc = whet__merge_path(m, f, line, &path);
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
        return whet__merge_refuse(m, -EINVAL,
                                  "a shard of another scan: path, options and number of shards "
                                  "have to be the same");
    }
    if (m->seen[shard])
        return whet__merge_refuse(m, -EINVAL, "this shard is there twice");
    m->seen[shard] = 1;
    return 0;
}

int whet__merge_total(struct whet_merge *m, struct whet_json_fields *f,
                      const struct whet_json_place *line)
{
    m->scan->totals.directories += whet__json_take_uint(f, line, "directories", INT64_MAX, 0);
    if (whet__json_take_bool(f, line, "stopped", 0))
        return whet__merge_refuse(m, -EINVAL,
                                  "this shard was interrupted: it is a part of a part");
    return f->error;
}

int whet__merge_check(struct whet_merge *m)
{
    for (unsigned i = 1; i <= m->shards; i++) {
        if (!m->seen[i])
            return whet_error_set(m->err, -EINVAL, "a shard is missing: '%u/%u'", i, m->shards);
    }
    return 0;
}
