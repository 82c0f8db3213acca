/* data/project_commands.h - the commands of whet.yaml: what `whet run --project` runs.
 *
 *              commands:
 *                lint: shellcheck tools/setup          # a line, or a mapping:
 *                test:
 *                  command: ./run-tests --all          # or [./run-tests, --all]
 *                  needs: [build]
 *                  timeout: 5m
 *
 * Shape    a mapping of names to a vector of plain structs, in the file's order.
 * Units    nanoseconds, bytes; 0 means "not given".
 * Memory   texts are borrowed from the YAML tree, lists from the arena.
 * Errors   -EINVAL, -ERANGE, -ENOMEM with the place in the file.
 * Threads  one at a time.
 */
#ifndef WHET_DATA_PROJECT_COMMANDS_H
#define WHET_DATA_PROJECT_COMMANDS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "data/yaml.h"

#define WHET_PROJECT_COMMANDS_MAX   1000

#define WHET_PROJECT_RETRIES_UNSAID UINT64_MAX

struct whet_project_command {
    const char *name;
    const char *category;    /* NULL: none */
    int type;                /* of whet__project_command_types; -1: not given */
    const char *line;        /* or ... */
    const char *const *argv; /* ... its words */
    int shell;               /* the line is for a shell */
    const char *const *env;  /* "NAME=value"; this and all lists: ended by NULL, NULL: none */
    const char *cwd;         /* below the project's folder */
    const char *const *inputs;
    const char *const *outputs;
    const char *depfile;
    const char *const *needs;
    uint64_t timeout_ns;
    uint64_t memory_bytes;
    uint64_t retries; /* WHET_PROJECT_RETRIES_UNSAID: not given, which is not 0 */
    uint64_t retry_delay_ns;
    unsigned line_number; /* where it stands */
    unsigned column;
};

extern const char *const whet__project_command_types[]; /* "cpu", "io", "mixed", NULL */

/* Reads the value of `commands:` into `out`, an empty vector of struct whet_project_command. */
WHET_MUST_USE int whet__project_commands_read(const struct whet_yaml *y,
                                              const struct whet_yaml_node *commands,
                                              struct whet_vec *out, struct whet_arena *arena,
                                              struct whet_error *err);

#endif
