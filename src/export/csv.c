/* A line per arm. The columns of hyperfine (--export-csv) come first, in seconds; then our own,
 * with the median of every metric. Quoted as RFC 4180 says, but a line ends as hyperfine's and
 * as every other on this system. What is not known is empty. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/vec.h"
#include "export/forms.h"
#include "export/row.h"

#define SECOND_NS       1e9
#define COLUMNS_MAX     4096
#define FIELD_MAX_BYTES ((size_t)16 << 20)

struct sheet {
    struct whet_text *out;
    struct whet_text field;  /* of the field that is being written */
    struct whet_vec params;  /* of const char *: names of all arms, sorted */
    struct whet_vec metrics; /* of const struct whet_metric *: of all results, each name once */
};

/* Quoted where it must be; the caller has put the comma. */
static void field_put(struct sheet *s, const char *prefix, const char *text)
{
    const char *field;

    whet__text_reset(&s->field);
    whet__text_puts(&s->field, prefix);
    whet__row_put_utf8(&s->field, text);
    if (s->out->error == 0)
        s->out->error = whet__text_error(&s->field);
    field = whet__text_str(&s->field);
    if (strpbrk(field, ",\"\r\n") == NULL) {
        whet__text_puts(s->out, field);
        return;
    }
    whet__text_putc(s->out, '"');
    for (; *field != '\0'; field++) {
        if (*field == '"')
            whet__text_putc(s->out, '"');
        whet__text_putc(s->out, *field);
    }
    whet__text_putc(s->out, '"');
}

static void number_put(struct sheet *s, double value)
{
    whet__text_putc(s->out, ',');
    whet__row_put_number(s->out, value);
}

static const char *string_at(const struct whet_vec *v, size_t i)
{
    return *(const char **)whet__vec_at(v, i);
}

static const struct whet_metric *metric_at(const struct whet_vec *v, size_t i)
{
    return *(const struct whet_metric **)whet__vec_at(v, i);
}

/* Keeps the names ascending, each once. */
static int param_add(struct whet_vec *params, const char *name)
{
    size_t at = 0;
    const char **items;

    while (at < params->len && strcmp(string_at(params, at), name) < 0)
        at++;
    if (at < params->len && strcmp(string_at(params, at), name) == 0)
        return 0;
    if (whet__vec_push(params) == NULL)
        return -ENOMEM;
    items = params->items;
    memmove(&items[at + 1], &items[at], (params->len - 1 - at) * sizeof(*items));
    items[at] = name;
    return 0;
}

static int metric_add(struct whet_vec *metrics, const struct whet_metric *m)
{
    const struct whet_metric **added;

    for (size_t i = 0; i < metrics->len; i++) {
        if (strcmp(metric_at(metrics, i)->name, m->name) == 0)
            return 0;
    }
    added = whet__vec_push(metrics);
    if (added == NULL)
        return -ENOMEM;
    *added = m;
    return 0;
}

static int columns_find(struct sheet *s, const struct whet_rows *rows)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < rows->count; i++) {
        const struct whet_row *row = &rows->rows[i];

        for (size_t p = 0; rc == 0 && p < row->arm->param_count; p++)
            rc = param_add(&s->params, row->arm->params[p].name);
        for (size_t m = 0; rc == 0 && m < row->result->metric_count; m++)
            rc = metric_add(&s->metrics, &row->result->metrics[m]);
    }
    return rc;
}

static const char *unit_suffix(enum whet_unit unit)
{
    switch (unit) {
    case WHET_UNIT_DURATION:
        return "_ns";
    case WHET_UNIT_SIZE:
        return "_bytes";
    case WHET_UNIT_RATE:
        return "_per_second";
    case WHET_UNIT_SIZE_RATE:
        return "_bytes_per_second";
    case WHET_UNIT_COUNT:
    case WHET_UNIT_PERCENT:
    case WHET_UNIT_FACTOR:
        break;
    }
    return "";
}

static void header_put(struct sheet *s)
{
    whet__text_puts(s->out, "command,mean,stddev,median,user,system,min,max");
    for (size_t i = 0; i < s->params.len; i++) {
        whet__text_putc(s->out, ',');
        field_put(s, "parameter_", string_at(&s->params, i));
    }
    whet__text_puts(s->out, ",suite,name,runs,failed,verdict,ratio,ratio_low,ratio_high");
    for (size_t i = 0; i < s->metrics.len; i++) {
        const struct whet_metric *m = metric_at(&s->metrics, i);

        whet__text_putc(s->out, ',');
        field_put(s, "median_", m->name);
        whet__text_puts(s->out, unit_suffix(m->unit));
    }
    whet__text_putc(s->out, '\n');
}

