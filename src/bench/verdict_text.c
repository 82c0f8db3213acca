/* What a judgement says to people. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "bench/verdict_parts.h"

#define LARGEST 1e14 /* of what is written in digits */

static const char *const names[] = {
    [WHET_VERDICT_NONE] = "none",         [WHET_VERDICT_SAME_CODE] = "same code",
    [WHET_VERDICT_IMPROVED] = "improved", [WHET_VERDICT_PASS] = "pass",
    [WHET_VERDICT_WARN] = "warn",         [WHET_VERDICT_INCONCLUSIVE] = "inconclusive",
    [WHET_VERDICT_FAIL] = "fail"};

static const char *const titles[] = {
    [WHET_VERDICT_NONE] = "NONE",         [WHET_VERDICT_SAME_CODE] = "SAME CODE",
    [WHET_VERDICT_IMPROVED] = "IMPROVED", [WHET_VERDICT_PASS] = "PASS",
    [WHET_VERDICT_WARN] = "WARN",         [WHET_VERDICT_INCONCLUSIVE] = "INCONCLUSIVE",
    [WHET_VERDICT_FAIL] = "FAIL"};

const char *whet__verdict_name(enum whet_verdict v)
{
    return (unsigned)v <= WHET_VERDICT_FAIL ? names[v] : "none";
}

const char *whet__verdict_title(enum whet_verdict v)
{
    return (unsigned)v <= WHET_VERDICT_FAIL ? titles[v] : "NONE";
}

void whet__verdict_lower(struct whet_judgement *j, enum whet_verdict at_most,
                         const char *format, ...)
{
    va_list args;

    if (j->verdict <= at_most)
        return;
    j->verdict = at_most;
    va_start(args, format);
    vsnprintf(j->why, sizeof(j->why), format, args);
    va_end(args);
}

/* Whether a metric, found by its name, is known of a run that ended well. */
static int is_known(const struct whet_verdict_side *side, const char *name)
{
    size_t metric;

    if (whet__result_find_metric(side->r, name, &metric) != 0)
        return 0;
    for (size_t i = 0; i < whet__arm_count(side->arm); i++) {
        if (whet__arm_sample(side->arm, i)->outcome == WHET_BENCH_OK &&
            !isnan(whet__arm_value(side->r, side->arm, i, metric)))
            return 1;
    }
    return 0;
}

int whet__verdict_unknown(struct whet_judgement *j, const struct whet_verdict_side *reference,
                          const struct whet_verdict_side *candidate,
                          const struct whet_verdict_options *o)
{
    const struct whet_metric *metric = &candidate->r->metrics[j->metric];
    int then = is_known(reference, metric->name), now = is_known(candidate, metric->name);

    if (o->metric != WHET_VERDICT_AUTO && metric->better != WHET_METRIC_NEITHER)
        j->verdict = WHET_VERDICT_INCONCLUSIVE;
    if (then && now)
        snprintf(j->why, sizeof(j->why),
                 "there is no round in which both ended well and %s is known", metric->title);
    else if (then || now)
        snprintf(j->why, sizeof(j->why), "%s is not known of '%.80s'", metric->title,
                 then ? candidate->arm->name : reference->arm->name);
    else
        snprintf(j->why, sizeof(j->why), "%s is not known of either", metric->title);
    return whet__verdict_sentence(j, metric, NAN, NAN, 0);
}

/* One decimal, two where one would show nothing, none where one would be noise. */
static int decimals(double change)
{
    double size = fabs(change);

    return size < 0.001 ? 2 : size < 10 ? 1 : 0;
}

/* What is not negative, with a point in every locale. */
static void decimal(char *out, size_t size, double value, int digits)
{
    long long unit = 1, all;

    for (int i = 0; i < digits; i++)
        unit *= 10;
    all = llround(fmin(value, LARGEST) * (double)unit);
    if (digits == 0)
        snprintf(out, size, "%lld", all);
    else
        snprintf(out, size, "%lld.%0*lld", all / unit, digits, all % unit);
}

static void percent(char *out, size_t size, double change, int is_signed, int digits)
{
    double scale = pow(10, digits);
    /* Adding 0 turns -0 into 0, rounding first what would print as one. */
    double value = round(change * 100 * scale) / scale + 0.0;
    char number[24];

    if (!(fabs(change) < LARGEST)) {
        snprintf(out, size, "%s", change > 0 ? "beyond all" : "-");
        return;
    }
    decimal(number, sizeof(number), fabs(value), digits);
    snprintf(out, size, "%s%s%%", value < 0 ? "-" : is_signed ? "+" : "", number);
}

const char *whet__verdict_percent(double change, char *out)
{
    percent(out, 32, change, 1, decimals(change));
    return out;
}

const char *whet__verdict_width(double half, char *out)
{
    percent(out, 32, half, 0, 1);
    return out;
}

const char *whet__verdict_level(double level, char *out)
{
    size_t len;

    decimal(out, 32, 100 * level, 4);
    for (len = strlen(out); out[len - 1] == '0'; len--) {
    }
    len -= out[len - 1] == '.';
    snprintf(out + len, 32 - len, "%%");
    return out;
}

