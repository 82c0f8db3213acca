/* Policies against published figures on real traces, which lie outside this repository: in
 * the folder that WHET_TRACES names, or ../shared/traces beside the repository. Skips, saying
 * so, where there are none. With WHET_TRACES every figure is checked (30 s); without,
 * exact counts and what is quick. */
#include "../harness.h"
#include "published.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evict/policy.h"
#include "evict/policy_replay.h"
#include "replay/curve.h"
#include "replay/sampler.h"
#include "replay/trace.h"

#define QUICK 200000 /* requests: with so few, all figures are checked */

static char folder[512];
static int everything;

static int find_folder(void **state)
{
    const char *given = getenv("WHET_TRACES");
    const char *data = getenv("WHET_TEST_DATA");

    (void)state;
    everything = given != NULL;
    if (given != NULL)
        snprintf(folder, sizeof(folder), "%s", given);
    else
        snprintf(folder, sizeof(folder), "%s/../../../shared/traces",
                 data != NULL ? data : ".");
    return 0;
}

/* The trace, loaded once for all rows that follow each other; NULL: it is not here. */
static struct whet_trace *trace_named(const char *name)
{
    static struct whet_trace trace;
    static char loaded[64];
    struct whet_error err;
    char path[600];

    if (name != NULL && strcmp(loaded, name) == 0)
        return &trace;
    whet__trace_clear(&trace);
    loaded[0] = '\0';
    if (name == NULL)
        return NULL;
    snprintf(path, sizeof(path), "%s/%s.txt.zst", folder, name);
    if (access(path, R_OK) != 0)
        return NULL;
    if (whet__trace_load(&trace, path, NULL, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(whet__trace_find_next(&trace), 0);
    snprintf(loaded, sizeof(loaded), "%s", name);
    return &trace;
}

static uint64_t misses_of(const struct whet_trace *t, const char *name, uint64_t capacity)
{
    const struct whet_policy_ops *ops = whet__policy_find(name);
    struct whet_replay r = {.ids = t->ids, .next = t->next, .end = t->count};
    struct whet_policy *p;

    assert_non_null(ops);
    assert_int_equal(whet__policy_new(&p, ops, t->unique, capacity), 0);
    if (ops->prepare != NULL)
        assert_int_equal(ops->prepare(p, t->count), 0);
    ops->replay(p, &r);
    whet__policy_free(p);
    return r.misses;
}

static void counts_are_exact(void **state)
{
    size_t checked = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(published_counts) / sizeof(published_counts[0]); i++) {
        const struct published_counts *row = &published_counts[i];
        const struct whet_trace *t = trace_named(row->trace);

        for (size_t k = 0; t != NULL && k < PUBLISHED_COUNTED; k++) {
            uint64_t misses = misses_of(t, published_policies[k], row->capacity);

            if (misses != row->misses[k])
                fail_msg("%s on %s at %llu: %llu misses, published %llu", published_policies[k],
                         row->trace, (unsigned long long)row->capacity,
                         (unsigned long long)misses, (unsigned long long)row->misses[k]);
            checked++;
        }
    }
    trace_named(NULL);
    print_message("# %zu counts checked\n", checked);
    if (checked == 0) {
        print_message("# no trace in '%s': set WHET_TRACES\n", folder);
        skip();
    }
}

static int row_is_off(const struct published_ratios *row, const struct whet_trace *t, size_t k)
{
    double ratio =
        (double)misses_of(t, published_policies[k], row->capacity) / (double)t->count;
    int is_off = fabs(ratio - row->ratios[k]) > published_tolerance[k] + 1e-9;

    if (is_off)
        print_message("# %s on %s at %llu: %.4f, published %.4f\n", published_policies[k],
                      row->trace, (unsigned long long)row->capacity, ratio, row->ratios[k]);
    return is_off;
}

static void ratios_agree(void **state)
{
    size_t checked = 0;
    size_t off = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(published_ratios) / sizeof(published_ratios[0]); i++) {
        const struct published_ratios *row = &published_ratios[i];
        const struct whet_trace *t =
            everything || strstr(row->trace, "web") != NULL ? trace_named(row->trace) : NULL;

        for (size_t k = 0; t != NULL && k < PUBLISHED_POLICIES; k++) {
            if (row->ratios[k] >= 0 && (everything || t->count < QUICK)) {
                off += (size_t)row_is_off(row, t, k);
                checked++;
            }
        }
    }
    trace_named(NULL);
    print_message("# %zu ratios checked\n", checked);
    if (checked == 0) {
        print_message("# no trace in '%s': set WHET_TRACES\n", folder);
        skip();
    }
    assert_int_equal(off, 0);
}

