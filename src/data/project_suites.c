/* The suites of whet.yaml. Most keys are rows of a table; this file adds what a table cannot
 * say: values of two shapes, keys that exclude or need each other. */
#include "data/project_suites.h"

#include <errno.h>
#include <string.h>

#include "data/project_parts.h"
#include "data/yaml_table.h"

#define COPIES_MAX 63
#define RUNS_MAX   100000
#define LINE_MAX_  65536

/* Values of more than one shape, before they are taken apart. */
struct raw {
    const struct whet_yaml_node *build, *command, *commands, *env, *ignore_exit, *parameters,
        *tags;
};

struct record {
    struct whet_suite suite;
    struct raw raw;
};

#define SCALING(field)     offsetof(struct whet_suite_scaling, field)
#define CONCURRENCY(field) offsetof(struct whet_suite_concurrency, field)
#define SUITE(field)       offsetof(struct record, suite.field)
#define RAW(field)         offsetof(struct record, raw.field)
#define LINE(word, field)                                                                      \
    {                                                                                          \
        .key = (word), .type = WHET_YAML_STRING, .offset = SUITE(field), .max = LINE_MAX_      \
    }

static const struct whet_yaml_row scaling_rows[] = {
    {.key = "max_exponent", .type = WHET_YAML_NUMBER, .offset = SCALING(max_exponent)},
    {.key = "max_memory_exponent",
     .type = WHET_YAML_NUMBER,
     .offset = SCALING(max_memory_exponent)},
    {.key = "parameter",
     .type = WHET_YAML_STRING,
     .offset = SCALING(parameter),
     .required = 1,
     .max = WHET_PROJECT_NAME_MAX},
    {.key = "sizes", .type = WHET_YAML_NODE, .offset = SCALING(sizes)},
    {.key = NULL},
};

static const struct whet_yaml_row concurrency_rows[] = {
    {.key = "copies",
     .type = WHET_YAML_UINT,
     .offset = CONCURRENCY(copies),
     .required = 1,
     .min = 2,
     .max = COPIES_MAX},
    {.key = "ignore_stdout", .type = WHET_YAML_BOOL, .offset = CONCURRENCY(ignore_stdout)},
    {.key = "outputs", .type = WHET_YAML_NODE, .offset = CONCURRENCY(output_node)},
    {.key = "timeout", .type = WHET_YAML_DURATION, .offset = CONCURRENCY(timeout_ns), .min = 1},
    {.key = NULL},
};

static const struct whet_yaml_row suite_rows[] = {
    LINE("about", about),
    {.key = "build", .type = WHET_YAML_NODE, .offset = RAW(build)},
    {.key = "bytes", .type = WHET_YAML_SIZE, .offset = SUITE(bytes), .min = 1},
    LINE("cleanup", cleanup),
    {.key = "command", .type = WHET_YAML_NODE, .offset = RAW(command)},
    {.key = "commands", .type = WHET_YAML_NODE, .offset = RAW(commands)},
    LINE("conclude", conclude),
    {.key = "concurrency",
     .type = WHET_YAML_TABLE,
     .offset = SUITE(concurrency),
     .rows = concurrency_rows},
    LINE("cwd", cwd),
    {.key = "env", .type = WHET_YAML_MAP, .offset = RAW(env)},
    {.key = "fail", .type = WHET_YAML_PERCENT, .offset = SUITE(fail)},
    LINE("filter", filter),
    LINE("functions", functions),
    {.key = "ignore_exit", .type = WHET_YAML_NODE, .offset = RAW(ignore_exit)},
    LINE("input", input),
    {.key = "items", .type = WHET_YAML_NUMBER, .offset = SUITE(items)},
    LINE("metric", metric),
    {.key = "parameters", .type = WHET_YAML_NODE, .offset = RAW(parameters)},
    LINE("prepare", prepare),
    LINE("program", program),
    LINE("reference", reference),
    {.key = "runs", .type = WHET_YAML_UINT, .offset = SUITE(runs), .min = 1, .max = RUNS_MAX},
    {.key = "scaling", .type = WHET_YAML_TABLE, .offset = SUITE(scaling), .rows = scaling_rows},
    LINE("setup", setup),
    LINE("shell", shell),
    {.key = "tags", .type = WHET_YAML_NODE, .offset = RAW(tags)},
    {.key = "targets", .type = WHET_YAML_MAP, .offset = SUITE(targets)},
    {.key = "time_budget", .type = WHET_YAML_DURATION, .offset = SUITE(budget_ns), .min = 1},
    {.key = "timeout", .type = WHET_YAML_DURATION, .offset = SUITE(timeout_ns), .min = 1},
    {.key = "warn", .type = WHET_YAML_PERCENT, .offset = SUITE(warn)},
    {.key = NULL},
};

