/* From operands to planned commands: each is a command line, and what is behind `--` is one
 * command. Once for each command line. */
#include "front/bench_commands.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "front/bench_programs.h"

#define PARAMETERS_MAX 16
#define STRINGS_MAX    ((size_t)16 << 20)
#define EXITS_MAX      256

/* What all commands of the line share. */
struct shared {
    const struct whet_bench_args *args;
    size_t commands;
    const char **env; /* ended by NULL */
    unsigned char exits[EXITS_MAX];
    size_t exit_count;
    int any_exit;
    struct whet_plan_parameter parameters[PARAMETERS_MAX];
    unsigned char used[PARAMETERS_MAX];
    size_t parameter_count;
    struct whet_error *err;
};

static const char *const *items_of(const struct whet_vec *list)
{
    return list->items;
}

static int fail_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: too many commands");
}

/* ---- options ---------------------------------------------------------------------------- */

/* Exit codes: "1,3". */
static int exits_read(struct shared *s)
{
    const char *at = s->args->ignore_failure;

    if (at == NULL)
        return 0;
    if (strcmp(at, "all") == 0) {
        s->any_exit = 1;
        return 0;
    }
    for (;; at++) {
        char *end;
        unsigned long code = strtoul(at, &end, 10);

        if (at[0] < '0' || at[0] > '9' || code > 255 || (*end != ',' && *end != '\0') ||
            s->exit_count == EXITS_MAX)
            return whet_error_set(s->err, -EINVAL,
                                  "not exit codes: '--ignore-failure=%.100s': write them as "
                                  "1,3",
                                  s->args->ignore_failure);
        s->exits[s->exit_count++] = (unsigned char)code;
        at = end;
        if (*at == '\0')
            return 0;
    }
}

/* "NAME=VALUES" in two. The name is copied into `names`, which all of them share. */
static int parameters_read(struct shared *s, struct whet_arena *strings)
{
    const char *const *given = items_of(&s->args->parameters);

    if (s->args->parameters.len > PARAMETERS_MAX)
        return whet_error_set(s->err, -EINVAL, "too many parameters: at most %d",
                              PARAMETERS_MAX);
    for (size_t i = 0; i < s->args->parameters.len; i++) {
        const char *equals = strchr(given[i], '=');

        if (equals == NULL)
            return whet_error_set(s->err, -EINVAL,
                                  "not NAME=VALUES: '--parameter %.200s': write it as "
                                  "jobs=1..8 or mode=a,b",
                                  given[i]);
        s->parameters[i].name =
            whet__arena_strndup(strings, given[i], (size_t)(equals - given[i]));
        s->parameters[i].values = equals + 1;
        if (s->parameters[i].name == NULL)
            return fail_memory(s->err);
        s->parameter_count++;
    }
    return 0;
}

static int env_read(struct shared *s, struct whet_arena *strings)
{
    size_t count = s->args->env.len;

    if (count == 0)
        return 0;
    s->env = whet__arena_zalloc(strings, count + 1, sizeof(*s->env));
    if (s->env == NULL)
        return fail_memory(s->err);
    memcpy(s->env, s->args->env.items, count * sizeof(*s->env));
    return 0;
}

/* The hook of the k-th command: given once it is for all. */
static int hook_pick(const struct shared *s, const char *option, const struct whet_vec *list,
                     size_t k, const char **out)
{
    *out = NULL;
    if (list->len == 0)
        return 0;
    if (list->len != 1 && list->len != s->commands)
        return whet_error_set(s->err, -EINVAL,
                              "'--%s' is given %zu times for %zu commands: give it once, or "
                              "once for each",
                              option, list->len, s->commands);
    *out = items_of(list)[list->len == 1 ? 0 : k];
    return 0;
}

static const char *shell_of(const struct whet_bench_args *args)
{
    if (args->shell == NULL || args->no_shell || strcmp(args->shell, "none") == 0)
        return NULL;
    return args->shell;
}

/* ---- commands --------------------------------------------------------------------------- */

