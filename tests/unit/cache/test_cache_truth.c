/* whet/cache.h: a cached value is never served after one of its inputs, direct or through
 * others, has changed; also after a restart, also in a second process. And the other side: with
 * nothing changed, all that fits is found.
 *
 * A small world is simulated: files, keys that are made of files and of other keys, and hidden
 * state that is announced by invalidating (the key, its tag, a prefix, all) or by putting the
 * new value, or that nobody counts on once a time is over. This process and a second one, each
 * with a cache on the same file, act in turn: one at a time, so that what a value would be if
 * it were computed now is always known. */
#include "truth_world.h"

/* ---- What is asked for ---- */

static int get(struct world *w, unsigned k)
{
    const char *name = w->keys[k].name;
    size_t name_len = strlen(name), len = 0;
    unsigned way = below_n(w, 4);
    struct whet_cache_key key = {name, name_len};
    struct whet_cache_value v = {0};
    unsigned char bytes[PAD];
    struct whet_cache_room room = {.data = bytes, .size = sizeof(bytes)};
    int hit;

    switch (way) {
    case 0:
        hit = whet_cache_read(w->cache, name, name_len, bytes, sizeof(bytes), &len);
        break;
    case 1:
        hit = (int)whet_cache_get_many(w->cache, &key, 1, &v);
        break;
    case 2:
        hit = (int)whet_cache_read_many(w->cache, &key, 1, &room);
        len = room.len;
        break;
    default:
        hit = whet_cache_get(w->cache, name, name_len, &v);
    }
    w->state->gets++;
    if (hit == 1) {
        w->state->hits++;
        (void)check(w, k, v.held != NULL ? v.data : bytes, v.held != NULL ? v.len : len);
    }
    whet_cache_value_clear(&v);
    return hit;
}

static void get_many(struct world *w)
{
    struct whet_cache_key keys[KEYS];
    struct whet_cache_value values[KEYS];

    for (unsigned k = 0; k < KEYS; k++)
        keys[k] = (struct whet_cache_key){w->keys[k].name, strlen(w->keys[k].name)};
    w->state->hits += whet_cache_get_many(w->cache, keys, KEYS, values);
    w->state->gets += KEYS;
    for (unsigned k = 0; k < KEYS; k++) {
        if (values[k].data != NULL)
            (void)check(w, k, values[k].data, values[k].len);
        whet_cache_value_clear(&values[k]);
    }
}

/* ---- What is computed ---- */

enum act {
    LOAD,
    PUT,
    TELL, /* a new value, by putting it */
    GET,
    GET_MANY,
    REMOVE,
    INVALIDATE,
    EDIT,
    RENEW,
    OUTLIVE,
    CROWD,
    SYNC,
    REOPEN,
    ALL_FOUND
};

struct order {
    enum act act;
    unsigned key;
    unsigned odds; /* 1 in this many steps of a computation is disturbed; 0: none */
};

static void act(struct world *w, struct order order);

static void send(struct world *w, struct order order)
{
    char answer;

    assert_int_equal(write(w->other.orders, &order, sizeof(order)), sizeof(order));
    if (!pipe_read(w->other.answers, &answer, 1))
        other_failed(&w->other, w->choice->name);
}

static void disturb(struct world *w, unsigned odds)
{
    static const enum act acts[] = {RENEW, INVALIDATE, LOAD, PUT, REMOVE};
    struct order order = {.key = below_n(w, KEYS)};

    if (odds == 0 || below_n(w, odds) != 0)
        return;
    order.act = acts[below_n(w, w->other.pid != 0 ? 5 : 2)];
    if (order.act != INVALIDATE && order.act != RENEW)
        send(w, order);
    else if (w->other.pid != 0 && below_n(w, 2))
        send(w, order);
    else
        act(w, order);
}

static uint64_t load(struct world *w, unsigned k, unsigned odds);

