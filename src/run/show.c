/* Showing in order. Expected load: a hundred thousand jobs that end nearly in order, most with
 * nothing or a line to show: those whose turn it is are shown without a copy. */
#include "run/show.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define RING_MAX  ((size_t)1 << 22) /* jobs of a graph, which have no window */
#define RING_MIN  256
#define LINE_LONG ((size_t)64 * 1024) /* shown without waiting for its end */

/* One that waits for its turn. A job of which there is nothing to show waits as `nothing`. */
struct pair {
    struct whet_printed printed[WHET_STREAMS];
    char *said; /* NULL: nothing */
};

static struct pair nothing;

void whet__show_init(struct whet_show *s, enum whet_show_order order,
                     const struct whet_sink *sink, struct whet_spool *spool)
{
    *s = (struct whet_show){.order = order, .sink = *sink, .spool = spool, .next = 1};
    whet__vec_init(&s->waiting, sizeof(struct pair *), RING_MAX);
}

static struct pair **place_of(struct whet_show *s, uint64_t number)
{
    struct pair **ring = s->waiting.items;

    return s->waiting.len > 0 ? &ring[number & (s->waiting.len - 1)] : NULL;
}

static struct pair *pair_new(const char *said)
{
    struct pair *pair = whet__mem_zalloc(1, sizeof(*pair));

    if (pair == NULL || said == NULL)
        return pair;
    pair->said = whet__mem_alloc(strlen(said) + 1);
    if (pair->said == NULL) {
        whet__mem_free(pair);
        return NULL;
    }
    memcpy(pair->said, said, strlen(said) + 1);
    return pair;
}

static void pair_free(struct whet_show *s, struct pair *pair)
{
    if (pair == NULL || pair == &nothing)
        return;
    for (int i = 0; i < WHET_STREAMS; i++) {
        s->memory -= pair->printed[i].tail.len;
        whet__printed_clear(&pair->printed[i], s->spool);
    }
    whet__mem_free(pair->said);
    whet__mem_free(pair);
}

void whet__show_clear(struct whet_show *s)
{
    struct pair **ring = s->waiting.items;

    for (size_t i = 0; i < s->waiting.len; i++)
        pair_free(s, ring[i]);
    whet__vec_clear(&s->waiting);
}

int whet__show_has_room(const struct whet_show *s, uint64_t number)
{
    return s->order != WHET_SHOW_INPUT || number < s->next + WHET_SHOW_WINDOW;
}

struct give {
    struct whet_show *show;
    enum whet_stream stream;
};

static int sink_write(struct whet_show *s, enum whet_stream stream, const char *bytes,
                      size_t len)
{
    int rc = s->sink.write(s->sink.ctx, stream, bytes, len);

    s->sink_failed |= rc != 0;
    return rc;
}

static int give_bytes(void *ctx, const char *bytes, size_t len)
{
    const struct give *g = ctx;

    return sink_write(g->show, g->stream, bytes, len);
}

static int show_now(struct whet_show *s, struct whet_printed printed[WHET_STREAMS])
{
    for (int i = 0; i < WHET_STREAMS && s->error == 0; i++) {
        struct give g = {s, (enum whet_stream)i};

        if (!whet__printed_is_empty(&printed[i]))
            s->error = whet__printed_show(&printed[i], s->spool, give_bytes, &g);
    }
    return s->error;
}

static void say(const struct whet_show *s, const char *said)
{
    if (said != NULL && s->sink.say != NULL && s->error == 0)
        s->sink.say(s->sink.ctx, said);
}

int whet__show_is_turn(const struct whet_show *s, uint64_t turn)
{
    return s->order == WHET_SHOW_INPUT && turn == s->next;
}

int whet__show_more(struct whet_show *s, struct whet_printed printed[WHET_STREAMS],
                    size_t keep_bytes)
{
    int rc = show_now(s, printed);

    for (int i = 0; i < WHET_STREAMS; i++)
        if (!whet__printed_is_empty(&printed[i]) &&
            whet__printed_size(&printed[i]) > keep_bytes)
            whet__printed_forget(&printed[i], s->spool);
    return rc;
}

