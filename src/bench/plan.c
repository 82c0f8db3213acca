/* Arms from command lines. Some ten of them per session, made once; what a run needs is
 * looked up here, so that nothing is left to do between runs. */
#include "bench/plan.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"
#include "bench/parameter.h"
#include "bench/plan_parts.h"
#include "bench/plan_program.h"
#include "bench/rounds.h"
#include "bench/split.h"

#define STRINGS_MAX ((size_t)64 << 20)

int whet__plan_new(struct whet_plan **out)
{
    struct whet_plan *p = whet__mem_zalloc(1, sizeof(*p));

    if (p == NULL)
        return -ENOMEM;
    whet__arena_init(&p->strings, STRINGS_MAX);
    whet__vec_init(&p->arms, sizeof(struct whet_bench_arm), WHET_ROUNDS_ARMS_MAX);
    *out = p;
    return 0;
}

void whet__plan_free(struct whet_plan *p)
{
    if (p == NULL)
        return;
    whet__vec_clear(&p->arms);
    whet__arena_clear(&p->strings);
    whet__mem_free(p);
}

const struct whet_bench_arm *whet__plan_arms(const struct whet_plan *p, size_t *count)
{
    *count = p->arms.len;
    return p->arms.items;
}

int whet__plan_fail_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: the commands are too many or too long");
}

/* Moves the text into the plan's strings. */
const char *whet__plan_keep(struct whet_plan_choice *c, struct whet_text *text)
{
    const char *kept = NULL;

    if (whet__text_error(text) == 0)
        kept = whet__arena_strndup(&c->plan->strings, whet__text_str(text), text->len);
    whet__text_clear(text);
    return kept;
}

/* A copy with this choice's values; NULL stays NULL. */
int whet__plan_substitute(struct whet_plan_choice *c, const char *text, const char **out)
{
    struct whet_text full;

    *out = NULL;
    if (text == NULL)
        return 0;
    whet__text_init(&full, WHET_SPLIT_MAX);
    whet__split_substitute(&full, text, c->values, c->count, NULL);
    *out = whet__plan_keep(c, &full);
    return *out != NULL ? 0 : whet__plan_fail_memory(c->err);
}

/* Pushes one word. */
int whet__plan_word_push(struct whet_plan_choice *c, struct whet_vec *words, const char *word)
{
    const char **slot = whet__vec_push(words);

    if (slot == NULL)
        return whet__plan_fail_memory(c->err);
    *slot = word;
    return 0;
}

/* The words in the plan's own memory, NULL behind the last. */
int whet__plan_words_keep(struct whet_plan_choice *c, const struct whet_vec *words,
                          const char *const **out)
{
    const char **kept = whet__arena_zalloc(&c->plan->strings, words->len + 1, sizeof(*kept));

    if (kept == NULL)
        return whet__plan_fail_memory(c->err);
    if (words->len > 0)
        memcpy(kept, words->items, words->len * sizeof(*kept));
    *out = kept;
    return 0;
}

/* "SHELL -c LINE". */
static int shell_words(struct whet_plan_choice *c, const char *line, struct whet_vec *words)
{
    const char *full;
    int rc = whet__split(words, &c->plan->strings, c->entry->shell, NULL, 0, c->err);

    if (rc == 0 && words->len == 0)
        rc = whet_error_set(c->err, -EINVAL, "empty name of a shell: '--shell'");
    if (rc == 0)
        rc = whet__plan_word_push(c, words, "-c");
    if (rc == 0)
        rc = whet__plan_substitute(c, line, &full);
    return rc == 0 ? whet__plan_word_push(c, words, full) : rc;
}

/* An argument vector for a line, which may be NULL: then *out is, too. */
static int line_argv(struct whet_plan_choice *c, const char *line, const char *const **out)
{
    struct whet_vec words;
    int rc;

    *out = NULL;
    if (line == NULL)
        return 0;
    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX + 8);
    if (c->entry->shell != NULL)
        rc = shell_words(c, line, &words);
    else
        rc = whet__split(&words, &c->plan->strings, line, c->values, c->count, c->err);
    if (rc == 0 && words.len == 0)
        rc = whet_error_set(c->err, -EINVAL, "empty command: '%.100s'", line);
    if (rc == 0)
        rc = whet__plan_words_keep(c, &words, out);
    whet__vec_clear(&words);
    return rc;
}

/* The entry's words, each substituted whole. */
static int words_argv(struct whet_plan_choice *c, const char *const *given,
                      const char *const **out)
{
    struct whet_vec words;
    const char *full;
    int rc = 0;

    if (given[0] == NULL || given[0][0] == '\0')
        return whet_error_set(c->err, -EINVAL, "empty command: ''");
    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    for (size_t i = 0; rc == 0 && given[i] != NULL; i++) {
        rc = whet__plan_substitute(c, given[i], &full);
        if (rc == 0)
            rc = whet__plan_word_push(c, &words, full);
    }
    if (rc == 0)
        rc = whet__plan_words_keep(c, &words, out);
    whet__vec_clear(&words);
    return rc;
}

/* ---- arms ------------------------------------------------------------------------------- */

static int params_keep(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    struct whet_result_param *params;

    if (c->count == 0)
        return 0;
    params = whet__arena_zalloc(&c->plan->strings, c->count, sizeof(*params));
    if (params == NULL)
        return whet__plan_fail_memory(c->err);
    for (size_t i = 0; i < c->count; i++)
        params[i] = (struct whet_result_param){c->values[i].name, c->values[i].value};
    arm->about.params = params;
    arm->about.param_count = c->count;
    return 0;
}

