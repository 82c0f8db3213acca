/* bench/machine.h - which machine measured, and whether two are alike enough.
 *
 * Shape    fills the machine of a result; compares two.
 * Units    bytes.
 * Memory   strings belong to the result.
 * Errors   -ENOMEM. What cannot be read is "".
 * Threads  as the result.
 */
#ifndef WHET_BENCH_MACHINE_H
#define WHET_BENCH_MACHINE_H

#include <whet/api.h>

#include "bench/result.h"

WHET_MUST_USE int whet__result_machine_read(struct whet_result *r);

/* NULL when numbers of both may be compared; else what differs: "CPU model", "kernel",
 * "architecture", "number of cores". Host names do not matter: a fleet of equal machines
 * is one machine. */
const char *whet__machine_difference(const struct whet_result_machine *a,
                                     const struct whet_result_machine *b);

#endif
