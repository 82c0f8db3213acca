/* What went wrong, for a person to read: <whet/error.h>. */
#include <whet/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int whet_error_set(struct whet_error *err, int code, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return code;
    memset(err, 0, sizeof(*err));
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return code;
}

void whet_error_at(struct whet_error *err, const char *file, unsigned line, unsigned column)
{
    if (err == NULL)
        return;
    snprintf(err->file, sizeof(err->file), "%s", file);
    err->line = line;
    err->column = column;
}

const char *whet_error_format(const struct whet_error *err, char *out, unsigned size)
{
    if (err->file[0] == '\0')
        snprintf(out, size, "%s", err->text);
    else if (err->line == 0)
        snprintf(out, size, "%s: %s", err->file, err->text);
    else if (err->column == 0)
        snprintf(out, size, "%s:%u: %s", err->file, err->line, err->text);
    else
        snprintf(out, size, "%s:%u:%u: %s", err->file, err->line, err->column, err->text);
    return out;
}
