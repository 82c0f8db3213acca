/* From the lines of a suite to arms. Once for each suite and tree. */
#include "check/suite_arms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "bench/parameter.h"
#include "bench/split.h"
#include "os/spawn.h"

#define STRINGS_MAX ((size_t)16 << 20)
#define TEXT_MAX    ((size_t)1 << 20)

/* What an entry is made from: `values` replace their {name} in all of its lines. */
struct maker {
    struct whet_suite_arms *into;
    const struct whet_suite *suite;
    const struct whet_suite_arms_options *options;
    const struct whet_split_value *values;
    size_t value_count;
    int error; /* sticky */
};

static int no_memory(struct whet_error *err)
{
    whet_error_set(err, -ENOMEM, "out of memory: 'suites'");
    return -ENOMEM;
}

/* A copy in the arena; NULL stays NULL. */
static const char *keep(struct maker *m, const char *text)
{
    struct whet_text out;
    const char *kept = NULL;

    if (text == NULL || m->error != 0)
        return NULL;
    whet__text_init(&out, TEXT_MAX);
    whet__split_substitute(&out, text, m->values, m->value_count, NULL);
    if (whet__text_error(&out) == 0)
        kept = whet__arena_strndup(&m->into->strings, whet__text_str(&out), out.len);
    whet__text_clear(&out);
    if (kept == NULL)
        m->error = -ENOMEM;
    return kept;
}

static const char *keep_below(struct maker *m, const char *path)
{
    struct whet_text out;
    const char *kept;

    if (path == NULL || path[0] == '/')
        return keep(m, path);
    whet__text_init(&out, TEXT_MAX);
    whet__text_printf(&out, "%s/%s", m->options->dir, path);
    if (whet__text_error(&out) != 0)
        m->error = -ENOMEM;
    kept = keep(m, whet__text_str(&out));
    whet__text_clear(&out);
    return kept;
}

static const char *const *keep_list(struct maker *m, const char *const *list, const char *more)
{
    size_t count = 0, at = 0;
    const char **kept;

    while (list != NULL && list[count] != NULL)
        count++;
    kept = whet__arena_zalloc(&m->into->strings, count + 2, sizeof(*kept));
    if (kept == NULL) {
        m->error = -ENOMEM;
        return NULL;
    }
    for (; at < count; at++)
        kept[at] = keep(m, list[at]);
    kept[at] = keep(m, more);
    return kept;
}

static void make_entry(struct maker *m, size_t command, const char *copy,
                       struct whet_plan_entry *e)
{
    const struct whet_suite *s = m->suite;
    const struct whet_suite_command *c = &s->commands[command];

    *e = (struct whet_plan_entry){
        .name = keep(m, c->name != NULL ? c->name : s->name),
        .command = keep(m, c->line),
        .argv = c->argv != NULL ? keep_list(m, c->argv, NULL) : NULL,
        .shell = s->shell,
        .setup = keep(m, s->setup),
        .prepare = keep(m, s->prepare),
        .conclude = keep(m, s->conclude),
        .cleanup = keep(m, s->cleanup),
        .input = keep_below(m, s->input),
        .cwd = s->cwd != NULL ? keep_below(m, s->cwd) : keep(m, m->options->dir),
        .env = keep_list(m, s->env, copy),
        .exits = s->exits,
        .exit_count = s->exit_count,
        .any_exit = s->any_exit,
        .timeout_ns = s->timeout_ns,
        .bytes = (double)s->bytes,
        .items = s->items,
    };
}

static int start(struct whet_suite_arms *a, struct whet_error *err)
{
    int rc;

    memset(a, 0, sizeof(*a));
    whet__arena_init(&a->strings, STRINGS_MAX);
    rc = whet__plan_new(&a->plan);
    return rc == 0 ? 0 : no_memory(err);
}

static const struct whet_plan_parameter *parameters(struct whet_suite_arms *a,
                                                    const struct whet_suite *s)
{
    struct whet_plan_parameter *list =
        whet__arena_zalloc(&a->strings, s->parameter_count + 1, sizeof(*list));

    for (size_t i = 0; list != NULL && i < s->parameter_count; i++)
        list[i] = (struct whet_plan_parameter){s->parameters[i].name, s->parameters[i].values};
    return list;
}

/* Remembers that arms from `from` on are of this command. */
static int note_command(struct whet_suite_arms *a, size_t command, size_t from)
{
    size_t *commands;

    a->arms = whet__plan_arms(a->plan, &a->count);
    commands = whet__arena_zalloc(&a->strings, a->count, sizeof(*commands));
    if (commands == NULL)
        return -ENOMEM;
    if (from > 0)
        memcpy(commands, a->commands, from * sizeof(*commands));
    for (size_t i = from; i < a->count; i++)
        commands[i] = command;
    a->commands = commands;
    return 0;
}

static int add_commands(struct maker *m, struct whet_error *err)
{
    const struct whet_suite *s = m->suite;
    const struct whet_plan_parameter *list = parameters(m->into, s);
    int rc = list != NULL ? 0 : no_memory(err);

    for (size_t i = 0; rc == 0 && i < s->command_count; i++) {
        size_t from = m->into->count;
        struct whet_plan_entry entry;

        make_entry(m, i, s->concurrency.copies != 0 ? "WHET_COPY=0" : NULL, &entry);
        rc = m->error != 0 ? no_memory(err) : 0;
        if (rc == 0)
            rc = whet__plan_add(m->into->plan, &entry, list, s->parameter_count, err);
        if (rc == 0 && note_command(m->into, i, from) != 0)
            rc = no_memory(err);
    }
    return rc;
}

