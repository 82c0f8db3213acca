/* front/cache_study.h: studies of a small trace, their orders and sums, and what happens
 * without memory or when stopped. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <whet/cache.h>

#include "front/cache_study.h"
#include "os/file.h"

static struct whet_text folder;
static char path[600];

/* 2,000 requests: a loop of 60 keys, every other of them one of 7. */
static int enter(void **state)
{
    struct whet_text text;
    int rc;

    (void)state;
    whet__text_init(&folder, 400);
    whet__text_init(&text, 1 << 16);
    if (whet__file_make_temp_dir(&folder) != 0)
        return -1;
    snprintf(path, sizeof(path), "%s/trace.csv", whet__text_str(&folder));
    for (unsigned i = 0; i < 2000; i++)
        whet__text_printf(&text, "%u,%u\n", i % 2 ? i / 2 % 60 : 100 + i * i % 7, 1 + i % 9);
    rc = whet__file_write(path, text.data, text.len, 0);
    whet__text_clear(&text);
    return rc;
}

static int leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&folder));

    (void)state;
    whet__text_clear(&folder);
    return rc;
}

static struct whet_study_wishes wishes_of(enum whet_study_verb verb)
{
    return (struct whet_study_wishes){
        .verb = verb, .path = path, .steps = 4, .jobs = 1, .target = .5};
}

static void grid_is_summed_up(void **state)
{
    struct whet_study_wishes w = wishes_of(WHET_STUDY_SIMULATE);
    size_t order[WHET_STUDY_POLICIES_MAX];
    struct whet_study s;

    (void)state;
    w.policies = "belady,lru,arc,lru";
    w.sizes = "50,10,50%,10";
    assert_int_equal(whet__study_run(&s, &w, NULL), 0);
    assert_int_equal(s.policy_count, 3);
    assert_int_equal(s.size_count, 3);
    assert_int_equal(s.sizes[0], 10);
    assert_int_equal(s.sizes[2], 50);
    for (size_t i = 0; i < s.size_count; i++) {
        double lru = whet__study_cell(&s, 1, i)->miss_ratio;
        double arc = whet__study_cell(&s, 2, i)->miss_ratio;

        assert_true(fabs(whet__study_best(&s, i) - fmin(lru, arc)) < 1e-12);
        assert_true(whet__study_cell(&s, 0, i)->miss_ratio <= fmin(lru, arc));
    }
    assert_true(whet__study_regret(&s, 1) >= 0 && whet__study_regret(&s, 2) >= 0);
    whet__study_order(&s, order);
    assert_int_equal(order[0], 0); /* the optimum */
    whet__study_clear(&s);
}

/* A loop of 60 keys as LRU sees it: all or none; 2Q and LIRS hit with half of it. */
static void policy_is_chosen(void **state)
{
    struct whet_study_wishes w = wishes_of(WHET_STUDY_TUNE);
    struct whet_text out;
    size_t order[WHET_STUDY_POLICIES_MAX];
    struct whet_study s;

    (void)state;
    w.policies = "lru,fifo,belady,lirs,arc";
    w.target = .7;
    assert_int_equal(whet__study_run(&s, &w, NULL), 0);
    assert_int_equal(whet__study_choice(&s), 3);
    for (size_t i = 0; i < s.policy_count; i++)
        assert_true(i == 2 || s.needs[i].size == 0 || s.needs[i].size >= s.needs[3].size);
    whet__study_order(&s, order);
    assert_int_equal(order[0], 2);
    assert_int_equal(order[1], 3); /* at LRU's size they are equal, and it needs less */
    whet__text_init(&out, 1 << 16);
    whet__study_sentence(&out, &s);
    assert_non_null(strstr(whet__text_str(&out), "LIRS (lirs) needs the least: "));
    whet__text_clear(&out);
    whet__text_init(&out, 1 << 16);
    whet__study_json(&out, &s);
    assert_non_null(strstr(whet__text_str(&out), "\"policy\": \"lirs\",\n  \"lru_size\""));
    whet__text_clear(&out);
    whet__study_clear(&s);

    w.target = .99;
    assert_int_equal(whet__study_run(&s, &w, NULL), 0);
    assert_int_equal(whet__study_choice(&s), -1);
    assert_int_equal(s.target_size, 0);
    whet__study_clear(&s);
}

