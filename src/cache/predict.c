/* Prediction: which key follows which, learned from the accesses of each thread, so that what
 * is likely next is fetched from disk or server by a thread of its own before it is asked
 * for. Load: an access takes one lock and some compares; off unless asked for.
 *
 * A node per key, in a table that new keys take over from the least certain of four. A node
 * knows up to four successors with small counts: a use adds one to its own, and takes
 * one from another, so that what no longer follows is forgotten (a majority vote per place,
 * after Misra and Gries, "Finding repeated elements", 1982). A successor is fetched when it
 * came in at least half of the last cases, and three times. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/thread.h"

#define NODES     8192u /* a power of two */
#define WAYS      4u
#define FOLLOW    4u
#define KEY_ROOM  88u /* keys above are not learned: 1.5 MiB in all */
#define LANES     64u /* threads whose last key is known, by their address */
#define QUEUE     64u
#define CERTAIN   3u
#define COUNT_MAX 15u
#define AHEAD     2u /* steps along the chain */
#define NONE      UINT16_MAX

struct follower {
    uint16_t node;
    uint16_t tag; /* of the node's hash: it may have been taken over */
    uint8_t count;
};

struct node {
    uint64_t hash; /* 0: free */
    struct follower next[FOLLOW];
    uint8_t key_len;
    uint8_t uses;
    uint8_t ahead; /* it was fetched, and not asked for since */
    unsigned char key[KEY_ROOM];
};

struct lane {
    const void *thread;
    uint16_t node;
    uint16_t tag;
};

struct wanted {
    unsigned char key[KEY_ROOM];
    uint8_t len;
};

struct whet_cache_oracle {
    struct whet_cache *cache;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    int running, stopping;
    struct node *nodes;
    struct lane lanes[LANES];
    struct wanted queue[QUEUE];
    size_t head, count;
    uint64_t fetched, hits;
};

static _Thread_local char self;

static uint16_t tag_of(uint64_t hash)
{
    return (uint16_t)(hash >> 48);
}

static uint32_t home_of(uint64_t hash)
{
    return (uint32_t)hash & (NODES - 1) & ~(WAYS - 1);
}

/* ---- Learn ---- */

static unsigned certainty(const struct node *n)
{
    unsigned sum = n->uses;

    for (unsigned i = 0; i < FOLLOW; i++)
        sum += n->next[i].count;
    return sum;
}

static uint16_t node_find(const struct whet_cache_oracle *o, uint64_t hash)
{
    uint32_t home = home_of(hash);

    for (uint32_t i = home; i < home + WAYS; i++) {
        if (o->nodes[i].hash == hash)
            return (uint16_t)i;
    }
    return NONE;
}

/* The key's node; it takes over the place of the least certain, which the others pay for. */
static uint16_t node_take(struct whet_cache_oracle *o, uint64_t hash, const void *key,
                          size_t len)
{
    uint16_t found = node_find(o, hash);
    uint32_t home = home_of(hash), least = home;
    struct node *n;

    if (found != NONE)
        return found;
    for (uint32_t i = home; i < home + WAYS; i++) {
        if (certainty(&o->nodes[i]) < certainty(&o->nodes[least]))
            least = i;
    }
    n = &o->nodes[least];
    if (certainty(n) > 1) {
        n->uses = n->uses > 0 ? (uint8_t)(n->uses - 1) : 0;
        for (unsigned i = 0; i < FOLLOW; i++)
            n->next[i].count = (uint8_t)(n->next[i].count - (n->next[i].count > 0));
        return NONE;
    }
    memset(n, 0, sizeof(*n));
    n->hash = hash;
    n->key_len = (uint8_t)len;
    memcpy(n->key, key, len);
    return (uint16_t)least;
}

/* One more time `to` came after this. */
static void follower_add(struct node *n, uint16_t to, uint16_t tag)
{
    struct follower *mine = NULL, *least = &n->next[0];

    for (unsigned i = 0; i < FOLLOW; i++) {
        struct follower *f = &n->next[i];

        if (f->count > 0 && f->node == to && f->tag == tag)
            mine = f;
        else if (f->count <= least->count || least == mine)
            least = f;
    }
    if (mine != NULL) {
        mine->count = (uint8_t)(mine->count + (mine->count < COUNT_MAX));
        if (mine->count == COUNT_MAX && least != mine && least->count > 0)
            least->count--;
    } else if (least->count == 0) {
        *least = (struct follower){to, tag, 1};
    } else {
        least->count--;
    }
}

/* ---- Fetch ---- */

/* The successor that came most, if that says something. */
static uint16_t likely(const struct whet_cache_oracle *o, uint16_t from)
{
    const struct node *n = &o->nodes[from];
    const struct follower *best = &n->next[0];
    unsigned sum = 0;

    for (unsigned i = 0; i < FOLLOW; i++) {
        sum += n->next[i].count;
        if (n->next[i].count > best->count)
            best = &n->next[i];
    }
    if (best->count < CERTAIN || 2u * best->count < sum ||
        tag_of(o->nodes[best->node].hash) != best->tag)
        return NONE;
    return best->node;
}