/* The least that any policy without the future misses, as published. */
static double best_online(const struct published_ratios *row)
{
    double best = 1;

    for (size_t k = 0; k < PUBLISHED_POLICIES; k++) {
        if (strcmp(published_policies[k], "belady") != 0 && row->ratios[k] >= 0 &&
            row->ratios[k] < best)
            best = row->ratios[k];
    }
    return best;
}

/* Never more than a point behind the best, whichever that is. */
static void adaptive_is_near_the_best(void **state)
{
    size_t checked = 0;
    size_t off = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(published_ratios) / sizeof(published_ratios[0]); i++) {
        const struct published_ratios *row = &published_ratios[i];
        const struct whet_trace *t =
            everything || strstr(row->trace, "web") != NULL ? trace_named(row->trace) : NULL;
        double behind;

        if (t == NULL)
            continue;
        behind = (double)misses_of(t, "adaptive", row->capacity) / (double)t->count -
                 best_online(row);
        checked++;
        if (behind > .01) {
            print_message("# %s at %llu: %.2f points behind\n", row->trace,
                          (unsigned long long)row->capacity, 100 * behind);
            off++;
        }
    }
    trace_named(NULL);
    print_message("# %zu rows checked\n", checked);
    if (checked == 0) {
        print_message("# no trace in '%s': set WHET_TRACES\n", folder);
        skip();
    }
    assert_int_equal(off, 0);
}

static void bytes_agree(void **state)
{
    const struct whet_simulate_options options = {.flags = WHET_SIMULATE_BYTES};
    struct whet_trace t;
    char path[600];

    (void)state;
    snprintf(path, sizeof(path), "%s/cloudphysics_io.oracleGeneral.bin", folder);
    if (access(path, R_OK) != 0) {
        print_message("# no '%s'\n", path);
        skip();
    }
    assert_int_equal(whet__trace_load(&t, path, NULL, NULL), 0);
    assert_int_equal(whet__trace_find_next(&t), 0);
    for (size_t i = 0; i < sizeof(published_bytes) / sizeof(published_bytes[0]); i++) {
        const struct published_bytes *row = &published_bytes[i];

        for (unsigned k = 0; k < 4; k++) {
            struct whet_simulation s;

            assert_int_equal(whet__simulate(&s, &t, whet__policy_find(row->policy),
                                            (uint64_t)16 << 20 << 2 * k, &options),
                             0);
            if (fabs(s.miss_ratio - row->ratios[k]) > row->tolerance + 1e-9)
                fail_msg("%s at %u MiB: %.4f, published %.4f", row->policy, 16u << 2 * k,
                         s.miss_ratio, row->ratios[k]);
        }
    }
    whet__trace_clear(&t);
}

/* Mean error of the sampled curve over 1,000 sizes. */
static double sampling_error(const struct whet_trace *t)
{
    struct whet_curve exact, sampled;
    double sum = 0;

    assert_int_equal(whet__curve_exact(&exact, t, NULL), 0);
    assert_int_equal(whet__curve_sampled(&sampled, t, WHET_SAMPLER_KEYS, NULL), 0);
    for (uint64_t i = 1; i <= 1000; i++)
        sum += fabs(whet__curve_at(&exact, t->unique * i / 1000) -
                    whet__curve_at(&sampled, t->unique * i / 1000));
    whet__curve_clear(&exact);
    whet__curve_clear(&sampled);
    return sum / 1000;
}

static void sampled_curves_are_near(void **state)
{
    static const char *const names[] = {
        "cache2k_web07",     "cache2k_web12", "cloudphysics_io", "arc_OLTP", "cache2k_orm-busy",
        "cache2k_orm-night", "scarab_recs",   "arc_P3",          "arc_P6",
    };
    size_t checked = 0;

    (void)state;
    for (size_t i = 0; i < (everything ? sizeof(names) / sizeof(names[0]) : 2); i++) {
        const struct whet_trace *t = trace_named(names[i]);
        double error = t != NULL ? sampling_error(t) : 0;

        if (error > .006)
            fail_msg("%s: mean error %.4f", names[i], error);
        checked += t != NULL;
    }
    trace_named(NULL);
    print_message("# %zu curves checked\n", checked);
    if (checked == 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_exact),          cmocka_unit_test(ratios_agree),
        cmocka_unit_test(adaptive_is_near_the_best), cmocka_unit_test(bytes_agree),
        cmocka_unit_test(sampled_curves_are_near),
    };

    return cmocka_run_group_tests(tests, find_folder, NULL);
}
