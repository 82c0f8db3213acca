/* Reads core.excludesFile out of git's configuration files, so that rules hold without
 * git being installed and without the price of starting it for each repository.
 * Expected load: three files of a page each per walk, one more per repository. */
#include "scan/git_config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "os/path.h"

#define CONFIG_MAX    ((size_t)1 << 20)
#define NAME_MAX_LEN  ((size_t)64) /* longer sections and keys are none of ours */
#define VALUE_MAX     ((size_t)4096)
#define INCLUDE_DEPTH 10 /* as in git */
#define INCLUDE_FILES 64 /* in all: ten files that take in each other would never end */

struct config_reader {
    const char *at;
    const char *end;
    char section[NAME_MAX_LEN]; /* lower case; "" outside or if it has a subsection */
    char key[NAME_MAX_LEN];
    struct whet_text value;
};

/* What the files that take in each other have in common. */
struct config_search {
    int dirfd;
    unsigned depth;
    unsigned files;         /* read so far */
    struct whet_text value; /* "=PATH" for the last one found, so that "" is one as well */
};

static int config_read(struct config_search *s, const char *path);

static int peek(const struct config_reader *r)
{
    if (r->at == r->end)
        return '\n';
    if (r->at[0] == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
        return '\n';
    return (unsigned char)*r->at;
}

static void skip_line(struct config_reader *r)
{
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));

    r->at = newline == NULL ? r->end : newline + 1;
}

static void skip_spaces(struct config_reader *r)
{
    while (peek(r) == ' ' || peek(r) == '\t')
        r->at++;
}

/* A word of letters, digits, '-' and '.', in lower case; too long a one becomes "". */
static void read_word(struct config_reader *r, char out[NAME_MAX_LEN])
{
    size_t len = 0;

    while (r->at < r->end &&
           (isalnum((unsigned char)*r->at) || *r->at == '-' || *r->at == '.')) {
        if (len < NAME_MAX_LEN)
            out[len++] = (char)tolower((unsigned char)*r->at);
        r->at++;
    }
    out[len < NAME_MAX_LEN ? len : 0] = '\0';
}

/* From behind the '['; 0: malformed. */
static bool read_section(struct config_reader *r)
{
    read_word(r, r->section);
    skip_spaces(r);
    if (peek(r) == '"') {
        r->section[0] = '\0';
        for (r->at++; peek(r) != '"'; r->at++) {
            if (peek(r) == '\\')
                r->at++;
            if (peek(r) == '\n')
                return false;
        }
        r->at++;
    }
    if (peek(r) != ']')
        return false;
    r->at++;
    return true;
}

/* What follows a backslash in a value; 0: nothing known. A line may go on. */
static bool read_escape(struct config_reader *r)
{
    static const char from[] = "tbn\\\"", to[] = "\t\b\n\\\"";
    const char *known;
    int c = peek(r);

    if (c == '\n') {
        if (r->at == r->end)
            return false;
        skip_line(r);
        return true;
    }
    known = c == '\0' ? NULL : strchr(from, c);
    if (known == NULL)
        return false;
    r->at++;
    whet__text_putc(&r->value, to[known - from]);
    return true;
}

/* From behind the '=' to the end of the line. Blanks count inside, not around it. */
static bool read_value(struct config_reader *r)
{
    bool quoted = false;
    size_t kept = 0; /* without the blanks at the end */

    whet__text_reset(&r->value);
    skip_spaces(r);
    while (peek(r) != '\n') {
        int c = peek(r);

        if (!quoted && (c == '#' || c == ';'))
            break;
        r->at++;
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\') {
            if (!read_escape(r))
                return false;
        } else {
            whet__text_putc(&r->value, (char)c);
            if (!quoted && (c == ' ' || c == '\t'))
                continue;
        }
        kept = r->value.len;
    }
    skip_line(r);
    whet__text_truncate(&r->value, kept);
    return !quoted;
}

