/* cache/truth/validity.h: a value is never served after one of its inputs, direct or through
 * others, has changed; after a restart, in a second process, with circles, and whatever is
 * killed.
 *
 * A small world is simulated: files, keys that are made of files and of other keys, hidden
 * state that is announced by invalidating (by key, tag, prefix, or all), and users of one file
 * (or of memory alone) with a memory each and a disk in common that is written late. The oracle
 * is what a value would be if it were computed now. */
#include "truth.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/random.h"
#include "os/clock.h"

enum { FILES = 5, KEYS = 9, USERS = 2, DEPTH = 40 };

struct key {
    unsigned files; /* bits */
    unsigned needs; /* bits */
    int hidden;     /* state outside */
    int coarse;     /* its value says little: early cut-off */
    char name[16];
    char tag[16];
};

struct world {
    struct whet_random r;
    struct key keys[KEYS];
    int contents[FILES]; /* -1: missing */
    int circles;         /* values do not depend on values, for who would compute them? */
    struct user users[USERS];
    unsigned user_count;
    struct whet_entry *memory[USERS][KEYS];
    struct whet_entry *queue[USERS][KEYS]; /* on their way to the disk */
    struct whet_entry *disk[KEYS];
    const char *path;
    unsigned busy; /* keys being computed */
    int gets, hits, stales;
};

static unsigned below_n(struct world *w, unsigned n)
{
    return (unsigned)whet__random_below(&w->r, n);
}

static void drop(struct whet_entry **place)
{
    whet__entry_drop(*place);
    *place = NULL;
}

static void place(struct whet_entry **where, struct whet_entry *e)
{
    drop(where);
    *where = whet__entry_take(e);
}

/* ---- What is true ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t both[2] = {a, b};

    return whet__hash64(both, sizeof(both));
}

static unsigned reach(const struct world *w, unsigned k, unsigned seen)
{
    seen |= 1u << k;
    for (unsigned n = 0; n < KEYS; n++) {
        if (w->keys[k].needs & (1u << n) && !(seen & (1u << n)))
            seen = reach(w, n, seen);
    }
    return seen;
}

static uint64_t own(const struct world *w, unsigned k)
{
    uint64_t sum = mix(k, (uint64_t)w->keys[k].hidden);

    for (unsigned f = 0; f < FILES; f++) {
        if (w->keys[k].files & (1u << f))
            sum = mix(sum, (uint64_t)(w->contents[f] + 1));
    }
    return sum;
}

/* Where there are circles a value says what all that can be reached is like, else what it was
 * computed from. */
static uint64_t truth(const struct world *w, unsigned k)
{
    uint64_t sum = own(w, k);
    unsigned all = reach(w, k, 0);

    for (unsigned n = 0; n < KEYS; n++) {
        if (w->circles && all & (1u << n))
            sum = mix(sum, own(w, n));
        if (!w->circles && w->keys[k].needs & (1u << n))
            sum = mix(sum, truth(w, n));
    }
    return w->keys[k].coarse ? sum % 2 : sum;
}

static void format(uint64_t value, char out[24])
{
    snprintf(out, 24, "%llu", (unsigned long long)value);
}

/* ---- What happens ---- */

static const char *file_name(unsigned f)
{
    static char name[8];

    snprintf(name, sizeof(name), "f%u", f);
    return name;
}

static void file_edit(struct world *w)
{
    unsigned f = below_n(w, FILES);
    int content = (int)below_n(w, 4) - 1;
    char text[2] = {(char)('0' + content), '\0'};

    w->contents[f] = content;
    if (content < 0)
        unlink(below(file_name(f)));
    else
        file_put(file_name(f), text); /* always of the same size, often the same bytes */
}

static int invalidate(struct world *w)
{
    struct user *u = &w->users[below_n(w, w->user_count)];
    unsigned k = below_n(w, KEYS), way = below_n(w, 12);
    const struct key *key = &w->keys[k];

    for (unsigned n = 0; n < KEYS; n++) {
        const struct key *other = &w->keys[n];

        if (n == k || way == 0 || (way < 3 && strcmp(other->tag, key->tag) == 0) ||
            (way >= 3 && way < 5 && other->name[0] == key->name[0]))
            w->keys[n].hidden++;
    }
    if (way == 0)
        return whet__validity_mark(u->validity, WHET_MARK_ALL, NULL, 0);
    if (way < 3)
        return whet__validity_mark(u->validity, WHET_MARK_TAG, key->tag, strlen(key->tag));
    if (way < 5)
        return whet__validity_mark(u->validity, WHET_MARK_PREFIX, key->name, 1);
    return whet__validity_mark(u->validity, WHET_MARK_KEY, key->name, strlen(key->name));
}