/* A command: its line or its words. */
static int read_command(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                        struct whet_suite_command *out)
{
    if (node->kind == WHET_YAML_SCALAR && node->len > 0) {
        out->line = node->text;
        return 0;
    }
    return whet__project_read_texts(
        r, node, 0, "a command line or a list of its words is expected", &out->argv);
}

static int read_commands(const struct whet_project_reader *r, const struct raw *raw,
                         struct whet_suite *s)
{
    const struct whet_yaml_node *n = raw->commands;
    struct whet_suite_command *commands;
    size_t count = 1;
    int rc = 0;

    if (n != NULL) {
        if (n->kind != WHET_YAML_MAPPING || n->count == 0 || n->count > WHET_SUITE_ITEMS_MAX)
            return whet__project_refuse(r, n, "names with a command each are expected");
        count = n->count;
    }
    commands = whet__arena_zalloc(r->arena, count, sizeof(*commands));
    if (commands == NULL)
        return whet__project_no_memory(r);
    s->commands = commands;
    s->command_count = count;
    if (n == NULL)
        return read_command(r, raw->command, commands);
    for (n = n->first; rc == 0 && n != NULL; n = n->next, commands++) {
        commands->name = n->key->text;
        rc = whet__project_check_name(r, n->key, "command");
        if (rc == 0)
            rc = read_command(r, n, commands);
    }
    return rc;
}

/* A list becomes "a,b,c". */
static int join_values(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                       const char **out)
{
    size_t len = 0;
    char *text;
    int rc = whet__project_check_list(r, node, 1, "values are expected: \"1..8\" or a list");

    if (rc != 0)
        return rc;
    if (node->kind == WHET_YAML_SCALAR) {
        *out = node->text;
        return 0;
    }
    for (const struct whet_yaml_node *n = node->first; n != NULL; n = n->next) {
        if (n->len == 0 || strchr(n->text, ',') != NULL)
            return whet__yaml_refuse(r->y, n, r->err, -EINVAL,
                                     "wrong value in '%.64s': '%.64s': values are not empty "
                                     "and have no comma",
                                     node->key->text, n->text);
        len += n->len + 1;
    }
    text = whet__arena_alloc(r->arena, len);
    if (text == NULL)
        return whet__project_no_memory(r);
    *out = text;
    for (const struct whet_yaml_node *n = node->first; n != NULL; n = n->next) {
        memcpy(text, n->text, n->len);
        text[n->len] = n->next != NULL ? ',' : '\0';
        text += n->len + 1;
    }
    return 0;
}

static int check_parameter(const struct whet_project_reader *r,
                           const struct whet_yaml_node *key)
{
    if (key->len == 0 || key->len > WHET_PROJECT_NAME_MAX ||
        strpbrk(key->text, "{}/=, ") != NULL)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "not a name for a parameter: '%.100s'", key->text);
    if (strcmp(key->text, "copy") == 0)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "not a name for a parameter: 'copy': {copy} is the number of "
                                 "a concurrent run");
    return 0;
}

