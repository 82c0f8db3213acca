/* tests/unit/sqlite_memory.h - lets the n-th-allocation loop reach into SQLite: its
 * memory comes through base/mem. Call sqlite_memory_from_base before any store is
 * opened. */
#ifndef WHET_TESTS_SQLITE_MEMORY_H
#define WHET_TESTS_SQLITE_MEMORY_H

#include <malloc.h>
#include <sqlite3.h>

#include "base/mem.h"

static void *memory_new(int size)
{
    return whet__mem_alloc((size_t)size);
}

static void *memory_resize(void *block, int size)
{
    return whet__mem_resize(block, (size_t)size, 1);
}

static int memory_size(void *block)
{
    return (int)malloc_usable_size(block);
}

static int memory_round(int size)
{
    return (size + 7) & ~7;
}

static int memory_init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void memory_end(void *ctx)
{
    (void)ctx;
}

static void sqlite_memory_from_base(void)
{
    static const sqlite3_mem_methods methods = {
        memory_new,   whet__mem_free, memory_resize, memory_size,
        memory_round, memory_init,    memory_end,    NULL};

    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

#endif
