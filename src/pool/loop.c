/* Loops cut into chunks while they run. Expected load: a thousand bodies of a nanosecond,
 * where handing out is all the cost, up to 100,000 files of which one takes a second,
 * where a chunk of more than one would decide when the loop ends. */
#include "pool/engine.h"

#include <errno.h>
#include <stdint.h>

#include "os/clock.h"

#define CHUNK_NS 20000.0 /* hands out 50,000 chunks a second: a thousandth of the time */
#define LEAST_NS 1000.0  /* to take so little from another costs more than it saves */

struct pool_loop {
    struct whet_group group;
    atomic_size_t next;
    size_t count;
    size_t grain;
    size_t helpers; /* tasks that take part, beside the caller */
    int delegated;  /* the caller has no part: the first helper stays in its place */
    whet_loop_body body;
    whet_range_body range; /* in place of `body` */
    void *ctx;
    int *results;
    atomic_size_t failed_at; /* the lowest index that did not answer 0; `count`: none */
    int failure;             /* its answer; changed under the pool's lock */
};

/* What one worker has learned about the body. */
struct loop_pace {
    size_t chunk;
    uint64_t at_ns;
    double cost_ns; /* of one index in the last chunk */
};

/* Those that may take part as things are. */
static size_t loop_hands(const struct pool_loop *loop)
{
    size_t now = atomic_load_explicit(&loop->group.pool->target, memory_order_relaxed);

    return now <= loop->helpers ? now : loop->helpers + 1;
}

/* A part of the `left` indexes that leaves some to the others, if there are any and what is
 * left is worth it. */
static size_t chunk_share(const struct pool_loop *loop, const struct loop_pace *pace,
                          size_t left)
{
    size_t hands = loop_hands(loop);

    if (hands == 1 || pace->cost_ns * (double)left <= LEAST_NS)
        return left;
    return left / (2 * hands);
}

/* How many of the `left` indexes to take: what fills the time by the last chunk's cost, but
 * not more than twice that chunk, because costs differ. */
static size_t chunk_size(const struct pool_loop *loop, const struct loop_pace *pace,
                         size_t left)
{
    size_t size = pace->chunk * 2, share;

    if (loop->grain != 0)
        return loop->grain < left ? loop->grain : left;
    share = chunk_share(loop, pace, left);
    if (size > share)
        size = share;
    if (pace->cost_ns * (double)size > CHUNK_NS)
        size = (size_t)(CHUNK_NS / pace->cost_ns);
    return size != 0 ? size : 1;
}

/* Takes a chunk from the front: its size, 0 when there is none left. */
static size_t chunk_take(struct pool_loop *loop, struct loop_pace *pace, size_t *begin)
{
    size_t next = atomic_load_explicit(&loop->next, memory_order_relaxed), size;

    do {
        if (next >= loop->count)
            return 0;
        size = chunk_size(loop, pace, loop->count - next);
    } while (!atomic_compare_exchange_weak_explicit(
        &loop->next, &next, next + size, memory_order_relaxed, memory_order_relaxed));
    *begin = next;
    pace->chunk = size;
    return size;
}

static void pace_learn(const struct pool_loop *loop, struct loop_pace *pace, size_t size)
{
    uint64_t now;

    if (loop->grain != 0)
        return;
    now = whet__clock_now_ns();
    pace->cost_ns = (double)(now - pace->at_ns) / (double)size;
    pace->at_ns = now;
}

static void note_failure(struct pool_loop *loop, size_t index, int answer)
{
    pthread_mutex_t *lock = &loop->group.pool->lock;

    if (index >= atomic_load_explicit(&loop->failed_at, memory_order_relaxed))
        return;
    pthread_mutex_lock(lock);
    if (index < atomic_load_explicit(&loop->failed_at, memory_order_relaxed)) {
        atomic_store_explicit(&loop->failed_at, index, memory_order_relaxed);
        loop->failure = answer;
    }
    pthread_mutex_unlock(lock);
}

static void take_answer(struct pool_loop *loop, size_t index, int answer)
{
    if (loop->results != NULL)
        loop->results[index] = answer;
    if (answer != 0)
        note_failure(loop, index, answer);
}

/* Around an empty body each load and each branch taken is a tenth of the time. */
static void indexes_run(struct pool_loop *loop, size_t begin, size_t end, unsigned worker)
{
    whet_loop_body body = loop->body;
    void *ctx = loop->ctx;
    int asked = loop->results != NULL;

    for (size_t i = begin; i < end; i++) {
        int rc = body(ctx, i, worker);

        if ((rc | asked) != 0)
            take_answer(loop, i, rc);
    }
}

static void chunk_run(struct pool_loop *loop, size_t begin, size_t end, unsigned worker)
{
    int rc;

    if (loop->range == NULL) {
        indexes_run(loop, begin, end, worker);
        return;
    }
    rc = loop->range(loop->ctx, begin, end, worker);
    for (size_t i = begin; i < end && loop->results != NULL; i++)
        loop->results[i] = rc;
    if (rc != 0)
        note_failure(loop, begin, rc);
}

