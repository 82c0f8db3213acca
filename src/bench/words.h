/* bench/words.h - one word for each value of an enum, as forms of exchange write them.
 *
 * Shape    tables by enum value, ..._WORDS long.
 * Units    none.
 * Memory   static.
 * Errors   none.
 * Threads  safe from any.
 *
 * Verdicts have theirs in bench/verdict.h, laws of growth in stat/growth.h.
 */
#ifndef WHET_BENCH_WORDS_H
#define WHET_BENCH_WORDS_H

#include "bench/metric.h"
#include "bench/report.h"
#include "bench/result.h"

enum {
    WHET_KIND_WORDS = WHET_RESULT_FUNCTION + 1,
    WHET_OUTCOME_WORDS = WHET_BENCH_STOPPED + 1,
    WHET_END_WORDS = WHET_RESULT_FAILED + 1,
    WHET_UNIT_WORDS = WHET_UNIT_FACTOR + 1,
    WHET_BETTER_WORDS = WHET_METRIC_NEITHER + 1,
    WHET_TARGET_WORDS = WHET_TARGET_UNKNOWN + 1
};

extern const char *const whet__kind_words[WHET_KIND_WORDS];       /* "command" */
extern const char *const whet__outcome_words[WHET_OUTCOME_WORDS]; /* "ok", "not_started" */
extern const char *const whet__end_words[WHET_END_WORDS];         /* "precise" */
extern const char *const whet__unit_words[WHET_UNIT_WORDS];       /* "ns", "bytes" */
extern const char *const whet__better_words[WHET_BETTER_WORDS];   /* "lower" */
extern const char *const whet__target_words[WHET_TARGET_WORDS];   /* "met" */

#endif