static void seconds_put(struct sheet *s, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric wall = {{0}}, user, system;
    int known = whet__row_metric(&wall, rows, row, WHET_METRIC_WALL);

    number_put(s, known ? wall.summary.mean / SECOND_NS : NAN);
    number_put(s, known ? wall.summary.sd / SECOND_NS : NAN);
    number_put(s, known ? wall.summary.median / SECOND_NS : NAN);
    number_put(s, whet__row_metric(&user, rows, row, WHET_METRIC_USER)
                      ? user.summary.mean / SECOND_NS
                      : NAN);
    number_put(s, whet__row_metric(&system, rows, row, WHET_METRIC_SYSTEM)
                      ? system.summary.mean / SECOND_NS
                      : NAN);
    number_put(s, known ? wall.summary.min / SECOND_NS : NAN);
    number_put(s, known ? wall.summary.max / SECOND_NS : NAN);
}

static void params_put(struct sheet *s, const struct whet_row *row)
{
    for (size_t i = 0; i < s->params.len; i++) {
        const char *name = string_at(&s->params, i);

        whet__text_putc(s->out, ',');
        for (size_t p = 0; p < row->arm->param_count; p++) {
            if (strcmp(row->arm->params[p].name, name) == 0) {
                field_put(s, "", row->arm->params[p].value);
                break;
            }
        }
    }
}

static void verdict_put(struct sheet *s, const struct whet_row *row)
{
    const struct whet_judgement *judged = row->judgement;
    int known = judged != NULL && judged->pairs > 0;

    whet__text_printf(s->out, ",%s", judged != NULL ? whet__verdict_name(judged->verdict) : "");
    number_put(s, known ? judged->change.ratio.estimate : NAN);
    number_put(s, known ? judged->change.ratio.low : NAN);
    number_put(s, known ? judged->change.ratio.high : NAN);
}

static void medians_put(struct sheet *s, struct whet_rows *rows, const struct whet_row *row)
{
    for (size_t i = 0; i < s->metrics.len; i++) {
        const char *name = metric_at(&s->metrics, i)->name;
        struct whet_row_metric m;
        size_t at;
        int known = whet__result_find_metric(row->result, name, &at) == 0 &&
                    whet__row_metric(&m, rows, row, at);

        number_put(s, known ? m.summary.median : NAN);
    }
}

static void row_put(struct sheet *s, struct whet_rows *rows, const struct whet_row *row)
{
    field_put(s, "", row->label);
    seconds_put(s, rows, row);
    params_put(s, row);
    whet__text_putc(s->out, ',');
    field_put(s, "", row->suite);
    whet__text_putc(s->out, ',');
    field_put(s, "", row->arm->name);
    whet__text_printf(s->out, ",%zu,%zu", whet__arm_count(row->arm),
                      whet__arm_failed(row->arm));
    verdict_put(s, row);
    medians_put(s, rows, row);
    whet__text_putc(s->out, '\n');
}

static int csv_put(struct whet_text *out, const struct whet_report *report,
                   const struct whet_export_options *options)
{
    struct sheet s = {.out = out};
    struct whet_rows rows;
    int rc = whet__rows_init(&rows, report);

    (void)options;
    if (rc != 0)
        return rc;
    whet__text_init(&s.field, FIELD_MAX_BYTES);
    whet__vec_init(&s.params, sizeof(const char *), COLUMNS_MAX);
    whet__vec_init(&s.metrics, sizeof(const struct whet_metric *), COLUMNS_MAX);
    rc = columns_find(&s, &rows);
    if (rc == 0) {
        header_put(&s);
        for (size_t i = 0; i < rows.count; i++)
            row_put(&s, &rows, &rows.rows[i]);
        rc = whet__text_error(out);
    }
    whet__text_clear(&s.field);
    whet__vec_clear(&s.params);
    whet__vec_clear(&s.metrics);
    whet__rows_clear(&rows);
    return rc;
}

const struct whet_export whet__export_csv = {
    .name = "csv",
    .ending = ".csv",
    .summary = "a line per arm, hyperfine's columns first",
    .put = csv_put,
};
