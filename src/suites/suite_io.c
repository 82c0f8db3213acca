/* @io: what files cost here, from an open to a write that is on the disk. */
#include "suites/suites.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES (1 << 20)

/* What the benchmarks of one process share: a file of 1 MiB, and its bytes. */
struct files {
    char folder[PATH_MAX - 32];
    char path[PATH_MAX];
    char *bytes;
};

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

static int file_make(const struct files *f)
{
    int fd = open(f->path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0666);
    int rc = fd >= 0 ? write_all(fd, f->bytes, FILE_BYTES) : -1;

    if (fd >= 0)
        close(fd);
    return rc;
}

static void *files_open(struct whet_bench_state *state)
{
    const char *scratch = whet_bench_scratch(state);
    struct files *f = scratch != NULL ? calloc(1, sizeof(*f)) : NULL;

    if (f == NULL)
        return NULL;
    snprintf(f->folder, sizeof(f->folder), "%s", scratch);
    snprintf(f->path, sizeof(f->path), "%s/io-%ld", f->folder, (long)getpid());
    f->bytes = malloc(FILE_BYTES);
    if (f->bytes != NULL)
        memset(f->bytes, 'x', FILE_BYTES);
    if (f->bytes == NULL || file_make(f) != 0)
        whet_bench_fail(state, "cannot write: '%.200s': %s", f->path, strerror(errno));
    return f;
}

static void files_close(void *data)
{
    struct files *f = data;

    if (f == NULL)
        return;
    unlink(f->path);
    free(f->bytes);
    free(f);
}

static void configure(struct whet_bench_config *config, const char *about)
{
    whet_bench_group(config, "io");
    whet_bench_about(config, about);
    whet_bench_once(config, files_open, files_close);
}

static void stat_run(struct whet_bench_state *state)
{
    const struct files *f = whet_bench_data(state);
    struct stat st;

    WHET_BENCH_LOOP(state)
    {
        WHET_BENCH_KEEP(stat(f->path, &st));
    }
}

static void stat_configure(struct whet_bench_config *config)
{
    configure(config, "stat of a file that is known to the kernel");
}

static void open_run(struct whet_bench_state *state)
{
    const struct files *f = whet_bench_data(state);

    WHET_BENCH_LOOP(state)
    {
        int fd = open(f->path, O_RDONLY | O_CLOEXEC);

        close(fd);
    }
}

static void open_configure(struct whet_bench_config *config)
{
    configure(config, "open and close");
}

static void read_run(struct whet_bench_state *state)
{
    size_t bytes = (size_t)whet_bench_value(state, "bytes");
    const struct files *f = whet_bench_data(state);
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);

    whet_bench_set_bytes(state, (double)bytes);
    WHET_BENCH_LOOP(state)
    {
        WHET_BENCH_KEEP(pread(fd, f->bytes, bytes, 0));
    }
    if (fd >= 0)
        close(fd);
}

static void read_configure(struct whet_bench_config *config)
{
    configure(config, "read from the page cache");
    whet_bench_range(config, "bytes", 4096, FILE_BYTES, 16);
}

static void write_run(struct whet_bench_state *state)
{
    size_t bytes = (size_t)whet_bench_value(state, "bytes");
    const struct files *f = whet_bench_data(state);
    int fd = open(f->path, O_WRONLY | O_CLOEXEC);

    whet_bench_set_bytes(state, (double)bytes);
    WHET_BENCH_LOOP(state)
    {
        if (pwrite(fd, f->bytes, bytes, 0) != (ssize_t)bytes)
            whet_bench_fail(state, "cannot write: '%.200s': %s", f->path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
}

static void write_configure(struct whet_bench_config *config)
{
    configure(config, "write over what is in the page cache");
    whet_bench_range(config, "bytes", 4096, FILE_BYTES, 16);
}

static void sync_run(struct whet_bench_state *state)
{
    const struct files *f = whet_bench_data(state);
    int fd = open(f->path, O_WRONLY | O_CLOEXEC);

    WHET_BENCH_LOOP(state)
    {
        if (pwrite(fd, f->bytes, 4096, 0) != 4096 || fdatasync(fd) != 0)
            whet_bench_fail(state, "cannot write: '%.200s': %s", f->path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
}

static void sync_configure(struct whet_bench_config *config)
{
    configure(config, "write 4 KiB and wait until storage has them");
}

static void create_run(struct whet_bench_state *state)
{
    const struct files *f = whet_bench_data(state);
    char path[PATH_MAX + 8];

    snprintf(path, sizeof(path), "%s.new", f->path);
    WHET_BENCH_LOOP(state)
    {
        int fd = open(path, O_CREAT | O_WRONLY | O_EXCL | O_CLOEXEC, 0666);

        if (fd < 0)
            whet_bench_fail(state, "cannot write: '%.200s': %s", path, strerror(errno));
        close(fd);
        unlink(path);
    }
}

static void create_configure(struct whet_bench_config *config)
{
    configure(config, "make an empty file and remove it");
}

static struct whet_bench_entry benchmarks[] = {
    {"file_create", create_run, create_configure, NULL},
    {"file_open", open_run, open_configure, NULL},
    {"file_read", read_run, read_configure, NULL},
    {"file_stat", stat_run, stat_configure, NULL},
    {"file_sync", sync_run, sync_configure, NULL},
    {"file_write", write_run, write_configure, NULL},
};

const struct whet_suite_entry whet__suite_io = {"io", "files: open, stat, read, write, sync",
                                                benchmarks,
                                                sizeof(benchmarks) / sizeof(benchmarks[0])};
