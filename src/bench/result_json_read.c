/* Results out of JSON. Expected load: a baseline of some arms of some hundred samples, from
 * a file that anyone may have edited, or sent. */
#include "bench/result_json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result_json_read.h"
#include "bench/words.h"
#include "os/file.h"

#define FORM     "bench/"
#define VERSION  1
#define FILE_MAX ((size_t)256 << 20)
#define DAY      86400

void whet__reading_fail(struct whet_reading *in, const struct whet_json_place *at, int code)
{
    if (code == -EEXIST)
        whet__json_refuse(&in->f, at, -EBADMSG, "is there twice");
    else if (code == -EINVAL)
        whet__json_refuse(&in->f, at, -EBADMSG, "needs a name");
    else
        whet__json_refuse(&in->f, at, code == -ENOMEM ? code : -EFBIG,
                          code == -ENOMEM ? "is more than there is memory for"
                                          : "is more than can be");
}

static const char *keep(struct whet_reading *in, const struct whet_json_place *at,
                        const char *key, const char *otherwise)
{
    const char *text = whet__json_take_string(&in->f, at, key, NULL);
    const char *kept = text != NULL ? whet__result_string(in->r, text) : otherwise;

    if (text != NULL && kept == NULL)
        whet__reading_fail(in, at, -ENOMEM);
    return kept;
}

/* Days since 1970 of a day of the Gregorian calendar, years from 1970 on. */
static int64_t days_of(int year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int leaps = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - 477; /* since 1970 */
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return (int64_t)(year - 1970) * 365 + leaps + before[month - 1] + (leap && month > 2) +
           day - 1;
}

/* "2026-01-31T12:00:00Z", and only so. */
static int time_parse(const char *text, int64_t *out)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    int n[14], count = 0, y, month, d, h, min, s;

    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] != 'd' ? text[i] != form[i] : text[i] < '0' || text[i] > '9')
            return 0;
        if (form[i] == 'd')
            n[count++] = text[i] - '0';
    }
    y = n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3];
    month = n[4] * 10 + n[5];
    d = n[6] * 10 + n[7];
    h = n[8] * 10 + n[9];
    min = n[10] * 10 + n[11];
    s = n[12] * 10 + n[13];
    if (text[sizeof(form) - 1] != '\0' || y < 1970 || month < 1 || month > 12 || d < 1 ||
        d > 31 || h > 23 || min > 59 || s > 59)
        return 0;
    *out = days_of(y, month, d) * DAY + h * 3600 + min * 60 + s;
    return 1;
}

static void time_take(struct whet_reading *in, const struct whet_json_place *at)
{
    struct whet_json_place time = whet__json_field(&in->f, at, "time", WHET_JSON_STRING);

    whet__json_require(&in->f, &time);
    if (!time_parse(whet__json_in_string(time.node, ""), &in->r->time))
        whet__json_refuse(&in->f, &time, -EBADMSG, "must be like 2026-01-31T12:00:00Z");
}

static void seed_take(struct whet_reading *in, const struct whet_json_place *at)
{
    struct whet_json_place seed = whet__json_field(&in->f, at, "seed", WHET_JSON_STRING);
    const char *text = whet__json_in_string(seed.node, "0");
    size_t len = strlen(text);

    errno = 0;
    if (len == 0 || len > 20 || strspn(text, "0123456789") != len)
        whet__json_refuse(&in->f, &seed, -EBADMSG, "must be digits");
    else
        in->r->seed = strtoull(text, NULL, 10);
    if (errno == ERANGE)
        whet__json_refuse(&in->f, &seed, -EBADMSG, "is out of range");
}

static void machine_take(struct whet_reading *in, const struct whet_json_place *result)
{
    struct whet_json_place at = whet__json_field(&in->f, result, "machine", WHET_JSON_OBJECT);
    struct whet_result_machine *m = &in->r->machine;

    m->hostname = keep(in, &at, "hostname", "");
    m->cpu_model = keep(in, &at, "cpu_model", "");
    m->architecture = keep(in, &at, "architecture", "");
    m->kernel = keep(in, &at, "kernel", "");
    m->distribution = keep(in, &at, "distribution", "");
    m->cores = (unsigned)whet__json_take_uint(&in->f, &at, "cores", UINT_MAX, 0);
    m->memory_bytes = whet__json_take_uint(&in->f, &at, "memory_bytes", INT64_MAX, 0);
    m->governor = keep(in, &at, "governor", "");
}

/* A metric of the text gets its number here. */
static void metric_take(struct whet_reading *in, const struct whet_json_place *at)
{
    struct whet_metric m = {0};
    size_t index;
    int rc;

    m.name = whet__json_take_string(&in->f, at, "name", "");
    m.title = whet__json_take_string(&in->f, at, "title", m.name);
    m.unit = (enum whet_unit)whet__json_take_word(&in->f, at, "unit", whet__unit_words,
                                                  WHET_UNIT_WORDS, WHET_UNIT_COUNT);
    m.better = (enum whet_metric_better)whet__json_take_word(
        &in->f, at, "better", whet__better_words, WHET_BETTER_WORDS, WHET_METRIC_NEITHER);
    if (in->f.error != 0)
        return;
    rc = in->metric_count < WHET_RESULT_METRICS_MAX ? whet__result_add_metric(in->r, &m, &index)
                                                    : -E2BIG;
    for (size_t i = 0; i < in->metric_count && rc == 0; i++)
        rc = in->metric_of[i] == index ? -EEXIST : 0;
    if (rc != 0)
        whet__reading_fail(in, at, rc);
    else if (in->r->metrics[index].unit != m.unit)
        whet__json_refuse(&in->f, at, -EBADMSG, "is known in another unit");
    else {
        in->metric_name[in->metric_count] = m.name;
        in->metric_of[in->metric_count++] = index;
    }
}

