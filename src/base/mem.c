/* The one door to malloc, so that a test can make the n-th allocation fail.
 * The cost when nobody asked is one relaxed load per allocation. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static atomic_long fail_countdown = -1;

static int mem_should_fail(void)
{
    if (atomic_load_explicit(&fail_countdown, memory_order_relaxed) < 0)
        return 0;
    return atomic_fetch_sub_explicit(&fail_countdown, 1, memory_order_relaxed) == 1;
}

void whet__mem_fail_nth(long n)
{
    atomic_store(&fail_countdown, n);
}

int whet__mem_fail_pending(void)
{
    return atomic_load(&fail_countdown) > 0;
}

void *whet__mem_alloc(size_t size)
{
    if (mem_should_fail())
        return NULL;
    return malloc(size ? size : 1);
}

void *whet__mem_zalloc(size_t count, size_t size)
{
    if (mem_should_fail())
        return NULL;
    /* calloc would look, too, but under a sanitizer it ends the program. */
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

void *whet__mem_resize(void *block, size_t count, size_t size)
{
    if (mem_should_fail())
        return NULL;
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    if (count == 0 || size == 0)
        return realloc(block, 1);
    return realloc(block, count * size);
}

char *whet__mem_strndup(const char *text, size_t len)
{
    char *copy = whet__mem_alloc(len + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *whet__mem_strdup(const char *text)
{
    return whet__mem_strndup(text, strlen(text));
}

void whet__mem_free(void *block)
{
    free(block);
}

size_t whet__mem_bytes(size_t size)
{
    const size_t mapped_from = (size_t)128 << 10;
    size_t bytes = (size + sizeof(size_t) + 15) & ~(size_t)15;

    if (size >= mapped_from)
        return (size + 2 * sizeof(size_t) + 4095) & ~(size_t)4095;
    return bytes < 32 ? 32 : bytes;
}
