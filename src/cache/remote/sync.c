/* Being told what others have invalidated. Expected load: once a second two short commands; the
 * list of marks at first contact, and what is new of it after each change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cache/remote/inside.h"
#include "os/clock.h"

#define SPARE  64 /* marks that may come between two questions */
#define DIGITS 19 /* of the largest number that a server counts to */

int whet__remote_count_read(const struct whet_redis_reply *reply, uint64_t *out)
{
    uint64_t value = 0;

    if (reply->kind == WHET_REDIS_INTEGER && reply->number >= 0)
        value = (uint64_t)reply->number;
    else if (reply->kind == WHET_REDIS_STRING && reply->len != 0 && reply->len <= DIGITS)
        for (size_t i = 0; i < reply->len; i++) {
            if (reply->text[i] < '0' || reply->text[i] > '9')
                return -EBADMSG;
            value = value * 10 + (uint64_t)(reply->text[i] - '0');
        }
    else if (reply->kind != WHET_REDIS_NIL)
        return -EBADMSG;
    *out = value;
    return 0;
}

/* What a server said of its clock and count, and the count known here before it was asked:
 * marks that are set here meanwhile move that on. */
struct answer {
    uint64_t known;
    int counts; /* 0: it has no count */
    uint64_t count;
    int64_t ahead_ns;
};

/* "seconds", "microseconds". */
static int read_clock(const struct whet_redis_reply *reply, uint64_t wall_ns, int64_t *ahead_ns)
{
    uint64_t seconds;
    uint64_t micros;

    if (reply->kind != WHET_REDIS_ARRAY || reply->count != 2 ||
        whet__remote_count_read(reply->items[0], &seconds) != 0 ||
        whet__remote_count_read(reply->items[1], &micros) != 0 || seconds > UINT32_MAX ||
        micros > 999999)
        return -EBADMSG;
    *ahead_ns = (int64_t)(seconds * 1000000000 + micros * 1000 - wall_ns);
    return 0;
}

/* Copies the first error among the replies; -EIO when there is one. */
static int take_words(struct whet_redis_reply **replies, size_t count,
                      char words[WHET_REMOTE_WORDS])
{
    const char *text = whet__remote_replies_fail(replies, count);

    if (text == NULL)
        return 0;
    snprintf(words, WHET_REMOTE_WORDS, "%s", text);
    return -EIO;
}

/* With `make`, a server that does not count yet begins to. */
static int ask_count(struct whet_remote *r, int make, struct answer *out,
                     char words[WHET_REMOTE_WORDS])
{
    struct whet_redis_reply *replies[3];
    size_t count = make ? 3 : 2;
    uint64_t before_ns = whet__clock_wall_ns();
    struct whet_text *to = &r->own.out;
    int rc;

    whet__text_reset(to);
    if (make)
        whet__remote_count_make(r, to);
    whet__redis_say(to, "TIME");
    whet__redis_begin(to, 2);
    whet__redis_word(to, "GET", 3);
    whet__redis_word(to, r->epoch_key, strlen(r->epoch_key));
    rc = whet__remote_exchange(&r->own, count, whet__clock_now_ns() + r->timeout_ns, replies);
    if (rc != 0)
        return rc;
    rc = take_words(replies, count, words);
    if (rc == 0)
        rc = read_clock(replies[count - 2], before_ns + (whet__clock_wall_ns() - before_ns) / 2,
                        &out->ahead_ns);
    if (rc == 0)
        rc = whet__remote_count_read(replies[count - 1], &out->count);
    out->counts = rc == 0 && replies[count - 1]->kind != WHET_REDIS_NIL;
    whet__remote_replies_free(replies, count);
    return rc;
}

/* The count, and the last `want` marks up to it, in *out, which is the caller's. */
static int fetch_marks(struct whet_remote *r, int64_t want, struct whet_redis_reply **out,
                       char words[WHET_REMOTE_WORDS])
{
    struct whet_redis_reply *replies[4];
    struct whet_text *to = &r->own.out;
    int rc;

    whet__text_reset(to);
    whet__redis_say(to, "MULTI");
    whet__redis_begin(to, 2);
    whet__redis_word(to, "GET", 3);
    whet__redis_word(to, r->epoch_key, strlen(r->epoch_key));
    whet__redis_begin(to, 4);
    whet__redis_word(to, "LRANGE", 6);
    whet__redis_word(to, r->marks_key, strlen(r->marks_key));
    whet__redis_number(to, -want);
    whet__redis_number(to, -1);
    whet__redis_say(to, "EXEC");
    rc = whet__remote_exchange(&r->own, 4, whet__remote_slow_ns(r), replies);
    if (rc != 0)
        return rc;
    rc = take_words(replies, 4, words);
    if (rc == 0 && (replies[3]->kind != WHET_REDIS_ARRAY || replies[3]->count != 2 ||
                    replies[3]->items[1]->kind != WHET_REDIS_ARRAY))
        rc = -EBADMSG;
    if (rc == 0) {
        *out = replies[3];
        replies[3] = NULL;
    }
    whet__remote_replies_free(replies, 4);
    return rc;
}

