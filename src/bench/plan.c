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
#include "bench/plan_program.h"
#include "bench/rounds.h"
#include "bench/split.h"
#include "os/environ.h"

#define STRINGS_MAX    ((size_t)64 << 20)
#define PARAMETERS_MAX 16

struct whet_plan {
    struct whet_arena strings; /* and arrays */
    struct whet_vec arms;      /* of struct whet_bench_arm */
};

/* One entry with one choice of values. */
struct choice {
    struct whet_plan *plan;
    const struct whet_plan_entry *entry;
    struct whet_split_value values[PARAMETERS_MAX];
    unsigned char named[PARAMETERS_MAX]; /* 1: the arm's name shows this one */
    size_t count;
    struct whet_error *err;
};

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

static int fail_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: the commands are too many or too long");
}

/* Moves the text into the plan's strings. */
static const char *keep(struct choice *c, struct whet_text *text)
{
    const char *kept = NULL;

    if (whet__text_error(text) == 0)
        kept = whet__arena_strndup(&c->plan->strings, whet__text_str(text), text->len);
    whet__text_clear(text);
    return kept;
}

/* A copy with this choice's values; NULL stays NULL. */
static int substitute(struct choice *c, const char *text, const char **out)
{
    struct whet_text full;

    *out = NULL;
    if (text == NULL)
        return 0;
    whet__text_init(&full, WHET_SPLIT_MAX);
    whet__split_substitute(&full, text, c->values, c->count, NULL);
    *out = keep(c, &full);
    return *out != NULL ? 0 : fail_memory(c->err);
}

/* Pushes one word. */
static int word_push(struct choice *c, struct whet_vec *words, const char *word)
{
    const char **slot = whet__vec_push(words);

    if (slot == NULL)
        return fail_memory(c->err);
    *slot = word;
    return 0;
}

/* The words in the plan's own memory, NULL behind the last. */
static int words_keep(struct choice *c, const struct whet_vec *words, const char *const **out)
{
    const char **kept = whet__arena_zalloc(&c->plan->strings, words->len + 1, sizeof(*kept));

    if (kept == NULL)
        return fail_memory(c->err);
    if (words->len > 0)
        memcpy(kept, words->items, words->len * sizeof(*kept));
    *out = kept;
    return 0;
}

/* "SHELL -c LINE". */
static int shell_words(struct choice *c, const char *line, struct whet_vec *words)
{
    const char *full;
    int rc = whet__split(words, &c->plan->strings, c->entry->shell, NULL, 0, c->err);

    if (rc == 0 && words->len == 0)
        rc = whet_error_set(c->err, -EINVAL, "empty name of a shell: '--shell'");
    if (rc == 0)
        rc = word_push(c, words, "-c");
    if (rc == 0)
        rc = substitute(c, line, &full);
    return rc == 0 ? word_push(c, words, full) : rc;
}

/* An argument vector for a line, which may be NULL: then *out is, too. */
static int line_argv(struct choice *c, const char *line, const char *const **out)
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
        rc = words_keep(c, &words, out);
    whet__vec_clear(&words);
    return rc;
}

/* The entry's words, each substituted whole. */
static int words_argv(struct choice *c, const char *const *given, const char *const **out)
{
    struct whet_vec words;
    const char *full;
    int rc = 0;

    if (given[0] == NULL || given[0][0] == '\0')
        return whet_error_set(c->err, -EINVAL, "empty command: ''");
    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    for (size_t i = 0; rc == 0 && given[i] != NULL; i++) {
        rc = substitute(c, given[i], &full);
        if (rc == 0)
            rc = word_push(c, &words, full);
    }
    if (rc == 0)
        rc = words_keep(c, &words, out);
    whet__vec_clear(&words);
    return rc;
}

/* ---- the environment -------------------------------------------------------------------- */

/* How long the name is, '=' included; 0: there is none. */
static size_t variable_length(const char *variable)
{
    const char *equals = strchr(variable, '=');

    return equals != NULL && equals != variable ? (size_t)(equals - variable) + 1 : 0;
}

/* Puts `variable` in the place of one of its name, or behind the others. */
static int variable_set(struct choice *c, struct whet_vec *env, const char *variable)
{
    const char **items = env->items;
    size_t len = variable_length(variable);

    if (len == 0)
        return whet_error_set(c->err, -EINVAL, "not NAME=VALUE: '--env %.200s'", variable);
    for (size_t i = 0; i < env->len; i++) {
        if (strncmp(items[i], variable, len) == 0) {
            items[i] = variable;
            return 0;
        }
    }
    return word_push(c, env, variable);
}

