/* Putting: one block is made, and all levels take a reference of it. Load: a put per miss.
 *
 * Whatever goes wrong, what was there under the key is gone: a value that could not be replaced
 * would be an old one. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "cache/truth/inputs.h"

/* A part of a life that differs between entries, but not between looks at one: 0..1. */
static double jitter(const struct whet_entry *e)
{
    uint64_t x = (whet__hash_high(&e->hash) ^ e->made_ns) * 0x9e3779b97f4a7c15u;

    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return (double)(x >> 11) * 0x1p-53;
}

static uint64_t choose_ns(uint64_t own, uint64_t general)
{
    return own == WHET_CACHE_NEVER ? 0 : own != 0 ? own : general;
}

static void set_life(const struct whet_cache *c, const struct whet_put *put,
                     struct whet_entry *e)
{
    const struct whet_cache_options *o = &c->options;
    uint64_t ttl = choose_ns(put->how->ttl_ns, put->negative ? o->negative_ttl_ns : o->ttl_ns);
    uint64_t now = whet__clock_wall_coarse_ns();

    e->made_ns = now;
    e->idle_ns = choose_ns(put->how->idle_ns, o->idle_ns);
    atomic_store_explicit(&e->used_ns, now, memory_order_relaxed);
    if (ttl == 0 || ttl == WHET_CACHE_NEVER)
        return;
    ttl -= (uint64_t)((double)ttl * o->ttl_jitter * jitter(e));
    e->end_ns = ttl < UINT64_MAX - now ? now + (ttl != 0 ? ttl : 1) : 0;
}

int whet__cache_block(struct whet_cache *c, const struct whet_put *put, size_t len,
                      struct whet_entry **out)
{
    const struct whet_ask *ask = &put->ask;
    unsigned flags = put->how->flags;
    struct whet_entry *e;
    int rc = whet__entry_new(&e, &ask->hash, ask->key, ask->key_len, put->about, put->about_len,
                             len);

    if (rc != 0)
        return rc;
    e->epoch = put->epoch;
    e->cost_ns = put->how->cost_ns;
    e->flags = (flags & WHET_CACHE_PINNED ? WHET_ENTRY_PINNED : 0u) |
               (flags & WHET_CACHE_MEMORY_ONLY ? WHET_ENTRY_MEMORY_ONLY : 0u) |
               (flags & WHET_CACHE_LOCAL_ONLY ? WHET_ENTRY_LOCAL_ONLY : 0u) |
               (put->negative ? WHET_ENTRY_NEGATIVE : 0u);
    set_life(c, put, e);
    *out = e;
    return 0;
}

/* The levels that other processes see. An older value in one of them would come back. */
static int store_far(struct whet_cache *c, const struct whet_ask *ask, struct whet_entry *e)
{
    int kept = 0;

    if (c->disk != NULL)
        kept = whet__disk_put(c->disk, e);
    if (c->options.flags & WHET_CACHE_READ_ONLY)
        return 0;
    if (c->remote != NULL) {
        if (!(e->flags & (WHET_ENTRY_MEMORY_ONLY | WHET_ENTRY_LOCAL_ONLY))) {
            whet__remote_put(c->remote, e);
            kept |= (size_t)e->key_len + e->about_len + e->value_len <= WHET_REMOTE_RECORD_MAX;
        } else {
            int rc = whet__remote_remove(c->remote, &ask->hash);

            (void)rc; /* the level counts its failures, and is left alone after one */
        }
    }
    return kept;
}

/* What the file has is gone for this process; the rest is for whoever has given up the turn:
 * others must not wait for him while he waits for a file. */
static int drop_far(struct whet_cache *c, const struct whet_ask *ask)
{
    if (c->disk != NULL)
        whet__disk_remove_begin(c->disk, &ask->hash);
    if (c->options.flags & WHET_CACHE_READ_ONLY)
        return 0;
    return c->remote != NULL ? whet__remote_remove(c->remote, &ask->hash) : 0;
}

