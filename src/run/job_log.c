/* The job log. Expected load: a hundred thousand lines, each written as its job ends, so that
 * nothing but the last is ever lost. */
#include "run/job_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "data/json_in.h"
#include "os/lock.h"
#include "os/path.h"
#include "run/lines.h"

#define LINE_MAX_BYTES ((size_t)1 << 19)   /* less than what is read back: run/lines.h */
#define ARGV_MAX       ((size_t)48 * 1024) /* of it shown; the identity is of all */
#define NAMES_MAX      ((size_t)12 * 1024) /* of each list of files */
#define IDENTITY_MAX   ((size_t)64 << 20)
#define ARENA_MAX      ((size_t)4 << 30)
#define EARLIER_MAX    ((size_t)10000000)
#define PATH_BYTES     ((size_t)1 << 16)
#define SECOND_NS      UINT64_C(1000000000)
#define LOCK_MS        2000 /* a look: whoever holds it that long writes it */
#define HEX_SIZE       33
#define HEADER         "{\"type\":\"run-log\",\"version\":" WHET_JOB_LOG_VERSION_TEXT "}"

/* One line of an earlier run; equals are in a list, by identity, the latest first. */
struct entry {
    uint64_t number;
    enum whet_job_end end;
    int exit_code;
    int signal;
    int kept;
    uint64_t kept_at;
    uint64_t kept_bytes[2];
    int taken; /* by a job of this run */
    struct entry *next;
};

static int fail(const struct whet_job_log *log, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot log: '%.300s': %s", log->path, strerror(-rc));
}

