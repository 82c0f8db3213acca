/* run/inputs.h - what a template is filled with: one or several lists, and each way to take a
 * value from each.
 *
 * Shape    words as on the command line, `::: a b :::: FILE`, to rows of values, one for each
 *          list. The last list varies fastest. A list that is linked to the one before it
 *          (`:::+`) goes along with it instead; the shorter ends both.
 * Units    none.
 * Memory   lists are kept; but a first list that comes from a file and has none linked to
 *          it is read as it is needed.
 * Errors   -EINVAL: no list after `:::`; those of run/lines.h; -EFBIG: too many.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_INPUTS_H
#define WHET_RUN_INPUTS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "run/lines.h"

#define WHET_INPUTS_LISTS_MAX 16

struct whet_inputs_list {
    struct whet_vec values; /* of const char * */
    int linked;             /* to the list before it */
    size_t at;              /* of the row that is next */
    size_t length;          /* of it and all that are linked with it */
};

struct whet_inputs {
    struct whet_inputs_list lists[WHET_INPUTS_LISTS_MAX];
    size_t list_count;
    struct whet_lines stream; /* of the first list, while `streams` */
    int streams;
    const char *row[WHET_INPUTS_LISTS_MAX]; /* the value of the stream is in `held` */
    struct whet_text held;
    struct whet_arena arena;
    int begun;
    int ended;
};

/* 1 if the word begins a list: `:::`, `::::`, `:::+`, `::::+`. */
int whet__inputs_is_mark(const char *word);

/* Reads the lists from `count` words, the first of which is a mark. Lines of files end in
 * `end`. */
WHET_MUST_USE int whet__inputs_open(struct whet_inputs *in, const char *const *words,
                                    size_t count, char end, struct whet_error *err);
void whet__inputs_close(struct whet_inputs *in);

/* How many rows there will be; 0: not known. */
uint64_t whet__inputs_total(const struct whet_inputs *in);

/* The same of a first list that is a file, as it is now (run/lines.h). */
uint64_t whet__inputs_about(const struct whet_inputs *in);

/* 1: in->row has the next row, until the next call; 0: there are no more; -EAGAIN: wait for
 * in->stream.fd. */
WHET_MUST_USE int whet__inputs_next(struct whet_inputs *in, struct whet_error *err);

#endif
