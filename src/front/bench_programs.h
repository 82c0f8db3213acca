/* front/bench_programs.h - the functions that a command line asks for, program by program.
 *
 * Shape    opened once, calibrated once; then arms of a session.
 * Units    none.
 * Memory   whet__programs_open fills a struct of the caller's, whet__programs_close releases
 *          what it holds, after a failure too.
 * Errors   -errno with a message.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_PROGRAMS_H
#define WHET_FRONT_BENCH_PROGRAMS_H

#include <stddef.h>
#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "bench/functions.h"
#include "bench/session.h"
#include "front/bench_run.h"

#define WHET_PROGRAMS_MAX 16

struct whet_programs {
    struct whet_functions *open[WHET_PROGRAMS_MAX];
    size_t prefix[WHET_PROGRAMS_MAX]; /* bytes before the benchmark's own name */
    size_t count;
    struct whet_text self; /* path of the program that is running */
};

/* An operand that names a built-in suite: "@io". */
int whet__programs_is_suite(const struct whet_bench_call *call, size_t operand);

/* Asks every program what it has. */
WHET_MUST_USE int whet__programs_open(struct whet_programs *p,
                                      const struct whet_bench_call *call,
                                      struct whet_error *err);
void whet__programs_close(struct whet_programs *p);

/* Opens what a baseline has kept of a program whose functions are `like`, calibrated and with
 * their counts; the names get "baseline: " in front. */
WHET_MUST_USE int whet__programs_open_kept(struct whet_programs *p,
                                           const struct whet_functions *like, const char *path,
                                           const struct whet_bench_call *call,
                                           struct whet_error *err);

/* All their functions together. */
size_t whet__programs_functions(const struct whet_programs *p);

/* A line for each of them: its name, and what it measures. */
void whet__programs_list(const struct whet_programs *p, FILE *out);

/* Finds iteration counts; programs with equal names get those of the first of them. */
WHET_MUST_USE int whet__programs_calibrate(struct whet_programs *p, struct whet_error *err);

/* The function of the first program that has the same name as this one of a later program, as
 * a number over all of them; (size_t)-1: none, or it is of the first program itself. */
size_t whet__programs_like(const struct whet_programs *p, size_t program, size_t function);

#endif
