/* Parts put together. Expected load: a million jobs from a thousand shards: logs are read once
 * to learn where everything is, and again, job by job, in the order of the input. */
#include "front/run_merge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "data/json_in.h"
#include "front/run_part.h"
#include "front/run_watch.h"
#include "os/signal.h"

#define JOBS_MAX    ((size_t)100000000)
#define PIECE_BYTES ((size_t)64 * 1024)
#define WORDS_MAX   ((size_t)64 * 1024)
#define SAID_MAX    ((size_t)4096)

/* Where a job's line and output are. */
struct place {
    uint64_t line_at;
    uint64_t kept_at;
    uint64_t kept_bytes[WHET_STREAMS];
    uint32_t line_bytes; /* 0: the job was never begun */
    uint32_t part;
};

struct merge {
    const char *dir;
    unsigned parts;
    uint64_t left; /* jobs that were never begun */
    struct whet_vec places;
    struct whet_run_watch watch;
    struct whet_run_counts counts;
    struct whet_arena arena; /* of one job's texts */
    struct whet_text line;
    struct whet_text said; /* of it */
    FILE *log;
    struct whet_text log_name; /* while it is written */
    int fds[2];                /* log and output of the part looked at last */
    unsigned open_part;
    struct whet_error *err;
};

static int part_fail(const struct merge *m, unsigned part, const char *which, const char *why)
{
    return whet_error_set(m->err, -EBADMSG, "a damaged part: '%.300s/part-%u.%s': %s", m->dir,
                          part, which, why);
}

/* ---- Learning where everything is ---- */

static int place_put(struct merge *m, uint64_t number, const struct place *seen)
{
    struct place *place;

    if (number > JOBS_MAX)
        return whet_error_set(m->err, -EFBIG, "too many jobs: at most %zu", JOBS_MAX);
    while (m->places.len < number)
        if (whet__vec_push(&m->places) == NULL)
            return whet_error_set(m->err, -ENOMEM, "out of memory: '--merge'");
    place = (struct place *)m->places.items + number - 1;
    if (place->line_bytes != 0 && place->part != seen->part)
        return whet_error_set(m->err, -EBADMSG,
                              "job %llu is in two parts, of shards %u and %u: '%.300s': these "
                              "are parts of different runs",
                              (unsigned long long)number, place->part, seen->part, m->dir);
    *place = *seen; /* a later line takes the place of an earlier one */
    return 0;
}

static int line_learn(struct merge *m, struct place *seen, const char *text, size_t len)
{
    const struct whet_json_node *root, *kept;
    struct whet_json_in *json;
    int rc = whet__json_in_parse(&json, text, len, m->dir, m->err), has_output;
    uint64_t number;

    if (rc == -EBADMSG)
        return part_fail(m, seen->part, "log", "no JSON");
    if (rc != 0)
        return rc;
    root = whet__json_in_root(json);
    kept = whet__json_in_get(root, "output");
    has_output = kept != NULL;
    number = whet__json_in_uint(whet__json_in_get(root, "number"), 0);
    seen->kept_at = whet__json_in_uint(whet__json_in_get(kept, "at"), 0);
    seen->kept_bytes[0] = whet__json_in_uint(whet__json_in_get(kept, "stdout_bytes"), 0);
    seen->kept_bytes[1] = whet__json_in_uint(whet__json_in_get(kept, "stderr_bytes"), 0);
    seen->line_bytes = (uint32_t)len;
    whet__json_in_free(json);
    if (number == 0)
        return part_fail(m, seen->part, "log", "a line without number");
    return has_output ? place_put(m, number, seen)
                      : part_fail(m, seen->part, "log", "a job without output");
}

