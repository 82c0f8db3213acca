/* A server's values through whet's remote level, through hiredis alone, and those of a
 * memcached in its text protocol: one by one, and a hundred at a time.
 *
 * usage: remote REDIS-PORT MEMCACHED-PORT
 * Prints lines "CASE WHET HIREDIS MEMCACHED", wall nanoseconds per value. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include <whet/cache.h>

#define COUNT  2000
#define BATCH  100
#define LENGTH 500

static struct whet_cache *cache;
static redisContext *server;
static int memcached;
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

/* A hundred records, their lines, and the last one. */
static char answer[BATCH * (LENGTH + 64) + 8];

static void memcached_say(const char *text, size_t len, const char *end)
{
    size_t have = 0, want = strlen(end);

    if (write(memcached, text, len) != (ssize_t)len)
        fail("memcached: not sent");
    do {
        ssize_t got = read(memcached, answer + have, sizeof(answer) - have);

        if (got <= 0)
            fail("memcached: no answer");
        have += (size_t)got;
    } while (have < want || memcmp(answer + have - want, end, want) != 0);
    answer[have - want] = '\0';
}

static void memcached_get(size_t from, size_t count)
{
    char text[8 + BATCH * 24];
    size_t len = (size_t)snprintf(text, sizeof(text), "get");
    const char *at = answer;

    for (size_t i = from; i < from + count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, " %llx",
                                (unsigned long long)numbers[i]);
    len += (size_t)snprintf(text + len, sizeof(text) - len, "\r\n");
    memcached_say(text, len, "END\r\n");
    for (size_t i = 0; i < count; i++) {
        unsigned long long key = 0;
        size_t value_len = 0;

        if (sscanf(at, "VALUE %llx %*u %zu", &key, &value_len) != 2 ||
            key != numbers[from + i] || value_len != LENGTH)
            fail("memcached: a miss");
        at = strchr(at, '\n') + 1 + LENGTH + 2;
    }
}

static void memcached_one(size_t from)
{
    for (size_t i = from; i < from + BATCH; i++)
        memcached_get(i, 1);
}

static void memcached_many(size_t from)
{
    memcached_get(from, BATCH);
}

static void memcached_put(uint64_t key)
{
    char text[LENGTH + 64];
    int len = snprintf(text, sizeof(text), "set %llx 0 0 %d\r\n%*s\r\n",
                       (unsigned long long)key, LENGTH, LENGTH, "");

    memcached_say(text, (size_t)len, "STORED\r\n");
}

static void memcached_open(const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcached = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(memcached, (struct sockaddr *)&at, sizeof(at)) != 0)
        fail("no memcached");
    setsockopt(memcached, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
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

/* In turn, batch by batch: what else goes on meets all of them. */
static void compare(const char *name, void (*const gets[3])(size_t from))
{
    double sums[3] = {0};

    for (int i = 0; i < 3; i++)
        gets[i](0);
    for (size_t from = 0; from < COUNT; from += BATCH) {
        for (int i = 0; i < 3; i++)
            sums[i] += timed(gets[i], from);
    }
    printf("%s %.1f %.1f %.1f\n", name, sums[0] / COUNT, sums[1] / COUNT, sums[2] / COUNT);
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
        memcached_put(numbers[i]);
    }
    whet_cache_sync(cache);
}

int main(int argc, char **argv)
{
    static void (*const one[])(size_t) = {whet_one, bare_one, memcached_one};
    static void (*const many[])(size_t) = {whet_many, bare_many, memcached_many};
    struct whet_cache_options options = {.memory_bytes = WHET_CACHE_NONE,
                                         .packed_bytes = WHET_CACHE_NONE,
                                         .disk_bytes = WHET_CACHE_NONE,
                                         .remote_timeout_ns = 2000000000};
    char url[64];

    if (argc != 3)
        fail("usage: remote REDIS-PORT MEMCACHED-PORT");
    snprintf(url, sizeof(url), "redis://127.0.0.1:%s", argv[1]);
    options.remote = url;
    server = redisConnect("127.0.0.1", atoi(argv[1]));
    if (server == NULL || server->err != 0 || whet_cache_new(&cache, &options, NULL) != 0)
        fail("no server");
    memcached_open(argv[2]);
    fill();
    compare("one", one);
    compare("many", many);
    whet_cache_free(cache);
    close(memcached);
    redisFree(server);
    return 0;
}
