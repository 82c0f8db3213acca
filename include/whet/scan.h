/* whet/scan.h - lines, functions and complexity of every file below a folder.
 *
 * Shape    one call walks, reads, analyses and answers; the answer is read-only.
 * Units    bytes, nanoseconds; lines count from 1; ratios 0..1.
 * Memory   whet_scan_run allocates *out; whet_scan_free releases it and all that
 *          it lent. Every returned pointer is borrowed until then.
 * Errors   0 or a negative errno value; a file that cannot be read never fails
 *          the scan, it is listed with its reason.
 * Threads  the call starts and joins its own; an answer may be read from any.
 */
#ifndef WHET_SCAN_H
#define WHET_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the answers of earlier scans are used. A changed file is always found in
 * `content`; `stat` trusts size, inode, mtime and ctime, except when the file
 * was changed so near to its last scan that its times cannot tell (the rule git
 * calls "racily clean"). `auto` is `stat` on local filesystems and `content`
 * where times are not to be trusted (network, FUSE). */
enum whet_scan_cache {
    WHET_SCAN_CACHE_AUTO,
    WHET_SCAN_CACHE_OFF,
    WHET_SCAN_CACHE_STAT,
    WHET_SCAN_CACHE_CONTENT
};

enum whet_scan_flags {
    WHET_SCAN_LINES_ONLY = 1 << 0,    /* count lines; never parse */
    WHET_SCAN_LIST_ONLY = 1 << 1,     /* names and languages; never open */
    WHET_SCAN_FUNCTIONS = 1 << 2,     /* keep each file's functions in the answer */
    WHET_SCAN_IGNORED = 1 << 3,       /* list what ignore rules left out */
    WHET_SCAN_NO_GITIGNORE = 1 << 4,  /* neither .gitignore nor info/exclude */
    WHET_SCAN_NO_PARENTS = 1 << 5,    /* no ignore files from above the folder */
    WHET_SCAN_NO_GLOBAL = 1 << 6,     /* not git's core.excludesFile */
    WHET_SCAN_NO_WHETIGNORE = 1 << 7, /* not .whetignore */
    WHET_SCAN_SIZES = 1 << 8          /* with LIST_ONLY: ask each file's size, too */
};

/* What is done so far; `files_found` grows until the walk is over. */
struct whet_scan_progress {
    uint64_t files_found;
    uint64_t files_done;
    uint64_t bytes_done;
    int walking; /* 1 until files_found is final */
};

struct whet_scan_options {
    unsigned jobs;  /* threads; 0: as many as this process may use cores */
    unsigned flags; /* enum whet_scan_flags */
    enum whet_scan_cache cache;
    const char *cache_dir;    /* NULL: $XDG_CACHE_HOME/whet or ~/.cache/whet */
    uint64_t cache_max_bytes; /* on disk; 0: 1 GiB */
    const char *remote;       /* a Redis or Valkey server that machines share answers through,
                                 as in <whet/cache.h>; NULL: none. Not asked where `cache` is
                                 WHET_SCAN_CACHE_OFF */
    uint64_t max_file_bytes;  /* larger files are skipped; 0: 10 MiB */
    unsigned shard;           /* with `shards`: which part of the folders to scan, 1..shards */
    unsigned shards;          /* how many parts there are, each scanned by somebody; 0: all
                                 is scanned here. Which folder is in which part depends on its
                                 path below the root alone */
    const char *const *isolate; /* analyse in worker processes that run this program, a path and
                                   its arguments, which calls whet_scan_serve: a file that
                                   crashes its worker, or is over a limit, is skipped with its
                                   reason. NULL: in threads of this process */
    uint64_t file_cpu_ns;       /* with `isolate`: processor time for one file; 0: 10 s */
    uint64_t file_memory_bytes; /* with `isolate`: address space of a worker; 0: 4 GiB */
    int (*stop)(
        void *ctx); /* polled often from any thread; 1 ends the scan early; may be NULL */
    void (*progress)(
        void *ctx,
        const struct whet_scan_progress *now); /* from the calling
                                               thread, ten times a second; may be NULL */
    void *ctx;                                 /* handed to both */
};

struct whet_scan_function {
    const char *name; /* UTF-8 as in the source; "(anonymous)" when it has none */
    uint32_t line;    /* first and last line of the definition */
    uint32_t end_line;
    uint32_t complexity; /* cyclomatic (McCabe 1976): 1 + decisions; doc/metrics.md */
};

enum whet_scan_file_flags {
    WHET_SCAN_FILE_SYNTAX_ERRORS = 1
                                   << 0, /* the tree has error nodes; counts are of the rest */
    WHET_SCAN_FILE_PARSE_STOPPED = 1 << 1, /* over the parse budget; lines only */
    WHET_SCAN_FILE_CACHED = 1 << 2         /* the answer was not computed in this scan */
};

struct whet_scan_file {
    const char *path;     /* below the folder, '/' between parts; any bytes but NUL */
    const char *language; /* as in whet_scan_language.name */
    uint64_t bytes;
    uint32_t lines; /* code + comment + blank */
    uint32_t code;
    uint32_t comment;
    uint32_t blank;
    uint32_t function_count;
    uint32_t complexity;                        /* sum over functions */
    uint32_t complexity_max;                    /* of one function */
    uint32_t flags;                             /* enum whet_scan_file_flags */
    const struct whet_scan_function *functions; /* by line; NULL without WHET_SCAN_FUNCTIONS */
};

