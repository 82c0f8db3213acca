/* The job log. Expected load: a hundred thousand lines, each written as its job ends, so that
 * nothing but the last is ever lost. */
#include "run/job_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/json_in.h"
#include "os/lock.h"
#include "os/path.h"
#include "run/job_line.h"
#include "run/lines.h"

#define LINE_MAX_BYTES ((size_t)1 << 19) /* less than what is read back: run/lines.h */
#define IDENTITY_MAX   ((size_t)64 << 20)
#define PATH_BYTES     ((size_t)1 << 16)
#define LOCK_MS        2000 /* a look: whoever holds it that long writes it */
#define HEX_SIZE       33
#define HEADER         "{\"type\":\"run-log\",\"version\":" WHET_JOB_LOG_VERSION_TEXT "}"

static int fail(const struct whet_job_log *log, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot log: '%.300s': %s", log->path, strerror(-rc));
}

/* Part of a line, for which the disk had no room: jobs that end now may make some, and the next
 * line would go on where this one was cut. */
static void take_back(struct whet_job_log *log, size_t len)
{
    struct stat st;

    if (fstat(log->fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)len ||
        ftruncate(log->fd, st.st_size - (off_t)len) != 0)
        log->is_torn = 1;
}

static int write_line(struct whet_job_log *log, struct whet_error *err)
{
    const char *data = whet__text_str(&log->line);
    size_t done = 0;
    int rc = log->is_torn ? -EIO : whet__text_error(&log->line);

    while (rc == 0 && done < log->line.len) {
        ssize_t n = write(log->fd, data + done, log->line.len - done);

        if (n < 0 && errno != EINTR)
            rc = -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    if (rc != 0 && done > 0)
        take_back(log, done);
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

static int end_of(const char *word, enum whet_job_end *out)
{
    for (int i = 0; i < WHET_JOB_END_WORDS; i++)
        if (strcmp(word, whet__job_end_words[i]) == 0) {
            *out = (enum whet_job_end)i;
            return 1;
        }
    return 0;
}

static void kept_read(const struct whet_json_node *root, struct whet_job_done *out)
{
    const struct whet_json_node *kept = whet__json_in_get(root, "output");

    out->kept = kept != NULL;
    out->kept_at = whet__json_in_uint(whet__json_in_get(kept, "at"), 0);
    out->kept_bytes[0] = whet__json_in_uint(whet__json_in_get(kept, "stdout_bytes"), 0);
    out->kept_bytes[1] = whet__json_in_uint(whet__json_in_get(kept, "stderr_bytes"), 0);
}

static int remember(struct whet_job_log *log, const struct whet_json_node *root, uint64_t line,
                    struct whet_error *err)
{
    const char *id = whet__json_in_string(whet__json_in_get(root, "id"), "");
    const char *word = whet__json_in_string(whet__json_in_get(root, "end"), "");
    struct whet_job_done done = {.number =
                                     whet__json_in_uint(whet__json_in_get(root, "number"), 0)};
    int rc;

    if (strlen(id) != HEX_SIZE - 1 || !end_of(word, &done.end))
        return bad_line(log, line, "no line of a log of whet run", err);
    done.exit_code = (int)whet__json_in_int(whet__json_in_get(root, "exit_code"), -1);
    done.signal = (int)whet__json_in_int(whet__json_in_get(root, "signal"), 0);
    kept_read(root, &done);
    rc = whet__job_past_put(&log->past, id, &done);
    return rc != 0 ? fail(log, rc, err) : 0;
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
    whet__job_past_init(&log->past);
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
    whet__job_past_clear(&log->past);
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

int whet__job_log_look_up(struct whet_job_log *log, const struct whet_run_job *job,
                          struct whet_job_result *result, struct whet_error *err)
{
    const struct whet_job_done *done;
    char hex[HEX_SIZE];
    int rc;

    if (whet__job_past_empty(&log->past))
        return 0;
    rc = identify(log, job, hex, err);
    if (rc != 0)
        return rc;
    done = whet__job_past_take(&log->past, hex, job->number, log->same_number,
                               log->mode == WHET_JOB_LOG_RESUME);
    if (done == NULL)
        return 0;
    result->resumed = 1;
    result->end = done->end;
    result->exit_code = done->exit_code;
    result->signal = done->signal;
    result->kept = done->kept;
    result->kept_at = done->kept_at;
    memcpy(result->kept_bytes, done->kept_bytes, sizeof(result->kept_bytes));
    if (done->end != WHET_JOB_OK)
        snprintf(result->reason, sizeof(result->reason),
                 "earlier, as the log says: %s: --resume-failed repeats it",
                 whet__job_end_words[done->end]);
    return 1;
}

int whet__job_log_add(struct whet_job_log *log, const struct whet_run_job *job,
                      const struct whet_job_result *result, struct whet_error *err)
{
    char hex[HEX_SIZE];
    int rc;

    if (result->resumed)
        return 0;
    log->is_new = 0;
    rc = identify(log, job, hex, err);
    if (rc != 0)
        return rc;
    whet__text_reset(&log->line);
    whet__job_line_put(&log->line, job, hex, result);
    return write_line(log, err);
}
