/* Recording accesses: lines "key,size" in a file that `whet cache simulate|curve|tune` read.
 * Load: while it is on, each access of a key that is in the sample adds 25 bytes or so under a
 * lock; whoever fills the buffer writes it.
 *
 * A miss is one access with the put that follows it, which knows the size: so it waits for that
 * in a small table. One that nobody puts for is written when its place is wanted, or at the
 * end, with the size of an empty value.
 *
 * The key is half of its hash as a number: traces tell keys apart by 64 bits anyway, and a file
 * that is passed on does not tell what the keys were. */
#include "cache/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define BUFFER   ((size_t)64 << 10)
#define LINE_MAX 40
#define HASH_ALL 18446744073709551616.0 /* 2^64 */
#define MISSES   256

/* A get that found nothing. */
struct miss {
    uint64_t hash;
    uint32_t bytes; /* 0: none waits here */
};

struct whet_cache_recorder {
    pthread_mutex_t starting; /* one at a time starts or stops; taken before `lock` */
    pthread_mutex_t lock;
    int fd; /* -1: off */
    int failed;
    uint64_t below; /* keys whose mixed hash is not above */
    uint64_t left;  /* accesses that may still be written */
    uint64_t lost;  /* ... and that were not: full, or failed */
    char *buffer;
    size_t used;
    struct miss misses[MISSES];
};

int whet__recorder_new(struct whet_cache_recorder **out)
{
    struct whet_cache_recorder *r = whet__mem_zalloc(1, sizeof(*r));

    if (r == NULL)
        return -ENOMEM;
    pthread_mutex_init(&r->starting, NULL);
    pthread_mutex_init(&r->lock, NULL);
    r->fd = -1;
    *out = r;
    return 0;
}

/* Of what cannot be written, the first reason is kept. */
static void flush(struct whet_cache_recorder *r)
{
    size_t at = 0;

    while (at < r->used && r->failed == 0) {
        ssize_t n = write(r->fd, r->buffer + at, r->used - at);

        if (n >= 0)
            at += (size_t)n;
        else if (errno != EINTR)
            r->failed = -errno;
    }
    r->used = 0;
}

/* Another order of keys than that of the advisor's sample and of the shards. */
static uint64_t mix(uint64_t hash)
{
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static void add_line(struct whet_cache_recorder *r, uint64_t hash, uint32_t bytes)
{
    int n;

    if (r->left == 0 || r->failed != 0) {
        r->lost++;
        return;
    }
    if (BUFFER - r->used < LINE_MAX)
        flush(r);
    n = snprintf(r->buffer + r->used, LINE_MAX, "%" PRIu64 ",%" PRIu32 "\n", hash, bytes);
    r->used += (size_t)n;
    r->left--;
}

/* What waits here is waited for no more. */
static void write_miss(struct whet_cache_recorder *r, struct miss *m)
{
    if (m->bytes != 0)
        add_line(r, m->hash, m->bytes);
    m->bytes = 0;
}

static int stop(struct whet_cache_recorder *r)
{
    int rc;

    if (r->fd < 0)
        return 0;
    for (size_t i = 0; i < MISSES; i++)
        write_miss(r, &r->misses[i]);
    flush(r);
    rc = r->failed;
    if (close(r->fd) != 0 && rc == 0)
        rc = -errno;
    whet__mem_free(r->buffer);
    r->buffer = NULL;
    r->fd = -1;
    return rc;
}

void whet__recorder_free(struct whet_cache_recorder *r)
{
    if (r == NULL)
        return;
    (void)stop(r);
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->starting);
    whet__mem_free(r);
}

void whet__recorder_saw(struct whet_cache *c, uint64_t hash, uint32_t bytes)
{
    struct whet_cache_recorder *r = c->recorder;

    struct miss *m = &r->misses[hash % MISSES];

    pthread_mutex_lock(&r->lock);
    if (r->fd >= 0 && mix(hash) <= r->below) {
        if (m->hash == hash)
            m->bytes = 0; /* this is what was missed */
        add_line(r, hash, bytes);
    }
    pthread_mutex_unlock(&r->lock);
}