/* The entry, found true where it was said to be; of memory, then of the disk. */
static struct whet_entry *get(struct world *w, unsigned user, unsigned k)
{
    struct whet_entry **places[] = {&w->memory[user][k], &w->queue[user][k], &w->disk[k]};
    char want[24];

    w->gets++;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct whet_entry *e = *places[i];

        if (e == NULL)
            continue;
        if (!entry_true(&w->users[user], e)) {
            drop(places[i]);
            continue;
        }
        format(truth(w, k), want);
        assert_int_equal(e->value_len, strlen(want));
        assert_memory_equal(whet__entry_value(e), want, strlen(want));
        if (i > 0)
            place(&w->memory[user][k], e);
        w->hits++;
        return e;
    }
    return NULL;
}

static uint64_t load(struct world *w, unsigned user, unsigned k);

static void disturb(struct world *w, unsigned odds)
{
    if (odds == 0 || below_n(w, odds) != 0)
        return;
    if (below_n(w, 2))
        file_edit(w);
    else
        assert_int_equal(invalidate(w), 0);
}

/* What the maker sees, step by step, while the world goes on. */
static uint64_t make(struct world *w, unsigned user, unsigned k, struct whet_inputs *in,
                     unsigned odds)
{
    const struct key *key = &w->keys[k];
    uint64_t sum;

    assert_int_equal(whet_inputs_tag(in, key->tag), 0);
    for (unsigned f = 0; f < FILES; f++) {
        if (key->files & (1u << f))
            assert_int_equal(whet_inputs_file(in, below(file_name(f))), 0);
    }
    disturb(w, odds);
    sum = own(w, k);
    disturb(w, odds);
    for (unsigned n = 0; n < KEYS; n++) {
        if (!(key->needs & (1u << n)))
            continue;
        assert_int_equal(whet_inputs_need(in, w->keys[n].name, strlen(w->keys[n].name)), 0);
        disturb(w, odds);
        if (w->circles) {
            if (!(w->busy & (1u << n)))
                (void)load(w, user, n);
        } else
            sum = mix(sum, load(w, user, n));
        disturb(w, odds);
    }
    /* In a circle nobody can compute anything, but one sees it all at one moment. */
    if (w->circles)
        return truth(w, k);
    return key->coarse ? sum % 2 : sum;
}

static uint64_t load(struct world *w, unsigned user, unsigned k)
{
    struct user *u = &w->users[user];
    struct whet_entry *e = get(w, user, k);
    struct whet_hash128 hash =
        whet__key_hash(u->seed, w->keys[k].name, strlen(w->keys[k].name));
    unsigned odds = w->circles ? 0 : 30;
    struct whet_inputs *in;
    char value[24];
    uint64_t sum;
    int rc;

    if (e != NULL) {
        char text[24] = {0};

        memcpy(text, whet__entry_value(e), e->value_len);
        return strtoull(text, NULL, 10);
    }
    w->busy |= 1u << k;
    assert_int_equal(whet__inputs_new(&in, u->validity, NULL, NULL), 0);
    sum = make(w, user, k, in, odds);
    format(sum, value);
    rc = entry_put(u, w->keys[k].name, value, in, &e);
    whet_inputs_free(in);
    w->busy &= ~(1u << k);
    if (rc == 0) {
        place(&w->memory[user][k], e);
        place(&w->queue[user][k], e);
        whet__entry_drop(e);
    } else {
        assert_int_equal(rc, -ESTALE);
        whet__validity_unkept(u->validity, &hash);
        w->stales++;
    }
    return sum;
}

/* A user's queue comes to the disk, in any order. As another process would, who reads it gets
 * a copy that nobody has looked at yet. */
static void settle(struct world *w, unsigned user)
{
    for (unsigned k = 0; k < KEYS; k++) {
        struct whet_entry *e = w->queue[user][k];

        if (e == NULL || below_n(w, 3) == 0)
            continue;
        drop(&w->disk[k]);
        assert_int_equal(whet__entry_new(&w->disk[k], &e->hash, whet__entry_key(e), e->key_len,
                                         whet__entry_about(e), e->about_len, e->value_len),
                         0);
        memcpy(whet__entry_value(w->disk[k]), whet__entry_value(e), e->value_len);
        w->disk[k]->epoch = e->epoch;
        drop(&w->queue[user][k]);
    }
}