/* Programs are looked for once all entries are there; then the arms stand still. */
static int finish(struct whet_suite_arms *a, int rc, struct whet_error *err)
{
    if (rc == 0)
        rc = whet__plan_resolve(a->plan, err);
    if (rc == 0)
        a->arms = whet__plan_arms(a->plan, &a->count);
    else
        whet__suite_arms_close(a);
    return rc;
}

static int open_functions(struct whet_suite_arms *a, const struct whet_suite *s,
                          const struct whet_suite_arms_options *options, struct whet_error *err)
{
    struct whet_functions_options how = {
        .filter = s->filter, .stop = options->stop, .ctx = options->ctx};
    const char *program[] = {NULL, NULL, NULL};
    const char *file = options->program != NULL ? options->program : s->program;
    struct whet_text path;
    int rc = 0;

    memset(a, 0, sizeof(*a));
    whet__arena_init(&a->strings, STRINGS_MAX);
    whet__text_init(&path, TEXT_MAX);
    if (file != NULL) {
        if (options->program == NULL && file[0] != '/')
            whet__text_printf(&path, "%s/", options->dir);
        whet__text_puts(&path, file);
    } else { /* built in: this very program has them */
        rc = whet__spawn_self(&path);
        program[1] = "bench";
        how.suite = s->functions + 1;
    }
    program[0] = whet__text_str(&path);
    if (rc != 0 || whet__text_error(&path) != 0)
        rc = no_memory(err);
    if (rc == 0)
        rc = whet__functions_open(&a->functions, program, &how, err);
    if (rc == 0)
        rc = whet__functions_calibrate(a->functions, err);
    if (rc == 0) {
        a->arms = whet__functions_arms(a->functions);
        a->count = whet__functions_count(a->functions);
    } else {
        whet__suite_arms_close(a);
    }
    whet__text_clear(&path);
    return rc;
}

int whet__suite_arms_open(struct whet_suite_arms *out, const struct whet_suite *suite,
                          const struct whet_suite_arms_options *options, struct whet_error *err)
{
    static const struct whet_split_value alone = {"copy", "0"};
    struct maker m = {out, suite, options, &alone, 1, 0};
    int rc;

    if (suite->command_count == 0)
        return open_functions(out, suite, options, err);
    rc = start(out, err);
    if (rc == 0)
        rc = add_commands(&m, err);
    return finish(out, rc, err);
}

/* The first values of all parameters, and room for {copy} behind them. */
static int first_values(struct whet_suite_arms *a, const struct whet_suite *s,
                        struct whet_split_value **out, struct whet_error *err)
{
    struct whet_split_value *values =
        whet__arena_zalloc(&a->strings, s->parameter_count + 1, sizeof(*values));

    if (values == NULL)
        return no_memory(err);
    for (size_t i = 0; i < s->parameter_count; i++) {
        struct whet_parameter p;
        int rc = whet__parameter_parse(&p, &a->strings, s->parameters[i].name,
                                       s->parameters[i].values, err);

        if (rc != 0)
            return rc;
        values[i] = (struct whet_split_value){p.name, p.values[0]};
    }
    values[s->parameter_count].name = "copy";
    *out = values;
    return 0;
}

static int add_copies(struct maker *m, size_t command, struct whet_split_value *values,
                      struct whet_error *err)
{
    int rc = 0;

    for (uint64_t k = 0; rc == 0 && k <= m->suite->concurrency.copies; k++) {
        struct whet_plan_entry entry;
        char number[32], variable[64];
        struct whet_text name;

        snprintf(number, sizeof(number), "%llu", (unsigned long long)k);
        snprintf(variable, sizeof(variable), "WHET_COPY=%s", number);
        values[m->suite->parameter_count].value = number;
        make_entry(m, command, variable, &entry);
        if (m->error != 0)
            return no_memory(err);
        whet__text_init(&name, TEXT_MAX);
        whet__text_printf(&name, "%s copy %s", entry.name, number);
        entry.name = whet__text_str(&name);
        rc = whet__plan_add(m->into->plan, &entry, NULL, 0, err);
        whet__text_clear(&name);
    }
    return rc;
}

int whet__suite_copies_open(struct whet_suite_arms *out, const struct whet_suite *suite,
                            size_t command, const struct whet_suite_arms_options *options,
                            struct whet_error *err)
{
    struct maker m = {out, suite, options, NULL, suite->parameter_count + 1, 0};
    struct whet_split_value *values = NULL;
    int rc = start(out, err);

    if (rc == 0)
        rc = first_values(out, suite, &values, err);
    m.values = values;
    if (rc == 0)
        rc = add_copies(&m, command, values, err);
    return finish(out, rc, err);
}

int whet__suite_arms_like(struct whet_suite_arms *a, const struct whet_suite_arms *like,
                          struct whet_error *err)
{
    int rc;

    if (a->functions == NULL || like->functions == NULL)
        return 0;
    rc = whet__functions_share_counts(a->functions, like->functions, err);
    a->arms = whet__functions_arms(a->functions);
    return rc;
}

void whet__suite_arms_close(struct whet_suite_arms *a)
{
    whet__plan_free(a->plan);
    whet__functions_free(a->functions);
    whet__arena_clear(&a->strings);
    memset(a, 0, sizeof(*a));
}
