/* Hardware counters through perf_event_open, four events read before and after each run.
 * Opening and closing them costs a few hundred microseconds, so they stay open.
 *
 * That has a catch. When a thread and its child have events that are copies of each other,
 * the kernel, switching between the two, exchanges the events instead of the counts; then the
 * child's exec starts our event instead of its copy, and uses up "start at exec" for all
 * later children. It does so only where all events were inherited: so beside each event there
 * is an anchor, its twin that is not inherited, and never runs. */
#include "os/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/sysfile.h"

/* As the kernel writes it, with both times asked for. */
struct reading {
    uint64_t value;
    uint64_t enabled_ns;
    uint64_t running_ns;
};

struct whet_counters {
    struct whet_counters_event events[WHET_COUNTERS_IDS];
    int fds[WHET_COUNTERS_IDS]; /* -1: not to be had */
    int anchors[WHET_COUNTERS_IDS];
    struct reading before[WHET_COUNTERS_IDS];
    unsigned count;
    int stale; /* a process of an earlier run may still be counted */
    char text[192];
};

static const struct whet_counters_event hardware[WHET_COUNTERS_IDS] = {
    {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"branch misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    {"cache misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
};

/* A descriptor or -errno. */
static int event_open(const struct whet_counters_event *event, int inherit)
{
    struct perf_event_attr attr;
    long fd;

    memset(&attr, 0, sizeof(attr));
    attr.size = sizeof(attr);
    attr.type = event->type;
    attr.config = event->config;
    attr.disabled = 1;
    attr.inherit = inherit != 0;
    attr.enable_on_exec = inherit != 0;
    attr.exclude_kernel = 1; /* also what is allowed without privilege */
    attr.exclude_hv = 1;
    attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return fd >= 0 ? (int)fd : -errno;
}

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void events_close(struct whet_counters *c)
{
    for (unsigned i = 0; i < WHET_COUNTERS_IDS; i++) {
        descriptor_close(&c->fds[i]);
        descriptor_close(&c->anchors[i]);
    }
    c->count = 0;
}

/* 0, or why not. */
static int counter_open(struct whet_counters *c, unsigned i)
{
    int anchor = event_open(&c->events[i], 0), fd;

    if (anchor < 0)
        return anchor;
    fd = event_open(&c->events[i], 1);
    if (fd < 0) {
        close(anchor);
        return fd;
    }
    c->anchors[i] = anchor;
    c->fds[i] = fd;
    c->count++;
    return 0;
}

/* Opens all that there are; answers why the first of the others is not. */
static int events_open(struct whet_counters *c)
{
    int error = 0;

    for (unsigned i = 0; i < WHET_COUNTERS_IDS; i++) {
        int rc = c->events[i].name != NULL ? counter_open(c, i) : 0;

        if (error == 0)
            error = rc;
    }
    c->stale = 0;
    return error != 0 ? error : -ENOENT;
}

static void describe_none(struct whet_counters *c, int error)
{
    uint64_t paranoid = 0;
    int known = whet__sysfile_number("", &paranoid, "/proc/sys/kernel/perf_event_paranoid");
    const char *why = strerror(-error);
    char text[64];

    if (error == -ENOENT || error == -EOPNOTSUPP || error == -ENODEV)
        why = "the kernel offers none here (virtual machine?)";
    else if (error == -ENOSYS)
        why = "the kernel was built without them, or they are blocked (container?)";
    else if ((error == -EACCES || error == -EPERM) && known == 0 && paranoid > 2) {
        snprintf(text, sizeof(text), "kernel.perf_event_paranoid is %d, 2 would do",
                 (int)paranoid);
        why = text;
    } else if (error == -EACCES || error == -EPERM)
        why = "they are not allowed here (container?)";
    snprintf(c->text, sizeof(c->text), "no hardware counters: %s", why);
}

static void describe(struct whet_counters *c, int error)
{
    size_t len = 0;

    if (c->count == 0) {
        describe_none(c, error);
        return;
    }
    for (unsigned i = 0; i < WHET_COUNTERS_IDS && len < sizeof(c->text); i++)
        if (c->fds[i] >= 0)
            len += (size_t)snprintf(c->text + len, sizeof(c->text) - len, "%s%s",
                                    len > 0 ? ", " : "hardware counters: ", c->events[i].name);
    if (len < sizeof(c->text))
        snprintf(c->text + len, sizeof(c->text) - len, " (user mode)");
}

int whet__counters_new(struct whet_counters **out, const struct whet_counters_event *events)
{
    struct whet_counters *c = whet__mem_zalloc(1, sizeof(*c));

    if (c == NULL)
        return -ENOMEM;
    memcpy(c->events, events != NULL ? events : hardware, sizeof(c->events));
    for (unsigned i = 0; i < WHET_COUNTERS_IDS; i++)
        c->fds[i] = c->anchors[i] = -1;
    describe(c, events_open(c));
    *out = c;
    return 0;
}

void whet__counters_free(struct whet_counters *c)
{
    if (c == NULL)
        return;
    events_close(c);
    whet__mem_free(c);
}

unsigned whet__counters_count(const struct whet_counters *c)
{
    return c->count;
}

const char *whet__counters_describe(const struct whet_counters *c)
{
    return c->text;
}

static int event_read(int fd, struct reading *out)
{
    return read(fd, out, sizeof(*out)) == (ssize_t)sizeof(*out) ? 0 : -EIO;
}

void whet__counters_begin(struct whet_counters *c)
{
    if (c->stale) {
        events_close(c);
        (void)events_open(c);
    }
    for (unsigned i = 0; i < WHET_COUNTERS_IDS; i++)
        if (c->fds[i] >= 0 && event_read(c->fds[i], &c->before[i]) != 0)
            c->before[i] = (struct reading){0};
}

/* What one event counted since the beginning; 0: it is not known. */
static int event_delta(const struct whet_counters *c, unsigned i, uint64_t *out)
{
    struct reading now;
    uint64_t value, enabled, running;

    if (c->fds[i] < 0 || event_read(c->fds[i], &now) != 0)
        return 0;
    value = now.value - c->before[i].value;
    enabled = now.enabled_ns - c->before[i].enabled_ns;
    running = now.running_ns - c->before[i].running_ns;
    if (running == 0)
        return 0;
    *out = running >= enabled ? value
                              : (uint64_t)((double)value * (double)enabled / (double)running);
    return 1;
}

void whet__counters_end(struct whet_counters *c, pid_t pid, struct whet_spawn_result *out)
{
    uint64_t *const into[WHET_COUNTERS_IDS] = {&out->cycles, &out->instructions,
                                               &out->branch_misses, &out->cache_misses};

    for (unsigned i = 0; i < WHET_COUNTERS_IDS; i++)
        if (event_delta(c, i, into[i]))
            out->known |= (unsigned)WHET_SPAWN_KNOWS_CYCLES << i;
    /* What it left in the background would be added to a later run when it ends. */
    if (c->count > 0 && (kill(-pid, 0) == 0 || errno != ESRCH))
        c->stale = 1;
}
