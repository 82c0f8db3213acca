/* A merge of shards that are in order already. Expected load: ten thousand shards with a
 * billion lines. Each is read in pieces, opened anew for every one, so that neither memory nor
 * open files grow with what is in them. */
#include "scan/merge_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "scan/merge_line.h"

#define PIECES_BYTES  ((size_t)64 << 20) /* of all shards together */
#define PIECE_MIN     ((size_t)4 << 10)
#define PIECE_MAX     ((size_t)1 << 20)
#define LINE_BYTES    ((size_t)1 << 30)
#define STRINGS_BYTES ((size_t)4 << 30)

enum part_kind { PART_FILE, PART_SKIP, PART_REST };

/* A shard. */
struct part {
    const char *name;
    uint64_t read; /* bytes of the file */
    struct whet_text text;
    size_t taken; /* of the text */
    unsigned line;
    enum part_kind kind; /* of the line in hand */
    struct whet_json_in *json;
    struct whet_text path;
};

struct stream {
    struct whet_merge merge;
    const struct whet_scan_each *each;
    struct whet_arena strings; /* of one line */
    size_t piece;
    struct part *parts;
    size_t count;
    struct part **heap; /* the one whose line comes first is first */
    size_t heap_count;
};

static int fail_read(struct stream *s, const struct part *p, int rc)
{
    return whet_error_set(s->merge.err, rc, "cannot read: '%.200s': %s", p->name,
                          strerror(-rc));
}

static int part_open(const struct part *p)
{
    int fd = open(p->name, O_RDONLY | O_CLOEXEC);

    return fd >= 0 ? fd : -errno;
}

/* Up to `size` bytes from `at` on go behind the text: how many, 0 at the end. */
static ssize_t part_read(struct stream *s, struct part *p, uint64_t at, size_t size)
{
    char *room = whet__text_reserve(&p->text, size);
    int fd = room != NULL ? part_open(p) : whet__text_error(&p->text);
    ssize_t got;

    if (fd == -ENOMEM)
        return fd;
    if (fd < 0)
        return fail_read(s, p, fd);
    do
        got = pread(fd, room, size, (off_t)at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        got = fail_read(s, p, -errno);
    close(fd);
    if (got > 0) {
        p->text.len += (size_t)got;
        p->text.data[p->text.len] = '\0';
    }
    return got;
}

/* The next line: 1; 0: there is none. */
static int part_line(struct stream *s, struct part *p, const char **line, size_t *len)
{
    size_t seen = p->taken;

    for (;;) {
        const char *stop =
            p->text.len > seen ? memchr(p->text.data + seen, '\n', p->text.len - seen) : NULL;
        ssize_t got = 0;

        if (stop == NULL) {
            seen = p->text.len - p->taken;
            if (p->taken != 0)
                memmove(p->text.data, p->text.data + p->taken, seen);
            whet__text_truncate(&p->text, seen);
            p->taken = 0;
            got = part_read(s, p, p->read, s->piece);
            if (got < 0)
                return (int)got;
            p->read += (uint64_t)got;
            if (got > 0)
                continue;
            if (p->text.len == 0)
                return 0;
            stop = p->text.data + p->text.len; /* the last one, without an end */
        }
        *line = p->text.data + p->taken;
        *len = (size_t)(stop - *line);
        p->taken += *len + (got == 0 && stop == p->text.data + p->text.len ? 0 : 1);
        p->line++;
        return 1;
    }
}

/* ---- What is in a line ---- */

static int line_parse(struct stream *s, struct part *p, const char *text, size_t len)
{
    struct whet_merge *m = &s->merge;
    int rc;

    whet__json_in_free(p->json);
    p->json = NULL;
    m->name = p->name;
    m->line = p->line;
    rc = whet__json_in_parse(&p->json, text, len, p->name, m->err);
    if (rc != 0)
        whet_error_at(m->err, p->name, p->line, m->err != NULL ? m->err->column : 0);
    return rc;
}

/* What is wrong with it has a place. */
static int line_end(struct stream *s, const struct part *p, const struct whet_json_fields *f,
                    int rc)
{
    if (f->error != 0)
        whet_error_at(s->merge.err, p->name, p->line, 0);
    return rc != 0 ? rc : f->error;
}

static enum part_kind kind_of(const char *type)
{
    if (strcmp(type, "file") == 0)
        return PART_FILE;
    return strcmp(type, "skipped") == 0 ? PART_SKIP : PART_REST;
}

/* The line's place among those of other shards; in its own it comes after the one before. */
static int line_place(struct stream *s, struct part *p)
{
    struct whet_json_fields f = {.name = p->name, .err = s->merge.err};
    struct whet_json_place line = whet__json_root(&f, p->json, WHET_JSON_OBJECT);
    enum part_kind kind = kind_of(whet__json_take_string(&f, &line, "type", ""));
    const char *path = "";
    int rc = 0;

    whet__arena_reset(&s->strings);
    if (f.error == 0 && kind != PART_REST)
        rc = whet__merge_path(&s->merge, &f, &line, &path);
    rc = line_end(s, p, &f, rc);
    if (rc != 0)
        return rc;
    if (kind < p->kind ||
        (kind == p->kind && kind != PART_REST && strcmp(path, whet__text_str(&p->path)) <= 0))
        return whet__merge_refuse(&s->merge, -EBADMSG, "lines that are not in order");
    p->kind = kind;
    whet__text_reset(&p->path);
    whet__text_puts(&p->path, path);
    return whet__text_error(&p->path);
}

/* Behind what it has to tell nothing of it is held. */
static void part_clear(struct part *p)
{
    whet__json_in_free(p->json);
    p->json = NULL;
    whet__text_clear(&p->text);
    whet__text_clear(&p->path);
}

static int part_next(struct stream *s, struct part *p)
{
    const char *text;
    size_t len;
    int rc = part_line(s, p, &text, &len);

    if (rc == 1) {
        rc = line_parse(s, p, text, len);
        if (rc == 0)
            rc = line_place(s, p);
    } else {
        p->kind = PART_REST;
    }
    if (rc == 0 && p->kind == PART_REST)
        part_clear(p);
    return rc;
}

/* ---- Order ---- */

static int goes_before(const struct part *a, const struct part *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind;
    return strcmp(whet__text_str(&a->path), whet__text_str(&b->path)) < 0;
}

static void heap_sink(struct stream *s, size_t at)
{
    struct part *p = s->heap[at];

    for (size_t below = 2 * at + 1; below < s->heap_count; below = 2 * at + 1) {
        if (below + 1 < s->heap_count && goes_before(s->heap[below + 1], s->heap[below]))
            below++;
        if (!goes_before(s->heap[below], p))
            break;
        s->heap[at] = s->heap[below];
        at = below;
    }
    s->heap[at] = p;
}

static void heap_make(struct stream *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->parts[i].kind != PART_REST)
            s->heap[s->heap_count++] = &s->parts[i];
    }
    for (size_t i = s->heap_count / 2; i-- > 0;)
        heap_sink(s, i);
}

