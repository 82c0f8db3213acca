/* One connection to a server. Expected load: some ten thousand pipelines a second, of one
 * command to some hundred. */
#include "data/redis_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define BUFFER_SIZE  65536
#define GREETING_MAX 16384

/* hiredis moves what it was fed and has not made a reply of with each reply that it makes: it
 * is to have little of it at a time. */
#define FEED_MAX 16384

struct whet_redis_link {
    int fd;
    int failed;
    size_t owed;               /* replies to what was sent */
    size_t greetings;          /* ... and before them, to name, password and database */
    struct whet_text greeting; /* not sent yet */
    struct whet_redis_reader *reader;
    size_t got; /* of buffer: received ... */
    size_t fed; /* ... and given to the reader */
    char why[128];
    char buffer[BUFFER_SIZE];
};

static int make_greeting(struct whet_redis_link *l, const struct whet_redis_url *url)
{
    whet__text_init(&l->greeting, GREETING_MAX);
    if (url->password != NULL) {
        whet__redis_begin(&l->greeting, url->user != NULL ? 3 : 2);
        whet__redis_word(&l->greeting, "AUTH", 4);
        if (url->user != NULL)
            whet__redis_word(&l->greeting, url->user, strlen(url->user));
        whet__redis_word(&l->greeting, url->password, strlen(url->password));
        l->greetings++;
    }
    if (url->database != 0) {
        whet__redis_begin(&l->greeting, 2);
        whet__redis_word(&l->greeting, "SELECT", 6);
        whet__redis_number(&l->greeting, url->database);
        l->greetings++;
    }
    return whet__text_error(&l->greeting);
}

int whet__redis_link_new(struct whet_redis_link **out, const struct whet_redis_url *url,
                         const struct whet_address *to, size_t reply_max, uint64_t deadline_ns)
{
    struct whet_redis_link *l = whet__mem_alloc(sizeof(*l));
    int rc;

    if (l == NULL)
        return -ENOMEM;
    memset(l, 0, offsetof(struct whet_redis_link, buffer));
    l->fd = -1;
    rc = make_greeting(l, url);
    if (rc == 0)
        rc = whet__redis_reader_new(&l->reader, reply_max);
    if (rc == 0) {
        l->fd = whet__socket_connect(to, deadline_ns);
        rc = l->fd < 0 ? l->fd : 0;
    }
    if (rc == 0)
        *out = l;
    else
        whet__redis_link_free(l);
    return rc;
}

void whet__redis_link_free(struct whet_redis_link *l)
{
    if (l == NULL)
        return;
    if (l->fd >= 0)
        whet__socket_close(l->fd);
    whet__redis_reader_free(l->reader);
    whet__text_clear(&l->greeting);
    whet__mem_free(l);
}

void whet__redis_link_abandon(struct whet_redis_link *l)
{
    whet__socket_close(l->fd);
}

int whet__redis_link_send(struct whet_redis_link *l, const struct whet_text *commands,
                          size_t replies, uint64_t deadline_ns)
{
    int rc = 0;

    if (l->greeting.len != 0) {
        rc = whet__socket_send(l->fd, l->greeting.data, l->greeting.len, deadline_ns);
        whet__text_clear(&l->greeting);
    }
    if (rc == 0)
        rc = whet__socket_send(l->fd, commands->data, commands->len, deadline_ns);
    l->owed += replies;
    l->failed |= rc != 0;
    return rc;
}

/* A reply from what has come and will come, of whatever was sent. */
static int take_reply(struct whet_redis_link *l, uint64_t deadline_ns,
                      struct whet_redis_reply **out)
{
    int rc = whet__redis_reader_next(l->reader, out);

    while (rc == 0) {
        size_t len;

        if (l->fed == l->got) {
            l->fed = 0;
            l->got = 0;
            rc = whet__socket_receive(l->fd, l->buffer, BUFFER_SIZE, deadline_ns, &l->got);
            if (rc != 0)
                break;
        }
        len = l->got - l->fed < FEED_MAX ? l->got - l->fed : FEED_MAX;
        rc = whet__redis_reader_feed(l->reader, l->buffer + l->fed, len);
        if (rc != 0)
            break;
        l->fed += len;
        rc = whet__redis_reader_next(l->reader, out);
    }
    return rc == 1 ? 0 : rc;
}

/* What the server says to name, password and database. */
static int take_greetings(struct whet_redis_link *l, uint64_t deadline_ns)
{
    for (; l->greetings != 0; l->greetings--) {
        struct whet_redis_reply *reply;
        int refused;
        int rc = take_reply(l, deadline_ns, &reply);

        if (rc != 0)
            return rc;
        refused = reply->kind != WHET_REDIS_STATUS;
        if (refused)
            snprintf(l->why, sizeof(l->why), "%s",
                     reply->kind == WHET_REDIS_ERROR ? reply->text : "no answer to AUTH");
        whet__redis_reply_free(reply);
        if (refused)
            return -EACCES;
    }
    return 0;
}

int whet__redis_link_reply(struct whet_redis_link *l, uint64_t deadline_ns,
                           struct whet_redis_reply **out)
{
    int rc = take_greetings(l, deadline_ns);

    if (rc == 0)
        rc = take_reply(l, deadline_ns, out);
    if (rc == 0)
        l->owed--;
    else
        l->failed = 1;
    return rc;
}

int whet__redis_link_idle(const struct whet_redis_link *l)
{
    return !l->failed && l->owed == 0 && l->fed == l->got &&
           !whet__redis_reader_holds(l->reader);
}

const char *whet__redis_link_why(const struct whet_redis_link *l)
{
    return l->why;
}
