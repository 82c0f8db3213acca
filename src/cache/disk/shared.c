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
#define FILE_BYTES (PAGE_BYTES + WHET_SHARED_POSTS * sizeof(struct whet_shared_post))
_Static_assert(sizeof(struct whet_shared_page) <= PAGE_BYTES, "the page holds it");
#define EPOCH_MAX (UINT64_C(7) << 60) /* noise: a clock gets there in 2225 */

/* Two may do this at once: nothing that is there is overwritten. */
static int allocate(int fd, int read_only)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return -errno;
    if ((uint64_t)st.st_size >= FILE_BYTES)
        return 0;
    return read_only ? -ENODATA : -posix_fallocate(fd, 0, FILE_BYTES);
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
    page = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
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
    int network = 0;
    int rc = whet__disk_folder(path, !read_only, &network);

    if (rc == 0 && !network)
        rc = map_file(path, read_only, &s->page);
    if (rc == -ENOMEM)
        return rc;
    s->blind = s->page == NULL;
    s->deaf = s->blind && !network; /* there nobody has one */
    if (!s->blind)
        s->posts = (struct whet_shared_post *)((char *)s->page + PAGE_BYTES);
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
    atomic_store(&s->heard, whet__shared_told(s));
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
        munmap(s->page, FILE_BYTES);
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

/* ---- Posts ---- */

/* Who has the file's lock knows that all others before are over, also those who died of it. As
 * the count of commits goes first, nobody reads from an older snapshot then. */
void whet__shared_post_begin(struct whet_shared *s, size_t count)
{
    uint64_t told;

    if (s->posts == NULL)
        return;
    told = whet__shared_told(s);
    atomic_fetch_add(&s->page->commits, 1);
    atomic_store(&s->page->settled, told);
    atomic_store(&s->page->telling, told + count);
    s->posted = told;
}

/* Written after `telling`, and released: who reads it sees that, too. */
void whet__shared_post(struct whet_shared *s, const struct whet_hash128 *hash, uint64_t made_ns)
{
    struct whet_shared_post *post;
    uint64_t halves[2];

    if (s->posts == NULL)
        return;
    post = &s->posts[s->posted++ % WHET_SHARED_POSTS];
    memcpy(halves, hash->bytes, sizeof(halves));
    atomic_store_explicit(&post->made_ns, made_ns, memory_order_release);
    atomic_store_explicit(&post->hash[0], halves[0], memory_order_release);
    atomic_store_explicit(&post->hash[1], halves[1], memory_order_release);
}

/* One's own are no news: memory has what was put, or nothing. Where others have told something
 * before that was not heard yet, they are heard with it. */
void whet__shared_post_end(struct whet_shared *s)
{
    unsigned long long before;

    if (s->posts == NULL)
        return;
    before = whet__shared_told(s);
    atomic_store(&s->page->told, s->posted);
    (void)!atomic_compare_exchange_strong(&s->heard, &before, s->posted);
}

void whet__shared_post_all(struct whet_shared *s)
{
    whet__shared_post_begin(s, WHET_SHARED_POSTS + 1);
    s->posted += WHET_SHARED_POSTS + 1;
    whet__shared_post_end(s);
}

void whet__shared_post_settle(struct whet_shared *s)
{
    unsigned long long settled = atomic_load(&s->page->settled);

    while (s->posts != NULL && settled < s->posted &&
           !atomic_compare_exchange_weak(&s->page->settled, &settled, s->posted))
        ;
}

int whet__shared_hear(const struct whet_shared *s, uint64_t number, struct whet_hash128 *out,
                      uint64_t *made_ns)
{
    const struct whet_shared_post *post;
    uint64_t halves[2], made;

    if (s->posts == NULL)
        return -EOVERFLOW;
    post = &s->posts[number % WHET_SHARED_POSTS];
    made = atomic_load_explicit(&post->made_ns, memory_order_acquire);
    halves[0] = atomic_load_explicit(&post->hash[0], memory_order_acquire);
    halves[1] = atomic_load_explicit(&post->hash[1], memory_order_acquire);
    if (atomic_load(&s->page->telling) - number > WHET_SHARED_POSTS)
        return -EOVERFLOW;
    memcpy(out->bytes, halves, sizeof(halves));
    *made_ns = made;
    return 0;
}

int whet__shared_is_former(const struct whet_shared *s, uint64_t settled,
                           const struct whet_hash128 *hash, uint64_t made_ns)
{
    uint64_t told = whet__shared_told(s), last_ns;
    struct whet_hash128 posted;

    if (told - settled > WHET_SHARED_POSTS)
        return 1;
    for (uint64_t i = settled; i != told; i++) {
        if (whet__shared_hear(s, i, &posted, &last_ns) != 0)
            return 1;
        if (last_ns > made_ns && memcmp(&posted, hash, sizeof(posted)) == 0)
            return 1;
    }
    return 0;
}
