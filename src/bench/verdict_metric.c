/* What to decide on: metrics that stand for time, and programs that are the same. Asked after
 * every round of a session (bench/precision.h), so nothing here sorts or allocates. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/verdict_parts.h"

#define NEARLY_ALL 0.95 /* of the runs */
#define BUSY       0.9  /* CPU time over wall time: one processor, all the time, ... */
#define PARALLEL   1.1  /* ... and not more than one */
#define QUARTER    0.25

/* Known and positive in nearly all runs that ended well. A time of 0 is one that the clock
 * could not see. */
static int known(const struct whet_verdict_side *side, size_t metric)
{
    size_t all = 0, good = 0;

    for (size_t i = 0; i < whet__arm_count(side->arm); i++) {
        if (whet__arm_sample(side->arm, i)->outcome != WHET_BENCH_OK)
            continue;
        all++;
        good += whet__arm_value(side->r, side->arm, i, metric) > 0;
    }
    return good > 0 && (double)good >= NEARLY_ALL * (double)all;
}

/* Whether one processor was busy with it all the time. Other load can only make CPU time the
 * smaller part of wall time, so the quarter of runs with the largest part tells: it is the
 * least disturbed one. More CPU than wall time is work in parallel, where CPU time does not
 * show how well that goes. */
static int busy(const struct whet_verdict_side *side)
{
    size_t all = 0, above = 0, parallel = 0;

    for (size_t i = 0; i < whet__arm_count(side->arm); i++) {
        double wall = whet__arm_value(side->r, side->arm, i, WHET_METRIC_WALL);
        double cpu = whet__arm_value(side->r, side->arm, i, WHET_METRIC_CPU);

        if (whet__arm_sample(side->arm, i)->outcome != WHET_BENCH_OK || !(wall > 0))
            continue;
        all++;
        above += cpu >= BUSY * wall;
        parallel += cpu > PARALLEL * wall;
    }
    return all > 0 && (double)above >= QUARTER * (double)all &&
           (double)parallel <= QUARTER * (double)all;
}

static int one_thread(const struct whet_verdict_side *side)
{
    return side->arm->kind != WHET_RESULT_FUNCTION || side->arm->threads <= 1;
}

int whet__verdict_stands_for_time(size_t metric, const struct whet_verdict_side *a,
                                  const struct whet_verdict_side *b)
{
    if (metric == WHET_METRIC_WALL)
        return known(a, metric) && known(b, metric);
    if (metric == WHET_METRIC_ACTIVE)
        return known(a, metric) && known(b, metric);
    return metric == WHET_METRIC_CPU && known(a, metric) && known(b, metric) && one_thread(a) &&
           one_thread(b) && busy(a) && busy(b);
}

size_t whet__verdict_metric(const struct whet_verdict_side *a,
                            const struct whet_verdict_side *b, char *why)
{
    size_t metric = WHET_METRIC_WALL;
    const char *reason = "it waits or works in parallel, which only wall time shows";

    if (whet__verdict_stands_for_time(WHET_METRIC_ACTIVE, a, b)) {
        metric = WHET_METRIC_ACTIVE;
        reason = "wall time less waiting for a processor: one thread did it all";
    } else if (whet__verdict_stands_for_time(WHET_METRIC_CPU, a, b)) {
        metric = WHET_METRIC_CPU;
        reason = "it kept one processor busy, and other load disturbs CPU time least";
    }
    if (why != NULL)
        snprintf(why, 160, "%s", reason);
    return metric;
}

size_t whet__judge_metric(const struct whet_result *r, size_t reference, size_t candidate,
                          char *why)
{
    struct whet_verdict_side a = {r, whet__result_arm(r, reference)};
    struct whet_verdict_side b = {r, whet__result_arm(r, candidate)};

    return whet__verdict_metric(&a, &b, why);
}

int whet__verdict_counts(size_t metric)
{
    return metric == WHET_METRIC_INSTRUCTIONS || metric == WHET_METRIC_ALLOCATIONS ||
           metric == WHET_METRIC_ALLOCATED;
}

/* The command behind its first word, and how long that word is. Quotes are as in a shell;
 * nothing is expanded. */
static const char *behind_first_word(const char *command, size_t *word)
{
    const char *at = command;
    char quote = '\0';

    for (; *at != '\0' && (quote != '\0' || *at != ' '); at++) {
        if (*at == '\\' && quote != '\'' && at[1] != '\0')
            at++;
        else if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else if (*at == quote)
            quote = '\0';
    }
    *word = (size_t)(at - command);
    return at + strspn(at, " ");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* What is behind the program in the command; NULL when the command does not begin with the
 * program (a shell runs it, say), so that its first word means something too. */
static const char *arguments(const struct whet_result_arm *arm)
{
    const char *name = base_name(arm->program), *rest;
    size_t word;

    rest = behind_first_word(arm->command, &word);
    if (word < strlen(name) ||
        strncmp(arm->command + word - strlen(name), name, strlen(name)) != 0)
        return NULL;
    return word == strlen(name) || arm->command[word - strlen(name) - 1] == '/' ? rest : NULL;
}

static int same_params(const struct whet_result_arm *a, const struct whet_result_arm *b)
{
    if (a->param_count != b->param_count)
        return 0;
    for (size_t i = 0; i < a->param_count; i++) {
        if (strcmp(a->params[i].name, b->params[i].name) != 0 ||
            strcmp(a->params[i].value, b->params[i].value) != 0)
            return 0;
    }
    return 1;
}

static int same_arguments(const struct whet_result_arm *a, const struct whet_result_arm *b)
{
    const char *mine, *theirs;

    if (strcmp(a->command, b->command) == 0)
        return 1;
    if (a->program == NULL || b->program == NULL)
        return 0;
    mine = arguments(a);
    theirs = arguments(b);
    return mine != NULL && theirs != NULL && strcmp(mine, theirs) == 0;
}

/* Whether the file is what is measured: named with its folder, as one's own builds are. What
 * comes from PATH may be an interpreter, whose scripts are not in its hash. */
static int is_own_program(const struct whet_result_arm *arm)
{
    return arm->kind == WHET_RESULT_FUNCTION ||
           memchr(arm->command, '/', strcspn(arm->command, " ")) != NULL;
}

int whet__verdict_same_code(const struct whet_verdict_side *a,
                            const struct whet_verdict_side *b)
{
    const struct whet_result_arm *x = a->arm, *y = b->arm;

    /* Where all of how they run is known, that decides: environment, folder and input too. */
    if (x->code_hash != NULL && y->code_hash != NULL)
        return strcmp(x->code_hash, y->code_hash) == 0;
    if (x->program_hash == NULL || y->program_hash == NULL || x->program_hash[0] == '\0' ||
        strcmp(x->program_hash, y->program_hash) != 0)
        return 0;
    if (x->kind != y->kind || x->threads != y->threads || x->command == NULL ||
        y->command == NULL)
        return 0;
    return is_own_program(x) && is_own_program(y) && same_params(x, y) && same_arguments(x, y);
}
