/* suites/source.h - made-up source text in one language.
 *
 * Shape    a language is a row of patterns (source_table.c); a file is a heading, functions
 *          full of nested statements, and an end.
 * Units    bytes.
 * Memory   the text is the caller's.
 * Errors   sticky in the text.
 * Threads  one random state per thread.
 *
 * In a pattern, $n is a new name, $v a name in use, $i a number, $w a word, $t some words,
 * $f the name of the function, and a newline is followed by the indentation in force.
 */
#ifndef WHET_SUITES_SOURCE_H
#define WHET_SUITES_SOURCE_H

#include <stddef.h>

#include "base/random.h"
#include "base/text.h"

struct whet_source {
    const char *language;      /* as `whet scan` names it */
    const char *ending;        /* ".c" */
    unsigned share;            /* of files, per thousand; all rows together 1000 */
    const char *folder;        /* where such files mostly are: "src" */
    const char *head;          /* pattern at the start of a file */
    const char *comment;       /* of a function, or between parts; "" if there are none */
    const char *open;          /* start of a function ... */
    const char *close;         /* ... and its end */
    const char *between;       /* two functions */
    const char *tail;          /* end of the file */
    const char *indent;        /* one level more */
    const char *const *plain;  /* statements, ended by NULL */
    const char *const *blocks; /* pairs: what opens a block and what closes it, NULL-ended */
};

extern const struct whet_source whet__sources[];
extern const size_t whet__source_count;

/* Appends a file of about `bytes` bytes. */
void whet__source_put(struct whet_text *out, const struct whet_source *source, size_t bytes,
                      struct whet_random *random);

/* A word of those that names are made of. */
const char *whet__source_word(struct whet_random *random);

#endif
