/* pool/deque.c under every interleaving of its atomic steps: a small model checker.
 *
 * The deque's own source is compiled here with its atomic accesses replaced. A thread is
 * run from its start each time it takes a step: accesses it has made before are answered
 * from its log, the next one is made, and where it would make another it is left
 * (longjmp). So a state is memory and logs, can be copied and compared, and each is
 * visited once.
 *
 * The order that is written at an access is what it gets, at its weakest:
 * - a store that is not sequentially consistent waits in a buffer of its thread, and reaches
 *   memory in a step of its own: before or after any other one, but after an earlier one to
 *   the same place, and, if it is a release, after all earlier ones. One that is
 *   sequentially consistent, and a swap that succeeds, come after all earlier ones;
 * - a load sees the newest of its own thread's stores; a load of `top` that is not
 *   sequentially consistent may see any older value that its thread has not seen past.
 * What is not played: loads that pass each other. The code leaves them no room: a thief's are
 * acquire or stronger, but for those of a slot, which stand between an acquire and a swap;
 * an owner's of its own end and block see its own stores whatever the order.
 * Orders made weaker are found out (the_orders_are_needed).
 *
 * The five words of a slot are taken in three steps: the first, the last, and those between. */
#include "../harness.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"

static uintptr_t access_load(const void *p, memory_order order);
static void access_store(void *p, uintptr_t value, memory_order order);
static int access_swap(void *p, int64_t *expected, int64_t value);
static void *take_room(size_t count, size_t size);

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(p, order) ((__typeof__(((void)0, *(p))))access_load(p, order))
#define atomic_store_explicit(p, value, order)                                                 \
    access_store((void *)(uintptr_t)(p), (uintptr_t)(value), order)
#define atomic_compare_exchange_strong_explicit(p, expected, value, yes, no)                   \
    access_swap(p, expected, value)
#define whet__mem_zalloc      take_room
#define whet__mem_free(block) ((void)(block))
#define DEQUE_MIN             2

#include "../../../src/pool/deque.c"

#undef whet__mem_zalloc
#undef whet__mem_free

#define THREADS_MAX 3
#define LOG_MAX     200
#define JOBS_MAX    8
#define BUFFER_MAX  12
#define STALE_MAX   3 /* how old a value of top may be: 0 to 2 thefts */
#define ACTIONS     (THREADS_MAX * (STALE_MAX + BUFFER_MAX))
#define DEPTH_MAX   (2 * THREADS_MAX * LOG_MAX)

/* Words of a block of eight. */
#define ROOM                                                                                   \
    ((sizeof(struct whet_deque_block) + 8 * sizeof(struct whet_deque_slot)) / sizeof(uint64_t))

struct thread_log {
    size_t len;
    int done;
    uintptr_t values[LOG_MAX];
};

/* A store that has not reached memory: up to three words of a slot. */
struct late_store {
    uintptr_t *at;
    size_t words;
    uintptr_t values[3];
    int release;
};

/* All that a state is. */
struct world {
    struct whet_deque deque;
    uint64_t blocks[3][ROOM];
    struct thread_log logs[THREADS_MAX];
    struct late_store late[THREADS_MAX][BUFFER_MAX];
    size_t late_count[THREADS_MAX];
    int64_t top_seen[THREADS_MAX];
    uintptr_t got[THREADS_MAX][JOBS_MAX]; /* what each operation took; 0: nothing */
};

/* What threads do: the owner's letters are + push and - pop, a thief's number is steals. */
struct play {
    const char *owner;
    int thieves[THREADS_MAX - 1];
};

/* Deques that are broken, each of which must be found out. */
enum weakness {
    AS_IT_IS,
    BLIND_SWAPS, /* they do not compare */
    WEAK_POP,    /* its store of the new end is a release only */
    WEAK_LOOK,   /* its load of top after that may be stale */
    WEAK_PUSH,   /* its store of the new end is relaxed */
    WEAK_GROWTH  /* so is the store of a new block */
};

static struct world world;
static const struct play *play;
static enum weakness weakness;
static unsigned running; /* whose turn it is */
static int direct;       /* no thread: accesses are just made */
static int stale;        /* how old a value of top this step reads */
static size_t cursor;
static int moved; /* the step has been made */
static jmp_buf leave;

static uint64_t *seen;
static size_t seen_cap, seen_count;
static size_t faults;

/* The word of a slot that an address is; SIZE_MAX: of none. */
static size_t slot_word(const void *p)
{
    for (size_t i = 0; i < 3; i++) {
        uintptr_t slots = (uintptr_t)world.blocks[i] + sizeof(struct whet_deque_block);
        uintptr_t end = (uintptr_t)(world.blocks[i] + ROOM);

        if ((uintptr_t)p >= slots && (uintptr_t)p < end)
            return ((uintptr_t)p - slots) % sizeof(struct whet_deque_slot) / sizeof(uintptr_t);
    }
    return SIZE_MAX;
}

