/* The level on disk: its making and its end, and what its parts do in turn. Expected load: a
 * process that asks once pays for one connection, one that asks 100,000 times a second for one
 * per thread and for the keeper; see disk/link.c, disk/read.c, disk/write.c. */
#include "cache/disk/parts.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "cache/disk/folder.h"
#include "cache/disk/large.h"
#include "cache/disk/row.h"
#include "os/clock.h"
#include "os/cpu.h"

#define DEFAULT_MAX_BYTES ((uint64_t)1 << 30)
#define BUSY_MS           5000
#define PAGE_CACHE_KIB    8192
#define RESTING_KIB       256

/* The log counts for the bound too, so it is kept at less than a hundredth of it. */
static unsigned checkpoint_for(uint64_t max_bytes)
{
    uint64_t kib = max_bytes / 1024 / 128;

    return kib < 64 ? 64 : kib > 8192 ? 8192 : (unsigned)kib;
}

/* What rests beside the file is read again by who opens it next, some 5 us for each page of
 * 4 KiB; to make and remove an empty log takes as long as to read 400 KiB of one. */
static unsigned resting_for(uint64_t max_bytes)
{
    unsigned half = checkpoint_for(max_bytes) / 2;

    return half < RESTING_KIB ? half : RESTING_KIB;
}

static int set_options(struct whet_disk *d, const struct whet_disk_options *o)
{
    uint64_t max = o->max_bytes != 0 ? o->max_bytes : DEFAULT_MAX_BYTES;
    int network = 0, rc;

    d->path = whet__mem_strdup(o->path);
    d->client = whet__mem_strdup(o->client);
    if (d->path == NULL || d->client == NULL)
        return -ENOMEM;
    d->client_id = (int64_t)whet__key_seed(o->client);
    d->read_only = o->read_only;
    d->shared = o->shared;
    d->tell = o->tell;
    d->ctx = o->ctx;
    d->told_ns = d->trimmed_ns;
    atomic_store(&d->max_bytes, max);
    if (o->denied != 0)
        whet__disk_note_denied(d, o->denied);
    rc = whet__disk_folder(d->path, !o->read_only, &network);
    d->store_options = (struct whet_store_options){
        .application_id = WHET_DISK_APPLICATION_ID,
        .former_id = WHET_DISK_FORMER_ID,
        .version = WHET_DISK_VERSION,
        .flags =
            (network ? WHET_STORE_NO_WAL : 0u) | (o->read_only ? WHET_STORE_READ_ONLY : 0u),
        .busy_ms = BUSY_MS,
        .page_cache_kib = PAGE_CACHE_KIB,
        .checkpoint_kib = checkpoint_for(max),
        .resting_kib = resting_for(max),
        .upgrade = whet__disk_make_tables,
    };
    return rc == -ENOMEM ? rc : 0; /* else it is noted when the file is opened */
}

static int init_locks(struct whet_disk *d)
{
    int rc = -pthread_mutex_init(&d->file_lock, NULL);

    if (rc == 0)
        rc = -pthread_mutex_init(&d->write_lock, NULL);
    if (rc == 0)
        rc = -pthread_mutex_init(&d->count_lock, NULL);
    if (rc == 0)
        rc = -pthread_mutex_init(&d->size_lock, NULL);
    if (rc == 0)
        rc = whet__disk_queue_init(&d->queue);
    if (rc == 0)
        rc = whet__disk_owed_init(&d->owed);
    if (rc == 0)
        rc = whet__disk_keeper_init(d);
    if (rc == 0)
        rc = whet__disk_link_init(&d->writer);
    if (rc == 0)
        rc = whet__disk_link_init(&d->ledger);
    for (unsigned i = 0; i < d->readers && rc == 0; i++)
        rc = whet__disk_link_init(&d->links[i]);
    return rc;
}

static unsigned count_readers(unsigned asked)
{
    unsigned readers = asked != 0 ? asked : whet__cpu_usable();

    return readers < WHET_DISK_READERS_MAX ? readers : WHET_DISK_READERS_MAX;
}

