/* bench/result_json.h: what was written is read again, whole; what anyone may have edited
 * is refused with the place; and files of the first version stay readable. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result_json.h"

#include "../export/made_report.h"
#include "random_result.h"

#define TEXT_MAX ((size_t)16 << 20)

static void results_init(struct whet_vec *results)
{
    whet__vec_init(results, sizeof(struct whet_result *), 64);
}

static struct whet_result *result_at(const struct whet_vec *results, size_t i)
{
    return *(struct whet_result **)whet__vec_at(results, i);
}

static int same_double(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof(a)) == 0;
}

static void assert_same_arm(const struct whet_result *a, const struct whet_result_arm *x,
                            const struct whet_result *b, const struct whet_result_arm *y)
{
    assert_string_equal(x->name, y->name);
    assert_int_equal(whet__arm_count(x), whet__arm_count(y));
    assert_int_equal(x->param_count, y->param_count);
    for (size_t i = 0; i < x->param_count; i++) {
        assert_string_equal(x->params[i].name, y->params[i].name);
        assert_string_equal(x->params[i].value, y->params[i].value);
    }
    for (size_t i = 0; i < whet__arm_count(x); i++) {
        const struct whet_result_sample *s = whet__arm_sample(x, i),
                                        *t = whet__arm_sample(y, i);

        assert_int_equal(s->round, t->round);
        assert_int_equal(s->position, t->position);
        assert_int_equal(s->outcome, t->outcome);
        assert_int_equal(s->exit_code, t->exit_code);
        assert_true(same_double(s->at_seconds, t->at_seconds));
        for (size_t m = 0; m < a->metric_count; m++)
            assert_true(same_double(whet__arm_value(a, x, i, m), whet__arm_value(b, y, i, m)));
    }
}

static void assert_same(const struct whet_result *a, const struct whet_result *b)
{
    assert_string_equal(a->name, b->name);
    assert_true(a->time == b->time && a->seed == b->seed);
    assert_string_equal(a->machine.cpu_model, b->machine.cpu_model);
    assert_int_equal(a->metric_count, b->metric_count);
    assert_int_equal(a->reference, b->reference);
    assert_int_equal(whet__result_count(a), whet__result_count(b));
    for (size_t i = 0; i < whet__result_count(a); i++)
        assert_same_arm(a, whet__result_arm(a, i), b, whet__result_arm(b, i));
}

/* Writes, reads, writes: the second text is the first. */
static void round_trip(struct whet_result *const *results, size_t count)
{
    struct whet_text first, second;
    struct whet_report report;
    struct whet_error err = {0};
    struct whet_vec back;

    whet__text_init(&first, TEXT_MAX);
    whet__text_init(&second, TEXT_MAX);
    results_init(&back);
    assert_int_equal(plain_report(&report, results, count), 0);
    assert_int_equal(whet__report_put_json(&first, &report), 0);
    plain_report_clear(&report);
    if (whet__results_parse(&back, first.data, first.len, "t", &err) != 0)
        fail_msg("%s: %s", err.text, first.data);
    assert_int_equal(back.len, count);
    for (size_t i = 0; i < count; i++)
        assert_same(results[i], result_at(&back, i));
    assert_int_equal(plain_report(&report, back.items, back.len), 0);
    assert_int_equal(whet__report_put_json(&second, &report), 0);
    assert_string_equal(whet__text_str(&first), whet__text_str(&second));
    plain_report_clear(&report);
    whet__results_clear(&back);
    whet__text_clear(&first);
    whet__text_clear(&second);
}

static void any_result_comes_back_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct whet_result *results[2];
        struct whet_random r;

        whet__random_init(&r, seed);
        results[0] = random_result(&r, "one");
        results[1] = random_result(&r, "");
        assert_non_null(results[0]);
        assert_non_null(results[1]);
        round_trip(results, seed % 3);
        whet__result_free(results[0]);
        whet__result_free(results[1]);
    }
}

