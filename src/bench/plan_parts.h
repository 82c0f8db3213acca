/* bench/plan_parts.h - what the files of a plan share.
 *
 * Shape    one entry with one choice of values for its parameters, on its way to an arm.
 * Units    none.
 * Memory   what is made lives in the plan's strings.
 * Errors   as bench/plan.h.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_PLAN_PARTS_H
#define WHET_BENCH_PLAN_PARTS_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"
#include "bench/plan.h"
#include "bench/split.h"

#define WHET_PLAN_PARAMETERS_MAX 16

struct whet_plan {
    struct whet_arena strings; /* and arrays */
    struct whet_vec arms;      /* of struct whet_bench_arm */
};

/* One entry with one choice of values. */
struct whet_plan_choice {
    struct whet_plan *plan;
    const struct whet_plan_entry *entry;
    struct whet_split_value values[WHET_PLAN_PARAMETERS_MAX];
    unsigned char named[WHET_PLAN_PARAMETERS_MAX]; /* 1: the arm's name shows this one */
    size_t count;
    struct whet_error *err;
};

/* -ENOMEM with its message. */
int whet__plan_fail_memory(struct whet_error *err);

/* Moves the text into the plan's strings; NULL without memory. Clears it either way. */
const char *whet__plan_keep(struct whet_plan_choice *c, struct whet_text *text);

/* A copy with this choice's values; NULL stays NULL. */
WHET_MUST_USE int whet__plan_substitute(struct whet_plan_choice *c, const char *text,
                                        const char **out);

/* Pushes one word; then all words in the plan's own memory, NULL behind the last. */
WHET_MUST_USE int whet__plan_word_push(struct whet_plan_choice *c, struct whet_vec *words,
                                       const char *word);
WHET_MUST_USE int whet__plan_words_keep(struct whet_plan_choice *c,
                                        const struct whet_vec *words, const char *const **out);

/* Our variables with those of the entry in their places; *out stays as it was when it sets
 * none. */
WHET_MUST_USE int whet__plan_environment(struct whet_plan_choice *c, const char *const **out);

/* The command as a person would type it, of an arm that has its argv. */
WHET_MUST_USE int whet__plan_command_text(struct whet_plan_choice *c,
                                          struct whet_bench_arm *arm);

/* A name that no other arm has: as given, else the command; with the values that it does not
 * show; with a number if that is still not enough. */
WHET_MUST_USE int whet__plan_name(struct whet_plan_choice *c, struct whet_bench_arm *arm);

#endif
