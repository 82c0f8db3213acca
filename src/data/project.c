/* whet.yaml: finding and reading it. Writing its `tuned:` block is in project_tuned.c. */
#include "data/project.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "data/project_names.h"
#include "data/yaml_table.h"
#include "os/path.h"

#define JOBS_MAX    1024
#define VERSION_MAX 1
#define LISTS_MAX   ((size_t)8 << 20)

/* What is read in a second step. */
struct file {
    struct whet_project project;
    const struct whet_yaml_node *build;
    const struct whet_yaml_node *suites;
    const struct whet_yaml_node *commands;
};

/* In the order of enum whet_scan_cache and enum whet_project_target. */
const char *const whet__project_caches[] = {"auto", "off", "stat", "content", NULL};
const char *const whet__project_targets[] = {"throughput", "latency", "memory", NULL};

#define SCAN_ROWS(base)                                                                        \
    {.key = "jobs",                                                                            \
     .type = WHET_YAML_UINT,                                                                   \
     .offset = (base) + offsetof(struct whet_project_scan, jobs),                              \
     .min = 1,                                                                                 \
     .max = JOBS_MAX},                                                                         \
        {.key = "cache",                                                                       \
         .type = WHET_YAML_ENUM,                                                               \
         .offset = (base) + offsetof(struct whet_project_scan, cache),                         \
         .names = whet__project_caches},                                                       \
        {.key = "cache_size",                                                                  \
         .type = WHET_YAML_SIZE,                                                               \
         .offset = (base) + offsetof(struct whet_project_scan, cache_bytes),                   \
         .min = 1},                                                                            \
    {                                                                                          \
        .key = "max_file_size", .type = WHET_YAML_SIZE,                                        \
        .offset = (base) + offsetof(struct whet_project_scan, max_file_bytes), .min = 1        \
    }

static const struct whet_yaml_row user_rows[] = {SCAN_ROWS(0), {.key = NULL}};

static const struct whet_yaml_row tuned_rows[] = {
    {.key = "profile",
     .type = WHET_YAML_STRING,
     .offset = offsetof(struct whet_project_tuned, profile),
     .max = 256},
    {.key = "target",
     .type = WHET_YAML_ENUM,
     .offset = offsetof(struct whet_project_tuned, target),
     .names = whet__project_targets},
    SCAN_ROWS(offsetof(struct whet_project_tuned, scan)),
    {.key = "measured",
     .type = WHET_YAML_MAP,
     .offset = offsetof(struct whet_project_tuned, measured)},
    {.key = "checksum",
     .type = WHET_YAML_STRING,
     .offset = offsetof(struct whet_project_tuned, checksum),
     .max = 64},
    {.key = NULL},
};

static const struct whet_yaml_row file_rows[] = {
    {.key = "build", .type = WHET_YAML_NODE, .offset = offsetof(struct file, build)},
    {.key = "commands", .type = WHET_YAML_NODE, .offset = offsetof(struct file, commands)},
    {.key = "version",
     .type = WHET_YAML_UINT,
     .offset = offsetof(struct file, project.version),
     .required = 1,
     .min = 1},
    {.key = "tuned",
     .type = WHET_YAML_TABLE,
     .offset = offsetof(struct file, project.tuned),
     .rows = tuned_rows},
    {.key = "scan",
     .type = WHET_YAML_TABLE,
     .offset = offsetof(struct file, project.user),
     .rows = user_rows},
    {.key = "suites", .type = WHET_YAML_NODE, .offset = offsetof(struct file, suites)},
    {.key = NULL},
};

static void set_defaults(struct whet_project *p)
{
    memset(p, 0, sizeof(*p));
    p->version = VERSION_MAX;
    p->tuned.target = -1;
    p->tuned.scan.cache = -1;
    p->user.cache = -1;
    whet__vec_init(&p->suites, sizeof(struct whet_suite), WHET_PROJECT_SUITES_MAX);
    whet__vec_init(&p->commands, sizeof(struct whet_project_command),
                   WHET_PROJECT_COMMANDS_MAX);
    whet__arena_init(&p->arena, LISTS_MAX);
}

/* A file from the future is told apart before its unknown keys are. */
static int check_version(const struct whet_yaml *y, struct whet_error *err)
{
    const struct whet_yaml_node *version = whet__yaml_get(whet__yaml_root(y), "version");

    if (version == NULL || version->kind != WHET_YAML_SCALAR || strcmp(version->text, "1") == 0)
        return 0;
    whet_error_set(err, -EINVAL, "unknown version: '%s': this whet reads version 1",
                   version->text);
    whet_error_at(err, whet__yaml_file(y), version->line, version->column);
    return -EINVAL;
}

