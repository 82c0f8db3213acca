/* The bytes of a trace. Reading into a window of 256 KiB, which stays in the processor's
 * cache, is as fast as mapping the file, works on pipes, and cannot be cut short by
 * whoever truncates the file meanwhile. */
#include "replay/trace_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "data/zstd_in.h"

static int read_failed(const struct whet_trace_source *s, int code, struct whet_error *err)
{
    return whet_error_set(err, code, "cannot read: '%.300s': %s", s->name, strerror(-code));
}

/* Up to `room` bytes of the file; *got 0 at its end. */
static int read_some(struct whet_trace_source *s, void *to, size_t room, size_t *got,
                     struct whet_error *err)
{
    ssize_t n;

    if (s->bytes != NULL) {
        n = (ssize_t)(s->byte_count < room ? s->byte_count : room);
        memcpy(to, s->bytes, (size_t)n);
        s->bytes += n;
        s->byte_count -= (size_t)n;
    } else {
        n = read(s->fd, to, room);
    }
    if (n < 0) /* a signal ends the wait for a pipe: whoever sent it wants that */
        return read_failed(s, -errno, err);
    *got = (size_t)n;
    s->taken_bytes += (uint64_t)n;
    s->ended = n == 0;
    return 0;
}

/* Expands what is there of the file into `room` bytes. */
static int expand_some(struct whet_trace_source *s, void *to, size_t room, size_t *got,
                       struct whet_error *err)
{
    struct whet_zstd_step step = {0};
    int rc = 0;

    if (s->packed_at == s->packed_len) {
        s->packed_at = s->packed_len = 0;
        rc = read_some(s, s->packed, WHET_TRACE_WINDOW, &s->packed_len, err);
        if (rc != 0)
            return rc;
    }
    rc = whet__zstd_in_step(s->zstd, s->packed + s->packed_at, s->packed_len - s->packed_at, to,
                            room, &step);
    if (rc == 0 && s->ended && step.made == 0 && !s->whole)
        rc = -ENODATA;
    if (rc != 0)
        return whet_error_set(err, rc, "damaged zstd data: '%.300s': %s", s->name,
                              rc == -ENODATA ? "it ends too early" : "it cannot be expanded");
    if (step.taken != 0 || step.made != 0)
        s->whole = step.whole;
    s->packed_at += step.taken;
    s->ended = s->ended && step.made == 0;
    *got = step.made;
    return 0;
}

static int fill(struct whet_trace_source *s, struct whet_error *err)
{
    while (s->len < WHET_TRACE_WINDOW && !s->ended) {
        unsigned char *to = s->data + s->len;
        size_t room = WHET_TRACE_WINDOW - s->len;
        size_t got = 0;
        int rc = s->zstd != NULL ? expand_some(s, to, room, &got, err)
                                 : read_some(s, to, room, &got, err);

        if (rc != 0)
            return rc;
        s->len += got;
    }
    s->last = s->ended;
    s->data[s->len] = 0;
    return 0;
}

/* The first bytes say whether the rest is compressed. */
static int begin(struct whet_trace_source *s, struct whet_error *err)
{
    int rc = 0;

    s->window = whet__mem_alloc(WHET_TRACE_WINDOW + 1);
    s->packed = whet__mem_alloc(WHET_TRACE_WINDOW);
    if (s->window == NULL || s->packed == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%.300s'", s->name);
    s->data = s->window;
    while (rc == 0 && s->packed_len < 4 && !s->ended) {
        size_t got = 0;

        rc = read_some(s, s->packed + s->packed_len, WHET_TRACE_WINDOW - s->packed_len, &got,
                       err);
        s->packed_len += got;
    }
    if (rc != 0)
        return rc;
    if (!whet__zstd_in_is(s->packed, s->packed_len)) {
        memcpy(s->window, s->packed, s->packed_len);
        s->len = s->packed_len;
        return fill(s, err);
    }
    s->ended = 0;
    rc = whet__zstd_in_new(&s->zstd);
    return rc != 0 ? whet_error_set(err, rc, "out of memory: '%.300s'", s->name) : fill(s, err);
}

int whet__trace_source_open(struct whet_trace_source *s, const char *path,
                            struct whet_error *err)
{
    int is_stdin = strcmp(path, "-") == 0;
    struct stat st;
    int rc = 0;

    memset(s, 0, sizeof(*s));
    s->name = is_stdin ? "standard input" : path;
    s->owns_fd = !is_stdin;
    s->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        rc = whet_error_set(err, -errno, "cannot read: '%.300s': %s", path, strerror(errno));
    else if (S_ISREG(st.st_mode))
        s->file_bytes = (uint64_t)st.st_size;
    if (rc == 0)
        rc = begin(s, err);
    if (rc != 0)
        whet__trace_source_clear(s);
    return rc;
}

int whet__trace_source_open_bytes(struct whet_trace_source *s, const void *bytes, size_t len,
                                  const char *name, struct whet_error *err)
{
    int rc;

    memset(s, 0, sizeof(*s));
    s->name = name;
    s->fd = -1;
    s->bytes = bytes;
    s->byte_count = s->file_bytes = len;
    rc = begin(s, err);
    if (rc != 0)
        whet__trace_source_clear(s);
    return rc;
}

void whet__trace_source_clear(struct whet_trace_source *s)
{
    whet__zstd_in_free(s->zstd);
    whet__mem_free(s->window);
    whet__mem_free(s->packed);
    if (s->owns_fd && s->fd >= 0)
        close(s->fd);
    memset(s, 0, sizeof(*s));
    s->fd = -1;
}

int whet__trace_source_next(struct whet_trace_source *s, size_t used, struct whet_error *err)
{
    if (s->last) {
        s->data += used;
        s->len -= used;
        return 0;
    }
    if (used == 0 && s->len == WHET_TRACE_WINDOW)
        return -EFBIG;
    memmove(s->window, s->data + used, s->len - used);
    s->data = s->window;
    s->len -= used;
    return fill(s, err);
}
