/* Looked at before every task of a group that has one, so it costs one load; the clock is
 * read only when there is a deadline. */
#include <whet/pool.h>

#include <errno.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "os/clock.h"

struct whet_token {
    atomic_int cancelled;
    _Atomic(uint64_t) deadline_ns; /* 0: none */
};

int whet_token_new(struct whet_token **out)
{
    struct whet_token *t = whet__mem_zalloc(1, sizeof(*t));

    if (t == NULL)
        return -ENOMEM;
    *out = t;
    return 0;
}

void whet_token_free(struct whet_token *token)
{
    whet__mem_free(token);
}

void whet_token_cancel(struct whet_token *token)
{
    atomic_store(&token->cancelled, 1);
}

void whet_token_deadline(struct whet_token *token, uint64_t after_ns)
{
    uint64_t now = whet__clock_now_ns();

    atomic_store(&token->deadline_ns,
                 after_ns < UINT64_MAX - now ? now + after_ns : UINT64_MAX);
}

int whet_token_check(const struct whet_token *token)
{
    uint64_t deadline;

    if (token == NULL)
        return 0;
    if (atomic_load_explicit(&token->cancelled, memory_order_relaxed))
        return -ECANCELED;
    deadline = atomic_load_explicit(&token->deadline_ns, memory_order_relaxed);
    return deadline != 0 && whet__clock_now_ns() >= deadline ? -ETIMEDOUT : 0;
}
