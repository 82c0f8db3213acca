/* Taking a key out of the server. Expected load: a round trip each, while the caller waits: a
 * value of the key that is put afterwards, by anybody, must come behind it. */
#include <errno.h>
#include <string.h>

#include "cache/remote/inside.h"
#include "cache/remote/record.h"
#include "os/clock.h"

/* Drops from the ring what is to be gone. Its place stays, with what comes behind it. */
static void unqueue_locked(struct whet_remote *r, const struct whet_hash128 *hash)
{
    size_t left = 0;

    for (size_t i = 0; i < r->queue_len; i++) {
        struct whet_entry *e = r->queue[(r->queue_first + i) % WHET_REMOTE_SLOTS];

        if (memcmp(&e->hash, hash, sizeof(*hash)) != 0) {
            r->queue[(r->queue_first + left++) % WHET_REMOTE_SLOTS] = e;
            continue;
        }
        r->queue_bytes -= whet__record_bytes(e);
        r->done_count++;
        whet__behind_dropped(&r->behind, hash); /* until it is deleted there */
        whet__entry_drop(e);
    }
    r->queue_len = left;
}

static int flies_locked(const struct whet_remote *r, const struct whet_hash128 *hash)
{
    for (size_t i = 0; i < r->flying_len; i++) {
        if (memcmp(&r->flying[i]->hash, hash, sizeof(*hash)) == 0)
            return 1;
    }
    return 0;
}

/* One that is deleted now. */
struct deleting {
    struct whet_remote *r;
    const struct whet_hash128 *hash;
    uint64_t deadline_ns;
};

static int delete_on(void *ctx, struct whet_remote_line *line)
{
    const struct deleting *d = ctx;
    struct whet_redis_reply *reply = NULL;
    int rc;

    whet__redis_begin(&line->out, 2);
    whet__redis_word(&line->out, "DEL", 3);
    whet__remote_key(d->r, &line->out, d->hash);
    rc = whet__remote_exchange(line, 1, d->deadline_ns, &reply);
    if (rc != 0)
        return rc;
    rc = reply->kind == WHET_REDIS_INTEGER ? 0 : -EIO;
    whet__redis_reply_free(reply);
    return rc;
}

static int delete_now(struct whet_remote *r, const struct whet_hash128 *hash,
                      uint64_t deadline_ns)
{
    struct deleting d = {r, hash, deadline_ns};
    int rc = whet__remote_line_do(r, deadline_ns, delete_on, &d);

    if (rc != 0 && rc != -EIO && rc != -EAGAIN)
        whet__remote_failed(r, rc, NULL);
    return rc;
}

int whet__remote_remove(struct whet_remote *r, const struct whet_hash128 *hash)
{
    uint64_t deadline_ns = whet__clock_now_ns() + r->timeout_ns;
    int rc;

    if (r->read_only)
        return 0;
    pthread_mutex_lock(&r->lock);
    unqueue_locked(r, hash);
    while (flies_locked(r, hash) && whet__remote_wait_locked(r, deadline_ns)) {
    }
    rc = !flies_locked(r, hash) && whet__remote_ready_locked(r, deadline_ns) ? 0 : -EIO;
    pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        rc = delete_now(r, hash, deadline_ns);
    pthread_mutex_lock(&r->lock);
    if (rc == 0)
        whet__behind_deleted(&r->behind, hash);
    else
        whet__remote_lose_locked(r, hash);
    pthread_mutex_unlock(&r->lock);
    return rc == 0 ? 0 : -EIO;
}
