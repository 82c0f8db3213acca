/* tests/unit/harness.h - what every unit test includes: cmocka in its needed
 * order, and the loop that makes each allocation fail in turn. */
#ifndef WHET_TESTS_HARNESS_H
#define WHET_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

/* Runs the block once per allocation it makes, failing the n-th each time, and
 * a last time without failure. The block must free all it takes. */
#define EACH_ALLOCATION_FAILS                                                                  \
    for (long fail_n = 1, fail_more = 1; fail_more && (whet__mem_fail_nth(fail_n), 1);         \
         fail_more = !whet__mem_fail_pending(), whet__mem_fail_nth(-1), fail_n++)

#endif
