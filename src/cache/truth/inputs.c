/* What a value is made of, gathered before it is made. Expected load: a few names for each
 * computed value, some thousand for a compiled file. A file whose times are old enough is not
 * read before it is packed: most values are computed by someone who reads it anyway. */
#include "cache/truth/inputs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cache/entry/entry.h"
#include "cache/truth/validity.h"
#include "os/clock.h"
#include "os/content.h"

#define ITEMS_MAX  ((size_t)1 << 20)
#define FOLDER_MAX ((size_t)4096) /* of a working folder's path */

struct input {
    struct whet_about_piece piece;
    int hashed; /* a file that had to be read as it was named */
};

struct whet_inputs {
    struct whet_validity *validity;
    whet_inputs_find find;
    void *ctx;
    uint64_t epoch;
    struct whet_arena arena; /* names, each behind a byte with its kind */
    struct whet_vec items;   /* of struct input */
    struct whet_map named;   /* each name once: kind and name to its own arena block */
    int untold;              /* others do not know of a need: such a value is not kept */
};

int whet__inputs_new(struct whet_inputs **out, struct whet_validity *validity,
                     whet_inputs_find find, void *ctx)
{
    struct whet_inputs *in = whet__mem_zalloc(1, sizeof(*in));

    if (in == NULL)
        return -ENOMEM;
    in->validity = validity;
    in->find = find;
    in->ctx = ctx;
    in->epoch = whet__validity_now(validity);
    whet__arena_init(&in->arena, WHET_INPUTS_MAX / 2);
    whet__vec_init(&in->items, sizeof(struct input), ITEMS_MAX);
    whet__map_init(&in->named, ITEMS_MAX);
    *out = in;
    return 0;
}

void whet_inputs_free(struct whet_inputs *inputs)
{
    if (inputs == NULL)
        return;
    whet__map_clear(&inputs->named);
    whet__vec_clear(&inputs->items);
    whet__arena_clear(&inputs->arena);
    whet__mem_free(inputs);
}

uint64_t whet__inputs_epoch(const struct whet_inputs *in)
{
    return in->epoch;
}

/* The name, kept: NULL and rc 0 when it was named before. */
static const char *name_keep(struct whet_inputs *in, enum whet_about_kind kind,
                             const void *name, size_t len, int *rc)
{
    char *block = whet__arena_alloc(&in->arena, len + 2);

    *rc = -ENOMEM;
    if (block == NULL)
        return NULL;
    block[0] = (char)kind;
    memcpy(block + 1, name, len);
    block[len + 1] = '\0';
    *rc = 0;
    if (whet__map_get(&in->named, block, len + 1) != NULL)
        return NULL;
    *rc = whet__map_put(&in->named, block, len + 1, block);
    return *rc == 0 ? block + 1 : NULL;
}

/* Room is made before a name is kept, so that a failure leaves no name without its item. */
static int item_room(struct whet_inputs *in)
{
    size_t len = in->items.len;

    if (len < in->items.cap)
        return 0;
    return whet__vec_reserve(&in->items, len < 8               ? 8
                                         : len * 2 < ITEMS_MAX ? len * 2
                                                               : ITEMS_MAX);
}

static int item_add(struct whet_inputs *in, const struct input *item)
{
    struct input *added = whet__vec_push(&in->items);

    if (added == NULL)
        return -ENOMEM;
    *added = *item;
    return 0;
}

/* `path` from the root, in a block of the arena; kept as it was given otherwise: what its links
 * lead to may change, too. */
static int path_absolute(struct whet_inputs *in, const char *path, const char **out)
{
    char folder[FOLDER_MAX];
    const char *full;

    *out = path;
    if (path[0] == '/')
        return 0;
    if (getcwd(folder, sizeof(folder)) == NULL)
        return -errno;
    full = whet__arena_join(&in->arena, folder, path);
    if (full == NULL)
        return -ENOMEM;
    *out = full;
    return 0;
}

/* How it looks as it is named. Times that are too fresh to show a second change say
 * nothing: then the content is taken down. */
static int file_name(struct input *item, const char *path)
{
    struct whet_input_file *f = &item->piece.file;
    uint64_t clock = whet__clock_wall_ns();
    int rc = whet__content_look(path, &f->stat);

    if (rc != 0 || f->stat.kind == WHET_FILE_GONE)
        return rc;
    f->settled = whet__content_settled(&f->stat, clock);
    if (f->settled)
        return 0;
    item->hashed = 1;
    rc = whet__content_hash(path, &f->stat, &f->hash);
    /* One who writes it just now: it will have changed by the end. */
    return rc == -ESTALE ? 0 : rc;
}