/* Takes all that is left and answers for it. */
static void loop_cancel(struct pool_loop *loop, int answer)
{
    size_t begin = atomic_exchange(&loop->next, loop->count);

    for (size_t i = begin; i < loop->count && loop->results != NULL; i++)
        loop->results[i] = answer;
    if (begin < loop->count)
        note_failure(loop, begin, answer);
}

/* Runs chunks as that worker until there are none, or the worker is one too many and need not
 * stay; `tick` is NULL but for the caller. */
static void loop_run(struct pool_loop *loop, unsigned worker, int stays, struct whet_tick *tick)
{
    struct loop_pace pace = {.at_ns = loop->grain == 0 ? whet__clock_now_ns() : 0};
    const struct whet_pool *p = loop->group.pool;
    size_t begin, size;
    int rc;

    while (stays || worker < atomic_load_explicit(&p->target, memory_order_relaxed)) {
        rc = whet_token_check(loop->group.options.token);
        if (rc != 0)
            loop_cancel(loop, rc);
        size = chunk_take(loop, &pace, &begin);
        if (size == 0)
            break;
        chunk_run(loop, begin, begin + size, worker);
        pace_learn(loop, &pace, size);
        if (tick != NULL)
            whet__tick_check(tick, NULL);
    }
}

static int loop_help(void *ctx, void *arg, unsigned worker);

/* Each helper calls two more, so that many are there soon and few for a short loop. */
static int call_helper(struct pool_loop *loop, size_t number)
{
    const struct whet_job job = {loop_help, loop, (void *)(uintptr_t)number, &loop->group,
                                 NULL};

    if (number > loop->helpers ||
        atomic_load_explicit(&loop->next, memory_order_relaxed) >= loop->count)
        return 0;
    return whet__group_submit(&loop->group, &job);
}

static int loop_help(void *ctx, void *arg, unsigned worker)
{
    struct pool_loop *loop = ctx;
    size_t number = (uintptr_t)arg;

    for (size_t i = 2 * number; i <= 2 * number + 1; i++) {
        if (call_helper(loop, i) != 0)
            break; /* fewer hands; the caller alone would finish it, too */
    }
    loop_run(loop, worker, loop->delegated && number == 1, NULL);
    return 0;
}

static void loop_init(struct pool_loop *loop, struct whet_pool *p,
                      const struct whet_loop_options *options)
{
    struct whet_group_options group = {NULL, NULL, NULL};
    size_t hands = p->max < loop->count ? p->max : loop->count;

    if (options != NULL) {
        group.token = options->token;
        group.tick = options->tick;
        group.ctx = options->ctx;
        loop->grain = options->grain;
        loop->results = options->results;
    }
    whet__group_init(&loop->group, p, &group);
    loop->helpers = hands > 0 ? hands - 1 : 0;
    atomic_init(&loop->next, 0);
    atomic_init(&loop->failed_at, loop->count);
}

/* By helpers alone: for a thread that finds no seat. */
static int loop_delegate(struct pool_loop *loop)
{
    int rc;

    loop->helpers++;
    loop->delegated = 1;
    rc = call_helper(loop, 1);
    if (rc == 0)
        whet__group_wait(&loop->group);
    return rc;
}

static void loop_work(struct pool_loop *loop, const struct pool_worker *w)
{
    struct whet_tick tick;

    whet__tick_init(&tick, loop->group.options.tick, loop->group.options.ctx);
    (void)!call_helper(loop, 1); /* fewer hands */
    loop_run(loop, w->number, 1, &tick);
    whet__group_wait(&loop->group);
}

static int loop_do(struct pool_loop *loop, struct whet_pool *pool,
                   const struct whet_loop_options *options)
{
    struct pool_worker *w = whet__engine_self(pool), *seat = NULL;
    int rc;

    if (loop->count == 0)
        return 0;
    loop_init(loop, pool, options);
    if (w == NULL)
        w = seat = whet__engine_enter(pool);
    if (w != NULL) {
        loop_work(loop, w);
    } else {
        rc = loop_delegate(loop);
        if (rc != 0)
            return rc;
    }
    if (seat != NULL)
        whet__engine_leave(seat);
    return loop->failure;
}

int whet_pool_for(struct whet_pool *pool, size_t count, whet_loop_body body, void *ctx,
                  const struct whet_loop_options *options)
{
    struct pool_loop loop = {.count = count, .body = body, .ctx = ctx};

    if (body == NULL)
        return -EINVAL;
    return loop_do(&loop, pool, options);
}

int whet_pool_for_ranges(struct whet_pool *pool, size_t count, whet_range_body body, void *ctx,
                         const struct whet_loop_options *options)
{
    struct pool_loop loop = {.count = count, .range = body, .ctx = ctx};

    if (body == NULL)
        return -EINVAL;
    return loop_do(&loop, pool, options);
}
