/* base/text.h - text that grows up to a stated maximum.
 *
 * Shape    one NUL-terminated buffer; any bytes are allowed inside.
 * Units    bytes; `len` does not count the NUL.
 * Memory   freed by _clear, or handed over by _take.
 * Errors   sticky: once an append has failed, later ones do nothing and
 *          whet__text_error says why (-ENOMEM, -EFBIG). Check once, at the end.
 * Threads  one at a time.
 */
#ifndef WHET_BASE_TEXT_H
#define WHET_BASE_TEXT_H

#include <stddef.h>

#include <whet/api.h>

struct whet_text {
    char *data; /* NULL until the first append; use whet__text_str to read */
    size_t len;
    size_t cap;
    size_t max;
    int error;
};

void whet__text_init(struct whet_text *t, size_t max);
void whet__text_clear(struct whet_text *t);

/* Empties it and forgets the error, keeping the buffer. */
void whet__text_reset(struct whet_text *t);

/* The text, never NULL; borrowed until the next change. */
const char *whet__text_str(const struct whet_text *t);

/* 0, or the first failure. */
WHET_MUST_USE int whet__text_error(const struct whet_text *t);

void whet__text_append(struct whet_text *t, const char *bytes, size_t len);
void whet__text_puts(struct whet_text *t, const char *str);
void whet__text_putc(struct whet_text *t, char c);
void whet__text_fill(struct whet_text *t, char c, size_t count);
WHET_PRINTF(2, 3) void whet__text_printf(struct whet_text *t, const char *format, ...);

/* Drops what is behind the first `len` bytes. */
void whet__text_truncate(struct whet_text *t, size_t len);

/* Makes room for `extra` more bytes and returns where they go, or NULL (the
 * error is set); the caller then adds what it wrote to `len`. */
WHET_MUST_USE char *whet__text_reserve(struct whet_text *t, size_t extra);

/* Hands the buffer to the caller (whet__mem_free) and empties the text. NULL
 * if it has an error or there is no memory. */
WHET_MUST_USE char *whet__text_take(struct whet_text *t);

#endif