static void what_was_concluded_is_written(void **state)
{
    static const char *const parts[] = {
        "\"whet\": \"bench/1\"",
        "\"verdict\": \"fail\"",
        "\"judgements\": [",
        "{\"arm\":\"copy\",\"verdict\":\"same code\"",
        "\"confirmation\": [",
        "\"targets\": [",
        "\"scaling\": [",
        "\"law\":\"",
        "\"concurrency\": [",
        "\"failure\": \"cannot run: './gone/search'",
        "\"broken \\\"quote\\\"",
        "\"jobs\": \"2\"",
        "\"time\": \"2023-11-14T22:13:20Z\"",
    };
    struct made_report made;
    struct whet_text text;
    struct whet_vec back;

    (void)state;
    whet__text_init(&text, TEXT_MAX);
    results_init(&back);
    assert_int_equal(made_report_build(&made), 0);
    assert_int_equal(whet__report_put_json(&text, &made.report), 0);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(text.data, parts[i]) == NULL)
            fail_msg("not there: %s in %s", parts[i], text.data);
    }
    assert_int_equal(whet__results_parse(&back, text.data, text.len, "t", NULL), 0);
    assert_int_equal(back.len, MADE_RESULTS);
    for (size_t i = 0; i < MADE_RESULTS; i++)
        assert_same(made.results[i], result_at(&back, i));
    whet__results_clear(&back);
    made_report_clear(&made);
    whet__text_clear(&text);
}

static const char *data_path(char out[512], const char *name)
{
    snprintf(out, 512, "%s/result/%s", getenv("WHET_TEST_DATA"), name);
    return out;
}

/* Written by the first version; never to be written anew. */
static void version_1_stays_readable(void **state)
{
    const struct whet_result *search, *sort;
    const struct whet_result_arm *flaky;
    struct whet_vec back;
    char path[512];
    size_t own;

    (void)state;
    results_init(&back);
    assert_int_equal(whet__results_read(&back, data_path(path, "bench-1.json"), NULL), 0);
    assert_int_equal(back.len, 2);
    search = result_at(&back, 0);
    sort = result_at(&back, 1);
    assert_string_equal(search->name, "search");
    assert_int_equal(search->time, 1700000000);
    assert_true(search->seed == 42);
    assert_int_equal(search->end, WHET_RESULT_PRECISE);
    assert_string_equal(search->machine.governor, "performance");
    assert_true(search->machine.memory_bytes == (uint64_t)8 << 30);
    assert_int_equal(whet__result_count(search), 8);
    flaky = whet__result_arm(search, 7);
    assert_string_equal(flaky->failure, "it ended with exit code 3");
    assert_int_equal(flaky->left_out, 1);
    assert_int_equal(flaky->param_count, 2);
    assert_string_equal(flaky->params[0].value, "1");
    assert_int_equal(whet__arm_count(flaky), 8);
    assert_int_equal(whet__arm_failed(flaky), 2);
    assert_int_equal(whet__arm_sample(flaky, 3)->exit_code, 3);
    assert_int_equal(whet__arm_sample(flaky, 7)->outcome, WHET_BENCH_SIGNAL);
    assert_true(whet__arm_value(search, flaky, 0, WHET_METRIC_WALL) == 41730001);
    assert_true(isnan(whet__arm_value(search, flaky, 0, WHET_METRIC_CYCLES)));
    assert_int_equal(whet__result_arm(sort, 0)->kind, WHET_RESULT_FUNCTION);
    assert_int_equal(whet__result_find_metric(sort, "compares", &own), 0);
    assert_true(!isnan(whet__arm_value(sort, whet__result_arm(sort, 0), 0, own)));
    whet__results_clear(&back);
}

#define RESULT(fields)                                                                         \
    "{\"whet\":\"bench/"                                                                       \
    "1\",\"outcomes\":[{\"result\":{\"time\":\"2026-01-31T12:00:00Z\"" fields "}}]}"
#define ARM(fields)     RESULT(",\"arms\":[{\"name\":\"a\"" fields "}]")
#define SAMPLES(fields) ARM(",\"samples\":{" fields "}")

