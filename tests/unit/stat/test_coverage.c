/* Do the intervals of stat hold what they promise? Simulated: many small samples of
 * sources whose truth is known, and how often the truth was inside.
 *
 * The exact intervals get 10,000 draws and must be within 1 point of their level. The
 * bootstrap gets 1,000 draws of 500 resamples, to save CPU, and bounds wide enough for that;
 * WHET_STAT_DRAWS=5000 in the environment repeats the figures of its header, with the 2,000
 * resamples that are its default. */
#include "../harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../simulate.h"
#include "stat/bootstrap.h"
#include "stat/interval.h"
#include "stat/paired.h"
#include "stat/quantile.h"
#include "stat/special.h"

#define EXACT_DRAWS     10000
#define BOOTSTRAP_DRAWS 1000
#define FEW_RESAMPLES   500
#define ALL_RESAMPLES   2000
#define MOST            50

static struct whet_random random_state;
static const size_t sizes[] = {5, 7, 10, 20};

#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static double draw_normal(void)
{
    return 10 + normal_draw(&random_state);
}

static double draw_lognormal(void)
{
    return exp(0.5 * normal_draw(&random_state));
}

/* Seven runs of ten at 10, the others at 14: a cache that is sometimes cold. */
static double draw_bimodal(void)
{
    double centre = whet__random_ratio(&random_state) < 0.7 ? 10 : 14;

    return centre + 0.3 * normal_draw(&random_state);
}

struct source {
    const char *name;
    double (*draw)(void);
    double mean, median;
};

static struct source sources[] = {
    {"normal", draw_normal, 10, 10},
    {"log-normal", draw_lognormal, 1.1331484530668263 /* exp(1/8) */, 1},
    {"bimodal", draw_bimodal, 11.2, 0 /* set in main */},
};

#define SOURCES (sizeof(sources) / sizeof(sources[0]))

static long bootstrap_draws = BOOTSTRAP_DRAWS;
static unsigned bootstrap_resamples = FEW_RESAMPLES;

static void fill(const struct source *s, double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = s->draw();
}

static int holds(const struct whet_interval *i, double truth)
{
    return i->low <= truth && truth <= i->high;
}

static void median_interval_holds_its_level(void **state)
{
    const double levels[] = {0.90, 0.95, 0.99};

    (void)state;
    for (size_t c = 0; c < SOURCES * SIZES * 3; c++) {
        const struct source *s = &sources[c % SOURCES];
        size_t n = sizes[c / SOURCES % SIZES];
        double level = levels[c / SOURCES / SIZES], values[MOST];
        struct whet_interval i;
        int inside = 0;

        for (int draw = 0; draw < EXACT_DRAWS; draw++) {
            fill(s, values, n);
            assert_int_equal(whet__doubles_sort(values, n), 0);
            assert_int_equal(whet__interval_median(&i, values, n, level), 0);
            inside += holds(&i, s->median);
        }
        assert_true(fabs((double)inside / EXACT_DRAWS - i.level) < 0.01);
        assert_true(i.level >= level || whet__interval_median_needs(level) > n);
    }
}

/* Fills one session of pairs of the same command whose machine drifts: every pair shares a
 * level that wanders by 20 % a step, and now and then one half of a pair is hit by a stall. */
static void fill_drifting(double *base, double *candidate, size_t n, double factor)
{
    double level = 1;

    for (size_t i = 0; i < n; i++) {
        double *halves[] = {&base[i], &candidate[i]};

        level *= exp(0.2 * normal_draw(&random_state));
        for (int half = 0; half < 2; half++) {
            double stall = whet__random_ratio(&random_state) < 0.1 ? 2 : 1;

            *halves[half] = level * stall * exp(0.02 * normal_draw(&random_state));
        }
        candidate[i] *= factor;
    }
}

struct paired_counts {
    double level; /* that the interval has */
    int inside;   /* sessions whose interval held the true factor */
    int alarms;   /* sessions with p <= 0.05 against "no change" */
};

static struct paired_counts simulate_pairs(const struct source *s, size_t n, double factor)
{
    struct paired_counts counts = {0};

