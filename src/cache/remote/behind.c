/* Keys of which the server has not what it should. Expected load: two steps per put; one look
 * per get while anything is in it. Open addressing, half full at most; what is taken out is
 * closed up behind, so that nothing is ever searched for longer than needed. */
#include "cache/remote/behind.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define SLOTS ((size_t)2 * WHET_REMOTE_BEHIND)

struct whet_behind_key {
    struct whet_hash128 hash;
    uint32_t waiting;
    uint32_t lost; /* 1: yes. Both 0: a free slot */
};

int whet__behind_init(struct whet_remote_behind *b)
{
    b->keys = whet__mem_zalloc(SLOTS, sizeof(b->keys[0]));
    return b->keys != NULL ? 0 : -ENOMEM;
}

void whet__behind_clear(struct whet_remote_behind *b)
{
    whet__mem_free(b->keys);
    memset(b, 0, sizeof(*b));
}

void whet__behind_reset(struct whet_remote_behind *b)
{
    if (b->len != 0)
        memset(b->keys, 0, SLOTS * sizeof(b->keys[0]));
    b->len = 0;
    b->lost = 0;
}

static int is_free(const struct whet_behind_key *k)
{
    return k->waiting == 0 && k->lost == 0;
}

static size_t home_of(const struct whet_hash128 *hash)
{
    uint32_t bits;

    memcpy(&bits, hash->bytes, sizeof(bits));
    return bits % SLOTS;
}

/* Its slot, or the free one where it would be. */
static size_t find(const struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    size_t at = home_of(hash);

    while (!is_free(&b->keys[at]) && memcmp(&b->keys[at].hash, hash, sizeof(*hash)) != 0)
        at = (at + 1) % SLOTS;
    return at;
}

int whet__behind_has(const struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    return b->len != 0 && !is_free(&b->keys[find(b, hash)]);
}

/* Frees a slot and moves up those that had to go past it. */
static void close_up(struct whet_remote_behind *b, size_t gap)
{
    size_t at = gap;

    b->len--;
    for (;;) {
        size_t home;

        at = (at + 1) % SLOTS;
        if (is_free(&b->keys[at]))
            break;
        home = home_of(&b->keys[at].hash);
        if ((at - home + SLOTS) % SLOTS < (at - gap + SLOTS) % SLOTS)
            continue;
        b->keys[gap] = b->keys[at];
        gap = at;
    }
    memset(&b->keys[gap], 0, sizeof(b->keys[gap]));
}

static int add(struct whet_remote_behind *b, const struct whet_hash128 *hash,
               struct whet_behind_key **out)
{
    struct whet_behind_key *k = &b->keys[find(b, hash)];

    if (is_free(k)) {
        if (b->len == WHET_REMOTE_BEHIND)
            return -EFBIG;
        b->len++;
        k->hash = *hash;
    }
    *out = k;
    return 0;
}

int whet__behind_wait(struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    struct whet_behind_key *k;
    int rc = add(b, hash, &k);

    if (rc == 0)
        k->waiting++;
    return rc;
}

static void set_lost(struct whet_remote_behind *b, struct whet_behind_key *k, uint32_t lost)
{
    b->lost += lost;
    b->lost -= k->lost;
    k->lost = lost;
}

int whet__behind_lose(struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    struct whet_behind_key *k;
    int rc = add(b, hash, &k);

    if (rc == 0)
        set_lost(b, k, 1);
    return rc;
}

/* Of one that is there: a step that leaves nothing to remember takes it out. */
static void step(struct whet_remote_behind *b, const struct whet_hash128 *hash, int waiting,
                 uint32_t lost)
{
    size_t at = find(b, hash);
    struct whet_behind_key *k = &b->keys[at];

    if (is_free(k))
        return;
    set_lost(b, k, lost);
    if (waiting && k->waiting != 0)
        k->waiting--;
    if (is_free(k))
        close_up(b, at);
}

void whet__behind_sent(struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    step(b, hash, 1, 0);
}

void whet__behind_dropped(struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    step(b, hash, 1, 1);
}

void whet__behind_deleted(struct whet_remote_behind *b, const struct whet_hash128 *hash)
{
    step(b, hash, 0, 0);
}

size_t whet__behind_lost(struct whet_remote_behind *b, struct whet_hash128 *out, size_t room)
{
    size_t want = b->lost < room ? b->lost : room;
    size_t count = 0;

    while (count < want) {
        const struct whet_behind_key *k = &b->keys[b->cursor];

        if (k->lost)
            out[count++] = k->hash;
        b->cursor = (b->cursor + 1) % SLOTS;
    }
    return count;
}
