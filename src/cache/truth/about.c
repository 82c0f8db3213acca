/* What a value was made of, packed. Expected load: some hundred bytes written per put with
 * inputs, read at each look at such a value; a file takes its path and about 45 bytes. The
 * bytes may come from a damaged file or from another machine: all is checked. */
#include "cache/truth/inputs.h"

#include <errno.h>
#include <string.h>

#include "base/pack.h"
#include "os/clock.h"
#include "os/content.h"

enum { FILE_SETTLED = 1 << 0, FILE_GONE = 1 << 1, FILE_FLAGS = FILE_SETTLED | FILE_GONE };

static void add_file(struct whet_text *out, const struct whet_input_file *f)
{
    int gone = f->stat.kind == WHET_FILE_GONE;

    whet__pack_string(out, f->path, f->path_len + 1);
    whet__pack_uint(out, (f->settled ? FILE_SETTLED : 0u) | (gone ? FILE_GONE : 0u));
    if (gone)
        return;
    whet__pack_uint(out, f->stat.size);
    whet__pack_uint(out, (uint64_t)f->stat.mtime_ns);
    whet__pack_uint(out, (uint64_t)f->stat.ctime_ns);
    whet__pack_uint(out, f->stat.inode);
    whet__pack_uint(out, f->stat.dev);
    whet__pack_bytes(out, f->hash.bytes, sizeof(f->hash.bytes));
}

static void add_need(struct whet_text *out, const struct whet_input_need *n)
{
    whet__pack_bytes(out, n->hash.bytes, sizeof(n->hash.bytes));
    whet__pack_uint(out, n->after);
    whet__pack_string(out, n->key, n->key_len);
}

void whet__about_add(struct whet_text *out, const struct whet_about_piece *piece)
{
    whet__pack_uint(out, piece->kind);
    if (piece->kind == WHET_ABOUT_TAG)
        whet__pack_string(out, piece->tag, piece->tag_len);
    else if (piece->kind == WHET_ABOUT_NEED)
        add_need(out, &piece->need);
    else
        add_file(out, &piece->file);
}

static void take_hash(struct whet_unpack *u, struct whet_hash128 *out)
{
    const void *bytes = whet__unpack_bytes(u, sizeof(out->bytes));

    if (bytes != NULL)
        memcpy(out->bytes, bytes, sizeof(out->bytes));
}

static int is_path(const char *path, size_t len)
{
    return len >= 2 && path[0] == '/' && memchr(path, '\0', len) == path + len - 1;
}

static int take_file(struct whet_unpack *u, struct whet_input_file *f)
{
    uint64_t flags;

    memset(f, 0, sizeof(*f));
    f->path = whet__unpack_string(u, &f->path_len);
    flags = whet__unpack_uint(u);
    if (f->path == NULL || !is_path(f->path, f->path_len) || (flags & ~(uint64_t)FILE_FLAGS))
        return -EBADMSG;
    f->path_len--;
    f->settled = (flags & FILE_SETTLED) != 0;
    f->stat.kind = flags & FILE_GONE ? WHET_FILE_GONE : WHET_FILE_REGULAR;
    if (flags & FILE_GONE)
        return 0;
    f->stat.size = whet__unpack_uint(u);
    f->stat.mtime_ns = (int64_t)whet__unpack_uint(u);
    f->stat.ctime_ns = (int64_t)whet__unpack_uint(u);
    f->stat.inode = whet__unpack_uint(u);
    f->stat.dev = whet__unpack_uint(u);
    take_hash(u, &f->hash);
    return 0;
}

static int take_need(struct whet_unpack *u, struct whet_input_need *n)
{
    take_hash(u, &n->hash);
    n->after = whet__unpack_uint(u);
    n->key = whet__unpack_string(u, &n->key_len);
    return n->key != NULL && n->key_len > 0 && n->key_len <= WHET_CACHE_KEY_MAX ? 0 : -EBADMSG;
}

static int take_tag(struct whet_unpack *u, struct whet_about_piece *p)
{
    p->tag = whet__unpack_string(u, &p->tag_len);
    return p->tag != NULL && p->tag_len > 0 && p->tag_len <= 255 ? 0 : -EBADMSG;
}

void whet__about_init(struct whet_about *a, const void *bytes, size_t len)
{
    a->at = bytes;
    a->end = len > 0 ? a->at + len : a->at;
    a->kind = WHET_ABOUT_TAG;
}

int whet__about_next(struct whet_about *a, struct whet_about_piece *out)
{
    struct whet_unpack u = {a->at, a->end, 0};
    uint64_t kind;
    int rc;

    if (a->at == a->end)
        return 0;
    kind = whet__unpack_uint(&u);
    if (u.bad || kind < a->kind || kind > WHET_ABOUT_FILE)
        return -EBADMSG;
    out->kind = (enum whet_about_kind)kind;
    if (kind == WHET_ABOUT_TAG)
        rc = take_tag(&u, out);
    else
        rc = kind == WHET_ABOUT_NEED ? take_need(&u, &out->need) : take_file(&u, &out->file);
    if (rc != 0 || u.bad)
        return -EBADMSG;
    a->at = u.at;
    a->kind = (unsigned)kind;
    return 1;
}

int whet__input_equal(const struct whet_input_file *a, const struct whet_input_file *b)
{
    return a->stat.kind == b->stat.kind && a->stat.size == b->stat.size &&
           memcmp(&a->hash, &b->hash, sizeof(a->hash)) == 0;
}

int whet__input_look(const char *path, const struct whet_input_file *const *known, size_t count,
                     struct whet_input_file *look)
{
    struct whet_input_file now = {.path = path, .path_len = strlen(path)};
    uint64_t clock = 0;
    int rc = whet__content_look(path, &now.stat);

    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (known[i] == NULL || !known[i]->settled ||
            !whet__content_same_look(&known[i]->stat, &now.stat))
            continue;
        now.settled = 1;
        now.hash = known[i]->hash;
        *look = now;
        return 0;
    }
    if (rc == 0 && now.stat.kind != WHET_FILE_GONE) {
        clock = whet__clock_wall_ns();
        rc = whet__content_hash(path, &now.stat, &now.hash);
    }
    if (rc != 0)
        return rc;
    now.settled = now.stat.kind != WHET_FILE_GONE && whet__content_settled(&now.stat, clock);
    *look = now;
    return 0;
}
