/* Many small blocks, freed together. Expected load: tens of thousands of names
 * and records per scan, a few dozen bytes each. Chunks double up to 1 MiB.
 *
 * AddressSanitizer sees a chunk as one block of malloc's, so it is told what has been
 * handed out: then a write behind a block stops the program, wherever the block lies. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define WITH_ASAN
#    endif
#elif defined(__SANITIZE_ADDRESS__)
#    define WITH_ASAN
#endif

#ifdef WITH_ASAN
#    include <sanitizer/asan_interface.h>
#    define GAP ((size_t)16) /* between blocks */
#else
#    define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#    define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#    define GAP                                   ((size_t)0)
#endif

#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)

struct whet_arena_chunk {
    struct whet_arena_chunk *next;
    size_t size;
    alignas(max_align_t) unsigned char data[];
};

void whet__arena_init(struct whet_arena *a, size_t max)
{
    memset(a, 0, sizeof(*a));
    a->max = max;
}

static void chunks_free(struct whet_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct whet_arena_chunk *next = chunk->next;

        whet__mem_free(chunk);
        chunk = next;
    }
}

void whet__arena_clear(struct whet_arena *a)
{
    chunks_free(a->head);
    whet__arena_init(a, a->max);
}

void whet__arena_reset(struct whet_arena *a)
{
    if (a->head == NULL)
        return;
    chunks_free(a->head->next);
    a->head->next = NULL;
    a->used = 0;
    a->total = a->head->size;
    ASAN_POISON_MEMORY_REGION(a->head->data, a->head->size);
}

static int chunk_add(struct whet_arena *a, size_t need)
{
    size_t size = a->head == NULL ? CHUNK_MIN : a->head->size * 2;
    struct whet_arena_chunk *chunk;

    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < need)
        size = need;
    if (size > a->max - a->total)
        size = need;
    if (size > a->max - a->total)
        return 0;
    chunk = whet__mem_alloc(sizeof(*chunk) + size);
    if (chunk == NULL)
        return 0;
    chunk->next = a->head;
    chunk->size = size;
    a->head = chunk;
    a->used = 0;
    a->total += size;
    ASAN_POISON_MEMORY_REGION(chunk->data, size);
    return 1;
}

static void *arena_take(struct whet_arena *a, size_t size, size_t align)
{
    size_t start = (a->used + align - 1) & ~(align - 1);

    if (size > a->max)
        return NULL;
    if (a->head == NULL || start > a->head->size || size > a->head->size - start) {
        if (!chunk_add(a, size))
            return NULL;
        start = 0;
    }
    a->used = start + size + GAP;
    ASAN_UNPOISON_MEMORY_REGION(a->head->data + start, size);
    return a->head->data + start;
}

void *whet__arena_alloc(struct whet_arena *a, size_t size)
{
    return arena_take(a, size, alignof(max_align_t));
}

void *whet__arena_zalloc(struct whet_arena *a, size_t count, size_t size)
{
    void *block;

    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    block = whet__arena_alloc(a, count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

char *whet__arena_strndup(struct whet_arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_take(a, len + 1, 1) : NULL;

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *whet__arena_join(struct whet_arena *a, const char *folder, const char *name)
{
    size_t head = strlen(folder), len = strlen(name);
    char *path = arena_take(a, head + len + 2, 1);

    if (path == NULL)
        return NULL;
    memcpy(path, folder, head);
    path[head] = '/';
    memcpy(path + head + 1, name, len + 1);
    return path;
}
