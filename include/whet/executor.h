/* whet/executor.h - commands that run many at once, each accounted for: `whet run` from C.
 *
 * Shape    commands are added, or taken from whet.yaml, and all are run by one call; a
 *          callback hears what became of each.
 * Units    nanoseconds, bytes.
 * Memory   _new allocates and _free releases; a command's texts are copied, those of the
 *          options and of a result borrowed.
 * Errors   0 or a negative errno value. A command that fails is no error: its result and
 *          the counts say so. Nor is a cache that does not do what it should (below): that
 *          costs hits, and whet_executor_note says so.
 * Threads  one at a time for each executor; callbacks come from the thread that runs it.
 *          Children must be left to whoever started them: SIGCHLD not ignored, nobody waits
 *          for any child.
 *
 *     static const char *const sources[] = {"a.c", NULL}, *const objects[] = {"a.o", NULL};
 *     struct whet_executor *executor;
 *     int rc = whet_executor_new(&executor, &options, &err);
 *
 *     if (rc == 0) {
 *         rc = whet_executor_add(executor,
 *                                &(struct whet_executor_command){.line = "cc -c a.c",
 *                                                                .inputs = sources,
 *                                                                .outputs = objects},
 *                                &err);
 *         if (rc == 0)
 *             rc = whet_executor_run(executor, &counts, &err);
 *         whet_executor_free(executor);
 *     }
 *
 * What a field means in full is in whet-run(1).
 *
 * With WHET_EXECUTOR_CACHE: a cache that cannot be opened (no right to it, a folder that cannot
 * be made, a later version of whet, somebody else's file), is locked, has no room, is damaged,
 * or whose server does not answer, changes nothing but what is run: each command that is not
 * found runs, and what it made is not kept. A damaged file is moved aside and begun anew.
 * Nothing is answered that is not, by its checksums, what was kept. The one error of its own is
 * that there is no place for it: no cache_dir, no XDG_CACHE_HOME and no home folder.
 */
#ifndef WHET_EXECUTOR_H
#define WHET_EXECUTOR_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>
#include <whet/sizing.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to run. Lists end in NULL, and may be NULL; all zero but for `line` or `argv` is a
 * command without a name, limits or needs. */
struct whet_executor_command {
    const char *name;           /* for messages and needs; NULL: none */
    const char *category;       /* a word of the caller's; NULL: none */
    const char *line;           /* split into words at blanks, with a shell's quotes; or ... */
    const char *const *argv;    /* ... its words, the first of which is looked for in PATH */
    int shell;                  /* 1: `line` is for sh -c */
    enum whet_sizing_type type; /* AUTO: nobody knows. IO: beside the others, four for each
                                   core, where the options' `jobs` is 0 */
    const char *const *env;     /* "NAME=value", beside our environment */
    const char *cwd;            /* NULL: our own */
    const char *const *inputs;  /* patterns of files that it reads, seen from cwd; what ... */
    const char *const
        *outputs;             /* ... it makes; and the file in which it says what it has ... */
    const char *depfile;      /* ... read, as gcc -MMD does. Without any it is not cached */
    const char *const *needs; /* names of commands that have to end well before */
    uint64_t timeout_ns;      /* 0: none */
    uint64_t memory_bytes;    /* of it and all below it, in RAM; 0: no limit */
    unsigned retries;         /* after a failure */
    uint64_t retry_delay_ns;
};

/* How a command ended. */
enum whet_executor_end {
    WHET_EXECUTOR_OK,          /* exit code 0 */
    WHET_EXECUTOR_EXIT,        /* another one */
    WHET_EXECUTOR_SIGNAL,      /* killed, or crashed */
    WHET_EXECUTOR_TIMEOUT,     /* over a limit: it was ended, and so ... */
    WHET_EXECUTOR_MEMORY,      /* ... were these */
    WHET_EXECUTOR_OUTPUT,      /* it printed more than the disk may hold */
    WHET_EXECUTOR_NO_OUTPUT,   /* exit code 0, and not all of its outputs are there */
    WHET_EXECUTOR_NOT_STARTED, /* no such program, no such folder */
    WHET_EXECUTOR_SKIPPED,     /* something that it needs did not end well */
    WHET_EXECUTOR_STOPPED,     /* the whole was ended meanwhile */
    WHET_EXECUTOR_ENDS         /* how many there are */
};

struct whet_executor_result {
    size_t index;     /* of the command: 0, 1, ... in the order in which they were added */
    const char *name; /* NULL: it has none */
    const char *category;
    enum whet_executor_end end;
    const char *reason;     /* why it is not OK, for people; "" if it is */
    const char *not_kept;   /* why the cache does not keep it, though it ran and was to be
                               kept; "" if it does, as far as is known then, or was not asked */
    int exit_code;          /* -1: none */
    int signal;             /* 0: none */
    int cached;             /* 1: it was not run; this is what it answered when it was */
    unsigned attempts;      /* 0: it was not run */
    uint64_t start_wall_ns; /* since 1970; of the last attempt, as all below */
    uint64_t wall_ns;
    uint64_t user_ns;
    uint64_t sys_ns;
    uint64_t max_rss_bytes; /* of its largest process; never less than what the program that
                               runs it has, as the kernel counts that to its children */
    uint64_t saved_ns;      /* what it took when it was run, if it is cached */
    const char *out;        /* what it printed to stdout, ended by a NUL that does not count */
    size_t out_len;
    const char *err; /* and to stderr */
    size_t err_len;
    int cut; /* 1: it printed more than printed_max on one of them */
};

