/* cache/memory/index.h and ghosts.h: against tables that cannot be wrong, where hashes crowd.
 */
#include "../harness.h"

#include "base/random.h"
#include "cache/memory/ghosts.h"
#include "cache/memory/index.h"

#define KEYS    400
#define ENTRIES 150
#define STEPS   60000

struct world {
    struct whet_index *index;
    struct whet_entry *entries[KEYS]; /* NULL: not in */
    uint64_t hashes[KEYS];            /* by slot, which is the key's number */
    unsigned uses[KEYS];
    unsigned count;
};

/* Few homes and few tags, also ones that need the end of the table and a tag of 0. */
static struct whet_hash128 hash_of(uint64_t key)
{
    uint64_t low = (key % 7 * 0x24924924) << 32 | key % 3;
    struct whet_hash128 hash = {{0}};

    memcpy(hash.bytes, &low, sizeof(low));
    return hash;
}

/* Keys of a length that fits a line, nearly, and not. */
static size_t name_key(unsigned char *out, uint64_t key)
{
    static const size_t lens[] = {8, 3, 16, 29, 40, 41, 100};
    size_t len = lens[key % 7];

    memset(out, 'k', len);
    memcpy(out, &key, 2);
    return len;
}

static struct whet_ask ask_of(const struct whet_hash128 *hash, const void *name, size_t len)
{
    return (struct whet_ask){.hash = *hash, .key = name, .key_len = len};
}

static struct whet_entry *entry_of(uint64_t key, size_t value_len)
{
    struct whet_hash128 hash = hash_of(key);
    unsigned char name[100];
    size_t len = name_key(name, key);
    struct whet_entry *e;

    assert_int_equal(whet__entry_new(&e, &hash, name, len, NULL, 0, value_len), 0);
    memset(whet__entry_value(e), (int)key, value_len);
    return e;
}

static uint32_t find(const struct world *w, uint64_t key)
{
    struct whet_hash128 hash = hash_of(key);
    unsigned char name[100];
    struct whet_ask ask = ask_of(&hash, name, name_key(name, key));

    return whet__index_find(w->index, &ask);
}

static void add(struct world *w, uint64_t key)
{
    struct whet_line line;

    w->entries[key] = entry_of(key, key % 20);
    w->uses[key] = (unsigned)key % 3;
    whet__line_fill(&line, w->entries[key], (uint32_t)key);
    whet__index_add(w->index, w->hashes[key], &line, w->uses[key]);
    w->count++;
}

static void take_out(struct world *w, uint64_t key)
{
    whet__index_remove(w->index, w->hashes[key], find(w, key));
    whet__entry_drop(w->entries[key]);
    w->entries[key] = NULL;
    w->count--;
}

static void check_key(const struct world *w, uint64_t key)
{
    uint32_t at = find(w, key);

    assert_int_equal(at, whet__index_at(w->index, w->hashes[key], (uint32_t)key));
    assert_int_equal(at == WHET_LINE_NONE, w->entries[key] == NULL);
    if (at == WHET_LINE_NONE)
        return;
    assert_ptr_equal(whet__line_entry(w->index, at), w->entries[key]);
    assert_int_equal(whet__line_slot(w->index, at), key);
    assert_int_equal(whet__index_uses(w->index, at), w->uses[key]);
}

static void check_all(const struct world *w)
{
    uint32_t at = WHET_LINE_NONE;
    unsigned count = 0;

    for (uint64_t key = 0; key < KEYS; key++)
        check_key(w, key);
    while (whet__index_next(w->index, &at))
        count++;
    assert_int_equal(count, w->count);
    assert_int_equal(atomic_load(&w->index->moves) % 2, 0);
    for (uint32_t group = 0; w->count == 0 && group < w->index->group_count; group++)
        assert_int_equal(whet__index_passed(w->index, group), 0);
}

static void world_init(struct world *w)
{
    memset(w, 0, sizeof(*w));
    assert_int_equal(whet__index_new(&w->index, ENTRIES), 0);
    for (uint64_t key = 0; key < KEYS; key++) {
        struct whet_hash128 hash = hash_of(key);

        w->hashes[key] = whet__hash_low(&hash);
    }
}

static void world_clear(struct world *w)
{
    for (uint64_t key = 0; key < KEYS; key++)
        whet__entry_drop(w->entries[key]);
    whet__index_free(w->index);
}

