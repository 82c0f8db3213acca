/* A server's values through whet's remote level and through hiredis alone: one by one, and a
 * hundred at a time.
 *
 * usage: remote PORT
 * Prints lines "CASE WHET BARE", wall nanoseconds per value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hiredis/hiredis.h>

#include <whet/cache.h>

#define COUNT  2000
#define BATCH  100
#define LENGTH 500

static struct whet_cache *cache;
static redisContext *server;
static uint64_t numbers[COUNT];

static void fail(const char *what)
{
    fprintf(stderr, "remote: %s\n", what);
    exit(1);
}

static void check(redisReply *reply)
{
    if (reply == NULL || reply->type != REDIS_REPLY_STRING || reply->len != LENGTH)
        fail("bare: a miss");
    freeReplyObject(reply);
}

static void bare_one(size_t from)
{
    for (size_t i = from; i < from + BATCH; i++)
        check(redisCommand(server, "GET %b", &numbers[i], sizeof(numbers[i])));
}

static void bare_many(size_t from)
{
    void *reply;

    for (size_t i = from; i < from + BATCH; i++)
        redisAppendCommand(server, "GET %b", &numbers[i], sizeof(numbers[i]));
    for (size_t i = 0; i < BATCH; i++) {
        if (redisGetReply(server, &reply) != REDIS_OK)
            fail(server->errstr);
        check(reply);
    }
}

static void whet_one(size_t from)
{
    for (size_t i = from; i < from + BATCH; i++) {
        struct whet_cache_value value;

        if (whet_cache_get(cache, &numbers[i], sizeof(numbers[i]), &value) != 1 ||
            value.len != LENGTH)
            fail("whet: a miss");
        whet_cache_value_clear(&value);
    }
}

static void whet_many(size_t from)
{
    struct whet_cache_key keys[BATCH];
    struct whet_cache_value values[BATCH];

    for (size_t i = 0; i < BATCH; i++)
        keys[i] = (struct whet_cache_key){&numbers[from + i], sizeof(numbers[0])};
    if (whet_cache_get_many(cache, keys, BATCH, values) != BATCH)
        fail("whet: misses of many");
    for (size_t i = 0; i < BATCH; i++)
        whet_cache_value_clear(&values[i]);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double timed(void (*get)(size_t from), size_t from)
{
    double start = now();

    get(from);
    return now() - start;
}

/* In turn, batch by batch: what else goes on meets both. */
static void compare(const char *name, void (*whet)(size_t), void (*bare)(size_t))
{
    double sums[2] = {0};

    whet(0);
    bare(0);
    for (size_t from = 0; from < COUNT; from += BATCH) {
        sums[0] += timed(whet, from);
        sums[1] += timed(bare, from);
    }
    printf("%s %.1f %.1f\n", name, sums[0] / COUNT, sums[1] / COUNT);
}

static void fill(void)
{
    static const char value[LENGTH];

    for (size_t i = 0; i < COUNT; i++) {
        redisReply *reply;

        numbers[i] = i + 1;
        if (whet_cache_put(cache, &numbers[i], sizeof(numbers[i]), value, LENGTH, NULL) != 0)
            fail("not put");
        if (i % BATCH == 0)
            whet_cache_sync(cache);
        reply = redisCommand(server, "SET %b %b", &numbers[i], sizeof(numbers[i]), value,
                             (size_t)LENGTH);
        if (reply == NULL)
            fail(server->errstr);
        freeReplyObject(reply);
    }
    whet_cache_sync(cache);
}

int main(int argc, char **argv)
{
    struct whet_cache_options options = {.memory_bytes = WHET_CACHE_NONE,
                                         .packed_bytes = WHET_CACHE_NONE,
                                         .disk_bytes = WHET_CACHE_NONE,
                                         .remote_timeout_ns = 2000000000};
    char url[64];

    if (argc != 2)
        fail("usage: remote PORT");
    snprintf(url, sizeof(url), "redis://127.0.0.1:%s", argv[1]);
    options.remote = url;
    server = redisConnect("127.0.0.1", atoi(argv[1]));
    if (server == NULL || server->err != 0 || whet_cache_new(&cache, &options, NULL) != 0)
        fail("no server");
    fill();
    compare("one", whet_one, bare_one);
    compare("many", whet_many, bare_many);
    whet_cache_free(cache);
    redisFree(server);
    return 0;
}
