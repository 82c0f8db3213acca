/* Comparing what was saved. Once per command, some ten arms. */
#include "check/compare_saved.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/baseline.h"

#define ONLY_MAX 1000000

struct whet_compare_saved {
    struct whet_baseline *before, *after;
    struct whet_report report;
    struct whet_vec only; /* of struct whet_compare_only */
    struct whet_text against;
};

static int only_add(struct whet_compare_saved *c, const char *suite, const char *arm, int after)
{
    struct whet_compare_only *only = whet__vec_push(&c->only);

    if (only == NULL)
        return -ENOMEM;
    *only = (struct whet_compare_only){suite, arm, after};
    return 0;
}

/* The arms of `r` that `other` lacks. */
static int only_arms(struct whet_compare_saved *c, const struct whet_result *r,
                     const struct whet_result *other, int after)
{
    int rc = 0;
    size_t at;

    for (size_t i = 0; i < whet__result_count(r) && rc == 0; i++) {
        const char *name = whet__result_arm(r, i)->name;

        if (whet__result_find_arm(other, name, &at) != 0)
            rc = only_add(c, r->name, name, after);
    }
    return rc;
}

/* The suites of `b` that `other` lacks. */
static int only_suites(struct whet_compare_saved *c, const struct whet_baseline *b,
                       const struct whet_baseline *other, int after)
{
    int rc = 0;

    for (size_t i = 0; i < whet__baseline_count(b) && rc == 0; i++) {
        const char *name = whet__baseline_at(b, i)->name;

        if (whet__baseline_find(other, name) == NULL)
            rc = only_add(c, name, NULL, after);
    }
    return rc;
}

/* One command each: that is what is to be compared, under whatever names. */
static int judge_lone(struct whet_outcome *o, const struct whet_result *then,
                      const struct whet_verdict_options *options, int any_machine,
                      struct whet_error *err)
{
    char why[160] = "";
    int rc =
        whet__judge_stored(&o->judgements[0], then, 0, o->result, 0, options, any_machine, why);

    if (rc != 0)
        whet_error_set(err, rc, "not comparable: '%.120s': %s", o->name,
                       rc == -EXDEV ? why : strerror(-rc));
    return rc;
}

static int suite_judge(struct whet_compare_saved *c, const struct whet_result *then,
                       const struct whet_result *now,
                       const struct whet_verdict_options *options, int any_machine,
                       struct whet_error *err)
{
    struct whet_outcome *o = whet__report_add(&c->report, now->name, now);
    size_t at;
    int rc;

    if (o == NULL)
        return whet_error_set(err, -ENOMEM, "cannot compare: '%.120s': %s", now->name,
                              strerror(ENOMEM));
    o->against = whet__text_str(&c->against);
    rc = whet__baseline_judge(o, then, options, any_machine, err);
    if (rc != 0)
        return rc;
    if (whet__result_count(then) == 1 && whet__result_count(now) == 1 &&
        whet__result_find_arm(then, whet__result_arm(now, 0)->name, &at) != 0)
        return judge_lone(o, then, options, any_machine, err);
    rc = only_arms(c, then, now, 0);
    if (rc == 0)
        rc = only_arms(c, now, then, 1);
    return rc;
}

static int is_judged(const struct whet_compare_saved *c)
{
    for (size_t i = 0; i < c->report.outcomes.len; i++) {
        const struct whet_outcome *o = whet__report_at(&c->report, i);

        for (size_t a = 0; a < whet__result_count(o->result); a++) {
            if (o->judgements[a].pairs > 0)
                return 1;
        }
    }
    return 0;
}

static int compare(struct whet_compare_saved *c, const char *before, const char *after,
                   const struct whet_verdict_options *options, int any_machine,
                   struct whet_error *err)
{
    int rc = 0;

    for (size_t i = 0; i < whet__baseline_count(c->after) && rc == 0; i++) {
        const struct whet_result *now = whet__baseline_at(c->after, i);
        const struct whet_result *then = whet__baseline_find(c->before, now->name);

        if (then != NULL)
            rc = suite_judge(c, then, now, options, any_machine, err);
    }
    if (rc == 0)
        rc = only_suites(c, c->before, c->after, 0);
    if (rc == 0)
        rc = only_suites(c, c->after, c->before, 1);
    if (rc == 0 && !is_judged(c))
        return whet_error_set(err, -ENODATA,
                              "nothing that both have: '%.120s' and '%.120s': their commands "
                              "have other names, or none ran well",
                              before, after);
    whet__report_conclude(&c->report);
    return rc;
}

int whet__compare_saved_new(struct whet_compare_saved **out, const char *dir,
                            const char *before, const char *after,
                            const struct whet_verdict_options *options, int any_machine,
                            struct whet_error *err)
{
    struct whet_compare_saved *c = whet__mem_zalloc(1, sizeof(*c));
    int rc;

    if (c == NULL)
        return whet_error_set(err, -ENOMEM, "cannot compare: %s", strerror(ENOMEM));
    whet__report_init(&c->report, "whet bench compare", NULL);
    whet__vec_init(&c->only, sizeof(struct whet_compare_only), ONLY_MAX);
    whet__text_init(&c->against, 8192);
    whet__text_printf(&c->against, "saved %s", before);
    rc = whet__text_error(&c->against);
    if (rc != 0)
        whet_error_set(err, rc, "cannot compare: %s", strerror(-rc));
    if (rc == 0)
        rc = whet__baseline_load(&c->before, dir, before, err);
    if (rc == 0)
        rc = whet__baseline_load(&c->after, dir, after, err);
    if (rc == 0)
        rc = compare(c, before, after, options, any_machine, err);
    if (rc == 0)
        *out = c;
    else
        whet__compare_saved_free(c);
    return rc;
}

void whet__compare_saved_free(struct whet_compare_saved *c)
{
    if (c == NULL)
        return;
    whet__report_clear(&c->report);
    whet__vec_clear(&c->only);
    whet__text_clear(&c->against);
    whet__baseline_free(c->before);
    whet__baseline_free(c->after);
    whet__mem_free(c);
}

const struct whet_report *whet__compare_saved_report(const struct whet_compare_saved *c)
{
    return &c->report;
}

size_t whet__compare_saved_only_count(const struct whet_compare_saved *c)
{
    return c->only.len;
}

const struct whet_compare_only *whet__compare_saved_only(const struct whet_compare_saved *c,
                                                         size_t index)
{
    return whet__vec_at(&c->only, index);
}