static int take_marks(struct whet_remote *r, const struct answer *answer,
                      char words[WHET_REMOTE_WORDS])
{
    struct whet_redis_reply *got = NULL;
    int64_t want = WHET_REMOTE_MARKS;
    uint64_t count = 0;
    int rc;

    if (r->has_marks && whet__remote_follows(answer->count, answer->known) &&
        answer->count - answer->known < WHET_REMOTE_MARKS - SPARE)
        want = (int64_t)(answer->count - answer->known) + SPARE;
    rc = fetch_marks(r, want, &got, words);
    if (rc != 0)
        return rc;
    rc = whet__remote_count_read(got->items[0], &count);
    if (rc == 0 && count < got->items[1]->count)
        rc = -EBADMSG; /* a list that nobody counted: it is not ours */
    if (rc == 0)
        rc = whet__remote_learn(r, got->items[1], count, answer->known);
    if (rc == 0) {
        whet__remote_publish(r, got->items[1], count, answer->known);
        whet__remote_told_write(r, count);
    }
    whet__redis_reply_free(got);
    return rc;
}

/* The i-th of those that could not be sent when they were set. 0: there are no more. */
static int owed_at(struct whet_remote *r, size_t i, int *all, struct whet_remote_mark *out)
{
    int is = 1;

    pthread_mutex_lock(&r->lock);
    if (i < r->owed.len) {
        *out = *(struct whet_remote_mark *)whet__vec_at(&r->owed, i);
    } else if (r->owes_all != *all) {
        *out = (struct whet_remote_mark){.kind = WHET_MARK_ALL};
        *all = r->owes_all;
    } else {
        whet__remote_owed_clear(r);
        is = 0;
    }
    out->count = r->count + 1;
    /* One who may only read holds them against all that the server has now. */
    if (is && r->read_only)
        whet__remote_marks_add(&r->marks, out);
    pthread_mutex_unlock(&r->lock);
    return is;
}

/* More may come meanwhile. Until all are sent none is forgotten: one sent twice does no harm.
 */
static int pay(struct whet_remote *r)
{
    struct whet_remote_mark mark = {.kind = WHET_MARK_ALL};
    int all = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && owed_at(r, i, &all, &mark); i++) {
        whet__text_reset(&r->own.out);
        if (!r->read_only)
            rc = whet__remote_mark_send(r, &r->own, &mark, whet__remote_slow_ns(r));
    }
    return rc;
}

static int contact(struct whet_remote *r, char words[WHET_REMOTE_WORDS])
{
    struct answer answer = {0};
    int rc = 0;

    if (!r->told_read)
        whet__remote_told_read(r);
    r->told_read = 1;
    pthread_mutex_lock(&r->lock);
    answer.known = r->count;
    pthread_mutex_unlock(&r->lock);
    if (r->own.link == NULL)
        rc = whet__remote_connect(r, &r->own, whet__clock_now_ns() + r->timeout_ns);
    if (rc == 0)
        rc = ask_count(r, 0, &answer, words);
    if (rc == 0 && !answer.counts && !r->read_only)
        rc = ask_count(r, 1, &answer, words);
    if (rc == 0 && (!r->has_marks || answer.count != answer.known))
        rc = take_marks(r, &answer, words);
    if (rc != 0)
        return rc;
    atomic_store(&r->ahead_ns, answer.ahead_ns);
    rc = pay(r);
    return rc == -EIO ? 0 : rc; /* it answers, and takes nothing now */
}

int whet__remote_contact(struct whet_remote *r, char words[WHET_REMOTE_WORDS])
{
    int again = r->own.link != NULL && r->own.used;
    int rc;

    words[0] = '\0';
    rc = contact(r, words);
    if (again && (rc == -EPIPE || rc == -ECONNRESET)) {
        whet__remote_line_close(&r->own);
        rc = contact(r, words);
    }
    if (rc == -EACCES && r->own.link != NULL)
        snprintf(words, WHET_REMOTE_WORDS, "%s", whet__redis_link_why(r->own.link));
    whet__remote_line_rest(&r->own);
    return rc;
}
