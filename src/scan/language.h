/* scan/language.h - which language a file is in, and what that language is like.
 *
 * Shape    a sorted const table; one row per language, in language_table.c.
 * Units    none.
 * Memory   all static.
 * Errors   NULL: no language is known.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_LANGUAGE_H
#define WHET_SCAN_LANGUAGE_H

#include <stddef.h>
#include <stdint.h>

#include "scan/line_syntax.h"

struct whet_language {
    const char *name;              /* "C", "C++", "Python": what people call it */
    const char *const *extensions; /* without the dot, NULL at the end */
    const char *const *filenames;  /* whole names ("Makefile"), NULL at the end, may be NULL */
    const char *const *interpreters; /* of #! lines ("python3" matches "python"), may be NULL */
    const struct whet_line_syntax *lines;
    const struct whet_grammar *grammar; /* NULL: lines only; see scan/syntax.h */
};

size_t whet__language_count(void);
const struct whet_language *whet__language_at(size_t index); /* sorted by name */
size_t whet__language_index(const struct whet_language *language);

/* By name alone: the walk's question, well under a microsecond. NULL when the name
 * tells nothing. For a name that tells two (".h") the first guess, which
 * whet__language_of_content then settles. */
const struct whet_language *whet__language_of_name(const char *name, size_t len);

/* 1 when a file of this name may have a language that only its content tells: it
 * has no extension and no known name, so it is worth a look for a #! line. */
int whet__language_may_have_interpreter(const char *name, size_t len);

/* Settles by content: .h files that are C++ or Objective-C, #! lines. `guess` is what
 * the name said, or NULL. */
const struct whet_language *whet__language_of_content(const struct whet_language *guess,
                                                      const char *name, size_t name_len,
                                                      const char *data, size_t len);

#endif
