/* What /proc knows of one process. Expected load: two files after every run, and some
 * twenty looks a second at trees of a few processes while they run; nothing is allocated,
 * for the machine is busy with being measured. */
#include "os/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/sysfile.h"

#define FILE_MAX     1024
#define CHILDREN_MAX 8192 /* characters: some thousand children of one thread */

/* The start of a file of /proc as a string; its length or -errno. */
static ssize_t proc_read(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len;

    if (fd < 0)
        return -errno;
    do
        len = read(fd, out, size - 1);
    while (len < 0 && errno == EINTR);
    if (len < 0)
        len = -errno;
    close(fd);
    out[len > 0 ? len : 0] = '\0';
    return len;
}

int whet__proc_schedule(pid_t pid, struct whet_proc_schedule *out)
{
    struct whet_proc_schedule s;
    char path[64], text[FILE_MAX];
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/%ld/schedstat", (long)pid);
    len = proc_read(path, text, sizeof(text));
    if (len < 0)
        return (int)len;
    if (sscanf(text, "%" SCNu64 " %" SCNu64, &s.cpu_ns, &s.delay_ns) != 2)
        return -EINVAL;
    *out = s;
    return 0;
}

static int io_field(const char *text, const char *key, uint64_t *out)
{
    char number[32];

    if (whet__sysfile_field(text, key, number, sizeof(number)) != 0)
        return -EINVAL;
    *out = strtoull(number, NULL, 10);
    return 0;
}

int whet__proc_io(pid_t pid, struct whet_proc_io *out)
{
    struct whet_proc_io io;
    char path[64], text[FILE_MAX];
    uint64_t cancelled;
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/%ld/io", (long)pid);
    len = proc_read(path, text, sizeof(text));
    if (len < 0)
        return (int)len;
    if (io_field(text, "rchar", &io.read_bytes) != 0 ||
        io_field(text, "wchar", &io.written_bytes) != 0 ||
        io_field(text, "read_bytes", &io.storage_read_bytes) != 0 ||
        io_field(text, "write_bytes", &io.storage_written_bytes) != 0 ||
        io_field(text, "cancelled_write_bytes", &cancelled) != 0)
        return -EINVAL;
    io.storage_written_bytes -=
        cancelled < io.storage_written_bytes ? cancelled : io.storage_written_bytes;
    *out = io;
    return 0;
}

/* One process on the way through a tree. */
struct node {
    pid_t pid;
    unsigned parent; /* its index */
    uint64_t pages;
    uint64_t mark; /* of all that statm says: equal in two that share all */
    int gone;
};

struct tree {
    struct node nodes[WHET_PROC_TREE_MAX];
    unsigned count;
    long page_bytes;
};

/* Reads "size resident shared text lib data dt". */
static int node_measure(struct node *node)
{
    char path[64], text[FILE_MAX];
    uint64_t size, shared, data;
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/%ld/statm", (long)node->pid);
    len = proc_read(path, text, sizeof(text));
    if (len < 0)
        return (int)len;
    if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %*u %*u %" SCNu64, &size,
               &node->pages, &shared, &data) != 4)
        return -EINVAL;
    node->mark = ((size * 31 + node->pages) * 31 + shared) * 31 + data;
    return 0;
}

/* Adds the processes that one thread of nodes[parent] started. */
static int children_add(struct tree *t, unsigned parent, const char *thread)
{
    char path[96], text[CHILDREN_MAX], *at = text;
    ssize_t len;

    snprintf(path, sizeof(path), "/proc/%ld/task/%.20s/children", (long)t->nodes[parent].pid,
             thread);
    len = proc_read(path, text, sizeof(text));
    if (len < 0)
        return len == -ENOENT || len == -ESRCH ? 0 : (int)len; /* the thread has ended */
    /* Each number is followed by a blank; one that was cut off is not. */
    while (t->count < WHET_PROC_TREE_MAX) {
        char *end;
        long pid = strtol(at, &end, 10);

        if (end == at || *end != ' ')
            break;
        t->nodes[t->count++] = (struct node){.pid = (pid_t)pid, .parent = parent};
        at = end;
    }
    return 0;
}

/* Adds the children of nodes[parent]. */
static int node_expand(struct tree *t, unsigned parent)
{
    char path[64];
    struct dirent *entry;
    int rc = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%ld/task", (long)t->nodes[parent].pid);
    dir = opendir(path);
    if (dir == NULL)
        return -errno;
    while (rc == 0 && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            rc = children_add(t, parent, entry->d_name);
    closedir(dir);
    return rc;
}

int whet__proc_has_tree(void)
{
    return access("/proc/thread-self/children", R_OK) == 0;
}

/* Finds and measures all of them; one that ends meanwhile has no pages. */
static int tree_walk(struct tree *t, pid_t pid)
{
    t->nodes[0] = (struct node){.pid = pid};
    t->count = 1;
    t->page_bytes = sysconf(_SC_PAGESIZE);
    for (unsigned i = 0; i < t->count; i++) {
        int rc = node_measure(&t->nodes[i]);

        if (rc == 0)
            rc = node_expand(t, i);
        if (rc == -EMFILE || rc == -ENFILE || (rc != 0 && i == 0))
            return rc;
        t->nodes[i].gone = rc != 0;
    }
    return 0;
}

static uint64_t node_bytes(const struct tree *t, unsigned i)
{
    const struct node *node = &t->nodes[i];

    if (node->gone || (i > 0 && node->mark == t->nodes[node->parent].mark))
        return 0;
    return node->pages * (uint64_t)t->page_bytes;
}

int whet__proc_tree(pid_t pid, struct whet_proc_tree *out)
{
    struct whet_proc_tree sum = {0};
    struct tree t;
    int rc = tree_walk(&t, pid);

    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < t.count; i++) {
        sum.processes += !t.nodes[i].gone;
        sum.rss_bytes += node_bytes(&t, i);
    }
    *out = sum;
    return 0;
}

/* What it has now that its part of it is not told: nothing, where it has ended meanwhile. */
static uint64_t whole_bytes(const struct tree *t, unsigned i)
{
    struct node now = t->nodes[i];

    return node_measure(&now) == 0 ? now.pages * (uint64_t)t->page_bytes : 0;
}

/* Its part of the pages that it has: one of n that share a page has an nth of it. */
static uint64_t own_bytes(const struct tree *t, unsigned i)
{
    char path[64], text[FILE_MAX];
    const char *line;
    uint64_t kilobytes;

    snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", (long)t->nodes[i].pid);
    if (proc_read(path, text, sizeof(text)) < 0)
        return whole_bytes(t, i);
    line = strstr(text, "\nPss:");
    if (line == NULL || sscanf(line, " Pss: %" SCNu64, &kilobytes) != 1)
        return whole_bytes(t, i);
    return kilobytes * 1024;
}

int whet__proc_tree_own(pid_t pid, uint64_t *out)
{
    struct tree t;
    uint64_t sum = 0;
    int rc = tree_walk(&t, pid);

    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < t.count; i++)
        sum += node_bytes(&t, i) != 0 ? own_bytes(&t, i) : 0;
    *out = sum;
    return 0;
}
