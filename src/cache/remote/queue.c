/* Puts. Expected load: as many as there are misses; the caller leaves an entry in a ring and
 * goes on, the level's thread sends what is there. When the ring is full the newest are
 * dropped: the server is slower than the misses, and nobody is to wait for it. */
#include "cache/remote/inside.h"
#include "cache/remote/record.h"

static int may_send(const struct whet_entry *e)
{
    return (e->flags & (WHET_ENTRY_MEMORY_ONLY | WHET_ENTRY_LOCAL_ONLY)) == 0 &&
           e->raw_len == 0 && whet__record_bytes(e) <= WHET_REMOTE_RECORD_MAX &&
           !whet__remote_entry_needs(e);
}

static int has_room(const struct whet_remote *r, size_t bytes)
{
    return r->queue_len < WHET_REMOTE_SLOTS &&
           r->queue_bytes + bytes <= WHET_REMOTE_QUEUE_BYTES;
}

void whet__remote_put(struct whet_remote *r, struct whet_entry *entry)
{
    size_t bytes = whet__record_bytes(entry);
    int may = may_send(entry);

    if (r->read_only)
        return;
    pthread_mutex_lock(&r->lock);
    if (!r->running)
        (void)whet__remote_thread_start_locked(r); /* else what is put waits for it */
    if (may && has_room(r, bytes) && whet__behind_wait(&r->behind, &entry->hash) == 0) {
        r->queue[(r->queue_first + r->queue_len++) % WHET_REMOTE_SLOTS] =
            whet__entry_take(entry);
        r->queue_bytes += bytes;
        r->put_count++;
        if (r->queue_len == 1)
            pthread_cond_signal(&r->work);
    } else {
        r->stats.failures += may != 0;
        whet__remote_lose_locked(r, &entry->hash);
    }
    pthread_mutex_unlock(&r->lock);
}

struct whet_entry *whet__remote_pop_locked(struct whet_remote *r)
{
    struct whet_entry *e = r->queue[r->queue_first];

    r->queue_first = (r->queue_first + 1) % WHET_REMOTE_SLOTS;
    r->queue_len--;
    r->queue_bytes -= whet__record_bytes(e);
    return e;
}

void whet__remote_queue_drop_locked(struct whet_remote *r)
{
    while (r->queue_len != 0) {
        whet__entry_drop(whet__remote_pop_locked(r));
        r->done_count++;
    }
}
