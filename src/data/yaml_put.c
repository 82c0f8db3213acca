/* Scalars out. The rule is simple and wide: plain only what no reader, of YAML 1.1 or
 * 1.2, could take for anything but text; the rest in double quotes on one line. */
#include "data/yaml.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* A letter first, and then nothing that could end a scalar or make it a number. */
static int looks_safe(const char *value)
{
    const char *c = value;

    if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '/' || *c == '_'))
        return 0;
    for (; *c != '\0'; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || strchr("_-./+", *c) != NULL))
            return 0;
    }
    return 1;
}

/* What YAML 1.1 or 1.2 takes for something else; in lower case. */
static int is_reserved(const char *value)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    char lower[8];
    size_t len = strlen(value);

    if (len >= sizeof(lower))
        return 0;
    for (size_t i = 0; i <= len; i++)
        lower[i] = (char)(value[i] >= 'A' && value[i] <= 'Z' ? value[i] - 'A' + 'a' : value[i]);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(lower, words[i]) == 0)
            return 1;
    }
    return 0;
}

/* Controls, line ends of Unicode, and what YAML calls not printable. */
static int needs_escape(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0xfeff || code == 0xfffe || code == 0xffff;
}

static void put_quoted(struct whet_text *out, const char *value)
{
    size_t len = strlen(value), step;
    uint32_t code;

    whet__text_putc(out, '"');
    for (; len > 0; value += step, len -= step) {
        step = whet__utf8_next(value, len, &code);
        if (code == WHET_UTF8_WRONG)
            whet__text_puts(out, "\\uFFFD");
        else if (code == '"' || code == '\\')
            whet__text_printf(out, "\\%c", (char)code);
        else if (code == '\n')
            whet__text_puts(out, "\\n");
        else if (code == '\t')
            whet__text_puts(out, "\\t");
        else if (needs_escape(code))
            whet__text_printf(out, "\\u%04X", (unsigned)code);
        else
            whet__text_append(out, value, step);
    }
    whet__text_putc(out, '"');
}

void whet__yaml_put_string(struct whet_text *out, const char *value)
{
    if (looks_safe(value) && !is_reserved(value))
        whet__text_puts(out, value);
    else
        put_quoted(out, value);
}
