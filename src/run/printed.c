/* What jobs print. Expected load: mostly nothing or a few lines, from hundreds of thousands
 * of jobs; now and then gigabytes from one. */
#include "run/printed.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

#define READ_MAX   ((size_t)64 * 1024)
#define PIECES_MAX ((size_t)1 << 26)

struct piece {
    uint64_t place;
    size_t len;
};

void whet__printed_init(struct whet_printed *p)
{
    whet__text_init(&p->tail, WHET_PRINTED_MEMORY + READ_MAX);
    whet__vec_init(&p->pieces, sizeof(struct piece), PIECES_MAX);
    p->shown = 0;
    p->cut = 0;
}

void whet__printed_reset(struct whet_printed *p, struct whet_spool *spool)
{
    const struct piece *pieces = p->pieces.items;

    for (size_t i = 0; i < p->pieces.len; i++)
        whet__spool_give(spool, pieces[i].place, pieces[i].len);
    p->pieces.len = 0;
    whet__text_reset(&p->tail);
    p->shown = 0;
    p->cut = 0;
}

void whet__printed_forget(struct whet_printed *p, struct whet_spool *spool)
{
    whet__printed_reset(p, spool);
    p->cut = 1;
}

uint64_t whet__printed_size(const struct whet_printed *p)
{
    const struct piece *pieces = p->pieces.items;
    uint64_t size = p->tail.len;

    for (size_t i = 0; i < p->pieces.len; i++)
        size += pieces[i].len;
    return size;
}

void whet__printed_clear(struct whet_printed *p, struct whet_spool *spool)
{
    whet__printed_reset(p, spool);
    whet__text_clear(&p->tail);
    whet__vec_clear(&p->pieces);
}

int whet__printed_is_empty(const struct whet_printed *p)
{
    return p->tail.len == 0 && p->pieces.len == 0;
}

int whet__printed_spill(struct whet_printed *p, struct whet_spool *spool)
{
    struct piece *piece;
    uint64_t place;
    int rc;

    if (p->tail.len == 0)
        return 0;
    piece = whet__vec_push(&p->pieces);
    if (piece == NULL)
        return -ENOMEM;
    rc = whet__spool_add(spool, p->tail.data, p->tail.len, &place);
    if (rc != 0) {
        p->pieces.len--;
        return rc;
    }
    *piece = (struct piece){place, p->tail.len};
    whet__text_reset(&p->tail);
    return 0;
}

static int spill_when_full(struct whet_printed *p, struct whet_spool *spool)
{
    if (whet__text_error(&p->tail) != 0)
        return whet__text_error(&p->tail);
    return p->tail.len >= WHET_PRINTED_MEMORY ? whet__printed_spill(p, spool) : 0;
}

int whet__printed_add(struct whet_printed *p, struct whet_spool *spool, const char *bytes,
                      size_t len)
{
    int rc = 0;

    while (rc == 0 && len > 0) {
        size_t part = len < READ_MAX ? len : READ_MAX;

        whet__text_append(&p->tail, bytes, part);
        rc = spill_when_full(p, spool);
        bytes += part;
        len -= part;
    }
    return rc;
}

int whet__printed_read(struct whet_printed *p, struct whet_spool *spool, int fd, size_t max)
{
    char bytes[READ_MAX];
    ssize_t got;
    int rc;

    do
        got = read(fd, bytes, max < sizeof(bytes) ? max : sizeof(bytes));
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got < 0 ? -errno : 0;
    rc = whet__printed_add(p, spool, bytes, (size_t)got);
    return rc != 0 ? rc : (int)got;
}

static int piece_give(const struct piece *piece, const struct whet_spool *spool, uint64_t skip,
                      int (*give)(void *ctx, const char *bytes, size_t len), void *ctx)
{
    char *bytes = whet__mem_alloc(piece->len);
    int rc = bytes != NULL ? whet__spool_read(spool, piece->place, bytes, piece->len) : -ENOMEM;

    if (rc == 0)
        rc = give(ctx, bytes + skip, piece->len - (size_t)skip);
    whet__mem_free(bytes);
    return rc;
}

/* All but the first `skip` bytes. */
static int give_from(const struct whet_printed *p, const struct whet_spool *spool,
                     uint64_t skip, int (*give)(void *ctx, const char *bytes, size_t len),
                     void *ctx)
{
    const struct piece *pieces = p->pieces.items;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < p->pieces.len; i++) {
        if (skip >= pieces[i].len) {
            skip -= pieces[i].len;
            continue;
        }
        rc = piece_give(&pieces[i], spool, skip, give, ctx);
        skip = 0;
    }
    if (rc == 0 && p->tail.len > skip)
        rc = give(ctx, p->tail.data + skip, p->tail.len - (size_t)skip);
    return rc;
}

int whet__printed_each(const struct whet_printed *p, const struct whet_spool *spool,
                       int (*give)(void *ctx, const char *bytes, size_t len), void *ctx)
{
    return give_from(p, spool, 0, give, ctx);
}

int whet__printed_show(struct whet_printed *p, const struct whet_spool *spool,
                       int (*give)(void *ctx, const char *bytes, size_t len), void *ctx)
{
    int rc = give_from(p, spool, p->shown, give, ctx);

    p->shown = whet__printed_size(p);
    return rc;
}
