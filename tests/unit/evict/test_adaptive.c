/* The adaptive policy: it leaves a policy that does not fit, moves all entries and loses none,
 * a few per request. What holds of every policy is in test_policy.c. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "base/random.h"
#include "evict/policy.h"

#define IDS 4096

/* What the owner sees. */
struct owner {
    struct whet_policy *p;
    unsigned char resident[IDS];
    uint64_t misses, drops;
};

static void on_dropped(void *ctx, uint32_t id, int remembered)
{
    struct owner *o = ctx;

    assert_true(o->resident[id] || !remembered);
    o->drops += o->resident[id];
    o->resident[id] = 0;
}

static void owner_init(struct owner *o, uint64_t capacity)
{
    memset(o, 0, sizeof(*o));
    assert_int_equal(whet__policy_new(&o->p, whet__policy_find("adaptive"), IDS, capacity), 0);
    o->p->dropped = on_dropped;
    o->p->ctx = o;
}

static void ask(struct owner *o, uint32_t id)
{
    assert_int_equal(whet__policy_resident(o->p, id), o->resident[id]);
    if (o->resident[id]) {
        o->p->ops->hit(o->p, id);
        return;
    }
    o->misses++;
    o->p->ops->insert(o->p, id, 1);
    o->resident[id] = (unsigned char)whet__policy_resident(o->p, id);
    assert_true(o->p->used <= o->p->capacity);
}

static const char *followed(const struct owner *o)
{
    return o->p->parts[o->p->lead]->ops->name;
}

/* S3-FIFO misses all of a loop that is longer than the cache; LIRS keeps a part of it. */
static void leaves_what_never_hits(void **state)
{
    struct owner o;
    uint64_t before;

    (void)state;
    owner_init(&o, 500);
    assert_string_equal(followed(&o), "s3fifo");
    for (uint32_t i = 0; i < 40 * 700; i++)
        ask(&o, i % 700);
    assert_string_equal(followed(&o), "lirs");
    before = o.misses;
    for (uint32_t i = 0; i < 10 * 700; i++)
        ask(&o, i % 700);
    assert_true(o.misses - before < 10 * (700 - 480));
    whet__policy_free(o.p);
}

/* All that is asked for fits: nothing is ever dropped, whoever leads. */
static void a_cache_that_fits_misses_once(void **state)
{
    struct owner o;

    (void)state;
    owner_init(&o, 700);
    for (uint32_t i = 0; i < 60 * 700; i++)
        ask(&o, i * 37 % 700);
    assert_int_equal(o.misses, 700);
    assert_int_equal(o.drops, 0);
    assert_int_equal(o.p->used, 700);
    whet__policy_free(o.p);
}

static uint64_t parts_with_entries(const struct owner *o)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < WHET_POLICY_PARTS; i++)
        count += o->p->parts[i]->used != 0;
    return count;
}

/* The moment of a change: no entry is lost by it, each request moves a few, and after as many
 * requests as it takes one part has all. */
static void a_change_is_gradual(void **state)
{
    unsigned before;
    struct owner o;
    uint32_t i = 0;
    uint64_t moving = 0;

    (void)state;
    owner_init(&o, 500);
    before = o.p->lead;
    while (o.p->lead == before && i < 100000)
        ask(&o, i++ % 700);
    assert_true(i < 100000);
    while (parts_with_entries(&o) != 1 || o.p->parts[o.p->lead]->used == 0) {
        uint64_t used = o.p->used;
        uint64_t lead_used = o.p->parts[o.p->lead]->used;
        uint64_t drops = o.drops;

        ask(&o, i++ % 700);
        assert_true(o.p->parts[o.p->lead]->used <= lead_used + 9);
        assert_true(o.p->used >= used && o.drops <= drops + 1);
        assert_true(++moving < 500 / 7);
    }
    assert_true(moving >= 500 / 9);
    assert_int_equal(o.p->used, 500);
    whet__policy_free(o.p);
}

/* A popular part and a scan, then a loop, then both again: never far from the best of those
 * it follows, though no single one is good all the time. */
static void follows_a_load_that_changes(void **state)
{
    uint64_t misses[2] = {0, 0};
    struct whet_policy *fixed;
    struct whet_random r;
    struct owner o;

    (void)state;
    owner_init(&o, 400);
    assert_int_equal(whet__policy_new(&fixed, whet__policy_find("s3fifo"), IDS, 400), 0);
    whet__random_init(&r, 8);
    for (uint32_t i = 0; i < 400000; i++) {
        uint32_t id = i / 100000 % 2 != 0
                          ? i % 600
                          : (uint32_t)whet__random_below(&r, 1 + whet__random_below(&r, IDS));

        if (whet__policy_resident(fixed, id)) {
            fixed->ops->hit(fixed, id);
        } else {
            fixed->ops->insert(fixed, id, 1);
            misses[0]++;
        }
        ask(&o, id);
    }
    misses[1] = o.misses;
    assert_true(misses[1] + 75000 < misses[0]);
    whet__policy_free(fixed);
    whet__policy_free(o.p);
}

/* Ids that are given to other keys again: by their hashes it tells who is who. */
static void ids_are_used_again(void **state)
{
    static uint64_t hashes[IDS];
    struct whet_random r;
    struct owner o;

    (void)state;
    owner_init(&o, 300);
    o.p->hashes = hashes;
    whet__random_init(&r, 9);
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t id = (uint32_t)whet__random_below(&r, IDS);

        if (o.p->nodes[id].where == WHET_POLICY_NOWHERE)
            hashes[id] = whet__random_next(&r) % 50000;
        ask(&o, id);
        if (i % 7 == 0) {
            id = (uint32_t)whet__random_below(&r, IDS);
            o.resident[id] = 0;
            whet__policy_remove(o.p, id);
        }
    }
    whet__policy_free(o.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_never_hits),
        cmocka_unit_test(a_cache_that_fits_misses_once),
        cmocka_unit_test(a_change_is_gradual),
        cmocka_unit_test(follows_a_load_that_changes),
        cmocka_unit_test(ids_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
