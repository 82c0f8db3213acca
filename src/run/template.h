/* run/template.h - a command with places for inputs, and what goes there.
 *
 * Shape    compiled once from a line or from words; then an argument vector for each row of
 *          inputs (run/inputs.h).
 * Units    none.
 * Memory   the template's texts are borrowed or in its arena; vectors are in the caller's.
 * Errors   -EINVAL with a message: a place for an input that is not there, one in quotes of a
 *          shell, a line that run/command.h refuses.
 * Threads  one at a time.
 *
 * {} is the input, {.} without its extension, {/} without its folder, {//} the folder, {/.}
 * without both; {1}, {2.} and so on are of the first, second list; without a number and with
 * several lists, all of them with a blank between. {#} is the number of the job, {%} that of
 * its place among those that run at once. A template that has none of these gets all inputs at
 * its end. A value is never split, whatever is in it; a shell never reads it as a command, and
 * in a pattern of names its wildcards stand for themselves.
 */
#ifndef WHET_RUN_TEMPLATE_H
#define WHET_RUN_TEMPLATE_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "run/inputs.h"

#define WHET_TEMPLATE_FORMS 5
#define WHET_TEMPLATE_NAMES ((WHET_INPUTS_LISTS_MAX + 1) * WHET_TEMPLATE_FORMS + 2)

struct whet_template {
    const char *line;        /* or ... */
    const char *const *argv; /* ... its words, ended by NULL */
    int shell;
    int patterns; /* the words are patterns of names (result/files.h) */
    size_t lists;
    unsigned char used[WHET_TEMPLATE_NAMES]; /* which of the places it has */
    char names[WHET_TEMPLATE_NAMES][8];      /* "", ".", ..., "1", "1.", ..., "#", "%" */
    struct whet_arena arena;
};

/* For so many lists of inputs. */
WHET_MUST_USE int whet__template_line(struct whet_template *t, const char *line, int shell,
                                      size_t lists, struct whet_error *err);
WHET_MUST_USE int whet__template_words(struct whet_template *t, const char *const *argv,
                                       size_t lists, struct whet_error *err);

/* Words that get no inputs at their end: names of files, or patterns of them. */
WHET_MUST_USE int whet__template_names(struct whet_template *t, const char *const *names,
                                       int patterns, size_t lists, struct whet_error *err);
void whet__template_clear(struct whet_template *t);

/* 1: there is a place for an input in it. */
int whet__template_uses_input(const struct whet_template *t);

/* 1: any place is, {#} and {%}, too. */
int whet__template_has_place(const struct whet_template *t);

/* 1: {%} is in it. */
int whet__template_uses_place(const struct whet_template *t);

/* *out is ended by NULL. */
WHET_MUST_USE int whet__template_fill(const struct whet_template *t, const char *const *row,
                                      uint64_t number, unsigned slot, struct whet_arena *arena,
                                      const char *const **out, struct whet_error *err);

/* The same with several rows of inputs, for a template of words: a word that an input goes into
 * is there once for each row. */
WHET_MUST_USE int whet__template_fill_all(const struct whet_template *t,
                                          const char *const *const *rows, size_t count,
                                          uint64_t number, unsigned slot,
                                          struct whet_arena *arena, const char *const **out,
                                          struct whet_error *err);

/* Makes a template of words of one of a line that is not for a shell. */
WHET_MUST_USE int whet__template_split(struct whet_template *t, struct whet_error *err);

#endif