static int is_too_large(const struct whet_cache *c, const struct whet_entry *e)
{
    size_t bytes = whet__entry_bytes(e);

    return (c->memory == NULL || bytes > whet__memory_largest(c->memory)) &&
           (c->packed == NULL || bytes > whet__memory_largest(c->packed));
}

/* The turn is held: what is in memory was true later. */
static int is_newer_near(struct whet_cache *c, const struct whet_ask *ask, uint64_t epoch)
{
    struct whet_entry *e = c->memory != NULL ? whet__memory_peek(c->memory, ask) : NULL;
    int newer;

    if (e == NULL && c->packed != NULL)
        e = whet__memory_peek(c->packed, ask);
    newer = e != NULL && e->epoch > epoch;
    whet__entry_drop(e);
    return newer;
}

int whet__cache_store(struct whet_cache *c, const struct whet_ask *ask, struct whet_entry *e,
                      int unless_newer)
{
    struct whet_turn *t = whet__cache_turn(c, &ask->hash);
    atomic_uint *group = whet__turn_group(t, &ask->hash);
    int rc, near, far, dropped = 0;

    whet__turn_take(t);
    if (unless_newer && is_newer_near(c, ask, e->epoch)) {
        whet__cache_give(c, t);
        return -EEXIST;
    }
    atomic_fetch_add(group, 1);
    /* In the file, the last of several processes to put is told by this. */
    if (c->disk != NULL)
        e->made_ns = whet__clock_wall_ns();
    rc = whet__validity_put(c->validity, e);
    if (rc == 0) {
        near = whet__cache_keep(c, ask, e);
        far = store_far(c, ask, e);
        rc = near || far || !is_too_large(c, e) ? 0 : -EFBIG;
    } else {
        whet__cache_take_out(c, ask, WHET_CACHE_REPLACED);
        (void)drop_far(c, ask);
        dropped = 1;
    }
    atomic_fetch_add(group, 1);
    whet__cache_give(c, t);
    if (c->disk != NULL && dropped)
        (void)!whet__disk_remove_end(c->disk, &ask->hash);
    else if (c->disk != NULL)
        whet__disk_pace(c->disk);
    return rc;
}

int whet__cache_drop(struct whet_cache *c, const struct whet_ask *ask,
                     enum whet_cache_reason reason)
{
    struct whet_turn *t = whet__cache_turn(c, &ask->hash);
    atomic_uint *group = whet__turn_group(t, &ask->hash);
    int rc;

    whet__turn_take(t);
    atomic_fetch_add(group, 1);
    whet__cache_take_out(c, ask, reason);
    rc = drop_far(c, ask);
    atomic_fetch_add(group, 1);
    whet__cache_give(c, t);
    if (c->disk != NULL && whet__disk_remove_end(c->disk, &ask->hash) == -EIO &&
        !whet__disk_is_absent(c->disk))
        rc = -EIO;
    return rc;
}

int whet__put_ok(const void *value, size_t len, const struct whet_cache_put *how)
{
    const unsigned known = WHET_CACHE_PINNED | WHET_CACHE_NO_VALUE | WHET_CACHE_MEMORY_ONLY |
                           WHET_CACHE_LOCAL_ONLY;

    return (how->flags & ~known) == 0 && (value != NULL || len == 0) &&
           len <= WHET_CACHE_VALUE_MAX && !(how->flags & WHET_CACHE_NO_VALUE && len != 0);
}

int whet__cache_keeps(const struct whet_cache *c, const struct whet_put *put)
{
    return !put->negative || c->options.negative_ttl_ns != 0 || put->how->ttl_ns != 0;
}

