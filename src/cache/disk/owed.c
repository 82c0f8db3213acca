/* What the file still says and nobody may hear. Expected load: nothing for years; then a full
 * disk or a locked file, and some thousand hashes at once. */
#include "cache/disk/owed.h"

#include <string.h>

#include "base/mem.h"

#define SLOTS_FIRST ((size_t)256)

static const struct whet_hash128 empty;

static int is_same(const struct whet_hash128 *a, const struct whet_hash128 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

int whet__disk_owed_init(struct whet_disk_owed *o)
{
    memset(o, 0, sizeof(*o));
    return -pthread_mutex_init(&o->lock, NULL);
}

void whet__disk_owed_clear(struct whet_disk_owed *o)
{
    whet__mem_free(o->slots);
    pthread_mutex_destroy(&o->lock);
}

/* Its slot, or the empty one where it would be. */
static struct whet_owed *slot_of(struct whet_owed *slots, size_t slot_count,
                                 const struct whet_hash128 *hash)
{
    size_t at;

    memcpy(&at, hash->bytes, sizeof(at));
    for (;; at++) {
        struct whet_owed *slot = &slots[at & (slot_count - 1)];

        if (is_same(&slot->hash, hash) || is_same(&slot->hash, &empty))
            return slot;
    }
}

/* Half full at most, so that a search is short. */
static int make_room(struct whet_disk_owed *o)
{
    size_t count = atomic_load(&o->count), slot_count;
    struct whet_owed *slots;

    if (2 * (count + 1) <= o->slot_count)
        return 1;
    slot_count = o->slot_count != 0 ? 2 * o->slot_count : SLOTS_FIRST;
    slots = count < WHET_OWED_MAX ? whet__mem_zalloc(slot_count, sizeof(*slots)) : NULL;
    if (slots == NULL)
        return 0;
    for (size_t i = 0; i < o->slot_count; i++) {
        if (!is_same(&o->slots[i].hash, &empty))
            *slot_of(slots, slot_count, &o->slots[i].hash) = o->slots[i];
    }
    whet__mem_free(o->slots);
    o->slots = slots;
    o->slot_count = slot_count;
    return 1;
}

void whet__disk_owed_add(struct whet_disk_owed *o, const struct whet_hash128 *hash,
                         uint64_t since_ns)
{
    struct whet_owed *slot;

    pthread_mutex_lock(&o->lock);
    if (is_same(hash, &empty) || !make_room(o)) {
        atomic_store(&o->all, 1);
    } else {
        slot = slot_of(o->slots, o->slot_count, hash);
        if (is_same(&slot->hash, &empty)) {
            slot->hash = *hash;
            slot->since_ns = since_ns;
            atomic_fetch_add(&o->count, 1);
        }
        if (since_ns > slot->since_ns)
            slot->since_ns = since_ns;
    }
    pthread_mutex_unlock(&o->lock);
}

uint64_t whet__disk_owed_since(struct whet_disk_owed *o, const struct whet_hash128 *hash)
{
    uint64_t since_ns = 0;
    struct whet_owed *slot;

    if (atomic_load(&o->all))
        return UINT64_MAX;
    if (atomic_load(&o->count) == 0)
        return 0;
    pthread_mutex_lock(&o->lock);
    if (o->slots != NULL) {
        slot = slot_of(o->slots, o->slot_count, hash);
        if (is_same(&slot->hash, hash))
            since_ns = slot->since_ns;
    }
    pthread_mutex_unlock(&o->lock);
    return since_ns;
}

size_t whet__disk_owed_some(struct whet_disk_owed *o, struct whet_owed *out, size_t max)
{
    size_t count = 0;

    pthread_mutex_lock(&o->lock);
    for (size_t i = 0; i < o->slot_count && count < max; i++) {
        if (!is_same(&o->slots[i].hash, &empty))
            out[count++] = o->slots[i];
    }
    pthread_mutex_unlock(&o->lock);
    return count;
}

/* Those behind it that are not where they would like to be move up (Knuth, TAOCP 3, 6.4,
 * algorithm R). */
static void take_out(struct whet_disk_owed *o, size_t hole)
{
    size_t mask = o->slot_count - 1, at = hole, home;

    for (;;) {
        at = (at + 1) & mask;
        if (is_same(&o->slots[at].hash, &empty))
            break;
        memcpy(&home, o->slots[at].hash.bytes, sizeof(home));
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        o->slots[hole] = o->slots[at];
        hole = at;
    }
    o->slots[hole].hash = empty;
}

void whet__disk_owed_done(struct whet_disk_owed *o, const struct whet_hash128 *hash,
                          uint64_t since_ns)
{
    struct whet_owed *slot;

    if (atomic_load(&o->count) == 0)
        return;
    pthread_mutex_lock(&o->lock);
    slot = slot_of(o->slots, o->slot_count, hash);
    if (is_same(&slot->hash, hash) && !is_same(hash, &empty) && slot->since_ns <= since_ns) {
        take_out(o, (size_t)(slot - o->slots));
        atomic_fetch_sub(&o->count, 1);
    }
    pthread_mutex_unlock(&o->lock);
}

void whet__disk_owed_done_all(struct whet_disk_owed *o)
{
    pthread_mutex_lock(&o->lock);
    whet__mem_free(o->slots);
    o->slots = NULL;
    o->slot_count = 0;
    atomic_store(&o->count, 0);
    atomic_store(&o->all, 0);
    pthread_mutex_unlock(&o->lock);
}
