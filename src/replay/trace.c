/* Loading a trace: some ten million requests, so parsing and numbering take a few
 * nanoseconds each. Everything after it works on small numbers in plain arrays. */
#include "replay/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "replay/trace_format.h"
#include "replay/trace_source.h"

#define ROOM_FIRST      ((size_t)1 << 16)
#define SLOT_BITS_FIRST 12
#define SLOT_BITS_MAX   33
#define FORMATS         3

extern const struct whet_trace_format whet__trace_csv;
extern const struct whet_trace_format whet__trace_oracle;
extern const struct whet_trace_format whet__trace_text;

/* Asked in this order; the last takes what no other wants. */
static const struct whet_trace_format *const formats[FORMATS] = {
    &whet__trace_oracle,
    &whet__trace_csv,
    &whet__trace_text,
};

/* Open addressing; `number` is the id + 1, 0 in an empty slot. */
struct trace_slot {
    uint64_t key;
    uint32_t number;
};

/* ---- The builder ---- */

static size_t slot_of(const struct whet_trace_builder *b, uint64_t key)
{
    return (size_t)((key ^ key >> 32) * 0x9e3779b97f4a7c15u >> b->slot_shift);
}

static void slots_fill(struct whet_trace_builder *b, const struct trace_slot *from,
                       size_t count)
{
    size_t mask = ((size_t)1 << (64 - b->slot_shift)) - 1;

    for (size_t i = 0; i < count; i++) {
        size_t at;

        if (from[i].number == 0)
            continue;
        at = slot_of(b, from[i].key);
        while (b->slots[at].number != 0)
            at = (at + 1) & mask;
        b->slots[at] = from[i];
    }
}

/* At most half full, with a block of new keys. */
static int slots_grow(struct whet_trace_builder *b)
{
    struct trace_slot *before = b->slots;
    size_t count = before != NULL ? (size_t)1 << (64 - b->slot_shift) : 0;
    unsigned bits = before != NULL ? 64 - b->slot_shift + 1 : SLOT_BITS_FIRST;

    if (count / 2 >= (size_t)b->trace->unique + WHET_TRACE_BLOCK)
        return 0;
    if (bits > SLOT_BITS_MAX)
        return -EFBIG;
    b->slots = whet__mem_zalloc((size_t)1 << bits, sizeof(*b->slots));
    if (b->slots == NULL) {
        b->slots = before;
        return -ENOMEM;
    }
    b->slot_shift = 64 - bits;
    slots_fill(b, before, count);
    whet__mem_free(before);
    return 0;
}

static int array_grow(uint32_t **array, size_t room)
{
    uint32_t *larger = whet__mem_resize(*array, room, sizeof(*larger));

    if (larger == NULL)
        return -ENOMEM;
    *array = larger;
    return 0;
}

static int arrays_grow(struct whet_trace_builder *b)
{
    struct whet_trace *t = b->trace;
    size_t room = b->room != 0 ? 2 * b->room : ROOM_FIRST;
    int rc;

    if (t->count + b->pending <= b->room)
        return 0;
    if (t->count + b->pending > WHET_TRACE_REQUESTS_MAX)
        return -EFBIG;
    rc = array_grow(&t->ids, room);
    if (rc == 0 && b->sized)
        rc = array_grow(&t->sizes, room);
    if (rc == 0)
        b->room = room;
    return rc;
}

/* The number of a key, a new one if need be. */
static uint32_t number_of(struct whet_trace_builder *b, size_t at, uint64_t key, uint32_t size)
{
    size_t mask = ((size_t)1 << (64 - b->slot_shift)) - 1;
    struct trace_slot *slot = &b->slots[at];

    while (slot->number != 0 && slot->key != key) {
        at = (at + 1) & mask;
        slot = &b->slots[at];
    }
    if (slot->number == 0) {
        slot->key = key;
        slot->number = ++b->trace->unique;
        b->trace->footprint_bytes += size;
    }
    return slot->number - 1;
}

int whet__trace_flush(struct whet_trace_builder *b)
{
    struct whet_trace *t = b->trace;
    size_t at[WHET_TRACE_BLOCK];
    size_t count = b->pending;
    int rc = arrays_grow(b);

    if (rc == 0)
        rc = slots_grow(b);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        at[i] = slot_of(b, b->keys[i]);
        __builtin_prefetch(&b->slots[at[i]]);
    }
    for (size_t i = 0; i < count; i++)
        t->ids[t->count + i] = number_of(b, at[i], b->keys[i], b->sizes[i]);
    for (size_t i = 0; b->sized && i < count; i++) {
        t->sizes[t->count + i] = b->sizes[i];
        t->bytes += b->sizes[i];
    }
    t->count += count;
    b->pending = 0;
    return 0;
}

/* ---- What readers share ---- */

uint64_t whet__trace_key(const unsigned char *text, size_t len)
{
    uint64_t value = 0;

    if (len == 0 || len > 19 || (text[0] == '0' && len != 1))
        return whet__hash64(text, len);
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)text[i] - '0';

        if (digit > 9)
            return whet__hash64(text, len);
        value = value * 10 + digit;
    }
    return value;
}

