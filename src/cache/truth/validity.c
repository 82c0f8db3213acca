/* What is known of the truth of entries: made, freed, kept over a fork. Expected load: once per
 * cache and process. */
#include "cache/truth/validity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cache/truth/state.h"

static int apply_nothing(struct whet_validity *v, void *ctx, uint64_t now)
{
    (void)v, (void)ctx, (void)now;
    return 0;
}

static int parts_new(struct whet_validity *v, const struct whet_validity_options *options)
{
    int rc = whet__looks_new(&v->looks, options->file_check_ns);

    if (rc == 0)
        rc = -pthread_rwlock_init(&v->lock, NULL);
    if (rc != 0) {
        whet__looks_free(v->looks);
        return rc;
    }
    pthread_mutex_init(&v->filing, NULL);
    whet__ledger_init(&v->ledger, v->seed);
    whet__graph_init(&v->graph);
    whet__vec_init(&v->pending, sizeof(struct whet_pending), SIZE_MAX / 2);
    atomic_init(&v->seen, v->disk == NULL ? whet__shared_changes(v->shared) : 0);
    return 0;
}

int whet__validity_new(struct whet_validity **out, const struct whet_validity_options *options)
{
    struct whet_validity *v = whet__mem_zalloc(1, sizeof(*v));
    int rc;

    if (v == NULL)
        return -ENOMEM;
    v->shared = options->shared;
    v->disk = options->disk;
    v->seed = options->seed;
    rc = parts_new(v, options);
    if (rc != 0) {
        whet__mem_free(v);
        return rc;
    }
    /* A file that cannot be read now is asked again later; one that is new is named. */
    rc = whet__validity_sync(v);
    if (rc == 0 && v->disk != NULL && v->born == 0)
        rc = whet__validity_change(v, apply_nothing, NULL, NULL);
    if (rc == -ENOMEM) {
        whet__validity_free(v);
        return rc;
    }
    (void)whet__shared_epoch(v->shared, v->told);
    *out = v;
    return 0;
}

void whet__validity_free(struct whet_validity *v)
{
    if (v == NULL)
        return;
    whet__vec_clear(&v->pending);
    whet__graph_clear(&v->graph);
    whet__ledger_clear(&v->ledger);
    whet__looks_free(v->looks);
    pthread_mutex_destroy(&v->filing);
    pthread_rwlock_destroy(&v->lock);
    whet__mem_free(v);
}

static int is_told(struct whet_validity *v)
{
    int told;

    pthread_mutex_lock(&v->filing);
    told = v->pending.len == 0 && !v->lost && v->ledger.all <= v->all_told;
    pthread_mutex_unlock(&v->filing);
    return told;
}

void whet__validity_flush(struct whet_validity *v)
{
    if (v->disk != NULL && !whet__disk_is_absent(v->disk) && !is_told(v))
        (void)!whet__validity_change(v, apply_nothing, NULL, NULL);
}

uint64_t whet__validity_now(struct whet_validity *v)
{
    return whet__shared_epoch(v->shared, 0);
}

int whet__validity_look(struct whet_validity *v, const char *path, struct whet_input_file *out)
{
    return whet__looks_now(v->looks, path, out);
}

/* Who changes ledger or graph holds `filing`, so with it in hand there may be readers, no
 * writer. */
void whet__validity_lock_all(struct whet_validity *v)
{
    pthread_mutex_lock(&v->filing);
    whet__looks_lock_all(v->looks);
}

void whet__validity_unlock_all(struct whet_validity *v, int in_child)
{
    whet__looks_unlock_all(v->looks);
    /* Readers that were there at the fork are not in the child, and never let go. */
    if (in_child)
        pthread_rwlock_init(&v->lock, NULL);
    pthread_mutex_unlock(&v->filing);
}