/* ---- Telling ---- */

static int skip_tell(struct stream *s, struct whet_scan_skip *skip)
{
    struct whet_scan *scan = s->merge.scan;
    struct whet_scan_skip *first;
    const char *path;

    if (scan->totals.skipped[skip->reason] != 0) {
        scan->totals.skipped[skip->reason]++;
    } else {
        path = whet__arena_strndup(&scan->strings, skip->path, strlen(skip->path));
        first = whet__scan_add_skip(scan, skip->reason, path);
        if (first == NULL)
            return -ENOMEM;
        first->error = skip->error;
    }
    return s->each != NULL ? s->each->skip(s->each->ctx, skip) : 0;
}

static int part_tell(struct stream *s, struct part *p)
{
    struct whet_json_fields f = {.name = p->name, .err = s->merge.err};
    struct whet_json_place line = whet__json_root(&f, p->json, WHET_JSON_OBJECT);
    struct whet_scan_file file = {.path = NULL};
    struct whet_scan_skip skip = {.path = NULL};
    int rc;

    whet__arena_reset(&s->strings);
    s->merge.name = p->name;
    s->merge.line = p->line;
    rc = p->kind == PART_FILE ? whet__merge_file(&s->merge, &f, &line, &file)
                              : whet__merge_skip(&s->merge, &f, &line, &skip);
    rc = line_end(s, p, &f, rc);
    if (rc != 0)
        return rc;
    if (p->kind == PART_SKIP)
        return skip_tell(s, &skip);
    rc = whet__scan_count_file(s->merge.scan, &file);
    return rc == 0 && s->each != NULL ? s->each->file(s->each->ctx, &file) : rc;
}

/* Each part has a line in hand; the next one of the part that was told takes its place. */
static int parts_tell(struct stream *s)
{
    int rc = s->each != NULL ? s->each->begin(s->each->ctx, s->merge.scan) : 0;

    s->merge.strings = &s->strings;
    for (size_t i = 0; rc == 0 && i < s->count; i++)
        rc = part_next(s, &s->parts[i]);
    if (rc == 0)
        heap_make(s);
    while (rc == 0 && s->heap_count != 0) {
        struct part *p = s->heap[0];

        rc = part_tell(s, p);
        if (rc == 0)
            rc = part_next(s, p);
        if (rc == 0 && p->kind == PART_REST)
            s->heap[0] = s->heap[--s->heap_count];
        if (rc == 0 && s->heap_count != 0)
            heap_sink(s, 0);
    }
    return rc;
}

/* ---- Before anything is told ---- */

static int head_take(struct stream *s, struct part *p)
{
    struct whet_json_fields f = {.name = p->name, .err = s->merge.err};
    struct whet_json_place line;
    const char *text;
    size_t len;
    int rc = part_line(s, p, &text, &len);

    if (rc < 0)
        return rc;
    if (rc == 0)
        return whet__merge_refuse(&s->merge, -EBADMSG, "cut off: there is no line with totals");
    rc = line_parse(s, p, text, len);
    if (rc != 0)
        return rc;
    line = whet__json_root(&f, p->json, WHET_JSON_OBJECT);
    rc = f.error == 0 ? whet__merge_head(&s->merge, &f, &line) : f.error;
    return line_end(s, p, &f, rc);
}

