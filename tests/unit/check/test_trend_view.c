/* check/trend_view.h: a made-up course in its three forms. */
#define GOLDEN_FOLDER "trend"
#include "../view/golden.h"

#include <errno.h>

#include "check/trend_view.h"
#include "data/json_in.h"

#define POINTS 12
#define DAY    86400

static int trend_make(struct whet_trend *t, int two_machines)
{
    *t = (struct whet_trend){.name = "sort/large", .metric = "cpu", .unit = WHET_UNIT_DURATION};
    whet__arena_init(&t->strings, 1024);
    whet__vec_init(&t->points, sizeof(struct whet_trend_point), POINTS);
    for (int i = 0; i < POINTS; i++) {
        struct whet_trend_point *p = whet__vec_push(&t->points);
        double level = i < 8 ? 40e6 : 44e6;

        if (p == NULL)
            return -ENOMEM;
        p->time = 1767225600 + (int64_t)i * DAY;
        p->commit = i % 4 == 3 ? "" : "0123456789abcdef0123456789abcdef01234567";
        p->machine = two_machines && i % 2 ? "Other CPU, far" : "Some CPU, near";
        p->median = level * (1 + 0.001 * (i * 7 % 5));
        p->low = p->median * 0.99;
        p->high = p->median * 1.01;
        p->n = 20;
        p->changed = i == 8;
        p->change = i == 8 ? 1.1 : 0;
        p->p = i == 8 ? 0.0005 : 0;
    }
    return 0;
}

static void as_text(void **state)
{
    struct whet_table_style style = {.width = 80};
    struct whet_trend t;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1 << 20);
    assert_int_equal(trend_make(&t, 0), 0);
    assert_int_equal(whet__trend_put_text(&out, &t, &style), 0);
    whet__trend_clear(&t);
    assert_int_equal(trend_make(&t, 1), 0);
    style.ascii = 1;
    assert_int_equal(whet__trend_put_text(&out, &t, &style), 0);
    golden_check(&out, "trend.txt");
    t.points.len = 0;
    whet__text_init(&out, 1 << 20);
    assert_int_equal(whet__trend_put_text(&out, &t, NULL), 0);
    assert_non_null(strstr(out.data, "no change found"));
    whet__trend_clear(&t);
    whet__text_clear(&out);
}

static void as_json(void **state)
{
    const struct whet_json_node *points;
    struct whet_json_in *json;
    struct whet_trend t;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1 << 20);
    assert_int_equal(trend_make(&t, 0), 0);
    assert_int_equal(whet__trend_put_json(&out, &t), 0);
    assert_int_equal(whet__json_in_parse(&json, out.data, out.len, "t", NULL), 0);
    points = whet__json_in_get(whet__json_in_root(json), "points");
    assert_int_equal(whet__json_in_count(points), POINTS);
    assert_true(whet__json_in_number(whet__json_in_get(whet__json_in_at(points, 8), "change"),
                                     0) == 1.1);
    assert_null(whet__json_in_get(whet__json_in_at(points, 7), "change"));
    assert_string_equal(
        whet__json_in_string(whet__json_in_get(whet__json_in_at(points, 0), "time"), ""),
        "2026-01-01T00:00:00Z");
    whet__json_in_free(json);
    whet__trend_clear(&t);
    whet__text_clear(&out);
}

static void as_a_page(void **state)
{
    struct whet_trend t;
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 1 << 20);
    assert_int_equal(trend_make(&t, 0), 0);
    assert_int_equal(whet__trend_put_html(&out, &t), 0);
    assert_non_null(strstr(out.data, "it changed once: +10.0% on 2026-01-09 (01234567)"));
    assert_non_null(strstr(out.data, "+10.0% from result 9 on"));
    assert_non_null(strstr(out.data, "<svg"));
    t.points.len = 0;
    whet__text_reset(&out);
    assert_int_equal(whet__trend_put_html(&out, &t), 0);
    whet__trend_clear(&t);
    whet__text_clear(&out);
}

static void no_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_trend t;
        struct whet_text out;
        int rc = trend_make(&t, 1);

        whet__text_init(&out, 1 << 20);
        if (rc == 0)
            rc = whet__trend_put_text(&out, &t, NULL);
        if (rc == 0)
            rc = whet__trend_put_json(&out, &t);
        if (rc == 0)
            rc = whet__trend_put_html(&out, &t);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__trend_clear(&t);
        whet__text_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_text),
        cmocka_unit_test(as_json),
        cmocka_unit_test(as_a_page),
        cmocka_unit_test(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