int whet__disk_new(struct whet_disk **out, const struct whet_disk_options *options)
{
    unsigned readers = count_readers(options->readers);
    struct whet_disk *d;
    int rc;

    assert(options->path != NULL && options->client != NULL && options->shared != NULL);
    d = whet__mem_zalloc(1, sizeof(*d) + readers * sizeof(d->links[0]));
    if (d == NULL)
        return -ENOMEM;
    d->readers = readers;
    d->file.lock = -1;
    d->trimmed_ns = whet__clock_now_ns();
    rc = set_options(d, options);
    if (rc == 0)
        rc = init_locks(d); /* which do not fail here: they have nothing to allocate */
    if (rc != 0) {
        whet__mem_free(d->path);
        whet__mem_free(d->client);
        whet__mem_free(d);
        return rc;
    }
    *out = d;
    return 0;
}

/* What is lost with a log that rests is a miss, but for what was deleted or made untrue: that
 * must not come back. write_lock is held. */
static int sync_log(struct whet_disk *d)
{
    struct whet_disk_link *l = &d->writer;
    int rc;

    if (!atomic_load(&d->struck) || d->read_only || d->pause_ns != 0)
        return 0;
    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0)
        rc = whet__store_sync(l->store);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

/* Writes down what is left, on a connection that is there. */
static void settle(struct whet_disk *d)
{
    int rc = 0;

    pthread_mutex_lock(&d->write_lock);
    whet__disk_link_inherit(&d->writer, &d->links[0]);
    whet__disk_link_inherit(&d->writer, &d->ledger);
    whet__disk_ask_again(d); /* for the last time: what is not deleted now may come back */
    whet__disk_drain(d);
    if (!d->read_only && d->pause_ns == 0 &&
        (whet__disk_uses(d) != 0 || !whet__disk_counts_leave(d)))
        rc = whet__disk_write_uses(d);
    if (rc == 0)
        rc = sync_log(d);
    if (rc != 0)
        whet__disk_failed(d, rc);
    pthread_mutex_unlock(&d->write_lock);
}

void whet__disk_free(struct whet_disk *d)
{
    if (d == NULL)
        return;
    whet__disk_keeper_clear(d);
    settle(d);
    for (unsigned i = 0; i < d->readers; i++)
        whet__disk_link_clear(d, &d->links[i]);
    whet__disk_link_clear(d, &d->ledger);
    whet__disk_link_clear(d, &d->writer);
    if (d->file_open)
        whet__store_file_close(&d->file);
    whet__disk_queue_clear(&d->queue);
    whet__disk_owed_clear(&d->owed);
    pthread_mutex_destroy(&d->size_lock);
    pthread_mutex_destroy(&d->count_lock);
    pthread_mutex_destroy(&d->write_lock);
    pthread_mutex_destroy(&d->file_lock);
    whet__mem_free(d->path);
    whet__mem_free(d->client);
    whet__mem_free(d);
}

/* What is larger than a quarter of all there is would push out everything else. */
static int is_wanted(struct whet_disk *d, const struct whet_entry *e)
{
    return !d->read_only && !(e->flags & WHET_ENTRY_MEMORY_ONLY) &&
           whet__entry_bytes(e) <= atomic_load(&d->max_bytes) / 4;
}

int whet__disk_put(struct whet_disk *d, struct whet_entry *entry)
{
    int wanted = is_wanted(d, entry), full = 0;

    if (wanted)
        full = whet__disk_queue_put(&d->queue, entry, WHET_DISK_QUEUE_BYTES);
    if (full < 0)
        atomic_fetch_add(&d->failures, 1);
    if (!wanted || full < 0) {
        /* What is there under this key is older. */
        whet__disk_queue_drop(&d->queue, &entry->hash, entry->made_ns, &d->owed);
        if (!d->read_only)
            (void)!whet__disk_keeper_start(d); /* without a thread: at the next write */
        return 0;
    }
    if (whet__disk_keeper_start(d) == 0 && full == 1)
        whet__disk_keeper_call(d);
    return 1;
}

void whet__disk_pace(struct whet_disk *d)
{
    if (!whet__disk_queue_is_full(&d->queue))
        return;
    if (whet__disk_keeper_start(d) != 0)
        whet__disk_sync(d); /* nobody else does it */
    else
        whet__disk_queue_wait(&d->queue);
}

void whet__disk_sync(struct whet_disk *d)
{
    pthread_mutex_lock(&d->write_lock);
    whet__disk_ask_again(d);
    whet__disk_drain(d);
    whet__disk_fit_now(d);
    pthread_mutex_unlock(&d->write_lock);
}

void whet__disk_remove_begin(struct whet_disk *d, const struct whet_hash128 *hash)
{
    whet__disk_queue_drop(&d->queue, hash, whet__clock_wall_ns(), &d->owed);
}

