/* JSON out, streaming, always valid. Expected load: reports of up to some hundred
 * thousand values; strings are copied in runs, not byte by byte. */
#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/double.h"
#include "base/utf8.h"

void whet__json_init(struct whet_json *j, struct whet_text *text, unsigned indent)
{
    memset(j, 0, sizeof(*j));
    j->text = text;
    j->indent = indent;
}

static void json_fail(struct whet_json *j, int code)
{
    if (j->text->error == 0)
        j->text->error = code;
}

static void newline(struct whet_json *j)
{
    if (j->indent == 0)
        return;
    whet__text_putc(j->text, '\n');
    whet__text_fill(j->text, ' ', (size_t)j->indent * j->depth);
}

/* What stands before an item of the level: comma, line, blanks. */
static void item_start(struct whet_json *j)
{
    if (j->levels[j->depth].used)
        whet__text_putc(j->text, ',');
    j->levels[j->depth].used = 1;
    newline(j);
}

/* 1: a value may be written here, and what stands before it has been. */
static int value_start(struct whet_json *j)
{
    int in_object = j->levels[j->depth].object;

    if (j->text->error != 0)
        return 0;
    if (in_object != j->after_key || (j->depth == 0 && j->levels[0].used)) {
        json_fail(j, -EINVAL);
        return 0;
    }
    j->after_key = 0;
    if (j->depth == 0)
        j->levels[0].used = 1;
    else if (!in_object)
        item_start(j);
    return 1;
}

static void level_begin(struct whet_json *j, char bracket, unsigned char object)
{
    if (!value_start(j))
        return;
    if (j->depth == WHET_JSON_DEPTH) {
        json_fail(j, -E2BIG);
        return;
    }
    whet__text_putc(j->text, bracket);
    j->depth++;
    j->levels[j->depth].used = 0;
    j->levels[j->depth].object = object;
}

static void level_end(struct whet_json *j, char bracket, unsigned char object)
{
    int used = j->levels[j->depth].used;

    if (j->text->error != 0)
        return;
    if (j->depth == 0 || j->levels[j->depth].object != object || j->after_key) {
        json_fail(j, -EINVAL);
        return;
    }
    j->depth--;
    if (used)
        newline(j);
    whet__text_putc(j->text, bracket);
}

void whet__json_object(struct whet_json *j)
{
    level_begin(j, '{', 1);
}

void whet__json_object_end(struct whet_json *j)
{
    level_end(j, '}', 1);
}

void whet__json_array(struct whet_json *j)
{
    level_begin(j, '[', 0);
}

void whet__json_array_end(struct whet_json *j)
{
    level_end(j, ']', 0);
}

static int is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* One character that is not plain. */
static void char_write(struct whet_text *t, const char *bytes, size_t len, uint32_t code)
{
    static const char names[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *name = code != 0 && code < 0x80 ? strchr(names, (int)code) : NULL;

    if (name != NULL) {
        whet__text_putc(t, '\\');
        whet__text_putc(t, letters[name - names]);
    } else if (code < 0x20)
        whet__text_printf(t, "\\u%04" PRIx32, code);
    else if (code == WHET_UTF8_WRONG)
        whet__text_puts(t, "\xef\xbf\xbd");
    else
        whet__text_append(t, bytes, len);
}

static void quoted_write(struct whet_text *t, const char *value, size_t len)
{
    whet__text_putc(t, '"');
    for (size_t at = 0; at < len;) {
        size_t run = 0;
        uint32_t code;

        while (at + run < len && is_plain((unsigned char)value[at + run]))
            run++;
        whet__text_append(t, value + at, run);
        at += run;
        if (at == len)
            break;
        run = whet__utf8_next(value + at, len - at, &code);
        char_write(t, value + at, run, code);
        at += run;
    }
    whet__text_putc(t, '"');
}

void whet__json_key(struct whet_json *j, const char *key)
{
    if (j->text->error != 0)
        return;
    if (!j->levels[j->depth].object || j->after_key) {
        json_fail(j, -EINVAL);
        return;
    }
    item_start(j);
    quoted_write(j->text, key, strlen(key));
    whet__text_puts(j->text, j->indent != 0 ? ": " : ":");
    j->after_key = 1;
}

void whet__json_string_n(struct whet_json *j, const char *value, size_t len)
{
    if (value_start(j))
        quoted_write(j->text, value, len);
}

void whet__json_string(struct whet_json *j, const char *value)
{
    if (value == NULL)
        whet__json_null(j);
    else
        whet__json_string_n(j, value, strlen(value));
}

void whet__json_uint(struct whet_json *j, uint64_t value)
{
    if (value_start(j))
        whet__text_printf(j->text, "%" PRIu64, value);
}

void whet__json_int(struct whet_json *j, int64_t value)
{
    if (value_start(j))
        whet__text_printf(j->text, "%" PRId64, value);
}

void whet__json_double(struct whet_json *j, double value)
{
    char digits[WHET_DOUBLE_SIZE];

    if (!value_start(j))
        return;
    if (isfinite(value))
        whet__text_append(j->text, digits, whet__double_format(value, digits));
    else
        whet__text_puts(j->text, "null");
}

void whet__json_bool(struct whet_json *j, int value)
{
    if (value_start(j))
        whet__text_puts(j->text, value ? "true" : "false");
}

void whet__json_null(struct whet_json *j)
{
    if (value_start(j))
        whet__text_puts(j->text, "null");
}

void whet__json_put_string(struct whet_json *j, const char *key, const char *value)
{
    whet__json_key(j, key);
    whet__json_string(j, value);
}

void whet__json_put_string_n(struct whet_json *j, const char *key, const char *value,
                             size_t len)
{
    whet__json_key(j, key);
    whet__json_string_n(j, value, len);
}

void whet__json_put_uint(struct whet_json *j, const char *key, uint64_t value)
{
    whet__json_key(j, key);
    whet__json_uint(j, value);
}

void whet__json_put_int(struct whet_json *j, const char *key, int64_t value)
{
    whet__json_key(j, key);
    whet__json_int(j, value);
}

void whet__json_put_double(struct whet_json *j, const char *key, double value)
{
    whet__json_key(j, key);
    whet__json_double(j, value);
}

void whet__json_put_bool(struct whet_json *j, const char *key, int value)
{
    whet__json_key(j, key);
    whet__json_bool(j, value);
}
