/* The last marks of a server. Expected load: a record that is as new as the last mark is not
 * looked at; else one comparison for each mark after it, most often a handful. */
#include "cache/remote/marks.h"

#include <string.h>

#include "base/mem.h"
#include "cache/truth/inputs.h"

static const char letters[] = {
    [WHET_MARK_KEY] = 'k',
    [WHET_MARK_TAG] = 't',
    [WHET_MARK_PREFIX] = 'p',
    [WHET_MARK_ALL] = 'a',
};

size_t whet__remote_mark_pack(unsigned char *out, enum whet_mark_kind kind, const void *name,
                              size_t len)
{
    if (kind == WHET_MARK_ALL)
        len = 0;
    if (len > WHET_REMOTE_NAME_MAX) {
        kind = kind == WHET_MARK_TAG ? WHET_MARK_ALL : WHET_MARK_PREFIX;
        len = kind == WHET_MARK_ALL ? 0 : WHET_REMOTE_NAME_MAX;
    }
    out[0] = (unsigned char)letters[kind];
    if (len != 0)
        memcpy(out + 1, name, len);
    return len + 1;
}

void whet__remote_mark_unpack(struct whet_remote_mark *out, const void *bytes, size_t len)
{
    const char *text = bytes;
    struct whet_remote_mark mark = {.kind = WHET_MARK_ALL};

    if (len > 1 && len <= WHET_REMOTE_NAME_MAX + 1) {
        for (int kind = 0; kind < WHET_MARK_ALL; kind++) {
            if (letters[kind] == text[0]) {
                mark.kind = (enum whet_mark_kind)kind;
                mark.name = text + 1;
                mark.len = (uint32_t)(len - 1);
            }
        }
    }
    *out = mark;
}

static struct whet_remote_mark *item_at(const struct whet_remote_marks *m, size_t i)
{
    return &m->items[(m->first + i) % WHET_REMOTE_MARKS];
}

static void drop_oldest(struct whet_remote_marks *m)
{
    struct whet_remote_mark *old = item_at(m, 0);

    m->floor = old->count;
    whet__mem_free((void *)(uintptr_t)old->name);
    m->first = (m->first + 1) % WHET_REMOTE_MARKS;
    m->len--;
}

void whet__remote_marks_reset(struct whet_remote_marks *m, uint64_t floor)
{
    while (m->len != 0)
        drop_oldest(m);
    m->floor = floor;
}

void whet__remote_marks_clear(struct whet_remote_marks *m)
{
    whet__remote_marks_reset(m, 0);
    whet__mem_free(m->items);
    m->items = NULL;
}

/* A ring to be filled, with room for one more. */
static int make_room(struct whet_remote_marks *m)
{
    if (m->items == NULL)
        m->items = whet__mem_zalloc(WHET_REMOTE_MARKS, sizeof(m->items[0]));
    if (m->items == NULL)
        return -1;
    if (m->len == WHET_REMOTE_MARKS)
        drop_oldest(m);
    return 0;
}

void whet__remote_marks_add(struct whet_remote_marks *m, const struct whet_remote_mark *mark)
{
    char *name = whet__mem_strndup(mark->name != NULL ? mark->name : "", mark->len);
    struct whet_remote_mark *item;

    if (name == NULL || make_room(m) != 0) {
        whet__mem_free(name);
        whet__remote_marks_reset(m, mark->count);
        return;
    }
    item = item_at(m, m->len++);
    *item = *mark;
    item->name = name;
}

static int has_tag(const struct whet_entry *e, const struct whet_remote_mark *mark)
{
    struct whet_about_piece piece;
    struct whet_about about;
    int rc;

    whet__about_init(&about, whet__entry_about(e), e->about_len);
    while ((rc = whet__about_next(&about, &piece)) == 1) {
        if (piece.kind == WHET_ABOUT_TAG && piece.tag_len == mark->len &&
            memcmp(piece.tag, mark->name, mark->len) == 0)
            return 1;
    }
    return rc != 0;
}

static int names(const struct whet_remote_mark *mark, const struct whet_entry *e)
{
    switch (mark->kind) {
    case WHET_MARK_KEY:
        return mark->len == e->key_len &&
               memcmp(mark->name, whet__entry_key(e), mark->len) == 0;
    case WHET_MARK_PREFIX:
        return mark->len <= e->key_len &&
               memcmp(mark->name, whet__entry_key(e), mark->len) == 0;
    case WHET_MARK_TAG:
        return e->about_len != 0 && has_tag(e, mark);
    default:
        return 1;
    }
}

int whet__remote_marks_spare(const struct whet_remote_marks *m, uint64_t count,
                             const struct whet_entry *e)
{
    if (count < m->floor)
        return 0;
    for (size_t i = m->len; i-- != 0;) {
        const struct whet_remote_mark *mark = item_at(m, i);

        if (mark->count <= count)
            return 1;
        if (names(mark, e))
            return 0;
    }
    return 1;
}

int whet__remote_entry_needs(const struct whet_entry *e)
{
    struct whet_about_piece piece;
    struct whet_about about;
    int rc;

    if (e->about_len == 0)
        return 0;
    whet__about_init(&about, whet__entry_about(e), e->about_len);
    while ((rc = whet__about_next(&about, &piece)) == 1) {
        if (piece.kind == WHET_ABOUT_NEED)
            return 1;
    }
    return rc != 0;
}
