/* What the measurement chooses: by simulation, how often equal arms are told apart
 * (hardly ever) and a faster one is found (nearly always). */
#include "../harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../simulate.h"
#include "tune/session.h"

#define ROUNDS   9
#define SESSIONS 4000

/* As many arms as there can be: those of a machine of two cores whose profile and workload say
 * different numbers of jobs. */
static const struct {
    unsigned jobs;
    enum whet_scan_cache cache;
    int warm, isolated;
} kinds[] = {
    {1, WHET_SCAN_CACHE_OFF, 0, 0},  {2, WHET_SCAN_CACHE_OFF, 0, 0},
    {4, WHET_SCAN_CACHE_OFF, 0, 0},  {2, WHET_SCAN_CACHE_OFF, 0, 1},
    {2, WHET_SCAN_CACHE_STAT, 0, 0}, {2, WHET_SCAN_CACHE_CONTENT, 1, 0},
    {2, WHET_SCAN_CACHE_STAT, 1, 0}, {8, WHET_SCAN_CACHE_OFF, 0, 0},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == WHET_TUNE_ARMS_MAX, "all of them");

enum {
    ARMS = sizeof(kinds) / sizeof(kinds[0]),
    PARALLEL = 1,
    MORE = 2,
    ISOLATED = 3,
    HASH = 5,
    STAT = 6
};

struct trial {
    struct whet_tune tune;
    double samples[ARMS][ROUNDS];
    size_t rounds[ROUNDS];
};

/* Each round has a disturbance that all arms share, and each run one of its own. */
static void trial_make(struct trial *t, struct whet_random *r, const double *seconds)
{
    memset(t, 0, sizeof(*t));
    whet__arena_init(&t->tune.strings, (size_t)1 << 20);
    whet__vec_init(&t->tune.advice, sizeof(struct whet_tune_advice), 32);
    t->tune.machine.cores = 2;
    t->tune.arm_count = ARMS;
    for (size_t round = 0; round < ROUNDS; round++) {
        double shared = exp(.5 * normal_draw(r));

        t->rounds[round] = round;
        for (size_t i = 0; i < ARMS; i++)
            t->samples[i][round] = seconds[i] * shared * exp(.03 * normal_draw(r));
    }
    for (size_t i = 0; i < ARMS; i++) {
        struct whet_tune_arm *arm = &t->tune.arms[i];

        arm->name = "arm";
        arm->jobs = kinds[i].jobs;
        arm->cache = kinds[i].cache;
        arm->warm = kinds[i].warm;
        arm->isolated = kinds[i].isolated;
        arm->cpu_seconds = seconds[i];
        arm->runs = ROUNDS;
        arm->seconds = (struct whet_tune_value){seconds[i], seconds[i], seconds[i], .99};
        arm->samples = t->samples[i];
        arm->rounds = t->rounds;
        arm->sample_count = ROUNDS;
    }
}

static void trial_clear(struct trial *t)
{
    whet__arena_clear(&t->tune.strings);
    whet__vec_clear(&t->tune.advice);
}

/* Shares of the draws in which these were chosen. */
static void shares(const double *seconds, size_t parallel, size_t warm, double *parallel_share,
                   double *warm_share)
{
    struct whet_random r;
    size_t p = 0, w = 0;

    whet__random_init(&r, 11);
    for (int draw = 0; draw < SESSIONS; draw++) {
        struct trial t;

        trial_make(&t, &r, seconds);
        assert_int_equal(whet__tune_judge(&t.tune), 0);
        p += t.tune.best_parallel == parallel;
        w += t.tune.best_warm == warm;
        trial_clear(&t);
    }
    *parallel_share = (double)p / SESSIONS;
    *warm_share = (double)w / SESSIONS;
}

static void equal_arms_leave_what_is_untuned(void **state)
{
    static const double seconds[ARMS] = {1, 1, 1, 1, 1, .1, .1, 1};
    double parallel, warm;

    (void)state;
    shares(seconds, PARALLEL, STAT, &parallel, &warm);
    assert_true(parallel >= .95);
    assert_true(warm >= .95);
}