/* Between the first and the last word of a slot, and what an owner alone writes. */
static int is_quiet(const void *p)
{
    size_t word = slot_word(p);

    if (word != SIZE_MAX)
        return word > 0 && word < 4;
    return running == 0 &&
           (p == (const void *)&world.deque.bottom || p == (const void *)&world.deque.block);
}

/* 1: the log answers. Leaves the thread where a second step would begin. */
static int is_replay(int quiet)
{
    if (direct)
        return 0;
    if (cursor < world.logs[running].len)
        return 1;
    if (moved && !quiet)
        longjmp(leave, 1);
    moved |= !quiet;
    return 0;
}

static uintptr_t log_next(void)
{
    return world.logs[running].values[cursor++];
}

static uintptr_t log_add(uintptr_t value)
{
    struct thread_log *log = &world.logs[running];

    if (direct)
        return value;
    assert_true(log->len < LOG_MAX);
    log->values[log->len++] = value;
    cursor++;
    return value;
}

/* What the thread sees there: its own newest store, or memory. */
static uintptr_t value_at(const void *p)
{
    uintptr_t value;

    memcpy(&value, p, sizeof(value));
    for (size_t i = 0; !direct && i < world.late_count[running]; i++) {
        const struct late_store *l = &world.late[running][i];

        for (size_t w = 0; w < l->words; w++) {
            if (l->at + w == (const uintptr_t *)p)
                value = l->values[w];
        }
    }
    return value;
}

static memory_order load_order(memory_order order)
{
    return weakness == WEAK_LOOK && running == 0 ? memory_order_relaxed : order;
}

static uintptr_t access_load(const void *p, memory_order order)
{
    uintptr_t value;
    int64_t *since = &world.top_seen[running];

    if (is_replay(is_quiet(p)))
        return log_next();
    value = value_at(p);
    if (p == (const void *)&world.deque.top && !direct) {
        if (load_order(order) != memory_order_seq_cst && (int64_t)value - stale >= *since)
            value -= (uintptr_t)stale;
        *since = (int64_t)value;
    }
    return log_add(value);
}

static memory_order store_order(const void *p, uintptr_t value, memory_order order)
{
    int64_t bottom = (int64_t)value_at(&world.deque.bottom);

    if (p == (const void *)&world.deque.bottom && order == memory_order_seq_cst) {
        if (weakness == WEAK_POP && (int64_t)value < bottom)
            return memory_order_release;
        if (weakness == WEAK_PUSH && (int64_t)value > bottom)
            return memory_order_relaxed;
    }
    if (weakness == WEAK_GROWTH && p == (const void *)&world.deque.block)
        return memory_order_relaxed;
    return order;
}

static void store_late(void *p, uintptr_t value, int release)
{
    size_t *count = &world.late_count[running], word = slot_word(p);
    struct late_store *l = &world.late[running][*count];

    if (*count > 0 && word > 1 && word < 4 && l[-1].at + l[-1].words == (uintptr_t *)p) {
        l[-1].values[l[-1].words++] = value;
        return;
    }
    assert_true(*count < BUFFER_MAX);
    *l = (struct late_store){.at = p, .words = 1, .values = {value}, .release = release};
    ++*count;
}

/* In a block that its thread has not made known: nobody can tell when it is written, as long as
 * what makes it known is a release. */
static int is_hidden(const void *p)
{
    uintptr_t block = value_at(&world.deque.block);

    return slot_word(p) != SIZE_MAX && weakness != WEAK_GROWTH &&
           ((uintptr_t)p < block || (uintptr_t)p >= block + ROOM * sizeof(uint64_t));
}

/* Waits, as a step of nothing, for what must reach memory before. */
static void await_buffer(void)
{
    if (!direct && world.late_count[running] != 0)
        longjmp(leave, 1);
}

static void access_store(void *p, uintptr_t value, memory_order order)
{
    int late = !direct && store_order(p, value, order) != memory_order_seq_cst;

    if (is_replay(late)) {
        (void)log_next();
        return;
    }
    if (late && !is_hidden(p)) {
        store_late(p, value, store_order(p, value, order) == memory_order_release);
    } else {
        if (!late)
            await_buffer();
        memcpy(p, &value, sizeof(value));
    }
    (void)log_add(0);
}

