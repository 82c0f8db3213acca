/* export/digest.h - what the forms for people show of an outcome: computed, worded and put
 * into tables once, so that a terminal, a page and a job summary say the same.
 *
 * Shape    an outcome in; numbers of its arms, sentences and tables out.
 * Units    metrics as bench/metric.h; ratios 0..1.
 * Memory   a digest is freed by _clear and borrows the outcome; a table by
 *          whet__table_clear, and must not move before; texts are the caller's.
 * Errors   0 or a negative errno value; sticky in texts and tables.
 * Threads  safe from any while nothing changes.
 *
 * Sentences begin in lower case unless with a name, have no full stop, and are empty where
 * there is nothing to say. Names in them are cut; those in tables are whole.
 */
#ifndef WHET_EXPORT_DIGEST_H
#define WHET_EXPORT_DIGEST_H

#include <stddef.h>

#include <whet/api.h>

#include "base/text.h"
#include "bench/compare.h"
#include "bench/outliers.h"
#include "bench/report.h"
#include "view/colour.h"
#include "view/table.h"

#define WHET_DIGEST_TEXT  ((size_t)1 << 16) /* a sentence is never longer */
#define WHET_DIGEST_LEVEL 0.95              /* of intervals of medians */

struct whet_digest {
    const struct whet_outcome *outcome;
    const struct whet_result *result; /* of the outcome; NULL: it could not be run */
    size_t count;                     /* arms */
    size_t metric;                    /* that arms are shown by: the one that was decided on */
    struct whet_comparison *numbers;  /* NULL: no arms */
    struct whet_outliers *outliers;   /* of each arm */
    char metric_why[160];             /* "" where judgements say it, or it is wall time */
    int numbered;                     /* 1: arms are called "[2] name", after a list of them;
                                         set by whom wants it */
    double noise;                     /* the widest noise floor; NaN: not known */
};

WHET_MUST_USE int whet__digest_init(struct whet_digest *d, const struct whet_outcome *outcome);
void whet__digest_clear(struct whet_digest *d);

const struct whet_result_arm *whet__digest_arm(const struct whet_digest *d, size_t arm);
/* The arm's numbers by a metric; .n is 0 where nothing is known. */
const struct whet_comparison_metric *whet__digest_numbers(const struct whet_digest *d,
                                                          size_t arm, size_t metric);
/* Appends its median with the interval; "-" where it is not known. */
void whet__digest_median(struct whet_text *out, enum whet_unit unit,
                         const struct whet_comparison_metric *m);
/* NULL: nothing to compare it with. */
const struct whet_judgement *whet__digest_judgement(const struct whet_digest *d, size_t arm);
/* How many arms have one. */
size_t whet__digest_judged(const struct whet_digest *d);
/* Whether any arm has a value. */
int whet__digest_knows(const struct whet_digest *d, size_t metric);
/* How a metric is called where there is little room: "CPU time". */
const char *whet__digest_metric_title(const struct whet_result *r, size_t metric);

/* What a report comes to, by outcomes. */
struct whet_digest_tally {
    size_t total, passed, warned, inconclusive, failed;
};
struct whet_digest_tally whet__digest_tally(const struct whet_report *report);
/* Whether it is of suites that have to pass, and not of arms to look at. */
int whet__digest_is_check(const struct whet_report *report);
/* Whether nobody gates on any of it. */
int whet__digest_is_plain(const struct whet_report *report);
int whet__digest_failed(const struct whet_outcome *outcome);
enum whet_role whet__digest_role(enum whet_verdict verdict);
enum whet_role whet__digest_target_role(enum whet_target_state state);

/* Appends the arm's name, cut; with its number if so. */
void whet__digest_arm_name(struct whet_text *out, const struct whet_digest *d, size_t arm);
/* Appends a name, cut for a sentence; its title or name, or `otherwise`. */
void whet__digest_name(struct whet_text *out, const char *name);
const char *whet__digest_title(const struct whet_outcome *outcome, const char *otherwise);

/* Sentences: the whole in one, of a report and an outcome. */
void whet__digest_report_answer(struct whet_text *out, const struct whet_report *report);
void whet__digest_answer(struct whet_text *out, const struct whet_digest *d);
/* "against old, by CPU time: nearly all ..." */
void whet__digest_against(struct whet_text *out, const struct whet_digest *d);
/* "small: WARN, 7.5% slower: +6.1% to +8.9%, p 0.0002" */
void whet__digest_judgement_line(struct whet_text *out, const struct whet_digest *d,
                                 size_t arm);
/* Why the arm's judgement is less than its numbers say, and whether it was confirmed. */
void whet__digest_note(struct whet_text *out, const struct whet_digest *d, size_t arm);
void whet__digest_confirmation(struct whet_text *out, const struct whet_digest *d, size_t arm);
void whet__digest_outliers(struct whet_text *out, const struct whet_digest *d, size_t arm);
/* Short: a note that several arms share is told with the first of them; runs far off of all
 * arms in one, and only where something that was measured says why. */
void whet__digest_note_shared(struct whet_text *out, const struct whet_digest *d, size_t arm);
void whet__digest_outliers_all(struct whet_text *out, const struct whet_digest *d);
void whet__digest_failure(struct whet_text *out, const struct whet_digest *d, size_t arm);
void whet__digest_noise(struct whet_text *out, const struct whet_digest *d);
/* Why arms are shown by another metric than wall time, where nothing is compared. */
void whet__digest_metric(struct whet_text *out, const struct whet_digest *d);
void whet__digest_interrupted(struct whet_text *out, const struct whet_digest *d);
void whet__digest_method(struct whet_text *out, const struct whet_digest *d);
void whet__digest_machine(struct whet_text *out, const struct whet_result *r);
/* "Duration", "Peak memory", ...; "3.25 s (target: 5.00 s)". */
const char *whet__digest_target_title(const struct whet_target *target);
enum whet_unit whet__digest_target_unit(const struct whet_target *target);
void whet__digest_target(struct whet_text *out, const struct whet_target *target);
/* Of time, or of memory. */
void whet__digest_scaling(struct whet_text *out, const struct whet_scaling *s, int memory);
void whet__digest_concurrency(struct whet_text *out, const struct whet_concurrency *c);
/* "< 0.0001", "0.034" */
void whet__digest_p(struct whet_text *out, double p);

/* A table with the columns that it needs. */
struct whet_digest_table {
    struct whet_table table;
    struct whet_table_column columns[WHET_TABLE_MAX_COLUMNS];
    size_t column_count;
    char scale[96]; /* heading of the histograms */
};

/* A row for each outcome of a report. */
void whet__digest_table_suites(struct whet_digest_table *t, const struct whet_report *report);
/* A row for each arm; `bins` characters of histogram (0: none), in ASCII if so. */
void whet__digest_table_arms(struct whet_digest_table *t, const struct whet_digest *d,
                             unsigned bins, int ascii);
void whet__digest_table_judgements(struct whet_digest_table *t, const struct whet_digest *d);
void whet__digest_table_targets(struct whet_digest_table *t, const struct whet_digest *d);
void whet__digest_table_concurrency(struct whet_digest_table *t, const struct whet_digest *d);
/* A row for each metric that is known, of each arm. */
void whet__digest_table_metrics(struct whet_digest_table *t, const struct whet_digest *d);
/* What ran: a row for each arm. */
void whet__digest_table_commands(struct whet_digest_table *t, const struct whet_digest *d);
/* A row for each run. */
void whet__digest_table_samples(struct whet_digest_table *t, const struct whet_digest *d);

#endif
