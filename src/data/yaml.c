/* The only door to libfyaml. Its event parser is used, not its documents: so nothing is
 * resolved or expanded behind our back, and the tree is ours to bound. Expected load: a
 * configuration of some hundred lines, once per run. */
#include "data/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <libfyaml.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "os/file.h"

#define DEPTH_MAX 64 /* of the stack, whatever the limits say */

struct whet_yaml {
    struct whet_arena arena;
    struct whet_yaml_node *root;
    char *file;
};

/* A collection that is not yet closed. */
struct level {
    struct whet_yaml_node *node;
    struct whet_yaml_node *last; /* child */
    struct whet_yaml_node *key;  /* read, and its value is not */
};

struct builder {
    struct whet_yaml *y;
    struct fy_parser *parser;
    struct whet_yaml_limits limits;
    struct level levels[DEPTH_MAX];
    unsigned depth;
    size_t nodes;
    int ended; /* a document was read to its end */
    struct whet_error *err;
};

static int fail(const struct builder *b, const struct fy_mark *at, int code, const char *text,
                const char *subject)
{
    if (subject != NULL)
        whet_error_set(b->err, code, "%s: '%s'", text, subject);
    else
        whet_error_set(b->err, code, "%s", text);
    whet_error_at(b->err, b->y->file, at != NULL ? (unsigned)at->line + 1 : 0,
                  at != NULL ? (unsigned)at->column + 1 : 0);
    return code;
}

static int no_memory(const struct builder *b)
{
    whet_error_set(b->err, -ENOMEM, "out of memory");
    return -ENOMEM;
}

/* Names the key, so that the message says which. */
static int refuse_equal_key(const struct builder *b, const struct whet_yaml_node *mapping,
                            const struct whet_yaml_node *key)
{
    for (const struct whet_yaml_node *n = mapping->first; n != NULL; n = n->next) {
        if (n->key->len != key->len || memcmp(n->key->text, key->text, key->len) != 0)
            continue;
        whet_error_set(b->err, -EINVAL, "key given twice: '%s': the first is in line %u",
                       key->text, n->key->line);
        whet_error_at(b->err, b->y->file, key->line, key->column);
        return -EINVAL;
    }
    return 0;
}

/* Hangs the node where it belongs: as the root, an item, a key or a value. */
static int place(struct builder *b, struct whet_yaml_node *node, const struct fy_mark *at)
{
    struct level *top;

    if (b->depth == 0) {
        b->y->root = node;
        return 0;
    }
    top = &b->levels[b->depth - 1];
    if (top->node->kind == WHET_YAML_MAPPING && top->key == NULL) {
        if (node->kind != WHET_YAML_SCALAR)
            return fail(b, at, -EINVAL, "a key must be a single word or text", NULL);
        top->key = node;
        return refuse_equal_key(b, top->node, node);
    }
    node->key = top->key;
    top->key = NULL;
    if (node->line == 0) { /* nothing is written: show where it would be */
        const struct whet_yaml_node *near = node->key != NULL ? node->key : top->node;

        node->line = near->line;
        node->column = near->column;
    }
    if (top->last != NULL)
        top->last->next = node;
    else
        top->node->first = node;
    top->last = node;
    top->node->count++;
    return 0;
}

/* Where the event begins. The library's mark of what is in quotes, and of an alias, is
 * behind the sign that begins it. */
static struct fy_mark begin_of(struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    struct fy_mark at = {0, -1, -1};

    if (mark == NULL)
        return at;
    at = *mark;
    if (event->type == FYET_ALIAS && at.column > 0)
        at.column--;
    if (event->type == FYET_SCALAR && event->scalar.value != NULL && at.column > 0) {
        enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);

        at.column -= style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    }
    return at;
}

static int add_node(struct builder *b, const struct fy_mark *at, enum whet_yaml_kind kind,
                    struct whet_yaml_node **out)
{
    struct whet_yaml_node *node;

    if (++b->nodes > b->limits.nodes)
        return fail(b, at, -EFBIG, "too many values", NULL);
    node = whet__arena_zalloc(&b->y->arena, 1, sizeof(*node));
    if (node == NULL)
        return no_memory(b);
    node->kind = kind;
    node->line = (unsigned)(at->line + 1);
    node->column = (unsigned)(at->column + 1);
    *out = node;
    return 0;
}

static int add_scalar(struct builder *b, struct fy_event *event, const struct fy_mark *at)
{
    struct fy_token *token = event->scalar.value;
    struct whet_yaml_node *node = NULL;
    const char *text = "";
    size_t len = 0;
    int rc = add_node(b, at, WHET_YAML_SCALAR, &node);

    if (rc != 0)
        return rc;
    if (token != NULL)
        text = fy_token_get_text(token, &len);
    if (text == NULL)
        return no_memory(b);
    if (memchr(text, '\0', len) != NULL)
        return fail(b, at, -EINVAL, "text with a NUL in it", NULL);
    node->plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN;
    node->text = whet__arena_strndup(&b->y->arena, text, len);
    node->len = len;
    if (node->text == NULL)
        return no_memory(b);
    return place(b, node, at);
}

