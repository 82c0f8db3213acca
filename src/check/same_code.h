/* check/same_code.h - whether equal program files of two trees are all of the code.
 *
 * Shape    for check/suite.c: says so of two arms that differ in their tree only, or takes
 *          back what bench/plan.h knows of a program, where that is not the whole of it.
 * Units    none.
 * Memory   none is kept.
 * Errors   none: what cannot be read is not known to be the same.
 * Threads  safe from any.
 *
 * A program of the other tree may load libraries of that tree, found by its run path
 * ($ORIGIN) or by the environment: then equal files say nothing, and it is measured.
 */
#ifndef WHET_CHECK_SAME_CODE_H
#define WHET_CHECK_SAME_CODE_H

#include "bench/sample.h"
#include "data/project_suites.h"

/* Gives `theirs` the code hash of `ours` if both are the same code; else it loses its hashes.
 */
void whet__same_code_mark(struct whet_bench_arm *theirs, const struct whet_bench_arm *ours,
                          const struct whet_suite *suite);

#endif