    for (int draw = 0; draw < EXACT_DRAWS; draw++) {
        double base[MOST], candidate[MOST], scratch[MOST];
        struct whet_paired p;

        if (s == NULL) {
            fill_drifting(base, candidate, n, factor);
        } else {
            fill(s, base, n);
            fill(s, candidate, n);
            for (size_t i = 0; i < n; i++)
                candidate[i] *= factor;
        }
        assert_int_equal(whet__paired_compare(&p, base, candidate, n, 0.95, scratch), 0);
        counts.inside += holds(&p.ratio, factor);
        counts.alarms += p.change.p <= 0.05;
        counts.level = p.ratio.level;
    }
    return counts;
}

static void paired_ratio_holds_its_level(void **state)
{
    (void)state;
    for (size_t c = 0; c < (SOURCES + 1) * SIZES; c++) {
        const struct source *s =
            c % (SOURCES + 1) < SOURCES ? &sources[c % (SOURCES + 1)] : NULL;
        struct paired_counts counts = simulate_pairs(s, sizes[c / (SOURCES + 1)], 1.07);

        assert_true(fabs((double)counts.inside / EXACT_DRAWS - counts.level) < 0.01);
    }
}

/* The p-value is exact, so of unchanged programs at most 5 % reach p <= 0.05 (the binomial
 * is coarse: often far less), drift or no drift. */
static void unchanged_programs_seldom_alarm(void **state)
{
    (void)state;
    for (size_t c = 0; c < (SOURCES + 1) * SIZES; c++) {
        const struct source *s =
            c % (SOURCES + 1) < SOURCES ? &sources[c % (SOURCES + 1)] : NULL;
        struct paired_counts counts = simulate_pairs(s, sizes[c / (SOURCES + 1)], 1);

        assert_true(counts.alarms <= 0.058 * EXACT_DRAWS);
    }
}

/* ... and a real change is seen through a drift of 20 % a step. */
static void changed_programs_are_seen(void **state)
{
    struct paired_counts ten = simulate_pairs(NULL, 10, 1.10);
    struct paired_counts twenty = simulate_pairs(NULL, 20, 1.10);

    (void)state;
    print_message("# 10 %% slower, drifting: seen in %.1f %% with 10 pairs, %.1f %% with 20\n",
                  100.0 * ten.alarms / EXACT_DRAWS, 100.0 * twenty.alarms / EXACT_DRAWS);
    assert_true(ten.alarms > 0.60 * EXACT_DRAWS);
    assert_true(twenty.alarms > 0.95 * EXACT_DRAWS);
}

static double mean_coverage(const struct source *s, size_t n)
{
    static double scratch[MOST + ALL_RESAMPLES];
    struct whet_bootstrap_options o = {.resamples = bootstrap_resamples};
    long inside = 0;

    for (long draw = 0; draw < bootstrap_draws; draw++) {
        double values[MOST];
        struct whet_interval i;

        fill(s, values, n);
        o.seed = whet__random_next(&random_state);
        assert_int_equal(
            whet__bootstrap_interval(&i, values, n, whet__statistic_mean, NULL, &o, scratch),
            0);
        inside += holds(&i, s->mean);
    }
    return (double)inside / (double)bootstrap_draws;
}

/* Known to be too narrow for small samples; the header says so, and this keeps it true. */
static void bootstrap_mean_is_as_narrow_as_documented(void **state)
{
    const size_t mean_sizes[] = {5, 10, 20, 50};
    const double at_least[] = {0.75, 0.82, 0.86, 0.89};
    (void)state;
    for (size_t c = 0; c < SOURCES * 4; c++) {
        const struct source *s = &sources[c % SOURCES];
        size_t n = mean_sizes[c / SOURCES];
        double coverage = mean_coverage(s, n);

        print_message("# mean, %s, n %zu: %.1f at 95\n", s->name, n, 100 * coverage);
        assert_true(coverage > at_least[c / SOURCES] && coverage < 0.985);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_interval_holds_its_level),
        cmocka_unit_test(paired_ratio_holds_its_level),
        cmocka_unit_test(unchanged_programs_seldom_alarm),
        cmocka_unit_test(changed_programs_are_seen),
        cmocka_unit_test(bootstrap_mean_is_as_narrow_as_documented),
    };

    const char *draws = getenv("WHET_STAT_DRAWS");

    if (draws != NULL) {
        bootstrap_draws = strtol(draws, NULL, 10);
        bootstrap_resamples = ALL_RESAMPLES;
    }
    whet__random_init(&random_state, 20);
    sources[2].median = 10 + 0.3 * whet__normal_quantile(0.5 / 0.7);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