/* The parameters, and behind them that of the scaling, if it brings its own sizes. */
static int read_parameters(const struct whet_project_reader *r,
                           const struct whet_yaml_node *map, struct whet_suite *s)
{
    struct whet_suite_parameter *list;
    int rc = 0;

    if (map != NULL && (map->kind != WHET_YAML_MAPPING || map->count > WHET_SUITE_ITEMS_MAX))
        return whet__project_refuse(r, map, "names with their values are expected");
    list = whet__arena_zalloc(r->arena, (map != NULL ? map->count : 0) + 1, sizeof(*list));
    if (list == NULL)
        return whet__project_no_memory(r);
    s->parameters = list;
    for (const struct whet_yaml_node *n = map != NULL ? map->first : NULL; n != NULL && rc == 0;
         n = n->next) {
        list[s->parameter_count].name = n->key->text;
        rc = check_parameter(r, n->key);
        if (rc == 0)
            rc = join_values(r, n, &list[s->parameter_count].values);
        s->parameter_count++;
    }
    if (rc == 0 && s->scaling.sizes != NULL) {
        list[s->parameter_count].name = s->scaling.parameter;
        rc = join_values(r, s->scaling.sizes, &list[s->parameter_count++].values);
    }
    return rc;
}

/* `all`, or a list of codes. */
static int read_exits(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                      struct whet_suite *s)
{
    static const char expected[] = "'all' or a list of exit codes, 1 to 255, is expected";
    unsigned char *exits;
    int rc;

    if (node->kind == WHET_YAML_SCALAR && strcmp(node->text, "all") == 0) {
        s->any_exit = 1;
        return 0;
    }
    rc = whet__project_check_list(r, node, 0, expected);
    if (rc != 0)
        return rc;
    exits = whet__arena_alloc(r->arena, node->count);
    if (exits == NULL)
        return whet__project_no_memory(r);
    s->exits = exits;
    for (const struct whet_yaml_node *n = node->first; n != NULL; n = n->next) {
        unsigned code = 0;

        for (const char *c = n->text; code < 256; c++) {
            if (*c == '\0' || *c < '0' || *c > '9') {
                code = *c == '\0' ? code : 256;
                break;
            }
            code = code * 10 + (unsigned)(*c - '0');
        }
        if (code == 0 || code > 255)
            return whet__project_refuse(r, node, expected);
        exits[s->exit_count++] = (unsigned char)code;
    }
    return 0;
}

/* What runs is said once. */
static int check_kind(const struct whet_project_reader *r, const struct whet_yaml_node *key,
                      const struct record *rec)
{
    const struct whet_suite *s = &rec->suite;
    int kinds = (rec->raw.command != NULL) + (rec->raw.commands != NULL) +
                (s->program != NULL) + (s->functions != NULL);
    int is_command = rec->raw.command != NULL || rec->raw.commands != NULL;

    if (kinds != 1)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "%s: '%.64s': give one of 'command', 'commands', 'program' "
                                 "and 'functions'",
                                 kinds == 0 ? "nothing to run" : "more than one thing to run",
                                 key->text);
    if (s->filter != NULL && is_command)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "unused key: 'filter' in '%.64s': it is for 'program' and "
                                 "'functions'",
                                 key->text);
    if (s->concurrency.copies != 0 && !is_command)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "unused key: 'concurrency' in '%.64s': it is for 'command' "
                                 "and 'commands'",
                                 key->text);
    if (s->functions != NULL && s->functions[0] != '@')
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "wrong value for 'functions': '%.64s': a built-in suite such "
                                 "as @io is expected",
                                 s->functions);
    return 0;
}

static int check_scaling(const struct whet_project_reader *r, const struct whet_yaml_node *key,
                         const struct whet_suite *s)
{
    size_t found = 0;

    if (s->scaling.parameter == NULL)
        return 0;
    for (size_t i = 0; i < s->parameter_count; i++)
        found += strcmp(s->parameters[i].name, s->scaling.parameter) == 0;
    if (found > 1)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "values given twice: '%.64s' of '%.64s': in 'parameters' and "
                                 "as 'sizes'",
                                 s->scaling.parameter, key->text);
    if (found == 0 && s->command_count > 0)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "no sizes: '%.64s' of '%.64s': add 'sizes' to 'scaling'",
                                 s->scaling.parameter, key->text);
    return 0;
}

