/* tests/unit/cache/own_server.h - one server for all tests of a program, where one is to be
 * had. */
#ifndef WHET_TESTS_OWN_SERVER_H
#define WHET_TESTS_OWN_SERVER_H

#include "data/redis.h"
#include "redis_server.h"

static struct server server;

static inline int server_is_there(void)
{
    return whet__redis_built_in() && server_installed();
}

/* As a group's setup. */
static inline int server_enter(void **state)
{
    (void)state;
    if (server_init(&server) != 0)
        return -1;
    if (server_is_there())
        server_start(&server);
    return 0;
}

/* As its teardown. */
static inline int server_leave(void **state)
{
    (void)state;
    server_clear(&server);
    return 0;
}

#endif