/* What the maker sees, step by step, while the world goes on. */
static uint64_t make(struct world *w, unsigned k, struct whet_inputs *in, unsigned odds)
{
    const struct key *key = &w->keys[k];
    char path[500];
    uint64_t sum;

    assert_int_equal(whet_inputs_tag(in, key->tag), 0);
    for (unsigned f = 0; f < FILES; f++) {
        snprintf(path, sizeof(path), "%s/f%u", w->folder, f);
        if (key->files & (1u << f))
            assert_int_equal(whet_inputs_file(in, path), 0);
    }
    disturb(w, odds);
    sum = own(w, k);
    disturb(w, odds);
    for (unsigned n = 0; n < KEYS; n++) {
        if (!(key->needs & (1u << n)))
            continue;
        assert_int_equal(whet_inputs_need(in, w->keys[n].name, strlen(w->keys[n].name)), 0);
        w->state->needed[n] = 1;
        disturb(w, odds);
        if (!w->circles)
            sum = mix(sum, load(w, n, odds));
        else if (!(w->busy & (1u << n)))
            (void)load(w, n, odds);
        disturb(w, odds);
    }
    /* In a circle nobody can compute anything, but one sees it all at one moment. */
    if (w->circles)
        return truth(w, k);
    return key->coarse ? sum % 2 : sum;
}

struct making {
    struct world *world;
    unsigned key;
    unsigned odds;
    int made;
};

static int make_draft(void *ctx, struct whet_cache_draft *draft)
{
    struct making *m = ctx;
    unsigned char bytes[PAD];
    uint64_t sum =
        make(m->world, m->key, whet_cache_draft_inputs(draft), m->world->circles ? 0 : m->odds);

    m->made = 1;
    return whet_cache_draft_set(draft, bytes, fill(m->key, sum, bytes));
}

static void mortal_put(struct world *w, unsigned k)
{
    if (k == MORTAL)
        w->state->mortal_end_ns = whet__clock_wall_coarse_ns() + MORTAL_TTL;
}

static uint64_t load(struct world *w, unsigned k, unsigned odds)
{
    struct making m = {w, k, odds, 0};
    struct whet_cache_put how = {.ttl_ns = k == MORTAL ? MORTAL_TTL : 0};
    struct whet_cache_value v;
    uint64_t sum;

    w->busy |= 1u << k;
    assert_int_equal(whet_cache_load(w->cache, w->keys[k].name, strlen(w->keys[k].name),
                                     make_draft, &m, &how, &v),
                     0);
    w->busy &= ~(1u << k);
    mortal_put(w, k);
    w->state->gets++;
    w->state->hits += !m.made;
    if (!m.made)
        (void)check(w, k, v.data, v.len);
    memcpy(&sum, v.data, sizeof(sum));
    whet_cache_value_clear(&v);
    return sum;
}

static void put(struct world *w, unsigned k, unsigned odds)
{
    struct whet_cache_put how = {.ttl_ns = k == MORTAL ? MORTAL_TTL : 0};
    uint64_t changes = w->state->changes, sum;
    unsigned char bytes[PAD];
    int rc;

    assert_int_equal(whet_inputs_new(&how.inputs, w->cache), 0);
    w->busy |= 1u << k;
    sum = make(w, k, how.inputs, w->circles ? 0 : odds);
    w->busy &= ~(1u << k);
    if (below_n(w, 8) == 0)
        how.flags = WHET_CACHE_PINNED;
    else if (w->memory_only && below_n(w, 8) == 0)
        how.flags = WHET_CACHE_MEMORY_ONLY;
    rc = whet_cache_put(w->cache, w->keys[k].name, strlen(w->keys[k].name), bytes,
                        fill(k, sum, bytes), &how);
    whet_inputs_free(how.inputs);
    mortal_put(w, k);
    if (rc == -EFBIG) { /* where there is no memory */
        assert_int_equal(how.flags, WHET_CACHE_MEMORY_ONLY);
        return;
    }
    if (changes != w->state->changes) {
        assert_true(rc == 0 || rc == -ESTALE);
        w->state->late += rc != 0;
        return;
    }
    assert_int_equal(rc, 0);
    if (w->choice->fits && k != MORTAL && how.flags != WHET_CACHE_MEMORY_ONLY)
        assert_int_equal(get(w, k), 1);
}

/* Who needs it learns of it by the put alone. */
static void tell(struct world *w, unsigned k)
{
    if (w->circles || k == MORTAL || !w->state->needed[k])
        return;
    w->state->changes++;
    w->state->hidden[k]++;
    put(w, k, 0);
}

/* ---- Acts ---- */