static int exits_keep(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    size_t count = c->entry->exit_count;
    unsigned char *exits;

    if (count == 0)
        return 0;
    exits = whet__arena_alloc(&c->plan->strings, count);
    if (exits == NULL)
        return whet__plan_fail_memory(c->err);
    memcpy(exits, c->entry->exits, count);
    arm->exits = exits;
    arm->exit_count = count;
    return 0;
}

static int hooks_fill(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    int rc = line_argv(c, c->entry->setup, &arm->setup);

    if (rc == 0)
        rc = line_argv(c, c->entry->prepare, &arm->prepare);
    if (rc == 0)
        rc = line_argv(c, c->entry->conclude, &arm->conclude);
    if (rc == 0)
        rc = line_argv(c, c->entry->cleanup, &arm->cleanup);
    return rc;
}

static int surroundings_fill(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    int rc = whet__plan_environment(c, &arm->env);

    if (rc == 0)
        rc = whet__plan_substitute(c, c->entry->cwd, &arm->cwd);
    if (rc == 0)
        rc = whet__plan_substitute(c, c->entry->input, &arm->stdin_path);
    if (rc == 0)
        rc = exits_keep(c, arm);
    return rc;
}

static int arm_fill(struct whet_plan_choice *c, struct whet_bench_arm *arm)
{
    const struct whet_plan_entry *e = c->entry;
    int rc;

    *arm = (struct whet_bench_arm){
        .about = {.kind = WHET_RESULT_COMMAND,
                  .threads = 1,
                  .bytes = e->bytes,
                  .items = e->items},
        .timeout_ns = e->timeout_ns,
        .flags = e->any_exit ? WHET_BENCH_ANY_EXIT : 0,
    };
    if (e->shell != NULL && e->argv == NULL)
        arm->flags |= WHET_BENCH_SHELL;
    if (e->argv != NULL)
        rc = words_argv(c, e->argv, &arm->argv);
    else
        rc = line_argv(c, e->command, &arm->argv);
    if (rc == 0)
        rc = hooks_fill(c, arm);
    if (rc == 0)
        rc = surroundings_fill(c, arm);
    if (rc == 0)
        rc = whet__plan_command_text(c, arm);
    if (rc == 0)
        rc = params_keep(c, arm);
    if (rc == 0)
        rc = whet__plan_name(c, arm);
    if (rc == 0 && e->equal_argv0)
        rc = whet__plan_equal_argv0(arm, &c->plan->strings) == 0
                 ? 0
                 : whet__plan_fail_memory(c->err);
    return rc;
}

static int parameters_parse(struct whet_plan_choice *c, const struct whet_plan_parameter *given,
                            struct whet_parameter *out, size_t *combinations)
{
    *combinations = 1;
    for (size_t i = 0; i < c->count; i++) {
        int rc = whet__parameter_parse(&out[i], &c->plan->strings, given[i].name,
                                       given[i].values, c->err);

        if (rc != 0)
            return rc;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(out[i].name, out[j].name) == 0)
                return whet_error_set(c->err, -EINVAL, "parameter given twice: '%.100s'",
                                      out[i].name);
        }
        *combinations *= out[i].count;
        if (*combinations > WHET_ROUNDS_ARMS_MAX)
            return whet_error_set(c->err, -EINVAL,
                                  "too many combinations: '%.100s=%.200s': at most %d commands "
                                  "can be measured together",
                                  given[i].name, given[i].values, WHET_ROUNDS_ARMS_MAX);
    }
    return 0;
}

/* Adds an arm for the n-th combination; the last parameter varies fastest. */
static int add_choice(struct whet_plan_choice *c, const struct whet_parameter *parameters,
                      size_t n)
{
    struct whet_bench_arm arm, *slot;
    int rc;

    for (size_t i = c->count; i-- > 0;) {
        c->values[i].name = parameters[i].name;
        c->values[i].value = parameters[i].values[n % parameters[i].count];
        n /= parameters[i].count;
    }
    memset(c->named, 0, sizeof(c->named));
    rc = arm_fill(c, &arm);
    if (rc != 0)
        return rc;
    if (c->plan->arms.len == WHET_ROUNDS_ARMS_MAX)
        return whet_error_set(
            c->err, -EINVAL, "too many commands: '%.200s': at most %d can be measured together",
            arm.about.name, WHET_ROUNDS_ARMS_MAX);
    slot = whet__vec_push(&c->plan->arms);
    if (slot == NULL)
        return whet__plan_fail_memory(c->err);
    *slot = arm;
    return 0;
}

int whet__plan_add(struct whet_plan *p, const struct whet_plan_entry *entry,
                   const struct whet_plan_parameter *parameters, size_t count,
                   struct whet_error *err)
{
    struct whet_plan_choice c = {.plan = p, .entry = entry, .count = count, .err = err};
    struct whet_parameter parsed[WHET_PLAN_PARAMETERS_MAX];
    size_t before = p->arms.len, combinations;
    int rc;

    if (count > WHET_PLAN_PARAMETERS_MAX)
        return whet_error_set(err, -EINVAL, "too many parameters: at most %d",
                              WHET_PLAN_PARAMETERS_MAX);
    rc = parameters_parse(&c, parameters, parsed, &combinations);
    for (size_t n = 0; rc == 0 && n < combinations; n++)
        rc = add_choice(&c, parsed, n);
    if (rc != 0)
        p->arms.len = before;
    return rc;
}

int whet__plan_resolve(struct whet_plan *p, struct whet_error *err)
{
    struct whet_bench_arm *arms = p->arms.items;

    for (size_t i = 0; i < p->arms.len; i++) {
        int rc = whet__plan_program(&arms[i], &p->strings, err);

        if (rc != 0)
            return rc;
    }
    return 0;
}