static int access_swap(void *p, int64_t *expected, int64_t value)
{
    int blind = weakness == BLIND_SWAPS;
    uintptr_t old;

    if (is_replay(0)) {
        old = log_next();
    } else {
        memcpy(&old, p, sizeof(old));
        if (old == (uintptr_t)*expected || blind) {
            await_buffer();
            memcpy(p, &value, sizeof(value));
        }
        world.top_seen[running] = (int64_t)old;
        (void)log_add(old);
    }
    if (old == (uintptr_t)*expected || blind)
        return 1;
    *expected = (int64_t)old;
    return 0;
}

/* By size: the owner asks for each once, and again when it is replayed. */
static void *take_room(size_t count, size_t size)
{
    size_t cap =
        (count * size - sizeof(struct whet_deque_block)) / sizeof(struct whet_deque_slot);

    assert_true(cap == 2 || cap == 4 || cap == 8);
    return world.blocks[cap / 4];
}

static struct whet_job job_of(uintptr_t id)
{
    struct whet_job job = {(whet_task_run)id, (void *)id, (void *)id, (struct whet_group *)id,
                           (int *)id};

    return job;
}

/* The id of a whole job; a torn one is a fault of its own. */
static uintptr_t id_of(const struct whet_job *job)
{
    uintptr_t id = (uintptr_t)job->ctx;
    struct whet_job whole = job_of(id);

    return memcmp(&whole, job, sizeof(whole)) == 0 ? id : UINTPTR_MAX;
}

static void play_owner(uintptr_t *got)
{
    struct whet_job job;
    uintptr_t id = 0;

    for (size_t i = 0; play->owner[i] != '\0'; i++) {
        if (play->owner[i] == '+') {
            job = job_of(++id);
            assert_int_equal(whet__deque_push(&world.deque, &job), 0);
        } else if (whet__deque_pop(&world.deque, &job)) {
            got[i] = id_of(&job);
        }
    }
}

static void play_thief(uintptr_t *got, int steals)
{
    struct whet_job job;

    for (int i = 0; i < steals; i++) {
        if (whet__deque_steal(&world.deque, &job) == WHET_DEQUE_GOT)
            got[i] = id_of(&job);
    }
}

/* Lets one thread take one step, and all that it does alone after it. */
static void make_step(unsigned thread)
{
    running = thread;
    cursor = 0;
    moved = 0;
    if (setjmp(leave) != 0)
        return;
    if (thread == 0)
        play_owner(world.got[0]);
    else
        play_thief(world.got[thread], play->thieves[thread - 1]);
    world.logs[thread].done = 1;
}

static int words_meet(const struct late_store *a, const struct late_store *b)
{
    return a->at < b->at + b->words && b->at < a->at + a->words;
}

/* Lets a store reach memory, if it may before those that are older. */
static void make_late(unsigned thread, size_t which)
{
    struct late_store *late = world.late[thread];
    size_t *count = &world.late_count[thread];

    if (which >= *count)
        return;
    for (size_t i = 0; i < which; i++) {
        if (late[which].release || words_meet(&late[i], &late[which]))
            return;
    }
    memcpy(late[which].at, late[which].values, late[which].words * sizeof(uintptr_t));
    memmove(&late[which], &late[which + 1], (*count - which - 1) * sizeof(*late));
    memset(&late[--*count], 0, sizeof(*late));
}

/* What can happen next is one of ACTIONS: a thread's step, or a store's. An owner's step can
 * have read values of different age. 0: this one cannot be. */
static int may_be(const struct world *w, unsigned action)
{
    unsigned thread = action % THREADS_MAX, which = action / THREADS_MAX;

    if (which >= STALE_MAX)
        return which - STALE_MAX < w->late_count[thread];
    return !w->logs[thread].done && (which == 0 || thread == 0);
}

static void make_action(unsigned action)
{
    unsigned thread = action % THREADS_MAX, which = action / THREADS_MAX;

    stale = which < STALE_MAX ? (int)which : 0;
    if (which >= STALE_MAX)
        make_late(thread, which - STALE_MAX);
    else
        make_step(thread);
}

/* 1 when the state is new. */
static int note_state(void)
{
    uint64_t hash = whet__hash64(&world, sizeof(world)) | 1;
    size_t at = (size_t)hash & (seen_cap - 1);

    while (seen[at] != 0) {
        if (seen[at] == hash)
            return 0;
        at = (at + 1) & (seen_cap - 1);
    }
    seen[at] = hash;
    seen_count++;
    assert_true(seen_count < seen_cap / 2);
    return 1;
}

static void take_id(uintptr_t id, unsigned *times)
{
    if (id > JOBS_MAX)
        faults++; /* torn */
    else
        times[id]++;
}

/* All threads are done: each job was taken once or is still there, and thieves got theirs in
 * order. */