static int write_line(struct whet_job_log *log, struct whet_error *err)
{
    const char *data = whet__text_str(&log->line);
    size_t done = 0;
    int rc = whet__text_error(&log->line);

    while (rc == 0 && done < log->line.len) {
        ssize_t n = write(log->fd, data + done, log->line.len - done);

        if (n < 0 && errno != EINTR)
            rc = -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return rc == 0 ? 0 : fail(log, rc, err);
}

static int write_header(struct whet_job_log *log, struct whet_error *err)
{
    whet__text_reset(&log->line);
    whet__text_puts(&log->line, HEADER "\n");
    return write_line(log, err);
}

static int bad_line(const struct whet_job_log *log, uint64_t number, const char *why,
                    struct whet_error *err)
{
    whet_error_set(err, -EBADMSG, "%s", why);
    whet_error_at(err, log->path, (unsigned)number, 0);
    return -EBADMSG;
}

static int check_header(const struct whet_job_log *log, const struct whet_json_node *root,
                        struct whet_error *err)
{
    const char *type = whet__json_in_string(whet__json_in_get(root, "type"), "");
    int64_t version = whet__json_in_int(whet__json_in_get(root, "version"), 0);

    if (strcmp(type, "run-log") != 0)
        return bad_line(log, 1, "no log of whet run: name another file", err);
    if (version != WHET_JOB_LOG_VERSION)
        return bad_line(log, 1, "a log of another version: this whet reads version 1", err);
    return 0;
}

/* Equals. One by its number is found by `numbers`, so that of a hundred thousand none is walked
 * to. */
struct equals {
    struct entry *first;
};

struct equal_key {
    const struct equals *equals;
    uint64_t number;
};

/* NULL: no memory. */
static struct equals *equals_of(struct whet_job_log *log, const char *id)
{
    struct equals *found = whet__map_get_str(&log->earlier, id);
    char *key;

    if (found != NULL)
        return found;
    found = whet__arena_zalloc(&log->arena, 1, sizeof(*found));
    key = found != NULL ? whet__arena_strndup(&log->arena, id, strlen(id)) : NULL;
    if (key == NULL || whet__map_put_str(&log->earlier, key, found) != 0)
        return NULL;
    return found;
}

static struct entry *entry_of(const struct whet_job_log *log, const struct equals *equals,
                              uint64_t number)
{
    const struct equal_key key = {equals, number};

    return whet__map_get(&log->numbers, &key, sizeof(key));
}

/* A new one. NULL: no memory. */
static struct entry *entry_add(struct whet_job_log *log, struct equals *equals, uint64_t number)
{
    struct equal_key *key = whet__arena_zalloc(&log->arena, 1, sizeof(*key));
    struct entry *entry = whet__arena_zalloc(&log->arena, 1, sizeof(*entry));

    if (key == NULL || entry == NULL)
        return NULL;
    *key = (struct equal_key){equals, number};
    if (whet__map_put(&log->numbers, key, sizeof(*key), entry) != 0)
        return NULL;
    entry->next = equals->first;
    equals->first = entry;
    return entry;
}

static int end_of(const char *word, enum whet_job_end *out)
{
    for (int i = 0; i < WHET_JOB_END_WORDS; i++)
        if (strcmp(word, whet__job_end_words[i]) == 0) {
            *out = (enum whet_job_end)i;
            return 1;
        }
    return 0;
}

static void kept_read(const struct whet_json_node *root, struct entry *out)
{
    const struct whet_json_node *kept = whet__json_in_get(root, "output");

    out->kept = kept != NULL;
    out->kept_at = whet__json_in_uint(whet__json_in_get(kept, "at"), 0);
    out->kept_bytes[0] = whet__json_in_uint(whet__json_in_get(kept, "stdout_bytes"), 0);
    out->kept_bytes[1] = whet__json_in_uint(whet__json_in_get(kept, "stderr_bytes"), 0);
}

/* A later line about the same job takes the place of an earlier one. */
static int remember(struct whet_job_log *log, const struct whet_json_node *root, uint64_t line,
                    struct whet_error *err)
{
    const char *id = whet__json_in_string(whet__json_in_get(root, "id"), "");
    const char *word = whet__json_in_string(whet__json_in_get(root, "end"), "");
    struct entry read = {.number = whet__json_in_uint(whet__json_in_get(root, "number"), 0)};
    struct equals *equals;
    struct entry *entry;

    if (strlen(id) != HEX_SIZE - 1 || !end_of(word, &read.end))
        return bad_line(log, line, "no line of a log of whet run", err);
    read.exit_code = (int)whet__json_in_int(whet__json_in_get(root, "exit_code"), -1);
    read.signal = (int)whet__json_in_int(whet__json_in_get(root, "signal"), 0);
    kept_read(root, &read);
    equals = equals_of(log, id);
    entry = equals != NULL ? entry_of(log, equals, read.number) : NULL;
    if (equals != NULL && entry == NULL)
        entry = entry_add(log, equals, read.number);
    if (entry == NULL)
        return fail(log, -ENOMEM, err);
    read.next = entry->next;
    *entry = read;
    return 0;
}

static int read_one(struct whet_job_log *log, const char *text, size_t len, uint64_t line,
                    struct whet_error *err)
{
    struct whet_json_in *json;
    int rc = whet__json_in_parse(&json, text, len, log->path, err);

    if (rc == -EBADMSG)
        return bad_line(log, line, "no JSON: the log is damaged", err);
    if (rc != 0)
        return rc;
    rc = line == 1 ? check_header(log, whet__json_in_root(json), err)
                   : remember(log, whet__json_in_root(json), line, err);
    whet__json_in_free(json);
    return rc;
}

/* A first line that was cut is dropped if it can have been ours. */
static int check_cut(const struct whet_job_log *log, const char *text, size_t len,
                     uint64_t line, struct whet_error *err)
{
    if (line > 1 || (len < sizeof(HEADER) && memcmp(text, HEADER, len) == 0))
        return 0;
    return bad_line(log, 1, "no log of whet run: name another file", err);
}

/* Reads all lines, and finds out where the last whole one ends. */
static int read_earlier(struct whet_job_log *log, uint64_t size, uint64_t *whole,
                        struct whet_error *err)
{
    struct whet_lines lines;
    const char *text;
    size_t len;
    int rc = whet__lines_open(&lines, log->path, '\n', err);

    *whole = 0;
    if (rc != 0)
        return rc;
    while ((rc = whet__lines_next(&lines, &text, &len, err)) == 1) {
        uint64_t end = *whole + len + 1;

        if (end > size) {
            rc = check_cut(log, text, len, lines.number, err);
            break;
        }
        rc = read_one(log, text, len, lines.number, err);
        if (rc != 0)
            break;
        *whole = end;
    }
    whet__lines_close(&lines);
    return rc;
}

static int resume(struct whet_job_log *log, uint64_t size, struct whet_error *err)
{
    uint64_t whole = 0;
    int rc = read_earlier(log, size, &whole, err);

    if (rc == 0 && whole < size && ftruncate(log->fd, (off_t)whole) != 0)
        rc = fail(log, -errno, err);
    return rc == 0 && whole == 0 ? write_header(log, err) : rc;
}

/* Two writers would each count what the other does not know. File systems that know no locks
 * go without. */
static int log_lock(const struct whet_job_log *log, struct whet_error *err)
{
    if (whet__lock_wait(log->fd, WHET_LOCK_EXCLUSIVE, LOCK_MS) != -EBUSY)
        return 0;
    return whet_error_set(err, -EBUSY,
                          "another whet run writes this log: '%.300s': wait for it, or name "
                          "another",
                          log->path);
}

static int log_begin(struct whet_job_log *log, struct whet_error *err)
{
    struct stat st;
    int rc = whet__path_real(".", &log->here);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot find out the working folder: %s", strerror(-rc));
    log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log->fd < 0 || fstat(log->fd, &st) != 0)
        return fail(log, -errno, err);
    if (!S_ISREG(st.st_mode))
        return write_header(log, err);
    rc = log_lock(log, err);
    if (rc != 0)
        return rc;
    if (fstat(log->fd, &st) != 0)
        return fail(log, -errno, err);
    if (st.st_size == 0) {
        rc = write_header(log, err);
        log->is_new = rc == 0;
        return rc;
    }
    if (log->mode == WHET_JOB_LOG_NEW)
        return whet_error_set(err, -EEXIST,
                              "there is a log already: '%.300s': go on with it by --resume, or "
                              "remove it",
                              log->path);
    return resume(log, (uint64_t)st.st_size, err);
}

