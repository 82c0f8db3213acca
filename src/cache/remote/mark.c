/* Marks that are set here. Expected load: a round trip each, while the caller waits: what it
 * invalidated must not be answered to anybody who asks afterwards. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "cache/remote/inside.h"
#include "os/clock.h"

#define REPLIES 6

/* A count that no server has begun with. */
static uint64_t invent_count(const struct whet_remote *r)
{
    struct whet_random random;
    uint64_t seed = whet__clock_wall_ns() ^ whet__clock_now_ns() << 32;

    whet__random_init(&random, seed ^ (uint64_t)(uintptr_t)r);
    return (whet__random_next(&random) >> 2) / WHET_REMOTE_STEP * WHET_REMOTE_STEP;
}

void whet__remote_count_make(const struct whet_remote *r, struct whet_text *out)
{
    whet__redis_begin(out, 4);
    whet__redis_word(out, "SET", 3);
    whet__redis_word(out, r->epoch_key, strlen(r->epoch_key));
    whet__redis_number(out, (int64_t)invent_count(r));
    whet__redis_word(out, "NX", 2);
}

/* Counts it and hangs it to the list, both or neither, as EXEC does. */
static void say_mark(const struct whet_remote *r, struct whet_text *out,
                     const struct whet_remote_mark *mark)
{
    unsigned char packed[WHET_REMOTE_NAME_MAX + 1];
    size_t len = whet__remote_mark_pack(packed, mark->kind, mark->name, mark->len);

    whet__remote_count_make(r, out);
    whet__redis_say(out, "MULTI");
    whet__redis_begin(out, 3);
    whet__redis_word(out, "RPUSH", 5);
    whet__redis_word(out, r->marks_key, strlen(r->marks_key));
    whet__redis_word(out, packed, len);
    whet__redis_begin(out, 4);
    whet__redis_word(out, "LTRIM", 5);
    whet__redis_word(out, r->marks_key, strlen(r->marks_key));
    whet__redis_number(out, -WHET_REMOTE_MARKS);
    whet__redis_number(out, -1);
    whet__redis_begin(out, 2);
    whet__redis_word(out, "INCR", 4);
    whet__redis_word(out, r->epoch_key, strlen(r->epoch_key));
    whet__redis_say(out, "EXEC");
}

void whet__remote_seen_locked(struct whet_remote *r)
{
    int at = r->seen_len;

    if (at != 0 && r->seen[at - 1].count == r->count)
        return;
    if (at == WHET_REMOTE_SEEN) {
        at--;
        memmove(&r->seen[1], &r->seen[2], (size_t)(at - 1) * sizeof(r->seen[0]));
    } else {
        r->seen_len++;
    }
    r->seen[at] = (struct whet_remote_seen){whet__remote_epoch(r), r->count};
}

int whet__remote_count_of_locked(const struct whet_remote *r, uint64_t epoch, uint64_t *count)
{
    for (int i = r->seen_len; i-- != 0;) {
        if (r->seen[i].epoch <= epoch) {
            *count = r->seen[i].count;
            return 1;
        }
    }
    *count = r->early_count;
    return r->early_ok;
}

/* What the server said of a mark that it took. */
static void note_mark(struct whet_remote *r, const struct whet_remote_mark *mark,
                      uint64_t count)
{
    struct whet_remote_mark own = *mark;

    own.count = count;
    pthread_mutex_lock(&r->lock);
    if (r->reached && count == r->count + 1) {
        whet__remote_marks_add(&r->marks, &own);
        r->count = count;
        whet__remote_seen_locked(r);
    } else { /* others have set some between */
        r->want_sync = 1;
        pthread_cond_signal(&r->work);
    }
    whet__remote_write_fine_locked(r);
    pthread_mutex_unlock(&r->lock);
}

int whet__remote_mark_send(struct whet_remote *r, struct whet_remote_line *line,
                           const struct whet_remote_mark *mark, uint64_t deadline_ns)
{
    struct whet_redis_reply *replies[REPLIES];
    const struct whet_redis_reply *done;
    const char *words;
    uint64_t count = 0;
    int rc;

    say_mark(r, &line->out, mark);
    rc = whet__remote_exchange(line, REPLIES, deadline_ns, replies);
    if (rc != 0)
        return rc;
    words = whet__remote_replies_fail(replies, REPLIES);
    done = replies[REPLIES - 1];
    if (words != NULL) {
        whet__remote_write_failed(r, words);
        rc = -EIO;
    } else if (done->kind != WHET_REDIS_ARRAY || done->count != 3) {
        rc = -EBADMSG;
    } else {
        rc = whet__remote_count_read(done->items[2], &count);
    }
    whet__remote_replies_free(replies, REPLIES);
    if (rc == 0)
        note_mark(r, mark, count);
    return rc;
}

/* Keeps a mark that could not be sent. Without memory, or when there are too many, one of all
 * stands for them. */
static void owe_locked(struct whet_remote *r, const struct whet_remote_mark *mark)
{
    char *name = whet__mem_strndup(mark->name != NULL ? mark->name : "", mark->len);
    struct whet_remote_mark *item = name != NULL ? whet__vec_push(&r->owed) : NULL;

    if (item != NULL) {
        *item = (struct whet_remote_mark){mark->kind, mark->len, 0, name};
    } else {
        whet__mem_free(name);
        r->owes_all++;
    }
    pthread_cond_signal(&r->work);
}

void whet__remote_owed_clear(struct whet_remote *r)
{
    for (size_t i = 0; i < r->owed.len; i++) {
        struct whet_remote_mark *mark = whet__vec_at(&r->owed, i);

        whet__mem_free((void *)(uintptr_t)mark->name);
    }
    r->owed.len = 0;
    r->owes_all = 0;
}

/* One that is sent now. */
struct sending {
    struct whet_remote *r;
    const struct whet_remote_mark *mark;
    uint64_t deadline_ns;
    char why[128];
};

static int send_on(void *ctx, struct whet_remote_line *line)
{
    struct sending *s = ctx;
    int rc = whet__remote_mark_send(s->r, line, s->mark, s->deadline_ns);

    if (rc == -EACCES)
        memcpy(s->why, whet__redis_link_why(line->link), sizeof(s->why));
    return rc;
}

static int send_now(struct whet_remote *r, const struct whet_remote_mark *mark,
                    uint64_t deadline_ns)
{
    struct sending s = {r, mark, deadline_ns, ""};
    int rc = whet__remote_line_do(r, deadline_ns, send_on, &s);

    if (rc != 0 && rc != -EIO && rc != -EAGAIN)
        whet__remote_failed(r, rc, s.why[0] != '\0' ? s.why : NULL);
    return rc;
}

int whet__remote_mark(struct whet_remote *r, enum whet_mark_kind kind, const void *name,
                      size_t len)
{
    uint64_t deadline_ns = whet__clock_now_ns() + r->timeout_ns;
    unsigned char packed[WHET_REMOTE_NAME_MAX + 1];
    struct whet_remote_mark mark;
    int rc = -EIO;

    whet__remote_mark_unpack(&mark, packed, whet__remote_mark_pack(packed, kind, name, len));
    pthread_mutex_lock(&r->lock);
    if (!r->read_only && whet__remote_ready_locked(r, deadline_ns) && r->owed.len == 0 &&
        !r->owes_all)
        rc = 0;
    pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        rc = send_now(r, &mark, deadline_ns);
    if (rc == 0)
        return 0;
    pthread_mutex_lock(&r->lock);
    owe_locked(r, &mark);
    pthread_mutex_unlock(&r->lock);
    return r->read_only ? 0 : -EIO;
}
