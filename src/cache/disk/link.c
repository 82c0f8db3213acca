/* Connections to a cache's file. Expected load: as many as there are threads that ask, opened
 * by each one's first get; a get takes the one that its thread used before, so that threads
 * meet at none.
 *
 * A snapshot that is held makes gets twice as fast, and keeps the log from being emptied: it
 * is let go of when anybody has committed, after some hundred gets, and by the keeper
 * (disk/keeper.c) when nobody has asked for a while. A process that asks only a few times
 * needs neither. */
#include "cache/disk/parts.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "os/clock.h"

#define SNAPSHOT_GETS 256
#define CALM_GETS     8
#define TOUCHED_MAX   ((size_t)1 << 18)
#define RETRY_NS      UINT64_C(1000000000)
#define SECOND_NS     UINT64_C(1000000000)

int whet__disk_link_init(struct whet_disk_link *l)
{
    whet__vec_init(&l->touched, sizeof(int64_t), TOUCHED_MAX);
    return -pthread_mutex_init(&l->lock, NULL);
}

void whet__disk_link_clear(struct whet_disk *d, struct whet_disk_link *l)
{
    whet__disk_link_close(d, l);
    whet__vec_clear(&l->touched);
    pthread_mutex_destroy(&l->lock);
}

struct whet_disk_link *whet__disk_link_take(struct whet_disk *d)
{
    static atomic_uint threads;
    static _Thread_local unsigned number;
    struct whet_disk_link *l;

    assert(d->readers > 0);
    if (number == 0)
        number = atomic_fetch_add(&threads, 1) + 1;
    for (unsigned i = 0; i < d->readers; i++) {
        l = &d->links[(number - 1 + i) % d->readers];
        if (pthread_mutex_trylock(&l->lock) == 0)
            return l;
    }
    l = &d->links[(number - 1) % d->readers];
    pthread_mutex_lock(&l->lock);
    return l;
}

void whet__disk_link_return(struct whet_disk_link *l)
{
    pthread_mutex_unlock(&l->lock);
}

/* `file_lock` is held, and no link is open. */
static void file_close(struct whet_disk *d, uint64_t pause_ns)
{
    whet__store_file_close(&d->file);
    d->file_open = 0;
    d->retry_ns = whet__clock_now_ns() + pause_ns;
}

/* After an opening or a replacement, which has left a store, or a note that says why not. A
 * file that makes us wait for it is asked the more seldom. */
static int file_settle(struct whet_disk *d, uint64_t start_ns)
{
    int code = d->file.code;

    if (d->file.store == NULL) {
        atomic_store(&d->absent, !d->opened && code != -EBUSY && code != -ENOMEM &&
                                     code != -EMFILE && code != -ENFILE);
        whet__disk_note_put(d, WHET_DISK_NOTE_OPEN, d->file.note);
        file_close(d, RETRY_NS + 4 * (whet__clock_now_ns() - start_ns));
        return -EAGAIN;
    }
    d->file_open = 1;
    d->opened = 1;
    if (atomic_exchange(&d->absent, 0)) /* what it says of others' marks is news */
        atomic_fetch_add(&d->shared->page->changes, 2);
    if (d->note_kind == WHET_DISK_NOTE_OPEN)
        d->note_kind = WHET_DISK_NOTE_NONE;
    if (d->file.note[0] != '\0')
        whet__disk_note_put(d, WHET_DISK_NOTE_ANEW, d->file.note);
    return 0;
}

static int file_open(struct whet_disk *d)
{
    uint64_t now = whet__clock_now_ns();
    int rc;

    if (d->file_open)
        return 0;
    if (now < d->retry_ns)
        return -EAGAIN;
    rc = whet__store_file_open(&d->file, d->path, "cache", &d->store_options);
    return rc != 0 ? rc : file_settle(d, now);
}

static void file_replace(struct whet_disk *d)
{
    d->file.note[0] = '\0';
    whet__store_file_replace(&d->file);
    whet__disk_queue_lose(&d->queue); /* it may have been marked untrue in the old one */
    atomic_store(&d->broken, 0);
    (void)!file_settle(d, whet__clock_now_ns());
}

/* The first link gets the store that the opening of the file has made. */
static int open_store(struct whet_disk *d, struct whet_disk_link *l)
{
    int rc = atomic_load(&d->broken) ? -EAGAIN : file_open(d);

    if (rc != 0)
        return rc;
    if (d->file.store != NULL) {
        l->store = d->file.store;
        d->file.store = NULL;
        return 0;
    }
    rc = whet__store_open(&l->store, d->path, &d->store_options);
    if (rc == -EPROTOTYPE)
        rc = -EBADMSG;
    return rc;
}

/* A process that only reads looks at the ledger once, before its first get: the connection for
 * that serves the get as well. Whoever wants the ledger again opens another. */
static int take_over(struct whet_disk *d, struct whet_disk_link *l)
{
    int is_reader = l >= d->links && l < d->links + d->readers;

    if (!is_reader || pthread_mutex_trylock(&d->ledger.lock) != 0)
        return 0;
    if (d->ledger.store != NULL && whet__store_is_past(d->ledger.store))
        whet__disk_link_close(d, &d->ledger);
    whet__disk_link_inherit(l, &d->ledger);
    pthread_mutex_unlock(&d->ledger.lock);
    return l->store != NULL;
}