struct whet_executor_counts {
    uint64_t ended; /* of those that were begun or left out; the sum of the next four */
    uint64_t ok;
    uint64_t failed;
    uint64_t skipped;
    uint64_t stopped;
    uint64_t not_started; /* left when the whole ended early */
    uint64_t cached;      /* of `ok` and `failed` */
    uint64_t saved_ns;    /* what those took when they were run */
    uint64_t user_ns;     /* of all that ran */
    uint64_t sys_ns;
};

enum whet_executor_flags {
    WHET_EXECUTOR_KEEP_GOING = 1 << 0, /* a failure stops nothing but what needs it */
    WHET_EXECUTOR_ADAPT = 1 << 1,    /* begin with `jobs`, and go by load and memory pressure */
    WHET_EXECUTOR_CACHE = 1 << 2,    /* what has not changed is not run again */
    WHET_EXECUTOR_FORCE = 1 << 3,    /* it is, and kept anew */
    WHET_EXECUTOR_FAILURES = 1 << 4, /* exit codes other than 0 are kept, too */
    WHET_EXECUTOR_ANYWHERE = 1 << 5, /* results do not depend on the folder */
    WHET_EXECUTOR_STRICT = 1 << 6    /* commands get no variables but their own, PATH, LANG
                                        and their like, and `pass` */
};

/* All zero: the defaults. */
struct whet_executor_options {
    unsigned jobs;           /* at once, at most 4096; 0: as whet.yaml says whose commands were
                                added, else the cores that affinity and cgroup allow */
    unsigned flags;          /* enum whet_executor_flags */
    const char *cache_dir;   /* NULL: $XDG_CACHE_HOME/whet */
    uint64_t cache_bytes;    /* on disk, at least 1 MiB; 0: 5 GiB */
    const char *remote;      /* a Redis or Valkey server; NULL: none */
    const char *const *pass; /* names of variables of ours that results depend on, too */
    uint64_t grace_ns;       /* between SIGTERM and SIGKILL; 0: 2 s */
    size_t printed_max; /* of what a command prints on a stream, that its result has; 0: 1 MiB
                         */

    /* Each may be NULL. */
    void (*started)(void *ctx, size_t index);
    void (*ended)(void *ctx, const struct whet_executor_result *result);
    void (*tick)(void *ctx, const struct whet_executor_counts *now); /* ten times a second */
    int (*stop)(void *ctx); /* asked often; 1: what runs is ended, nothing else is started */
    void *ctx;              /* handed to all */
};

struct whet_executor;

/* `options` may be NULL. -EINVAL: an option is out of range; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_executor_new(struct whet_executor **out,
                                             const struct whet_executor_options *options,
                                             struct whet_error *err);
WHET_API void whet_executor_free(struct whet_executor *executor);

/* -EINVAL: neither a line nor words, or both, or a line that only a shell understands; -EBUSY:
 * called from a callback of its own; -ENOMEM; -EFBIG: over a million. */
WHET_API WHET_MUST_USE int whet_executor_add(struct whet_executor *executor,
                                             const struct whet_executor_command *command,
                                             struct whet_error *err);

/* Adds commands of the whet.yaml that is in force for the folder `path`: those whose names are
 * in `names`, or all, with what they need. Once for each executor. -ENOENT: there is no
 * whet.yaml; -EALREADY; -EBUSY, as above; -EINVAL and others: as *err says. */
WHET_API WHET_MUST_USE int whet_executor_add_project(struct whet_executor *executor,
                                                     const char *path, const char *const *names,
                                                     struct whet_error *err);

/* Runs all that was added, and waits. It may be called again: with a cache, what has not
 * changed meanwhile is not repeated. Nothing was run after -EINVAL (commands need each other in
 * a circle, which *err names, or what nobody has, or make the same file; options.remote is no
 * server's url, or options.pass has what is no name), -ENOENT (no place for a cache, as above)
 * and -EBUSY (called from a callback of its own). Others: it could not go on; what ran was
 * ended. After an error *out is as it was. */
WHET_API WHET_MUST_USE int whet_executor_run(struct whet_executor *executor,
                                             struct whet_executor_counts *out,
                                             struct whet_error *err);

/* Why the cache did not do all that it should in the last run, for a person; NULL: it did, or
 * was not asked to. Borrowed until the next run, or _free. Why a single result was not kept
 * stands in that (not_kept). */
WHET_API const char *whet_executor_note(const struct whet_executor *executor);

/* "ok", "exit", "timeout", ... as in the log of whet run. */
WHET_API const char *whet_executor_end_name(enum whet_executor_end end);

#ifdef __cplusplus
}
#endif

#endif
