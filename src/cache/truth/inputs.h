/* cache/truth/inputs.h - what a value was made of: files, other entries, tags; and its packed
 * form.
 *
 * Shape    struct whet_inputs is gathered before the value is made (whet/cache.h); packed, it
 *          is the `about` of an entry, in memory, on disk and on the server.
 * Units    bytes, nanoseconds.
 * Memory   packing appends to the caller's text.
 * Errors   -EBADMSG: the bytes are not that; -ESTALE: a file has changed since it was named;
 *          -ENOMEM.
 * Threads  one at a time per struct; packed bytes are only read.
 */
#ifndef WHET_CACHE_INPUTS_H
#define WHET_CACHE_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "base/hash.h"
#include "base/text.h"
#include "os/dir.h"

/* What one value may be made of: names and all, packed or not. */
#define WHET_INPUTS_MAX ((size_t)64 << 20)

/* A file as it was. A missing one has kind WHET_FILE_GONE. */
struct whet_input_file {
    const char *path; /* absolute, NUL-terminated */
    size_t path_len;
    struct whet_file_stat stat;
    int settled; /* its times were old enough when it was looked at to show any later
                    change (os/content.h has the rule) */
    struct whet_hash128 hash; /* of the content; all zero where there is none */
};

struct whet_input_need {
    struct whet_hash128 hash; /* whet__key_hash */
    const void *key;          /* for people */
    size_t key_len;
    uint64_t after; /* how long after the value's epoch it was named: what became of the key
                       before that does not matter */
};

struct whet_entry;
struct whet_validity;

/* Begins now: the epoch is this moment's. */
/* `find` answers the entry that is there under a key now, a reference, or NULL: what a value
 * needs is looked at as it is named, so that what that was made of is known from then on,
 * whether or not the maker asks for it. May be NULL: there is nothing to be found. */
typedef struct whet_entry *(*whet_inputs_find)(void *ctx, const struct whet_hash128 *hash,
                                               const void *key, size_t key_len);
WHET_MUST_USE int whet__inputs_new(struct whet_inputs **out, struct whet_validity *validity,
                                   whet_inputs_find find, void *ctx);

/* The epoch at which whet_inputs_new was called. */
uint64_t whet__inputs_epoch(const struct whet_inputs *in);

/* Looks at all files again, hashes those not hashed yet, and appends the packed form: tags
 * first, then needs, then files, each in the order they were named.
 * -ESTALE: one of them is not as it was when it was named, with its path in *stale (borrowed
 * from `in`; may be NULL); or others could not be told of a need. */
WHET_MUST_USE int whet__inputs_pack(struct whet_inputs *in, struct whet_text *out,
                                    const char **stale);

/* Reads the packed form, piece after piece: 1 a piece, 0 the end, -EBADMSG. Borrowed from the
 * bytes. */
struct whet_about {
    const unsigned char *at;
    const unsigned char *end;
    unsigned kind; /* of the piece before */
};

/* In the order of the packed form. */
enum whet_about_kind { WHET_ABOUT_TAG, WHET_ABOUT_NEED, WHET_ABOUT_FILE };

struct whet_about_piece {
    enum whet_about_kind kind;
    struct whet_input_file file;
    struct whet_input_need need;
    const char *tag; /* not NUL-terminated */
    size_t tag_len;
};

/* The packed form of one; see whet__about_next for what comes before what. */
void whet__about_add(struct whet_text *out, const struct whet_about_piece *piece);

void whet__about_init(struct whet_about *a, const void *bytes, size_t len);
WHET_MUST_USE int whet__about_next(struct whet_about *a, struct whet_about_piece *out);

/* How the file looks now, and its content: by its stat alone where that equals one of what is
 * known of it (settled, same path), else by reading it. -ESTALE: it is being changed; -errno.
 */
WHET_MUST_USE int whet__input_look(const char *path, const struct whet_input_file *const *known,
                                   size_t count, struct whet_input_file *look);

/* 1: both have the same content, or are both missing. */
int whet__input_equal(const struct whet_input_file *a, const struct whet_input_file *b);

#endif
