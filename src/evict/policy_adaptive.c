/* Adaptive: follows whichever of five policies misses least at present, by small copies of
 * them that see some thousand keys (evict/trials.h).
 *
 * The five are parts that share the nodes of the ids: an entry is in one of them, and most of
 * the time one has all. When another one is clearly better, it leads from the next request
 * on, and with each request some entries move over to it, in the order in which the policy
 * before would have evicted them: so the least useful is the oldest again. An entry that was
 * used since it came is told apart, for policies that have a place for such. What does not
 * fit meanwhile is evicted by the new leader, from what it has. Ghosts of the policy before
 * are forgotten last. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"
#include "evict/trials.h"

#define NONE     UINT32_MAX
#define MOVES    8 /* entries, or ghosts, per request */
#define FIRST    3 /* of the candidates, to begin with: the best on average */
#define GHOSTS_X 2 /* times the capacity: ghosts that LIRS may have */

/* The note in a node: the part that knows it, whether it is resident, uses since it came. */
#define NOTE_PART_SHIFT 8
#define NOTE_RESIDENT   0x80
#define NOTE_USES       0x0f

extern const struct whet_policy_ops whet__policy_2q;
extern const struct whet_policy_ops whet__policy_arc;
extern const struct whet_policy_ops whet__policy_lirs;
extern const struct whet_policy_ops whet__policy_s3fifo;
extern const struct whet_policy_ops whet__policy_tinylfu1;

/* Chosen by measurement: on each trace one of these is the best of all policies or next to
 * it, and none can be left out. */
static const struct whet_policy_ops *const candidates[WHET_POLICY_PARTS] = {
    &whet__policy_2q,     &whet__policy_arc,      &whet__policy_lirs,
    &whet__policy_s3fifo, &whet__policy_tinylfu1,
};

struct adaptive {
    struct whet_policy base; /* `lead` is the part that newcomers go to */
    struct whet_trials *trials;
    struct whet_policy *before; /* what it has moves to the lead; NULL: nothing does */
    int is_moving;
    uint32_t moved; /* what `before` has just evicted */
};

static struct adaptive *adaptive_of(struct whet_policy *p)
{
    return (struct adaptive *)p;
}

/* The part that knows an id, with what the owner may have changed. */
static inline struct whet_policy *part_of(const struct whet_policy *p, uint32_t id)
{
    struct whet_policy *part = p->parts[p->nodes[id].note >> NOTE_PART_SHIFT];

    part->hashes = p->hashes;
    return part;
}

static inline struct whet_policy *lead_of(const struct whet_policy *p)
{
    struct whet_policy *part = p->parts[p->lead];

    part->hashes = p->hashes;
    part->ghost_max = p->ghost_max != 0 ? p->ghost_max : GHOSTS_X * p->capacity;
    return part;
}

static inline void note(struct whet_policy *p, uint32_t id, unsigned uses)
{
    p->nodes[id].note = (uint16_t)(p->lead << NOTE_PART_SHIFT | NOTE_RESIDENT | uses);
}

static void count_used(struct whet_policy *p)
{
    const struct whet_policy *before = adaptive_of(p)->before;

    p->used = p->parts[p->lead]->used + (before != NULL ? before->used : 0);
}

/* What leaves a part leaves the cache, unless it is on the move. */
static void part_dropped(void *ctx, uint32_t id, int remembered)
{
    struct adaptive *a = ctx;
    struct whet_policy *p = ctx;
    struct whet_policy_node *n = &p->nodes[id];
    int was_resident = n->note & NOTE_RESIDENT;

    n->note &= (uint16_t)~NOTE_RESIDENT;
    if (was_resident && a->is_moving) {
        a->moved = id;
        return;
    }
    if (was_resident)
        p->used -= n->size;
    whet__policy_tell(p, id, remembered);
}

static int init(struct whet_policy *p)
{
    struct adaptive *a = adaptive_of(p);
    int rc =
        whet__trials_new(&a->trials, candidates, WHET_POLICY_PARTS, p->id_count, p->capacity);

    for (unsigned i = 0; rc == 0 && i < WHET_POLICY_PARTS; i++) {
        rc = whet__policy_part(p, i, candidates[i]);
        if (rc != 0)
            break;
        p->parts[i]->dropped = part_dropped;
        p->parts[i]->ctx = p;
    }
    p->lead = FIRST;
    return rc;
}

static size_t bytes(uint32_t id_count)
{
    size_t sum = whet__trials_bytes(candidates, WHET_POLICY_PARTS, id_count);

    for (unsigned i = 0; i < WHET_POLICY_PARTS; i++)
        sum += whet__policy_part_bytes(candidates[i], id_count);
    return sum;
}

