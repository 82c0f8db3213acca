/* JUnit XML, for what shows test results: a test case per arm, target, scaling series and
 * concurrent run. There is no one schema: elements and attributes are those that the Ant
 * (windyroad) and Jenkins schemas share, in Ant's order; the suite stands in classname too,
 * because GitLab shows nothing else of it, and the one-line verdict in the failure's text.
 * FAIL is a failure, what could not be decided is skipped, WARN passes and says so. Of a
 * comparison that nobody gates on nothing fails and nothing is left out: it ran. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "export/forms.h"
#include "export/row.h"
#include "view/number.h"

#define SECOND_NS    1e9
#define PART_MAX     ((size_t)256 << 20)
#define SECONDS_MAX  1e9
#define FIXED_DIGITS 9

enum case_kind { PASSED, SKIPPED, FAILED, ERRED, KINDS };

/* The test cases of a suite are written aside: their counts come before them. */
struct junit {
    struct whet_text *out;
    struct whet_text cases;
    struct whet_text note; /* what the case at hand says */
    struct whet_text name;
    const char *classname;
    size_t count[KINDS];
};

static void char_put(struct whet_text *out, const char *bytes, size_t n, uint32_t code)
{
    if (code == '&')
        whet__text_puts(out, "&amp;");
    else if (code == '<')
        whet__text_puts(out, "&lt;");
    else if (code == '>')
        whet__text_puts(out, "&gt;");
    else if (code == '"')
        whet__text_puts(out, "&quot;");
    else if (code == '\t' || code == '\n' || code == '\r')
        whet__text_printf(out, "&#%u;", (unsigned)code);
    else if (code < 0x20 || code == 0xFFFE || code == 0xFFFF || code == WHET_UTF8_WRONG)
        whet__text_puts(out, "\xEF\xBF\xBD");
    else
        whet__text_append(out, bytes, n);
}

/* XML 1.0 cannot hold most control characters, not even escaped. Line breaks are escaped:
 * in attributes readers would turn them into blanks. */
static void xml_put(struct whet_text *out, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t code;
        size_t n = whet__utf8_next(text, left, &code);

        char_put(out, text, n, code);
        text += n;
        left -= n;
    }
}

static void attr_put(struct whet_text *out, const char *name, const char *value)
{
    whet__text_printf(out, " %s=\"", name);
    xml_put(out, value);
    whet__text_putc(out, '"');
}

/* Never with an exponent, which xs:decimal lacks. */
static void seconds_put(struct whet_text *out, double seconds)
{
    whet__text_puts(out, " time=\"");
    whet__number_fixed(out, seconds >= 0 && seconds < SECONDS_MAX ? seconds : 0, FIXED_DIGITS);
    whet__text_putc(out, '"');
}

/* Uses up j->name and j->note. */
static void case_put(struct junit *j, enum case_kind kind, double seconds)
{
    static const char *const elements[KINDS] = {"system-out", "skipped", "failure", "error"};
    const char *note = whet__text_str(&j->note);
    struct whet_text *out = &j->cases;

    j->count[kind]++;
    whet__text_puts(out, "    <testcase");
    attr_put(out, "classname", j->classname);
    attr_put(out, "name", whet__text_str(&j->name));
    seconds_put(out, seconds);
    whet__text_printf(out, ">\n      <%s", elements[kind]);
    if (kind != PASSED)
        attr_put(out, "message", note);
    if (kind == FAILED || kind == ERRED)
        attr_put(out, "type", kind == FAILED ? "FAIL" : "ERROR");
    if (kind == SKIPPED) {
        whet__text_puts(out, "/>\n");
    } else {
        whet__text_putc(out, '>');
        xml_put(out, note);
        whet__text_printf(out, "</%s>\n", elements[kind]);
    }
    whet__text_puts(out, "    </testcase>\n");
    if (out->error == 0)
        out->error = j->note.error != 0 ? j->note.error : j->name.error;
    whet__text_reset(&j->note);
    whet__text_reset(&j->name);
}

/* "20.0% slower: +18.0% to +22.0% (CPU time, against old)" */
static void judgement_note(struct junit *j, const struct whet_row *row)
{
    const struct whet_judgement *judged = row->judgement;

    if (judged->verdict == WHET_VERDICT_WARN && !row->outcome->plain)
        whet__text_puts(&j->note, "WARN: ");
    whet__text_puts(&j->note, judged->text);
    whet__text_puts(&j->note, " (");
    if (judged->pairs > 0)
        whet__text_printf(&j->note, "%s, ", row->result->metrics[judged->metric].title);
    whet__text_printf(&j->note, "against %s)",
                      row->outcome->against != NULL ? row->outcome->against : "the reference");
    if (judged->why[0] != '\0')
        whet__text_printf(&j->note, "; %s", judged->why);
}

