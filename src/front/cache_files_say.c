/* What the answers about caches on disk have in common: names, keys, and their two forms. */
#include "front/cache_files.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "view/width.h"

void whet__files_put_name(struct whet_text *out, const char *name)
{
    whet__width_put(out, name, strlen(name), 0);
}

/* ---- Keys ---- */

/* 1: what is shown can be typed, and is the same key then. One that looks like the other form,
 * or begins or ends with a blank, is written in that form. */
static int is_text(const char *key, size_t len)
{
    struct whet_width_walk walk = {.text = key, .len = len};
    struct whet_glyph glyph;

    if (len == 0 || key[0] == ' ' || key[len - 1] == ' ' ||
        (len >= 2 && key[0] == '0' && key[1] == 'x'))
        return 0;
    while (whet__width_step(&walk, &glyph)) {
        if (glyph.escaped)
            return 0;
    }
    return 1;
}

void whet__files_put_key(struct whet_text *out, const void *key, size_t len)
{
    const unsigned char *bytes = key;

    if (is_text(key, len)) {
        whet__text_append(out, key, len);
        return;
    }
    whet__text_puts(out, "0x");
    for (size_t i = 0; i < len; i++)
        whet__text_printf(out, "%02x", bytes[i]);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int whet__files_read_key(const char *text, struct whet_text *out, struct whet_error *err)
{
    size_t len = strlen(text);

    whet__text_reset(out);
    if (len < 2 || text[0] != '0' || text[1] != 'x') {
        whet__text_append(out, text, len);
    } else {
        for (size_t i = 2; i < len; i += 2) {
            int high = digit_of(text[i]), low = high >= 0 ? digit_of(text[i + 1]) : -1;

            if (low < 0)
                return whet_error_set(
                    err, -EINVAL, "not a key: '%.64s': 0x is followed by pairs of hex digits",
                    text);
            whet__text_putc(out, (char)(high << 4 | low));
        }
    }
    if (out->len == 0 || out->len > WHET_CACHE_KEY_MAX || whet__text_error(out) != 0)
        return whet_error_set(err, -EINVAL, "not a key: '%.64s': 1 to %zu bytes", text,
                              WHET_CACHE_KEY_MAX);
    return 0;
}

/* ---- JSON ---- */

void whet__files_json_begin(struct whet_json *j, struct whet_text *out, const char *verb)
{
    whet__json_init(j, out, 2);
    whet__json_object(j);
    whet__json_put_string(j, "type", "cache");
    whet__json_put_int(j, "version", 1);
    whet__json_put_string(j, "verb", verb);
}

int whet__files_json_end(struct whet_json *j)
{
    whet__json_object_end(j);
    whet__text_putc(j->text, '\n');
    return whet__text_error(j->text);
}

void whet__files_tell_remote(const struct whet_files_wishes *w, struct whet_cache *cache)
{
    char note[700];

    if (w->remote != NULL && whet_cache_note(cache, note, sizeof(note)) != NULL)
        whet__log(WHET_LOG_WARNING, "%s", note);
}

int whet__files_answer(struct whet_text *out, const struct whet_text *json,
                       const struct whet_table *table, const struct whet_table_style *style,
                       const char *empty)
{
    int rc = json != NULL ? whet__text_error(json) : whet__table_error(table);

    if (rc != 0)
        return rc;
    if (json != NULL)
        whet__text_append(out, whet__text_str(json), json->len);
    else if (table->rows.len == 0)
        whet__text_puts(out, empty);
    else
        whet__table_put_text(out, table, style);
    return whet__text_error(out);
}
