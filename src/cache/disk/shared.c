/* The page that users of one cache file share. Expected load: two atomic loads per get, a
 * handful of additions per put. It holds nothing that could not be lost: the moments of
 * marks are in the file, and who comes after a loss begins behind them (`least`).
 *
 * The page is allocated on the disk before it is mapped, for a page that the disk has no
 * room for is a SIGBUS at its first use. */
#include "cache/disk/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cache/disk/folder.h"
#include "os/clock.h"

#define MAGIC      UINT64_C(0x7768657473686172)
#define PAGE_BYTES 4096
_Static_assert(sizeof(struct whet_shared_page) <= PAGE_BYTES, "the page holds it");
#define EPOCH_MAX (UINT64_C(7) << 60) /* noise: a clock gets there in 2225 */

/* Two may do this at once: nothing that is there is overwritten. */
static int allocate(int fd, int read_only)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if (st.st_size >= PAGE_BYTES)
        return 0;
    return read_only ? -ENODATA : -posix_fallocate(fd, 0, PAGE_BYTES);
}

static int map_file(const char *path, int read_only, struct whet_shared_page **out)
{
    const int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct whet_text name;
    void *page;
    int fd = -1, rc;

    whet__text_init(&name, PATH_MAX);
    whet__text_printf(&name, "%s.share", path);
    rc = whet__text_error(&name);
    if (rc != 0)
        goto out;
    fd = open(whet__text_str(&name), flags | (read_only ? 0 : O_CREAT), 0600);
    rc = fd < 0 ? -errno : allocate(fd, read_only);
    if (rc != 0)
        goto out;
    page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        rc = -errno;
    else
        *out = page;
out:
    whet__text_clear(&name);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* What a new page, or one full of noise, has to say first. Its counters only ever grow, so
 * that nobody takes an old state for a new one. */
static void page_begin(struct whet_shared_page *page)
{
    unsigned long long epoch = atomic_load(&page->epoch);

    if (epoch > EPOCH_MAX)
        atomic_compare_exchange_strong(&page->epoch, &epoch, 0);
    if (atomic_load(&page->magic) != MAGIC) {
        atomic_fetch_add(&page->commits, 1);
        atomic_fetch_add(&page->changes, 2);
        atomic_store(&page->magic, MAGIC);
    }
}

/* Where the page cannot be had, others may change things unseen. */
static int map_page(struct whet_shared *s, const char *path, int read_only)
{
    int network = 1;
    int rc = whet__disk_folder(path, !read_only, &network);

    if (rc == 0 && !network)
        rc = map_file(path, read_only, &s->page);
    if (rc == -ENOMEM)
        return rc;
    s->blind = s->page == NULL;
    return 0;
}

int whet__shared_new(struct whet_shared **out, const char *path, int read_only)
{
    struct whet_shared *s = whet__mem_zalloc(1, sizeof(*s));
    int rc = s != NULL ? 0 : -ENOMEM;

    if (rc == 0 && path != NULL)
        rc = map_page(s, path, read_only);
    if (rc == 0 && s->page == NULL) {
        s->owned = 1;
        s->page = whet__mem_zalloc(1, sizeof(*s->page));
        rc = s->page != NULL ? 0 : -ENOMEM;
    }
    if (rc != 0) {
        whet__shared_free(s);
        return rc;
    }
    page_begin(s->page);
    *out = s;
    return 0;
}

void whet__shared_free(struct whet_shared *s)
{
    if (s == NULL)
        return;
    if (s->owned)
        whet__mem_free(s->page);
    else if (s->page != NULL)
        munmap(s->page, PAGE_BYTES);
    whet__mem_free(s);
}

uint64_t whet__shared_epoch(struct whet_shared *s, uint64_t least)
{
    unsigned long long last = atomic_load_explicit(&s->page->epoch, memory_order_relaxed);
    unsigned long long now = whet__clock_wall_ns(), next;

    do {
        next = last > least ? last : least;
        next = now > next ? now : next + 1;
    } while (!atomic_compare_exchange_weak(&s->page->epoch, &last, next));
    return next;
}

/* An odd count is left odd, and yet changes. */
void whet__shared_open_change(struct whet_shared *s)
{
    unsigned long long seen = atomic_load(&s->page->changes);

    while (!atomic_compare_exchange_weak(&s->page->changes, &seen, (seen + 1) | 1))
        ;
}

void whet__shared_close_change(struct whet_shared *s)
{
    unsigned long long seen = atomic_load(&s->page->changes);

    while (!atomic_compare_exchange_weak(&s->page->changes, &seen, (seen | 1) + 1))
        ;
}
