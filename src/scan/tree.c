/* The door to tree-sitter. Expected load: one parse and one walk per file, 6 KB and
 * 1,500 nodes on average.
 *
 * Two things differ from the usual way. A parser is made anew for every file, inside
 * the pool that holds the tree: it costs a microsecond, and then nothing has to be
 * taken down. And the walk reads the core's own node records rather than its cursor,
 * which would cost a fifth of the parse; the core is pinned in
 * grammars/package-lock.json, and a test compares the walk with the cursor. */
#include "scan/tree.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <tree_sitter/api.h>
#include <tree.h>
#include <language.h>

#include "base/mem.h"
#include "scan/tree_pool.h"

/* A parse calls back every hundred steps of its machine: in real files once per 150
 * bytes, and at most once per 45. Fifteen times the most is time for any of them. */
#define WORK_MIN       UINT64_C(10000)
#define WORK_PER_BYTES 3

struct frame {
    const Subtree *children;
    const TSSymbol *aliases; /* one per child that is no extra; NULL: no child has one */
    uint32_t index;
    uint32_t count;
    uint32_t byte; /* where child `index` begins, blanks before it included */
    uint32_t row;
    int parent; /* its kind has WHET_TREE_PARENT */
};

struct whet_tree {
    struct whet_tree_pool *pool;
    TSTree *tree;
    const TSLanguage *language;
    const char *data;
    uint32_t len;
    uint64_t work;
    uint64_t work_max;
    jmp_buf escape;
};

static pthread_once_t allocator_once = PTHREAD_ONCE_INIT;

static void allocator_set(void)
{
    ts_set_allocator(whet__tree_pool_alloc, whet__tree_pool_zalloc, whet__tree_pool_resize,
                     whet__tree_pool_release);
}

int whet__tree_new(struct whet_tree **out)
{
    struct whet_tree *t = whet__mem_zalloc(1, sizeof(*t));
    int rc;

    if (t == NULL)
        return -ENOMEM;
    rc = whet__tree_pool_new(&t->pool);
    if (rc != 0) {
        whet__mem_free(t);
        return rc;
    }
    pthread_once(&allocator_once, allocator_set);
    *out = t;
    return 0;
}

void whet__tree_free(struct whet_tree *t)
{
    if (t == NULL)
        return;
    whet__tree_pool_free(t->pool);
    whet__mem_free(t);
}

static const char *input_read(void *payload, uint32_t byte, TSPoint position, uint32_t *len)
{
    const struct whet_tree *t = payload;

    (void)position;
    *len = byte < t->len ? t->len - byte : 0;
    return *len != 0 ? t->data + byte : "";
}

static bool budget_is_spent(TSParseState *state)
{
    struct whet_tree *t = state->payload;

    return ++t->work > t->work_max;
}

static int parse(struct whet_tree *t)
{
    TSInput input = {.payload = t, .read = input_read, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = t, .progress_callback = budget_is_spent};
    TSParser *parser = ts_parser_new();

    if (!ts_parser_set_language(parser, t->language))
        return -EINVAL;
    t->tree = ts_parser_parse_with_options(parser, NULL, input, options);
    return t->tree != NULL ? 0 : -EFBIG;
}

int whet__tree_parse(struct whet_tree *t, const struct TSLanguage *language, const char *data,
                     size_t len, int *errors)
{
    int rc;

    if (len > UINT32_MAX / 2)
        return -EFBIG;
    t->language = language;
    t->data = data;
    t->len = (uint32_t)len;
    t->work = 0;
    t->work_max = WORK_MIN + len / WORK_PER_BYTES;
    whet__tree_pool_enter(t->pool, &t->escape);
    if (setjmp(t->escape) == 0)
        rc = parse(t);
    else
        rc = whet__tree_pool_error(t->pool);
    if (rc == 0)
        *errors = ts_node_has_error(ts_tree_root_node(t->tree));
    else
        whet__tree_drop(t);
    return rc;
}

void whet__tree_drop(struct whet_tree *t)
{
    t->tree = NULL;
    whet__tree_pool_leave(t->pool);
}

/* The frames of a walk: on the thread's stack while the tree is of usual depth. */
struct walk {
    struct frame *frames;
    size_t depth;
    size_t room;
    struct frame few[64];
};

static struct frame *frame_push(struct walk *w)
{
    if (w->depth == w->room) {
        struct frame *old = w->frames == w->few ? NULL : w->frames;
        struct frame *more = whet__tree_pool_resize(old, w->room * 2 * sizeof(*w->frames));

        if (old == NULL)
            memcpy(more, w->few, sizeof(w->few));
        w->frames = more;
        w->room *= 2;
    }
    return &w->frames[w->depth++];
}