int whet__job_log_open(struct whet_job_log *log, const char *path, enum whet_job_log_mode mode,
                       struct whet_error *err)
{
    int rc;

    *log = (struct whet_job_log){.path = path, .fd = -1, .mode = mode};
    whet__text_init(&log->line, LINE_MAX_BYTES);
    whet__text_init(&log->identity, IDENTITY_MAX);
    whet__text_init(&log->here, PATH_BYTES);
    whet__map_init(&log->earlier, EARLIER_MAX);
    whet__map_init(&log->numbers, EARLIER_MAX);
    whet__arena_init(&log->arena, ARENA_MAX);
    rc = log_begin(log, err);
    if (rc != 0)
        whet__job_log_close(log);
    return rc;
}

void whet__job_log_close(struct whet_job_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
    whet__text_clear(&log->line);
    whet__text_clear(&log->identity);
    whet__text_clear(&log->here);
    whet__map_clear(&log->earlier);
    whet__map_clear(&log->numbers);
    whet__arena_clear(&log->arena);
}

void whet__job_log_undo(struct whet_job_log *log)
{
    if (log->is_new)
        (void)ftruncate(log->fd, 0);
    log->is_new = 0;
}

static int identify(struct whet_job_log *log, const struct whet_run_job *job,
                    char hex[HEX_SIZE], struct whet_error *err)
{
    struct whet_hash128 hash;
    int rc = whet__job_identity(job, whet__text_str(&log->here), &log->identity, &hash);

    if (rc != 0)
        return fail(log, rc, err);
    whet__hash128_format(&hash, hex);
    return 0;
}

static int is_done(const struct whet_job_log *log, const struct entry *e)
{
    if (e->taken || e->end == WHET_JOB_SKIPPED || e->end == WHET_JOB_STOPPED)
        return 0;
    return e->end == WHET_JOB_OK || log->mode == WHET_JOB_LOG_RESUME;
}

/* The line of the same number, else the latest that no job has taken. */
static struct entry *entry_choose(const struct whet_job_log *log, struct equals *equals,
                                  uint64_t number)
{
    struct entry *same = entry_of(log, equals, number);

    if (same != NULL && is_done(log, same))
        return same;
    if (log->same_number)
        return NULL;
    /* What is not done, or is taken, stays so. */
    while (equals->first != NULL && !is_done(log, equals->first))
        equals->first = equals->first->next;
    return equals->first;
}

int whet__job_log_look_up(struct whet_job_log *log, const struct whet_run_job *job,
                          struct whet_job_result *result, struct whet_error *err)
{
    struct equals *equals;
    struct entry *entry;
    char hex[HEX_SIZE];
    int rc;

    if (log->earlier.entries.len == 0)
        return 0;
    rc = identify(log, job, hex, err);
    if (rc != 0)
        return rc;
    equals = whet__map_get_str(&log->earlier, hex);
    entry = equals != NULL ? entry_choose(log, equals, job->number) : NULL;
    if (entry == NULL)
        return 0;
    entry->taken = 1;
    result->resumed = 1;
    result->end = entry->end;
    result->exit_code = entry->exit_code;
    result->signal = entry->signal;
    result->kept = entry->kept;
    result->kept_at = entry->kept_at;
    memcpy(result->kept_bytes, entry->kept_bytes, sizeof(result->kept_bytes));
    if (entry->end != WHET_JOB_OK)
        snprintf(result->reason, sizeof(result->reason),
                 "earlier, as the log says: %s: --resume-failed repeats it",
                 whet__job_end_words[entry->end]);
    return 1;
}

/* "2026-11-21T14:00:00.123456789Z" */
static void put_time(struct whet_json *j, const char *key, uint64_t ns)
{
    time_t seconds = (time_t)(ns / SECOND_NS);
    char day[32] = "", text[64];
    struct tm utc;

    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        day[0] = '\0';
    snprintf(text, sizeof(text), "%s.%09" PRIu64 "Z", day, ns % SECOND_NS);
    whet__json_put_string(j, key, text);
}

