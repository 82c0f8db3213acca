/* The level's thread: does what nobody waits for. Expected load: asleep but for a wake-up each
 * time marks are asked for, or something was put. */
#include <errno.h>
#include <time.h>

#include "cache/remote/inside.h"
#include "os/clock.h"
#include "os/thread.h"

static void wait_locked(struct whet_remote *r, uint64_t until_ns)
{
    struct timespec until = {(time_t)(until_ns / 1000000000), (long)(until_ns % 1000000000)};

    if (until_ns == UINT64_MAX)
        pthread_cond_wait(&r->work, &r->lock);
    else
        pthread_cond_timedwait(&r->work, &r->lock, &until);
}

/* Where the host is now. Names are looked up anew after each failure; as long as there is no
 * answer the last one stands. */
static void find_host(struct whet_remote *r)
{
    struct whet_address found[WHET_RESOLVE_MAX];
    int count = 0;

    if (r->url.path != NULL)
        return;
    if (r->lookup == NULL && whet__resolve_begin(&r->lookup, r->url.host, r->url.port) != 0)
        return;
    count = whet__resolve_answer(r->lookup, whet__remote_slow_ns(r), found);
    if (count == -ETIMEDOUT)
        return;
    whet__resolve_free(r->lookup);
    r->lookup = NULL;
    if (count <= 0)
        return;
    pthread_mutex_lock(&r->lock);
    for (int i = 0; i < count; i++)
        r->address[i] = found[i];
    r->addresses = count;
    pthread_mutex_unlock(&r->lock);
}

/* Asks the server for what is new, and whether it is there at all. */
static void make_contact(struct whet_remote *r)
{
    char words[WHET_REMOTE_WORDS] = "";
    uint64_t heard_ns;
    uint64_t begun_ns;
    int rc;

    if (r->trying)
        find_host(r);
    begun_ns = whet__clock_now_ns();
    heard_ns = whet__clock_wall_ns();
    rc = whet__remote_contact(r, words);
    if (rc != 0)
        whet__remote_failed(r, rc, words[0] != '\0' ? words : NULL);
    pthread_mutex_lock(&r->lock);
    if (rc == 0) {
        r->reached = 1;
        r->down = 0;
        r->note[0] = '\0';
        whet__remote_seen_locked(r);
        r->begun_ns = begun_ns;
        atomic_store(&r->heard_ns, heard_ns);
    }
    r->trying = 0;
    r->contacting = 0;
    atomic_store(&r->deaf, r->down);
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

/* What there is to do at `now`; *until is when to look again. */
enum deed { SLEEP, CONTACT, SEND, END };

static enum deed next_deed_locked(const struct whet_remote *r, uint64_t now, uint64_t *until)
{
    int waiting = r->queue_len != 0 || r->behind.lost != 0;
    int owes = r->owed.len != 0 || r->owes_all;

    *until = UINT64_MAX;
    if (r->stopping &&
        (now >= r->stop_ns || r->down || r->write_retry_ns != 0 || !(waiting || owes)))
        return END;
    if (r->down) {
        *until = r->retry_ns;
        return now >= r->retry_ns ? CONTACT : SLEEP;
    }
    if (!r->reached || r->want_sync)
        return CONTACT;
    if (owes) {
        *until = r->write_retry_ns;
        return now >= r->write_retry_ns ? CONTACT : SLEEP;
    }
    if (!waiting)
        return SLEEP;
    *until = r->write_retry_ns;
    return now >= r->write_retry_ns ? SEND : SLEEP;
}

static void *run_thread(void *ctx)
{
    struct whet_remote *r = ctx;
    uint64_t until;
    enum deed deed;

    pthread_mutex_lock(&r->lock);
    while ((deed = next_deed_locked(r, whet__clock_now_ns(), &until)) != END) {
        if (deed == SLEEP) {
            wait_locked(r, until);
            continue;
        }
        r->own.busy = 1;
        r->trying = deed == CONTACT && (r->down || !r->reached);
        if (deed == CONTACT) {
            r->contacting = 1;
            r->want_sync = 0;
        }
        pthread_mutex_unlock(&r->lock);
        if (deed == CONTACT)
            make_contact(r);
        else
            whet__remote_send(r);
        pthread_mutex_lock(&r->lock);
        r->own.busy = 0;
    }
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

int whet__remote_thread_start_locked(struct whet_remote *r)
{
    int rc = whet__thread_start(&r->thread, run_thread, r);

    r->running = rc == 0;
    return rc == 0 ? 0 : -EAGAIN;
}