static int environment(struct choice *c, const char *const **out)
{
    const char *const *ours = whet__environ(), *const *given = c->entry->env;
    struct whet_vec env;
    const char *full;
    int rc = 0;

    if (given == NULL || given[0] == NULL)
        return 0;
    whet__vec_init(&env, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    for (size_t i = 0; rc == 0 && ours[i] != NULL; i++)
        rc = word_push(c, &env, ours[i]);
    for (size_t i = 0; rc == 0 && given[i] != NULL; i++) {
        rc = substitute(c, given[i], &full);
        if (rc == 0)
            rc = variable_set(c, &env, full);
    }
    if (rc == 0)
        rc = words_keep(c, &env, out);
    whet__vec_clear(&env);
    return rc;
}

/* ---- names ------------------------------------------------------------------------------ */

/* The command as a person would type it. */
static int command_text(struct choice *c, struct whet_bench_arm *arm)
{
    struct whet_text text;

    whet__text_init(&text, WHET_SPLIT_MAX);
    if (c->entry->argv != NULL) {
        for (size_t i = 0; arm->argv[i] != NULL; i++) {
            if (i > 0)
                whet__text_putc(&text, ' ');
            whet__split_quote(&text, arm->argv[i]);
        }
        memset(c->named, 0, sizeof(c->named));
        for (size_t i = 0; c->entry->argv[i] != NULL; i++) {
            struct whet_text ignored;

            whet__text_init(&ignored, WHET_SPLIT_MAX);
            whet__split_substitute(&ignored, c->entry->argv[i], c->values, c->count, c->named);
            whet__text_clear(&ignored);
        }
    } else {
        whet__split_substitute(&text, c->entry->command, c->values, c->count, c->named);
    }
    arm->about.command = keep(c, &text);
    return arm->about.command != NULL ? 0 : fail_memory(c->err);
}

static int is_taken(const struct whet_plan *p, const char *name)
{
    for (size_t i = 0; i < p->arms.len; i++) {
        const struct whet_bench_arm *arm = whet__vec_at(&p->arms, i);

        if (strcmp(arm->about.name, name) == 0)
            return 1;
    }
    return 0;
}

/* Appends " (jobs=4, size=1)" of the values that the name does not show. */
static void put_values(const struct choice *c, struct whet_text *name)
{
    const char *before = " (";

    for (size_t i = 0; i < c->count; i++) {
        if (c->named[i])
            continue;
        whet__text_printf(name, "%s%s=%s", before, c->values[i].name, c->values[i].value);
        before = ", ";
    }
    if (before[0] == ',')
        whet__text_putc(name, ')');
}

/* A name that no other arm has: as given, else the command; with the values that it does not
 * show; with a number if that is still not enough. */
static int name_arm(struct choice *c, struct whet_bench_arm *arm)
{
    struct whet_text name;
    size_t len;

    whet__text_init(&name, WHET_SPLIT_MAX);
    if (c->entry->name != NULL) {
        memset(c->named, 0, sizeof(c->named));
        whet__split_substitute(&name, c->entry->name, c->values, c->count, c->named);
    } else {
        whet__text_puts(&name, arm->about.command);
    }
    put_values(c, &name);
    len = name.len;
    for (unsigned n = 2; is_taken(c->plan, whet__text_str(&name)); n++) {
        whet__text_truncate(&name, len);
        whet__text_printf(&name, " #%u", n);
        if (whet__text_error(&name) != 0)
            break;
    }
    arm->about.name = keep(c, &name);
    return arm->about.name != NULL ? 0 : fail_memory(c->err);
}

static int params_keep(struct choice *c, struct whet_bench_arm *arm)
{
    struct whet_result_param *params;

    if (c->count == 0)
        return 0;
    params = whet__arena_zalloc(&c->plan->strings, c->count, sizeof(*params));
    if (params == NULL)
        return fail_memory(c->err);
    for (size_t i = 0; i < c->count; i++)
        params[i] = (struct whet_result_param){c->values[i].name, c->values[i].value};
    arm->about.params = params;
    arm->about.param_count = c->count;
    return 0;
}

/* ---- arms ------------------------------------------------------------------------------- */

static int exits_keep(struct choice *c, struct whet_bench_arm *arm)
{
    size_t count = c->entry->exit_count;
    unsigned char *exits;

    if (count == 0)
        return 0;
    exits = whet__arena_alloc(&c->plan->strings, count);
    if (exits == NULL)
        return fail_memory(c->err);
    memcpy(exits, c->entry->exits, count);
    arm->exits = exits;
    arm->exit_count = count;
    return 0;
}

static int hooks_fill(struct choice *c, struct whet_bench_arm *arm)
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

static int surroundings_fill(struct choice *c, struct whet_bench_arm *arm)
{
    int rc = environment(c, &arm->env);

    if (rc == 0)
        rc = substitute(c, c->entry->cwd, &arm->cwd);
    if (rc == 0)
        rc = substitute(c, c->entry->input, &arm->stdin_path);
    if (rc == 0)
        rc = exits_keep(c, arm);
    return rc;
}

static int arm_fill(struct choice *c, struct whet_bench_arm *arm)
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
        rc = command_text(c, arm);
    if (rc == 0)
        rc = params_keep(c, arm);
    if (rc == 0)
        rc = name_arm(c, arm);
    if (rc == 0 && e->equal_argv0)
        rc = whet__plan_equal_argv0(arm, &c->plan->strings) == 0 ? 0 : fail_memory(c->err);
    return rc;
}

static int parameters_parse(struct choice *c, const struct whet_plan_parameter *given,
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
static int add_choice(struct choice *c, const struct whet_parameter *parameters, size_t n)
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
        return fail_memory(c->err);
    *slot = arm;
    return 0;
}

int whet__plan_add(struct whet_plan *p, const struct whet_plan_entry *entry,
                   const struct whet_plan_parameter *parameters, size_t count,
                   struct whet_error *err)
{
    struct choice c = {.plan = p, .entry = entry, .count = count, .err = err};
    struct whet_parameter parsed[PARAMETERS_MAX];
    size_t before = p->arms.len, combinations;
    int rc;

    if (count > PARAMETERS_MAX)
        return whet_error_set(err, -EINVAL, "too many parameters: at most %d", PARAMETERS_MAX);
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