static const struct {
    const char *text;
    int code;
    const char *says;
} refused[] = {
    {"{", -EBADMSG, "not JSON"},
    {"[]", -EBADMSG, "must be an object"},
    {"{}", -EBADMSG, "is no saved result of whet bench"},
    {"{\"whet\":\"scan/1\"}", -EBADMSG, "is no saved result"},
    {"{\"whet\":\"bench/1x\"}", -EBADMSG, "is no saved result"},
    {"{\"whet\":\"bench/\"}", -EBADMSG, "is no saved result"},
    {"{\"whet\":\"bench/2\"}", -ENOTSUP, "newer form"},
    {"{\"whet\":\"bench/99999999999999999999\"}", -ENOTSUP, "newer form"},
    {"{\"whet\":1}", -EBADMSG, "whet: must be a text"},
    {"{\"whet\":\"bench/1\"}", -EBADMSG, "outcomes: is missing"},
    {"{\"whet\":\"bench/1\",\"outcomes\":[1]}", -EBADMSG, "outcomes[0]: must be an object"},
    {"{\"whet\":\"bench/1\",\"outcomes\":[{\"result\":3}]}", -EBADMSG,
     "outcomes[0].result: must be an object"},
    {"{\"whet\":\"bench/1\",\"outcomes\":[{\"result\":{}}]}", -EBADMSG,
     "outcomes[0].result.time: is missing"},
    {"{\"whet\":\"bench/"
     "1\",\"outcomes\":[{\"result\":{\"time\":\"2026-13-31T12:00:00Z\"}}]}",
     -EBADMSG, "outcomes[0].result.time: must be like"},
    {RESULT(""), -EBADMSG, "outcomes[0].result.arms: is missing"},
    {RESULT(",\"seed\":\"-1\""), -EBADMSG, "result.seed: must be digits"},
    {RESULT(",\"seed\":\"99999999999999999999\""), -EBADMSG, "result.seed: is out of range"},
    {RESULT(",\"rounds\":-1"), -EBADMSG, "result.rounds: is out of range"},
    {RESULT(",\"rounds\":1.5"), -EBADMSG, "result.rounds: must be a whole number"},
    {RESULT(",\"end\":\"never\""), -EBADMSG, "result.end: is no word"},
    {RESULT(",\"machine\":{\"cores\":\"2\"}"), -EBADMSG, "result.machine.cores: must be"},
    {RESULT(",\"metrics\":[{}]"), -EBADMSG, "result.metrics[0]: needs a name"},
    {RESULT(",\"metrics\":[{\"name\":\"wall\",\"unit\":\"bytes\"}]"), -EBADMSG,
     "result.metrics[0]: is known in another unit"},
    {RESULT(",\"metrics\":[{\"name\":\"x\"},{\"name\":\"x\"}]"), -EBADMSG,
     "result.metrics[1]: is there twice"},
    {RESULT(",\"arms\":[],\"reference\":\"x\""), -EBADMSG, "reference: is the name of no arm"},
    {RESULT(",\"arms\":[{\"samples\":{\"round\":[]}}]"), -EBADMSG, "arms[0]: needs a name"},
    {RESULT(",\"arms\":[{\"name\":\"a\",\"samples\":{\"round\":[]}},"
            "{\"name\":\"a\",\"samples\":{\"round\":[]}}]"),
     -EBADMSG, "arms[1]: is there twice"},
    {ARM(""), -EBADMSG, "arms[0].samples: is missing"},
    {ARM(",\"params\":{\"p\":1}"), -EBADMSG, "arms[0].samples: is missing"},
    {ARM(",\"samples\":{\"round\":[]},\"params\":{\"p\":1}"), -EBADMSG,
     "arms[0].params.p: must be a text"},
    {ARM(",\"samples\":{\"round\":[]},\"left_out\":1"), -EBADMSG,
     "arms[0].left_out: must be true or false"},
    {SAMPLES(""), -EBADMSG, "samples.round: is missing"},
    {SAMPLES("\"round\":[0,0]"), -EBADMSG, "samples.round: must ascend"},
    {SAMPLES("\"round\":[0,null]"), -EBADMSG, "samples.round[1]: must be a whole number"},
    {SAMPLES("\"round\":[0],\"position\":[]"), -EBADMSG,
     "samples.position: must be as long as 'round'"},
    {SAMPLES("\"round\":[0],\"outcome\":[\"well\"]"), -EBADMSG,
     "samples.outcome[0]: is no word"},
    {SAMPLES("\"round\":[0],\"exit_code\":[99999999999]"), -EBADMSG,
     "samples.exit_code[0]: is out of range"},
    {SAMPLES("\"round\":[0],\"at\":[\"x\"]"), -EBADMSG, "samples.at[0]: must be a number"},
    {"{\"whet\":\"bench/1\",\"outcomes\":[{\"result\":{\"time\":\"2026-01-31T12:00:00Z\","
     "\"metrics\":[{\"name\":\"wall\",\"unit\":\"ns\"}],\"arms\":[{\"name\":\"a\","
     "\"samples\":{\"round\":[0],\"values\":{\"wall\":[true]}}}]}}]}",
     -EBADMSG, "outcomes[0].result.arms[0].samples.values.wall[0]: must be a number"},
};