int whet_inputs_file(struct whet_inputs *inputs, const char *path)
{
    struct input item = {.piece.kind = WHET_ABOUT_FILE};
    const char *full;
    int rc;

    if (path == NULL || path[0] == '\0')
        return -EINVAL;
    rc = path_absolute(inputs, path, &full);
    if (rc == 0)
        rc = item_room(inputs);
    if (rc == 0)
        rc = file_name(&item, full);
    if (rc != 0)
        return rc;
    item.piece.file.path_len = strlen(full);
    item.piece.file.path =
        name_keep(inputs, WHET_ABOUT_FILE, full, item.piece.file.path_len, &rc);
    return item.piece.file.path != NULL ? item_add(inputs, &item) : rc;
}

/* Whatever was put before anybody needed it is known to validity from its check on. */
static void present_note(struct whet_inputs *in, const struct whet_input_need *need)
{
    struct whet_entry *entry =
        in->find != NULL ? in->find(in->ctx, &need->hash, need->key, need->key_len) : NULL;

    if (entry != NULL)
        (void)!whet__validity_check(in->validity, entry, NULL);
    whet__entry_drop(entry);
}

int whet_inputs_need(struct whet_inputs *inputs, const void *key, size_t key_len)
{
    struct input item = {.piece.kind = WHET_ABOUT_NEED};
    struct whet_input_need *need = &item.piece.need;
    uint64_t since;
    int rc;

    if (key == NULL || key_len == 0 || key_len > WHET_CACHE_KEY_MAX)
        return -EINVAL;
    rc = item_room(inputs);
    if (rc != 0)
        return rc;
    need->key_len = key_len;
    need->key = name_keep(inputs, WHET_ABOUT_NEED, key, key_len, &rc);
    if (need->key == NULL)
        return rc;
    rc = whet__validity_need(inputs->validity, key, key_len, &need->hash, &since);
    inputs->untold |= rc != 0;
    if (rc == -ENOMEM)
        return rc;
    present_note(inputs, need);
    need->after = since > inputs->epoch ? since - inputs->epoch : 0;
    return item_add(inputs, &item);
}

int whet_inputs_tag(struct whet_inputs *inputs, const char *tag)
{
    struct input item = {.piece.kind = WHET_ABOUT_TAG};
    size_t len = tag != NULL ? strlen(tag) : 0;
    int rc;

    if (len == 0 || len > 255)
        return -EINVAL;
    rc = item_room(inputs);
    if (rc != 0)
        return rc;
    item.piece.tag_len = len;
    item.piece.tag = name_keep(inputs, WHET_ABOUT_TAG, tag, len, &rc);
    return item.piece.tag != NULL ? item_add(inputs, &item) : rc;
}

/* Takes the content down unless it is known, and makes sure that it is the one of the time
 * when the file was named: -ESTALE. */
static int file_confirm(struct whet_inputs *in, struct input *item)
{
    struct whet_input_file *f = &item->piece.file, now;
    int rc = whet__validity_look(in->validity, f->path, &now);

    if (rc == -ENOMEM)
        return rc;
    if (rc != 0 || !whet__content_same_look(&f->stat, &now.stat))
        return -ESTALE;
    if (item->hashed && memcmp(&f->hash, &now.hash, sizeof(f->hash)) != 0)
        return -ESTALE;
    f->hash = now.hash;
    f->settled = now.settled;
    return 0;
}

static int files_confirm(struct whet_inputs *in, const char **stale)
{
    for (size_t i = 0; i < in->items.len; i++) {
        struct input *item = whet__vec_at(&in->items, i);
        int rc = item->piece.kind == WHET_ABOUT_FILE ? file_confirm(in, item) : 0;

        if (rc == -ESTALE && stale != NULL)
            *stale = item->piece.file.path;
        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__inputs_pack(struct whet_inputs *in, struct whet_text *out, const char **stale)
{
    static const enum whet_about_kind order[] = {WHET_ABOUT_TAG, WHET_ABOUT_NEED,
                                                 WHET_ABOUT_FILE};
    size_t start = out->len;
    int rc = in->untold ? -ESTALE : files_confirm(in, stale);

    if (rc != 0)
        return rc;
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
        for (size_t i = 0; i < in->items.len; i++) {
            const struct input *item = whet__vec_at(&in->items, i);

            if (item->piece.kind == order[k])
                whet__about_add(out, &item->piece);
        }
    }
    rc = whet__text_error(out);
    if (rc != 0)
        whet__text_truncate(out, start);
    return rc;
}
