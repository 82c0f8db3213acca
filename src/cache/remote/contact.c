/* Whether the server answers. Expected load: read at each get, changed when it goes or comes
 * back. A server that has failed is left alone, twice as long each time; then the level's own
 * thread tries it, so that callers wait for it at most once each time it fails. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cache/remote/inside.h"
#include "os/clock.h"

#define PAUSE_MIN UINT64_C(100000000)
#define PAUSE_MAX UINT64_C(30000000000)

int whet__remote_wait_locked(struct whet_remote *r, uint64_t deadline_ns)
{
    struct timespec until = {(time_t)(deadline_ns / 1000000000),
                             (long)(deadline_ns % 1000000000)};

    return pthread_cond_timedwait(&r->moved, &r->lock, &until) == 0;
}

int whet__remote_ready_locked(struct whet_remote *r, uint64_t deadline_ns)
{
    if (!r->running && whet__remote_thread_start_locked(r) != 0)
        return 0;
    while (!r->reached && !r->down && !r->stopping) {
        if (!whet__remote_wait_locked(r, deadline_ns))
            break;
    }
    return r->reached && !r->down && !r->stopping;
}

uint64_t whet__remote_patience_ns(const struct whet_remote *r)
{
    return r->timeout_ns > WHET_REMOTE_SLOW_NS ? r->timeout_ns : WHET_REMOTE_SLOW_NS;
}

uint64_t whet__remote_slow_ns(struct whet_remote *r)
{
    uint64_t deadline_ns = whet__clock_now_ns() + whet__remote_patience_ns(r);

    pthread_mutex_lock(&r->lock);
    if (r->stopping && r->stop_ns < deadline_ns)
        deadline_ns = r->stop_ns;
    pthread_mutex_unlock(&r->lock);
    return deadline_ns;
}

static uint64_t longer(uint64_t pause_ns)
{
    if (pause_ns == 0)
        return PAUSE_MIN;
    return pause_ns < PAUSE_MAX / 2 ? pause_ns * 2 : PAUSE_MAX;
}

static const char *describe(int error, char *out, size_t size)
{
    switch (-error) {
    case ETIMEDOUT:
        return "it does not answer in time";
    case EPIPE:
        return "it closed the connection";
    case EBADMSG:
        return "it does not answer as a Redis server does";
    case EFBIG:
        return "its answer is too large";
    default:
        if (strerror_r(-error, out, size) != 0)
            snprintf(out, size, "error %d", -error);
        return out;
    }
}

static void set_note(const struct whet_remote *r, char *out, size_t size, const char *why)
{
    if (r->url.path != NULL)
        snprintf(out, size, "cache server: %s: '%s'", why, r->url.path);
    else
        snprintf(out, size, "cache server: %s: '%s', port %u", why, r->url.host, r->url.port);
}

void whet__remote_failed(struct whet_remote *r, int error, const char *words)
{
    char text[128];

    if (words == NULL)
        words = describe(error, text, sizeof(text));
    pthread_mutex_lock(&r->lock);
    r->stats.failures++;
    set_note(r, r->note, sizeof(r->note), words);
    if (!r->down || r->trying)
        r->pause_ns = longer(r->pause_ns);
    r->down = 1;
    atomic_store(&r->deaf, 1);
    r->retry_ns = whet__clock_now_ns() + r->pause_ns;
    r->address_first++;
    whet__remote_lines_close_locked(r);
    pthread_cond_broadcast(&r->moved);
    pthread_cond_signal(&r->work);
    pthread_mutex_unlock(&r->lock);
}

void whet__remote_write_failed(struct whet_remote *r, const char *words)
{
    pthread_mutex_lock(&r->lock);
    r->stats.failures++;
    set_note(r, r->write_note, sizeof(r->write_note), words);
    r->write_pause_ns = longer(r->write_pause_ns);
    r->write_retry_ns = whet__clock_now_ns() + r->write_pause_ns;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

uint64_t whet__remote_epoch(const struct whet_remote *r)
{
    return r->shared != NULL ? whet__shared_epoch(r->shared, 0)
                             : whet__validity_now(r->validity);
}

void whet__remote_lose_locked(struct whet_remote *r, const struct whet_hash128 *hash)
{
    if (whet__behind_lose(&r->behind, hash) != 0)
        r->distrust_ns = whet__clock_wall_ns();
    pthread_cond_signal(&r->work);
}

void whet__remote_fine_locked(struct whet_remote *r)
{
    r->pause_ns = 0;
}

void whet__remote_write_fine_locked(struct whet_remote *r)
{
    r->write_pause_ns = 0;
    r->write_retry_ns = 0;
    r->write_note[0] = '\0';
}
