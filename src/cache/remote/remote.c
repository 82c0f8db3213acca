/* The level that machines share: made, freed, waited for, forked, asked how it is. Expected
 * load: once per cache and process. */
#include "cache/remote/remote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cache/remote/inside.h"
#include "os/clock.h"

#define TIMEOUT_NS UINT64_C(20000000)
#define CHECK_NS   UINT64_C(1000000000)
#define CLIENT_MAX 64

/* -ENOMEM: the system has no room for them. */
static int init_locks(struct whet_remote *r)
{
    pthread_condattr_t attr;

    if (pthread_condattr_init(&attr) != 0)
        return -ENOMEM;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, &attr);
    pthread_cond_init(&r->work, &attr);
    pthread_condattr_destroy(&attr);
    return 0;
}

static int set_names(struct whet_remote *r, const char *client, struct whet_error *err)
{
    if (client == NULL)
        client = "default";
    if (*client == '\0' || strlen(client) > CLIENT_MAX)
        return whet_error_set(err, -EINVAL, "a client's name has 1 to %d bytes", CLIENT_MAX);
    snprintf(r->epoch_key, sizeof(r->epoch_key), "whet:1:%s:epoch", client);
    snprintf(r->marks_key, sizeof(r->marks_key), "whet:1:%s:marks", client);
    r->value_key_len =
        (size_t)snprintf(r->value_key, sizeof(r->value_key), "whet:1:%s:v:", client);
    return 0;
}

static int set_address(struct whet_remote *r, const char *url, struct whet_error *err)
{
    int rc = whet__redis_url_parse(&r->url, url, err);

    if (rc == 0 && r->url.path != NULL) {
        rc = whet__address_unix(&r->address[0], r->url.path);
        r->addresses = rc == 0;
        if (rc != 0)
            whet_error_set(err, rc = -EINVAL, "too long for a socket: '%s': at most 107 bytes",
                           r->url.path);
    }
    return rc;
}

static void free_parts(struct whet_remote *r)
{
    for (int i = 0; i < WHET_REMOTE_LINES; i++) {
        whet__remote_line_close(&r->lines[i]);
        whet__text_clear(&r->lines[i].out);
    }
    whet__remote_line_close(&r->own);
    whet__text_clear(&r->own.out);
    whet__remote_owed_clear(r);
    whet__vec_clear(&r->owed);
    whet__remote_marks_clear(&r->marks);
    whet__resolve_free(r->lookup);
    whet__redis_url_clear(&r->url);
    whet__behind_clear(&r->behind);
    whet__mem_free(r->queue);
    whet__mem_free(r);
}

static int set_up(struct whet_remote *r, const struct whet_remote_options *options,
                  struct whet_error *err)
{
    int rc;

    r->timeout_ns = options->timeout_ns != 0 ? options->timeout_ns : TIMEOUT_NS;
    r->check_ns = options->check_ns != 0 ? options->check_ns : CHECK_NS;
    whet__remote_news_init(r);
    r->read_only = options->read_only;
    r->shared = options->shared;
    r->validity = options->validity;
    r->disk = options->disk;
    for (int i = 0; i < WHET_REMOTE_LINES; i++)
        whet__text_init(&r->lines[i].out, WHET_REMOTE_PIPE_MAX);
    whet__text_init(&r->own.out, WHET_REMOTE_PIPE_MAX);
    whet__vec_init(&r->owed, sizeof(struct whet_remote_mark), WHET_REMOTE_OWED);
    rc = set_names(r, options->client, err);
    if (rc == 0)
        rc = set_address(r, options->url, err);
    if (rc == 0) {
        r->queue = whet__mem_alloc(WHET_REMOTE_SLOTS * sizeof(struct whet_entry *));
        rc = r->queue != NULL ? whet__behind_init(&r->behind) : -ENOMEM;
    }
    return rc;
}

int whet__remote_new(struct whet_remote **out, const struct whet_remote_options *options,
                     struct whet_error *err)
{
    struct whet_remote *r;
    int rc;

    if (!whet__redis_built_in())
        return whet_error_set(err, -EINVAL,
                              "no cache on a server: whet was built without hiredis");
    r = whet__mem_zalloc(1, sizeof(*r));
    if (r == NULL)
        return whet_error_set(err, -ENOMEM, "not enough memory");
    rc = set_up(r, options, err);
    if (rc == 0)
        rc = init_locks(r);
    if (rc == 0) {
        pthread_mutex_lock(&r->lock);
        rc = whet__remote_thread_start_locked(r);
        pthread_mutex_unlock(&r->lock);
    }
    if (rc == 0)
        *out = r;
    else
        free_parts(r);
    if (rc == -ENOMEM || rc == -EAGAIN)
        whet_error_set(err, rc, "no memory, or no thread, for a cache on a server");
    return rc;
}

void whet__remote_free(struct whet_remote *r)
{
    int running;

    if (r == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = 1;
    r->stop_ns = whet__clock_now_ns() + whet__remote_patience_ns(r);
    running = r->running;
    pthread_cond_signal(&r->work);
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    if (running)
        pthread_join(r->thread, NULL);
    whet__remote_queue_drop_locked(r);
    pthread_cond_destroy(&r->moved);
    pthread_cond_destroy(&r->work);
    pthread_mutex_destroy(&r->lock);
    free_parts(r);
}

void whet__remote_sync(struct whet_remote *r)
{
    uint64_t until;

    pthread_mutex_lock(&r->lock);
    until = r->put_count;
    while (r->running && r->done_count < until && !r->down && r->write_retry_ns == 0)
        pthread_cond_wait(&r->moved, &r->lock);
    pthread_mutex_unlock(&r->lock);
}

void whet__remote_stats(struct whet_remote *r, struct whet_cache_level_stats *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->stats;
    pthread_mutex_unlock(&r->lock);
    out->present = 1;
}

int whet__remote_note(struct whet_remote *r, char *out, size_t size)
{
    const char *note;
    int is;

    pthread_mutex_lock(&r->lock);
    note = r->note[0] != '\0' ? r->note : r->write_note;
    is = note[0] != '\0';
    if (is)
        snprintf(out, size, "%s", note);
    pthread_mutex_unlock(&r->lock);
    return is;
}

void whet__remote_lock_all(struct whet_remote *r)
{
    pthread_mutex_lock(&r->lock);
}

/* A connection that some thread of the parent is talking on may be half changed. */
static void drop_line(struct whet_remote_line *line)
{
    if (!line->busy) {
        whet__remote_line_close(line);
        return;
    }
    if (line->link != NULL)
        whet__redis_link_abandon(line->link);
    line->link = NULL;
    line->busy = 0;
    whet__text_init(&line->out, WHET_REMOTE_PIPE_MAX);
}

void whet__remote_unlock_all(struct whet_remote *r, int in_child)
{
    if (!in_child) {
        pthread_mutex_unlock(&r->lock);
        return;
    }
    (void)init_locks(r);
    for (int i = 0; i < WHET_REMOTE_LINES; i++)
        drop_line(&r->lines[i]);
    drop_line(&r->own);
    whet__remote_queue_drop_locked(r); /* the parent sends it */
    whet__behind_reset(&r->behind);
    r->flying_len = 0; /* its thread may be giving these back */
    r->done_count = r->put_count;
    if (r->lookup != NULL)
        whet__resolve_forget(r->lookup);
    r->lookup = NULL;
    r->running = 0;
    r->trying = 0;
    r->contacting = 0;
    r->reached = 0;
    atomic_store(&r->deaf, 0); /* so that the first get starts a thread */
}
