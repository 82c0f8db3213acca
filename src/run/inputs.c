/* Lists of inputs. Expected load: one list of some thousand file names; now and then a
 * product of two or three; a list of a million from a pipe. */
#include "run/inputs.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define VALUES_MAX ((size_t)10000000)
#define BYTES_MAX  ((size_t)1 << 30)

struct mark {
    int is_mark, from_file, linked;
};

static struct mark mark_of(const char *word)
{
    size_t colons = strspn(word, ":");
    int plus = word[colons] == '+';
    struct mark m = {0};

    if (colons < 3 || colons > 4 || word[colons + (size_t)plus] != '\0')
        return m;
    return (struct mark){1, colons == 4, plus};
}

int whet__inputs_is_mark(const char *word)
{
    return mark_of(word).is_mark;
}

static int value_add(struct whet_inputs_list *list, const char *value, struct whet_error *err)
{
    const char **slot = value != NULL ? whet__vec_push(&list->values) : NULL;

    if (slot == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory, or too many inputs: more than %zu",
                              list->values.len);
    *slot = value;
    return 0;
}

/* All lines of it. */
static int file_read(struct whet_inputs *in, struct whet_inputs_list *list,
                     struct whet_lines *lines, struct whet_error *err)
{
    struct pollfd ready = {lines->fd, POLLIN, 0};
    const char *line;
    size_t len;
    int rc;

    while ((rc = whet__lines_next(lines, &line, &len, err)) != 0) {
        if (rc == -EAGAIN && poll(&ready, 1, -1) < 0)
            return whet_error_set(err, -errno, "cannot read inputs: %s", strerror(errno));
        if (rc == 1)
            rc = value_add(list, whet__arena_strndup(&in->arena, line, len), err);
        if (rc != 0 && rc != -EAGAIN)
            return rc;
    }
    return 0;
}

/* The first of several files, or the only one, whose lines need not be kept, is left open. */
static int files_add(struct whet_inputs *in, struct whet_inputs_list *list,
                     const char *const *files, size_t count, int stream, char end,
                     struct whet_error *err)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        struct whet_lines lines;

        rc = whet__lines_open(&lines, files[i], end, err);
        if (rc == 0 && stream && count == 1) {
            in->stream = lines;
            in->streams = 1;
            return 0;
        }
        if (rc == 0) {
            rc = file_read(in, list, &lines, err);
            whet__lines_close(&lines);
        }
    }
    return rc;
}

/* One mark and its words; *used: how many that were. */
static int list_read(struct whet_inputs *in, const char *const *words, size_t count, char end,
                     size_t *used, struct whet_error *err)
{
    struct mark m = mark_of(words[0]), after = {0};
    struct whet_inputs_list *list = &in->lists[in->list_count];
    size_t n = 1;
    int rc = 0;

    while (n < count && !whet__inputs_is_mark(words[n]))
        n++;
    if (n < count)
        after = mark_of(words[n]);
    *used = n;
    if (in->list_count == WHET_INPUTS_LISTS_MAX)
        return whet_error_set(err, -EINVAL, "too many lists of inputs: at most %d",
                              WHET_INPUTS_LISTS_MAX);
    if (m.linked && in->list_count == 0)
        return whet_error_set(err, -EINVAL, "no list before it to go along with: '%s'",
                              words[0]);
    if (m.from_file && n == 1)
        return whet_error_set(err, -EINVAL, "no file of inputs: '%s': name it behind",
                              words[0]);
    whet__vec_init(&list->values, sizeof(const char *), VALUES_MAX);
    list->linked = m.linked;
    in->list_count++;
    if (m.from_file)
        return files_add(in, list, words + 1, n - 1, in->list_count == 1 && !after.linked, end,
                         err);
    for (size_t i = 1; i < n && rc == 0; i++)
        rc = value_add(list, words[i], err);
    return rc;
}

