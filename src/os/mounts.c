/* What is mounted where. Read whole and taken apart in place: a machine full of
 * containers has some thousand lines. */
#include "os/mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/sysfile.h"

#define TEXT_MAX ((size_t)16 << 20)

int whet__mounts_init(struct whet_mounts *m, const char *root)
{
    int rc;

    whet__text_init(&m->text, TEXT_MAX);
    rc = whet__sysfile_read(root, &m->text, "/proc/self/mountinfo");
    if (rc == 0 && m->text.data == NULL)
        rc = -ENOENT;
    if (rc != 0)
        whet__text_clear(&m->text);
    m->at = m->text.data;
    return rc;
}

void whet__mounts_clear(struct whet_mounts *m)
{
    whet__text_clear(&m->text);
}

static int is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* Blanks in names are written as \040. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; to++) {
        if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
            from += 4;
        } else
            *to = *from++;
    }
    *to = '\0';
}

/* Cuts the next word off *at; "" when there are no more. */
static char *word_take(char **at)
{
    char *word = *at;
    size_t len = strcspn(word, " ");

    *at = word + len + (word[len] != '\0');
    word[len] = '\0';
    return word;
}

/* "36 35 98:0 /part /mnt rw,noatime master:1 - ext4 /dev/sda1 rw" */
static int line_parse(char *line, struct whet_mount *out)
{
    char *root, *point, *source;

    out->id = strtoull(word_take(&line), NULL, 10);
    (void)word_take(&line); /* the parent's id */
    if (sscanf(word_take(&line), "%u:%u", &out->major, &out->minor) != 2)
        return 0;
    root = word_take(&line);
    point = word_take(&line);
    /* Any number of words up to a lone "-". */
    while (*line != '\0' && strcmp(word_take(&line), "-") != 0)
        ;
    out->type = word_take(&line);
    source = word_take(&line);
    out->options = word_take(&line);
    unescape(root);
    unescape(point);
    unescape(source);
    out->root = root;
    out->point = point;
    out->source = source;
    return out->type[0] != '\0';
}

int whet__mounts_next(struct whet_mounts *m, struct whet_mount *out)
{
    while (*m->at != '\0') {
        char *line = m->at;
        size_t len = strcspn(line, "\n");

        m->at = line + len + (line[len] != '\0');
        line[len] = '\0';
        if (line_parse(line, out))
            return 1;
    }
    return 0;
}

const char *whet__mount_option(const char *options, const char *name, size_t *len)
{
    size_t name_len = strlen(name);

    while (*options != '\0') {
        size_t part = strcspn(options, ",");

        if (part >= name_len && memcmp(options, name, name_len) == 0 &&
            (part == name_len || options[name_len] == '=')) {
            size_t skip = name_len + (part > name_len);

            *len = part - skip;
            return options + skip;
        }
        options += part + (options[part] != '\0');
    }
    return NULL;
}
