/* result/prints.h - what is in files, known by how they look.
 *
 * Shape    asked for a path; a file that looks as it did when it was read is not read again.
 * Units    bytes, nanoseconds.
 * Memory   some 200 bytes for each file that was ever asked for.
 * Errors   -EISDIR, -EINVAL: no regular file; -ESTALE: it is being written; else -errno of the
 *          system. That there is no file is an answer: look.kind is WHET_FILE_GONE.
 * Threads  one at a time.
 */
#ifndef WHET_RESULT_PRINTS_H
#define WHET_RESULT_PRINTS_H

#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/sha256.h"
#include "os/dir.h"

struct whet_print {
    struct whet_file_stat look;
    int settled;             /* its times would show a later change (os/content.h) */
    struct whet_sha256 hash; /* of the content; all zero where there is none */
};

struct whet_prints {
    struct whet_map known; /* from path to struct known_print */
    struct whet_arena arena;
    char *buffer;
    uint64_t read; /* files that had to be read */
    uint64_t turn;
    int turns; /* 0: each look is for itself */
};

WHET_MUST_USE int whet__prints_init(struct whet_prints *p);
void whet__prints_clear(struct whet_prints *p);

/* How the file looks now, and its content. `path` is absolute. */
WHET_MUST_USE int whet__prints_get(struct whet_prints *p, const char *path,
                                   struct whet_print *out);

/* The same, but an earlier look of this turn will do. Turns are for who knows that nobody
 * writes in one: of the headers that each of a thousand commands has read, each is looked at
 * once. */
WHET_MUST_USE int whet__prints_recent(struct whet_prints *p, const char *path,
                                      struct whet_print *out);

/* A turn begins: with the first _recent differs from _get. */
void whet__prints_turn(struct whet_prints *p);

/* From now on each look is for itself. */
void whet__prints_end_turns(struct whet_prints *p);

/* What an earlier process has found; what this one has found itself goes before. */
void whet__prints_seed(struct whet_prints *p, const char *path, const struct whet_print *print);

/* Bits of the mode: owner 4, group 2, others 1 may run it. 0: nobody, or there is no file. */
unsigned whet__print_run_bits(const struct whet_print *print);

/* 1: the same content under the same look: nobody has touched the file between. */
int whet__print_unmoved(const struct whet_print *before, const struct whet_print *after);

#endif