static int entry_fill(const struct shared *s, size_t k, struct whet_plan_entry *e)
{
    const struct whet_bench_args *a = s->args;
    int rc;

    *e = (struct whet_plan_entry){
        .name = k < a->names.len ? items_of(&a->names)[k] : NULL,
        .shell = shell_of(a),
        .input = a->input,
        .cwd = a->cwd,
        .env = s->env,
        .exits = s->exits,
        .exit_count = s->exit_count,
        .any_exit = s->any_exit,
        .timeout_ns = a->timeout_ns,
        .equal_argv0 = a->equal_argv0,
    };
    rc = hook_pick(s, "setup", &a->setup, k, &e->setup);
    if (rc == 0)
        rc = hook_pick(s, "prepare", &a->prepare, k, &e->prepare);
    if (rc == 0)
        rc = hook_pick(s, "conclude", &a->conclude, k, &e->conclude);
    if (rc == 0)
        rc = hook_pick(s, "cleanup", &a->cleanup, k, &e->cleanup);
    return rc;
}

static int mentions(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = text; at != NULL && (at = strchr(at, '{')) != NULL; at++) {
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '}')
            return 1;
    }
    return 0;
}

static int entry_mentions(const struct whet_plan_entry *e, const char *name)
{
    const char *const texts[] = {e->name,     e->command, e->setup, e->prepare,
                                 e->conclude, e->cleanup, e->input, e->cwd};
    const char *const *const lists[] = {e->argv, e->env};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (mentions(texts[i], name))
            return 1;
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        for (size_t k = 0; lists[i] != NULL && lists[i][k] != NULL; k++) {
            if (mentions(lists[i][k], name))
                return 1;
        }
    }
    return 0;
}

/* Adds the command once for every combination of the parameters that it mentions. */
static int command_add(struct shared *s, struct whet_plan *plan,
                       const struct whet_plan_entry *e)
{
    struct whet_plan_parameter mine[PARAMETERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < s->parameter_count; i++) {
        if (!entry_mentions(e, s->parameters[i].name))
            continue;
        s->used[i] = 1;
        mine[count++] = s->parameters[i];
    }
    return whet__plan_add(plan, e, mine, count, s->err);
}

static int check_used(const struct shared *s)
{
    for (size_t i = 0; i < s->parameter_count; i++) {
        if (!s->used[i])
            return whet_error_set(s->err, -EINVAL,
                                  "unused parameter: '%.100s': write {%.100s} in a command",
                                  s->parameters[i].name, s->parameters[i].name);
    }
    return 0;
}

static int commands_add(struct shared *s, const struct whet_bench_call *call,
                        struct whet_plan *plan)
{
    size_t lines = call->dashes < call->operand_count ? call->dashes : call->operand_count;
    size_t added = 0;

    for (size_t i = 0; i < lines; i++)
        s->commands += !whet__programs_is_suite(call, i);
    s->commands += lines < call->operand_count;
    if (s->args->names.len > s->commands)
        return whet_error_set(s->err, -EINVAL, "more names than commands: '--name %.200s'",
                              items_of(&s->args->names)[s->commands]);
    for (size_t i = 0; added < s->commands; i++) {
        struct whet_plan_entry e;
        int rc;

        if (i < lines && whet__programs_is_suite(call, i))
            continue;
        rc = entry_fill(s, added++, &e);
        if (rc != 0)
            return rc;
        if (i < lines)
            e.command = call->operands[i];
        else
            e.argv = &call->operands[lines];
        rc = command_add(s, plan, &e);
        if (rc != 0)
            return rc;
    }
    return check_used(s);
}

/* The shell with nothing to do: what every run pays for it. */
static int shell_add(struct shared *s, struct whet_plan *plan)
{
    const char *shell = shell_of(s->args);
    struct whet_plan_entry e = {.env = s->env};
    struct whet_text line;
    int rc;

    if (shell == NULL)
        return 0;
    whet__text_init(&line, 4096);
    whet__text_printf(&line, "%s -c ''", shell);
    rc = whet__text_error(&line);
    if (rc == 0) {
        e.command = whet__text_str(&line);
        rc = whet__plan_add(plan, &e, NULL, 0, s->err);
    }
    whet__text_clear(&line);
    return rc;
}

