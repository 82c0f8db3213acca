/* What a server says, read by hiredis (0.14 and later), with replies of our own making:
 * bounded, through base/mem. Expected load: replies of a few KB, hundreds of thousands a
 * second. */
#include "data/redis.h"

#include <errno.h>
#include <string.h>

#include <hiredis/read.h>

#include "base/mem.h"

/* What one reply may have of items: far more than is ever asked for at once. */
#define ITEMS_MAX 65536

struct whet_redis_reader {
    redisReader *raw;
    size_t max;
    size_t used; /* of it, by the reply that is being made */
    int error;   /* why none was made; 0: hiredis knows */
};

int whet__redis_built_in(void)
{
    return 1;
}

/* Hangs a reply into the array that it is part of. */
static void hang(const redisReadTask *task, struct whet_redis_reply *reply)
{
    struct whet_redis_reply *above = task->parent != NULL ? task->parent->obj : NULL;

    if (above != NULL)
        above->items[task->idx] = reply;
}

/* A reply with `extra` bytes behind it. */
static struct whet_redis_reply *make_reply(const redisReadTask *task, enum whet_redis_kind kind,
                                           size_t extra)
{
    struct whet_redis_reader *r = task->privdata;
    struct whet_redis_reply *reply = NULL;

    r->error = -EFBIG;
    if (extra > r->max - r->used)
        return NULL;
    r->error = -ENOMEM;
    reply = whet__mem_alloc(sizeof(*reply) + extra);
    if (reply == NULL)
        return NULL;
    memset(reply, 0, sizeof(*reply));
    reply->kind = kind;
    r->used += extra;
    r->error = 0;
    return reply;
}

static void *make_string(const redisReadTask *task, char *bytes, size_t len)
{
    enum whet_redis_kind kind = task->type == REDIS_REPLY_ERROR    ? WHET_REDIS_ERROR
                                : task->type == REDIS_REPLY_STATUS ? WHET_REDIS_STATUS
                                                                   : WHET_REDIS_STRING;
    struct whet_redis_reply *reply = make_reply(task, kind, len + 1);
    char *text;

    if (reply == NULL)
        return NULL;
    text = (char *)(reply + 1);
    memcpy(text, bytes, len);
    text[len] = '\0';
    reply->text = text;
    reply->len = len;
    hang(task, reply);
    return reply;
}

static void free_reply(void *any)
{
    struct whet_redis_reply *reply = any;

    if (reply == NULL)
        return;
    for (size_t i = 0; i < reply->count; i++) /* as deep as hiredis lets them be: 7 */
        free_reply(reply->items[i]);
    whet__mem_free(reply);
}

/* The type of the count has changed from one hiredis to the next; a cast of the function
 * below to what the table wants would hide more than that. */
static struct whet_redis_reply *make_items(const redisReadTask *task, size_t count)
{
    struct whet_redis_reader *r = task->privdata;
    struct whet_redis_reply *reply;

    if (count > ITEMS_MAX) {
        r->error = -EFBIG;
        return NULL;
    }
    reply = make_reply(task, WHET_REDIS_ARRAY, count * sizeof(struct whet_redis_reply *));
    if (reply == NULL)
        return NULL;
    reply->items = (struct whet_redis_reply **)(reply + 1);
    reply->count = count;
    memset(reply->items, 0, count * sizeof(struct whet_redis_reply *));
    hang(task, reply);
    return reply;
}

#ifdef REDIS_REPLY_DOUBLE /* from 1.0 on */
static void *make_array(const redisReadTask *task, size_t count)
#else
static void *make_array(const redisReadTask *task, int count)
#endif
{
    return make_items(task, (size_t)count);
}

static void *make_integer(const redisReadTask *task, long long number)
{
    struct whet_redis_reply *reply = make_reply(task, WHET_REDIS_INTEGER, 0);

    if (reply == NULL)
        return NULL;
    reply->number = number;
    hang(task, reply);
    return reply;
}

static void *make_nil(const redisReadTask *task)
{
    struct whet_redis_reply *reply = make_reply(task, WHET_REDIS_NIL, 0);

    if (reply != NULL)
        hang(task, reply);
    return reply;
}

#ifdef REDIS_REPLY_DOUBLE
/* RESP3 alone has these, and we never ask for it. */
static void *refuse_double(const redisReadTask *task, double number, char *bytes, size_t len)
{
    (void)number;
    (void)bytes;
    (void)len;
    ((struct whet_redis_reader *)task->privdata)->error = -EBADMSG;
    return NULL;
}

static void *refuse_bool(const redisReadTask *task, int yes)
{
    (void)yes;
    ((struct whet_redis_reader *)task->privdata)->error = -EBADMSG;
    return NULL;
}
#endif

static redisReplyObjectFunctions makers = {
    .createString = make_string,
    .createArray = make_array,
    .createInteger = make_integer,
    .createNil = make_nil,
    .freeObject = free_reply,
#ifdef REDIS_REPLY_DOUBLE
    .createDouble = refuse_double,
    .createBool = refuse_bool,
#endif
};

int whet__redis_reader_new(struct whet_redis_reader **out, size_t max)
{
    struct whet_redis_reader *r = whet__mem_zalloc(1, sizeof(*r));

    if (r == NULL)
        return -ENOMEM;
    r->raw = redisReaderCreateWithFunctions(&makers);
    if (r->raw == NULL) {
        whet__mem_free(r);
        return -ENOMEM;
    }
    r->raw->privdata = r;
    r->max = max;
    *out = r;
    return 0;
}

void whet__redis_reader_free(struct whet_redis_reader *r)
{
    if (r == NULL)
        return;
    redisReaderFree(r->raw);
    whet__mem_free(r);
}

static int error_of(struct whet_redis_reader *r)
{
    if (r->error != 0)
        return r->error;
    return r->raw->err == REDIS_ERR_OOM ? -ENOMEM : -EBADMSG;
}

int whet__redis_reader_feed(struct whet_redis_reader *r, const void *bytes, size_t len)
{
    size_t held = r->raw->len - r->raw->pos;

    if (held > r->max || len > r->max - held)
        return -EFBIG;
    return redisReaderFeed(r->raw, bytes, len) == REDIS_OK ? 0 : error_of(r);
}

int whet__redis_reader_next(struct whet_redis_reader *r, struct whet_redis_reply **out)
{
    void *reply = NULL;

    if (redisReaderGetReply(r->raw, &reply) != REDIS_OK)
        return error_of(r);
    if (reply == NULL)
        return 0;
    r->used = 0;
    *out = reply;
    return 1;
}

int whet__redis_reader_holds(const struct whet_redis_reader *r)
{
    return r->raw->len != r->raw->pos || r->raw->ridx > 0;
}

void whet__redis_reply_free(struct whet_redis_reply *reply)
{
    free_reply(reply);
}
