/* A report for a person at a terminal: the answer in five seconds, details with -v. */
#include "export/forms.h"
#include "export/text_lines.h"

#include <string.h>

#include "view/width.h"

#define NARROW       60  /* columns; below, judgements are sentences */
#define NAME_PART    4   /* of the width may be a name, ... */
#define NAME_ROOM    12  /* ... and so much always */
#define NAME_COLUMNS 400 /* of a name in the list */
#define NUMBER_ROOM  10  /* "[1024] ", and what later lines stand in */
#define LINES_MAX    6   /* of one kind, without -v */

typedef void (*arm_sentence)(struct whet_text *out, const struct whet_digest *d, size_t arm);

/* A line for each arm that has something to say; the label stands before the first. */
static void arm_lines(struct whet_text_lines *l, const struct whet_digest *d, const char *label,
                      arm_sentence make)
{
    size_t lines = 0, more = 0;

    for (size_t i = 0; i < d->count; i++) {
        struct whet_text *text = whet__text_lines_begin(l);

        make(text, d, i);
        if (text->len == 0)
            continue;
        if (l->verbose == 0 && lines == LINES_MAX)
            more++;
        else
            whet__text_lines_labelled(l, lines++ == 0 ? label : "");
    }
    if (more == 0)
        return;
    whet__text_printf(whet__text_lines_begin(l), "and %zu more, shown by -v", more);
    whet__text_lines_labelled(l, "");
}

/* Runs far off change no answer: one line, and the rest for who asks. */
static void outlier_lines(struct whet_text_lines *l, const struct whet_digest *d)
{
    struct whet_text *text = whet__text_lines_begin(l);

    if (l->verbose > 0) {
        arm_lines(l, d, "Outliers", whet__digest_outliers);
        return;
    }
    whet__digest_outliers_all(text, d);
    if (text->len > 0)
        whet__text_puts(text, "; -v says more");
    whet__text_lines_labelled(l, "Outliers");
}

void whet__text_remarks(struct whet_text_lines *l, const struct whet_digest *d)
{
    arm_lines(l, d, "Note", l->verbose > 0 ? whet__digest_note : whet__digest_note_shared);
    arm_lines(l, d, "Confirmed", whet__digest_confirmation);
    arm_lines(l, d, "Failed", whet__digest_failure);
    outlier_lines(l, d);
    whet__digest_noise(whet__text_lines_begin(l), d);
    whet__text_lines_labelled(l, "Noise");
    whet__digest_interrupted(whet__text_lines_begin(l), d);
    whet__text_lines_labelled(l, "Stopped");
}

/* As many as leave room for names and numbers. */
static unsigned histogram_bins(size_t width)
{
    if (width == 0)
        return 24;
    if (width < 60)
        return 10;
    return width < 100 ? 16 : width < 140 ? 24 : 40;
}

/* Where a table would cut what matters. */
static void judgement_lines(struct whet_text_lines *l, const struct whet_digest *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j == NULL)
            continue;
        whet__digest_judgement_line(whet__text_lines_begin(l), d, i);
        whet__text_lines_plain(l, 0, whet__digest_role(j->verdict));
    }
}

/* The outcome's arms and judgements. */
static void put_arms(struct whet_text_lines *l, const struct whet_digest *d)
{
    struct whet_digest_table t;

    whet__digest_table_arms(&t, d, histogram_bins(l->style->width), l->style->ascii);
    whet__text_lines_table(l, &t);
    if (whet__digest_judged(d) == 0)
        return;
    whet__digest_against(whet__text_lines_begin(l), d);
    whet__text_lines_labelled(l, "Compared");
    if (l->width < NARROW) {
        judgement_lines(l, d);
        whet__text_putc(l->out, '\n');
    } else {
        whet__digest_table_judgements(&t, d);
        whet__text_lines_table(l, &t);
    }
}

static void fact(struct whet_text_lines *l, const char *label, const char *value)
{
    whet__text_puts(whet__text_lines_begin(l), value);
    whet__text_lines_labelled(l, label);
}

