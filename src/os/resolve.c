/* Looking up a host on the side. Expected load: once per connection that has failed. */
#include "os/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "os/thread.h"

struct whet_resolve {
    pthread_mutex_t lock;
    pthread_cond_t known;
    int owners; /* the caller, and the thread as long as it runs */
    int count;  /* of addresses, or -errno; 0: not known yet */
    unsigned port;
    struct whet_address found[WHET_RESOLVE_MAX];
    char host[];
};

static void let_go(struct whet_resolve *r)
{
    int last;

    pthread_mutex_lock(&r->lock);
    last = --r->owners == 0;
    pthread_mutex_unlock(&r->lock);
    if (!last)
        return;
    pthread_cond_destroy(&r->known);
    pthread_mutex_destroy(&r->lock);
    whet__mem_free(r);
}

static void *run_lookup(void *ctx)
{
    struct whet_resolve *r = ctx;
    struct whet_address found[WHET_RESOLVE_MAX];
    int count = whet__address_find(found, WHET_RESOLVE_MAX, r->host, r->port);

    pthread_mutex_lock(&r->lock);
    r->count = count;
    if (count > 0)
        memcpy(r->found, found, (size_t)count * sizeof(found[0]));
    pthread_cond_broadcast(&r->known);
    pthread_mutex_unlock(&r->lock);
    let_go(r);
    return NULL;
}

static int start_lookup(struct whet_resolve *r)
{
    int rc;

    r->owners = 2;
    rc = whet__thread_start(NULL, run_lookup, r);
    if (rc != 0)
        r->owners = 1;
    return rc == 0 ? 0 : -EAGAIN;
}

static int init_locks(struct whet_resolve *r)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0)
        return -ENOMEM;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->known, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&r->lock, NULL);
    return 0;
}

int whet__resolve_begin(struct whet_resolve **out, const char *host, unsigned port)
{
    size_t len = strlen(host);
    struct whet_resolve *r = whet__mem_zalloc(1, sizeof(*r) + len + 1);
    int rc = 0;

    if (r == NULL || init_locks(r) != 0) {
        whet__mem_free(r);
        return -ENOMEM;
    }
    memcpy(r->host, host, len + 1);
    r->port = port;
    r->owners = 1;
    r->count = whet__address_numeric(r->found, WHET_RESOLVE_MAX, host, port);
    if (r->count < 0) {
        r->count = 0;
        rc = start_lookup(r);
    }
    if (rc == 0)
        *out = r;
    else
        let_go(r);
    return rc;
}

int whet__resolve_answer(struct whet_resolve *r, uint64_t deadline_ns, struct whet_address *out)
{
    struct timespec until = {(time_t)(deadline_ns / 1000000000),
                             (long)(deadline_ns % 1000000000)};
    int count;

    pthread_mutex_lock(&r->lock);
    while (r->count == 0 && pthread_cond_timedwait(&r->known, &r->lock, &until) == 0) {
    }
    count = r->count != 0 ? r->count : -ETIMEDOUT;
    if (count > 0)
        memcpy(out, r->found, (size_t)count * sizeof(out[0]));
    pthread_mutex_unlock(&r->lock);
    return count;
}

void whet__resolve_free(struct whet_resolve *r)
{
    if (r != NULL)
        let_go(r);
}

void whet__resolve_forget(struct whet_resolve *r)
{
    (void)r; /* its lock may be held by a thread that is not here: a few hundred bytes stay */
}