static void crowd(struct world *w)
{
    unsigned char bytes[PAD];
    char name[16];

    for (int i = 0; i < 6; i++) {
        unsigned n = below_n(w, FILLERS);

        snprintf(name, sizeof(name), "x%u", n);
        assert_int_equal(
            whet_cache_put(w->cache, name, strlen(name), bytes, fill(n, n, bytes), NULL), 0);
    }
}

static void open_world(struct world *w)
{
    char path[500];
    struct whet_cache_options o = {
        .memory_bytes = w->choice->memory,
        .packed_bytes = w->choice->packed,
        .disk_bytes = w->choice->file ? 64 << 20 : 0,
        .path = w->choice->file ? path : NULL,
        .policy = w->choice->policy,
        .shards = 1,
    };

    snprintf(path, sizeof(path), "%s/cache.db", w->folder);
    w->cache = open_cache(&o);
}

static void reopen(struct world *w)
{
    whet_cache_free(w->cache);
    open_world(w);
}

/* What waits in the second process to be written counts as put later. */
static void removed(struct world *w, unsigned k)
{
    assert_int_equal(whet_cache_remove(w->cache, w->keys[k].name, strlen(w->keys[k].name)), 0);
    assert_true(get(w, k) == 0 || w->choice->file);
}

static void all_found(struct world *w)
{
    for (unsigned k = 0; k < MORTAL; k++) {
        struct whet_cache_why why;
        char note[1000] = "";

        /* Before the get, which takes away what it finds untrue. */
        assert_int_equal(
            whet_cache_explain(w->cache, w->keys[k].name, strlen(w->keys[k].name), &why), 0);
        if (get(w, k) == 1)
            continue;
        (void)whet_cache_note(w->cache, note, sizeof(note));
        fail_msg("%s: key %u is lost: %s %s", w->choice->name, k, why.text, note);
    }
}

static void act(struct world *w, struct order order)
{
    switch (order.act) {
    case LOAD:
        (void)load(w, order.key, order.odds);
        break;
    case PUT:
        put(w, order.key, order.odds);
        break;
    case TELL:
        tell(w, order.key);
        break;
    case GET:
        (void)get(w, order.key);
        break;
    case GET_MANY:
        get_many(w);
        break;
    case REMOVE:
        removed(w, order.key);
        break;
    case INVALIDATE:
        invalidate(w, order.key);
        break;
    case EDIT:
        edit(w, order.key % FILES, (int)below_n(w, 4) - 1);
        break;
    case RENEW:
        renew(w, order.key % FILES);
        break;
    case OUTLIVE:
        outlive(w);
        break;
    case CROWD:
        crowd(w);
        break;
    case SYNC:
        whet_cache_sync(w->cache);
        break;
    case REOPEN:
        reopen(w);
        break;
    case ALL_FOUND:
        all_found(w);
        break;
    }
}

/* ---- Worlds ---- */

static void step(struct world *w)
{
    static const struct {
        enum act act;
        unsigned share; /* of 100 */
    } odds[] = {{LOAD, 28}, {PUT, 10},    {TELL, 5},  {GET, 20}, {GET_MANY, 5},   {REMOVE, 2},
                {EDIT, 14}, {OUTLIVE, 1}, {CROWD, 5}, {SYNC, 2}, {INVALIDATE, 7}, {REOPEN, 1}};
    struct order order = {.key = below_n(w, KEYS), .odds = 15};
    unsigned at = 0, left = below_n(w, 100);

    while (left >= odds[at].share)
        left -= odds[at++].share;
    order.act = odds[at].act;
    if (order.act == REOPEN && !w->choice->file)
        order.act = GET_MANY;
    if (w->other.pid != 0 && below_n(w, 3) == 0)
        send(w, order);
    else
        act(w, order);
}

/* After everything was computed, and nothing has happened since, all is found: here, in the
 * second process, and after a restart of both. */
static void usefulness(struct world *w)
{
    if (!w->choice->fits)
        return;
    /* What the second one has yet to write would come back between the two removals, and stay
     * in this one's memory, and nowhere else. */
    if (w->other.pid != 0)
        send(w, (struct order){SYNC, 0, 0});
    for (unsigned k = 0; k < KEYS && w->memory_only; k++) {
        removed(w, k);
        if (w->other.pid != 0)
            send(w, (struct order){REMOVE, k, 0});
    }
    for (int round = 0; round < 2; round++) {
        for (unsigned k = 0; k < KEYS; k++)
            (void)load(w, k, 0);
    }
    all_found(w);
    if (!w->choice->file)
        return;
    whet_cache_sync(w->cache);
    send(w, (struct order){ALL_FOUND, 0, 0});
    reopen(w);
    send(w, (struct order){REOPEN, 0, 0});
    all_found(w);
    send(w, (struct order){ALL_FOUND, 0, 0});
}

