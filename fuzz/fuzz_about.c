/* Any bytes as what a value was made of, as they come from a damaged file or from another
 * machine: all that is read lies within them and within its bounds; packed again it is read as
 * the same; and an entry with bytes that cannot be read is never called true. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cache/entry/entry.h"
#include "cache/truth/inputs.h"
#include "cache/truth/validity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static void check_within(const void *at, size_t len, const uint8_t *data, size_t size)
{
    const uint8_t *from = at;

    check(from >= data && from <= data + size && len <= (size_t)(data + size - from));
}

static void check_piece(const struct whet_about_piece *p, const uint8_t *data, size_t size)
{
    switch (p->kind) {
    case WHET_ABOUT_TAG:
        check_within(p->tag, p->tag_len, data, size);
        check(p->tag_len >= 1 && p->tag_len <= 255);
        break;
    case WHET_ABOUT_NEED:
        check_within(p->need.key, p->need.key_len, data, size);
        check(p->need.key_len >= 1 && p->need.key_len <= WHET_CACHE_KEY_MAX);
        break;
    case WHET_ABOUT_FILE:
        check_within(p->file.path, p->file.path_len + 1, data, size);
        check(p->file.path[0] == '/' && strlen(p->file.path) == p->file.path_len);
        break;
    }
}

/* Reads and packs again. *files is set to how many there are; what the reader said last. */
static int repack(const uint8_t *data, size_t size, struct whet_text *out, size_t *files)
{
    struct whet_about about;
    struct whet_about_piece piece;
    unsigned kind = 0;
    int rc;

    *files = 0;
    whet__about_init(&about, data, size);
    while ((rc = whet__about_next(&about, &piece)) == 1) {
        check_piece(&piece, data, size);
        check((unsigned)piece.kind >= kind);
        kind = piece.kind;
        *files += piece.kind == WHET_ABOUT_FILE;
        whet__about_add(out, &piece);
    }
    return rc;
}

/* Files are left out: what they are like is not the input's. */
static void try_truth(const uint8_t *data, size_t size, int readable)
{
    struct whet_validity_options options = {.seed = whet__key_seed("fuzz")};
    struct whet_hash128 hash = whet__key_hash(options.seed, "key", 3);
    struct whet_validity *v = NULL;
    struct whet_cache_why why;
    struct whet_entry *e = NULL;

    check(whet__shared_new(&options.shared, NULL, 0) == 0);
    check(whet__validity_new(&v, &options) == 0);
    check(whet__entry_new(&e, &hash, "key", 3, data, size, 0) == 0);
    e->epoch = whet__validity_now(v);
    if (!readable) {
        check(whet__validity_check(v, e, NULL) == 0);
        check(whet__validity_check(v, e, &why) == 0);
    } else if (whet__validity_put(v, e) == 0) {
        check(whet__validity_check(v, e, NULL) == 1);
        check(whet__validity_mark(v, WHET_MARK_ALL, NULL, 0) == 0);
        check(whet__validity_check(v, e, &why) == 0);
    }
    whet__entry_drop(e);
    whet__validity_free(v);
    whet__shared_free(options.shared);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_text once, twice;
    size_t files, again;
    int rc;

    if (size > 1 << 16)
        return 0;
    whet__text_init(&once, WHET_INPUTS_MAX);
    whet__text_init(&twice, WHET_INPUTS_MAX);
    rc = repack(data, size, &once, &files);
    check(rc == 0 || rc == -EBADMSG);
    check(repack((const uint8_t *)whet__text_str(&once), once.len, &twice, &again) == 0);
    check(again == files && twice.len == once.len &&
          (once.len == 0 || memcmp(once.data, twice.data, once.len) == 0));
    if (files == 0)
        try_truth(data, size, rc == 0);
    whet__text_clear(&once);
    whet__text_clear(&twice);
    return 0;
}