static enum case_kind arm_kind(const struct whet_row *row)
{
    if (row->judgement == NULL)
        return row->unmatched ? SKIPPED : PASSED;
    if (row->outcome->plain)
        return PASSED;
    switch (row->judgement->verdict) {
    case WHET_VERDICT_FAIL:
        return FAILED;
    case WHET_VERDICT_INCONCLUSIVE:
        return SKIPPED;
    case WHET_VERDICT_NONE:
    case WHET_VERDICT_SAME_CODE:
    case WHET_VERDICT_IMPROVED:
    case WHET_VERDICT_PASS:
    case WHET_VERDICT_WARN:
        break;
    }
    return PASSED;
}

static void arm_put(struct junit *j, struct whet_rows *rows, const struct whet_row *row)
{
    struct whet_row_metric wall = {{0}};
    int known = whet__row_metric(&wall, rows, row, WHET_METRIC_WALL);

    whet__text_puts(&j->name, row->arm->name);
    if (row->arm->left_out || !known) {
        whet__text_puts(&j->note,
                        row->arm->failure != NULL ? row->arm->failure : "it was not measured");
        case_put(j, ERRED, wall.median.estimate / SECOND_NS);
        return;
    }
    if (row->judgement != NULL)
        judgement_note(j, row);
    else if (row->unmatched)
        whet__text_printf(&j->note, "nothing to compare with in %s", row->outcome->against);
    whet__text_puts(&j->note, j->note.len > 0 ? "; median " : "median ");
    whet__number_value(&j->note, WHET_UNIT_DURATION, wall.median.estimate);
    whet__text_puts(&j->note, ", ");
    whet__number_range(&j->note, WHET_UNIT_DURATION, wall.median.low, wall.median.high);
    whet__text_printf(&j->note, ", of %zu %s", wall.summary.n,
                      wall.summary.n == 1 ? "run" : "runs");
    case_put(j, arm_kind(row), wall.median.estimate / SECOND_NS);
}

static enum case_kind state_kind(enum whet_target_state state)
{
    if (state == WHET_TARGET_MET)
        return PASSED;
    return state == WHET_TARGET_MISSED ? FAILED : SKIPPED;
}

static void target_put(struct junit *j, const struct whet_target *t)
{
    whet__text_printf(&j->name, "%s: %s target", t->arm, t->name);
    whet__number_value(&j->note, t->unit, t->value);
    whet__text_puts(&j->note, t->at_least ? ", at least " : ", at most ");
    whet__number_value(&j->note, t->unit, t->limit);
    whet__text_puts(&j->note, " was asked");
    if (t->why[0] != '\0')
        whet__text_printf(&j->note, "; %s", t->why);
    case_put(j, state_kind(t->state), t->unit == WHET_UNIT_DURATION ? t->value / SECOND_NS : 0);
}

static void growth_note(struct junit *j, const char *what, const struct whet_growth *g,
                        double max)
{
    if (g->law == WHET_GROWTH_UNKNOWN) {
        whet__text_printf(&j->note, "%s: not known", what);
        return;
    }
    whet__text_printf(&j->note, "%s: %s, exponent ", what, whet__growth_name(g->law));
    whet__number_fixed(&j->note, g->exponent.estimate, 2);
    whet__text_puts(&j->note, " (");
    whet__number_fixed(&j->note, g->exponent.low, 2);
    whet__text_puts(&j->note, " to ");
    whet__number_fixed(&j->note, g->exponent.high, 2);
    whet__text_putc(&j->note, ')');
    if (max > 0) {
        whet__text_puts(&j->note, ", at most ");
        whet__number_fixed(&j->note, max, 2);
        whet__text_puts(&j->note, " was asked");
    }
}

static void scaling_put(struct junit *j, const struct whet_scaling *s)
{
    whet__text_printf(&j->name, "scaling with %s", s->parameter);
    growth_note(j, "time", &s->time, s->max_exponent);
    whet__text_puts(&j->note, "; ");
    growth_note(j, "memory", &s->memory, s->max_memory_exponent);
    case_put(j,
             s->max_exponent > 0 || s->max_memory_exponent > 0 ? state_kind(s->state) : PASSED,
             0);
}

