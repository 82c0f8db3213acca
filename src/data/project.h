/* data/project.h - whet.yaml, in a project's root: what was tuned, what the user set.
 *
 * Shape    a struct of the settings; and the `tuned:` block exchanged inside a text, the
 *          rest of which stays as it is, byte for byte.
 *
 *              version: 1
 *              tuned:             # whet's own, from whet tune
 *                profile: large_project
 *                target: throughput        # or latency, memory
 *                jobs: 8
 *                cache: stat               # or auto, off, content
 *                cache_size: 2GiB
 *                max_file_size: 10MiB
 *                measured:                 # whatever is worth remembering
 *                  date: "2026-01-31"
 *                checksum: 0123456789abcdef
 *              scan:              # the user's: each goes before its like in `tuned`
 *                jobs: 4
 *                cache: content
 *                cache_size: 500MiB
 *                max_file_size: 1MiB
 *              build: make -s     # what makes the project's programs: a line or several
 *              suites:            # what is measured: data/project_suites.h
 *                parse: {command: ./build/parse big.txt, targets: {time: 5s}}
 *              commands:          # what is run: data/project_commands.h
 *                lint: shellcheck tools/setup
 *
 * Units    bytes; 0 and -1 mean "not given".
 * Memory   texts are borrowed from the struct until whet__project_clear.
 * Errors   0 or a negative errno value; *err has the place in the file.
 * Threads  one at a time.
 */
#ifndef WHET_DATA_PROJECT_H
#define WHET_DATA_PROJECT_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"
#include "data/project_commands.h"
#include "data/project_suites.h"
#include "data/yaml.h"

#define WHET_PROJECT_FILE "whet.yaml"

enum whet_project_target { WHET_PROJECT_THROUGHPUT, WHET_PROJECT_LATENCY, WHET_PROJECT_MEMORY };

struct whet_project_scan {
    uint64_t jobs;           /* 1..1024; 0: not given */
    int cache;               /* enum whet_scan_cache; -1: not given */
    uint64_t cache_bytes;    /* 0: not given */
    uint64_t max_file_bytes; /* 0: not given */
};

struct whet_project_tuned {
    const char *profile; /* NULL: not given */
    int target;          /* enum whet_project_target; -1: not given */
    struct whet_project_scan scan;
    const struct whet_yaml_node *measured; /* a mapping to scalars, or NULL */
    const char *checksum;                  /* NULL: not given */
};

struct whet_project {
    struct whet_yaml *yaml;
    uint64_t version;
    struct whet_project_tuned tuned;
    struct whet_project_scan user;
    const char *const *build; /* lines, ended by NULL; NULL: not given */
    struct whet_vec suites;   /* of struct whet_suite, as in the file */
    struct whet_vec commands; /* of struct whet_project_command, likewise */
    struct whet_arena arena;  /* of lists */
};

/* Appends the path of the whet.yaml that is in force for `path`, a file or folder: in
 * its folder or the nearest one above, not above the root of a repository (where .git
 * is). -ENOENT: there is none. Other values: `path` cannot be followed. */
WHET_MUST_USE int whet__project_find(const char *path, struct whet_text *out);

/* Fills *out from a file. -ENOENT: there is none; *out has the defaults then, and may be
 * used and cleared as after success. After any other failure *out is untouched. */
WHET_MUST_USE int whet__project_load(struct whet_project *out, const char *path,
                                     struct whet_error *err);

/* The same from a text; `file` is for messages and may be NULL. */
WHET_MUST_USE int whet__project_parse(struct whet_project *out, const char *text, size_t len,
                                      const char *file, struct whet_error *err);
void whet__project_clear(struct whet_project *p);

/* What a scan is to use: the user's settings, else the tuned ones. */
struct whet_project_scan whet__project_scan(const struct whet_project *p);

/* One line of `measured`. */
struct whet_project_fact {
    const char *key;
    const char *value;
};

enum whet_project_block {
    WHET_PROJECT_BLOCK_NONE,  /* there was no `tuned:` */
    WHET_PROJECT_BLOCK_OURS,  /* as whet wrote it */
    WHET_PROJECT_BLOCK_EDITED /* by hand, or without a checksum */
};

/* Appends to *out the text with its `tuned:` block replaced, or added at the end; an
 * empty text becomes a whole file. `tuned->measured` and `->checksum` are not looked
 * at: the facts and a new sum are written. *block says what was there, so that the
 * caller can ask before it writes.
 * -EINVAL: the text is not a whet.yaml, or writes its `tuned` in a way that cannot be
 * cut out by lines (in braces, say). */
WHET_MUST_USE int whet__project_tune_text(const char *text, size_t len, const char *file,
                                          const struct whet_project_tuned *tuned,
                                          const struct whet_project_fact *facts,
                                          size_t fact_count, struct whet_text *out,
                                          enum whet_project_block *block,
                                          struct whet_error *err);

#endif