static void finds_what_is_in(void **state)
{
    struct whet_random r;
    struct world w;

    (void)state;
    world_init(&w);
    whet__random_init(&r, 1);
    for (int i = 0; i < STEPS; i++) {
        uint64_t key = whet__random_below(&r, KEYS);

        if (w.entries[key] != NULL)
            take_out(&w, key);
        else if (w.count < ENTRIES)
            add(&w, key);
        check_key(&w, key);
        if (i % 1000 == 0)
            check_all(&w);
    }
    for (uint64_t key = 0; key < KEYS; key++) {
        if (w.entries[key] != NULL)
            take_out(&w, key);
    }
    check_all(&w);
    world_clear(&w);
}

static void moves_to_a_larger_one(void **state)
{
    struct whet_index *old;
    struct world w;

    (void)state;
    world_init(&w);
    for (uint64_t key = 0; key < ENTRIES; key++)
        add(&w, key);
    old = w.index;
    assert_int_equal(whet__index_new(&w.index, KEYS), 0);
    whet__index_refill(w.index, w.hashes, old);
    check_all(&w);
    whet__index_free(old);
    world_clear(&w);
}

/* ---- What is in a line ---- */

static uint64_t about_of(struct whet_entry *e)
{
    struct whet_line line;

    whet__line_fill(&line, e, 5);
    whet__entry_drop(e);
    return line.words[WHET_LINE_ABOUT];
}

static struct whet_entry *plain(void)
{
    return entry_of(0, 8);
}

static void is_whole_when_simple(void **state)
{
    struct whet_entry *e = plain();

    (void)state;
    assert_true(about_of(e) & WHET_ABOUT_WHOLE);
    assert_true(about_of(entry_of(0, 32)) & WHET_ABOUT_WHOLE); /* 8 and 32 are a line */
    assert_false(about_of(entry_of(0, 33)) & WHET_ABOUT_WHOLE);
    assert_true(about_of(entry_of(1, 32)) & WHET_ABOUT_WHOLE); /* 3 is a word, too */
    assert_true(about_of(entry_of(4, 0)) & WHET_ABOUT_WHOLE);  /* 40 */
    assert_false(about_of(entry_of(5, 0)) & WHET_ABOUT_WHOLE); /* 41 */
    e = plain();
    e->end_ns = 1;
    assert_false(about_of(e) & WHET_ABOUT_WHOLE);
    e = plain();
    e->idle_ns = 1;
    assert_false(about_of(e) & WHET_ABOUT_WHOLE);
    e = plain();
    e->cost_ns = 1;
    assert_false(about_of(e) & WHET_ABOUT_WHOLE);
    e = plain();
    e->raw_len = 9;
    assert_false(about_of(e) & WHET_ABOUT_WHOLE);
    e = plain();
    e->flags = WHET_ENTRY_NEGATIVE;
    assert_false(about_of(e) & WHET_ABOUT_WHOLE);
}

/* ---- Ghosts ---- */

static void remembers_ghosts(void **state)
{
    enum { SIZE = 200 };
    uint32_t slots[SIZE + SIZE / 3 + 1] = {0};
    struct whet_ghosts g = {slots, whet__ghosts_size(SIZE)};
    uint64_t hashes[SIZE];
    char in[SIZE] = {0};
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 2);
    for (uint64_t i = 0; i < SIZE; i++)
        hashes[i] = (i % 9 * 0x1fffffff) << 32 | i;
    for (int i = 0; i < STEPS; i++) {
        uint32_t slot = (uint32_t)whet__random_below(&r, SIZE);

        if (in[slot])
            whet__ghosts_remove(&g, hashes, slot);
        else
            whet__ghosts_add(&g, hashes[slot], slot);
        in[slot] = !in[slot];
        slot = (uint32_t)whet__random_below(&r, SIZE);
        assert_int_equal(whet__ghosts_find(&g, hashes, hashes[slot]),
                         in[slot] ? slot : WHET_SLOT_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_in),
        cmocka_unit_test(moves_to_a_larger_one),
        cmocka_unit_test(is_whole_when_simple),
        cmocka_unit_test(remembers_ghosts),
    };

    return cmocka_run_group_tests_name("memory_index", tests, NULL, NULL);
}