/* The call for programs says what the study found out. */
static void programs_are_told(void **state)
{
    struct whet_study_wishes w = wishes_of(WHET_STUDY_TUNE);
    struct whet_cache_tuning t = {.count = 99};
    struct whet_error err;
    struct whet_study s;
    double best = 0;

    (void)state;
    assert_int_equal(whet__study_run(&s, &w, NULL), 0);
    assert_int_equal(whet_cache_tune(&t, path, w.target, 0, &err), 0);
    assert_int_equal(t.requests, 2000);
    assert_int_equal(t.keys, s.trace.unique);
    assert_int_equal(t.reachable, 1);
    assert_int_equal(t.lru_size, s.target_size);
    assert_int_equal(t.count, s.policy_count);
    assert_string_equal(t.policy, s.policies[whet__study_choice(&s)]->name);
    assert_memory_equal(t.levels, s.splits[0].sizes, sizeof(t.levels));
    assert_string_equal(t.choices[0].policy, "belady");
    assert_true(isnan(t.choices[0].regret));
    for (size_t i = 1; i < t.count; i++) {
        best = fmax(best, t.choices[i].hit_ratio);
        assert_true(t.choices[i].hit_ratio <= t.choices[i - 1].hit_ratio);
        assert_true(fabs(t.choices[i].regret - (best - t.choices[i].hit_ratio)) < 1e-12);
    }
    whet__study_clear(&s);
    assert_int_equal(whet_cache_tune(&t, path, .999, 1, NULL), 0);
    assert_int_equal(t.reachable, 0);
    assert_int_equal(t.count, 0);
    t.count = 99;
    assert_int_equal(whet_cache_tune(&t, path, 1, 0, &err), -EINVAL);
    assert_int_equal(whet_cache_tune(&t, NULL, .5, 0, &err), -EINVAL);
    assert_string_equal(err.text, "no trace: give the path of one");
    assert_int_equal(whet_cache_tune(&t, "/nowhere/at all", .5, 0, &err), -ENOENT);
    assert_int_equal(t.count, 99);
}

static void tells_or_fails_without_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_cache_tuning t;
        int rc = whet_cache_tune(&t, path, .5, 1, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

static void lists_are_checked(void **state)
{
    static const char *const bad[] = {
        "", ",", "5,", "0", "x", "5KiB", "-3", "0x5", "9999999999999999999999"};
    struct whet_study_wishes w = wishes_of(WHET_STUDY_SIMULATE);
    struct whet_error err;
    struct whet_study s;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        w.sizes = bad[i];
        assert_int_equal(whet__study_run(&s, &w, &err), -EINVAL);
        whet__study_clear(&s);
    }
    w.sizes = NULL;
    w.policies = "none";
    assert_int_equal(whet__study_run(&s, &w, &err), -EINVAL);
    whet__study_clear(&s);
}

static int stop_now(void *ctx)
{
    int *left = ctx;

    return --*left < 0;
}

static void stops(void **state)
{
    struct whet_study_wishes w = wishes_of(WHET_STUDY_SIMULATE);
    struct whet_error err;
    struct whet_study s;
    int left = 9;

    (void)state;
    w.stop = stop_now;
    w.ctx = &left;
    assert_int_equal(whet__study_run(&s, &w, &err), -ECANCELED);
    assert_true(s.stopped);
    whet__study_clear(&s);
}

static int study_and_show(const struct whet_study_wishes *w)
{
    struct whet_text text;
    struct whet_study s;
    int rc = whet__study_run(&s, w, NULL);

    whet__text_init(&text, 1 << 20);
    if (rc == 0) {
        whet__study_text(&text, &s, &(struct whet_table_style){.width = 80});
        whet__study_json(&text, &s);
        rc = whet__text_error(&text);
        if (rc == 0)
            rc = whet__study_html(&text, &s, "today");
    }
    whet__text_clear(&text);
    whet__study_clear(&s);
    return rc;
}

static void survives_no_memory(void **state)
{
    (void)state;
    for (int verb = WHET_STUDY_SIMULATE; verb <= WHET_STUDY_TUNE; verb++) {
        struct whet_study_wishes w = wishes_of((enum whet_study_verb)verb);

        w.steps = 2;
        w.policies = verb != WHET_STUDY_CURVE ? "belady,s3fifo,tinylfu" : NULL;
        for (w.in_bytes = 0; w.in_bytes < 2; w.in_bytes++) {
            EACH_ALLOCATION_FAILS
            {
                int rc = study_and_show(&w);

                if (rc != 0 && rc != -ENOMEM)
                    fail_msg("%s of %d, bytes %d", strerror(-rc), verb, w.in_bytes);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grid_is_summed_up),  cmocka_unit_test(policy_is_chosen),
        cmocka_unit_test(programs_are_told),  cmocka_unit_test(tells_or_fails_without_memory),
        cmocka_unit_test(lists_are_checked),  cmocka_unit_test(stops),
        cmocka_unit_test(survives_no_memory),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
