/* front/bench_verbs.h - first operands of `whet bench` that are no commands: compare,
 * history, project, selftest.
 *
 * Shape    each call answers one of them. Behind `--` they are commands like others.
 * Units    exit codes.
 * Memory   nothing is kept.
 * Errors   an exit code, or -errno with *err filled.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_VERBS_H
#define WHET_FRONT_BENCH_VERBS_H

#include <whet/api.h>
#include <whet/error.h>

#include "front/bench_run.h"

/* 1: the first operand is one of them. */
int whet__bench_verb_is(const struct whet_bench_call *call);
WHET_MUST_USE int whet__bench_verb(const struct whet_bench_call *call, struct whet_error *err);

/* A/A: one short command compared with itself, again and again: how often this machine makes
 * it look different, how fine a difference can be told, and whether equal programs are known
 * for that. --runs: comparisons. */
WHET_MUST_USE int whet__bench_selftest(const struct whet_bench_call *call,
                                       struct whet_error *err);

/* Two saved results, `whet bench compare BEFORE AFTER`. */
WHET_MUST_USE int whet__bench_compare(const struct whet_bench_call *call,
                                      struct whet_error *err);

/* A made-up code base to measure on, `whet bench project DIR [FILES]`; --seed draws
 * another one. */
WHET_MUST_USE int whet__bench_project(const struct whet_bench_call *call,
                                      struct whet_error *err);

/* The course of one name over time, or the names that there are. */
WHET_MUST_USE int whet__bench_history(const struct whet_bench_call *call,
                                      struct whet_error *err);

#endif