int whet__disk_link_open(struct whet_disk *d, struct whet_disk_link *l)
{
    int rc;

    if (l->store != NULL && !atomic_load_explicit(&d->broken, memory_order_relaxed) &&
        !whet__store_is_past(l->store))
        return 0;
    whet__disk_link_close(d, l);
    if (!atomic_load(&d->broken) && take_over(d, l))
        return 0;
    pthread_mutex_lock(&d->file_lock);
    rc = open_store(d, l);
    if (rc == 0)
        d->open++;
    pthread_mutex_unlock(&d->file_lock);
    return rc;
}

void whet__disk_link_close(struct whet_disk *d, struct whet_disk_link *l)
{
    if (l->store == NULL)
        return;
    whet__disk_snapshot_end(l);
    for (int i = 0; i < WHET_DISK_STATEMENTS; i++)
        whet__store_stmt_clear(&l->st[i]);
    whet__store_free(l->store);
    l->store = NULL;
    pthread_mutex_lock(&d->file_lock);
    d->open--;
    if (d->open == 0 && atomic_load(&d->broken))
        file_replace(d);
    pthread_mutex_unlock(&d->file_lock);
}

void whet__disk_link_inherit(struct whet_disk_link *to, struct whet_disk_link *from)
{
    if (to->store != NULL || from->store == NULL)
        return;
    whet__disk_snapshot_end(from);
    to->store = from->store;
    memcpy(to->st, from->st, sizeof(to->st));
    from->store = NULL;
    memset(from->st, 0, sizeof(from->st));
}

struct whet_store_stmt *whet__disk_statement(struct whet_disk_link *l, enum whet_disk_sql sql,
                                             int *rc)
{
    struct whet_store_stmt *st = &l->st[sql];

    *rc = st->raw != NULL ? 0 : whet__store_prepare(l->store, whet__disk_sql[sql], st);
    if (*rc == -EINVAL)
        *rc = -EBADMSG; /* our own words fit a sound file */
    return *rc == 0 ? st : NULL;
}

int whet__disk_run(struct whet_store_stmt *st)
{
    int rc = whet__store_step(st);

    if (rc == 1)
        whet__store_reset(st);
    return rc == 1 ? -EBADMSG : rc;
}

int whet__disk_number(struct whet_store_stmt *st, int64_t *out)
{
    int rc = whet__store_step(st);

    if (rc < 0)
        return rc;
    *out = rc == 1 ? whet__store_int(st, 0) : 0;
    whet__store_reset(st);
    return 0;
}

void whet__disk_snapshot_end(struct whet_disk_link *l)
{
    if (atomic_load_explicit(&l->held, memory_order_relaxed))
        whet__store_rollback(l->store);
    atomic_store_explicit(&l->held, 0, memory_order_relaxed);
}

void whet__disk_snapshots_end(struct whet_disk *d)
{
    for (unsigned i = 0; i < d->readers; i++) {
        struct whet_disk_link *l = &d->links[i];

        if (pthread_mutex_trylock(&l->lock) != 0)
            continue;
        whet__disk_snapshot_end(l);
        pthread_mutex_unlock(&l->lock);
    }
}

static int may_hold(const struct whet_disk *d, const struct whet_disk_link *l)
{
    return l->calm >= CALM_GETS && !d->shared->blind &&
           !(d->store_options.flags & WHET_STORE_NO_WAL);
}

int whet__disk_snapshot(struct whet_disk *d, struct whet_disk_link *l)
{
    unsigned long long commits =
        atomic_load_explicit(&d->shared->page->commits, memory_order_acquire);
    int rc;

    if (atomic_load_explicit(&l->held, memory_order_relaxed)) {
        if (l->commits == commits && ++l->gets < SNAPSHOT_GETS)
            return 0;
        if (l->gets < CALM_GETS)
            l->calm = 0; /* others write all the time: it did not pay */
        whet__disk_snapshot_end(l);
    }
    l->now_s = (int64_t)(whet__clock_wall_ns() / SECOND_NS);
    if (!may_hold(d, l)) {
        l->calm++;
        return 0;
    }
    rc = whet__store_begin(l->store, 0);
    if (rc != 0)
        return rc;
    l->gets = 1;
    l->commits = commits;
    atomic_store(&l->held, 1); /* before the look at the keeper: it looks the other way round */
    if (whet__disk_keeper_start(d) != 0)
        whet__disk_snapshot_end(l);
    return 0;
}

/* All links are closed, each as soon as its user is done: the last one replaces the file. */
static void give_up(struct whet_disk *d)
{
    struct whet_disk_link *l;

    atomic_store(&d->broken, 1);
    for (unsigned i = 0; i < d->readers + 2 && atomic_load(&d->broken); i++) {
        l = i < d->readers ? &d->links[i] : i == d->readers ? &d->writer : &d->ledger;
        pthread_mutex_lock(&l->lock);
        if (atomic_load(&d->broken))
            whet__disk_link_close(d, l);
        pthread_mutex_unlock(&l->lock);
    }
    pthread_mutex_lock(&d->file_lock);
    if (atomic_load(&d->broken) && d->open == 0 && d->file_open)
        file_replace(d);
    pthread_mutex_unlock(&d->file_lock);
}

void whet__disk_failed(struct whet_disk *d, int code)
{
    if (code == -EAGAIN)
        return;
    atomic_fetch_add(&d->failures, 1);
    if (code == -EBADMSG || code == -EPROTOTYPE || code == -EINVAL)
        give_up(d);
}