/* Puts the file's folder before a relative path, as [include] wants it. */
static void beside(const char *file, const char *path, struct whet_text *out)
{
    const char *slash = strrchr(file, '/');

    if (path[0] != '/' && slash != NULL)
        whet__text_append(out, file, (size_t)(slash - file) + 1);
    whet__text_puts(out, path);
}

static void expand_home(const char *path, struct whet_text *out)
{
    if (path[0] == '~' && path[1] == '/' && whet__path_home(out) == 0)
        path++;
    whet__text_puts(out, path);
}

static int take_include(struct config_reader *r, struct config_search *s, const char *file)
{
    struct whet_text expanded, path;
    int rc;

    if (s->depth >= INCLUDE_DEPTH || s->files >= INCLUDE_FILES)
        return 0;
    whet__text_init(&expanded, VALUE_MAX);
    whet__text_init(&path, VALUE_MAX);
    expand_home(whet__text_str(&r->value), &expanded);
    beside(file, whet__text_str(&expanded), &path);
    rc = whet__text_error(&expanded) != 0 ? whet__text_error(&expanded)
                                          : whet__text_error(&path);
    s->depth++;
    if (rc == 0)
        rc = config_read(s, whet__text_str(&path));
    s->depth--;
    whet__text_clear(&expanded);
    whet__text_clear(&path);
    return rc == -ENOMEM ? rc : 0;
}

static int take_value(struct config_reader *r, struct config_search *s, const char *file)
{
    int rc = whet__text_error(&r->value);

    if (rc != 0)
        return rc == -ENOMEM ? rc : 0;
    if (strcmp(r->section, "include") == 0 && strcmp(r->key, "path") == 0)
        return take_include(r, s, file);
    if (strcmp(r->section, "core") != 0 || strcmp(r->key, "excludesfile") != 0)
        return 0;
    whet__text_reset(&s->value);
    whet__text_putc(&s->value, '=');
    expand_home(whet__text_str(&r->value), &s->value);
    return whet__text_error(&s->value);
}

static int read_line(struct config_reader *r, struct config_search *s, const char *file)
{
    skip_spaces(r);
    if (peek(r) == '[') {
        r->at++;
        if (!read_section(r))
            return -EINVAL;
        skip_spaces(r);
    }
    if (!isalpha(peek(r))) {
        int c = peek(r);

        skip_line(r);
        return c == '\n' || c == '#' || c == ';' ? 0 : -EINVAL;
    }
    read_word(r, r->key);
    skip_spaces(r);
    if (peek(r) != '=') {
        skip_line(r);
        return 0;
    }
    r->at++;
    if (!read_value(r))
        return -EINVAL;
    return take_value(r, s, file);
}

static int config_read(struct config_search *s, const char *path)
{
    struct config_reader r = {0};
    struct whet_text text;
    int rc;

    s->files++;
    whet__text_init(&text, CONFIG_MAX);
    whet__text_init(&r.value, VALUE_MAX);
    rc = whet__file_read(s->dirfd, path, CONFIG_MAX, &text);
    r.at = whet__text_str(&text);
    r.end = r.at + text.len;
    if (rc == 0 && text.len >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    while (rc == 0 && r.at < r.end)
        rc = read_line(&r, s, path);
    whet__text_clear(&r.value);
    whet__text_clear(&text);
    return rc == -ENOMEM ? rc : 0;
}

int whet__git_config_excludes(int dirfd, const char *path, struct whet_text *value)
{
    struct config_search s = {.dirfd = dirfd};
    int rc;

    whet__text_init(&s.value, VALUE_MAX);
    rc = config_read(&s, path);
    if (rc == 0 && s.value.len == 0)
        rc = -ENOENT;
    if (rc == 0) {
        whet__text_reset(value);
        whet__text_append(value, s.value.data + 1, s.value.len - 1);
        rc = whet__text_error(value);
    }
    whet__text_clear(&s.value);
    return rc;
}
