/* Baselines of a command line. Stored numbers are a poor thing to compare with, since the
 * machine was another one that hour: programs that were kept are run again instead. */
#include "front/bench_base.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench/machine.h"

#define NONE       ((size_t)-1)
#define LISTED_MAX 4

/* "NAME (baseline)". */
static const char *name_make(struct whet_bench_base *b, const char *name)
{
    const char *kept = NULL;
    struct whet_text text;

    whet__text_init(&text, 1 << 20);
    whet__text_printf(&text, "%s (baseline)", name);
    if (whet__text_error(&text) == 0)
        kept = whet__arena_strndup(&b->strings, whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return kept;
}

/* The same command with the program that was kept. */
static int arm_add(struct whet_bench_base *b, struct whet_bench_arms *arms, size_t arm,
                   const char *program)
{
    struct whet_bench_arm *added = &arms->arms[arms->count];
    size_t at;

    *added = arms->arms[arm];
    added->about.name = name_make(b, added->about.name);
    added->program = program;
    if (added->about.name == NULL)
        return -ENOMEM;
    added->about.program = added->program;
    added->about.code_hash = NULL;
    added->about.program_hash = NULL;
    if (whet__result_find_arm(b->saved, arms->arms[arm].about.name, &at) == 0)
        added->about.program_hash = whet__result_arm(b->saved, at)->program_hash;
    arms->pair[arm] = arms->count;
    arms->pair[arms->count++] = NONE;
    return 0;
}

static int arms_grow(struct whet_bench_arms *arms)
{
    struct whet_bench_arm *more =
        whet__mem_resize(arms->arms, 2 * arms->count, sizeof(*arms->arms));
    size_t *pair;

    if (more == NULL)
        return -ENOMEM;
    arms->arms = more;
    pair = whet__mem_resize(arms->pair, 2 * arms->count, sizeof(*arms->pair));
    if (pair == NULL)
        return -ENOMEM;
    arms->pair = pair;
    return 0;
}

static int commands_add(struct whet_bench_base *b, struct whet_bench_arms *arms)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < arms->commands; i++) {
        const char *program = whet__baseline_program(b->baseline, "", arms->arms[i].about.name);

        if (program == NULL)
            continue;
        rc = arm_add(b, arms, i, program);
        b->runs_again = 1;
    }
    return rc;
}

/* The kept program's functions behind the other arms, each as the pair of its like. */
static void functions_pair(struct whet_bench_arms *arms,
                           const struct whet_session_functions *ours)
{
    size_t last = arms->programs.count - 1, skip = arms->programs.prefix[last];
    struct whet_functions *kept = arms->programs.open[last];
    size_t count = whet__functions_count(kept), now = whet__functions_count(ours->functions);

    arms->functions[arms->function_count++] =
        (struct whet_session_functions){kept, arms->count};
    memcpy(arms->arms + arms->count, whet__functions_arms(kept), count * sizeof(*arms->arms));
    for (size_t k = 0; k < count; k++) {
        const char *name = whet__functions_name(kept, k) + skip;

        arms->pair[arms->count + k] = NONE;
        for (size_t i = 0; i < now; i++) {
            if (strcmp(whet__functions_name(ours->functions, i), name) == 0)
                arms->pair[ours->first + i] = arms->count + k;
        }
    }
    arms->count += count;
}

/* Of one program: its first function tells whether and where it was kept. */
static int functions_add(struct whet_bench_base *b, struct whet_bench_arms *arms, size_t k,
                         const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_session_functions ours = arms->functions[k];
    const char *path =
        whet__baseline_program(b->baseline, "", arms->arms[ours.first].about.name);
    int rc;

    if (path == NULL)
        return 0;
    rc = whet__programs_open_kept(&arms->programs, ours.functions, path, call, err);
    if (rc == 0 && whet__functions_count(arms->programs.open[arms->programs.count - 1]) >
                       whet__functions_count(ours.functions))
        rc = whet_error_set(err, -EINVAL,
                            "'%.100s' has functions that are gone: name those that are left by "
                            "--filter",
                            b->label);
    if (rc == 0) {
        functions_pair(arms, &ours);
        b->runs_again = 1;
    }
    return rc;
}

static int arms_add(struct whet_bench_base *b, struct whet_bench_arms *arms,
                    const struct whet_bench_call *call, struct whet_error *err)
{
    size_t asked = arms->count, programs = arms->function_count;
    int rc = arms_grow(arms);

    for (size_t i = 0; i < asked && rc == 0; i++)
        arms->pair[i] = NONE;
    if (rc == 0)
        rc = commands_add(b, arms);
    for (size_t k = 0; rc == 0 && k < programs; k++)
        rc = functions_add(b, arms, k, call, err);
    return rc;
}

