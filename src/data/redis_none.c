/* Stands in for redis.c where whet was built without hiredis. */
#include "data/redis.h"

#include <errno.h>

int whet__redis_built_in(void)
{
    return 0;
}

int whet__redis_reader_new(struct whet_redis_reader **out, size_t max)
{
    (void)out;
    (void)max;
    return -ENOTSUP;
}

void whet__redis_reader_free(struct whet_redis_reader *r)
{
    (void)r;
}

int whet__redis_reader_feed(struct whet_redis_reader *r, const void *bytes, size_t len)
{
    (void)r;
    (void)bytes;
    (void)len;
    return -ENOTSUP;
}

int whet__redis_reader_next(struct whet_redis_reader *r, struct whet_redis_reply **out)
{
    (void)r;
    (void)out;
    return -ENOTSUP;
}

int whet__redis_reader_holds(const struct whet_redis_reader *r)
{
    (void)r;
    return 0;
}

void whet__redis_reply_free(struct whet_redis_reply *reply)
{
    (void)reply;
}
