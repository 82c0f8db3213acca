/* What a list of marks says that is new: to cache/truth/validity.h, and to who asks the server.
 * Expected load: once after each change that other machines have made. */
#include <errno.h>

#include "cache/remote/inside.h"

int whet__remote_follows(uint64_t count, uint64_t before)
{
    return count >= before && count - before < WHET_REMOTE_STEP;
}

static struct whet_remote_mark mark_at(const struct whet_redis_reply *list, size_t i,
                                       uint64_t count)
{
    const struct whet_redis_reply *item = list->items[i];
    struct whet_remote_mark mark;

    whet__remote_mark_unpack(&mark, item->text, item->len);
    mark.count = count - (list->count - 1 - i);
    return mark;
}

/* -EIO: it is known here, and others who use our file will be told by the server themselves. */
static int learn(struct whet_remote *r, const struct whet_remote_mark *mark)
{
    int rc;

    if (r->validity == NULL)
        return 0;
    rc = whet__validity_learn(r->validity, mark->kind, mark->name, mark->len);
    if (rc == -EINVAL)
        rc = whet__validity_learn(r->validity, WHET_MARK_ALL, NULL, 0);
    r->told_lost |= rc == -EIO;
    return rc == -EIO ? 0 : rc;
}

int whet__remote_learn(struct whet_remote *r, const struct whet_redis_reply *list,
                       uint64_t count, uint64_t known)
{
    static const struct whet_remote_mark all = {.kind = WHET_MARK_ALL};
    uint64_t floor = count - list->count;
    int rc = 0;

    if (r->knows_count && (!whet__remote_follows(count, known) || known < floor))
        return learn(r, &all);
    /* A file that was never told may have what older ones named. */
    if (!r->knows_count && r->disk != NULL && floor % WHET_REMOTE_STEP != 0)
        return learn(r, &all);
    for (size_t i = 0; rc == 0 && i < list->count; i++) {
        struct whet_remote_mark mark = mark_at(list, i, count);

        if (!r->knows_count || mark.count > known)
            rc = learn(r, &mark);
    }
    return rc;
}

/* What a process that has just begun may say of entries that were made before it was told how
 * far marks had come: that they were made before all, if all are still known; or after those
 * that its file knew of. */
static void begin_early(struct whet_remote *r, uint64_t count, uint64_t floor, uint64_t known)
{
    int goes_on =
        r->knows_count && !r->has_marks && whet__remote_follows(count, known) && known >= floor;

    r->early_ok = goes_on || (!r->knows_count && floor % WHET_REMOTE_STEP == 0);
    r->early_count = goes_on ? known : floor;
}

void whet__remote_publish(struct whet_remote *r, const struct whet_redis_reply *list,
                          uint64_t count, uint64_t known)
{
    uint64_t floor = count - list->count;
    int goes_on = r->has_marks && whet__remote_follows(count, known) && known >= floor;

    pthread_mutex_lock(&r->lock);
    if (!goes_on) {
        whet__remote_marks_reset(&r->marks, floor);
        r->seen_len = 0;
        begin_early(r, count, floor, known);
        r->count = floor;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct whet_remote_mark mark = mark_at(list, i, count);

        if (mark.count > r->count)
            whet__remote_marks_add(&r->marks, &mark);
    }
    if (!goes_on || count > r->count)
        r->count = count;
    r->knows_count = 1;
    r->has_marks = 1;
    pthread_mutex_unlock(&r->lock);
}