static int check_judging(const struct whet_project_reader *r, const struct whet_yaml_node *key,
                         const struct whet_suite *s)
{
    size_t found = s->command_count == 0;

    if (s->warn > 0 && s->fail > 0 && s->warn > s->fail)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL, "'warn' is over 'fail': '%.64s'",
                                 key->text);
    for (size_t i = 0; s->reference != NULL && i < s->command_count; i++)
        found += s->commands[i].name != NULL && strcmp(s->commands[i].name, s->reference) == 0;
    if (s->reference != NULL && found == 0)
        return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                                 "no such command: 'reference: %.64s' of '%.64s'", s->reference,
                                 key->text);
    return 0;
}

static int read_lists(const struct whet_project_reader *r, const struct raw *raw,
                      struct whet_suite *s)
{
    static const char outputs[] = "file names or patterns are expected";
    int rc = 0;

    if (raw->command != NULL || raw->commands != NULL)
        rc = read_commands(r, raw, s);
    if (rc == 0 && raw->env != NULL)
        rc = whet__project_read_env(r, raw->env, &s->env);
    if (rc == 0)
        rc = read_parameters(r, raw->parameters, s);
    if (rc == 0 && raw->ignore_exit != NULL)
        rc = read_exits(r, raw->ignore_exit, s);
    if (rc == 0 && raw->tags != NULL)
        rc = whet__project_read_texts(r, raw->tags, 1, "a tag or a list of tags is expected",
                                      &s->tags);
    if (rc == 0 && raw->build != NULL)
        rc = whet__project_lines_read(r->y, raw->build, r->arena, &s->build, r->err);
    if (rc == 0 && s->concurrency.output_node != NULL)
        rc = whet__project_read_texts(r, s->concurrency.output_node, 1, outputs,
                                      &s->concurrency.outputs);
    return rc;
}

static int read_suite(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                      struct whet_suite *out)
{
    struct record rec;
    int rc = whet__project_check_name(r, node->key, "suite");

    memset(&rec, 0, sizeof(rec));
    if (rc == 0)
        rc = whet__yaml_table_read(r->y, node, suite_rows, &rec, r->err);
    if (rc == 0)
        rc = check_kind(r, node->key, &rec);
    if (rc == 0)
        rc = read_lists(r, &rec.raw, &rec.suite);
    if (rc == 0)
        rc = check_scaling(r, node->key, &rec.suite);
    if (rc == 0)
        rc = check_judging(r, node->key, &rec.suite);
    rec.suite.name = node->key->text;
    rec.suite.node = node;
    if (rc == 0)
        *out = rec.suite;
    return rc;
}

int whet__project_lines_read(const struct whet_yaml *y, const struct whet_yaml_node *node,
                             struct whet_arena *arena, const char *const **out,
                             struct whet_error *err)
{
    struct whet_project_reader r = {y, arena, err};

    return whet__project_read_texts(
        &r, node, 1, "a command line or a list of command lines is expected", out);
}

int whet__project_suites_read(const struct whet_yaml *y, const struct whet_yaml_node *suites,
                              struct whet_vec *out, struct whet_arena *arena,
                              struct whet_error *err)
{
    struct whet_project_reader r = {y, arena, err};

    if (suites->kind != WHET_YAML_MAPPING)
        return whet__project_refuse(&r, suites, "names with their suites are expected");
    for (const struct whet_yaml_node *n = suites->first; n != NULL; n = n->next) {
        struct whet_suite *s;
        int rc;

        if (out->len == WHET_PROJECT_SUITES_MAX)
            return whet__project_refuse(&r, suites, "there are too many");
        s = whet__vec_push(out);
        if (s == NULL)
            return whet__project_no_memory(&r);
        rc = read_suite(&r, n, s);
        if (rc != 0)
            return rc;
    }
    return 0;
}
