/* bench/split.h - a command line as words, without a shell.
 *
 * Shape    a line in, words out; and back, for people.
 * Units    none.
 * Memory   words live in the caller's arena; at most WHET_SPLIT_WORDS_MAX of them, of
 *          WHET_SPLIT_MAX bytes together with their line.
 * Errors   -EINVAL with a message that names the text at fault; -ENOMEM. On failure some
 *          words may have been pushed.
 * Threads  safe from any.
 *
 * Source   POSIX.1-2017, XCU 2.2 (quoting) and 2.6.5 (field splitting, at blanks). Where a
 *          shell would do more (expand, redirect, run several), outside of quotes, the
 *          line is refused. Beyond POSIX, {name} stands for a parameter's value, inside of
 *          quotes too; the value is never split or looked into.
 */
#ifndef WHET_BENCH_SPLIT_H
#define WHET_BENCH_SPLIT_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"

#define WHET_SPLIT_WORDS_MAX 65536
#define WHET_SPLIT_MAX       ((size_t)1 << 20)

/* What {name} stands for. */
struct whet_split_value {
    const char *name;
    const char *value;
};

/* Pushes the words of `line` (const char *, in `strings`) to *words. */
WHET_MUST_USE int whet__split(struct whet_vec *words, struct whet_arena *strings,
                              const char *line, const struct whet_split_value *values,
                              size_t count, struct whet_error *err);

/* Appends `text` with every {name} of `values` replaced; nothing else is looked at. `used`,
 * unless NULL, has room for `count` and becomes 1 for those that were met. ${name} is left to
 * the shell that it is meant for. */
void whet__split_substitute(struct whet_text *out, const char *text,
                            const struct whet_split_value *values, size_t count,
                            unsigned char *used);

/* Appends `word`, quoted where a shell (and whet__split) would not take it as it is. */
void whet__split_quote(struct whet_text *out, const char *word);

#endif
