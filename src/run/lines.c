/* Lines, read without ever waiting: whoever runs jobs has others to look after. Expected
 * load: a hundred thousand short lines from a pipe. */
#include "run/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define READ_MAX  ((size_t)64 * 1024)
#define COUNT_MAX ((off_t)64 << 20) /* of a longer file: its rest is taken to be alike */

int whet__lines_open(struct whet_lines *l, const char *path, char end, struct whet_error *err)
{
    int standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), error = -errno;

    if (fd < 0)
        return whet_error_set(err, error, "cannot read: '%.300s': %s", path, strerror(-error));
    *l = (struct whet_lines){.fd = fd, .name = standard ? "standard input" : path, .end = end};
    whet__text_init(&l->buffer, WHET_LINES_MAX + 2 * READ_MAX);
    return 0;
}

void whet__lines_close(struct whet_lines *l)
{
    if (l->fd > STDIN_FILENO)
        close(l->fd);
    l->fd = -1;
    whet__text_clear(&l->buffer);
}

static int fail(const struct whet_lines *l, int code, const char *why, struct whet_error *err)
{
    whet_error_set(err, code, "%s", why);
    whet_error_at(err, l->name, (unsigned)l->number + 1, 0);
    return code;
}

/* Drops what was given out, and reads more. */
static int lines_read(struct whet_lines *l, struct whet_error *err)
{
    struct pollfd ready = {l->fd, POLLIN, 0};
    ssize_t got;
    char *room;

    if (l->at > 0) {
        memmove(l->buffer.data, l->buffer.data + l->at, l->buffer.len - l->at);
        l->looked -= l->at;
        whet__text_truncate(&l->buffer, l->buffer.len - l->at);
        l->at = 0;
    }
    if (l->buffer.len > WHET_LINES_MAX)
        return fail(l, -EFBIG, "line too long: a command has at most 1 MiB", err);
    if (poll(&ready, 1, 0) <= 0) /* a signal goes first: read would wait */
        return -EAGAIN;
    room = whet__text_reserve(&l->buffer, READ_MAX);
    if (room == NULL)
        return fail(l, -ENOMEM, "out of memory", err);
    got = read(l->fd, room, READ_MAX);
    if (got < 0 && errno == EISDIR)
        return whet_error_set(err, -EISDIR, "cannot read: '%.300s': it is a folder", l->name);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? -EAGAIN
                                                 : fail(l, -errno, strerror(errno), err);
    l->finished = got == 0;
    l->buffer.len += (size_t)got;
    l->buffer.data[l->buffer.len] = '\0';
    return 0;
}

/* Where the next line ends, or NULL. */
static char *line_end(struct whet_lines *l)
{
    char *end = NULL;

    if (l->looked < l->buffer.len)
        end = memchr(l->buffer.data + l->looked, l->end, l->buffer.len - l->looked);
    l->looked = end != NULL ? (size_t)(end - l->buffer.data) + 1 : l->buffer.len;
    /* The last line may lack its end. */
    if (end == NULL && l->finished && l->at < l->buffer.len)
        end = l->buffer.data + l->buffer.len;
    return end;
}

int whet__lines_next(struct whet_lines *l, const char **line, size_t *len,
                     struct whet_error *err)
{
    char *end = line_end(l);

    while (end == NULL) {
        int rc = l->finished ? 0 : lines_read(l, err);

        if (rc != 0 || (l->finished && l->at == l->buffer.len))
            return rc;
        end = line_end(l);
    }
    *end = '\0';
    *line = l->buffer.data + l->at;
    *len = (size_t)(end - *line);
    if (memchr(*line, '\0', *len) != NULL)
        return fail(l, -EILSEQ, "a NUL in the line: is this a text?", err);
    l->at = l->looked;
    l->number++;
    return 1;
}

/* The first byte of the buffer that is neither blank nor an end of a line, or NULL. */
static const char *first_byte(const struct whet_lines *l)
{
    for (size_t i = l->at; i < l->buffer.len; i++)
        if (memchr(" \t\r\n", l->buffer.data[i], 5) == NULL) /* nor a NUL */
            return l->buffer.data + i;
    return NULL;
}

int whet__lines_peek(struct whet_lines *l, char *out, struct whet_error *err)
{
    for (;;) {
        struct pollfd ready = {l->fd, POLLIN, 0};
        const char *first = first_byte(l);
        int rc;

        if (first != NULL || l->finished) {
            *out = first != NULL ? *first : '\0';
            return first != NULL;
        }
        rc = lines_read(l, err);
        if (rc == -EAGAIN && poll(&ready, 1, -1) < 0)
            return fail(l, -errno, strerror(errno), err);
        if (rc != 0 && rc != -EAGAIN)
            return rc;
    }
}

/* Lines that are counted, piece by piece. */
struct count {
    uint64_t lines;
    char end;
    int commands;
    int inside; /* 1: the line at hand was counted, or is none to count */
};

static void count_piece(struct count *c, const char *at, size_t len)
{
    while (len > 0) {
        const char *end;

        if (!c->inside && c->commands && memchr(" \t\r", *at, 3) != NULL) {
            at++;
            len--;
            continue;
        }
        if (!c->inside)
            c->lines += !c->commands || (*at != c->end && *at != '#');
        end = memchr(at, c->end, len);
        c->inside = end == NULL;
        if (end == NULL)
            return;
        len -= (size_t)(end + 1 - at);
        at = end + 1;
    }
}

uint64_t whet__lines_about(const struct whet_lines *l, int commands)
{
    struct count c = {.end = l->end, .commands = commands};
    off_t start = lseek(l->fd, 0, SEEK_CUR), at = start;
    struct stat st;
    uint64_t held;
    char *piece;
    ssize_t got;

    if (fstat(l->fd, &st) != 0 || !S_ISREG(st.st_mode) || at < 0)
        return 0;
    piece = whet__mem_alloc(READ_MAX);
    if (piece == NULL)
        return 0;
    if (l->buffer.len > l->at)
        count_piece(&c, l->buffer.data + l->at, l->buffer.len - l->at);
    held = c.lines;
    for (; at - start < COUNT_MAX && (got = pread(l->fd, piece, READ_MAX, at)) > 0; at += got)
        count_piece(&c, piece, (size_t)got);
    whet__mem_free(piece);
    if (at - start < COUNT_MAX || at >= st.st_size)
        return c.lines;
    return held + (uint64_t)((double)(c.lines - held) * (double)(st.st_size - start) /
                             (double)(at - start));
}
