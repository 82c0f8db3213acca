/* Undeclared inputs of a run. Expected load: hundreds of commands that share a handful of
 * undeclared headers, so each file is told once. */
#include "front/run_trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/path.h"

#define ARENA_BYTES  ((size_t)1 << 30)
#define FILES_MAX    ((size_t)10000000)
#define IGNORED_MAX  ((size_t)65536)
#define PATH_BYTES   ((size_t)1 << 16)
#define DESCRIBE_MAX 4096
#define TOLD_MAX     20 /* on stderr */

struct file {
    const char *path;
    unsigned uses;
    uint64_t jobs;
    uint64_t first; /* number of the first of them */
};

/* ---- Before and after ---- */

static int ignored_make(struct whet_run_trace *t, const struct whet_run_request *r,
                        struct whet_error *err)
{
    const char *const *given = r->trace_ignore != NULL ? r->trace_ignore->items : NULL;
    struct whet_text real;
    int rc = 0;

    whet__text_init(&real, PATH_BYTES);
    for (size_t i = 0; rc == 0 && given != NULL && i < r->trace_ignore->len; i++) {
        const char **slot = whet__vec_push(&t->ignored);

        whet__text_reset(&real);
        rc = slot != NULL ? whet__path_real(given[i], &real) : -ENOMEM;
        if (rc == 0)
            *slot = whet__arena_strndup(&t->arena, whet__text_str(&real), real.len);
        if (rc == 0 && *slot == NULL)
            rc = -ENOMEM;
        if (rc != 0)
            whet_error_set(err, rc, "wrong value for --trace-ignore: '%.200s': %s", given[i],
                           strerror(-rc));
    }
    whet__text_clear(&real);
    return rc;
}

int whet__run_trace_open(struct whet_run_trace *t, const struct whet_run_request *r,
                         struct whet_error *err)
{
    int rc;

    memset(t, 0, sizeof(*t));
    whet__text_init(&t->here, PATH_BYTES);
    whet__vec_init(&t->ignored, sizeof(const char *), IGNORED_MAX);
    whet__map_init(&t->files, FILES_MAX);
    whet__map_init(&t->absent, FILES_MAX);
    whet__arena_init(&t->arena, ARENA_BYTES);
    if (!r->trace_inputs || r->dry_run)
        return 0;
    rc = whet__path_real(".", &t->here);
    if (rc != 0)
        whet_error_set(err, rc, "cannot find out the working folder: %s", strerror(-rc));
    if (rc == 0)
        rc = ignored_make(t, r, err);
    if (rc == 0)
        rc = whet__tracer_open(&t->tracer, err);
    if (rc != 0)
        whet__run_trace_close(t);
    return rc;
}

static void last_clear(struct whet_run_trace *t)
{
    if (t->last_open)
        whet__undeclared_clear(&t->last);
    t->last_open = 0;
}

void whet__run_trace_close(struct whet_run_trace *t)
{
    whet__tracer_close(t->tracer);
    last_clear(t);
    whet__looks_clear(&t->looks);
    whet__text_clear(&t->here);
    whet__vec_clear(&t->ignored);
    whet__map_clear(&t->files);
    whet__map_clear(&t->absent);
    whet__arena_clear(&t->arena);
    memset(t, 0, sizeof(*t));
}

/* ---- Each command ---- */

/* NULL: no memory, which a warning less is the right answer to. */
static struct file *file_of(struct whet_run_trace *t, const char *path)
{
    struct file *file = whet__map_get_str(&t->files, path);

    if (file != NULL)
        return file;
    file = whet__arena_zalloc(&t->arena, 1, sizeof(*file));
    if (file == NULL)
        return NULL;
    file->path = whet__arena_strndup(&t->arena, path, strlen(path));
    if (file->path == NULL || whet__map_put_str(&t->files, file->path, file) != 0)
        return NULL;
    return file;
}

static void say(enum whet_log_level level, const char *what,
                const struct whet_undeclared_file *file, const char *how,
                const struct whet_run_job *job)
{
    struct whet_text text;

    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(job, &text);
    whet__log(level, "%s: '%s': %s by '%.200s'", what, file->name, how, whet__text_str(&text));
    whet__text_clear(&text);
}

static void tell_files(struct whet_run_trace *t, const struct whet_run_job *job)
{
    struct whet_undeclared_file *const *seen = t->last.files.items;

    for (size_t i = 0; i < t->last.files.len; i++) {
        struct file *file = file_of(t, seen[i]->path);

        if (file == NULL)
            continue;
        file->uses |= seen[i]->uses;
        if (file->jobs++ > 0)
            continue;
        file->first = job->number;
        if (t->files.entries.len <= TOLD_MAX)
            say(WHET_LOG_WARNING, "undeclared input", seen[i],
                whet__undeclared_use(seen[i]->uses), job);
    }
}

/* What was looked for in vain would change the answer if it came, and is nearly always the
 * way along a search path: with -v only. */
static void tell_absent(struct whet_run_trace *t, const struct whet_run_job *job)
{
    struct whet_undeclared_file *const *seen = t->last.absent.items;

    if (whet__log_level() < WHET_LOG_INFO)
        return;
    for (size_t i = 0; i < t->last.absent.len; i++) {
        const char *path = seen[i]->path;

        if (whet__map_get_str(&t->absent, path) != NULL)
            continue;
        path = whet__arena_strndup(&t->arena, path, strlen(path));
        if (path != NULL && whet__map_put_str(&t->absent, path, t) == 0)
            say(WHET_LOG_INFO, "not there", seen[i], "looked for", job);
    }
}

