/* Traces with a key per line. Most keys are numbers of a few digits: these are read as they
 * are found, without looking for the end of the line first. */
#include "replay/trace_format.h"

#include <string.h>

/* A line that is more than digits; *next is where the following one begins, NULL when this
 * one is not all here. */
static int read_line(struct whet_trace_input *in, struct whet_trace_builder *b,
                     const unsigned char *line, const unsigned char **next,
                     struct whet_error *err)
{
    const unsigned char *end = whet__trace_line_end(in, line);
    const unsigned char *zero;
    size_t len;

    *next = NULL;
    if (end == NULL)
        return 0;
    len = (size_t)(end - line);
    zero = memchr(line, 0, len);
    if (zero != NULL)
        return whet__trace_line_error(
            in, (size_t)(zero - line) + 1, err,
            "a zero byte: '%.100s': not text: is it another --format?", in->name);
    if (len != 0 && line[len - 1] == '\r')
        len--;
    *next = end < in->data + in->len ? end + 1 : end;
    return len != 0 ? whet__trace_add(b, whet__trace_key(line, len), 1) : 0;
}

static int read_text(struct whet_trace_input *in, struct whet_trace_builder *b,
                     struct whet_error *err)
{
    const unsigned char *line = in->data;
    const unsigned char *end = in->data + in->len;
    const unsigned char *next;
    int rc = 0;

    while (rc == 0 && line < end) {
        const unsigned char *at = line;
        unsigned digit;
        uint64_t value = 0;

        while ((digit = (unsigned)*at - '0') <= 9) {
            value = value * 10 + digit;
            at++;
        }
        if (*at == '\n' && at < end && (unsigned)(*line - '1') <= 8 && at - line <= 19) {
            rc = whet__trace_add(b, value, 1);
            next = at + 1;
        } else {
            rc = read_line(in, b, line, &next, err);
            if (next == NULL)
                break;
        }
        line = next;
        in->number++;
    }
    in->used = (size_t)(line - in->data);
    return rc;
}

static int detect_text(const char *name, const unsigned char *data, size_t len)
{
    (void)name;
    return memchr(data, 0, len) == NULL;
}

const struct whet_trace_format whet__trace_text = {
    .name = "text",
    .summary = "a key per line",
    .detect = detect_text,
    .read = read_text,
};