static void clear(struct whet_policy *p)
{
    whet__trials_free(adaptive_of(p)->trials);
}

/* All or none: what fails is more memory, and less than that never does. */
static int resize(struct whet_policy *p)
{
    uint64_t before = p->parts[0]->capacity;
    int rc = 0;
    unsigned i = 0;

    while (rc == 0 && i < WHET_POLICY_PARTS)
        rc = whet__policy_resize(p->parts[i++], p->capacity);
    if (rc == 0)
        rc = whet__trials_resize(adaptive_of(p)->trials, p->capacity);
    while (rc != 0 && i-- > 0)
        (void)!whet__policy_resize(p->parts[i], before);
    return rc;
}

static int grow(struct whet_policy *p, uint32_t id_count)
{
    return whet__trials_grow(adaptive_of(p)->trials, id_count);
}

/* ---- Moving ---- */

/* What `before` would evict comes over instead. */
static void move_one(struct whet_policy *p)
{
    struct adaptive *a = adaptive_of(p);
    struct whet_policy *lead = lead_of(p);
    unsigned uses;

    a->moved = NONE;
    a->is_moving = 1;
    a->before->ops->evict(a->before);
    a->is_moving = 0;
    if (a->moved == NONE)
        return; /* it has only made way */
    uses = p->nodes[a->moved].note & NOTE_USES;
    whet__policy_remove(a->before, a->moved); /* it may be a ghost there */
    lead->ops->adopt(lead, a->moved, p->nodes[a->moved].size, uses);
    note(p, a->moved, uses);
}

static void move_some(struct whet_policy *p)
{
    struct adaptive *a = adaptive_of(p);

    for (int i = 0; i < MOVES && a->before != NULL; i++) {
        const struct whet_policy_ops *ops = a->before->ops;

        if (a->before->used != 0)
            move_one(p);
        else if (ops->forget == NULL || !ops->forget(a->before))
            a->before = NULL;
    }
}

static inline uint64_t hash_of(const struct whet_policy *p, uint32_t id)
{
    return p->hashes != NULL ? p->hashes[id] : id;
}

/* After each request. */
static void think(struct whet_policy *p, uint32_t id, uint32_t size)
{
    struct adaptive *a = adaptive_of(p);
    unsigned best;

    if (a->before != NULL)
        move_some(p);
    if (!whet__trials_use(a->trials, hash_of(p, id), size))
        return;
    best = whet__trials_judge(a->trials, p->lead);
    if (best == p->lead || a->before != NULL)
        return;
    a->before = p->parts[p->lead];
    p->lead = best;
}

/* ---- Requests ---- */

static inline void hit(struct whet_policy *p, uint32_t id)
{
    struct whet_policy *part = part_of(p, id);
    struct whet_policy_node *n = &p->nodes[id];

    n->note = (uint16_t)(n->note + ((n->note & NOTE_USES) != NOTE_USES));
    part->ops->hit(part, id);
    think(p, id, n->size);
}

static int evict(struct whet_policy *p)
{
    struct adaptive *a = adaptive_of(p);
    struct whet_policy *part = lead_of(p);
    int rc;

    if (part->used == 0 && a->before != NULL)
        part = a->before;
    rc = part->ops->evict(part);
    count_used(p);
    return rc;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    struct adaptive *a = adaptive_of(p);
    struct whet_policy *lead = lead_of(p);
    int is_known = p->nodes[id].where != WHET_POLICY_NOWHERE;
    int comes_over = is_known && part_of(p, id) != lead; /* a ghost of the policy before */

    if (size > p->capacity)
        return;
    if (comes_over)
        whet__policy_remove(part_of(p, id), id);
    while (a->before != NULL && p->used + size > p->capacity)
        evict(p);
    if (comes_over)
        lead->ops->adopt(lead, id, size, 1);
    else
        lead->ops->insert(lead, id, size);
    if (whet__policy_resident(p, id))
        note(p, id, 0);
    think(p, id, size);
    count_used(p);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    struct whet_policy *part = part_of(p, id);

    part->ops->remove(part, id);
    count_used(p);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_adaptive = {
    .name = "adaptive",
    .title = "Adaptive",
    .summary = "whichever of five others misses least at present",
    .flags = WHET_POLICY_GHOSTS | WHET_POLICY_HASHES | WHET_POLICY_PARTED,
    .state_size = sizeof(struct adaptive),
    .init = init,
    .clear = clear,
    .bytes = bytes,
    .resize = resize,
    .hit = hit,
    .insert = insert,
    .remove = take_out,
    .evict = evict,
    .grow = grow,
    .replay = replay,
};
