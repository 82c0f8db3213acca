/* data/project_suites.h - the suites of whet.yaml: what to measure, and how good it must be.
 *
 * Shape    the `suites:` mapping into an array of plain structs, in the file's order.
 *
 *              build: make -s                # before a comparison with another commit
 *              suites:
 *                parse:
 *                  command: ./build/parse {n}.txt
 *                  parameters: {n: "1..8"}
 *                  targets: {time: 5s, memory: 500MB}
 *
 * Units    nanoseconds, bytes, ratios; 0 and NULL mean "not given".
 * Memory   arrays belong to the arena, texts to the YAML tree: both outlive the suites.
 * Errors   -EINVAL, -ERANGE with the place in the file; -ENOMEM.
 * Threads  one at a time; read by any afterwards.
 *
 * All keys are in whet-config(5). What only a run can know (is there such a metric, such a
 * program) is left to src/check.
 */
#ifndef WHET_DATA_PROJECT_SUITES_H
#define WHET_DATA_PROJECT_SUITES_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "data/yaml.h"

#define WHET_PROJECT_SUITES_MAX 256
#define WHET_SUITE_ITEMS_MAX    256 /* of a list: commands, parameters, tags, ... */

struct whet_suite_command {
    const char *name;        /* NULL of the only one: it is called as the suite */
    const char *line;        /* a command line; or ... */
    const char *const *argv; /* ... its words, ended by NULL */
};

struct whet_suite_parameter {
    const char *name;
    const char *values; /* as bench/plan.h reads them: "1..8", "a,b,c" */
};

/* How the cost grows with one of the parameters. */
struct whet_suite_scaling {
    const char *parameter; /* NULL: no scaling is asked for */
    const struct whet_yaml_node *sizes;
    double max_exponent;
    double max_memory_exponent;
};

/* Several copies at once. */
struct whet_suite_concurrency {
    uint64_t copies; /* 0: not asked for; else 2..63 */
    const struct whet_yaml_node *output_node;
    const char *const *outputs; /* patterns of files that are compared; ended by NULL */
    uint64_t timeout_ns;        /* 0: as of a run */
    int ignore_stdout;
};

struct whet_suite {
    const char *name;
    const char *about;

    /* One of these three says what runs. */
    const struct whet_suite_command *commands;
    size_t command_count;
    const char *program;   /* built with <whet/bench.h> */
    const char *functions; /* a built-in group: "@io" */
    const char *filter;    /* of functions, by name */

    const char *shell;
    const char *setup, *prepare, *conclude, *cleanup;
    const char *const *build; /* lines, ended by NULL; NULL: the project's */
    const char *cwd;          /* all three are below the project's folder */
    const char *input;
    const char *const *env; /* "NAME=value", ended by NULL */
    uint64_t timeout_ns;
    const unsigned char *exits; /* codes besides 0 that are no failure */
    size_t exit_count;
    int any_exit;

    const struct whet_suite_parameter *parameters; /* that of `scaling` among them */
    size_t parameter_count;

    uint64_t runs;
    uint64_t budget_ns;
    const char *metric;    /* that is decided on */
    const char *reference; /* a command that the others are judged against */
    double warn, fail;
    double items;   /* that one run works through ... */
    uint64_t bytes; /* ... and bytes */

    const struct whet_yaml_node *targets; /* metric to limit */
    struct whet_suite_scaling scaling;
    struct whet_suite_concurrency concurrency;
    const char *const *tags; /* ended by NULL; NULL: none */

    const struct whet_yaml_node *node; /* where it stands in the file */
};

/* Reads the value of `suites:` into `out`, an empty vector of struct whet_suite. */
WHET_MUST_USE int whet__project_suites_read(const struct whet_yaml *y,
                                            const struct whet_yaml_node *suites,
                                            struct whet_vec *out, struct whet_arena *arena,
                                            struct whet_error *err);

/* Reads a line or a list of lines into an array ended by NULL: the value of `build:`. */
WHET_MUST_USE int whet__project_lines_read(const struct whet_yaml *y,
                                           const struct whet_yaml_node *node,
                                           struct whet_arena *arena, const char *const **out,
                                           struct whet_error *err);

#endif