static void refuses_with_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct whet_error err = {0};
        struct whet_vec back;

        results_init(&back);
        assert_int_equal(
            whet__results_parse(&back, refused[i].text, strlen(refused[i].text), "f", &err),
            refused[i].code);
        if (strstr(err.text, refused[i].says) == NULL)
            fail_msg("'%s' instead of '%s'", err.text, refused[i].says);
        assert_string_equal(err.file, "f");
        assert_int_equal(back.len, 0);
        whet__results_clear(&back);
    }
}

/* A later version of the same form may say more. */
static void passes_over_what_it_does_not_know(void **state)
{
    static const char text[] = RESULT(
        ",\"new\":[{}],\"metrics\":[{\"name\":\"wall\",\"unit\":\"ns\",\"x\":1}],"
        "\"arms\":[{\"name\":\"a\",\"command\":null,\"samples\":{\"round\":[2],\"new\":[],"
        "\"values\":{\"wall\":[null],\"unlisted\":[7]}}}]");
    struct whet_vec back;

    (void)state;
    results_init(&back);
    assert_int_equal(whet__results_parse(&back, text, strlen(text), "f", NULL), 0);
    assert_int_equal(back.len, 1);
    assert_int_equal(whet__arm_count(whet__result_arm(result_at(&back, 0), 0)), 1);
    assert_int_equal(result_at(&back, 0)->time, 1769860800);
    whet__results_clear(&back);
}

static void limits(void **state)
{
    struct whet_error err = {0};
    struct whet_text text;
    struct whet_vec back;

    (void)state;
    results_init(&back);
    whet__text_init(&text, TEXT_MAX);
    whet__text_puts(&text, "{\"whet\":\"bench/1\",\"outcomes\":[{\"result\":{\"time\":"
                           "\"2026-01-31T12:00:00Z\",\"arms\":[{\"name\":\"a\",\"samples\":"
                           "{\"round\":[0");
    for (int i = 0; i < WHET_RESULT_SAMPLES_MAX; i++)
        whet__text_puts(&text, ",9");
    whet__text_puts(&text, "]}}]}}]}");
    assert_int_equal(whet__results_parse(&back, text.data, text.len, "f", &err), -EFBIG);
    assert_non_null(strstr(err.text, "samples.round: is more than can be"));
    assert_int_equal(whet__results_parse(&back, "", (size_t)1 << 40, "f", &err), -EFBIG);
    assert_int_equal(whet__results_read(&back, "/no/such/file", &err), -ENOENT);
    assert_non_null(strstr(err.text, "cannot read: '/no/such/file'"));
    whet__text_clear(&text);
    whet__results_clear(&back);
}

static void no_memory(void **state)
{
    struct whet_result *result;
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 7);
    do {
        result = random_result(&r, "one");
        assert_non_null(result);
    } while (whet__result_count(result) < 2 && (whet__result_free(result), 1));
    EACH_ALLOCATION_FAILS
    {
        struct whet_report report;
        struct whet_text text;
        struct whet_vec back;
        int rc;

        whet__text_init(&text, TEXT_MAX);
        results_init(&back);
        if (plain_report(&report, &result, 1) == 0) {
            rc = whet__report_put_json(&text, &report);
            assert_true(rc == 0 || rc == -ENOMEM);
            if (rc == 0)
                rc = whet__results_parse(&back, text.data, text.len, "t", NULL);
            assert_true(rc == 0 || rc == -ENOMEM);
            assert_int_equal(back.len, rc == 0);
            plain_report_clear(&report);
        }
        whet__text_clear(&text);
        whet__results_clear(&back);
    }
    whet__result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_result_comes_back_whole),
        cmocka_unit_test(what_was_concluded_is_written),
        cmocka_unit_test(version_1_stays_readable),
        cmocka_unit_test(refuses_with_the_place),
        cmocka_unit_test(passes_over_what_it_does_not_know),
        cmocka_unit_test(limits),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
