/* front/run_request.h - what a person asks of `whet run`.
 *
 * Shape    filled from the command line; opened into a source of jobs; closed after the run.
 * Units    nanoseconds, bytes.
 * Memory   texts are borrowed from the command line; whet__run_input_close frees the rest.
 * Errors   -errno with a message for the person.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_RUN_REQUEST_H
#define WHET_FRONT_RUN_REQUEST_H

#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/vec.h"
#include "option/global.h"
#include "data/project.h"
#include "run/declares.h"
#include "run/executor.h"
#include "run/needs.h"
#include "run/inputs.h"
#include "run/job_log.h"
#include "run/jobs.h"
#include "run/lines.h"
#include "run/source_lines.h"
#include "run/source_shard.h"
#include "run/source_template.h"
#include "run/template.h"

/* Of the lines that commands come in. */
enum whet_run_format {
    WHET_RUN_FORMAT_AUTO, /* JSON if the first letter is '{' */
    WHET_RUN_FORMAT_LINES,
    WHET_RUN_FORMAT_JSON
};

struct whet_run_request {
    const struct whet_global *global;
    FILE *out;
    const char *const *operands; /* ended by NULL */
    size_t operand_count;
    int words;         /* 1: the operands (up to a `:::`) are one command's words */
    unsigned max_args; /* inputs for one command; 0: one */
    const char *jobs;  /* "auto", "8", "50%"; NULL: auto */
    const char *file;  /* NULL: none */
    enum whet_run_format format;
    int project;          /* the operands are names of commands of whet.yaml; none: all */
    const char *category; /* of these, those of this category; NULL: of any */
    const char *log;      /* NULL: none */
    enum whet_job_log_mode log_mode;
    int shell;
    int null_ends; /* lines of inputs end in NUL */
    const char *cwd;
    const struct whet_vec *env; /* of const char *, "NAME=value" */
    uint64_t timeout_ns;
    uint64_t grace_ns;
    uint64_t memory_bytes;
    unsigned retries;
    uint64_t retry_delay_ns;
    enum whet_run_halt halt;
    enum whet_show_order order;
    uint64_t hold_bytes; /* 0: as the executor does */
    int dry_run;
    int json;
    const char *shard;              /* as whet__shard_read takes it; NULL: all */
    const char *parts;              /* folder for what shards leave; NULL: none, or our own */
    const char *on;                 /* "slurm"; NULL: here */
    unsigned shards;                /* with `on`; 0: not said */
    const struct whet_vec *sbatch;  /* of const char *: further words for it */
    int merge;                      /* run nothing: the operand is a folder of parts */
    const struct whet_vec *inputs;  /* of const char *: patterns that commands declare */
    const struct whet_vec *outputs; /* likewise */
    const char *depfile;            /* NULL: none */
    int trace_inputs;
    const struct whet_vec *trace_ignore; /* of const char *: folders */
    int cache;
    const char *cache_dir;       /* NULL: the user's */
    uint64_t cache_size;         /* bytes on disk; 0: as it is by default */
    const char *remote;          /* NULL: none */
    const struct whet_vec *pass; /* of const char *: variables that results depend on */
    int strict;
    int anywhere;
    int force;
    int cache_failures;
    int explain;
};

/* Where jobs come from, and what has to stay open for it. */
struct whet_run_input {
    struct whet_job_source source;
    struct whet_run_job like;
    const char **env;
    struct whet_arena base; /* of the environment with --strict */
    struct whet_lines lines;
    int lines_open;
    struct whet_inputs inputs;
    int inputs_open;
    struct whet_template template;
    int template_open;
    const char **words; /* of the one command that was given so */
    int words_given;
    struct whet_declares declares;
    int declares_open;
    struct whet_source_lines from_lines;
    struct whet_source_template from_template;
    int template_rows;     /* it is open */
    struct whet_jobs jobs; /* all of them known: JSON, whet.yaml */
    int jobs_open;
    struct whet_needs needs;
    struct whet_source_shard shard;
    struct whet_project project;
    int project_open;
    struct whet_text path; /* of whet.yaml */
    unsigned tuned_jobs;   /* how many at once, as whet.yaml says; 0: it does not */
};

WHET_MUST_USE int whet__run_input_open(struct whet_run_input *in,
                                       const struct whet_run_request *r,
                                       struct whet_error *err);
void whet__run_input_close(struct whet_run_input *in);

/* All of the jobs are known: makes the graph of what they need, and the source. */
WHET_MUST_USE int whet__run_input_graph(struct whet_run_input *in, struct whet_error *err);

/* Adds the commands that are asked for of the whet.yaml in force for `from`, with all that they
 * need, to jobs that are open. */
WHET_MUST_USE int whet__run_input_commands(struct whet_run_input *in,
                                           const struct whet_run_request *r, const char *from,
                                           struct whet_error *err);

/* The same from here, and the graph of them. */
WHET_MUST_USE int whet__run_input_project(struct whet_run_input *in,
                                          const struct whet_run_request *r,
                                          struct whet_error *err);

/* *out = how many at once. */
WHET_MUST_USE int whet__run_jobs_parse(const char *text, unsigned *out, struct whet_error *err);

/* Does it all: an exit code, or -errno with *err. */
WHET_MUST_USE int whet__run_request(const struct whet_run_request *r, struct whet_error *err);

#endif