int whet__disk_remove_end(struct whet_disk *d, const struct whet_hash128 *hash)
{
    int rc = -EROFS;

    if (d->read_only)
        return rc;
    pthread_mutex_lock(&d->write_lock);
    rc = whet__disk_pay_one(d, hash);
    pthread_mutex_unlock(&d->write_lock);
    if (rc == 0)
        return 0;
    (void)!whet__disk_keeper_start(d); /* it goes on trying */
    return -EIO;
}

int whet__disk_is_absent(struct whet_disk *d)
{
    return atomic_load(&d->absent);
}

void whet__disk_refuse(struct whet_disk *d, const struct whet_entry *entry)
{
    whet__disk_queue_refuse(&d->queue, entry, &d->owed);
}

void whet__disk_doubt(struct whet_disk *d, const struct whet_hash128 *hash, uint64_t made_ns)
{
    whet__disk_queue_doubt(&d->queue, hash, made_ns);
}

void whet__disk_resize(struct whet_disk *d, uint64_t max_bytes)
{
    atomic_store(&d->max_bytes, max_bytes != 0 ? max_bytes : DEFAULT_MAX_BYTES);
    atomic_store(&d->resized, 1);
    if (!d->read_only && whet__disk_keeper_start(d) == 0)
        whet__disk_keeper_call(d);
}

/* As they are now, on a connection that is free. */
static int look_at_size(struct whet_disk *d, struct whet_disk_link *l, uint64_t *entries,
                        uint64_t *bytes)
{
    struct whet_store_stmt *st;
    struct whet_disk_size size;
    int64_t rows = 0;
    int rc = whet__disk_link_open(d, l);

    whet__disk_snapshot_end(l);
    st = rc == 0 ? whet__disk_statement(l, WHET_DISK_COUNT, &rc) : NULL;
    if (st != NULL)
        rc = whet__disk_number(st, &rows);
    if (rc == 0)
        rc = whet__disk_measure(l, &size);
    if (rc != 0)
        return rc;
    *entries = (uint64_t)rows;
    *bytes = size.file_bytes + size.log_bytes + size.large_bytes;
    return 0;
}

/* What was found out before anybody has written since is still so. size_lock is held. */
static int measure(struct whet_disk *d)
{
    uint64_t commits = atomic_load(&d->shared->page->commits) + 1;
    struct whet_disk_link *l;
    int rc;

    if (commits == d->size_commits && !d->shared->blind)
        return 0;
    l = whet__disk_link_take(d);
    rc = look_at_size(d, l, &d->entries, &d->bytes);
    whet__disk_link_return(l);
    d->size_commits = rc == 0 ? commits : 0;
    return rc;
}

void whet__disk_counts(struct whet_disk *d, struct whet_cache_level_stats *out)
{
    for (unsigned i = 0; i < d->readers; i++) {
        out->hits += atomic_load(&d->links[i].hits);
        out->misses += atomic_load(&d->links[i].misses);
        out->expirations += atomic_load(&d->links[i].expirations);
    }
    out->present = 1;
    out->evictions += atomic_load(&d->evictions);
    out->failures += atomic_load(&d->failures);
    out->capacity_bytes += atomic_load(&d->max_bytes);
}

void whet__disk_stats(struct whet_disk *d, struct whet_cache_level_stats *out)
{
    int rc;

    pthread_mutex_lock(&d->size_lock);
    rc = measure(d);
    if (rc == 0) {
        out->entries += d->entries;
        out->bytes += d->bytes;
    }
    pthread_mutex_unlock(&d->size_lock);
    if (rc != 0)
        whet__disk_failed(d, rc);
    whet__disk_counts(d, out);
}

struct whet_store *whet__disk_store_borrow(struct whet_disk *d)
{
    struct whet_disk_link *l = &d->ledger;
    int rc;

    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0)
        return l->store;
    pthread_mutex_unlock(&l->lock);
    whet__disk_failed(d, rc);
    return NULL;
}

void whet__disk_store_return(struct whet_disk *d, struct whet_store *s, int broken)
{
    assert(s == d->ledger.store);
    (void)s;
    whet__store_rollback(d->ledger.store);
    pthread_mutex_unlock(&d->ledger.lock);
    if (broken)
        whet__disk_failed(d, -EBADMSG);
}
