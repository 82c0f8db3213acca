/* Sending what was put. Expected load: as many as there are misses, in pipelines of some
 * hundred, by the level's thread; what was lost on the way is deleted on the server along with
 * them. */
#include <errno.h>
#include <stdio.h>

#include "cache/remote/inside.h"
#include "cache/remote/record.h"
#include "os/clock.h"

#define MS_NS    UINT64_C(1000000)
#define TEXT_BIG ((size_t)4 << 20)

/* What is left of its life, in the server's milliseconds; 0: no end. -1: it is over. */
static int64_t life_ms(const struct whet_entry *e, uint64_t now_ns)
{
    uint64_t left = e->idle_ns != 0 ? e->idle_ns : UINT64_MAX;

    if (e->end_ns != 0 && e->end_ns <= now_ns)
        return -1;
    if (e->end_ns != 0 && e->end_ns - now_ns < left)
        left = e->end_ns - now_ns;
    if (left / MS_NS >= INT64_MAX / MS_NS) /* as good as none, and more than PX takes */
        return 0;
    return (int64_t)(left / MS_NS) + 1;
}

static void say_put(struct whet_remote *r, struct whet_text *out, const struct whet_entry *e,
                    uint64_t count, int64_t px)
{
    size_t bytes = whet__record_bytes(e);
    char head[32];
    int len = snprintf(head, sizeof(head), "$%zu\r\n", bytes);

    whet__redis_begin(out, px != 0 ? 5 : 3);
    whet__redis_word(out, "SET", 3);
    whet__remote_key(r, out, &e->hash);
    whet__text_append(out, head, (size_t)len);
    whet__record_encode(out, e, count, atomic_load(&r->ahead_ns));
    whet__text_append(out, "\r\n", 2);
    if (px != 0) {
        whet__redis_word(out, "PX", 2);
        whet__redis_number(out, px);
    }
}

/* Takes from the ring what fits one pipeline, and writes it. Answers how many commands. */
static size_t fill(struct whet_remote *r, struct whet_text *out)
{
    uint64_t now_ns = whet__clock_wall_ns();
    uint64_t counts[WHET_REMOTE_BATCH] = {0};
    size_t bytes = 0;
    size_t commands = 0;
    size_t flying;

    pthread_mutex_lock(&r->lock);
    while (r->queue_len != 0 && r->flying_len < WHET_REMOTE_BATCH &&
           bytes < WHET_REMOTE_BATCH_BYTES) {
        struct whet_entry *e = whet__remote_pop_locked(r);

        if (!whet__remote_count_of_locked(r, e->epoch, &counts[r->flying_len]))
            counts[r->flying_len] = UINT64_MAX;
        bytes += whet__record_bytes(e);
        r->flying[r->flying_len++] = e;
    }
    flying = r->flying_len;
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < flying; i++) {
        int64_t px = life_ms(r->flying[i], now_ns);

        r->unsent[i] = px < 0 || counts[i] == UINT64_MAX;
        if (r->unsent[i])
            continue;
        say_put(r, out, r->flying[i], counts[i], px);
        commands++;
    }
    return commands;
}

/* `gone`: of the deletions. */
static void land(struct whet_remote *r, int ok, const struct whet_hash128 *gone,
                 size_t gone_len)
{
    struct whet_entry *done[WHET_REMOTE_BATCH];
    size_t count;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; ok && i < gone_len; i++)
        whet__behind_deleted(&r->behind, &gone[i]);
    count = r->flying_len;
    for (size_t i = 0; i < count; i++) {
        done[i] = r->flying[i];
        if (ok && !r->unsent[i])
            whet__behind_sent(&r->behind, &done[i]->hash);
        else
            whet__behind_dropped(&r->behind, &done[i]->hash);
    }
    r->flying_len = 0;
    r->done_count += count;
    if (!ok && count > 1)
        r->stats.failures += count - 1; /* one was counted with the failure */
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < count; i++)
        whet__entry_drop(done[i]);
}

