/* result/inside.h - what the files behind result/results.h share.
 *
 * Shape    see there.
 * Units    bytes.
 * Memory   a struct whet_results_job is one job between its look-up and its end.
 * Errors   see each.
 * Threads  one at a time.
 */
#ifndef WHET_RESULT_INSIDE_H
#define WHET_RESULT_INSIDE_H

#include "result/begun.h"
#include "result/prints.h"
#include "result/record.h"
#include "result/results.h"

struct whet_results_job {
    uint64_t number;
    struct whet_sha256 identity;
    struct whet_recipe recipe;
    struct whet_recipe earlier; /* of its last run that was kept; without fields: none */
    size_t declared;            /* fields of what was known before it ran ... */
    size_t declared_files;      /* ... and files */
    struct whet_sha256 base;    /* the key of these */
    struct whet_sha256 key;     /* of all fields */
    int unfinished;             /* a run has begun since `earlier` that was not kept */
    const char *why;            /* it is no hit; in the recipe's arena, or constant */
    uint64_t begun_ns;          /* result/begun.h; 0: without a depfile */
};

struct whet_results {
    struct whet_results_options o;
    struct whet_prints prints;
    int steady;           /* nobody writes files between two look-ups but this */
    uint64_t turn_ns;     /* when the turn of the prints began; 0: none has yet */
    struct whet_vec jobs; /* of struct whet_results_job *; free places are NULL */
    struct whet_begun begun;
};

/* Keys of the cache: a letter for the kind, and a hash. */
enum whet_results_kind {
    WHET_RESULTS_RECIPE = 'j',
    WHET_RESULTS_SETS = 'm',
    WHET_RESULTS_RESULT = 'r',
    WHET_RESULTS_BLOB = 'b'
};

/* 1: it is there and whole, *out is to be cleared, its data without the seal. 0: not so. */
int whet__results_get(struct whet_results *r, enum whet_results_kind kind,
                      const struct whet_sha256 *hash, struct whet_cache_value *out);

/* Seals and puts it. 0 or -errno; -EFBIG: it is too large for the cache. */
WHET_MUST_USE int whet__results_put(struct whet_results *r, enum whet_results_kind kind,
                                    const struct whet_sha256 *hash, struct whet_text *text,
                                    uint64_t cost_ns);

/* Writes down the recipe of a job under its identity. */
void whet__results_put_recipe(struct whet_results *r, const struct whet_sha256 *identity,
                              const struct whet_recipe *recipe);

/* Makes the job's outputs what the result says: 1: they are. 0: something is gone from the
 * cache, or is not what the job declares, and nothing was touched; or it cannot be written,
 * and some may be as the result says already. */
int whet__results_restore(struct whet_results *r, const struct whet_run_job *job,
                          struct whet_results_job *j, const struct whet_record_result *result,
                          int *changed);

/* What differs from the last run that was kept, in words; in the recipe's arena, or constant.
 */
const char *whet__results_difference(struct whet_results *r, struct whet_results_job *j);

struct whet_results_job *whet__results_job(struct whet_results *r,
                                           const struct whet_run_job *job);

#endif
