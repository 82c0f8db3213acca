/* The tables of words. */
#include "bench/words.h"

const char *const whet__kind_words[WHET_KIND_WORDS] = {
    [WHET_RESULT_COMMAND] = "command",
    [WHET_RESULT_FUNCTION] = "function",
};

const char *const whet__outcome_words[WHET_OUTCOME_WORDS] = {
    [WHET_BENCH_OK] = "ok",
    [WHET_BENCH_EXIT] = "exit",
    [WHET_BENCH_SIGNAL] = "signal",
    [WHET_BENCH_TIMEOUT] = "timeout",
    [WHET_BENCH_NOT_STARTED] = "not_started",
    [WHET_BENCH_NOT_PREPARED] = "not_prepared",
    [WHET_BENCH_NO_ANSWER] = "no_answer",
    [WHET_BENCH_STOPPED] = "stopped",
};

const char *const whet__end_words[WHET_END_WORDS] = {
    [WHET_RESULT_COMPLETE] = "complete", [WHET_RESULT_PRECISE] = "precise",
    [WHET_RESULT_BUDGET] = "budget",     [WHET_RESULT_STOPPED] = "stopped",
    [WHET_RESULT_FAILED] = "failed",
};

const char *const whet__unit_words[WHET_UNIT_WORDS] = {
    [WHET_UNIT_COUNT] = "count",   [WHET_UNIT_DURATION] = "ns",   [WHET_UNIT_SIZE] = "bytes",
    [WHET_UNIT_PERCENT] = "ratio", [WHET_UNIT_FACTOR] = "factor",
};

const char *const whet__better_words[WHET_BETTER_WORDS] = {
    [WHET_METRIC_LOWER] = "lower",
    [WHET_METRIC_HIGHER] = "higher",
    [WHET_METRIC_NEITHER] = "neither",
};

const char *const whet__target_words[WHET_TARGET_WORDS] = {
    [WHET_TARGET_MET] = "met",
    [WHET_TARGET_MISSED] = "missed",
    [WHET_TARGET_UNKNOWN] = "unknown",
};
