/* What each thread of a scan has of its own: a buffer, a parser, lists of what it found. */
#include "scan/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define DATA_MIN  ((size_t)256 << 10)
#define ROW_MAX   ((size_t)1 << 30)
#define PATH_TEXT ((size_t)16 << 20)
#define ARENA_MAX ((size_t)8 << 30)
#define ITEM_MAX  ((size_t)1 << 32)

static int worker_init(struct whet_scan_worker *w)
{
    whet__text_init(&w->path, PATH_TEXT);
    whet__text_init(&w->row, ROW_MAX);
    whet__arena_init(&w->keep, ARENA_MAX);
    whet__analyst_init(&w->analyst);
    whet__vec_init(&w->dirs, sizeof(struct whet_scan_dir *), ITEM_MAX);
    whet__vec_init(&w->open_items, sizeof(struct whet_scan_item *), ITEM_MAX);
    w->data_cap = DATA_MIN;
    w->data = whet__mem_alloc(w->data_cap);
    return w->data != NULL ? 0 : -ENOMEM;
}

static void worker_clear(struct whet_scan_worker *w)
{
    whet__scan_isolate_free(w->isolate);
    whet__analyst_clear(&w->analyst);
    whet__mem_free(w->data);
    whet__text_clear(&w->path);
    whet__text_clear(&w->row);
    whet__arena_clear(&w->keep);
    whet__vec_clear(&w->dirs);
    whet__vec_clear(&w->open_items);
}

int whet__scan_workers_new(struct whet_scan *scan, unsigned jobs)
{
    struct whet_scan_worker *workers = whet__mem_zalloc(jobs, sizeof(*workers));
    int rc = 0;

    if (workers == NULL)
        return -ENOMEM;
    scan->workers = workers;
    scan->totals.jobs = jobs;
    for (unsigned i = 0; i < jobs && rc == 0; i++)
        rc = worker_init(&workers[i]);
    return rc;
}

void whet__scan_workers_free(struct whet_scan *scan)
{
    if (scan->workers == NULL)
        return;
    for (unsigned i = 0; i < scan->totals.jobs; i++)
        worker_clear(&scan->workers[i]);
    whet__mem_free(scan->workers);
}

int whet__scan_stopped(struct whet_scan *scan)
{
    if (atomic_load_explicit(&scan->stopped, memory_order_relaxed))
        return 1;
    if (scan->options.stop == NULL || !scan->options.stop(scan->options.ctx))
        return 0;
    atomic_store(&scan->stopped, 1);
    return 1;
}

/* Opens a path below the root; one longer than the kernel takes is gone down in
 * steps. The text is cut into pieces on the way. */
static int open_below(int root_fd, struct whet_text *path)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    char *at = path->data;
    int dir = root_fd;
    int fd = -1;

    while (strlen(at) >= PATH_MAX) {
        char *slash = at + PATH_MAX - 1;
        int next;

        while (*slash != '/')
            slash--;
        *slash = '\0';
        next = openat(dir, at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (dir != root_fd)
            close(dir);
        if (next < 0)
            return -errno;
        dir = next;
        at = slash + 1;
    }
    fd = openat(dir, at, flags);
    if (fd < 0)
        fd = -errno;
    if (dir != root_fd)
        close(dir);
    return fd;
}

/* The size of what is open, for a file over the limit. */
static size_t size_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0;
}

static int data_grow(struct whet_scan_worker *w)
{
    char *data = whet__mem_resize(w->data, w->data_cap, 2);

    if (data == NULL)
        return -ENOMEM;
    w->data = data;
    w->data_cap *= 2;
    return 0;
}

/* `expected` is the size as far as it is known: a read that ends there, short of what it
 * was asked, needs no other one to see the end. */
static int read_all(struct whet_scan_worker *w, int fd, uint64_t max, uint64_t expected,
                    size_t *len)
{
    size_t got = 0;

    for (;;) {
        size_t room;
        ssize_t n;

        if (got > max) {
            *len = size_of(fd);
            return -EFBIG;
        }
        if (got == w->data_cap && data_grow(w) != 0)
            return -ENOMEM;
        room = w->data_cap - got;
        n = read(fd, w->data + got, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        got += (size_t)n;
        if (n == 0 || ((size_t)n < room && got == expected && got <= max))
            break;
    }
    *len = got;
    return 0;
}

int whet__scan_read(struct whet_scan *scan, struct whet_scan_worker *w,
                    const struct whet_scan_item *item, size_t *len)
{
    int fd;
    int rc;

    whet__text_reset(&w->path);
    whet__walk_path(item->dir->walk, item->entry->name, &w->path);
    if (whet__text_error(&w->path) != 0)
        return -ENOMEM;
    fd = open_below(scan->root_fd, &w->path);
    if (fd < 0)
        return fd;
    rc = read_all(w, fd, scan->options.max_file_bytes, item->file.bytes, len);
    close(fd);
    return rc;
}
