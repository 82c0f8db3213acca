/* Writes statements until the size is reached, closing what is open. Some megabytes a
 * project, made once and kept. */
#include "suites/source.h"

#include <stdio.h>

#define DEPTH_MAX      4
#define STATEMENTS_MAX 30 /* in a function */

static const char *const words[] = {
    "account", "batch",  "buffer", "cache",  "channel", "client", "column", "config",
    "count",   "cursor", "delta",  "device", "digest",  "entry",  "event",  "field",
    "filter",  "frame",  "handle", "header", "index",   "item",   "job",    "key",
    "label",   "layer",  "limit",  "list",   "loader",  "lock",   "mark",   "matrix",
    "message", "metric", "model",  "node",   "offset",  "order",  "owner",  "packet",
    "page",    "parser", "path",   "pixel",  "point",   "policy", "pool",   "price",
    "query",   "queue",  "ratio",  "reader", "record",  "region", "report", "request",
    "result",  "route",  "row",    "rule",   "sample",  "schema", "scope",  "sender",
    "session", "signal", "slot",   "socket", "source",  "state",  "status", "stream",
    "symbol",  "table",  "target", "task",   "thread",  "ticket", "timer",  "token",
    "total",   "track",  "tree",   "unit",   "user",    "value",  "vector", "view",
    "weight",  "window", "worker", "writer", "zone",
};

struct writer {
    struct whet_text *out;
    const struct whet_source *source;
    struct whet_random *random;
    unsigned depth;
    char function[48];
};

const char *whet__source_word(struct whet_random *random)
{
    return words[whet__random_below(random, sizeof(words) / sizeof(words[0]))];
}

static void newline(struct writer *w)
{
    whet__text_putc(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        whet__text_puts(w->out, w->source->indent);
}

static void put_text(struct writer *w)
{
    unsigned count = 3 + (unsigned)whet__random_below(w->random, 7);

    for (unsigned i = 0; i < count; i++)
        whet__text_printf(w->out, "%s%s", i > 0 ? " " : "", whet__source_word(w->random));
}

/* Word by word: in which order the arguments of a call are drawn, each compiler decides. */
static void put_name(struct writer *w)
{
    whet__text_puts(w->out, whet__source_word(w->random));
    whet__text_putc(w->out, '_');
    whet__text_puts(w->out, whet__source_word(w->random));
}

static void put_variable(struct writer *w, char kind)
{
    switch (kind) {
    case 'n':
        put_name(w);
        break;
    case 'v':
    case 'w':
        whet__text_puts(w->out, whet__source_word(w->random));
        break;
    case 'i':
        whet__text_printf(w->out, "%u", (unsigned)whet__random_below(w->random, 1000));
        break;
    case 't':
        put_text(w);
        break;
    case 'f':
        whet__text_puts(w->out, w->function);
        break;
    default:
        whet__text_putc(w->out, kind);
        break;
    }
}

static void put(struct writer *w, const char *pattern)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at == '$' && at[1] != '\0')
            put_variable(w, *++at);
        else if (*at == '\n' && at[1] != '\n' && at[1] != '\0')
            newline(w);
        else
            whet__text_putc(w->out, *at);
    }
}

static size_t length(const char *const *list)
{
    size_t n = 0;

    while (list[n] != NULL)
        n++;
    return n;
}

/* Statements, a few of them blocks with statements inside; the depth is bounded. */
static void put_statements(struct writer *w, unsigned *left)
{
    size_t plain = length(w->source->plain), blocks = length(w->source->blocks) / 2;
    unsigned count = 1 + (unsigned)whet__random_below(w->random, 6);

    for (unsigned i = 0; i<count && * left> 0; i++) {
        size_t block;

        (*left)--;
        newline(w);
        if (blocks == 0 || w->depth > DEPTH_MAX || whet__random_below(w->random, 4) != 0) {
            put(w, w->source->plain[whet__random_below(w->random, plain)]);
            continue;
        }
        block = 2 * (size_t)whet__random_below(w->random, blocks);
        put(w, w->source->blocks[block]);
        w->depth++;
        if (*left == 0)
            *left = 1; /* a block is never empty */
        put_statements(w, left);
        w->depth--;
        if (w->source->blocks[block + 1][0] != '\0') {
            newline(w);
            put(w, w->source->blocks[block + 1]);
        }
    }
}

static void put_function(struct writer *w, unsigned number)
{
    unsigned left = 1 + (unsigned)whet__random_below(w->random, STATEMENTS_MAX);
    const char *first = whet__source_word(w->random);
    const char *second = whet__source_word(w->random);

    snprintf(w->function, sizeof(w->function), "%s_%s_%u", first, second, number);
    if (w->source->comment[0] != '\0' && whet__random_below(w->random, 2) == 0) {
        put(w, w->source->comment);
        newline(w);
    }
    put(w, w->source->open);
    w->depth++;
    while (left > 0)
        put_statements(w, &left);
    w->depth--;
    if (w->source->close[0] != '\0') {
        newline(w);
        put(w, w->source->close);
    }
}

void whet__source_put(struct whet_text *out, const struct whet_source *source, size_t bytes,
                      struct whet_random *random)
{
    struct writer w = {.out = out, .source = source, .random = random};
    size_t begin = out->len;

    put(&w, source->head);
    for (unsigned number = 1; number == 1 || out->len - begin < bytes; number++) {
        if (whet__text_error(out) != 0)
            return;
        put(&w, number > 1 ? source->between : "");
        put_function(&w, number);
    }
    put(&w, source->tail);
    whet__text_putc(out, '\n');
}