static int has_pair(const struct whet_bench_base *b, const struct whet_bench_arms *arms,
                    size_t arm)
{
    size_t at;

    if (b->runs_again)
        return arms->pair[arm] != NONE;
    return whet__result_find_arm(b->saved, arms->arms[arm].about.name, &at) == 0;
}

/* "'a', 'b' and 3 more": what the baseline has. */
static void list_saved(const struct whet_bench_base *b, struct whet_text *out)
{
    size_t count = whet__result_count(b->saved);

    for (size_t i = 0; i < count && i < LISTED_MAX; i++)
        whet__text_printf(out, "%s'%.100s'", i > 0 ? ", " : "",
                          whet__result_arm(b->saved, i)->name);
    if (count > LISTED_MAX)
        whet__text_printf(out, " and %zu more", count - LISTED_MAX);
}

/* What has nothing to be compared with is named; a gate that compares nothing is none. The
 * names have to be equal even of one command each: a gate must not take another for it. */
static int check_names(struct whet_bench_base *b, const struct whet_bench_arms *arms,
                       size_t asked, const char *baseline, struct whet_error *err)
{
    size_t first = NONE;
    struct whet_text has;

    b->unpaired = 0;
    for (size_t i = 0; i < asked; i++) {
        if (has_pair(b, arms, i))
            continue;
        first = first != NONE ? first : i;
        b->unpaired++;
    }
    if (first == NONE)
        return 0;
    whet__text_init(&has, 4096);
    list_saved(b, &has);
    if (b->unpaired == asked) {
        whet_error_set(err, -ENOENT, "no '%.100s' in baseline '%.100s': it has %.500s",
                       arms->arms[first].about.name, baseline, whet__text_str(&has));
    } else {
        whet__log(WHET_LOG_WARNING, "not compared: no '%s' in baseline '%s': it has %s",
                  arms->arms[first].about.name, baseline, whet__text_str(&has));
    }
    whet__text_clear(&has);
    return b->unpaired == asked ? -ENOENT : 0;
}

/* Numbers of another machine are no use; better said before they are measured. */
static int check_machine(const struct whet_bench_base *b, const struct whet_bench_args *args,
                         struct whet_error *err)
{
    struct whet_result *now;
    const char *difference;
    int rc;

    if (b->runs_again || args->any_machine)
        return 0;
    rc = whet__result_new(&now, "");
    if (rc != 0)
        return rc;
    difference = whet__machine_difference(&b->saved->machine, &now->machine);
    if (difference != NULL)
        rc =
            whet_error_set(err, -EXDEV,
                           "not comparable: '%.100s': it was measured on another machine (%s): "
                           "give --any-machine to compare all the same",
                           b->label, difference);
    whet__result_free(now);
    return rc;
}

static int label_make(struct whet_bench_base *b, const char *name)
{
    struct whet_text text;

    whet__text_init(&text, 1 << 16);
    whet__text_printf(&text, "baseline %s", name);
    if (whet__text_error(&text) == 0)
        b->label = whet__arena_strndup(&b->strings, whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return b->label != NULL ? 0 : -ENOMEM;
}

/* All but the bare shell, which is there to be seen and comes last. */
static size_t measured_count(const struct whet_bench_arms *arms)
{
    size_t count = arms->commands;

    for (size_t k = 0; k < arms->function_count; k++)
        count += whet__functions_count(arms->functions[k].functions);
    return count;
}

int whet__bench_base_open(struct whet_bench_base *b, struct whet_bench_arms *arms,
                          const struct whet_bench_call *call, struct whet_error *err)
{
    const struct whet_bench_args *args = call->args;
    size_t asked = measured_count(arms);
    int rc;

    memset(b, 0, sizeof(*b));
    whet__arena_init(&b->strings, 1 << 24);
    rc = whet__baseline_load(&b->baseline, ".", args->baseline, err);
    if (rc != 0)
        return rc;
    b->saved = whet__baseline_find(b->baseline, "");
    if (b->saved == NULL)
        return whet_error_set(
            err, -ENOENT, "nothing to compare with: '--baseline %.200s': it has suites only",
            args->baseline);
    rc = label_make(b, args->baseline);
    if (rc == 0)
        rc = arms_add(b, arms, call, err);
    if (rc == 0)
        rc = check_names(b, arms, asked, args->baseline, err);
    if (rc == 0)
        rc = check_machine(b, args, err);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory: '--baseline %.200s'", args->baseline);
    return rc;
}

void whet__bench_base_close(struct whet_bench_base *b)
{
    whet__baseline_free(b->baseline);
    whet__arena_clear(&b->strings);
    b->baseline = NULL;
}
