/* What is new against what was kept: arms of the same name, one by one. */
#include "check/baseline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* An arm that the other side does not have is no failure: it is new. */
static int judge_arm(struct whet_judgement *out, const struct whet_outcome *outcome, size_t arm,
                     const struct whet_result *saved,
                     const struct whet_verdict_options *options, int any_machine,
                     struct whet_error *err)
{
    const char *name = whet__result_arm(outcome->result, arm)->name;
    char why[160] = "";
    size_t at;
    int rc;

    *out = (struct whet_judgement){.verdict = WHET_VERDICT_NONE, .stored = 1};
    if (whet__result_find_arm(saved, name, &at) != 0) {
        snprintf(out->why, sizeof(out->why), "it was not measured then");
        snprintf(out->text, sizeof(out->text), "nothing to compare with");
        return 0;
    }
    rc = whet__judge_stored(out, saved, at, outcome->result, arm, options, any_machine, why);
    if (rc == -EXDEV)
        whet_error_set(err, rc,
                       "not comparable: '%.120s': %s: give --any-machine to compare "
                       "all the same",
                       name, why);
    else if (rc != 0)
        whet_error_set(err, rc, "cannot compare: '%.120s': %s", name, strerror(-rc));
    return rc;
}

int whet__baseline_judge(struct whet_outcome *outcome, const struct whet_result *saved,
                         const struct whet_verdict_options *options, int any_machine,
                         struct whet_error *err)
{
    size_t count = outcome->result != NULL ? whet__result_count(outcome->result) : 0;
    struct whet_judgement *judgements;
    int rc = 0;

    if (outcome->judgements != NULL || outcome->result == NULL)
        return whet_error_set(err, -EINVAL, "nothing to judge: '%.120s'", outcome->name);
    judgements = whet__mem_zalloc(count + 1, sizeof(*judgements));
    if (judgements == NULL)
        return whet_error_set(err, -ENOMEM, "cannot compare: '%.120s': %s", outcome->name,
                              strerror(ENOMEM));
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = judge_arm(&judgements[i], outcome, i, saved, options, any_machine, err);
    if (rc == 0)
        outcome->judgements = judgements;
    else
        whet__mem_free(judgements);
    return rc;
}