void whet__text_details(struct whet_text_lines *l, const struct whet_digest *d)
{
    struct whet_digest_table t;

    if (l->verbose == 0 || d->result == NULL)
        return;
    whet__text_putc(l->out, '\n');
    whet__digest_table_metrics(&t, d);
    whet__text_lines_table(l, &t);
    if (l->verbose > 1) {
        whet__digest_table_samples(&t, d);
        whet__text_lines_table(l, &t);
    }
    fact(l, "Intervals",
         "of medians at 95 %; of changes at the level that is left for each of the several "
         "comparisons of a session; spread is the middle half of the runs over the median; "
         "active time is wall time less waiting for a processor");
    whet__digest_machine(whet__text_lines_begin(l), d->result);
    whet__text_lines_labelled(l, "Machine");
    fact(l, "Counters", d->result->counters);
    fact(l, "Memory",
         d->result->memory_source[0] != '\0' ? d->result->memory_source
                                             : "of the largest process only");
    whet__text_printf(whet__text_lines_begin(l), "%llu", (unsigned long long)d->result->seed);
    whet__text_lines_labelled(l, "Seed");
    fact(l, "whet", d->result->version);
}

/* Whether a name will be cut in the table. */
static int wants_numbers(const struct whet_text_lines *l, const struct whet_digest *d)
{
    size_t room = l->style->width / NAME_PART;

    if (l->style->width <= NUMBER_ROOM)
        return 0;
    for (size_t i = 0; i < d->count; i++) {
        const char *name = whet__digest_arm(d, i)->name;

        if (whet__width(name, strlen(name), 0) > (room > NAME_ROOM ? room : NAME_ROOM))
            return 1;
    }
    return 0;
}

/* Whether it can be broken into lines at its blanks. */
static int can_fill(const char *name, size_t room)
{
    while (*name != '\0') {
        size_t word = strcspn(name, " ");

        if (whet__width(name, word, 0) > room)
            return 0;
        name += word;
        name += strspn(name, " ");
    }
    return 1;
}

/* The names whole, where tables have to cut them; but a line at most of what cannot be
 * broken. */
static void names_put(struct whet_text_lines *l, struct whet_digest *d)
{
    d->numbered = wants_numbers(l, d);
    for (size_t i = 0; i < d->count && d->numbered; i++) {
        struct whet_text *text = whet__text_lines_begin(l);
        const char *name = whet__digest_arm(d, i)->name;

        whet__text_printf(text, "[%zu] ", i + 1);
        whet__width_fit(
            text, name, strlen(name),
            can_fill(name, l->width - NUMBER_ROOM) ? NAME_COLUMNS : l->width - NUMBER_ROOM, 0);
        whet__text_lines_plain(l, 0, WHET_ROLE_PLAIN);
    }
    if (d->numbered)
        whet__text_putc(l->out, '\n');
}

static int outcome_put(struct whet_text_lines *l, const struct whet_outcome *outcome)
{
    const char *title = whet__digest_title(outcome, NULL);
    struct whet_digest d;
    int rc = whet__digest_init(&d, outcome);

    if (rc != 0)
        return rc;
    if (title != NULL) {
        whet__text_puts(whet__text_lines_begin(l), title);
        whet__text_lines_plain(l, 0, WHET_ROLE_HEADING);
    }
    names_put(l, &d);
    if (d.count > 0) {
        put_arms(l, &d);
        whet__text_remarks(l, &d);
        whet__digest_metric(whet__text_lines_begin(l), &d);
        whet__text_lines_labelled(l, "Metric");
        whet__digest_method(whet__text_lines_begin(l), &d);
        whet__text_lines_labelled(l, "Measured");
    } else {
        whet__digest_answer(whet__text_lines_begin(l), &d);
        whet__text_lines_plain(l, 0, WHET_ROLE_BAD);
    }
    whet__text_details(l, &d);
    whet__digest_clear(&d);
    return 0;
}

static int bench_put(struct whet_text_lines *l, const struct whet_report *report)
{
    int rc = 0;

    for (size_t i = 0; i < report->outcomes.len && rc == 0; i++) {
        whet__text_puts(l->out, i > 0 ? "\n" : "");
        rc = outcome_put(l, whet__vec_at(&report->outcomes, i));
    }
    if (report->outcomes.len == 0)
        whet__text_puts(l->out, "nothing was measured\n");
    return rc;
}

static int text_put(struct whet_text *out, const struct whet_report *report,
                    const struct whet_export_options *options)
{
    static const struct whet_export_options plain = {0};
    struct whet_text_lines lines;
    int rc;

    options = options != NULL ? options : &plain;
    whet__text_lines_init(&lines, out, &options->style, options->verbose);
    rc = whet__digest_is_check(report) ? whet__text_check(&lines, report)
                                       : bench_put(&lines, report);
    whet__text_lines_clear(&lines);
    return rc != 0 ? rc : whet__text_error(out);
}

const struct whet_export whet__export_text = {
    .name = "text",
    .ending = ".txt",
    .summary = "what a terminal shows",
    .put = text_put,
};