static void what_is_faster_is_found(void **state)
{
    static const double seconds[ARMS] = {2, 1, .8, 1, 1, .05, .1, 1};
    double parallel, warm;

    (void)state;
    shares(seconds, MORE, HASH, &parallel, &warm);
    assert_true(parallel >= .95);
    assert_true(warm >= .95);
}

static void a_cache_that_costs_is_left_off(void **state)
{
    static const double seconds[ARMS] = {1, 1, 1, 1, 3, 2, 2, 1};
    double parallel, warm;

    (void)state;
    shares(seconds, PARALLEL, PARALLEL, &parallel, &warm);
    assert_true(warm >= .95);
}

static void too_few_rounds_prove_nothing(void **state)
{
    static const double seconds[ARMS] = {1, 1, .1, 1, 1, .01, .1, 1};
    struct whet_random r;
    struct trial t;

    (void)state;
    whet__random_init(&r, 1);
    trial_make(&t, &r, seconds);
    for (size_t i = 0; i < ARMS; i++)
        t.tune.arms[i].sample_count = 5;
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    assert_int_equal(t.tune.best_parallel, PARALLEL);
    assert_int_equal(t.tune.best_warm, STAT);
    trial_clear(&t);
}

static void memory_is_compared_for_memory(void **state)
{
    static const double seconds[ARMS] = {2, 1, .8, 1, 1, .1, .1, 1};
    static const uint64_t peaks[ARMS] = {100, 200, 300, 90, 220, 50, 60, 200};
    struct whet_random r;
    struct trial t;

    (void)state;
    whet__random_init(&r, 1);
    trial_make(&t, &r, seconds);
    t.tune.config.target = WHET_TUNE_MEMORY;
    for (size_t i = 0; i < ARMS; i++)
        t.tune.arms[i].peak_bytes = peaks[i] << 20;
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    assert_int_equal(t.tune.best_parallel, 0);
    assert_int_equal(t.tune.best_warm, HASH);
    trial_clear(&t);
}

/* The advice that begins so, or NULL. */
static const struct whet_tune_advice *advised(const struct whet_tune *tune, const char *what)
{
    const struct whet_tune_advice *a;

    for (size_t i = 0; (a = whet_tune_advice(tune, i)) != NULL; i++) {
        if (strncmp(a->what, what, strlen(what)) == 0)
            return a;
    }
    return NULL;
}

/* Processes are never chosen: the advice says what they cost, or bring. */
static void threads_or_processes(void **state)
{
    static const double slower[ARMS] = {2, 1, 1, 1.1, 1, .1, .1, 1};
    static const double faster[ARMS] = {2, 1, 1, .5, 1, .1, .1, 1};
    struct whet_random r;
    struct trial t;
    double ratio;

    (void)state;
    whet__random_init(&r, 5);
    trial_make(&t, &r, slower);
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    ratio = strtod(strstr(advised(&t.tune, "Scan with threads")->why, "took ") + 5, NULL);
    assert_in_range(ratio * 100, 105, 115);
    trial_clear(&t);
    trial_make(&t, &r, faster);
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    assert_int_equal(t.tune.best_parallel, PARALLEL);
    assert_non_null(advised(&t.tune, "Scan with worker processes"));
    trial_clear(&t);
    /* Others had half of the processor: they gave it to whoever had more processes. */
    trial_make(&t, &r, faster);
    t.tune.arms[0].cpu_seconds = 1;
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    assert_null(advised(&t.tune, "Scan with worker processes"));
    assert_non_null(strstr(advised(&t.tune, "Scan with threads")->why, ": not proven)"));
    assert_non_null(advised(&t.tune, "Measure again"));
    trial_clear(&t);
    trial_make(&t, &r, slower);
    t.tune.arms[ISOLATED].sample_count = 0;
    assert_int_equal(whet__tune_judge(&t.tune), 0);
    assert_null(advised(&t.tune, "Scan with"));
    trial_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_arms_leave_what_is_untuned),
        cmocka_unit_test(what_is_faster_is_found),
        cmocka_unit_test(a_cache_that_costs_is_left_off),
        cmocka_unit_test(too_few_rounds_prove_nothing),
        cmocka_unit_test(memory_is_compared_for_memory),
        cmocka_unit_test(threads_or_processes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