static void frame_set(struct frame *f, const TSLanguage *language, Subtree subtree,
                      uint32_t byte, uint32_t row, int parent)
{
    f->children = ts_subtree_children(subtree);
    f->aliases = ts_language_alias_sequence(language, subtree.ptr->production_id);
    f->index = 0;
    f->count = subtree.ptr->child_count;
    f->byte = byte;
    f->row = row;
    f->parent = parent;
}

static int walk_run(struct whet_tree *t, struct walk *w, const unsigned char *actions,
                    whet_tree_visit visit, void *ctx)
{
    uint32_t symbols = ts_language_symbol_count(t->language);
    Subtree root = t->tree->root;
    Length padding = ts_subtree_padding(root);

    if (ts_subtree_child_count(root) > 0)
        frame_set(frame_push(w), t->language, root, padding.bytes, padding.extent.row, 0);
    while (w->depth > 0) {
        struct frame *f = &w->frames[w->depth - 1];
        const Subtree *child;
        struct whet_tree_node node;
        Length size;
        unsigned action;

        if (f->index == f->count) {
            w->depth--;
            continue;
        }
        child = &f->children[f->index];
        node.alias = 0;
        if (f->aliases != NULL && !ts_subtree_extra(*child))
            node.alias = *f->aliases++;
        padding = ts_subtree_padding(*child);
        size = ts_subtree_size(*child);
        /* The blanks before a first child are those before its parent. */
        node.start = f->byte + (f->index > 0 ? padding.bytes : 0);
        node.row = f->row + (f->index > 0 ? padding.extent.row : 0);
        f->index++;
        f->byte = node.start + size.bytes;
        f->row = node.row + size.extent.row;
        node.symbol = node.alias != 0 ? node.alias : ts_subtree_symbol(*child);
        action = node.symbol < symbols ? actions[node.symbol] : 0;
        if ((action & WHET_TREE_VISIT) != 0 || ((action & WHET_TREE_TOKEN) != 0 && f->parent)) {
            node.id = child;
            node.end = f->byte;
            node.end_row = f->row;
            visit(ctx, &node);
        }
        if (ts_subtree_child_count(*child) > 0)
            frame_set(frame_push(w), t->language, *child, node.start, node.row,
                      (action & WHET_TREE_PARENT) != 0);
    }
    return 0;
}

int whet__tree_walk(struct whet_tree *t, const unsigned char *actions, whet_tree_visit visit,
                    void *ctx)
{
    struct walk w = {.room = sizeof(w.few) / sizeof(w.few[0])};

    w.frames = w.few;
    if (setjmp(t->escape) != 0)
        return whet__tree_pool_error(t->pool);
    return walk_run(t, &w, actions, visit, ctx);
}

static TSNode node_to_core(const struct whet_tree *t, const struct whet_tree_node *node)
{
    return (TSNode){{node->start, node->row, 0, node->alias}, node->id, t->tree};
}

static int node_from_core(TSNode core, struct whet_tree_node *out)
{
    if (ts_node_is_null(core))
        return 0;
    out->id = core.id;
    out->alias = core.context[3];
    out->symbol = out->alias != 0 ? out->alias : ts_node_grammar_symbol(core);
    out->start = ts_node_start_byte(core);
    out->end = ts_node_end_byte(core);
    out->row = ts_node_start_point(core).row;
    out->end_row = ts_node_end_point(core).row;
    return 1;
}

int whet__tree_field(const struct whet_tree *t, const struct whet_tree_node *node,
                     const char *field, struct whet_tree_node *out)
{
    return node_from_core(
        ts_node_child_by_field_name(node_to_core(t, node), field, (uint32_t)strlen(field)),
        out);
}

int whet__tree_child(const struct whet_tree *t, const struct whet_tree_node *node,
                     uint32_t index, struct whet_tree_node *out)
{
    return node_from_core(ts_node_named_child(node_to_core(t, node), index), out);
}

const char *whet__tree_kind(const struct whet_tree *t, const struct whet_tree_node *node)
{
    return ts_node_type(node_to_core(t, node));
}

uint32_t whet__tree_symbol_count(const struct TSLanguage *language)
{
    return ts_language_symbol_count(language);
}

const char *whet__tree_symbol_name(const struct TSLanguage *language, uint32_t symbol,
                                   enum whet_tree_sort *sort)
{
    TSSymbolType type = ts_language_symbol_type(language, (TSSymbol)symbol);

    *sort = type == TSSymbolTypeRegular     ? WHET_TREE_NAMED
            : type == TSSymbolTypeAnonymous ? WHET_TREE_LITERAL
                                            : WHET_TREE_HIDDEN;
    return ts_language_symbol_name(language, (TSSymbol)symbol);
}

int whet__tree_language_fits(const struct TSLanguage *language)
{
    uint32_t abi = ts_language_abi_version(language);

    return abi >= TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION &&
           abi <= TREE_SITTER_LANGUAGE_VERSION;
}
