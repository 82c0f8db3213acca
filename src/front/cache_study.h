/* front/cache_study.h - what 'whet cache simulate', 'curve' and 'tune' find out of a trace.
 *
 * Shape    a record of wishes, one call that does the work, a record of answers, and a call
 *          for each form that shows it.
 * Units    sizes in entries, or in bytes where asked; ratios 0..1.
 * Memory   the study owns all; freed by _clear.
 * Errors   -errno with *err filled. -ECANCELED: stopped; what was done until then is in the
 *          study, and `stopped` says so.
 * Threads  one study at a time; it uses threads of its own.
 */
#ifndef WHET_FRONT_CACHE_STUDY_H
#define WHET_FRONT_CACHE_STUDY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "base/vec.h"
#include "replay/curve.h"
#include "replay/levels.h"
#include "replay/simulate.h"
#include "replay/trace.h"
#include "view/table.h"

enum whet_study_verb { WHET_STUDY_SIMULATE, WHET_STUDY_CURVE, WHET_STUDY_TUNE };

#define WHET_STUDY_STEPS_MAX    64
#define WHET_STUDY_POLICIES_MAX 32
#define WHET_STUDY_SPLITS       3 /* the cheapest, 1:4:10, and memory only */

struct whet_study_wishes {
    enum whet_study_verb verb;
    const char *path;
    const char *format;   /* of the trace; NULL: detected */
    const char *policies; /* names parted by commas, or "all"; NULL: as the verb likes */
    const char *sizes;    /* sizes parted by commas; NULL: steps */
    unsigned steps;
    unsigned jobs; /* 0: one per core */
    int in_bytes;
    int sampled;
    double target;       /* hit ratio; of tune */
    const char *budget;  /* of three levels, of tune; NULL: what one level needs */
    const char *costs;   /* four durations parted by commas; NULL: common ones */
    const char *density; /* two numbers parted by a comma; NULL: common ones */
    int (*stop)(void *ctx);
    /* Safe from any thread. `total` 0: not known. */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *ctx;
};

/* A policy's answer to the target. */
struct whet_study_need {
    uint64_t size;    /* that reaches it; 0: none does */
    double hit_ratio; /* at that size */
};

struct whet_study {
    const struct whet_study_wishes *wishes;
    struct whet_trace trace;
    const struct whet_policy_ops *policies[WHET_STUDY_POLICIES_MAX];
    size_t policy_count;
    uint64_t sizes[WHET_STUDY_STEPS_MAX];
    size_t size_count;
    struct whet_simulation *cells; /* policy by policy; `policy` NULL: not done */
    double rate;                   /* of keys simulated; 1: all */
    struct whet_curve curve;       /* of LRU: of curve without policies, and of tune */
    uint64_t target_size;          /* that LRU needs; 0: out of reach */
    double estimate;               /* hit ratio of the published closed form there */
    struct whet_study_need needs[WHET_STUDY_POLICIES_MAX];
    struct whet_levels_costs costs; /* of tune */
    uint64_t budget;                /* of three levels */
    struct whet_levels splits[WHET_STUDY_SPLITS];
    int has_splits;
    int stopped;
};

WHET_MUST_USE int whet__study_run(struct whet_study *study,
                                  const struct whet_study_wishes *wishes,
                                  struct whet_error *err);
void whet__study_clear(struct whet_study *study);

static inline const struct whet_simulation *whet__study_cell(const struct whet_study *s,
                                                             size_t policy, size_t size)
{
    return &s->cells[policy * s->size_count + size];
}

/* The lowest miss ratio of a size among policies that do not know the future; NaN: none. */
double whet__study_best(const struct whet_study *s, size_t size);

/* The mean over sizes of a policy's miss ratio less the best one; NaN: none. */
double whet__study_regret(const struct whet_study *s, size_t policy);

/* Of those that do not know the future, the one that reaches the target of tune with the least;
 * of equals the one that misses less at LRU's size, then the default one. -1: none does. */
int whet__study_choice(const struct whet_study *s);

/* Policies by their mean miss ratio, lowest first; of equals, what needs less for the target.
 */
void whet__study_order(const struct whet_study *s, size_t order[WHET_STUDY_POLICIES_MAX]);

/* "2,500" or "64 MiB". */
const char *whet__study_size(const struct whet_study *s, uint64_t size, char *out, size_t room);

/* Reads the wishes' lists into the study, whose trace is loaded. */
WHET_MUST_USE int whet__study_lists(struct whet_study *s, struct whet_error *err);

/* The wishes' costs, and the budget divided: cache_levels.c. */
WHET_MUST_USE int whet__study_costs(struct whet_study *s, struct whet_error *err);
void whet__study_divide(struct whet_study *s);

void whet__study_text(struct whet_text *out, const struct whet_study *s,
                      const struct whet_table_style *style);
void whet__study_json(struct whet_text *out, const struct whet_study *s);
WHET_MUST_USE int whet__study_html(struct whet_text *out, const struct whet_study *s,
                                   const char *when);

/* The table of text and page: one row per policy, or per size of a curve. `t` is initialised
 * here; the caller clears t->table. */
struct whet_study_table {
    struct whet_table table;
    struct whet_table_column columns[WHET_TABLE_MAX_COLUMNS];
    char sizes[WHET_TABLE_MAX_COLUMNS][24]; /* headings */
};
void whet__study_table(struct whet_study_table *t, const struct whet_study *s);

/* What three levels come to; only with has_splits. */
struct whet_json;
void whet__study_levels_table(struct whet_study_table *t, const struct whet_study *s);
void whet__study_levels_sentence(struct whet_text *out, const struct whet_study *s);
void whet__study_levels_json(struct whet_json *j, const struct whet_study *s);

/* The answer in a sentence or two. */
void whet__study_sentence(struct whet_text *out, const struct whet_study *s);

#endif
