/* A baseline and the suites of today. Expected load: once a check, some ten suites. */
#include "check/baseline_fit.h"

#include <errno.h>
#include <stdio.h>

#include "bench/machine.h"
#include "data/project_suites.h"

static const struct whet_suite *suite_at(const struct whet_vec *suites, size_t index)
{
    return *(const struct whet_suite *const *)whet__vec_at(suites, index);
}

/* Numbers of another machine are refused. Kept programs are run here, so where they come from
 * does not matter. */
static int check_machine(const struct whet_baseline *b, const char *name,
                         const struct whet_vec *suites, struct whet_error *err)
{
    struct whet_result *here;
    int rc = whet__result_new(&here, "");

    if (rc != 0)
        return whet_error_set(err, -ENOMEM, "out of memory: 'check'");
    for (size_t i = 0; i < suites->len && rc == 0; i++) {
        const struct whet_suite *s = suite_at(suites, i);
        const struct whet_result *r = whet__baseline_find(b, s->name);
        const char *differs =
            r != NULL ? whet__machine_difference(&r->machine, &here->machine) : NULL;

        if (differs != NULL && !whet__baseline_has_program(b, s->name))
            rc = whet_error_set(err, -EXDEV,
                                "measured on another machine: '%.64s' of baseline '%.64s': it "
                                "has another %s: compare with a commit (--against), or give "
                                "--any-machine",
                                s->name, name, differs);
    }
    whet__result_free(here);
    return rc;
}

/* A gate that compares nothing would always pass: suites that were renamed, say. */
static int check_counterparts(const struct whet_baseline *b, const char *name,
                              const struct whet_vec *suites, struct whet_error *err)
{
    char all[300] = "";
    size_t len = 0;

    for (size_t i = 0; i < suites->len; i++) {
        if (whet__baseline_find(b, suite_at(suites, i)->name) != NULL)
            return 0;
    }
    for (size_t i = 0; i < whet__baseline_count(b) && len < sizeof(all); i++)
        len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%.64s", i > 0 ? ", " : "",
                                whet__baseline_at(b, i)->name);
    return whet_error_set(err, -ENOENT,
                          "nothing to compare: no suite that is to be run is in baseline "
                          "'%.64s', which has: %s",
                          name, all);
}

int whet__baseline_fit(const struct whet_baseline *b, const char *name,
                       const struct whet_vec *suites, int any_machine, struct whet_error *err)
{
    int rc = check_counterparts(b, name, suites, err);

    return rc != 0 || any_machine ? rc : check_machine(b, name, suites, err);
}