static void check_end(void)
{
    struct world end = world;
    unsigned times[JOBS_MAX + 1] = {0};
    struct whet_job job;
    uintptr_t pushed = 0;

    for (size_t i = 0; play->owner[i] != '\0'; i++)
        pushed += play->owner[i] == '+';
    for (size_t t = 0; t < THREADS_MAX; t++) {
        uintptr_t last = 0;

        for (size_t i = 0; i < JOBS_MAX; i++) {
            uintptr_t id = world.got[t][i];

            if (id == 0)
                continue;
            take_id(id, times);
            faults += t != 0 && id <= last;
            last = id;
        }
    }
    direct = 1;
    for (size_t i = 0; i < JOBS_MAX && whet__deque_pop(&world.deque, &job); i++)
        take_id(id_of(&job), times);
    direct = 0;
    for (uintptr_t id = 1; id <= pushed; id++)
        faults += times[id] != 1;
    world = end;
}

static int is_over(unsigned threads)
{
    for (unsigned t = 0; t < threads; t++) {
        if (!world.logs[t].done || world.late_count[t] != 0)
            return 0;
    }
    return 1;
}

/* Depth first; each level keeps its state and the next action to try. */
static void explore(unsigned threads)
{
    static struct world saved[DEPTH_MAX];
    static unsigned next[DEPTH_MAX];
    size_t depth = 0;

    saved[0] = world;
    next[0] = 0;
    for (;;) {
        unsigned action = next[depth]++;

        if (action == ACTIONS) {
            if (depth == 0)
                return;
            depth--;
            continue;
        }
        if (action % THREADS_MAX >= threads || !may_be(&saved[depth], action))
            continue;
        world = saved[depth];
        make_action(action);
        if (memcmp(&world, &saved[depth], sizeof(world)) == 0 || !note_state())
            continue;
        if (is_over(threads))
            check_end();
        depth++;
        assert_true(depth < DEPTH_MAX);
        saved[depth] = world;
        next[depth] = 0;
    }
}

static size_t run_play(const struct play *p)
{
    unsigned threads = 1;

    play = p;
    faults = 0;
    seen_count = 0;
    memset(seen, 0, seen_cap * sizeof(*seen));
    memset(&world, 0, sizeof(world));
    direct = 1;
    assert_int_equal(whet__deque_init(&world.deque), 0);
    direct = 0;
    while (threads < THREADS_MAX && p->thieves[threads - 1] != 0)
        threads++;
    explore(threads);
    print_message("# owner %-7s thieves %d %d: %zu states\n", p->owner, p->thieves[0],
                  p->thieves[1], seen_count);
    return faults;
}

static const struct play plays[] = {
    {"+++--", {1, 1}}, {"++--", {2, 1}}, {"+++++---", {2, 0}}, {"+-", {1, 0}},
    {"+-", {2, 1}},    {"++--", {2, 0}}, {"++--", {1, 1}},     {"+-+-", {2, 0}},
    {"+-+-", {1, 1}},  {"+++-", {2, 0}}, /* grows */
    {"+++--", {3, 0}}, {"+++-", {1, 1}}, {"++-+-", {2, 0}},    {"-+--+-", {2, 0}},
};

static int setup(void **state)
{
    (void)state;
    seen_cap = (size_t)1 << 22;
    seen = whet__mem_zalloc(seen_cap, sizeof(*seen));
    return seen == NULL;
}

static int teardown(void **state)
{
    (void)state;
    whet__mem_free(seen);
    return 0;
}

static void each_job_is_taken_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++)
        assert_int_equal(run_play(&plays[i]), 0);
}

static size_t faults_of(enum weakness broken, const struct play *p)
{
    size_t found;

    weakness = broken;
    found = run_play(p);
    weakness = AS_IT_IS;
    return found;
}

/* The checker sees what it is there for. */
static void a_broken_deque_is_found_out(void **state)
{
    static const struct play last = {"+-", {1, 0}}, two = {"++--", {2, 0}};

    (void)state;
    assert_true(faults_of(BLIND_SWAPS, &last) > 0);
    assert_true(faults_of(BLIND_SWAPS, &two) > 0);
}

static void the_orders_are_needed(void **state)
{
    static const struct play two = {"++-", {2, 0}}, grows = {"+++", {1, 0}};

    (void)state;
    assert_true(faults_of(WEAK_POP, &two) > 0);
    assert_true(faults_of(WEAK_LOOK, &two) > 0);
    assert_true(faults_of(WEAK_PUSH, &two) > 0);
    assert_true(faults_of(WEAK_GROWTH, &grows) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_is_taken_once),
        cmocka_unit_test(a_broken_deque_is_found_out),
        cmocka_unit_test(the_orders_are_needed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
