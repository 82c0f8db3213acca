/* A shard's part. Expected load: a hundred thousand jobs, most of which print a line. */
#include "front/run_part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "data/json_in.h"
#include "os/file.h"

#define END_MAX 4096

static int fail(const struct whet_text *path, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot keep what a shard did: '%.300s': %s",
                          whet__text_str(path), strerror(-rc));
}

void whet__run_part_path(const char *dir, unsigned k, const char *which, struct whet_text *out)
{
    whet__text_printf(out, "%s/part-%u.%s", dir, k, which);
}

int whet__run_part_open(struct whet_run_part *p, const char *dir, struct whet_shard shard,
                        struct whet_error *err)
{
    int rc = whet__file_make_dirs(dir, 0777);

    *p = (struct whet_run_part){.shard = shard, .fd = -1};
    whet__text_init(&p->log, PATH_MAX);
    whet__text_init(&p->shown, PATH_MAX);
    whet__text_init(&p->end, PATH_MAX);
    whet__run_part_path(dir, shard.number, "log", &p->log);
    whet__run_part_path(dir, shard.number, "shown", &p->shown);
    whet__run_part_path(dir, shard.number, "end", &p->end);
    if (rc == 0)
        rc = whet__text_error(&p->shown) != 0 ? -ENAMETOOLONG : 0;
    if (rc == 0)
        return 0;
    whet__run_part_close(p);
    return whet_error_set(err, rc, "cannot make: '%.200s': %s", dir, strerror(-rc));
}

int whet__run_part_begin(struct whet_run_part *p, struct whet_error *err)
{
    struct stat st;

    if (unlink(whet__text_str(&p->end)) != 0 && errno != ENOENT)
        return fail(&p->end, -errno, err);
    p->fd = open(whet__text_str(&p->shown), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (p->fd < 0 || fstat(p->fd, &st) != 0)
        return fail(&p->shown, -errno, err);
    p->size = (uint64_t)st.st_size;
    return 0;
}

void whet__run_part_close(struct whet_run_part *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    whet__text_clear(&p->log);
    whet__text_clear(&p->shown);
    whet__text_clear(&p->end);
}

static int write_all(void *ctx, const char *bytes, size_t len)
{
    struct whet_run_part *p = ctx;

    while (len > 0) {
        ssize_t n = write(p->fd, bytes, len);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
            p->size += (uint64_t)n;
        }
    }
    return 0;
}

int whet__run_part_add(struct whet_run_part *p, const struct whet_printed printed[WHET_STREAMS],
                       const struct whet_spool *spool, struct whet_job_result *result,
                       struct whet_error *err)
{
    uint64_t at = p->size;
    int rc = 0;

    for (int i = 0; i < WHET_STREAMS && rc == 0; i++) {
        uint64_t before = p->size;

        rc = whet__printed_each(&printed[i], spool, write_all, p);
        result->kept_bytes[i] = p->size - before;
    }
    if (rc != 0)
        return fail(&p->shown, rc, err);
    result->kept = 1;
    result->kept_at = at;
    return 0;
}

int whet__run_part_has(const struct whet_run_part *p, const struct whet_job_result *r)
{
    return r->kept && r->kept_at <= p->size && r->kept_bytes[0] <= p->size - r->kept_at &&
           r->kept_bytes[1] <= p->size - r->kept_at - r->kept_bytes[0];
}

int whet__run_part_end(const struct whet_run_part *p, const struct whet_run_part_end *end,
                       struct whet_error *err)
{
    struct whet_text text;
    struct whet_json j;
    char list[24];
    int rc;

    whet__text_init(&text, END_MAX);
    whet__json_init(&j, &text, 0);
    whet__json_object(&j);
    whet__json_put_string(&j, "type", "run-part");
    whet__json_put_uint(&j, "version", WHET_RUN_PART_VERSION);
    whet__json_put_uint(&j, "shard", p->shard.number);
    whet__json_put_uint(&j, "shards", p->shard.of);
    whet__json_put_uint(&j, "not_started", end->left);
    if (end->list != 0) {
        snprintf(list, sizeof(list), "%016" PRIx64, end->list);
        whet__json_put_string(&j, "list", list);
    }
    whet__json_object_end(&j);
    whet__text_putc(&text, '\n');
    rc = whet__text_error(&text);
    if (rc == 0)
        rc = whet__file_write(whet__text_str(&p->end), whet__text_str(&text), text.len, 0);
    whet__text_clear(&text);
    return rc == 0 ? 0 : fail(&p->end, rc, err);
}

static int end_read(const char *path, const struct whet_text *text, unsigned k,
                    struct whet_run_part_end *out, struct whet_error *err)
{
    struct whet_json_in *json;
    const struct whet_json_node *root;
    uint64_t number, of;
    int rc = whet__json_in_parse(&json, whet__text_str(text), text->len, path, err);

    if (rc != 0)
        return rc;
    root = whet__json_in_root(json);
    number = whet__json_in_uint(whet__json_in_get(root, "shard"), 0);
    of = whet__json_in_uint(whet__json_in_get(root, "shards"), 0);
    if (strcmp(whet__json_in_string(whet__json_in_get(root, "type"), ""), "run-part") != 0 ||
        whet__json_in_int(whet__json_in_get(root, "version"), 0) != WHET_RUN_PART_VERSION ||
        number != k || of < number || of > WHET_SHARDS_MAX) {
        rc = whet_error_set(err, -EBADMSG, "not the end of a shard: '%.300s'", path);
    } else {
        out->shard = (struct whet_shard){k, (unsigned)of};
        out->left = whet__json_in_uint(whet__json_in_get(root, "not_started"), 0);
        out->list =
            strtoull(whet__json_in_string(whet__json_in_get(root, "list"), "0"), NULL, 16);
    }
    whet__json_in_free(json);
    return rc;
}

int whet__run_part_ended(const char *dir, unsigned k, struct whet_run_part_end *out,
                         struct whet_error *err)
{
    struct whet_text path, text;
    int rc;

    whet__text_init(&path, PATH_MAX);
    whet__text_init(&text, END_MAX);
    whet__run_part_path(dir, k, "end", &path);
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = whet__file_read(AT_FDCWD, whet__text_str(&path), END_MAX, &text);
    if (rc == -ENOENT)
        whet_error_set(err, rc, "shard %u has not ended: '%.300s' is not there", k,
                       whet__text_str(&path));
    else if (rc != 0)
        whet_error_set(err, rc, "cannot read: '%.300s': %s", whet__text_str(&path),
                       strerror(-rc));
    else
        rc = end_read(whet__text_str(&path), &text, k, out, err);
    whet__text_clear(&path);
    whet__text_clear(&text);
    return rc;
}