static void concurrency_put(struct junit *j, const struct whet_concurrency *c)
{
    whet__text_printf(&j->name, "%s: %u copies at once", c->arm, c->copies);
    whet__text_printf(&j->note, "%u failed, %u with another output", c->failed, c->differing);
    if (c->why[0] != '\0')
        whet__text_printf(&j->note, "; %s", c->why);
    case_put(j, state_kind(c->state), c->wall_ns / SECOND_NS);
}

static void parts_put(struct junit *j, const struct whet_outcome *o)
{
    for (size_t i = 0; i < o->targets.len; i++)
        target_put(j, whet__vec_at(&o->targets, i));
    for (size_t i = 0; i < o->scaling.len; i++)
        scaling_put(j, whet__vec_at(&o->scaling, i));
    for (size_t i = 0; i < o->concurrency.len; i++)
        concurrency_put(j, whet__vec_at(&o->concurrency, i));
}

static void property_put(struct whet_text *out, const char *name, const char *value)
{
    whet__text_puts(out, "      <property");
    attr_put(out, "name", name);
    attr_put(out, "value", value);
    whet__text_puts(out, "/>\n");
}

static void properties_put(struct whet_text *out, const struct whet_result *r)
{
    whet__text_puts(out, "    <properties>\n");
    if (r != NULL) {
        property_put(out, "whet", r->version);
        property_put(out, "cpu", r->machine.cpu_model);
        property_put(out, "architecture", r->machine.architecture);
        property_put(out, "kernel", r->machine.kernel);
        property_put(out, "distribution", r->machine.distribution);
    }
    whet__text_puts(out, "    </properties>\n");
}

static void suite_put(struct junit *j, const struct whet_outcome *o, size_t id)
{
    const struct whet_result *r = o->result;
    size_t tests = 0;

    for (int k = 0; k < KINDS; k++)
        tests += j->count[k];
    whet__text_puts(j->out, "  <testsuite");
    attr_put(j->out, "name", j->classname);
    attr_put(j->out, "package", j->classname);
    whet__text_printf(j->out,
                      " id=\"%zu\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\""
                      " skipped=\"%zu\"",
                      id, tests, j->count[FAILED], j->count[ERRED], j->count[SKIPPED]);
    seconds_put(j->out, r != NULL ? r->elapsed_seconds : 0);
    whet__text_puts(j->out, " timestamp=\"");
    whet__row_put_time(j->out, r != NULL ? r->time : 0);
    whet__text_putc(j->out, '"');
    attr_put(j->out, "hostname",
             r != NULL && r->machine.hostname[0] != '\0' ? r->machine.hostname : "localhost");
    whet__text_puts(j->out, ">\n");
    properties_put(j->out, r);
    whet__text_append(j->out, whet__text_str(&j->cases), j->cases.len);
    whet__text_puts(j->out, "    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

static const char *suite_name(const struct whet_report *report, const struct whet_outcome *o)
{
    if (o->name[0] != '\0')
        return o->name;
    return report->title != NULL && report->title[0] != '\0' ? report->title : "whet";
}

static void outcome_put(struct junit *j, struct whet_rows *rows, const struct whet_outcome *o)
{
    if (o->result == NULL) {
        whet__text_puts(&j->name, j->classname);
        whet__text_puts(&j->note, o->failure != NULL ? o->failure : "it could not be run");
        case_put(j, ERRED, 0);
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->rows[i].outcome == o)
            arm_put(j, rows, &rows->rows[i]);
    }
    parts_put(j, o);
}

static void suites_put(struct junit *j, struct whet_rows *rows,
                       const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        memset(j->count, 0, sizeof(j->count));
        whet__text_reset(&j->cases);
        j->classname = suite_name(report, o);
        outcome_put(j, rows, o);
        if (j->out->error == 0)
            j->out->error = whet__text_error(&j->cases);
        suite_put(j, o, i);
    }
}

static int junit_put(struct whet_text *out, const struct whet_report *report,
                     const struct whet_export_options *options)
{
    struct junit j = {.out = out};
    struct whet_rows rows;
    int rc = whet__rows_init(&rows, report);

    (void)options;
    if (rc != 0)
        return rc;
    whet__text_init(&j.cases, PART_MAX);
    whet__text_init(&j.note, PART_MAX);
    whet__text_init(&j.name, PART_MAX);
    whet__text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    suites_put(&j, &rows, report);
    whet__text_puts(out, "</testsuites>\n");
    whet__text_clear(&j.cases);
    whet__text_clear(&j.note);
    whet__text_clear(&j.name);
    whet__rows_clear(&rows);
    return whet__text_error(out);
}

const struct whet_export whet__export_junit = {
    .name = "junit",
    .ending = ".xml",
    .summary = "JUnit XML: a test case per arm, target and series",
    .put = junit_put,
};
