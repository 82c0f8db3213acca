/* The small files of /proc and /sys. Expected load: some dozens per run, a few hundred
 * on large machines. */
#include "os/sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"

/* /proc/cpuinfo of a machine with a thousand processors has two. */
#define FILE_MAX ((size_t)8 << 20)

WHET_PRINTF(3, 0)
static int read_path(const char *root, struct whet_text *out, const char *format, va_list args)
{
    char path[PATH_MAX];
    size_t len = strlen(root);
    int more;

    if (len >= sizeof(path))
        return -ENAMETOOLONG;
    memcpy(path, root, len);
    more = vsnprintf(path + len, sizeof(path) - len, format, args);
    if (more < 0 || (size_t)more >= sizeof(path) - len)
        return -ENAMETOOLONG;
    return whet__file_read(AT_FDCWD, path, FILE_MAX, out);
}

int whet__sysfile_read(const char *root, struct whet_text *out, const char *format, ...)
{
    va_list args;
    int rc;

    va_start(args, format);
    rc = read_path(root, out, format, args);
    va_end(args);
    return rc;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies the line at `text` without blanks around it. */
static void line_copy(const char *text, char *out, size_t size)
{
    size_t len;

    while (is_blank(*text))
        text++;
    len = strcspn(text, "\n");
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    snprintf(out, size, "%.*s", len < INT_MAX ? (int)len : INT_MAX, text);
}

int whet__sysfile_line(const char *root, char *out, size_t size, const char *format, ...)
{
    struct whet_text t;
    va_list args;
    int rc;

    whet__text_init(&t, FILE_MAX);
    va_start(args, format);
    rc = read_path(root, &t, format, args);
    va_end(args);
    if (rc == 0)
        line_copy(whet__text_str(&t), out, size);
    whet__text_clear(&t);
    return rc;
}

int whet__sysfile_number(const char *root, uint64_t *out, const char *format, ...)
{
    struct whet_text t;
    const char *text;
    va_list args;
    int rc;

    whet__text_init(&t, FILE_MAX);
    va_start(args, format);
    rc = read_path(root, &t, format, args);
    va_end(args);
    text = whet__text_str(&t);
    if (rc == 0 && (*text < '0' || *text > '9'))
        rc = -EINVAL;
    if (rc == 0)
        *out = strtoull(text, NULL, 10);
    whet__text_clear(&t);
    return rc;
}

int whet__sysfile_field(const char *text, const char *key, char *out, size_t size)
{
    size_t len = strlen(key);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) != 0)
            continue;
        if (!is_blank(line[len]) && line[len] != ':')
            continue;
        line_copy(line + len + strspn(line + len, " \t:"), out, size);
        return 0;
    }
    return -ENOENT;
}

int whet__sysfile_range(const char **list, unsigned *first, unsigned *last)
{
    const char *at = *list;
    char *end;

    while (*at == ',' || *at == ' ')
        at++;
    if (*at < '0' || *at > '9')
        return 0;
    *first = *last = (unsigned)strtoul(at, &end, 10);
    if (*end == '-')
        *last = (unsigned)strtoul(end + 1, &end, 10);
    *list = end;
    return *last >= *first;
}

unsigned whet__sysfile_list_count(const char *list)
{
    unsigned count = 0, first, last;

    while (whet__sysfile_range(&list, &first, &last))
        count += last - first + 1;
    return count;
}