/* The last line, for which the last piece is read, or more of the end where that is no whole
 * line. */
static int tail_read(struct stream *s, struct part *p, uint64_t bytes, size_t *at)
{
    for (size_t size = s->piece;; size *= 2) {
        size_t want = bytes < size ? (size_t)bytes : size, end;

        whet__text_reset(&p->text);
        while (p->text.len < want) {
            ssize_t got = part_read(s, p, bytes - want + p->text.len, want - p->text.len);

            if (got < 0)
                return (int)got;
            if (got == 0)
                return fail_read(s, p, -EIO); /* it has become shorter */
        }
        end = want != 0 && p->text.data[want - 1] == '\n' ? want - 1 : want;
        for (*at = end; *at > 0 && p->text.data[*at - 1] != '\n'; --*at) {
        }
        if (*at > 0 || want == bytes)
            return 0;
    }
}

static int tail_take(struct stream *s, struct part *p)
{
    struct whet_json_fields f = {.name = p->name, .err = NULL};
    struct whet_json_place line;
    struct stat st;
    size_t at = 0;
    int rc;

    if (stat(p->name, &st) != 0)
        return fail_read(s, p, -errno);
    if (!S_ISREG(st.st_mode)) /* only files can be read from their end */
        return fail_read(s, p, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL);
    rc = tail_read(s, p, (uint64_t)st.st_size, &at);
    if (rc != 0)
        return rc;
    s->merge.name = p->name;
    s->merge.line = 0;
    whet__json_in_free(p->json);
    p->json = NULL;
    rc = whet__json_in_parse(&p->json, p->text.data + at, p->text.len - at, p->name, NULL);
    if (rc == -ENOMEM)
        return rc;
    if (rc == 0) {
        line = whet__json_root(&f, p->json, WHET_JSON_OBJECT);
        if (strcmp(whet__json_take_string(&f, &line, "type", ""), "total") != 0)
            rc = -EBADMSG;
    }
    if (rc != 0 || f.error != 0)
        return whet__merge_refuse(&s->merge, -EBADMSG, "cut off: there is no line with totals");
    f.err = s->merge.err;
    rc = whet__merge_total(&s->merge, &f, &line);
    whet__text_reset(&p->text);
    return line_end(s, p, &f, rc);
}

static int parts_check(struct stream *s)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->count; i++) {
        rc = tail_take(s, &s->parts[i]);
        if (rc == 0)
            rc = head_take(s, &s->parts[i]);
    }
    return rc == 0 ? whet__merge_check(&s->merge) : rc;
}

static int stream_init(struct stream *s, const char *const *files, size_t count)
{
    size_t piece = PIECES_BYTES / (count > 0 ? count : 1);

    s->parts = whet__mem_zalloc(count, sizeof(*s->parts));
    s->heap = whet__mem_zalloc(count, sizeof(struct part *));
    if (s->parts == NULL || s->heap == NULL)
        return -ENOMEM;
    s->count = count;
    s->piece = piece < PIECE_MIN ? PIECE_MIN : piece > PIECE_MAX ? PIECE_MAX : piece;
    for (size_t i = 0; i < count; i++) {
        s->parts[i].name = files[i];
        whet__text_init(&s->parts[i].text, LINE_BYTES);
        whet__text_init(&s->parts[i].path, LINE_BYTES);
    }
    return 0;
}

static void stream_clear(struct stream *s)
{
    for (size_t i = 0; i < s->count; i++)
        part_clear(&s->parts[i]);
    whet__mem_free(s->parts);
    whet__mem_free(s->heap);
    whet__mem_free(s->merge.seen);
    whet__arena_clear(&s->strings);
}

int whet__scan_merge_stream(struct whet_scan **out, const char *const *files, size_t count,
                            const struct whet_scan_each *each, struct whet_error *err)
{
    struct stream s = {.merge = {.scan = whet__scan_new(), .err = err}, .each = each};
    int rc = 0;

    if (s.merge.scan == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    s.merge.strings = &s.merge.scan->strings;
    whet__arena_init(&s.strings, STRINGS_BYTES);
    whet_error_set(err, 0, "%s", "");
    if (count == 0)
        rc = whet_error_set(err, -EINVAL, "nothing to merge");
    if (rc == 0)
        rc = stream_init(&s, files, count);
    if (rc == 0)
        rc = parts_check(&s);
    if (rc == 0)
        rc = parts_tell(&s);
    if (rc == 0)
        whet__scan_end(s.merge.scan);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory");
    stream_clear(&s);
    if (rc != 0) {
        whet_scan_free(s.merge.scan);
        return rc;
    }
    *out = s.merge.scan;
    return 0;
}