/* Sends what was written and reads the replies. An error of the server that is about room or
 * rights leaves the connection as it is: -EIO, with its words. */
static int send_pipeline(struct whet_remote *r, size_t commands, uint64_t deadline_ns,
                         char words[WHET_REMOTE_WORDS])
{
    int rc = whet__redis_link_send(r->own.link, &r->own.out, commands, deadline_ns);
    int refused = 0;

    for (size_t i = 0; rc == 0 && i < commands; i++) {
        struct whet_redis_reply *reply;

        rc = whet__redis_link_reply(r->own.link, deadline_ns, &reply);
        if (rc != 0)
            break;
        if (reply->kind == WHET_REDIS_ERROR) {
            snprintf(words, WHET_REMOTE_WORDS, "%s", reply->text);
            refused = 1;
        } else if (reply->kind != WHET_REDIS_STATUS && reply->kind != WHET_REDIS_INTEGER) {
            rc = -EBADMSG;
        }
        whet__redis_reply_free(reply);
    }
    if (rc == 0 && refused)
        rc = -EIO;
    return rc;
}

/* The same on a connection that may have to be made, or have been closed since. */
static int send_text(struct whet_remote *r, size_t commands, char words[WHET_REMOTE_WORDS])
{
    uint64_t deadline_ns = whet__remote_slow_ns(r);
    int again;
    int rc;

    do {
        rc = 0;
        if (r->own.link == NULL)
            rc = whet__remote_connect(r, &r->own, deadline_ns);
        if (rc != 0)
            break;
        again = r->own.used;
        rc = send_pipeline(r, commands, deadline_ns, words);
        again = again && (rc == -EPIPE || rc == -ECONNRESET);
        if (again)
            whet__remote_line_close(&r->own);
    } while (again);
    if (rc == -EACCES)
        snprintf(words, WHET_REMOTE_WORDS, "%s", whet__redis_link_why(r->own.link));
    whet__remote_line_rest(&r->own);
    return rc;
}

static void judge_sending(struct whet_remote *r, int rc, const char *words)
{
    if (rc == -EIO) {
        whet__remote_write_failed(r, words);
    } else if (rc != 0) {
        whet__remote_failed(r, rc, words[0] != '\0' ? words : NULL);
    } else {
        pthread_mutex_lock(&r->lock);
        whet__remote_write_fine_locked(r);
        pthread_mutex_unlock(&r->lock);
    }
}

/* Those that are to go, in *gone. Answers how many commands. */
static size_t say_deletes(struct whet_remote *r, struct whet_text *out,
                          struct whet_hash128 *gone, size_t *gone_len)
{
    size_t count;

    pthread_mutex_lock(&r->lock);
    count = whet__behind_lost(&r->behind, gone, WHET_REMOTE_BATCH);
    pthread_mutex_unlock(&r->lock);
    *gone_len = count;
    if (count == 0)
        return 0;
    whet__redis_begin(out, count + 1);
    whet__redis_word(out, "DEL", 3);
    for (size_t i = 0; i < count; i++)
        whet__remote_key(r, out, &gone[i]);
    return 1;
}

void whet__remote_send(struct whet_remote *r)
{
    struct whet_hash128 gone[WHET_REMOTE_BATCH];
    char words[WHET_REMOTE_WORDS] = "";
    struct whet_text *out = &r->own.out;
    size_t gone_len;
    size_t commands;
    int rc;

    whet__text_reset(out);
    commands = say_deletes(r, out, gone, &gone_len);
    commands += fill(r, out);
    rc = whet__text_error(out);
    if (rc == 0 && commands != 0) {
        rc = send_text(r, commands, words);
        judge_sending(r, rc, words);
    }
    if (out->cap > TEXT_BIG)
        whet__text_clear(out);
    land(r, rc == 0, gone, gone_len);
}
