/* Traces with fields: "key,size" per line, or a first line that names the columns. Fields
 * are parted by a comma, a tab or a semicolon, whichever the first line has. A field may be
 * quoted; a key keeps its quotes, as they change nothing about which keys are equal. */
#include "replay/trace_format.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define COLUMNS_MAX 256

static const char *const key_names[] = {"key", "id",    "obj_id", "object", "object_id",
                                        "lbn", "block", "url",    "path",   NULL};
static const char *const size_names[] = {"size",  "obj_size", "object_size",
                                         "bytes", "length",   NULL};

struct field {
    const unsigned char *text;
    size_t len;
};

static unsigned separator_of(const unsigned char *line, const unsigned char *end)
{
    for (const unsigned char *at = line; at < end; at++) {
        if (*at == ',' || *at == '\t' || *at == ';')
            return *at;
    }
    return 0;
}

/* The end of the field that begins at `at`: a separator or `end`; NULL: an open quote. */
static const unsigned char *field_end(const unsigned char *at, const unsigned char *end,
                                      unsigned separator)
{
    const unsigned char *found;

    while (at < end && *at == '"') { /* "" inside quotes is one more pair */
        at = memchr(at + 1, '"', (size_t)(end - at - 1));
        if (at == NULL)
            return NULL;
        at++;
    }
    found = at < end ? memchr(at, (int)separator, (size_t)(end - at)) : NULL;
    return found != NULL ? found : end;
}

/* 1 and the field; 0: the line has fewer; -1: an open quote, at *out. */
static int field_get(const unsigned char *line, const unsigned char *end, unsigned separator,
                     unsigned column, struct field *out)
{
    const unsigned char *at = line;

    for (unsigned i = 1;; i++) {
        const unsigned char *stop = field_end(at, end, separator);

        out->text = at;
        if (stop == NULL)
            return -1;
        out->len = (size_t)(stop - at);
        if (i == column)
            return 1;
        if (stop == end)
            return 0;
        at = stop + 1;
    }
}

static int parse_size(const struct field *f, uint32_t *out)
{
    uint64_t value = 0;

    if (f->len == 0 || f->len > 10)
        return -EINVAL;
    for (size_t i = 0; i < f->len; i++) {
        unsigned digit = (unsigned)f->text[i] - '0';

        if (digit > 9)
            return -EINVAL;
        value = value * 10 + digit;
    }
    if (value > UINT32_MAX)
        return -EINVAL;
    *out = (uint32_t)value;
    return 0;
}

static unsigned column_named(const unsigned char *line, const unsigned char *end,
                             unsigned separator, const char *const *names)
{
    struct field f;

    for (; *names != NULL; names++) {
        for (unsigned column = 1; column <= COLUMNS_MAX; column++) {
            if (field_get(line, end, separator, column, &f) != 1)
                break;
            if (f.len == strlen(*names) &&
                strncasecmp((const char *)f.text, *names, f.len) == 0)
                return column;
        }
    }
    return 0;
}

/* From the first line; *is_header: it names columns and has no request. */
static int choose_columns(struct whet_trace_input *in, const unsigned char *line,
                          const unsigned char *end, int *is_header, struct whet_error *err)
{
    struct field second;
    uint32_t size;

    in->separator = separator_of(line, end);
    if (in->separator == 0)
        in->separator = ',';
    in->key_column = column_named(line, end, in->separator, key_names);
    in->size_column = column_named(line, end, in->separator, size_names);
    *is_header = in->key_column != 0;
    if (*is_header)
        return 0;
    in->key_column = 1;
    if (field_get(line, end, in->separator, 2, &second) != 1)
        return 0; /* keys only */
    if (in->size_column == 0 && parse_size(&second, &size) == 0) {
        in->size_column = 2;
        return 0;
    }
    return whet__trace_line_error(
        in, 1, err,
        "neither 'key,size' nor names of columns with 'key' (or id, obj_id, lbn, "
        "url) among them");
}

static int read_line(struct whet_trace_input *in, struct whet_trace_builder *b,
                     const unsigned char *line, const unsigned char *end,
                     struct whet_error *err)
{
    struct field key, size_field;
    uint32_t size = 1;
    int found = field_get(line, end, in->separator, in->key_column, &key);

    if (found == 1 && in->size_column != 0) {
        found = field_get(line, end, in->separator, in->size_column, &size_field);
        if (found == 1 && parse_size(&size_field, &size) != 0)
            return whet__trace_line_error(in, (size_t)(size_field.text - line) + 1, err,
                                          "not a size: '%.*s': bytes from 0 to 4294967295",
                                          (int)(size_field.len < 40 ? size_field.len : 40),
                                          (const char *)size_field.text);
        key = found == 1 ? key : size_field;
    }
    if (found == 1)
        return whet__trace_add(b, whet__trace_key(key.text, key.len), size);
    return whet__trace_line_error(in, (size_t)(key.text - line) + 1, err, "%s",
                                  found == 0 ? "too few fields in this line"
                                             : "a quote without its end");
}

static int read_csv(struct whet_trace_input *in, struct whet_trace_builder *b,
                    struct whet_error *err)
{
    const unsigned char *line = in->data;
    const unsigned char *end;
    int rc = 0;

    while (rc == 0 && (end = whet__trace_line_end(in, line)) != NULL) {
        const unsigned char *next = end < in->data + in->len ? end + 1 : end;
        int skip;

        if (end > line && end[-1] == '\r')
            end--;
        skip = end == line;
        if (!skip && in->key_column == 0) {
            rc = choose_columns(in, line, end, &skip, err);
            b->sized = in->size_column != 0;
        }
        if (rc == 0 && !skip)
            rc = read_line(in, b, line, end, err);
        line = next;
        in->number++;
    }
    in->used = (size_t)(line - in->data);
    return rc;
}

static int detect_csv(const char *name, const unsigned char *data, size_t len)
{
    const unsigned char *end = memchr(data, '\n', len);
    size_t name_len = strlen(name);
    struct field second;
    unsigned separator;
    uint32_t size;

    if (memchr(data, 0, len) != NULL)
        return 0;
    if (name_len > 4 && strcmp(name + name_len - 4, ".zst") == 0)
        name_len -= 4;
    if (name_len > 4 && (strncmp(name + name_len - 4, ".csv", 4) == 0 ||
                         strncmp(name + name_len - 4, ".tsv", 4) == 0))
        return 1;
    if (end == NULL)
        end = data + len;
    if (end > data && end[-1] == '\r')
        end--;
    separator = separator_of(data, end);
    if (separator == 0 || field_get(data, end, separator, 2, &second) != 1)
        return 0;
    return parse_size(&second, &size) == 0 ||
           (column_named(data, end, separator, key_names) != 0 &&
            column_named(data, end, separator, size_names) != 0);
}

const struct whet_trace_format whet__trace_csv = {
    .name = "csv",
    .summary = "key,size per line, or named columns",
    .detect = detect_csv,
    .read = read_csv,
};
