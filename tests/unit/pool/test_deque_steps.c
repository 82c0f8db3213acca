/* pool/deque.c under every interleaving of its atomic steps: a small model checker.
 *
 * The deque's own source is compiled here with its atomic accesses replaced. A thread is
 * run from its start each time it takes a step: accesses it has made before are answered
 * from its log, the next one is made, and where it would make another it is left
 * (longjmp). So a state is memory and logs, can be copied and compared, and each is
 * visited once. Since the accesses that order threads are sequentially consistent (see
 * pool/deque.h), these interleavings are all there are.
 *
 * The five words of a slot are taken in three steps: the first, the last, and those between. */
#include "../harness.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"

static uintptr_t access_load(const void *p);
static void access_store(void *p, uintptr_t value);
static int access_swap(void *p, int64_t *expected, int64_t value);
static void *take_room(size_t count, size_t size);

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_load_explicit(p, order) ((__typeof__(((void)0, *(p))))access_load(p))
#define atomic_store_explicit(p, value, order)                                                 \
    access_store((void *)(uintptr_t)(p), (uintptr_t)(value))
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
#define DEPTH_MAX   (THREADS_MAX * LOG_MAX)

/* Words of a block of eight. */
#define ROOM                                                                                   \
    ((sizeof(struct whet_deque_block) + 8 * sizeof(struct whet_deque_slot)) / sizeof(uint64_t))

struct thread_log {
    size_t len;
    int done;
    uintptr_t values[LOG_MAX];
};

/* All that a state is. */
struct world {
    struct whet_deque deque;
    uint64_t blocks[3][ROOM];
    struct thread_log logs[THREADS_MAX];
    uintptr_t got[THREADS_MAX][JOBS_MAX]; /* what each operation took; 0: nothing */
};

/* What threads do: the owner's letters are + push and - pop, a thief's number is steals. */
struct play {
    const char *owner;
    int thieves[THREADS_MAX - 1];
};

static struct world world;
static const struct play *play;
static unsigned running; /* whose turn it is */
static int direct;       /* no thread: accesses are just made */
static int blind;        /* swaps do not compare: a broken deque, which must be found out */
static size_t cursor;
static int moved; /* the step has been made */
static jmp_buf leave;

static uint64_t *seen;
static size_t seen_cap, seen_count;
static size_t faults;

/* Between the first and the last word of a slot. */
static int is_quiet(const void *p)
{
    for (size_t i = 0; i < 3; i++) {
        uintptr_t slots = (uintptr_t)world.blocks[i] + sizeof(struct whet_deque_block);
        uintptr_t end = (uintptr_t)(world.blocks[i] + ROOM);

        if ((uintptr_t)p >= slots && (uintptr_t)p < end) {
            size_t word = ((uintptr_t)p - slots) % sizeof(struct whet_deque_slot);

            return word != offsetof(struct whet_deque_slot, run) &&
                   word != offsetof(struct whet_deque_slot, result);
        }
    }
    return 0;
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

static uintptr_t access_load(const void *p)
{
    uintptr_t value;

    if (is_replay(is_quiet(p)))
        return log_next();
    memcpy(&value, p, sizeof(value));
    return log_add(value);
}

static void access_store(void *p, uintptr_t value)
{
    if (is_replay(is_quiet(p))) {
        (void)log_next();
        return;
    }
    memcpy(p, &value, sizeof(value));
    (void)log_add(0);
}

static int access_swap(void *p, int64_t *expected, int64_t value)
{
    uintptr_t old;

    if (is_replay(0)) {
        old = log_next();
    } else {
        memcpy(&old, p, sizeof(old));
        if (old == (uintptr_t)*expected || blind)
            memcpy(p, &value, sizeof(value));
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

/* Depth first; each level keeps its state and the next thread to try. */
static void explore(unsigned threads)
{
    static struct world saved[DEPTH_MAX];
    static unsigned next[DEPTH_MAX];
    size_t depth = 0;

    saved[0] = world;
    next[0] = 0;
    for (;;) {
        while (next[depth] < threads && saved[depth].logs[next[depth]].done)
            next[depth]++;
        if (next[depth] == threads) {
            if (depth == 0)
                return;
            depth--;
            continue;
        }
        world = saved[depth];
        make_step(next[depth]++);
        if (!note_state())
            continue;
        depth++;
        assert_true(depth < DEPTH_MAX);
        saved[depth] = world;
        next[depth] = 0;
        for (unsigned t = 0, done = 1; done && t < threads; t++) {
            done = (unsigned)world.logs[t].done;
            if (done && t + 1 == threads)
                check_end();
        }
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

/* The checker sees what it is there for. */
static void a_broken_deque_is_found_out(void **state)
{
    static const struct play last = {"+-", {1, 0}}, two = {"++--", {2, 0}};

    (void)state;
    blind = 1;
    assert_true(run_play(&last) > 0);
    assert_true(run_play(&two) > 0);
    blind = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_is_taken_once),
        cmocka_unit_test(a_broken_deque_is_found_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