static int log_learn(struct merge *m, unsigned part)
{
    struct whet_lines lines;
    struct whet_text path;
    const char *text;
    uint64_t at = 0;
    size_t len;
    int rc;

    whet__text_init(&path, PATH_MAX);
    whet__run_part_path(m->dir, part, "log", &path);
    rc = whet__lines_open(&lines, whet__text_str(&path), '\n', m->err);
    if (rc == 0) {
        while ((rc = whet__lines_next(&lines, &text, &len, m->err)) == 1) {
            struct place seen = {.line_at = at, .part = part};

            at += len + 1;
            rc = lines.number > 1 ? line_learn(m, &seen, text, len) : 0;
            if (rc != 0)
                break;
        }
        whet__lines_close(&lines);
    }
    whet__text_clear(&path);
    return rc;
}

/* Parts of one run are of the same list of commands, cut into the same number. */
static int part_check(const struct merge *m, const struct whet_run_part_end *first,
                      const struct whet_run_part_end *other)
{
    if (other->shard.of != first->shard.of)
        return whet_error_set(m->err, -EBADMSG,
                              "parts of different runs: '%.300s': shard %u is of %u, shard %u "
                              "of %u",
                              m->dir, first->shard.number, first->shard.of, other->shard.number,
                              other->shard.of);
    if (first->list != 0 && other->list != 0 && other->list != first->list)
        return whet_error_set(m->err, -EBADMSG,
                              "parts of different runs: '%.300s': shards %u and %u have read "
                              "different commands",
                              m->dir, first->shard.number, other->shard.number);
    return 0;
}

static int parts_learn(struct merge *m)
{
    struct whet_run_part_end first = {0}, end;
    int rc = whet__run_part_ended(m->dir, 1, &first, m->err);

    if (rc != 0)
        return rc;
    m->parts = first.shard.of;
    for (unsigned k = 1; k <= m->parts && rc == 0; k++) {
        rc = whet__run_part_ended(m->dir, k, &end, m->err);
        if (rc == 0)
            rc = part_check(m, &first, &end);
        if (rc == 0)
            rc = log_learn(m, k);
        if (rc == 0 && first.list == 0)
            first = end;
        m->left += rc == 0 ? end.left : 0;
    }
    return rc;
}

/* ---- Showing it ---- */

static void part_close(struct merge *m)
{
    for (int i = 0; i < 2; i++) {
        if (m->fds[i] >= 0)
            close(m->fds[i]);
        m->fds[i] = -1;
    }
    m->open_part = 0;
}

/* Two files at a time, whatever the number of parts. */
static int part_open(struct merge *m, unsigned part)
{
    static const char *const which[2] = {"log", "shown"};
    struct whet_text path;
    int rc = 0;

    if (part == m->open_part)
        return 0;
    part_close(m);
    whet__text_init(&path, PATH_MAX);
    for (int i = 0; i < 2 && rc == 0; i++) {
        whet__text_reset(&path);
        whet__run_part_path(m->dir, part, which[i], &path);
        m->fds[i] = open(whet__text_str(&path), O_RDONLY | O_CLOEXEC);
        if (m->fds[i] < 0)
            rc = part_fail(m, part, which[i], strerror(errno));
    }
    m->open_part = rc == 0 ? part : 0;
    whet__text_clear(&path);
    return rc;
}

