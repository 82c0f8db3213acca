/* Invalidating: the ledger is told (cache/truth/validity.h), and the server; entries are found
 * untrue when somebody asks for them. Load: some thousand per second at most. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

/* Both are told, whatever the first one answers. The server is first: what it answers to a get
 * until it knows counts as true from that moment on, so the mark that is set here has to be
 * later. When it cannot be told, it is not asked any more, and what it had answered is untrue
 * by the mark that is set here. */
static int mark(struct whet_cache *c, enum whet_mark_kind kind, const void *name, size_t len)
{
    int there = c->remote != NULL ? whet__remote_mark(c->remote, kind, name, len) : 0;
    int here = whet__validity_mark(c->validity, kind, name, len);

    return here != 0 ? here : there;
}

int whet_cache_invalidate(struct whet_cache *c, const void *key, size_t key_len)
{
    struct whet_ask ask;
    struct whet_turn *t;
    int rc;

    if (!whet__key_ok(key, key_len))
        return -EINVAL;
    rc = mark(c, WHET_MARK_KEY, key, key_len);
    if (rc == -ENOMEM)
        return rc;
    /* Its room is free at once. What was put since the mark goes as well, which is as if it had
     * been put before. */
    whet__ask_init(c, &ask, key, key_len);
    t = whet__cache_turn(c, &ask.hash);
    whet__turn_take(t);
    whet__cache_take_out(c, &ask, WHET_CACHE_INVALIDATED);
    whet__cache_give(c, t);
    return rc;
}

int whet_cache_invalidate_tag(struct whet_cache *c, const char *tag)
{
    size_t len = tag != NULL ? strnlen(tag, 256) : 0;

    if (len < 1 || len > 255)
        return -EINVAL;
    return mark(c, WHET_MARK_TAG, tag, len);
}

int whet_cache_invalidate_prefix(struct whet_cache *c, const void *prefix, size_t len)
{
    if (!whet__key_ok(prefix, len))
        return -EINVAL;
    return mark(c, WHET_MARK_PREFIX, prefix, len);
}

int whet_cache_invalidate_all(struct whet_cache *c)
{
    return mark(c, WHET_MARK_ALL, NULL, 0);
}
