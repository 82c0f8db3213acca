/* Blocks in large pages. A table that is looked up at random costs a miss of the processor's
 * table of pages per look-up where pages are small, which can be more than the look-up. Load:
 * a dozen blocks in a cache's life. */
#include "os/pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

static size_t round_up(size_t bytes)
{
    return (bytes + WHET_PAGES_STEP - 1) & ~(WHET_PAGES_STEP - 1);
}

/* Large pages begin at multiples of their size: what is in front and behind goes back. */
int whet__pages_new(void **out, size_t bytes)
{
    size_t size = round_up(bytes);
    size_t room = size + WHET_PAGES_LARGE;
    unsigned char *all, *block;
    size_t front;

    if (bytes > SIZE_MAX / 2)
        return -ENOMEM;
    all = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return -ENOMEM;
    front = (size_t)(-(uintptr_t)all & (WHET_PAGES_LARGE - 1));
    block = all + front;
    if (front != 0)
        (void)munmap(all, front);
    (void)munmap(block + size, room - front - size);
    (void)madvise(block, size, MADV_HUGEPAGE); /* a wish */
    *out = block;
    return 0;
}

void whet__pages_free(void *block, size_t bytes)
{
    if (block != NULL)
        (void)munmap(block, round_up(bytes));
}
