/* bench/plan.h - from words to arms: splitting command lines, parameters, names.
 *
 * Shape    entries are added, each becomes one arm for every combination of parameter
 *          values; then the arms are lent to a session.
 * Units    nanoseconds.
 * Memory   whet__plan_new allocates *out, whet__plan_free releases it with all arms.
 * Errors   -EINVAL with a message that names the text at fault; -ENOMEM.
 * Threads  one at a time.
 *
 * A line is split as a POSIX shell splits it (XCU 2.2 quoting, 2.6.5 field splitting at
 * blanks, without expansions): no shell is started. What only a shell can do, such as
 * `|`, `>`, `$HOME`, `*`, outside of quotes is an error that points to --shell.
 */
#ifndef WHET_BENCH_PLAN_H
#define WHET_BENCH_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/sample.h"

/* {name} in a command, hook, name, input, cwd or env stands for each of the values:
 * "a,b,c"; "1..8"; "1..64*2" (1, 2, 4, ...); "0.5..2+0.5". Several parameters make every
 * combination; the last varies fastest. */
struct whet_plan_parameter {
    const char *name;
    const char *values;
};

struct whet_plan_entry {
    const char *name;        /* NULL: the command as given, made unique by its parameters */
    const char *command;     /* a line; or ... */
    const char *const *argv; /* ... the words, ended by NULL; each is substituted whole */
    const char *shell;       /* "sh": `command` is run by it with -c; NULL: split */
    const char *setup, *prepare, *conclude, *cleanup; /* lines, of `shell` too; NULL: none */
    const char *input;                                /* file; NULL: /dev/null */
    const char *cwd;
    const char *const *env; /* "NAME=value", added to ours; ended by NULL; NULL: none */
    const unsigned char *exits;
    size_t exit_count;
    int any_exit;
    uint64_t timeout_ns;
    double bytes, items; /* that one run works through; 0: not told */
    int equal_argv0;     /* 1: argv[0] is the name without its folder */
};

struct whet_plan;

WHET_MUST_USE int whet__plan_new(struct whet_plan **out);
void whet__plan_free(struct whet_plan *p);

WHET_MUST_USE int whet__plan_add(struct whet_plan *p, const struct whet_plan_entry *entry,
                                 const struct whet_plan_parameter *parameters, size_t count,
                                 struct whet_error *err);

/* Finds every program in PATH and takes its hash, so that runs need not search and equal
 * code is known. A program that is missing is an error. */
WHET_MUST_USE int whet__plan_resolve(struct whet_plan *p, struct whet_error *err);

/* Borrowed; good until the next addition. */
const struct whet_bench_arm *whet__plan_arms(const struct whet_plan *p, size_t *count);

#endif
