/* The memory of one thread's syntax tree. Expected load: 10,000 blocks of 100 bytes for
 * a usual file, a million for a large one, all forgotten together: so a block costs a
 * few instructions and a tree is never taken down node by node. */
#include "scan/tree_pool.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK     ((size_t)1 << 20)
#define STEP      ((size_t)16)
#define SMALL_MAX ((size_t)1024) /* classes in steps below, in powers of two above */
#define CLASSES   (SMALL_MAX / STEP + 24)

/* Before each block: its room. */
struct header {
    uint64_t room;
};

struct freed {
    struct freed *next;
};

struct chunk {
    struct chunk *next;
    size_t room;
    unsigned char data[];
};

struct whet_tree_pool {
    unsigned char *at; /* the free part of the current chunk */
    unsigned char *end;
    struct freed *freed[CLASSES];
    struct chunk *current;
    struct chunk *first;
    size_t taken; /* room of the chunks up to the current one */
    jmp_buf *escape;
    int error;
};

/* initial-exec: one instruction instead of a call, also in the shared library. */
static _Thread_local struct whet_tree_pool *entered __attribute__((tls_model("initial-exec")));

int whet__tree_pool_new(struct whet_tree_pool **out)
{
    struct whet_tree_pool *pool = whet__mem_zalloc(1, sizeof(*pool));

    if (pool == NULL)
        return -ENOMEM;
    *out = pool;
    return 0;
}

static void chunks_free(struct chunk *chunk)
{
    while (chunk != NULL) {
        struct chunk *next = chunk->next;

        whet__mem_free(chunk);
        chunk = next;
    }
}

void whet__tree_pool_free(struct whet_tree_pool *pool)
{
    if (pool == NULL)
        return;
    chunks_free(pool->first);
    whet__mem_free(pool);
}

static void pool_reset(struct whet_tree_pool *pool)
{
    struct chunk *last = NULL;
    size_t kept = 0;

    for (struct chunk *c = pool->first; c != NULL && kept + c->room <= WHET_TREE_MEMORY_KEEP;
         c = c->next) {
        kept += c->room;
        last = c;
    }
    if (last == NULL) {
        chunks_free(pool->first);
        pool->first = NULL;
    } else {
        chunks_free(last->next);
        last->next = NULL;
    }
    memset(pool->freed, 0, sizeof(pool->freed));
    pool->current = NULL;
    pool->at = NULL;
    pool->end = NULL;
    pool->taken = 0;
}

void whet__tree_pool_enter(struct whet_tree_pool *pool, jmp_buf *escape)
{
    pool->escape = escape;
    entered = pool;
}

void whet__tree_pool_leave(struct whet_tree_pool *pool)
{
    entered = NULL;
    pool_reset(pool);
}

int whet__tree_pool_error(const struct whet_tree_pool *pool)
{
    return pool->error;
}

size_t whet__tree_pool_used(const struct whet_tree_pool *pool)
{
    return pool->taken - (size_t)(pool->end - pool->at);
}

size_t whet__tree_pool_kept(const struct whet_tree_pool *pool)
{
    size_t kept = 0;

    for (const struct chunk *c = pool->first; c != NULL; c = c->next)
        kept += c->room;
    return kept;
}

static _Noreturn void escape(struct whet_tree_pool *pool, int rc)
{
    pool->error = rc;
    longjmp(*pool->escape, 1);
}

/* Makes the next chunk with that much room the current one. What is left of the old
 * one is lost until the reset. */
static void chunk_next(struct whet_tree_pool *pool, size_t need)
{
    struct chunk **link = pool->current != NULL ? &pool->current->next : &pool->first;
    struct chunk *chunk = *link;

    if (chunk == NULL || chunk->room < need) {
        size_t room = need > CHUNK ? need : CHUNK;

        if (room > WHET_TREE_MEMORY_MAX - pool->taken)
            escape(pool, -EFBIG);
        chunk = whet__mem_alloc(sizeof(*chunk) + room);
        if (chunk == NULL)
            escape(pool, -ENOMEM);
        chunk->next = *link;
        chunk->room = room;
        *link = chunk;
    } else if (chunk->room > WHET_TREE_MEMORY_MAX - pool->taken) {
        escape(pool, -EFBIG);
    }
    pool->current = chunk;
    pool->taken += chunk->room;
    pool->at = chunk->data;
    pool->end = chunk->data + chunk->room;
}

/* Rounds *room up to that of its class. */
static size_t class_of(size_t *room)
{
    size_t class = SMALL_MAX / STEP;
    size_t power = SMALL_MAX * 2;

    if (*room <= SMALL_MAX) {
        *room = (*room + STEP - 1) & ~(STEP - 1);
        return *room / STEP - 1;
    }
    while (power < *room) {
        power *= 2;
        class ++;
    }
    *room = power;
    return class;
}

static void *block_take(struct whet_tree_pool *pool, size_t size)
{
    size_t room = size + sizeof(struct header);
    struct header *header;
    struct freed *freed;
    size_t class;

    if (size >= WHET_TREE_MEMORY_MAX)
        escape(pool, -EFBIG);
    class = class_of(&room);
    freed = pool->freed[class];
    if (freed != NULL) {
        pool->freed[class] = freed->next;
        return freed;
    }
    if ((size_t)(pool->end - pool->at) < room)
        chunk_next(pool, room);
    header = (struct header *)(void *)pool->at;
    header->room = room;
    pool->at += room;
    return header + 1;
}

void *whet__tree_pool_alloc(size_t size)
{
    if (entered == NULL)
        return whet__mem_alloc(size);
    return block_take(entered, size);
}

void *whet__tree_pool_zalloc(size_t count, size_t size)
{
    void *block;

    if (entered == NULL)
        return whet__mem_zalloc(count, size);
    if (size != 0 && count > WHET_TREE_MEMORY_MAX / size)
        escape(entered, -EFBIG);
    block = block_take(entered, count * size);
    memset(block, 0, count * size);
    return block;
}

void whet__tree_pool_release(void *block)
{
    struct freed *freed = block;
    size_t room;
    size_t class;

    if (entered == NULL) {
        whet__mem_free(block);
        return;
    }
    if (block == NULL)
        return;
    room = (size_t)((struct header *)block)[-1].room;
    class = class_of(&room);
    freed->next = entered->freed[class];
    entered->freed[class] = freed;
}

void *whet__tree_pool_resize(void *block, size_t size)
{
    void *moved;
    size_t room;

    if (entered == NULL)
        return whet__mem_resize(block, size, 1);
    if (block == NULL)
        return block_take(entered, size);
    room = (size_t)((struct header *)block)[-1].room - sizeof(struct header);
    if (size <= room)
        return block;
    moved = block_take(entered, size);
    memcpy(moved, block, room);
    whet__tree_pool_release(block);
    return moved;
}
