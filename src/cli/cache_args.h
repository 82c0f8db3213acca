/* cli/cache_args.h - what 'whet cache' was asked for, for both of its halves: caches on disk,
 * and simulations.
 *
 * Shape    a struct that the options fill.
 * Units    bytes, nanoseconds.
 * Memory   texts are the command line's.
 * Errors   those of a command.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_CACHE_ARGS_H
#define WHET_CLI_CACHE_ARGS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/vec.h"
#include "cli/command.h"

struct whet_cache_args {
    struct whet_vec files; /* of const char * */
    const char *client;
    const char *tag;
    const char *prefix;
    const char *remote;
    const char *max_age;
    uint64_t max_bytes;
    uint64_t limit;
    int wide;
    int dry_run;
    int repair;
    const char *policies;
    const char *sizes;
    const char *format;
    const char *output;
    const char *budget;
    const char *costs;
    const char *density;
    double target;
    unsigned steps;
    unsigned jobs;
    int in_bytes;
    int sampled;
    int json;
};

/* NULL-terminated; those of simulations first, in the order of enum whet_study_verb. */
extern const char *const whet__cache_verbs[];

/* -EINVAL: an option is given that is of no use to this verb. */
WHET_MUST_USE int whet__cache_args_check(const struct whet_cache_args *a, const char *verb,
                                         struct whet_error *err);

/* 1: this verb is about caches on disk. */
int whet__cache_is_on_disk(const char *verb);

/* Does what such a verb says: the call's first operand. */
WHET_MUST_USE int whet__cache_on_disk(const struct whet_call *call, struct whet_error *err);

#endif
