/* Whose turn it is. Load: one per put, per value that moves between levels, and per entry that
 * is found untrue; some million per second. */
#include "cache/turn.h"

#include <errno.h>
#include <sched.h>

#include "base/mem.h"
#include "os/clock.h"

#define WAITS       220
#define WAITS_SHORT 20
#define WAIT_NS     100000

/* initial-exec: an instruction instead of a call, also in the shared library. */
static _Thread_local struct whet_turn *mine __attribute__((tls_model("initial-exec")));

int whet__turns_init(struct whet_turns *t, unsigned count)
{
    t->count = 0;
    t->each = whet__mem_zalloc(count, sizeof(*t->each));
    if (t->each == NULL)
        return -ENOMEM;
    for (; t->count < count; t->count++)
        pthread_mutex_init(&t->each[t->count].lock, NULL);
    return 0;
}

void whet__turns_clear(struct whet_turns *t)
{
    while (t->count > 0)
        pthread_mutex_destroy(&t->each[--t->count].lock);
    whet__mem_free(t->each);
    t->each = NULL;
}

static void begin(struct whet_turn *t)
{
    mine = t;
    atomic_fetch_add(&t->moves, 1);
}

void whet__turn_take(struct whet_turn *t)
{
    pthread_mutex_lock(&t->lock);
    begin(t);
}

int whet__turn_try(struct whet_turn *t)
{
    if (pthread_mutex_trylock(&t->lock) != 0)
        return 0;
    begin(t);
    return 1;
}

int whet__turn_wait(struct whet_turn *t)
{
    for (int i = 0; i < WAITS; i++) {
        if (whet__turn_try(t))
            return 1;
        if (i < WAITS_SHORT)
            sched_yield();
        else
            whet__clock_sleep_ns(WAIT_NS);
    }
    return 0;
}

static void tell(struct whet_entry *e, enum whet_cache_reason reason,
                 void (*left)(void *ctx, const struct whet_cache_left *entry), void *ctx)
{
    while (e != NULL) {
        struct whet_entry *next = e->next;
        struct whet_cache_left what = {reason, whet__entry_key(e), e->key_len,
                                       e->raw_len == 0 ? whet__entry_value(e) : NULL,
                                       e->raw_len == 0 ? e->value_len : e->raw_len};

        if (left != NULL)
            left(ctx, &what);
        whet__entry_drop(e);
        e = next;
    }
}

void whet__turn_give(struct whet_turn *t,
                     void (*left)(void *ctx, const struct whet_cache_left *entry), void *ctx)
{
    struct whet_entry *gone[WHET_CACHE_REMOVED + 1];

    for (unsigned i = 0; i <= WHET_CACHE_REMOVED; i++) {
        gone[i] = t->gone[i];
        t->gone[i] = NULL;
    }
    mine = NULL;
    atomic_fetch_add(&t->moves, 1);
    pthread_mutex_unlock(&t->lock);
    for (unsigned i = 0; i <= WHET_CACHE_REMOVED; i++)
        tell(gone[i], (enum whet_cache_reason)i, left, ctx);
}

struct whet_turn *whet__turn_mine(void)
{
    return mine;
}

void whet__turn_gone(struct whet_turn *t, struct whet_entry *entry,
                     enum whet_cache_reason reason)
{
    entry->next = t->gone[reason];
    t->gone[reason] = entry;
}

void whet__turns_lock_all(struct whet_turns *t)
{
    for (unsigned i = 0; i < t->count; i++)
        pthread_mutex_lock(&t->each[i].lock);
}

void whet__turns_unlock_all(struct whet_turns *t)
{
    for (unsigned i = t->count; i-- > 0;)
        pthread_mutex_unlock(&t->each[i].lock);
}