static int put_packed(struct whet_cache *c, struct whet_put *put, const void *value, size_t len)
{
    struct whet_entry *e;
    int rc;

    if (!whet__cache_keeps(c, put)) {
        (void)whet__cache_drop(c, &put->ask, WHET_CACHE_REPLACED);
        whet__validity_unkept(c->validity, &put->ask.hash);
        return 0;
    }
    rc = whet__cache_block(c, put, len, &e);
    if (rc != 0) {
        whet__validity_unkept(c->validity, &put->ask.hash);
        return rc;
    }
    if (len != 0)
        memcpy(whet__entry_value(e), value, len);
    rc = whet__cache_store(c, &put->ask, e, 0);
    if (rc == 0)
        whet__cache_stored(c, &put->ask, len);
    whet__entry_drop(e);
    return rc;
}

/* What is here under a key, without counting or use. */
static struct whet_entry *find_present(void *ctx, const struct whet_hash128 *hash,
                                       const void *key, size_t key_len)
{
    struct whet_ask ask = {.hash = *hash, .key = key, .key_len = key_len};
    struct whet_cache *c = ctx;
    struct whet_entry *e = NULL;

    whet__cache_hear(c);
    if (c->memory != NULL)
        e = whet__memory_peek(c->memory, &ask);
    if (e == NULL && c->packed != NULL)
        e = whet__memory_peek(c->packed, &ask);
    if (e == NULL && c->disk != NULL && whet__disk_peek(c->disk, hash, key, key_len, &e) != 1)
        e = NULL;
    return e;
}

/* One who only puts has to learn what others have invalidated, too: the server is told with
 * each value what was known when its inputs were looked at. And what others have put, before
 * there is so much of it that all that memory has would have to go. */
static void tend(struct whet_cache *c)
{
    whet__cache_hear(c);
    if (whet__watch(c) & WHET_WATCH_TEND)
        (void)whet__cache_tend(c, whet__clock_wall_coarse_ns());
}

int whet_inputs_new(struct whet_inputs **out, struct whet_cache *cache)
{
    tend(cache);
    return whet__inputs_new(out, cache->validity, find_present, cache);
}

int whet_cache_put(struct whet_cache *c, const void *key, size_t key_len, const void *value,
                   size_t len, const struct whet_cache_put *how)
{
    static const struct whet_cache_put plain = {0};
    struct whet_put put = {.how = how != NULL ? how : &plain};
    struct whet_text about;
    int rc = 0;

    if (!whet__key_ok(key, key_len) || !whet__put_ok(value, len, put.how))
        return len > WHET_CACHE_VALUE_MAX ? -EFBIG : -EINVAL;
    tend(c);
    whet__ask_init(c, &put.ask, key, key_len);
    whet__cache_count(c, WHET_COUNT_PUTS, 1);
    put.negative = (put.how->flags & WHET_CACHE_NO_VALUE) != 0;
    whet__text_init(&about, WHET_INPUTS_MAX);
    if (put.how->inputs != NULL) {
        put.epoch = whet__inputs_epoch(put.how->inputs);
        rc = whet__inputs_pack(put.how->inputs, &about, NULL);
        if (rc != 0)
            whet__validity_unkept(c->validity, &put.ask.hash);
    } else {
        put.epoch = whet__validity_now(c->validity);
    }
    put.about = about.data;
    put.about_len = about.len;
    if (rc == 0)
        rc = put_packed(c, &put, value, len);
    if (rc != 0)
        (void)whet__cache_drop(c, &put.ask, WHET_CACHE_REPLACED);
    whet__text_clear(&about);
    /* Put, and invalidated by another thread the moment after. */
    return rc == -ESTALE && put.how->inputs == NULL ? 0 : rc;
}

int whet_cache_remove(struct whet_cache *c, const void *key, size_t key_len)
{
    struct whet_ask ask;
    int rc;

    if (!whet__key_ok(key, key_len))
        return -EINVAL;
    whet__ask_init(c, &ask, key, key_len);
    rc = whet__cache_drop(c, &ask, WHET_CACHE_REMOVED);
    return rc == 0 && (c->options.flags & WHET_CACHE_READ_ONLY) ? -EIO : rc;
}
