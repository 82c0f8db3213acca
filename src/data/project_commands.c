/* The commands of whet.yaml: rows of a table, and the values of two shapes that it cannot say.
 */
#include "data/project_commands.h"

#include <errno.h>

#include "data/project_parts.h"
#include "data/yaml_table.h"

#define LINE_MAX_   65536
#define RETRIES_MAX 1000

const char *const whet__project_command_types[] = {"cpu", "io", "mixed", NULL};

/* Values of more than one shape, before they are taken apart. */
struct record {
    struct whet_project_command command;
    const struct whet_yaml_node *line, *env, *inputs, *outputs, *needs;
};

#define COMMAND(field) offsetof(struct record, command.field)
#define RAW(field)     offsetof(struct record, field)

static const struct whet_yaml_row rows[] = {
    {.key = "category",
     .type = WHET_YAML_STRING,
     .offset = COMMAND(category),
     .max = LINE_MAX_},
    {.key = "command", .type = WHET_YAML_NODE, .offset = RAW(line), .required = 1},
    {.key = "cwd", .type = WHET_YAML_STRING, .offset = COMMAND(cwd), .max = LINE_MAX_},
    {.key = "depfile", .type = WHET_YAML_STRING, .offset = COMMAND(depfile), .max = LINE_MAX_},
    {.key = "env", .type = WHET_YAML_MAP, .offset = RAW(env)},
    {.key = "inputs", .type = WHET_YAML_NODE, .offset = RAW(inputs)},
    {.key = "memory", .type = WHET_YAML_SIZE, .offset = COMMAND(memory_bytes), .min = 1},
    {.key = "needs", .type = WHET_YAML_NODE, .offset = RAW(needs)},
    {.key = "outputs", .type = WHET_YAML_NODE, .offset = RAW(outputs)},
    {.key = "retries", .type = WHET_YAML_UINT, .offset = COMMAND(retries), .max = RETRIES_MAX},
    {.key = "retry_delay", .type = WHET_YAML_DURATION, .offset = COMMAND(retry_delay_ns)},
    {.key = "shell", .type = WHET_YAML_BOOL, .offset = COMMAND(shell)},
    {.key = "timeout", .type = WHET_YAML_DURATION, .offset = COMMAND(timeout_ns), .min = 1},
    {.key = "type",
     .type = WHET_YAML_ENUM,
     .offset = COMMAND(type),
     .names = whet__project_command_types},
    {.key = NULL},
};

/* Its line, or its words. */
static int read_line(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                     struct whet_project_command *out)
{
    if (node->kind == WHET_YAML_SCALAR && node->len > 0) {
        out->line = node->text;
        return 0;
    }
    return whet__project_read_texts(
        r, node, 0, "a command line or a list of its words is expected", &out->argv);
}

static int read_list(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                     const char *expected, const char *const **out)
{
    return node != NULL ? whet__project_read_texts(r, node, 1, expected, out) : 0;
}

static int read_record(const struct whet_project_reader *r, struct record *rec)
{
    struct whet_project_command *c = &rec->command;
    int rc = read_line(r, rec->line, c);

    if (rc == 0 && rec->env != NULL)
        rc = whet__project_read_env(r, rec->env, &c->env);
    if (rc == 0)
        rc = read_list(r, rec->inputs, "file names or patterns are expected", &c->inputs);
    if (rc == 0)
        rc = read_list(r, rec->outputs, "file names or patterns are expected", &c->outputs);
    if (rc == 0)
        rc = read_list(r, rec->needs, "names of other commands are expected", &c->needs);
    if (rc == 0 && c->shell && c->argv != NULL)
        rc = whet__yaml_refuse(r->y, rec->line, r->err, -EINVAL,
                               "a shell takes a line: '%.64s': write its words as one text",
                               c->name);
    return rc;
}

static int read_command(const struct whet_project_reader *r, const struct whet_yaml_node *node,
                        struct whet_project_command *out)
{
    struct record rec = {.command = {.name = node->key->text,
                                     .type = -1,
                                     .retries = WHET_PROJECT_RETRIES_UNSAID,
                                     .line_number = node->key->line,
                                     .column = node->key->column}};
    int rc = whet__project_check_name(r, node->key, "command");

    if (rc == 0 && node->kind != WHET_YAML_MAPPING)
        rc = read_line(r, node, &rec.command);
    else if (rc == 0) {
        rc = whet__yaml_table_read(r->y, node, rows, &rec, r->err);
        if (rc == 0)
            rc = read_record(r, &rec);
    }
    if (rc == 0)
        *out = rec.command;
    return rc;
}

int whet__project_commands_read(const struct whet_yaml *y,
                                const struct whet_yaml_node *commands, struct whet_vec *out,
                                struct whet_arena *arena, struct whet_error *err)
{
    struct whet_project_reader r = {y, arena, err};

    if (commands->kind != WHET_YAML_MAPPING)
        return whet__project_refuse(&r, commands, "names with their commands are expected");
    for (const struct whet_yaml_node *n = commands->first; n != NULL; n = n->next) {
        struct whet_project_command *c;
        int rc;

        if (out->len == WHET_PROJECT_COMMANDS_MAX)
            return whet__project_refuse(&r, commands, "there are too many");
        c = whet__vec_push(out);
        if (c == NULL)
            return whet__project_no_memory(&r);
        rc = read_command(&r, n, c);
        if (rc != 0)
            return rc;
    }
    return 0;
}