static void restart(struct world *w, unsigned user)
{
    settle(w, user);
    for (unsigned k = 0; k < KEYS; k++) {
        drop(&w->memory[user][k]);
        drop(&w->queue[user][k]);
        /* What lies on the disk was checked by somebody else. */
        if (w->disk[k] != NULL)
            atomic_store(&w->disk[k]->checked, 0);
    }
    user_close(&w->users[user]);
    w->users[user] = user_open(w->path, 0);
}

static void step(struct world *w)
{
    unsigned user = below_n(w, w->user_count), k = below_n(w, KEYS), what = below_n(w, 100);

    if (what < 40)
        (void)load(w, user, k);
    else if (what < 65)
        (void)get(w, user, k);
    else if (what < 80)
        file_edit(w);
    else if (what < 88)
        assert_int_equal(invalidate(w), 0);
    else if (what < 94)
        settle(w, user);
    else if (what < 99)
        drop(&w->memory[user][k]);
    else if (w->path != NULL)
        restart(w, user);
}

/* After everything was computed once, and nothing happened since, all is found. */
static void all_is_found(struct world *w)
{
    for (unsigned k = 0; k < KEYS; k++)
        (void)load(w, 0, k);
    for (int round = 0; round < 2; round++) {
        for (unsigned k = 0; k < KEYS; k++)
            (void)load(w, 0, k);
    }
}

static void world_run(uint64_t seed, const char *path, int circles, int steps, int *totals)
{
    struct world w = {.path = path, .circles = circles, .user_count = path != NULL ? 2 : 1};

    whet__random_init(&w.r, seed);
    for (unsigned k = 0; k < KEYS; k++) {
        struct key *key = &w.keys[k];

        key->files = below_n(&w, 1u << FILES) & below_n(&w, 1u << FILES);
        key->needs = below_n(&w, 1u << KEYS) & below_n(&w, 1u << KEYS);
        key->needs &= circles ? (1u << KEYS) - 1 : (1u << k) - 1;
        key->coarse = !circles && below_n(&w, 3) == 0;
        snprintf(key->name, sizeof(key->name), "%c%u", k % 2 ? 'a' : 'b', k);
        snprintf(key->tag, sizeof(key->tag), "t%u", k % 3);
    }
    for (unsigned f = 0; f < FILES; f++)
        file_edit(&w);
    for (unsigned f = 0; f < FILES; f++) {
        w.contents[f] = 1;
        file_put(file_name(f), "1");
    }
    for (unsigned u = 0; u < w.user_count; u++)
        w.users[u] = user_open(path, 0);
    for (int i = 0; i < steps; i++)
        step(&w);
    totals[0] += w.gets;
    totals[1] += w.hits;
    totals[2] += w.stales;
    w.gets = w.hits = 0;
    all_is_found(&w);
    for (unsigned u = 0; u < w.user_count; u++) {
        for (unsigned k = 0; k < KEYS; k++) {
            drop(&w.memory[u][k]);
            drop(&w.queue[u][k]);
        }
        user_close(&w.users[u]);
    }
    for (unsigned k = 0; k < KEYS; k++)
        drop(&w.disk[k]);
}

static void worlds_run(const char *name, int count, int circles, int steps)
{
    int totals[3] = {0};
    char path[600];

    for (int i = 0; i < count; i++) {
        if (name != NULL) {
            char own_name[64];

            snprintf(own_name, sizeof(own_name), "%s%d", name, i);
            snprintf(path, sizeof(path), "%s", below(own_name));
        }
        world_run((uint64_t)i * 7919 + (uint64_t)circles, name != NULL ? path : NULL, circles,
                  steps, totals);
    }
    print_message("# %d gets, %d hits, %d puts too late\n", totals[0], totals[1], totals[2]);
    assert_true(totals[1] > totals[0] / 20);
}

static void nothing_stale_in_memory(void **state)
{
    (void)state;
    worlds_run(NULL, 60, 0, 600);
}

static void nothing_stale_in_circles(void **state)
{
    (void)state;
    worlds_run(NULL, 60, 1, 600);
}

static void nothing_stale_among_users_and_restarts(void **state)
{
    (void)state;
    worlds_run("chain", 4, 0, 500);
    worlds_run("circle", 4, 1, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_stale_in_memory, folder_enter, folder_leave),
        cmocka_unit_test_setup_teardown(nothing_stale_in_circles, folder_enter, folder_leave),
        cmocka_unit_test_setup_teardown(nothing_stale_among_users_and_restarts, folder_enter,
                                        folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
