/* Text that grows up to a stated maximum, with a sticky error so that a page of
 * appends needs one check. Expected load: reports of up to a few megabytes. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void whet__text_init(struct whet_text *t, size_t max)
{
    memset(t, 0, sizeof(*t));
    t->max = max;
}

void whet__text_clear(struct whet_text *t)
{
    whet__mem_free(t->data);
    whet__text_init(t, t->max);
}

void whet__text_reset(struct whet_text *t)
{
    t->len = 0;
    t->error = 0;
    if (t->data != NULL)
        t->data[0] = '\0';
}

const char *whet__text_str(const struct whet_text *t)
{
    return t->data != NULL ? t->data : "";
}

int whet__text_error(const struct whet_text *t)
{
    return t->error;
}

static int text_grow(struct whet_text *t, size_t need)
{
    size_t cap = t->cap ? t->cap : 64;
    char *data;

    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    data = whet__mem_resize(t->data, cap, 1);
    if (data == NULL)
        return -ENOMEM;
    t->data = data;
    t->cap = cap;
    return 0;
}

char *whet__text_reserve(struct whet_text *t, size_t extra)
{
    if (t->error != 0)
        return NULL;
    if (extra > t->max || t->len > t->max - extra)
        t->error = -EFBIG;
    else if (t->len + extra + 1 > t->cap)
        t->error = text_grow(t, t->len + extra + 1);
    if (t->error != 0)
        return NULL;
    return t->data + t->len;
}

void whet__text_append(struct whet_text *t, const char *bytes, size_t len)
{
    char *room = whet__text_reserve(t, len);

    if (room == NULL)
        return;
    if (len != 0)
        memcpy(room, bytes, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void whet__text_puts(struct whet_text *t, const char *str)
{
    whet__text_append(t, str, strlen(str));
}

void whet__text_putc(struct whet_text *t, char c)
{
    whet__text_append(t, &c, 1);
}

void whet__text_fill(struct whet_text *t, char c, size_t count)
{
    char *room = whet__text_reserve(t, count);

    if (room == NULL)
        return;
    memset(room, c, count);
    t->len += count;
    t->data[t->len] = '\0';
}

void whet__text_printf(struct whet_text *t, const char *format, ...)
{
    va_list args;
    char *room;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        t->error = t->error != 0 ? t->error : -EINVAL;
        return;
    }
    room = whet__text_reserve(t, (size_t)len);
    if (room == NULL)
        return;
    va_start(args, format);
    vsnprintf(room, (size_t)len + 1, format, args);
    va_end(args);
    t->len += (size_t)len;
}

void whet__text_truncate(struct whet_text *t, size_t len)
{
    if (len >= t->len)
        return;
    t->len = len;
    t->data[len] = '\0';
}

char *whet__text_take(struct whet_text *t)
{
    char *data;

    if (t->error != 0)
        return NULL;
    if (t->data == NULL)
        return whet__mem_strdup("");
    data = t->data;
    whet__text_init(t, t->max);
    return data;
}
