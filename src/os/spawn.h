/* os/spawn.h - one run of one program, watched to its end.
 *
 * Shape    an argument vector in, a record of the run out; no shell between.
 * Units    nanoseconds, bytes.
 * Memory   what the program prints goes into the caller's texts, up to their maximum;
 *          more than that is read, counted as cut, and dropped.
 * Errors   -errno when nothing was started, with a message that names the program or
 *          folder at fault. A program that fails, is killed or runs out of time was
 *          started: that is 0 and told in the result.
 * Threads  runs may go on in parallel; each waits for its own child only.
 *
 * Measuring adds next to nothing: all files are opened and all else is prepared before the
 * clock starts, the caller sleeps in one system call, the clock stops when that returns, and
 * what the kernel knows of the run is read after that (bench/overhead). A time-out, `stop`
 * and the memory of the tree are another thread's work (os/watch.h).
 *
 * The program gets its own process group, /dev/null as its input unless told
 * otherwise, default SIGPIPE and no blocked signals. Signals go to the whole group.
 */
#ifndef WHET_OS_SPAWN_H
#define WHET_OS_SPAWN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"

struct whet_affinity;
struct whet_counters;

enum whet_spawn_output {
    WHET_SPAWN_NULL,    /* thrown away by the kernel */
    WHET_SPAWN_INHERIT, /* where ours goes */
    WHET_SPAWN_CAPTURE, /* into a text */
    WHET_SPAWN_STDOUT   /* of stderr only: wherever stdout goes */
};

enum whet_spawn_flags {
    WHET_SPAWN_INHERIT_INPUT = 1 << 0, /* our stdin; stdin_path is not looked at */
    WHET_SPAWN_SAME_GROUP = 1 << 1,    /* stays in our group (a program that owns the
                                          terminal); only itself is signalled then */
    WHET_SPAWN_NO_PIDFD = 1 << 2,      /* for tests: as on kernels before 5.3 */
    WHET_SPAWN_DETAILS = 1 << 3,       /* read what /proc knows of it, once it has ended */
    WHET_SPAWN_TREE_MEMORY = 1 << 4,   /* watch the memory of it and all below it */
    WHET_SPAWN_NICE = 1 << 5           /* give it the priority `nice` */
};

/* What could be found out beyond the rest. */
enum whet_spawn_known {
    WHET_SPAWN_KNOWS_DELAY = 1 << 0,       /* delay_ns, main_cpu_ns */
    WHET_SPAWN_KNOWS_IO = 1 << 1,          /* the four byte counts */
    WHET_SPAWN_KNOWS_TREE_MEMORY = 1 << 2, /* tree_rss_bytes */
    WHET_SPAWN_KNOWS_CYCLES = 1 << 3,      /* and so on, each of the counters */
    WHET_SPAWN_KNOWS_INSTRUCTIONS = 1 << 4,
    WHET_SPAWN_KNOWS_BRANCH_MISSES = 1 << 5,
    WHET_SPAWN_KNOWS_CACHE_MISSES = 1 << 6
};

struct whet_spawn_options {
    const char *const *argv; /* NULL-terminated; argv[0] is looked for in PATH if it
                                holds no '/' */
    const char *program;     /* the file to run when it is not argv[0]; NULL if it is.
                                Saves the search in PATH. Relative to cwd */
    const char *const *env;  /* "NAME=value", NULL-terminated; NULL: ours */
    const char *cwd;         /* NULL: ours */
    const char *stdin_path;  /* NULL: /dev/null */
    enum whet_spawn_output out;
    enum whet_spawn_output err;
    struct whet_text *out_text; /* of WHET_SPAWN_CAPTURE: appended to */
    struct whet_text *err_text;
    unsigned flags;      /* enum whet_spawn_flags */
    uint64_t timeout_ns; /* 0: none */
    uint64_t grace_ns;   /* between SIGTERM and SIGKILL; 0: 2 s */
    /* Asked some twenty times a second from another thread, which watches all runs: it must
     * be quick and start no run. 1 ends this one. Never
     * asked after the call is over. */
    int (*stop)(void *ctx);
    void *ctx;
    const struct whet_affinity *cpus; /* where it may run (os/affinity.h); NULL: where we may */
    int nice;                         /* with WHET_SPAWN_NICE: -20 (first) to 19 (last) */
    struct whet_counters *counters;   /* that count it (os/counters.h); NULL: none */
};

struct whet_spawn_result {
    int exit_code; /* 0..255; -1 when a signal ended it */
    int signal;    /* that signal; 0 when it exited by itself */
    int timed_out; /* 1: it was ended because its time was over ... */
    int stopped;   /* ... or because `stop` said so */
    int out_cut;   /* 1: it printed more than the text could take */
    int err_cut;
    uint64_t wall_ns;         /* from just before the start to its end seen */
    uint64_t user_ns;         /* of it and of the children it waited for */
    uint64_t sys_ns;          /* likewise */
    uint64_t max_rss_bytes;   /* of the largest of them; at least rss_floor_bytes */
    uint64_t rss_floor_bytes; /* our own peak by then: the kernel counts the moment between
                                 start and exec, when the child has our memory. Only what
                                 is above it is the program's own */
    uint64_t minor_faults;    /* page faults without and ... */
    uint64_t major_faults;    /* ... with reading from storage */
    uint64_t voluntary_switches;
    uint64_t involuntary_switches;
    uint64_t blocks_in;  /* of 512 bytes, read from storage ... */
    uint64_t blocks_out; /* ... and written to it */

    unsigned known;       /* enum whet_spawn_known: which of the following are */
    uint64_t delay_ns;    /* its first thread was ready to run and did not ... */
    uint64_t main_cpu_ns; /* ... and did: user_ns + sys_ns when it was the only one */
    uint64_t read_bytes;  /* by read(2) and its like, of children waited for too */
    uint64_t written_bytes;
    uint64_t storage_read_bytes; /* of them, what storage had to deliver and take */
    uint64_t storage_written_bytes;
    uint64_t tree_rss_bytes; /* the most that it and all below it had in RAM together, as
                                seen from time to time (after 4 ms, then ever more seldom up
                                to 64 ms apart); shared pages count in each. At least
                                max_rss_bytes, which it is when it was always alone */
    uint64_t cycles, instructions, branch_misses, cache_misses;
};

/* Runs it and waits. When the child has ended, what it left in the pipes is read, but
 * nobody waits for processes it left in the background; those are killed only when
 * the run was ended from here.
 * -ENOENT, -EACCES, -ENOTDIR: program or folder missing or closed to us; -E2BIG: too
 * many arguments; -EPERM, -EACCES: no right to that priority; -EINVAL: no such priority, or
 * no such processor any more; -EMFILE, -EAGAIN, -ENOMEM: no room. */
WHET_MUST_USE int whet__spawn_run(const struct whet_spawn_options *options,
                                  struct whet_spawn_result *out, struct whet_error *err);

/* Appends the path of the program that `name` would run: itself when it holds a '/',
 * else the first executable file in PATH.
 * -ENOENT: none.  -EACCES: only files we may not run. */
WHET_MUST_USE int whet__spawn_find(const char *name, struct whet_text *out);

/* Finds out why `program` could not be started, which the kernel told as `rc`, and says so.
 * Returns the number of the cause. `cwd` may be NULL. */
int whet__spawn_explain(const char *cwd, const char *program, int rc, struct whet_error *err);

/* Appends the path of the program that is running. */
WHET_MUST_USE int whet__spawn_self(struct whet_text *out);

#endif