/* Lists that go along with each other are as long as the shortest of them. */
static void lengths_set(struct whet_inputs *in)
{
    for (size_t i = 0; i < in->list_count;) {
        size_t end = i + 1, shortest = in->lists[i].values.len;

        for (; end < in->list_count && in->lists[end].linked; end++)
            if (in->lists[end].values.len < shortest)
                shortest = in->lists[end].values.len;
        for (; i < end; i++)
            in->lists[i].length = shortest;
    }
}

int whet__inputs_open(struct whet_inputs *in, const char *const *words, size_t count, char end,
                      struct whet_error *err)
{
    int rc = 0;

    *in = (struct whet_inputs){.stream = {.fd = -1}};
    whet__arena_init(&in->arena, BYTES_MAX);
    whet__text_init(&in->held, WHET_LINES_MAX + 1);
    for (size_t at = 0, used = 0; at < count && rc == 0; at += used)
        rc = list_read(in, words + at, count - at, end, &used, err);
    lengths_set(in);
    for (size_t i = (size_t)in->streams; i < in->list_count; i++)
        in->ended |= in->lists[i].length == 0;
    if (rc != 0)
        whet__inputs_close(in);
    return rc;
}

void whet__inputs_close(struct whet_inputs *in)
{
    if (in->streams)
        whet__lines_close(&in->stream);
    in->streams = 0;
    for (size_t i = 0; i < in->list_count; i++)
        whet__vec_clear(&in->lists[i].values);
    in->list_count = 0;
    whet__text_clear(&in->held);
    whet__arena_clear(&in->arena);
}

/* Rows of all lists, if the first that is read as it comes has `total` so far. 0: too many. */
static uint64_t rows_of(const struct whet_inputs *in, uint64_t total)
{
    for (size_t i = (size_t)in->streams; i < in->list_count; i++) {
        if (!in->lists[i].linked && in->lists[i].length != 0 &&
            total > UINT64_MAX / in->lists[i].length)
            return 0;
        if (!in->lists[i].linked)
            total *= in->lists[i].length;
    }
    return total;
}

uint64_t whet__inputs_total(const struct whet_inputs *in)
{
    return in->streams ? 0 : rows_of(in, 1);
}

uint64_t whet__inputs_about(const struct whet_inputs *in)
{
    return in->streams ? rows_of(in, whet__lines_about(&in->stream, 0)) : 0;
}

static int stream_next(struct whet_inputs *in, struct whet_error *err)
{
    const char *line;
    size_t len;
    int rc = whet__lines_next(&in->stream, &line, &len, err);

    if (rc != 1)
        return rc;
    whet__text_reset(&in->held);
    whet__text_append(&in->held, line, len);
    return whet__text_error(&in->held) != 0 ? whet__text_error(&in->held) : 1;
}

/* To the next row, as a counter does. 0: after the last. */
static int advance(struct whet_inputs *in, struct whet_error *err)
{
    size_t i = in->list_count;

    while (i > (size_t)in->streams) {
        struct whet_inputs_list *list = &in->lists[--i];
        int more = ++list->at < list->length;

        if (!more)
            list->at = 0;
        if (more && !list->linked)
            return 1;
        /* A linked list has moved; those it goes along with have to, too: to the first of
         * them, which says whether that was all. */
    }
    return in->streams ? stream_next(in, err) : 0;
}

int whet__inputs_next(struct whet_inputs *in, struct whet_error *err)
{
    int rc = 1;

    if (in->ended)
        return 0;
    if (in->begun)
        rc = advance(in, err);
    else if (in->streams)
        rc = stream_next(in, err);
    if (rc == 0)
        in->ended = 1;
    if (rc != 1)
        return rc;
    in->begun = 1;
    for (size_t i = 0; i < in->list_count; i++)
        in->row[i] = in->streams && i == 0
                         ? whet__text_str(&in->held)
                         : ((const char **)in->lists[i].values.items)[in->lists[i].at];
    return 1;
}
