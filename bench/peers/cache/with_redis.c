#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "work.h"

static int port;

void peer_open(size_t entries, const char *argument)
{
    (void)entries; /* the server was told */
    port = argument != NULL ? atoi(argument) : 0;
}

void *peer_attach(void)
{
    redisContext *c = redisConnect("127.0.0.1", port);

    if (c == NULL || c->err != 0)
        abort();
    return c;
}

int peer_get(void *attached, uint64_t key, uint64_t *value)
{
    redisReply *r = redisCommand(attached, "GET %b", &key, sizeof(key));
    int hit = r != NULL && r->type == REDIS_REPLY_STRING && r->len == sizeof(*value);

    if (hit)
        memcpy(value, r->str, sizeof(*value));
    freeReplyObject(r);
    return hit;
}

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    redisReply *r =
        redisCommand(attached, "SET %b %b", &key, sizeof(key), &value, sizeof(value));

    if (r == NULL || r->type != REDIS_REPLY_STATUS)
        abort();
    freeReplyObject(r);
}