static void fetch(struct whet_cache_oracle *o, const struct wanted *w)
{
    struct whet_cache *c = o->cache;
    struct whet_found found = {0};
    struct whet_ask ask;
    uint16_t node;

    whet__ask_init(c, &ask, w->key, w->len);
    if (whet__cache_is_near(c, &ask) || !whet__cache_find_far(c, &ask, 1, &found))
        return;
    whet__entry_drop(found.entry);
    pthread_mutex_lock(&o->lock);
    o->fetched++;
    node = node_find(o, whet__hash_high(&ask.hash));
    if (node != NONE)
        o->nodes[node].ahead = 1;
    pthread_mutex_unlock(&o->lock);
}

static void *fetch_all(void *arg)
{
    struct whet_cache_oracle *o = arg;

    pthread_mutex_lock(&o->lock);
    while (!o->stopping) {
        struct wanted w;

        if (o->count == 0) {
            pthread_cond_wait(&o->wake, &o->lock);
            continue;
        }
        w = o->queue[o->head];
        o->head = (o->head + 1) % QUEUE;
        o->count--;
        pthread_mutex_unlock(&o->lock);
        fetch(o, &w);
        pthread_mutex_lock(&o->lock);
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* The lock is held. Without a thread nothing is fetched; what is over the queue's room is not
 * either: who is asked for too much is late anyway. */
static void want(struct whet_cache_oracle *o, uint16_t node)
{
    const struct node *n = &o->nodes[node];
    struct wanted *w = &o->queue[(o->head + o->count) % QUEUE];
    struct whet_ask ask;

    if (o->count == QUEUE || n->ahead)
        return;
    whet__ask_init(o->cache, &ask, n->key, n->key_len);
    if (whet__cache_is_near(o->cache, &ask))
        return;
    if (!o->running) { /* also in the child of a fork */
        o->running = whet__thread_start(&o->thread, fetch_all, o) == 0;
        if (!o->running)
            return;
    }
    memcpy(w->key, n->key, n->key_len);
    w->len = n->key_len;
    o->count++;
    pthread_cond_signal(&o->wake);
}

static void look_ahead(struct whet_cache_oracle *o, uint16_t node)
{
    for (unsigned i = 0; i < AHEAD; i++) {
        node = likely(o, node);
        if (node == NONE)
            return;
        want(o, node);
    }
}

void whet__oracle_saw(struct whet_cache_oracle *o, const struct whet_ask *ask)
{
    uint64_t hash = whet__hash_high(&ask->hash);
    struct lane *lane = &o->lanes[((uintptr_t)&self >> 6) % LANES];
    uint16_t node;

    if (hash == 0 || ask->key_len > KEY_ROOM)
        return;
    pthread_mutex_lock(&o->lock);
    node = node_take(o, hash, ask->key, ask->key_len);
    if (lane->thread == &self && lane->node != NONE && node != NONE && lane->node != node &&
        tag_of(o->nodes[lane->node].hash) == lane->tag)
        follower_add(&o->nodes[lane->node], node, tag_of(hash));
    *lane = (struct lane){&self, node, tag_of(hash)};
    if (node != NONE) {
        struct node *n = &o->nodes[node];

        n->uses = (uint8_t)(n->uses + (n->uses < COUNT_MAX));
        o->hits += n->ahead;
        n->ahead = 0;
        look_ahead(o, node);
    }
    pthread_mutex_unlock(&o->lock);
}

/* ---- Life ---- */

int whet__oracle_new(struct whet_cache_oracle **out, struct whet_cache *c)
{
    struct whet_cache_oracle *o = whet__mem_zalloc(1, sizeof(*o));

    if (o == NULL)
        return -ENOMEM;
    o->nodes = whet__mem_zalloc(NODES, sizeof(*o->nodes));
    if (o->nodes == NULL) {
        whet__mem_free(o);
        return -ENOMEM;
    }
    o->cache = c;
    pthread_mutex_init(&o->lock, NULL);
    pthread_cond_init(&o->wake, NULL);
    *out = o;
    return 0;
}

void whet__oracle_free(struct whet_cache_oracle *o)
{
    if (o == NULL)
        return;
    pthread_mutex_lock(&o->lock);
    o->stopping = 1;
    pthread_cond_signal(&o->wake);
    pthread_mutex_unlock(&o->lock);
    if (o->running)
        pthread_join(o->thread, NULL);
    pthread_cond_destroy(&o->wake);
    pthread_mutex_destroy(&o->lock);
    whet__mem_free(o->nodes);
    whet__mem_free(o);
}

void whet__oracle_stats(struct whet_cache_oracle *o, struct whet_cache_stats *out)
{
    pthread_mutex_lock(&o->lock);
    out->predicted = o->fetched;
    out->predicted_hits = o->hits;
    pthread_mutex_unlock(&o->lock);
}

void whet__oracle_lock(struct whet_cache_oracle *o)
{
    pthread_mutex_lock(&o->lock);
}

void whet__oracle_unlock(struct whet_cache_oracle *o, int in_child)
{
    if (in_child) {
        o->running = 0;
        o->count = 0;
        pthread_cond_init(&o->wake, NULL);
    }
    pthread_mutex_unlock(&o->lock);
}