const char *whet__verdict_time(double ns, char *out)
{
    char number[24];

    if (ns >= 999.5)
        return whet_duration_format((uint64_t)llround(fmin(ns, LARGEST)), out, 32);
    decimal(number, sizeof(number), ns, ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0);
    snprintf(out, 32, "%s ns", number);
    return out;
}

/* "-0.4% ± 0.9%", or "-43.9% to +974%" */
static void plus_minus(char *out, size_t size, const struct whet_interval *ratio)
{
    double half = (ratio->high - ratio->low) / 2;
    char middle[32], width[32];

    if (whet__number_is_lopsided(ratio->estimate, ratio->low, ratio->high)) {
        snprintf(out, size, "%s to %s", whet__verdict_percent(ratio->low - 1, middle),
                 whet__verdict_percent(ratio->high - 1, width));
        return;
    }
    percent(middle, sizeof(middle), ratio->estimate - 1, 1, decimals(half));
    percent(width, sizeof(width), half, 0, decimals(half));
    snprintf(out, size, "%s ± %s", middle, width);
}

/* What more of it is, and less. */
static const char *word(const struct whet_metric *metric, int up)
{
    if (metric->unit == WHET_UNIT_DURATION)
        return up ? "slower" : "faster";
    if (metric->better == WHET_METRIC_HIGHER)
        return up ? "higher" : "lower";
    return up ? "more" : "less";
}

/* Moves the text into the judgement. */
static int text_take(struct whet_judgement *j, struct whet_text *text)
{
    int rc = whet__text_error(text);

    if (rc == 0)
        snprintf(j->text, sizeof(j->text), "%s", whet__text_str(text));
    whet__text_clear(text);
    return rc;
}

/* Where one side is 0 there is no ratio to tell. */
static int is_against_nothing(const struct whet_judgement *j, double reference,
                              double candidate)
{
    const struct whet_interval *i = &j->change.ratio;

    return !(isfinite(i->estimate) && i->estimate > 0 && (reference > 0 || candidate > 0));
}

static int against_nothing(struct whet_judgement *j, const struct whet_metric *metric,
                           double reference, double candidate)
{
    struct whet_text text;

    whet__text_init(&text, sizeof(j->text) - 1);
    if (reference == 0 && candidate == 0) {
        whet__text_puts(&text, "no difference: 0 in both");
    } else {
        whet__number_value(&text, metric->unit, candidate);
        whet__text_puts(&text, " instead of ");
        whet__number_value(&text, metric->unit, reference);
    }
    return text_take(j, &text);
}

/* "12.3% slower: +10.1% to +14.0%" */
static int by_percent(struct whet_judgement *j, const struct whet_metric *metric)
{
    const struct whet_interval *i = &j->change.ratio;
    char by[32], low[32], high[32];

    percent(by, sizeof(by), fabs(i->estimate - 1), 0, decimals(i->estimate - 1));
    snprintf(j->text, sizeof(j->text), "%s %s: %s to %s", by, word(metric, i->estimate > 1),
             whet__verdict_percent(i->low - 1, low), whet__verdict_percent(i->high - 1, high));
    return 0;
}

/* "2.31× slower: 2.19× to 2.43×": from twice as much on, and down to half. */
static int by_factor(struct whet_judgement *j, const struct whet_metric *metric)
{
    const struct whet_interval *i = &j->change.ratio;
    int up = i->estimate > 1;
    struct whet_text text;

    whet__text_init(&text, sizeof(j->text) - 1);
    whet__number_value(&text, WHET_UNIT_FACTOR, up ? i->estimate : 1 / i->estimate);
    whet__text_printf(&text, " %s: ", word(metric, up));
    whet__number_value(&text, WHET_UNIT_FACTOR, up ? i->low : 1 / i->high);
    whet__text_puts(&text, " to ");
    whet__number_value(&text, WHET_UNIT_FACTOR, up ? i->high : 1 / i->low);
    return text_take(j, &text);
}

static int proven(struct whet_judgement *j, const struct whet_metric *metric)
{
    double ratio = j->change.ratio.estimate;

    return ratio >= 2 || ratio <= 0.5 ? by_factor(j, metric) : by_percent(j, metric);
}

int whet__verdict_sentence(struct whet_judgement *j, const struct whet_metric *metric,
                           double reference_median, double candidate_median, int reached)
{
    const struct whet_interval *i = &j->change.ratio;
    const char *head = "no difference";
    char numbers[80];

    if (j->pairs == 0) {
        snprintf(j->text, sizeof(j->text), "nothing to compare");
        return 0;
    }
    if (is_against_nothing(j, reference_median, candidate_median))
        return against_nothing(j, metric, reference_median, candidate_median);
    if (j->verdict == WHET_VERDICT_SAME_CODE)
        head = "same code";
    else if (!reached)
        head = "too few rounds to tell";
    else if (i->low > 1 || i->high < 1)
        return proven(j, metric);
    else if (j->verdict == WHET_VERDICT_INCONCLUSIVE)
        head = "too noisy to tell";
    plus_minus(numbers, sizeof(numbers), i);
    snprintf(j->text, sizeof(j->text), "%s: %s", head, numbers);
    return 0;
}