static int read_at(int fd, uint64_t at, char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = pread(fd, out, len, (off_t)at);

        if (n == 0)
            return -ENODATA;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            out += n;
            at += (uint64_t)n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static int output_show(struct merge *m, const struct place *place)
{
    struct whet_sink sink = whet__run_watch_sink(&m->watch);
    uint64_t at = place->kept_at;
    char piece[PIECE_BYTES];

    for (int i = 0; i < WHET_STREAMS; i++) {
        uint64_t left = place->kept_bytes[i];

        while (left > 0) {
            size_t len = left < sizeof(piece) ? (size_t)left : sizeof(piece);
            int rc = read_at(m->fds[1], at, piece, len);

            if (rc != 0)
                return part_fail(m, place->part, "shown", "it is cut");
            rc = sink.write(sink.ctx, (enum whet_stream)i, piece, len);
            if (rc != 0)
                return rc;
            at += len;
            left -= len;
        }
    }
    return 0;
}

static void result_read(const struct whet_json_node *root, struct whet_job_result *out)
{
    const char *end = whet__json_in_string(whet__json_in_get(root, "end"), "");

    *out = (struct whet_job_result){
        .end = WHET_JOB_STOPPED,
        .exit_code = (int)whet__json_in_int(whet__json_in_get(root, "exit_code"), -1),
        .signal = (int)whet__json_in_int(whet__json_in_get(root, "signal"), 0),
        .cached = whet__json_in_bool(whet__json_in_get(root, "cached"), 0),
        .saved_ns = whet__json_in_uint(whet__json_in_get(root, "saved_ns"), 0),
        .attempts = (unsigned)whet__json_in_uint(whet__json_in_get(root, "attempts"), 0),
        .user_ns = whet__json_in_uint(whet__json_in_get(root, "user_ns"), 0),
        .sys_ns = whet__json_in_uint(whet__json_in_get(root, "sys_ns"), 0),
    };
    for (int i = 0; i < WHET_JOB_END_WORDS; i++)
        if (strcmp(end, whet__job_end_words[i]) == 0)
            out->end = (enum whet_job_end)i;
    snprintf(out->reason, sizeof(out->reason), "%s",
             whet__json_in_string(whet__json_in_get(root, "reason"), ""));
}

/* The job that a line is about, as far as messages name it. */
static int job_read(struct merge *m, const struct whet_json_node *root,
                    struct whet_run_job *out)
{
    const struct whet_json_node *argv = whet__json_in_get(root, "argv");
    size_t count = whet__json_in_count(argv);
    const char **words = whet__arena_zalloc(&m->arena, count + 1, sizeof(*words));

    if (words == NULL)
        return whet_error_set(m->err, -ENOMEM, "out of memory: '--merge'");
    for (size_t i = 0; i < count; i++)
        words[i] = whet__json_in_string(whet__json_in_at(argv, i), "");
    *out = (struct whet_run_job){
        .number = whet__json_in_uint(whet__json_in_get(root, "number"), 0),
        .name = whet__json_in_string(whet__json_in_get(root, "name"), NULL),
        .argv = words};
    return 0;
}

static int line_tell(struct merge *m)
{
    struct whet_run_hooks hooks = whet__run_watch_hooks(&m->watch);
    struct whet_sink sink = whet__run_watch_sink(&m->watch);
    struct whet_job_result result;
    struct whet_run_job job;
    struct whet_json_in *json;
    int rc = whet__json_in_parse(&json, whet__text_str(&m->line), m->line.len, m->dir, m->err);

    if (rc != 0)
        return rc;
    whet__arena_reset(&m->arena);
    rc = job_read(m, whet__json_in_root(json), &job);
    if (rc == 0) {
        result_read(whet__json_in_root(json), &result);
        whet__run_counts_add(&m->counts, &result);
        m->counts.user_ns += result.user_ns;
        m->counts.sys_ns += result.sys_ns;
        rc = hooks.ended(hooks.ctx, &job, &result, m->err);
        whet__text_reset(&m->said);
        hooks.say(hooks.ctx, &job, &result, &m->said);
        if (m->said.len > 0)
            sink.say(sink.ctx, whet__text_str(&m->said));
    }
    whet__json_in_free(json);
    return rc;
}

static int job_show(struct merge *m, const struct place *place)
{
    int rc = part_open(m, place->part);

    if (rc != 0)
        return rc;
    whet__text_reset(&m->line);
    whet__text_fill(&m->line, ' ', place->line_bytes);
    rc = whet__text_error(&m->line);
    if (rc == 0)
        rc = read_at(m->fds[0], place->line_at, m->line.data, place->line_bytes);
    if (rc != 0)
        return part_fail(m, place->part, "log", strerror(-rc));
    if (m->log != NULL && (fwrite(m->line.data, 1, m->line.len, m->log) != m->line.len ||
                           fputc('\n', m->log) == EOF))
        return whet_error_set(m->err, -EIO, "cannot log: '%.300s'", m->watch.request->log);
    rc = output_show(m, place);
    return rc == 0 ? line_tell(m) : rc;
}

static int all_show(struct merge *m)
{
    const struct place *places = m->places.items;
    int rc = 0;

    m->watch.total = m->left;
    for (size_t i = 0; i < m->places.len; i++)
        m->watch.total += places[i].line_bytes != 0;
    for (size_t i = 0; i < m->places.len && rc == 0 && whet__interrupted() == 0; i++)
        if (places[i].line_bytes != 0)
            rc = job_show(m, &places[i]);
    return rc;
}

/* ---- The log of the whole ---- */

int whet__run_merge_check(const struct whet_run_request *r, struct whet_error *err)
{
    struct stat st;

    if (r->log == NULL || stat(r->log, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return 0;
    return whet_error_set(err, -EEXIST, "there is a log already: '%.300s': remove it", r->log);
}

/* The log is written under another name first: a merge that fails leaves none. What is no
 * file, a pipe, is written as it is. */
static int log_open(struct merge *m, const struct whet_run_request *r)
{
    struct stat st;
    int rc = whet__run_merge_check(r, m->err);

    if (rc != 0 || r->log == NULL)
        return rc;
    whet__text_puts(&m->log_name, r->log);
    if (stat(r->log, &st) != 0 || S_ISREG(st.st_mode))
        whet__text_printf(&m->log_name, ".%ld.tmp", (long)getpid());
    if (whet__text_error(&m->log_name) != 0)
        return whet_error_set(m->err, -ENAMETOOLONG, "name too long: '%.300s'", r->log);
    m->log = fopen(whet__text_str(&m->log_name), "we");
    if (m->log == NULL ||
        fprintf(m->log, "{\"type\":\"run-log\",\"version\":%d}\n", WHET_JOB_LOG_VERSION) < 0)
        return whet_error_set(m->err, -errno, "cannot log: '%.300s': %s", r->log,
                              strerror(errno));
    return 0;
}

/* `rc` is how all that came before went. */
static int log_close(struct merge *m, const char *path, int rc)
{
    const char *name = whet__text_str(&m->log_name);
    int is_other = path != NULL && strcmp(name, path) != 0;

    if (m->log == NULL)
        return rc;
    if (fclose(m->log) != 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && is_other && rename(name, path) != 0)
        rc = -errno;
    if (rc != 0 && is_other)
        (void)unlink(name);
    if (rc != 0 && m->err->code == 0)
        whet_error_set(m->err, rc, "cannot log: '%.300s': %s", path, strerror(-rc));
    return rc;
}

int whet__run_merge(const struct whet_run_request *r, const char *dir, struct whet_error *err)
{
    struct whet_error own = {0};
    struct merge m = {.dir = dir, .fds = {-1, -1}, .err = err != NULL ? err : &own};
    int rc;

    whet__vec_init(&m.places, sizeof(struct place), JOBS_MAX);
    whet__text_init(&m.said, SAID_MAX);
    whet__text_init(&m.line, WHET_LINES_MAX + 1);
    whet__text_init(&m.log_name, PATH_MAX);
    whet__arena_init(&m.arena, WHET_LINES_MAX * sizeof(char *) + WORDS_MAX);
    whet__run_watch_init(&m.watch, r, 0, 0, NULL);
    rc = parts_learn(&m);
    m.watch.workers = m.parts;
    if (rc == 0)
        rc = log_open(&m, r);
    if (rc == 0)
        rc = all_show(&m);
    rc = log_close(&m, r->log, rc == 0 && whet__interrupted() != 0 ? -EINTR : rc);
    part_close(&m);
    whet__run_watch_end(&m.watch);
    if (rc == 0)
        rc = whet__run_watch_answer(&m.watch, &m.counts);
    whet__vec_clear(&m.places);
    whet__text_clear(&m.said);
    whet__text_clear(&m.line);
    whet__text_clear(&m.log_name);
    whet__arena_clear(&m.arena);
    return rc == -EPIPE ? 1 : rc;
}
