/* Packed forms. Expected load: a few kilobytes for each cached job, read at each look-up. What
 * is read may come from another machine: nothing in it is believed before it was checked. */
#include "result/record.h"

#include <errno.h>
#include <string.h>

#define RECORD_VERSION 1
#define SETS_BYTES     ((size_t)16 << 20)

void whet__record_seal(struct whet_text *text)
{
    struct whet_sha256 hash = whet__sha256(whet__text_str(text), text->len);

    whet__pack_bytes(text, hash.bytes, sizeof(hash.bytes));
}

int whet__record_open(const void *data, size_t *len)
{
    const unsigned char *bytes = data;
    struct whet_sha256 hash;

    if (*len < sizeof(hash.bytes))
        return -EBADMSG;
    hash = whet__sha256(bytes, *len - sizeof(hash.bytes));
    if (memcmp(hash.bytes, bytes + *len - sizeof(hash.bytes), sizeof(hash.bytes)) != 0)
        return -EBADMSG;
    *len -= sizeof(hash.bytes);
    return 0;
}

static void put_text(struct whet_text *out, const char *text)
{
    whet__pack_string(out, text, strlen(text));
}

static void put_hash(struct whet_text *out, const struct whet_sha256 *hash)
{
    whet__pack_bytes(out, hash->bytes, sizeof(hash->bytes));
}

static void get_hash(struct whet_unpack *in, struct whet_sha256 *hash)
{
    const void *bytes = whet__unpack_bytes(in, sizeof(hash->bytes));

    if (bytes != NULL)
        memcpy(hash->bytes, bytes, sizeof(hash->bytes));
}

static void put_print(struct whet_text *out, const struct whet_print *p)
{
    whet__pack_uint(out, p->look.kind);
    whet__pack_uint(out, p->look.size);
    whet__pack_uint(out, p->look.inode);
    whet__pack_uint(out, p->look.dev);
    whet__pack_uint(out, (uint64_t)p->look.mtime_ns);
    whet__pack_uint(out, (uint64_t)p->look.ctime_ns);
    whet__pack_uint(out, p->look.mode);
    whet__pack_uint(out, (unsigned)p->settled);
    put_hash(out, &p->hash);
}

static void get_print(struct whet_unpack *in, struct whet_print *p)
{
    uint32_t kind = whet__unpack_uint32(in);

    p->look.kind = kind <= WHET_FILE_GONE ? (enum whet_file_kind)kind : WHET_FILE_GONE;
    p->look.size = whet__unpack_uint(in);
    p->look.inode = whet__unpack_uint(in);
    p->look.dev = whet__unpack_uint(in);
    p->look.mtime_ns = (int64_t)whet__unpack_uint(in);
    p->look.ctime_ns = (int64_t)whet__unpack_uint(in);
    p->look.mode = whet__unpack_uint32(in) & 07777;
    p->settled = whet__unpack_uint(in) == 1;
    get_hash(in, &p->hash);
}

void whet__record_put_recipe(struct whet_text *out, const struct whet_recipe *r)
{
    whet__pack_uint(out, RECORD_VERSION);
    whet__pack_uint(out, r->fields.len);
    for (size_t i = 0; i < r->fields.len; i++) {
        const struct whet_recipe_field *f = whet__vec_at(&r->fields, i);

        put_text(out, f->label);
        put_hash(out, &f->hash);
    }
    whet__pack_uint(out, r->files.len);
    for (size_t i = 0; i < r->files.len; i++) {
        const struct whet_recipe_file *f = whet__vec_at(&r->files, i);

        put_text(out, f->path);
        put_print(out, &f->print);
    }
}

/* A text that has no NUL in it, copied; NULL: there is none. */
static const char *get_text(struct whet_unpack *in, struct whet_arena *arena)
{
    size_t len;
    const char *text = whet__unpack_string(in, &len);

    if (text == NULL || memchr(text, '\0', len) != NULL)
        return NULL;
    return whet__arena_strndup(arena, text, len);
}

int whet__record_get_recipe(const void *data, size_t len, struct whet_recipe *r)
{
    struct whet_unpack in;
    uint64_t left;

    whet__unpack_init(&in, data, len);
    if (whet__unpack_uint(&in) != RECORD_VERSION)
        return -EBADMSG;
    for (left = whet__unpack_uint(&in); left > 0 && !in.bad; left--) {
        struct whet_recipe_field *f = whet__vec_push(&r->fields);

        if (f == NULL)
            return -ENOMEM;
        f->label = get_text(&in, &r->arena);
        get_hash(&in, &f->hash);
        if (f->label == NULL)
            return -EBADMSG;
    }
    for (left = whet__unpack_uint(&in); left > 0 && !in.bad; left--) {
        struct whet_recipe_file *f = whet__vec_push(&r->files);

        if (f == NULL)
            return -ENOMEM;
        f->path = get_text(&in, &r->arena);
        get_print(&in, &f->print);
        if (f->path == NULL)
            return -EBADMSG;
    }
    return whet__unpack_done(&in) ? 0 : -EBADMSG;
}