static int open_collection(struct builder *b, const struct fy_mark *at,
                           enum whet_yaml_kind kind)
{
    struct whet_yaml_node *node = NULL;
    int rc;

    if (b->depth >= b->limits.depth)
        return fail(b, at, -EFBIG, "nested too deeply", NULL);
    rc = add_node(b, at, kind, &node);
    if (rc == 0)
        rc = place(b, node, at);
    if (rc == 0)
        b->levels[b->depth++] = (struct level){node, NULL, NULL};
    return rc;
}

/* Anchors and tags hang on three kinds of events, in members of their own. */
static int refuse_decoration(const struct builder *b, const struct fy_event *event,
                             const struct fy_mark *at)
{
    const struct fy_token *anchor = NULL, *tag = NULL;

    if (event->type == FYET_SCALAR) {
        anchor = event->scalar.anchor;
        tag = event->scalar.tag;
    } else if (event->type == FYET_MAPPING_START) {
        anchor = event->mapping_start.anchor;
        tag = event->mapping_start.tag;
    } else if (event->type == FYET_SEQUENCE_START) {
        anchor = event->sequence_start.anchor;
        tag = event->sequence_start.tag;
    }
    if (anchor != NULL)
        return fail(b, at, -EINVAL, "anchors ('&') are not allowed here: repeat the value",
                    NULL);
    if (tag != NULL)
        return fail(b, at, -EINVAL, "tags ('!') are not allowed here", NULL);
    return 0;
}

static int take_event(struct builder *b, struct fy_event *event)
{
    const struct fy_mark mark = begin_of(event), *at = &mark;
    int rc = refuse_decoration(b, event, at);

    if (rc != 0)
        return rc;
    switch (event->type) {
    case FYET_SCALAR:
        return add_scalar(b, event, at);
    case FYET_MAPPING_START:
        return open_collection(b, at, WHET_YAML_MAPPING);
    case FYET_SEQUENCE_START:
        return open_collection(b, at, WHET_YAML_SEQUENCE);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        b->depth--;
        return 0;
    case FYET_ALIAS:
        return fail(b, at, -EINVAL, "aliases ('*') are not allowed here: repeat the value",
                    NULL);
    case FYET_DOCUMENT_START:
        return b->ended ? fail(b, at, -EINVAL, "a second document is not allowed here", NULL)
                        : 0;
    case FYET_DOCUMENT_END:
        b->ended = 1;
        return 0;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    default:
        return 0;
    }
}

/* The first complaint of the library, in its words and with its place. */
static int report_syntax(const struct builder *b, struct fy_diag *diag)
{
    void *iterator = NULL;
    const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iterator);
    struct fy_mark at = {0, 0, 0};

    if (e == NULL || e->msg == NULL)
        return fail(b, NULL, -EINVAL, "not YAML", NULL);
    at.line = e->line > 0 ? e->line - 1 : 0;
    at.column = e->column > 0 ? e->column - 1 : 0;
    return fail(b, &at, -EINVAL, "not YAML", e->msg);
}

static int take_events(struct builder *b, struct fy_diag *diag)
{
    struct fy_event *event;
    int ended = 0, rc = 0;

    while (rc == 0 && !ended) {
        event = fy_parser_parse(b->parser);
        if (event == NULL)
            return report_syntax(b, diag);
        ended = event->type == FYET_STREAM_END;
        rc = take_event(b, event);
        fy_parser_event_free(b->parser, event);
    }
    return rc;
}

static void be_silent(struct fy_diag *diag, void *user, const char *text, size_t len)
{
    (void)diag;
    (void)user;
    (void)text;
    (void)len;
}

static int run_parser(struct builder *b, const char *text, size_t len)
{
    struct fy_diag_cfg quiet;
    struct fy_parse_cfg cfg = {.flags = FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2};
    struct fy_diag *diag;
    int rc;

    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.output_fn = be_silent;
    diag = fy_diag_create(&quiet);
    if (diag == NULL)
        return no_memory(b);
    fy_diag_set_collect_errors(diag, true);
    cfg.diag = diag;
    b->parser = fy_parser_create(&cfg);
    if (b->parser == NULL || fy_parser_set_string(b->parser, text, len) != 0)
        rc = no_memory(b);
    else
        rc = take_events(b, diag);
    fy_parser_destroy(b->parser);
    fy_diag_destroy(diag);
    return rc;
}

static int make_empty_root(struct whet_yaml *y)
{
    y->root = whet__arena_zalloc(&y->arena, 1, sizeof(*y->root));
    if (y->root == NULL)
        return -ENOMEM;
    y->root->kind = WHET_YAML_MAPPING;
    y->root->line = y->root->column = 1;
    return 0;
}