/* Both processes know from the seed how all hangs together: the first four keys in a chain. */
static void world_init(struct world *w, const char *folder, uint64_t seed)
{
    memset(w, 0, sizeof(*w));
    snprintf(w->folder, sizeof(w->folder), "%s", folder);
    w->choice = &choices[seed % CHOICES];
    w->circles = (int)(seed / CHOICES % 3 == 2);
    w->memory_only = (int)(seed / CHOICES % 2);
    whet__random_init(&w->r, seed);
    for (unsigned k = 0; k < KEYS; k++) {
        struct key *key = &w->keys[k];

        key->files = below_n(w, 1u << FILES) & below_n(w, 1u << FILES);
        key->needs = below_n(w, 1u << KEYS) & below_n(w, 1u << KEYS);
        key->needs &= w->circles ? (1u << MORTAL) - 1 : (1u << k) - 1;
        if (k > 0 && k < 4)
            key->needs |= 1u << (k - 1);
        if (k == MORTAL)
            key->needs = key->files = 0;
        key->coarse = !w->circles && below_n(w, 3) == 0;
        snprintf(key->name, sizeof(key->name), "%c%u", k % 2 ? 'a' : 'b', k);
        snprintf(key->tag, sizeof(key->tag), "t%u", k % 3);
    }
}

/* The file `state` of the folder, in memory. */
static void state_open(struct world *w)
{
    char path[500];
    FILE *file;

    snprintf(path, sizeof(path), "%s/state", w->folder);
    file = fopen(path, "a+");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), sizeof(struct state)), 0);
    w->state =
        mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    assert_true(w->state != MAP_FAILED);
    fclose(file);
}

static void world_run(const char *folder, unsigned seed, unsigned steps)
{
    struct world w;
    char text[16];
    char name[] = "test_cache_truth";
    char *args[] = {name, w.folder, text, NULL};

    world_init(&w, folder, seed);
    state_open(&w);
    memset(w.state, 0, sizeof(*w.state));
    for (unsigned f = 0; f < FILES; f++)
        edit(&w, f, 1);
    open_world(&w);
    snprintf(text, sizeof(text), "%u", seed);
    if (w.choice->file)
        other_start(&w.other, args);
    for (unsigned i = 0; i < steps; i++)
        step(&w);
    print_message("# %s%s: %d gets, %d hits, %d puts too late\n", w.choice->name,
                  w.circles ? ", circles" : "", (int)w.state->gets, (int)w.state->hits,
                  (int)w.state->late);
    assert_true(w.state->hits > w.state->gets / 20);
    usefulness(&w);
    other_end(&w.other);
    whet_cache_free(w.cache);
    munmap(w.state, sizeof(*w.state));
}

static char **given; /* the second process's arguments */

/* What the second process does: what it is told, until nobody tells it anything. */
static void obey(void **state)
{
    unsigned seed = (unsigned)strtoul(given[2], NULL, 10);
    struct world w;
    struct order order;

    (void)state;
    world_init(&w, given[1], seed);
    whet__random_init(&w.r, seed + 1000003);
    state_open(&w);
    open_world(&w);
    while (pipe_read(OTHER_ORDERS, &order, sizeof(order))) {
        act(&w, order);
        if (write(OTHER_ANSWERS, "", 1) != 1)
            break;
    }
    whet_cache_free(w.cache);
    munmap(w.state, sizeof(*w.state));
}

static void test_never_stale(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 4 * CHOICES; seed++) {
        struct scratch s;

        scratch_init(&s);
        world_run(whet__text_str(&s.folder), seed, choices[seed % CHOICES].file ? 160 : 1500);
        scratch_clear(&s);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_stale),
    };
    const struct CMUnitTest second[] = {
        cmocka_unit_test(obey),
    };

    given = argv;
    return argc == 3 ? cmocka_run_group_tests(second, NULL, NULL)
                     : cmocka_run_group_tests(tests, NULL, NULL);
}
