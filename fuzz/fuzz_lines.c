/* scan/line_syntax.h: code, comment and blank add up to the number of lines, in any
 * language. The first byte names the language. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scan/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const char *data, size_t len)
{
    char newline =
        memchr(data, '\n', len) == NULL && memchr(data, '\r', len) != NULL ? '\r' : '\n';
    size_t lines = 0;

    for (size_t i = 0; i < len; i++)
        lines += data[i] == newline;
    return lines + (len > 0 && data[len - 1] != newline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_line_counts counts;
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size); /* of its exact size, so that a step too far is seen */
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    whet__lines_count(whet__language_at(data[0] % whet__language_count())->lines, text,
                      size - 1, &counts);
    if (counts.code + counts.comment + counts.blank != count_lines(text, size - 1))
        abort();
    free(text);
    return 0;
}