static void set_limits(struct builder *b, const struct whet_yaml_limits *limits)
{
    if (limits != NULL)
        b->limits = *limits;
    if (b->limits.bytes == 0)
        b->limits.bytes = (size_t)1 << 20;
    if (b->limits.depth == 0)
        b->limits.depth = 32;
    if (b->limits.depth > DEPTH_MAX)
        b->limits.depth = DEPTH_MAX;
    if (b->limits.nodes == 0)
        b->limits.nodes = 20000;
}

/* The library takes wrong bytes in some places, such as comments; and it counts a lone
 * carriage return as a line, which nobody else does. */
static int refuse_bytes(const struct builder *b, const char *text, size_t len)
{
    struct fy_mark at = {0, 0, 0};
    size_t step;
    uint32_t code;

    for (size_t i = 0; i < len; i += step) {
        step = whet__utf8_next(text + i, len - i, &code);
        if (code == WHET_UTF8_WRONG)
            return fail(b, &at, -EINVAL, "not UTF-8", NULL);
        if (code == 0)
            return fail(b, &at, -EINVAL, "not a text: a NUL byte", NULL);
        if (code == '\r' && (i + 1 == len || text[i + 1] != '\n'))
            return fail(b, &at, -EINVAL, "a carriage return that ends no line", NULL);
        at.column++;
        if (code == '\n') {
            at.line++;
            at.column = 0;
        }
    }
    return 0;
}

int whet__yaml_parse(struct whet_yaml **out, const char *text, size_t len, const char *file,
                     const struct whet_yaml_limits *limits, struct whet_error *err)
{
    struct builder b = {.err = err};
    int rc = 0;

    set_limits(&b, limits);
    b.y = whet__mem_zalloc(1, sizeof(*b.y));
    if (b.y == NULL)
        return no_memory(&b);
    whet__arena_init(&b.y->arena,
                     (b.limits.bytes + b.limits.nodes * 2 * sizeof(*b.y->root)) * 4);
    b.y->file = whet__mem_strdup(file != NULL ? file : "");
    if (b.y->file == NULL)
        rc = no_memory(&b);
    if (rc == 0 && len > b.limits.bytes)
        rc = fail(&b, NULL, -EFBIG, "too large", NULL);
    if (rc == 0)
        rc = refuse_bytes(&b, text, len);
    if (rc == 0)
        rc = run_parser(&b, text, len);
    if (rc == 0 && b.y->root == NULL && make_empty_root(b.y) != 0)
        rc = no_memory(&b);
    if (rc != 0) {
        whet__yaml_free(b.y);
        return rc;
    }
    *out = b.y;
    return 0;
}

int whet__yaml_read(struct whet_yaml **out, const char *path,
                    const struct whet_yaml_limits *limits, struct whet_error *err)
{
    size_t max = limits != NULL && limits->bytes != 0 ? limits->bytes : (size_t)1 << 20;
    struct whet_text text;
    int rc;

    whet__text_init(&text, max + 1);
    rc = whet__file_read(AT_FDCWD, path, max, &text);
    if (rc != 0) {
        whet_error_set(err, rc, "cannot be read: %s", strerror(-rc));
        whet_error_at(err, path, 0, 0);
    } else {
        rc = whet__yaml_parse(out, whet__text_str(&text), text.len, path, limits, err);
    }
    whet__text_clear(&text);
    return rc;
}

void whet__yaml_free(struct whet_yaml *y)
{
    if (y == NULL)
        return;
    whet__arena_clear(&y->arena);
    whet__mem_free(y->file);
    whet__mem_free(y);
}

const struct whet_yaml_node *whet__yaml_root(const struct whet_yaml *y)
{
    return y->root;
}

const char *whet__yaml_file(const struct whet_yaml *y)
{
    return y->file;
}

const struct whet_yaml_node *whet__yaml_get(const struct whet_yaml_node *mapping,
                                            const char *key)
{
    if (mapping->kind != WHET_YAML_MAPPING)
        return NULL;
    for (const struct whet_yaml_node *n = mapping->first; n != NULL; n = n->next) {
        if (strcmp(n->key->text, key) == 0)
            return n;
    }
    return NULL;
}

/* Recurses at most DEPTH_MAX deep: no tree is deeper. */
int whet__yaml_equal(const struct whet_yaml_node *a, const struct whet_yaml_node *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return 0;
    if (a->kind == WHET_YAML_SCALAR)
        return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
    a = a->first;
    b = b->first;
    for (; a != NULL; a = a->next, b = b->next) {
        if (a->key != NULL && strcmp(a->key->text, b->key->text) != 0)
            return 0;
        if (!whet__yaml_equal(a, b))
            return 0;
    }
    return 1;
}