/* The ring gets room for numbers from `next` to `number`. */
static int ring_grow(struct whet_show *s, uint64_t number)
{
    struct whet_vec old = s->waiting, made;
    size_t size = old.len > 0 ? old.len : RING_MIN;

    while (size <= number - s->next && size < RING_MAX)
        size *= 2;
    if (size <= number - s->next)
        return -EFBIG;
    if (size == old.len)
        return 0;
    whet__vec_init(&made, sizeof(struct pair *), RING_MAX);
    if (whet__vec_reserve(&made, size) != 0)
        return -ENOMEM;
    while (made.len < size)
        *(struct pair **)whet__vec_push(&made) = NULL;
    for (uint64_t n = s->next; n < s->next + old.len; n++) {
        struct pair *pair = ((struct pair **)old.items)[n & (old.len - 1)];

        ((struct pair **)made.items)[n & (size - 1)] = pair;
    }
    whet__vec_clear(&s->waiting);
    s->waiting = made;
    return 0;
}

static int wait_for_turn(struct whet_show *s, uint64_t number,
                         struct whet_printed printed[WHET_STREAMS], const char *said)
{
    struct pair *pair = &nothing;
    int rc = ring_grow(s, number);

    if (rc != 0)
        return rc;
    if (!whet__printed_is_empty(&printed[0]) || !whet__printed_is_empty(&printed[1]) ||
        said != NULL) {
        pair = pair_new(said);
        if (pair == NULL)
            return -ENOMEM;
        for (int i = 0; i < WHET_STREAMS; i++) {
            if (rc == 0 && s->memory + printed[i].tail.len > WHET_SHOW_MEMORY)
                rc = whet__printed_spill(&printed[i], s->spool);
            s->memory += printed[i].tail.len;
            pair->printed[i] = printed[i];
            whet__printed_init(&printed[i]);
        }
    }
    *place_of(s, number) = pair;
    return rc;
}

/* Shows those whose turn has come. */
static int show_waiting(struct whet_show *s)
{
    struct pair **place = place_of(s, s->next);

    while (place != NULL && *place != NULL) {
        if (*place != &nothing) {
            (void)show_now(s, (*place)->printed);
            say(s, (*place)->said);
        }
        pair_free(s, *place);
        *place = NULL;
        s->next++;
        place = place_of(s, s->next);
    }
    return s->error;
}

int whet__show_ended(struct whet_show *s, uint64_t number,
                     struct whet_printed printed[WHET_STREAMS], const char *said)
{
    int rc;

    if (number > s->last)
        s->last = number;
    if (s->order == WHET_SHOW_INPUT && number != s->next) {
        rc = wait_for_turn(s, number, printed, said);
        s->error = s->error != 0 ? s->error : rc;
        return s->error;
    }
    rc = show_now(s, printed);
    say(s, said);
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_reset(&printed[i], s->spool);
    if (s->order != WHET_SHOW_INPUT)
        return rc;
    s->next++;
    return show_waiting(s);
}

int whet__show_end(struct whet_show *s)
{
    if (s->order != WHET_SHOW_INPUT)
        return s->error;
    while (s->next <= s->last) {
        struct pair **place = place_of(s, s->next);

        if (place == NULL || *place == NULL)
            s->next++; /* it was never started */
        else
            (void)show_waiting(s);
    }
    return s->error;
}

static int put_line(struct whet_show *s, const char *prefix, enum whet_stream stream,
                    const char *line, size_t len)
{
    struct whet_text text;
    int rc;

    whet__text_init(&text, WHET_PRINTED_MEMORY * 4);
    whet__text_printf(&text, "[%s] ", prefix);
    whet__text_append(&text, line, len);
    if (len == 0 || line[len - 1] != '\n')
        whet__text_putc(&text, '\n');
    rc = whet__text_error(&text);
    if (rc == 0)
        rc = sink_write(s, stream, whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return rc;
}

int whet__show_lines(struct whet_show *s, const char *prefix, enum whet_stream stream,
                     struct whet_printed *printed, int all)
{
    struct whet_text *text = &printed->tail;
    size_t at = 0;

    while (s->error == 0 && at < text->len) {
        const char *from = text->data + at, *end = memchr(from, '\n', text->len - at);
        size_t len = end != NULL ? (size_t)(end - from) + 1 : text->len - at;

        if (end == NULL && !all && len < LINE_LONG)
            break;
        s->error = put_line(s, prefix, stream, from, len);
        at += len;
    }
    if (at > 0) {
        memmove(text->data, text->data + at, text->len - at);
        whet__text_truncate(text, text->len - at);
    }
    return s->error;
}
