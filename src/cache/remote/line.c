/* Connections. Expected load: taken and given back some ten thousand times a second; the one
 * that was used last first, so that those that are too many fall asleep. */
#include <errno.h>
#include <string.h>

#include "cache/remote/inside.h"
#include "os/clock.h"

#define TEXT_KEPT ((size_t)65536)

int whet__remote_connect(struct whet_remote *r, struct whet_remote_line *line,
                         uint64_t deadline_ns)
{
    struct whet_address to[WHET_RESOLVE_MAX];
    int count;
    int first;
    int rc = -EHOSTUNREACH;

    pthread_mutex_lock(&r->lock);
    count = r->addresses;
    first = count != 0 ? r->address_first % count : 0;
    memcpy(to, r->address, sizeof(to));
    pthread_mutex_unlock(&r->lock);
    for (int i = 0; i < count; i++) {
        uint64_t now = whet__clock_now_ns();
        uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
        int at = (first + i) % count;

        rc = whet__redis_link_new(&line->link, &r->url, &to[at], WHET_REMOTE_REPLY_MAX,
                                  now + left / (unsigned)(count - i));
        if (rc == 0) {
            line->used = 0;
            pthread_mutex_lock(&r->lock);
            r->address_first = at;
            pthread_mutex_unlock(&r->lock);
            break;
        }
    }
    return rc;
}

/* The free line that comes first: one with a connection, if there is one. */
static struct whet_remote_line *find_free(struct whet_remote *r)
{
    struct whet_remote_line *empty = NULL;

    for (int i = 0; i < WHET_REMOTE_LINES; i++) {
        struct whet_remote_line *line = &r->lines[i];

        if (!line->busy && line->link != NULL)
            return line;
        if (!line->busy && empty == NULL)
            empty = line;
    }
    return empty;
}

int whet__remote_line_take(struct whet_remote *r, uint64_t deadline_ns,
                           struct whet_remote_line **out)
{
    struct whet_remote_line *line;
    int waiting = 1;
    int rc = 0;

    pthread_mutex_lock(&r->lock);
    while ((line = find_free(r)) == NULL && waiting)
        waiting = whet__remote_wait_locked(r, deadline_ns);
    if (line != NULL)
        line->busy = 1;
    pthread_mutex_unlock(&r->lock);
    if (line == NULL)
        return -EAGAIN;
    whet__text_reset(&line->out);
    if (line->link == NULL)
        rc = whet__remote_connect(r, line, deadline_ns);
    if (rc == 0)
        *out = line;
    else
        whet__remote_line_give(r, line);
    return rc;
}

void whet__remote_line_close(struct whet_remote_line *line)
{
    whet__redis_link_free(line->link);
    line->link = NULL;
}

void whet__remote_line_rest(struct whet_remote_line *line)
{
    if (line->link != NULL && !whet__redis_link_idle(line->link))
        whet__remote_line_close(line);
    line->used = 1;
    if (line->out.cap > TEXT_KEPT)
        whet__text_clear(&line->out);
}

void whet__remote_line_give(struct whet_remote *r, struct whet_remote_line *line)
{
    whet__remote_line_rest(line);
    pthread_mutex_lock(&r->lock);
    line->busy = 0;
    if (r->down)
        whet__remote_line_close(line);
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

void whet__remote_lines_close_locked(struct whet_remote *r)
{
    for (int i = 0; i < WHET_REMOTE_LINES; i++) {
        if (!r->lines[i].busy)
            whet__remote_line_close(&r->lines[i]);
    }
}

int whet__remote_line_do(struct whet_remote *r, uint64_t deadline_ns, whet_remote_deed deed,
                         void *ctx)
{
    struct whet_remote_line *line;
    int again;
    int rc;

    do {
        rc = whet__remote_line_take(r, deadline_ns, &line);
        if (rc != 0)
            return rc;
        again = line->used;
        rc = deed(ctx, line);
        again = again && (rc == -EPIPE || rc == -ECONNRESET);
        whet__remote_line_give(r, line);
        if (again) {
            pthread_mutex_lock(&r->lock);
            whet__remote_lines_close_locked(r);
            pthread_mutex_unlock(&r->lock);
        }
    } while (again);
    return rc;
}

void whet__remote_replies_free(struct whet_redis_reply **replies, size_t count)
{
    for (size_t i = 0; i < count; i++)
        whet__redis_reply_free(replies[i]);
}

int whet__remote_exchange(struct whet_remote_line *line, size_t count, uint64_t deadline_ns,
                          struct whet_redis_reply **replies)
{
    int rc = whet__text_error(&line->out);

    if (rc == 0)
        rc = whet__redis_link_send(line->link, &line->out, count, deadline_ns);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = whet__redis_link_reply(line->link, deadline_ns, &replies[i]);
        if (rc != 0)
            whet__remote_replies_free(replies, i);
    }
    return rc;
}

const char *whet__remote_replies_fail(struct whet_redis_reply *const *replies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (replies[i]->kind == WHET_REDIS_ERROR)
            return replies[i]->text;
        for (size_t k = 0; k < replies[i]->count; k++) {
            if (replies[i]->items[k]->kind == WHET_REDIS_ERROR)
                return replies[i]->items[k]->text;
        }
    }
    return NULL;
}

void whet__remote_key(const struct whet_remote *r, struct whet_text *out,
                      const struct whet_hash128 *hash)
{
    char key[sizeof(r->value_key) + 33];

    memcpy(key, r->value_key, r->value_key_len);
    whet__hash128_format(hash, key + r->value_key_len);
    whet__redis_word(out, key, r->value_key_len + 32);
}