/* Options that are about commands are a mistake where functions alone are measured. */
static int check_alone(const struct shared *s)
{
    const struct whet_bench_args *a = s->args;
    const struct {
        const char *name;
        int given;
    } options[] = {{"--name", a->names.len > 0},
                   {"--parameter", a->parameters.len > 0},
                   {"--setup", a->setup.len > 0},
                   {"--prepare", a->prepare.len > 0},
                   {"--conclude", a->conclude.len > 0},
                   {"--cleanup", a->cleanup.len > 0},
                   {"--shell", a->shell != NULL},
                   {"--input", a->input != NULL},
                   {"--cwd", a->cwd != NULL},
                   {"--env", a->env.len > 0},
                   {"--ignore-failure", a->ignore_failure != NULL},
                   {"--equal-argv", a->equal_argv0}};

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (options[i].given)
            return whet_error_set(s->err, -EINVAL,
                                  "'%s' is for commands: functions alone are measured here",
                                  options[i].name);
    }
    return 0;
}

int whet__bench_commands_none(const struct whet_bench_call *call, struct whet_error *err)
{
    struct shared s = {.args = call->args, .err = err};

    if (call->args->suites.len > 0 && call->own_functions)
        return whet_error_set(err, -EINVAL, "'--suite' is for whet bench");
    return check_alone(&s);
}

/* "-S bash 'cmd'" is sh running two commands, and was not meant to be. */
static int check_shell(const struct shared *s, const struct whet_bench_call *call)
{
    static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh", "fish"};

    if (shell_of(s->args) == NULL || strcmp(s->args->shell, "sh") != 0 ||
        call->operand_count < 2 || call->dashes == 0)
        return 0;
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(call->operands[0], shells[i]) == 0)
            return whet_error_set(s->err, -EINVAL,
                                  "'%s' would be a command to measure: write the shell as "
                                  "-S%s or --shell=%s",
                                  shells[i], shells[i], shells[i]);
    }
    return 0;
}

/* Where no hook could make them in time, the folder and the input have to be there. */
static int check_files(const struct shared *s)
{
    const struct whet_bench_args *a = s->args;

    if (a->setup.len > 0 || a->prepare.len > 0)
        return 0;
    if (a->cwd != NULL && strchr(a->cwd, '{') == NULL && access(a->cwd, X_OK) != 0)
        return whet_error_set(s->err, -errno, "no folder to run in: '--cwd %.200s': %s", a->cwd,
                              strerror(errno));
    if (a->input != NULL && strchr(a->input, '{') == NULL && access(a->input, R_OK) != 0)
        return whet_error_set(s->err, -errno, "cannot read: '--input %.200s': %s", a->input,
                              strerror(errno));
    return 0;
}

static int plan_all(struct whet_plan *plan, const struct whet_bench_call *call,
                    struct whet_arena *strings, size_t *asked, struct whet_error *err)
{
    struct shared s = {.args = call->args, .err = err};
    int rc = check_shell(&s, call);

    if (rc == 0)
        rc = exits_read(&s);
    if (rc == 0)
        rc = check_files(&s);
    if (rc == 0)
        rc = env_read(&s, strings);
    if (rc == 0)
        rc = parameters_read(&s, strings);
    if (rc == 0)
        rc = commands_add(&s, call, plan);
    if (rc != 0)
        return rc;
    (void)whet__plan_arms(plan, asked);
    rc = *asked > 0 ? shell_add(&s, plan) : 0;
    return rc == 0 ? whet__plan_resolve(plan, err) : rc;
}

int whet__bench_commands_plan(struct whet_plan *plan, const struct whet_bench_call *call,
                              size_t *asked, struct whet_error *err)
{
    struct whet_arena strings;
    int rc;

    whet__arena_init(&strings, STRINGS_MAX);
    rc = plan_all(plan, call, &strings, asked, err);
    whet__arena_clear(&strings);
    return rc;
}