void whet__record_put_result(struct whet_text *out, const struct whet_record_result *r)
{
    whet__pack_uint(out, RECORD_VERSION);
    whet__pack_uint(out, (unsigned)r->exit_code);
    whet__pack_uint(out, r->wall_ns);
    whet__pack_uint(out, r->cpu_ns);
    for (int i = 0; i < 2; i++)
        whet__pack_string(out, r->printed[i], r->printed_len[i]);
    whet__pack_uint(out, r->outputs.len);
    for (size_t i = 0; i < r->outputs.len; i++) {
        const struct whet_record_output *o = whet__vec_at(&r->outputs, i);

        put_text(out, o->name);
        whet__pack_uint(out, o->mode);
        whet__pack_uint(out, o->size);
        put_hash(out, &o->hash);
    }
}

int whet__record_get_result(const void *data, size_t len, struct whet_arena *arena,
                            struct whet_record_result *out)
{
    struct whet_unpack in;
    uint64_t left;

    whet__unpack_init(&in, data, len);
    if (whet__unpack_uint(&in) != RECORD_VERSION)
        return -EBADMSG;
    out->exit_code = (int)(whet__unpack_uint32(&in) & 255);
    out->wall_ns = whet__unpack_uint(&in);
    out->cpu_ns = whet__unpack_uint(&in);
    for (int i = 0; i < 2; i++)
        out->printed[i] = whet__unpack_string(&in, &out->printed_len[i]);
    for (left = whet__unpack_uint(&in); left > 0 && !in.bad; left--) {
        struct whet_record_output *o = whet__vec_push(&out->outputs);

        if (o == NULL)
            return -ENOMEM;
        o->name = get_text(&in, arena);
        o->mode = whet__unpack_uint32(&in) & (WHET_RECORD_LINK | 0777);
        o->size = whet__unpack_uint(&in);
        get_hash(&in, &o->hash);
        if (o->name == NULL)
            return -EBADMSG;
    }
    return whet__unpack_done(&in) ? 0 : -EBADMSG;
}

static void put_set(struct whet_text *set, const struct whet_recipe *r, size_t first)
{
    for (size_t i = first; i < r->fields.len; i++) {
        const struct whet_recipe_field *f = whet__vec_at(&r->fields, i);

        put_text(set, f->label + strlen(WHET_RECORD_FOUND " "));
        put_hash(set, &f->hash);
    }
}

int whet__record_next_set(struct whet_unpack *sets, struct whet_unpack *set)
{
    size_t len;
    const char *bytes;

    if (sets->at == sets->end)
        return 0;
    bytes = whet__unpack_string(sets, &len);
    if (bytes == NULL)
        return -EBADMSG;
    whet__unpack_init(set, bytes, len);
    return 1;
}

int whet__record_next_name(struct whet_unpack *set, struct whet_arena *arena, const char **name,
                           struct whet_sha256 *hash)
{
    if (set->at == set->end)
        return 0;
    *name = get_text(set, arena);
    get_hash(set, hash);
    return *name != NULL && !set->bad ? 1 : -EBADMSG;
}

void whet__record_put_sets(struct whet_text *out, const struct whet_recipe *r, size_t first,
                           const void *older, size_t older_len)
{
    struct whet_unpack sets, one;
    struct whet_text set;
    unsigned count = 1;

    whet__text_init(&set, SETS_BYTES);
    put_set(&set, r, first);
    if (whet__text_error(&set) != 0)
        out->error = whet__text_error(&set);
    whet__pack_string(out, whet__text_str(&set), set.len);
    whet__unpack_init(&sets, older, older != NULL ? older_len : 0);
    while (count < WHET_RECORD_SETS && whet__record_next_set(&sets, &one) == 1) {
        size_t len = (size_t)(one.end - one.at);

        if (len == set.len && memcmp(one.at, whet__text_str(&set), len) == 0)
            continue;
        whet__pack_string(out, (const char *)one.at, len);
        count++;
    }
    whet__text_clear(&set);
}
