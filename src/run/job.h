/* run/job.h - a command to run, and what became of it.
 *
 * Shape    plain structs: what was asked, and what was found out.
 * Units    nanoseconds, bytes.
 * Memory   a job's texts are borrowed from whoever made it, until it has ended.
 * Errors   none of its own.
 * Threads  read only once made.
 */
#ifndef WHET_RUN_JOB_H
#define WHET_RUN_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"

/* What it needs most, as its author says; the executor only passes it on. */
enum whet_job_type { WHET_JOB_UNSAID, WHET_JOB_CPU, WHET_JOB_IO, WHET_JOB_MIXED };

enum { WHET_JOB_TYPE_WORDS = WHET_JOB_MIXED + 1 };
extern const char *const whet__job_type_words[WHET_JOB_TYPE_WORDS]; /* "", "cpu", "io", ... */

struct whet_run_job {
    uint64_t number;  /* from 1, without gaps, in the order of the input */
    uint64_t turn;    /* from 1, without gaps: when what it prints is shown; 0: its number */
    const char *name; /* NULL: none */
    const char *category; /* NULL: none */
    enum whet_job_type type;
    const char *const *argv;    /* ended by NULL; argv[0] is looked for in PATH without '/' */
    const char *const *env;     /* declared: "NAME=value", beside `base`; NULL: none */
    const char *const *base;    /* what else is set; NULL: our environment */
    const char *cwd;            /* NULL: ours; relative to ours */
    const char *const *inputs;  /* globs; NULL: none said */
    const char *const *outputs; /* paths; NULL: none said */
    const char *depfile;        /* it writes there what it has read, as a rule for make; NULL:
                                   it does not */
    const char *const *needs;   /* names of jobs that have to end well before; NULL: none */
    uint64_t timeout_ns;        /* of each attempt, from its start; 0: none */
    uint64_t memory_bytes;      /* of it and all below it, in RAM; 0: no limit */
    unsigned retries;           /* after a first failure */
    uint64_t retry_delay_ns;
    int placed;       /* its words have {%}, its place, which is another on another machine */
    const char *skip; /* not NULL: it is not to be run, and why not */
    unsigned line;    /* where it stands in its file; 0: not known */
    unsigned column;
};

enum whet_job_end {
    WHET_JOB_OK,          /* exit code 0 */
    WHET_JOB_EXIT,        /* another one */
    WHET_JOB_SIGNAL,      /* killed, or crashed */
    WHET_JOB_TIMEOUT,     /* we ended it */
    WHET_JOB_MEMORY,      /* likewise */
    WHET_JOB_OUTPUT,      /* likewise: more than may be held, with no turn to come */
    WHET_JOB_NO_OUTPUT,   /* exit code 0, and not all of its outputs are there */
    WHET_JOB_NOT_STARTED, /* no such program, no such folder */
    WHET_JOB_SKIPPED,     /* something that it needs did not end well */
    WHET_JOB_STOPPED      /* the whole run was ended meanwhile */
};

enum { WHET_JOB_END_WORDS = WHET_JOB_STOPPED + 1 };
extern const char *const whet__job_end_words[WHET_JOB_END_WORDS]; /* "ok", "not_started", ... */

/* What it has used and not declared, as names; each list ends in NULL. */
struct whet_job_traced {
    const char *const *undeclared; /* inputs */
    const char *const *listed;     /* folders */
    const char *const *absent;     /* looked for, and not there */
    const char *const *unseen;     /* why not all could be seen, in words; empty: it could */
};

struct whet_job_result {
    enum whet_job_end end;
    int exit_code; /* -1: none */
    int signal;    /* 0: none */
    int cached;    /* 1: not run, for its answer was there: this is what was found */
    int resumed;   /* 1: not run, for an earlier run of the whole has done so */
    unsigned attempts;
    uint64_t start_wall_ns; /* since 1970; of the last attempt, as all below */
    uint64_t wall_ns;
    uint64_t user_ns;
    uint64_t sys_ns;
    uint64_t max_rss_bytes;
    uint64_t saved_ns; /* cached: what the run took whose answer it is */
    int kept;          /* 1: what it printed is in a file, for whoever puts shards together: */
    uint64_t kept_at;
    uint64_t kept_bytes[2];               /* of stdout, and of stderr behind it */
    const struct whet_job_traced *traced; /* NULL: it was not; until it has ended */
    char reason[200];                     /* why it is not OK, for people; "" if it is */
    char not_kept[240]; /* why a cache does not keep it though it was asked to; "" else */
    int not_kept_said;  /* 1: that will be so the next time, too: a person should know */
};

/* The same on every machine for the same argv, declared environment and folder. `here` is
 * the folder we are in, `scratch` is overwritten. -ENOMEM, -EFBIG. */
WHET_MUST_USE int whet__job_identity(const struct whet_run_job *job, const char *here,
                                     struct whet_text *scratch, struct whet_hash128 *out);

/* Variables of `base` that `over` does not have, and those of `over`; in the arena, texts
 * borrowed. Either may be NULL, not both. NULL: no memory. */
WHET_MUST_USE const char *const *
whet__job_env(struct whet_arena *arena, const char *const *base, const char *const *over);

/* Appends its name, else its command line as a shell would take it. */
void whet__job_describe(const struct whet_run_job *job, struct whet_text *out);

/* The exit code that stands for it: its own; 128 and the number of its signal; 124 for a
 * time-out, 137 for memory, 1 for too much or a missing output, 2 for what was not started. */
int whet__job_exit(const struct whet_job_result *result);

#endif
