/* Gets. Expected load: whatever faster levels missed: one at a time on one connection per
 * thread, or hundreds in one pipeline. The count of marks comes with each reply: when it is not
 * the one that is known here, the level's thread asks what was marked, and then it is asked
 * again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cache/remote/inside.h"
#include "cache/remote/record.h"
#include "os/clock.h"

/* One call, and what is known as it asks. */
struct asking {
    struct whet_remote *r;
    struct whet_remote_ask *asks;
    size_t count;
    size_t next; /* all before it have their answers */
    size_t hits;
    uint64_t deadline_ns;
    uint64_t marks; /* the count that the answers have to have */
    uint64_t epoch;
    int moved; /* they had another one */
    char words[WHET_REMOTE_WORDS];
};

/* 1: it does not know all that was invalidated here. */
static int owes_locked(const struct whet_remote *r)
{
    return r->owed.len != 0 || r->owes_all;
}

/* 1: it can be asked, and *a says as of when. */
static int begin(struct asking *a)
{
    struct whet_remote *r = a->r;
    int ready;

    pthread_mutex_lock(&r->lock);
    /* Nobody waits for a first contact that somebody has waited for in vain. */
    ready =
        (r->reached || !atomic_load(&r->deaf)) && whet__remote_ready_locked(r, a->deadline_ns);
    while (ready && (owes_locked(r) || (a->moved && r->count == a->marks))) {
        if (owes_locked(r) && r->write_retry_ns != 0) {
            ready = 0; /* it would not take it just now */
            break;
        }
        r->want_sync = 1;
        pthread_cond_signal(&r->work);
        ready = whet__remote_wait_locked(r, a->deadline_ns) &&
                whet__remote_ready_locked(r, a->deadline_ns);
    }
    a->marks = r->count;
    a->moved = 0;
    for (size_t i = a->next; ready && i < a->count; i++)
        a->asks[i].behind = whet__behind_has(&r->behind, &a->asks[i].hash);
    pthread_mutex_unlock(&r->lock);
    if (ready)
        a->epoch = whet__remote_epoch(r);
    return ready;
}

static size_t chunk_at(const struct asking *a, size_t at)
{
    return a->count - at < WHET_REMOTE_CHUNK ? a->count - at : WHET_REMOTE_CHUNK;
}

/* The count and some records, in each command. Answers how many commands. */
static size_t say_asks(const struct asking *a, struct whet_text *out)
{
    size_t commands = 0;
    size_t n;

    for (size_t at = a->next; at < a->count; at += n, commands++) {
        n = chunk_at(a, at);
        whet__redis_begin(out, n + 2);
        whet__redis_word(out, "MGET", 4);
        whet__redis_word(out, a->r->epoch_key, strlen(a->r->epoch_key));
        for (size_t i = 0; i < n; i++)
            whet__remote_key(a->r, out, &a->asks[at + i].hash);
    }
    return commands;
}

enum verdict { GOOD, ENDED, MARKED, WRONG };

/* Counts what became of a record. A damaged one is deleted by the thread; one that is no longer
 * true is left to whoever puts it anew, for a deletion might come behind that. */
static void count_verdict(struct whet_remote *r, const struct whet_hash128 *hash,
                          enum verdict verdict)
{
    pthread_mutex_lock(&r->lock);
    r->stats.expirations += verdict == ENDED;
    r->stats.invalidations += verdict == MARKED;
    r->stats.failures += verdict == WRONG;
    if (verdict == WRONG && !r->read_only)
        whet__remote_lose_locked(r, hash);
    pthread_mutex_unlock(&r->lock);
}

static enum verdict judge(const struct asking *a, const struct whet_entry *e, uint64_t count,
                          uint64_t now_ns)
{
    int spared;

    if (whet__entry_ended(e, now_ns))
        return ENDED;
    if (count > a->marks)
        return MARKED; /* of a server that was emptied since */
    pthread_mutex_lock(&a->r->lock);
    spared =
        whet__remote_marks_spare(&a->r->marks, count, e) && e->made_ns >= a->r->distrust_ns;
    pthread_mutex_unlock(&a->r->lock);
    return spared ? GOOD : MARKED;
}