int whet__trace_line_error(const struct whet_trace_input *in, size_t column,
                           struct whet_error *err, const char *format, ...)
{
    char text[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    whet_error_set(err, -EINVAL, "%s", text);
    whet_error_at(err, in->name, (unsigned)(in->number + 1), (unsigned)column);
    return -EINVAL;
}

const unsigned char *whet__trace_line_end(const struct whet_trace_input *in,
                                          const unsigned char *from)
{
    const unsigned char *end = in->data + in->len;
    const unsigned char *found = memchr(from, '\n', (size_t)(end - from));

    return found != NULL ? found : in->last && from < end ? end : NULL;
}

/* ---- Loading ---- */

static const struct whet_trace_format *format_named(const char *name, struct whet_error *err)
{
    const char *names[FORMATS];
    const char *nearest;

    for (size_t i = 0; i < FORMATS; i++) {
        names[i] = formats[i]->name;
        if (strcmp(name, names[i]) == 0)
            return formats[i];
    }
    nearest = whet__nearest(name, names, FORMATS);
    whet_error_set(err, -EINVAL, "unknown format of traces: '%.64s': %s%s%s", name,
                   nearest != NULL ? "did you mean '" : "choose text, csv or oracle",
                   nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return NULL;
}

static const struct whet_trace_format *format_detected(const struct whet_trace_source *s)
{
    size_t i = 0;

    while (i + 1 < FORMATS && !formats[i]->detect(s->name, s->data, s->len))
        i++;
    return formats[i];
}

/* One window of the source through the reader. */
static int read_window(struct whet_trace_source *s, struct whet_trace_builder *b,
                       struct whet_trace_input *in, struct whet_error *err)
{
    int rc;

    in->data = s->data;
    in->len = s->len;
    in->last = s->last;
    in->used = 0;
    rc = b->trace->format->read(in, b, err);
    if (rc == -ENOMEM)
        return whet_error_set(err, rc, "out of memory: '%.300s'", s->name);
    if (rc == -EFBIG)
        return whet_error_set(err, rc, "too long a trace: '%.300s': at most %zu requests",
                              s->name, WHET_TRACE_REQUESTS_MAX);
    if (rc == 0)
        rc = whet__trace_source_next(s, in->used, err);
    if (rc == -EFBIG)
        rc = whet__trace_line_error(in, 1, err, "too long a line: at most %zu bytes",
                                    WHET_TRACE_WINDOW);
    return rc;
}

static int read_all(struct whet_trace_source *s, struct whet_trace_builder *b,
                    const struct whet_trace_options *options, struct whet_error *err)
{
    struct whet_trace_input in = {.name = s->name};
    int done = 0;
    int rc = 0;

    while (rc == 0 && !done) {
        done = s->last;
        rc = read_window(s, b, &in, err);
        if (rc == 0 && options->progress != NULL)
            options->progress(options->ctx, s->taken_bytes, s->file_bytes);
        if (rc == 0 && options->stop != NULL && options->stop(options->ctx))
            rc = whet_error_set(err, -ECANCELED, "interrupted: '%.300s'", s->name);
    }
    if (rc == 0) {
        rc = whet__trace_flush(b);
        if (rc != 0)
            whet_error_set(err, rc, "%s: '%.300s'",
                           rc == -ENOMEM ? "out of memory" : "too long a trace", s->name);
    }
    if (rc == 0 && b->trace->count == 0)
        rc = whet_error_set(err, -ENODATA, "no request in it: '%.300s'", s->name);
    return rc;
}

static int load(struct whet_trace *out, struct whet_trace_source *s,
                const struct whet_trace_options *options, struct whet_error *err)
{
    static const struct whet_trace_options none = {0};
    struct whet_trace trace = {0};
    struct whet_trace_builder *b;
    int rc;

    if (options == NULL)
        options = &none;
    trace.format =
        options->format != NULL ? format_named(options->format, err) : format_detected(s);
    if (trace.format == NULL)
        return -EINVAL;
    b = whet__mem_zalloc(1, sizeof(*b));
    if (b == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%.300s'", s->name);
    b->trace = &trace;
    rc = read_all(s, b, options, err);
    whet__mem_free(b->slots);
    whet__mem_free(b);
    if (rc != 0)
        whet__trace_clear(&trace);
    else
        *out = trace;
    return rc;
}

int whet__trace_load(struct whet_trace *out, const char *path,
                     const struct whet_trace_options *options, struct whet_error *err)
{
    struct whet_trace_source source;
    int rc = whet__trace_source_open(&source, path, err);

    if (rc != 0)
        return rc;
    rc = load(out, &source, options, err);
    whet__trace_source_clear(&source);
    return rc;
}

int whet__trace_parse(struct whet_trace *out, const void *bytes, size_t len, const char *name,
                      const struct whet_trace_options *options, struct whet_error *err)
{
    struct whet_trace_source source;
    int rc = whet__trace_source_open_bytes(&source, bytes, len, name, err);

    if (rc != 0)
        return rc;
    rc = load(out, &source, options, err);
    whet__trace_source_clear(&source);
    return rc;
}

void whet__trace_clear(struct whet_trace *t)
{
    whet__mem_free(t->ids);
    whet__mem_free(t->sizes);
    whet__mem_free(t->next);
    memset(t, 0, sizeof(*t));
}

int whet__trace_find_next(struct whet_trace *t)
{
    uint32_t *last, *next;

    if (t->next != NULL)
        return 0;
    last = whet__mem_alloc(((size_t)t->unique + 1) * sizeof(*last));
    next = whet__mem_alloc((t->count + 1) * sizeof(*next));
    if (last == NULL || next == NULL) {
        whet__mem_free(last);
        whet__mem_free(next);
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < t->unique; i++)
        last[i] = WHET_TRACE_NEVER;
    for (size_t i = t->count; i-- > 0;) {
        next[i] = last[t->ids[i]];
        last[t->ids[i]] = (uint32_t)i;
    }
    whet__mem_free(last);
    t->next = next;
    return 0;
}