static void metrics_take(struct whet_reading *in, const struct whet_json_place *result)
{
    struct whet_json_place list = whet__json_field(&in->f, result, "metrics", WHET_JSON_ARRAY);

    in->metric_count = 0;
    for (size_t i = 0; i < whet__json_in_count(list.node) && in->f.error == 0; i++) {
        struct whet_json_place at = whet__json_item(&in->f, &list, i, WHET_JSON_OBJECT);

        metric_take(in, &at);
    }
}

static void result_take(struct whet_reading *in, const struct whet_json_place *at)
{
    struct whet_result *r = in->r;

    r->name = keep(in, at, "name", "");
    r->version = keep(in, at, "version", "");
    time_take(in, at);
    machine_take(in, at);
    seed_take(in, at);
    r->rounds = (unsigned)whet__json_take_uint(&in->f, at, "rounds", UINT_MAX, 0);
    r->elapsed_seconds = whet__json_take_double(&in->f, at, "elapsed", 0);
    r->end = (enum whet_result_end)whet__json_take_word(&in->f, at, "end", whet__end_words,
                                                        WHET_END_WORDS, WHET_RESULT_COMPLETE);
    r->memory_source = keep(in, at, "memory_source", "");
    r->memory_floor = whet__json_take_uint(&in->f, at, "memory_floor", UINT64_MAX, 0);
    r->counters = keep(in, at, "counters", "");
    metrics_take(in, at);
    whet__reading_arms(in, at);
}

/* The result of one outcome, if it has one. */
static void outcome_take(struct whet_reading *in, const struct whet_json_place *list,
                         size_t index, struct whet_vec *out)
{
    struct whet_json_place outcome = whet__json_item(&in->f, list, index, WHET_JSON_OBJECT);
    struct whet_json_place at = whet__json_field(&in->f, &outcome, "result", WHET_JSON_OBJECT);
    struct whet_result **slot;

    if (at.node == NULL)
        return;
    if (whet__result_blank(&in->r) != 0) {
        whet__reading_fail(in, &at, -ENOMEM);
        return;
    }
    slot = whet__vec_push(out);
    if (slot == NULL) {
        whet__result_free(in->r);
        whet__reading_fail(in, &at, out->len < out->max ? -ENOMEM : -EFBIG);
        return;
    }
    *slot = in->r;
    result_take(in, &at);
}

static void form_check(struct whet_reading *in, const struct whet_json_place *root)
{
    struct whet_json_place at = whet__json_field(&in->f, root, "whet", WHET_JSON_STRING);
    const char *form = whet__json_in_string(at.node, "");
    size_t digits = strspn(form + strcspn(form, "0123456789"), "0123456789");

    if (in->f.error != 0)
        return;
    if (strncmp(form, FORM, strlen(FORM)) != 0 || digits == 0 ||
        strlen(form) != strlen(FORM) + digits)
        whet__json_refuse(&in->f, root, -EBADMSG,
                          "is no saved result of whet bench: its 'whet' is not 'bench/1'");
    else if (digits > 3 || strtol(form + strlen(FORM), NULL, 10) > VERSION)
        whet__json_refuse(&in->f, &at, -ENOTSUP,
                          "is of a newer form than this whet knows: update whet");
}

/* Frees what is behind the first `keep_count`. */
static void results_drop(struct whet_vec *results, size_t keep_count)
{
    for (size_t i = keep_count; i < results->len; i++)
        whet__result_free(*(struct whet_result **)whet__vec_at(results, i));
    results->len = keep_count;
}

void whet__results_clear(struct whet_vec *results)
{
    results_drop(results, 0);
    whet__vec_clear(results);
}

static int tree_take(struct whet_vec *out, const struct whet_json_in *json, const char *name,
                     struct whet_error *err)
{
    double row[WHET_RESULT_METRICS_MAX];
    struct whet_reading in = {.f = {.name = name, .err = err}, .row = row};
    struct whet_json_place root = whet__json_root(&in.f, json, WHET_JSON_OBJECT), list;
    size_t before = out->len;

    form_check(&in, &root);
    list = whet__json_field(&in.f, &root, "outcomes", WHET_JSON_ARRAY);
    whet__json_require(&in.f, &list);
    for (size_t i = 0; i < whet__json_in_count(list.node) && in.f.error == 0; i++)
        outcome_take(&in, &list, i, out);
    if (in.f.error != 0)
        results_drop(out, before);
    return in.f.error;
}

int whet__results_parse(struct whet_vec *out, const char *text, size_t len, const char *name,
                        struct whet_error *err)
{
    struct whet_json_in *json;
    int rc;

    if (len > FILE_MAX)
        return whet_error_set(err, -EFBIG, "too large: '%.300s'", name);
    rc = whet__json_in_parse(&json, text, len, name, err);
    if (rc != 0)
        return rc;
    rc = tree_take(out, json, name, err);
    whet__json_in_free(json);
    return rc;
}

int whet__results_read(struct whet_vec *out, const char *path, struct whet_error *err)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, FILE_MAX);
    rc = whet__file_read(AT_FDCWD, path, FILE_MAX, &text);
    if (rc != 0)
        whet_error_set(err, rc, "cannot read: '%.300s': %s", path, strerror(-rc));
    else
        rc = whet__results_parse(out, whet__text_str(&text), text.len, path, err);
    whet__text_clear(&text);
    return rc;
}
