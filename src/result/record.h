/* result/record.h - what is stored of a job: the packed forms.
 *
 * Shape    each is appended to a text, and read back with care.
 * Units    bytes, nanoseconds.
 * Memory   what is read borrows from the bytes, or is in the caller's arena.
 * Errors   -EBADMSG: the bytes are not that, or are damaged; -ENOMEM.
 * Threads  safe from any.
 *
 * Three kinds. The last recipe of a job, by its identity: for --explain, and so that no file
 * of it is read again unless it looks otherwise. Sets of files that commands were found to
 * read, the newest first, by the key of what was declared. Results, by the whole key. Each
 * ends in its own SHA-256: a value that comes from elsewhere is trusted no further than that.
 */
#ifndef WHET_RESULT_RECORD_H
#define WHET_RESULT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/pack.h"
#include "base/sha256.h"
#include "base/text.h"
#include "result/recipe.h"

#define WHET_RECORD_LINK 01000u

#define WHET_RECORD_MAX  ((size_t)512 << 20)

/* A file that a command has made, or an empty folder. */
struct whet_record_output {
    const char *name; /* seen from the job's folder; of a folder with a '/' behind it */
    unsigned mode;    /* permissions; WHET_RECORD_LINK: a link, its content is what it says */
    uint64_t size;
    struct whet_sha256 hash;
};

struct whet_record_result {
    int exit_code;
    uint64_t wall_ns;
    uint64_t cpu_ns;
    const char *printed[2]; /* stdout, stderr */
    size_t printed_len[2];
    struct whet_vec outputs; /* of struct whet_record_output; of the caller */
};

/* Puts a SHA-256 of what is in the text behind it; and takes it off: *len becomes smaller. */
void whet__record_seal(struct whet_text *text);
WHET_MUST_USE int whet__record_open(const void *data, size_t *len);

void whet__record_put_recipe(struct whet_text *out, const struct whet_recipe *r);

/* Fills fields and files of an empty recipe; texts are copied. */
WHET_MUST_USE int whet__record_get_recipe(const void *data, size_t len, struct whet_recipe *r);

void whet__record_put_result(struct whet_text *out, const struct whet_record_result *r);
WHET_MUST_USE int whet__record_get_result(const void *data, size_t len,
                                          struct whet_arena *arena,
                                          struct whet_record_result *out);

/* Sets of files: that of the fields from `first` on, and then those of `older` (may be NULL)
 * that differ from it, the newest WHET_RECORD_SETS of all. */
#define WHET_RECORD_SETS 8

void whet__record_put_sets(struct whet_text *out, const struct whet_recipe *r, size_t first,
                           const void *older, size_t older_len);

/* Set after set, and name after name of a set. 1: there is one; 0: no more; -EBADMSG. */
WHET_MUST_USE int whet__record_next_set(struct whet_unpack *sets, struct whet_unpack *set);
WHET_MUST_USE int whet__record_next_name(struct whet_unpack *set, struct whet_arena *arena,
                                         const char **name, struct whet_sha256 *hash);

/* The kind of such fields. */
#define WHET_RECORD_FOUND "found"

#endif