static const char *const *names_of(struct whet_arena *arena, const struct whet_vec *files)
{
    static const char *const none[] = {NULL};
    const char **names = whet__arena_zalloc(arena, files->len + 1, sizeof(*names));

    for (size_t i = 0; names != NULL && i < files->len; i++)
        names[i] = ((struct whet_undeclared_file *const *)files->items)[i]->name;
    return names != NULL ? names : none;
}

/* In the order of the bits of enum whet_unseen. */
static const struct {
    const char *word;
    const char *text;
} reasons[] = {
    {"limit", "not all that it names could be read or kept"},
    {"no_answer", "a file system does not answer"},
    {"io_uring", "it uses io_uring, and what it opens by that is not seen"},
    {"x32", "it is an x32 program, or runs one, and what that opens is not seen"},
};
_Static_assert(1u << (sizeof(reasons) / sizeof(reasons[0])) == WHET_UNSEEN_ALL,
               "each has its words");

/* The names of what has happened, ended by NULL. */
static const char *const *reasons_of(struct whet_arena *arena, unsigned unseen)
{
    static const char *const none[] = {NULL};
    size_t most = sizeof(reasons) / sizeof(reasons[0]), count = 0;
    const char **words = whet__arena_zalloc(arena, most + 1, sizeof(*words));

    for (size_t i = 0; words != NULL && i < most; i++)
        if ((unseen & 1u << i) != 0)
            words[count++] = reasons[i].word;
    return words != NULL ? words : none;
}

static void tell_unseen(struct whet_run_trace *t, const struct whet_run_job *job,
                        const char *silent)
{
    unsigned fresh = t->last.unseen & ~t->unseen;
    struct whet_text text;

    if (t->last.unseen == 0)
        return;
    t->partial++;
    t->unseen |= fresh;
    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(job, &text);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if ((fresh & 1u << i) != 0)
            whet__log(WHET_LOG_WARNING, "cannot trace all of '%.200s': %s%s%.300s",
                      whet__text_str(&text), reasons[i].text,
                      1u << i == WHET_UNSEEN_ANSWER && silent != NULL ? ": " : "",
                      1u << i == WHET_UNSEEN_ANSWER && silent != NULL ? silent : "");
    whet__text_clear(&text);
}

void whet__run_trace_job(struct whet_run_trace *t, const struct whet_run_job *job,
                         struct whet_job_result *result, const struct whet_trace_files *seen)
{
    last_clear(t);
    t->jobs++;
    if (whet__undeclared_find(&t->last, job, whet__text_str(&t->here), &t->ignored, &t->looks,
                              seen) != 0) {
        t->partial++;
        return;
    }
    t->last_open = 1;
    tell_files(t, job);
    tell_absent(t, job);
    tell_unseen(t, job, seen->silent);
    t->names = (struct whet_job_traced){.undeclared = names_of(&t->last.arena, &t->last.files),
                                        .listed = names_of(&t->last.arena, &t->last.listed),
                                        .absent = names_of(&t->last.arena, &t->last.absent),
                                        .unseen = reasons_of(&t->last.arena, t->last.unseen)};
    result->traced = &t->names;
}

/* ---- The whole ---- */

void whet__run_trace_answer(const struct whet_run_trace *t, uint64_t cached)
{
    size_t count = t->files.entries.len;

    if (t->tracer == NULL)
        return;
    if (count > TOLD_MAX)
        whet__log(WHET_LOG_WARNING,
                  "undeclared inputs: %d of %zu are shown: --json and --log have all", TOLD_MAX,
                  count);
    if (t->partial > 0)
        whet__log(WHET_LOG_WARNING,
                  "not all could be seen that %" PRIu64 " of %" PRIu64 " commands have used",
                  t->partial, t->jobs);
    if (cached > 0)
        whet__log(WHET_LOG_WARNING,
                  "not traced: %" PRIu64 " commands, which are cached: --force runs them",
                  cached);
}

static int compare(const void *a, const void *b)
{
    const struct file *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

static void put_file(struct whet_json *j, const struct file *file)
{
    whet__json_object(j);
    whet__json_put_string(j, "path", file->path);
    whet__json_put_string(j, "use", whet__undeclared_use(file->uses));
    whet__json_put_uint(j, "jobs", file->jobs);
    whet__json_put_uint(j, "first", file->first);
    whet__json_object_end(j);
}

void whet__run_trace_put(const struct whet_run_trace *t, struct whet_json *j)
{
    size_t count = t->files.entries.len;
    struct file **sorted;

    if (t->tracer == NULL)
        return;
    whet__json_put_uint(j, "traced", t->jobs);
    whet__json_put_uint(j, "partly_traced", t->partial);
    whet__json_key(j, "undeclared");
    whet__json_array(j);
    sorted = whet__mem_zalloc(count + 1, sizeof(struct file *));
    for (size_t i = 0; sorted != NULL && i < count; i++)
        sorted[i] = ((const struct whet_map_entry *)whet__vec_at(&t->files.entries, i))->value;
    if (sorted != NULL && count > 1)
        qsort(sorted, count, sizeof(struct file *), compare);
    for (size_t i = 0; sorted != NULL && i < count; i++)
        put_file(j, sorted[i]);
    whet__mem_free(sorted);
    whet__json_array_end(j);
}