/* As much of it as is bearable. */
static void put_argv(struct whet_json *j, const char *const *argv)
{
    size_t shown = 0;

    whet__json_key(j, "argv");
    whet__json_array(j);
    for (size_t i = 0; argv[i] != NULL && shown < ARGV_MAX; i++) {
        size_t len = strlen(argv[i]);

        len = len < ARGV_MAX - shown ? len : ARGV_MAX - shown;
        whet__json_string_n(j, argv[i], len);
        shown += len + 1;
    }
    whet__json_array_end(j);
}

static void put_job(struct whet_json *j, const struct whet_run_job *job, const char *id)
{
    whet__json_put_uint(j, "number", job->number);
    whet__json_put_string(j, "id", id);
    if (job->name != NULL)
        whet__json_put_string(j, "name", job->name);
    if (job->category != NULL)
        whet__json_put_string(j, "category", job->category);
    if (job->type != WHET_JOB_UNSAID)
        whet__json_put_string(j, "job_type", whet__job_type_words[job->type]);
    put_argv(j, job->argv);
    if (job->cwd != NULL)
        whet__json_put_string(j, "cwd", job->cwd);
}

static void put_kept(struct whet_json *j, const struct whet_job_result *r)
{
    if (!r->kept)
        return;
    whet__json_key(j, "output");
    whet__json_object(j);
    whet__json_put_uint(j, "at", r->kept_at);
    whet__json_put_uint(j, "stdout_bytes", r->kept_bytes[0]);
    whet__json_put_uint(j, "stderr_bytes", r->kept_bytes[1]);
    whet__json_object_end(j);
}

/* As much of it as is bearable; *cut: there was more. */
static void put_names(struct whet_json *j, const char *key, const char *const *names, int *cut)
{
    size_t shown = 0;

    whet__json_key(j, key);
    whet__json_array(j);
    for (; *names != NULL && shown < NAMES_MAX; names++) {
        whet__json_string(j, *names);
        shown += strlen(*names) + 1;
    }
    whet__json_array_end(j);
    *cut |= *names != NULL;
}

static void put_traced(struct whet_json *j, const struct whet_job_traced *t)
{
    int cut = 0;

    if (t == NULL)
        return;
    whet__json_key(j, "traced");
    whet__json_object(j);
    put_names(j, "undeclared", t->undeclared, &cut);
    put_names(j, "listed", t->listed, &cut);
    put_names(j, "absent", t->absent, &cut);
    whet__json_put_bool(j, "partial", t->partial);
    whet__json_put_bool(j, "cut", cut);
    whet__json_object_end(j);
}

static void put_result(struct whet_json *j, const struct whet_job_result *r)
{
    whet__json_put_string(j, "end", whet__job_end_words[r->end]);
    whet__json_key(j, "exit_code");
    if (r->exit_code >= 0)
        whet__json_int(j, r->exit_code);
    else
        whet__json_null(j);
    whet__json_key(j, "signal");
    if (r->signal != 0)
        whet__json_int(j, r->signal);
    else
        whet__json_null(j);
    whet__json_put_string(j, "reason", r->reason);
    whet__json_put_uint(j, "attempts", r->attempts);
    whet__json_put_bool(j, "cached", r->cached);
    if (r->cached)
        whet__json_put_uint(j, "saved_ns", r->saved_ns);
    put_kept(j, r);
    put_traced(j, r->traced);
    if (r->attempts == 0)
        return;
    put_time(j, "start", r->start_wall_ns);
    whet__json_put_uint(j, "wall_ns", r->wall_ns);
    whet__json_put_uint(j, "user_ns", r->user_ns);
    whet__json_put_uint(j, "sys_ns", r->sys_ns);
    whet__json_put_uint(j, "max_rss_bytes", r->max_rss_bytes);
}

int whet__job_log_add(struct whet_job_log *log, const struct whet_run_job *job,
                      const struct whet_job_result *result, struct whet_error *err)
{
    char hex[HEX_SIZE];
    struct whet_json j;
    int rc;

    if (result->resumed)
        return 0;
    log->is_new = 0;
    rc = identify(log, job, hex, err);
    if (rc != 0)
        return rc;
    whet__text_reset(&log->line);
    whet__json_init(&j, &log->line, 0);
    whet__json_object(&j);
    put_job(&j, job, hex);
    put_result(&j, result);
    whet__json_object_end(&j);
    whet__text_putc(&log->line, '\n');
    return write_line(log, err);
}
