/* Something is invalidated. Expected load: some thousand times a second at most. */
#include "cache/truth/validity.h"

#include <errno.h>

#include "cache/truth/state.h"

struct mark {
    enum whet_mark_kind kind;
    const void *name;
    size_t len;
};

static int apply_mark(struct whet_validity *v, void *ctx, uint64_t now)
{
    const struct mark *m = ctx;
    struct whet_mark mark;

    if (v->ledger.marks.entries.len >= WHET_LEDGER_MAX) {
        uint64_t cut = whet__ledger_cut(&v->ledger);

        mark = whet__ledger_mark(&v->ledger, WHET_MARK_ALL, NULL, 0, cut);
        whet__ledger_set(&v->ledger, &mark);
        v->drop_marks = whet__later(v->drop_marks, cut);
    }
    mark = whet__ledger_mark(&v->ledger, m->kind, m->name, m->len, now);
    whet__ledger_set(&v->ledger, &mark);
    if (mark.kind != WHET_MARK_ALL)
        whet__validity_wrote(v, &mark.id, 0);
    else
        v->drop_marks = whet__later(v->drop_marks, now);
    return 0;
}

static int is_name(enum whet_mark_kind kind, const void *name, size_t len)
{
    switch (kind) {
    case WHET_MARK_KEY:
        return name != NULL && len > 0 && len <= WHET_CACHE_KEY_MAX;
    case WHET_MARK_TAG:
        return name != NULL && len > 0 && len <= 255;
    case WHET_MARK_PREFIX:
        return len == 0 || (name != NULL && len <= WHET_CACHE_KEY_MAX);
    case WHET_MARK_ALL:
        return 1;
    }
    return 0;
}

int whet__validity_mark(struct whet_validity *v, enum whet_mark_kind kind, const void *name,
                        size_t len)
{
    struct mark mark = {kind, name, len};
    int told = 0, rc;

    if (!is_name(kind, name, len))
        return -EINVAL;
    rc = whet__validity_change(v, apply_mark, &mark, &told);
    if (rc != 0)
        return rc;
    if (told == -ENOMEM)
        return -ENOMEM;
    return told != 0 ? -EIO : 0;
}

int whet__validity_learn(struct whet_validity *v, enum whet_mark_kind kind, const void *name,
                         size_t len)
{
    return whet__validity_mark(v, kind, name, len);
}
