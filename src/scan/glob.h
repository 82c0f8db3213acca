/* scan/glob.h - one pattern with wildcards, matched as git matches paths.
 *
 * Shape    a pattern is compiled to a list of steps; a match walks them once, with
 *          at most two places to fall back to, so its time is bounded by the product
 *          of both lengths.
 * Units    bytes; text is any bytes, '/' parts folders.
 * Memory   compiled in the caller's arena and lives as long.
 * Errors   -EINVAL: the pattern is malformed and matches nothing; -ENOMEM.
 * Threads  a compiled pattern may be matched by any number.
 *
 *     *      any bytes but '/'
 *     ?      one byte but '/'
 *     [a-z]  one byte of a set, never '/'; [!a-z] and [^a-z] all others; [[:alpha:]]
 *            and the other POSIX classes, ASCII only
 *     \x     x itself
 *     **     between slashes or at an end: any bytes, '/' too; "**" + "/" also none
 *
 * Source   gitignore(5), and the behaviour of git 2.39 where that is silent.
 */
#ifndef WHET_SCAN_GLOB_H
#define WHET_SCAN_GLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"

struct whet_glob_set {
    uint32_t bits[8]; /* one per byte value */
};

struct whet_glob {
    const uint32_t *steps; /* the kind in the high byte, its argument below */
    const struct whet_glob_set *sets;
    uint32_t step_count;
    uint32_t set_count;
};

enum whet_glob_kind {
    WHET_GLOB_BYTE,      /* the byte of the argument */
    WHET_GLOB_ANY,       /* one byte but '/' */
    WHET_GLOB_SET,       /* one byte of sets[argument] */
    WHET_GLOB_STAR,      /* any bytes but '/' */
    WHET_GLOB_DEEP,      /* the rest, whatever it is */
    WHET_GLOB_DEEP_DIR,  /* no or any folders, each with its '/' */
    WHET_GLOB_DEEP_SLASH /* any bytes and a '/' */
};

WHET_MUST_USE int whet__glob_compile(struct whet_glob *out, const char *pattern, size_t len,
                                     struct whet_arena *arena);

bool whet__glob_match(const struct whet_glob *g, const char *text, size_t len);

enum whet_glob_kind whet__glob_kind(const struct whet_glob *g, size_t step);

/* The byte of a step of kind WHET_GLOB_BYTE. */
char whet__glob_byte(const struct whet_glob *g, size_t step);

#endif