static void take_record(struct asking *a, struct whet_remote_ask *ask,
                        const struct whet_redis_reply *reply)
{
    uint64_t now_ns = whet__clock_wall_ns();
    struct whet_entry *e;
    uint64_t count;
    enum verdict verdict = WRONG;
    int rc;

    if (reply->kind != WHET_REDIS_STRING || ask->behind)
        return;
    rc = whet__record_decode(reply->text, reply->len, &ask->hash, ask->key, ask->key_len,
                             atomic_load(&a->r->ahead_ns), &count, &e);
    if (rc == -ENOMEM || rc == -EFBIG)
        return;
    if (rc == 0) {
        atomic_store(&e->used_ns, now_ns);
        verdict = judge(a, e, count, now_ns);
    }
    if (rc == 0 && verdict == GOOD) {
        e->epoch = a->epoch;
        ask->entry = e;
        a->hits++;
        return;
    }
    if (rc == 0)
        whet__entry_drop(e);
    count_verdict(a->r, &ask->hash, verdict);
}

/* One command's reply, for the next `n` asks. */
static int take_chunk(struct asking *a, size_t n, struct whet_redis_reply *reply)
{
    uint64_t count;

    if (reply->kind == WHET_REDIS_ERROR) {
        snprintf(a->words, sizeof(a->words), "%s", reply->text);
        return -EIO;
    }
    if (reply->kind != WHET_REDIS_ARRAY || reply->count != n + 1 ||
        whet__remote_count_read(reply->items[0], &count) != 0)
        return -EBADMSG;
    a->moved |= count != a->marks;
    if (a->moved)
        return 0;
    for (size_t i = 0; i < n; i++)
        take_record(a, &a->asks[a->next + i], reply->items[i + 1]);
    a->next += n;
    return 0;
}

/* Asks for all that have no answer yet, on one connection. */
static int ask_on(void *ctx, struct whet_remote_line *line)
{
    struct asking *a = ctx;
    size_t commands = say_asks(a, &line->out);
    size_t at = a->next;
    int rc = whet__text_error(&line->out);

    if (rc == 0)
        rc = whet__redis_link_send(line->link, &line->out, commands, a->deadline_ns);
    for (; rc == 0 && at < a->count; at += chunk_at(a, at)) {
        struct whet_redis_reply *reply;

        rc = whet__redis_link_reply(line->link, a->deadline_ns, &reply);
        if (rc != 0)
            break;
        rc = take_chunk(a, chunk_at(a, at), reply);
        whet__redis_reply_free(reply);
    }
    if (rc == -EACCES)
        snprintf(a->words, sizeof(a->words), "%s", whet__redis_link_why(line->link));
    return rc;
}

/* A server that has answered some, and not all in time, was asked for too much: it is not down.
 */
static void ask_all(struct asking *a)
{
    for (int round = 0; round < 3 && a->next < a->count; round++) {
        size_t before = a->next;
        int rc = begin(a) ? whet__remote_line_do(a->r, a->deadline_ns, ask_on, a) : -EAGAIN;

        if (rc == -EAGAIN || rc == -ENOMEM || (rc == -ETIMEDOUT && a->next != before))
            return; /* of our own making */
        if (rc != 0) {
            whet__remote_failed(a->r, rc, a->words[0] != '\0' ? a->words : NULL);
            return;
        }
    }
}

size_t whet__remote_get_many(struct whet_remote *r, struct whet_remote_ask *asks, size_t count,
                             uint64_t waited_ns)
{
    struct asking a = {.r = r, .asks = asks, .count = count};

    for (size_t i = 0; i < count; i++)
        asks[i].entry = NULL;
    if (waited_ns < r->timeout_ns) {
        a.deadline_ns = whet__clock_now_ns() + r->timeout_ns - waited_ns;
        ask_all(&a);
    }
    pthread_mutex_lock(&r->lock);
    if (count != 0 && a.next == count)
        whet__remote_fine_locked(r);
    r->stats.hits += a.hits;
    r->stats.misses += count - a.hits;
    pthread_mutex_unlock(&r->lock);
    return a.hits;
}

int whet__remote_get(struct whet_remote *r, const struct whet_hash128 *hash, const void *key,
                     size_t key_len, uint64_t waited_ns, struct whet_entry **out)
{
    struct whet_remote_ask ask = {.hash = *hash, .key = key, .key_len = key_len};

    if (whet__remote_get_many(r, &ask, 1, waited_ns) == 0)
        return 0;
    *out = ask.entry;
    return 1;
}