void whet__recorder_missed(struct whet_cache *c, uint64_t hash, uint32_t bytes)
{
    struct whet_cache_recorder *r = c->recorder;
    struct miss *m = &r->misses[hash % MISSES];

    pthread_mutex_lock(&r->lock);
    if (r->fd >= 0 && mix(hash) <= r->below) {
        write_miss(r, m);
        *m = (struct miss){hash, bytes};
    }
    pthread_mutex_unlock(&r->lock);
}

/* An empty regular file: what else a path may lead to could make whoever opens or writes it
 * wait. */
static int open_file(const char *path, int *out)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    int rc;

    if (fd < 0)
        return -errno;
    rc = fstat(fd, &st) == 0 ? 0 : -errno;
    if (rc == 0 && !S_ISREG(st.st_mode))
        rc = -EINVAL;
    if (rc == 0 && ftruncate(fd, 0) != 0)
        rc = -errno;
    if (rc != 0)
        close(fd);
    else
        *out = fd;
    return rc;
}

static int start(struct whet_cache_recorder *r, const char *path, double rate,
                 uint64_t max_accesses)
{
    static const char header[] = "key,size\n";
    char *buffer = whet__mem_alloc(BUFFER);
    int fd = -1, rc;

    if (buffer == NULL)
        return -ENOMEM;
    rc = open_file(path, &fd);
    if (rc != 0) {
        whet__mem_free(buffer);
        return rc;
    }
    pthread_mutex_lock(&r->lock);
    r->fd = fd;
    r->buffer = buffer;
    r->failed = 0;
    r->lost = 0;
    memset(r->misses, 0, sizeof(r->misses));
    r->left = max_accesses;
    r->below = rate < 1 ? (uint64_t)(rate * HASH_ALL) : UINT64_MAX;
    memcpy(r->buffer, header, sizeof(header) - 1);
    r->used = sizeof(header) - 1;
    pthread_mutex_unlock(&r->lock);
    return 0;
}

/* The one that goes on ends before the next begins, which may be the same file. */
int whet_cache_trace(struct whet_cache *c, const char *path, double rate, uint64_t max_accesses)
{
    struct whet_cache_recorder *r = c->recorder;
    int rc;

    if (path != NULL && (!(rate > 0 && rate <= 1) || max_accesses == 0))
        return -EINVAL;
    pthread_mutex_lock(&r->starting);
    atomic_fetch_and(&c->watch, ~(unsigned)WHET_WATCH_TRACE);
    pthread_mutex_lock(&r->lock);
    rc = stop(r);
    pthread_mutex_unlock(&r->lock);
    if (rc == 0 && path != NULL) {
        rc = start(r, path, rate, max_accesses);
        if (rc == 0)
            atomic_fetch_or(&c->watch, WHET_WATCH_TRACE);
    }
    pthread_mutex_unlock(&r->starting);
    return rc;
}

int whet__recorder_note(struct whet_cache_recorder *r, char *out, size_t size)
{
    int said = 1;

    pthread_mutex_lock(&r->lock);
    if (r->fd >= 0 && r->failed != 0)
        snprintf(out, size,
                 "the trace of accesses cannot be written: '%s': %" PRIu64 " are lost",
                 strerror(-r->failed), r->lost);
    else if (r->lost != 0)
        snprintf(out, size, "the trace of accesses is full: %" PRIu64 " are not in it",
                 r->lost);
    else
        said = 0;
    pthread_mutex_unlock(&r->lock);
    return said;
}

void whet__recorder_lock(struct whet_cache_recorder *r)
{
    pthread_mutex_lock(&r->starting);
    pthread_mutex_lock(&r->lock);
}

/* The file is the parent's. */
void whet__recorder_unlock(struct whet_cache_recorder *r, int in_child)
{
    if (in_child && r->fd >= 0) {
        close(r->fd);
        whet__mem_free(r->buffer);
        r->buffer = NULL;
        r->used = 0;
        r->fd = -1;
    }
    pthread_mutex_unlock(&r->lock);
    pthread_mutex_unlock(&r->starting);
}