static int read_file(struct file *f, const struct whet_yaml_node *root, struct whet_error *err)
{
    struct whet_project *p = &f->project;
    int rc = check_version(p->yaml, err);

    if (rc == 0)
        rc = whet__yaml_table_read(p->yaml, root, file_rows, f, err);
    if (rc == 0 && f->build != NULL)
        rc = whet__project_lines_read(p->yaml, f->build, &p->arena, &p->build, err);
    if (rc == 0 && f->suites != NULL)
        rc = whet__project_suites_read(p->yaml, f->suites, &p->suites, &p->arena, err);
    if (rc == 0 && f->commands != NULL)
        rc = whet__project_commands_read(p->yaml, f->commands, &p->commands, &p->arena, err);
    return rc;
}

/* Takes over the tree, in success and in failure. */
static int take_tree(struct whet_project *out, struct whet_yaml *yaml, struct whet_error *err)
{
    const struct whet_yaml_node *root = whet__yaml_root(yaml);
    struct file f = {.build = NULL};
    int rc = 0;

    set_defaults(&f.project);
    f.project.yaml = yaml;
    if (root->kind != WHET_YAML_MAPPING || root->count > 0)
        rc = read_file(&f, root, err);
    if (rc == 0)
        *out = f.project;
    else
        whet__project_clear(&f.project);
    return rc;
}

int whet__project_parse(struct whet_project *out, const char *text, size_t len,
                        const char *file, struct whet_error *err)
{
    struct whet_yaml *yaml;
    int rc = whet__yaml_parse(&yaml, text, len, file, NULL, err);

    return rc == 0 ? take_tree(out, yaml, err) : rc;
}

int whet__project_load(struct whet_project *out, const char *path, struct whet_error *err)
{
    struct whet_yaml *yaml;
    int rc = whet__yaml_read(&yaml, path, NULL, err);

    if (rc == 0)
        return take_tree(out, yaml, err);
    if (rc == -ENOENT)
        set_defaults(out);
    return rc;
}

void whet__project_clear(struct whet_project *p)
{
    whet__yaml_free(p->yaml);
    whet__vec_clear(&p->suites);
    whet__vec_clear(&p->commands);
    whet__arena_clear(&p->arena);
    set_defaults(p);
}

struct whet_project_scan whet__project_scan(const struct whet_project *p)
{
    struct whet_project_scan s = p->user;

    if (s.jobs == 0)
        s.jobs = p->tuned.scan.jobs;
    if (s.cache < 0)
        s.cache = p->tuned.scan.cache;
    if (s.cache_bytes == 0)
        s.cache_bytes = p->tuned.scan.cache_bytes;
    if (s.max_file_bytes == 0)
        s.max_file_bytes = p->tuned.scan.max_file_bytes;
    return s;
}

/* Puts `name` behind the first `len` bytes and asks whether that exists: 1, 0, -errno. */
static int has(struct whet_text *at, size_t len, const char *name)
{
    whet__text_truncate(at, len);
    whet__text_puts(at, "/");
    whet__text_puts(at, name);
    if (whet__text_error(at) != 0)
        return whet__text_error(at);
    return access(whet__text_str(at), F_OK) == 0;
}

/* From the full path in `at`, folder by folder, to the root. A file is tried as if it
 * were a folder, which has nothing in it. */
static int climb(struct whet_text *at)
{
    for (;;) {
        size_t len = at->len;
        int rc = has(at, len, WHET_PROJECT_FILE);

        if (rc != 0)
            return rc < 0 ? rc : 0;
        rc = has(at, len, ".git");
        if (rc < 0)
            return rc;
        if (rc == 1 || len == 0)
            return -ENOENT;
        while (len > 0 && at->data[len - 1] != '/')
            len--;
        whet__text_truncate(at, len > 0 ? len - 1 : 0);
    }
}

int whet__project_find(const char *path, struct whet_text *out)
{
    struct whet_text at;
    int rc;

    whet__text_init(&at, PATH_MAX);
    rc = whet__path_real(path, &at);
    if (rc == 0 && at.len == 1) /* "/": each name below gets its own slash */
        whet__text_truncate(&at, 0);
    if (rc == 0)
        rc = climb(&at);
    if (rc == 0) {
        whet__text_puts(out, whet__text_str(&at));
        rc = whet__text_error(out);
    }
    whet__text_clear(&at);
    return rc;
}
