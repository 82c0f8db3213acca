/* All that a command line asks for, in one array. */
#include "front/bench_arms.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "front/bench_commands.h"

#define NONE ((size_t)-1)

static int fail_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: too many commands");
}

static int reference_find(const struct whet_bench_arms *a, const char *name, size_t *out,
                          struct whet_error *err)
{
    *out = 0;
    if (name == NULL)
        return 0;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->arms[i].about.name, name) == 0) {
            *out = i;
            return 0;
        }
    }
    return whet_error_set(err, -EINVAL,
                          "no command of this name: '--reference %.200s': the first is "
                          "'%.200s'",
                          name, a->arms[0].about.name);
}

/* Commands are compared with the first; functions do different things, so only with their
 * like in another program; a reference that was named is for all. The bare shell is there to
 * be seen. */
static int pairs_fill(struct whet_bench_arms *a, const char *reference, struct whet_error *err)
{
    size_t bare, at = a->commands, first;
    int rc = reference_find(a, reference, &first, err);

    for (size_t k = 0; k < a->programs.count; k++) {
        size_t n = whet__functions_count(a->programs.open[k]);

        for (size_t i = 0; i < n; i++, at++) {
            size_t like = whet__programs_like(&a->programs, k, i);

            a->pair[at] = like != NONE ? a->commands + like : NONE;
        }
    }
    bare = at;
    for (size_t i = 0; i < bare; i++) {
        if (reference != NULL || i < a->commands)
            a->pair[i] = i != first ? first : NONE;
    }
    for (size_t i = bare; i < a->count; i++)
        a->pair[i] = NONE;
    return rc;
}

/* All arms in one array: the `asked` commands, functions, and what else was planned. */
static int arms_collect(struct whet_bench_arms *a, size_t asked, struct whet_error *err)
{
    size_t planned, at = asked;
    const struct whet_bench_arm *commands = whet__plan_arms(a->plan, &planned);

    a->commands = asked;
    a->count = planned + whet__programs_functions(&a->programs);
    if (a->count == 0)
        return whet_error_set(err, -EINVAL, "nothing to measure: name a command");
    if (a->count > WHET_ROUNDS_ARMS_MAX)
        return whet_error_set(err, -EINVAL,
                              "too many to measure together: %zu: at most %d; --filter chooses",
                              a->count, WHET_ROUNDS_ARMS_MAX);
    a->arms = whet__mem_zalloc(a->count, sizeof(*a->arms));
    a->pair = whet__mem_zalloc(a->count, sizeof(*a->pair));
    if (a->arms == NULL || a->pair == NULL)
        return fail_memory(err);
    if (planned > 0) {
        memcpy(a->arms, commands, asked * sizeof(*a->arms));
        memcpy(a->arms + a->count - (planned - asked), commands + asked,
               (planned - asked) * sizeof(*a->arms));
    }
    for (size_t k = 0; k < a->programs.count; k++) {
        struct whet_functions *f = a->programs.open[k];
        size_t n = whet__functions_count(f);

        if (n == 0)
            continue;
        memcpy(a->arms + at, whet__functions_arms(f), n * sizeof(*a->arms));
        a->functions[a->function_count++] = (struct whet_session_functions){f, at};
        at += n;
    }
    return 0;
}

static int arms_fill(struct whet_bench_arms *a, const struct whet_bench_call *call,
                     struct whet_error *err)
{
    size_t asked = 0;
    int rc = whet__plan_new(&a->plan);

    if (rc != 0)
        return fail_memory(err);
    if (call->own_functions)
        rc = whet__bench_commands_none(call, err);
    else
        rc = whet__bench_commands_plan(a->plan, call, &asked, err);
    if (rc == 0)
        rc = whet__programs_open(&a->programs, call, err);
    if (rc != 0 || call->args->list)
        return rc;
    rc = whet__programs_calibrate(&a->programs, err);
    if (rc == 0)
        rc = arms_collect(a, asked, err);
    return rc == 0 ? pairs_fill(a, call->args->reference, err) : rc;
}

int whet__bench_arms_new(struct whet_bench_arms **out, const struct whet_bench_call *call,
                         struct whet_error *err)
{
    struct whet_bench_arms *a = whet__mem_zalloc(1, sizeof(*a));
    int rc;

    if (a == NULL)
        return fail_memory(err);
    rc = arms_fill(a, call, err);
    if (rc == 0)
        *out = a;
    else
        whet__bench_arms_free(a);
    return rc;
}

void whet__bench_arms_free(struct whet_bench_arms *a)
{
    if (a == NULL)
        return;
    whet__programs_close(&a->programs);
    whet__plan_free(a->plan);
    whet__mem_free(a->arms);
    whet__mem_free(a->pair);
    whet__mem_free(a);
}
