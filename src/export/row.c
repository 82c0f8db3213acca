/* The list of arms, and what several forms ask of one. Up to some thousand rows; a form is
 * written once in a run. */
#include "export/row.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/double.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "stat/quantile.h"

#define STRINGS_MAX ((size_t)64 << 20)
#define LEVEL       0.95

void whet__row_put_utf8(struct whet_text *out, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t code;
        size_t n = whet__utf8_next(text, left, &code);

        if (code == WHET_UTF8_WRONG)
            whet__text_puts(out, "\xEF\xBF\xBD");
        else
            whet__text_append(out, text, n);
        text += n;
        left -= n;
    }
}

/* Shortens to at most `max` bytes, between characters; the text is UTF-8. */
static void text_cut(struct whet_text *t, size_t max)
{
    size_t len = max;

    if (t->len <= max)
        return;
    while (len > 0 && ((unsigned char)t->data[len] & 0xC0) == 0x80)
        len--;
    whet__text_truncate(t, len);
}

static int label_taken(const struct whet_rows *rows, const char *label)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->rows[i].label, label) == 0)
            return 1;
    }
    return 0;
}

/* "suite/arm" of the row behind the last; arms whose names differ only in what is not UTF-8
 * or was cut get " (2)" and so on. */
static int row_name(struct whet_rows *rows, struct whet_row *row, struct whet_text *t)
{
    size_t len;
    int rc;

    whet__text_reset(t);
    whet__row_put_utf8(t, row->outcome->name);
    row->suite = whet__arena_strndup(&rows->strings, whet__text_str(t), t->len);
    if (t->len > 0)
        whet__text_putc(t, '/');
    whet__row_put_utf8(t, row->arm->name);
    rc = whet__text_error(t);
    if (rc != 0)
        return rc;
    text_cut(t, WHET_ROW_LABEL_MAX);
    len = t->len;
    for (size_t n = 2; label_taken(rows, whet__text_str(t)); n++) {
        whet__text_truncate(t, len);
        whet__text_printf(t, " (%zu)", n);
        rc = whet__text_error(t);
        if (rc != 0)
            return rc;
    }
    row->label = whet__arena_strndup(&rows->strings, whet__text_str(t), t->len);
    return row->suite != NULL && row->label != NULL ? 0 : -ENOMEM;
}

static int outcome_add(struct whet_rows *rows, const struct whet_outcome *o,
                       struct whet_text *t)
{
    for (size_t a = 0; a < whet__result_count(o->result); a++) {
        struct whet_row *row = &rows->rows[rows->count];
        int rc;

        row->outcome = o;
        row->result = o->result;
        row->arm = whet__result_arm(o->result, a);
        if (o->judgements != NULL && o->judgements[a].verdict != WHET_VERDICT_NONE)
            row->judgement = &o->judgements[a];
        else
            row->unmatched = o->judgements != NULL && o->judgements[a].text[0] != '\0';
        rc = row_name(rows, row, t);
        if (rc != 0)
            return rc;
        rows->count++;
    }
    return 0;
}

/* Room for all rows, and for the samples of the longest. */
static int rooms_make(struct whet_rows *rows, const struct whet_report *report)
{
    size_t count = 1, longest = 1;

    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        for (size_t a = 0; o->result != NULL && a < whet__result_count(o->result); a++) {
            size_t n = whet__arm_count(whet__result_arm(o->result, a));

            count++;
            longest = n > longest ? n : longest;
        }
    }
    rows->rows = whet__mem_zalloc(count, sizeof(*rows->rows));
    rows->values = whet__mem_zalloc(longest, sizeof(*rows->values));
    rows->scratch = whet__mem_zalloc(longest, sizeof(*rows->scratch));
    return rows->rows != NULL && rows->values != NULL && rows->scratch != NULL ? 0 : -ENOMEM;
}

int whet__rows_init(struct whet_rows *rows, const struct whet_report *report)
{
    struct whet_text t;
    int rc;

    memset(rows, 0, sizeof(*rows));
    whet__arena_init(&rows->strings, STRINGS_MAX);
    whet__text_init(&t, STRINGS_MAX);
    rc = rooms_make(rows, report);
    for (size_t i = 0; rc == 0 && i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        if (o->result != NULL)
            rc = outcome_add(rows, o, &t);
    }
    whet__text_clear(&t);
    if (rc != 0)
        whet__rows_clear(rows);
    return rc;
}

void whet__rows_clear(struct whet_rows *rows)
{
    whet__mem_free(rows->rows);
    whet__mem_free(rows->values);
    whet__mem_free(rows->scratch);
    whet__arena_clear(&rows->strings);
    memset(rows, 0, sizeof(*rows));
}

int whet__rows_put_json(struct whet_text *out, const struct whet_report *report,
                        void (*put)(struct whet_json *j, struct whet_rows *rows))
{
    struct whet_rows rows;
    struct whet_json j;
    int rc = whet__rows_init(&rows, report);

    if (rc != 0)
        return rc;
    whet__json_init(&j, out, 2);
    whet__json_object(&j);
    put(&j, &rows);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
    whet__rows_clear(&rows);
    return whet__text_error(out);
}

/* The finite values of runs that ended well go to rows->values, in order of rounds; answers
 * how many. */
static size_t collect(struct whet_rows *rows, const struct whet_row *row, size_t metric)
{
    size_t n = whet__arm_collect(row->result, row->arm, metric, rows->values), kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (isfinite(rows->values[i]))
            rows->values[kept++] = rows->values[i];
    }
    return kept;
}

int whet__row_metric(struct whet_row_metric *out, struct whet_rows *rows,
                     const struct whet_row *row, size_t metric)
{
    size_t n = collect(rows, row, metric);
    struct whet_row_metric m;

    if (n == 0 || whet__summary_of(&m.summary, rows->values, n, rows->scratch) != 0)
        return 0;
    memcpy(rows->scratch, rows->values, n * sizeof(*rows->values));
    if (whet__doubles_sort(rows->scratch, n) != 0 ||
        whet__interval_median(&m.median, rows->scratch, n, LEVEL) != 0)
        return 0;
    *out = m;
    return 1;
}

int whet__row_rate(struct whet_interval *out, double done, const struct whet_interval *ns)
{
    /* Times of 0 happen, rates without end do not. */
    if (!(done > 0) || !(ns->low > 0) || !isfinite(done * 1e9 / ns->low))
        return 0;
    *out = (struct whet_interval){.estimate = done * 1e9 / ns->estimate,
                                  .low = done * 1e9 / ns->high,
                                  .high = done * 1e9 / ns->low,
                                  .level = ns->level};
    return 1;
}

const struct whet_result_param *whet__row_param(const struct whet_row *row, const char *after)
{
    const struct whet_result_param *next = NULL;

    for (size_t i = 0; i < row->arm->param_count; i++) {
        const struct whet_result_param *p = &row->arm->params[i];

        if (after != NULL && strcmp(p->name, after) <= 0)
            continue;
        if (next == NULL || strcmp(p->name, next->name) < 0)
            next = p;
    }
    return next;
}

void whet__row_put_time(struct whet_text *out, int64_t seconds)
{
    time_t when = (time_t)seconds;
    char text[40] = "1970-01-01T00:00:00";
    struct tm utc;

    if (gmtime_r(&when, &utc) != NULL)
        (void)!strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    whet__text_puts(out, text);
}

void whet__row_put_number(struct whet_text *out, double value)
{
    char text[WHET_DOUBLE_SIZE];

    if (isfinite(value))
        whet__text_append(out, text, whet__double_format(value, text));
}