enum whet_scan_reason {
    WHET_SCAN_SKIP_IGNORED,  /* by a rule of an ignore file: `rule` says which */
    WHET_SCAN_SKIP_LANGUAGE, /* no language is known for its name or content */
    WHET_SCAN_SKIP_SIZE,     /* over max_file_bytes */
    WHET_SCAN_SKIP_BINARY,   /* a NUL byte near its start */
    WHET_SCAN_SKIP_SPECIAL,  /* neither a file nor a folder: FIFO, socket, device */
    WHET_SCAN_SKIP_SYMLINK,  /* links are not followed */
    WHET_SCAN_SKIP_ERROR,    /* open, read or list failed: `error` says why */
    WHET_SCAN_SKIP_CRASHED,  /* its analysis did; only in an isolated scan, as the next two */
    WHET_SCAN_SKIP_CPU,      /* over file_cpu_ns */
    WHET_SCAN_SKIP_MEMORY,   /* over file_memory_bytes */
    WHET_SCAN_SKIP_REASONS   /* how many there are */
};

struct whet_scan_skip {
    const char *path; /* a folder ends in '/' */
    enum whet_scan_reason reason;
    uint64_t bytes;   /* when known, else 0 */
    int error;        /* negative errno of WHET_SCAN_SKIP_ERROR, else 0 */
    const char *rule; /* "FILE:LINE" of WHET_SCAN_SKIP_IGNORED, else NULL */
};

struct whet_scan_language {
    const char *name;
    uint64_t files, bytes, lines, code, comment, blank;
    uint64_t functions, complexity, complexity_max;
};

struct whet_scan_totals {
    struct whet_scan_language sum; /* name is "total" */
    uint64_t directories;
    uint64_t cache_hits;    /* files answered from the cache */
    uint64_t cache_misses;  /* files analysed */
    uint64_t syntax_errors; /* files with WHET_SCAN_FILE_SYNTAX_ERRORS */
    uint64_t parse_stopped;
    uint64_t skipped[WHET_SCAN_SKIP_REASONS]; /* entries, ignored ones too */
    uint64_t elapsed_ns;
    unsigned jobs;              /* threads used */
    enum whet_scan_cache cache; /* in force: never AUTO */
    int stopped;                /* 1: ended early, the answer is a part */
    unsigned shard, shards;     /* as asked; 0: everything */
    unsigned flags;             /* as asked: enum whet_scan_flags */
    unsigned merged;            /* so many shards were put together; no time is known then */
};

struct whet_scan;

/* Scans `path`, a folder or one file. A file named by the caller is scanned even
 * if a rule would ignore it.
 * -ENOENT, -EACCES, -ENOTDIR and other errno values: `path` cannot be opened.
 * -EINVAL: an option is out of range.  -ENOMEM.
 * On 0 *out is set; when `stop` ended the scan, totals->stopped is 1. */
WHET_API WHET_MUST_USE int whet_scan_run(struct whet_scan **out, const char *path,
                                         const struct whet_scan_options *options,
                                         struct whet_error *err);
WHET_API void whet_scan_free(struct whet_scan *scan);

/* Be a worker process of an isolated scan, until it ends: 0.
 * -ENOTCONN: no scan started this process; -EPROTO: one of another version did; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_scan_serve(void);

/* Puts the parts of a scan together: `files` are the JSON lines (whet-formats(5)) of all shards
 * of one scan, in any order. The answer is that of one scan of everything.
 * -EINVAL: a shard is missing or there twice, or they are of different scans; -EBADMSG: not
 * what `whet scan --json` writes, with file and line; -errno: a file cannot be read; -ENOMEM.
 */
WHET_API WHET_MUST_USE int whet_scan_merge(struct whet_scan **out, const char *const *files,
                                           size_t count, struct whet_error *err);

/* The path that was scanned, as it was given. */
WHET_API const char *whet_scan_path(const struct whet_scan *scan);

/* Files and skipped entries in byte order of their paths, the same for any
 * number of jobs. NULL past the end. */
WHET_API size_t whet_scan_file_count(const struct whet_scan *scan);
WHET_API const struct whet_scan_file *whet_scan_file(const struct whet_scan *scan,
                                                     size_t index);
WHET_API size_t whet_scan_skip_count(const struct whet_scan *scan);
WHET_API const struct whet_scan_skip *whet_scan_skip(const struct whet_scan *scan,
                                                     size_t index);

/* Languages with at least one file, most code first, then by name. */
WHET_API size_t whet_scan_language_count(const struct whet_scan *scan);
WHET_API const struct whet_scan_language *whet_scan_language(const struct whet_scan *scan,
                                                             size_t index);
WHET_API const struct whet_scan_totals *whet_scan_totals(const struct whet_scan *scan);

/* How large the scanned files are. Quantiles are exact: the smallest size with at
 * least that share of the files at or below it (Hyndman and Fan 1996, type 1). */
#define WHET_SCAN_SIZE_CLASSES 65
struct whet_scan_sizes {
    double mean;
    uint64_t p50, p90, p99, max;
    uint64_t
        classes[WHET_SCAN_SIZE_CLASSES]; /* files by size: [0] empty, [n] 2^(n-1) .. 2^n - 1 */
};

/* -ENOMEM. All zero when there are no files. */
WHET_API WHET_MUST_USE int whet_scan_sizes(const struct whet_scan *scan,
                                           struct whet_scan_sizes *out);

/* What to tell the user on the side, one line each ("cache moved aside: ..."). */
WHET_API size_t whet_scan_note_count(const struct whet_scan *scan);
WHET_API const char *whet_scan_note(const struct whet_scan *scan, size_t index);

/* "ignored", "unknown language", ... for reports. */
WHET_API const char *whet_scan_reason_name(enum whet_scan_reason reason);

/* Which analyser this is: it changes whenever the same file could get another
 * answer, and is part of every cache key. */
WHET_API const char *whet_scan_analyser_version(void);

#ifdef __cplusplus
}
#endif

#endif
