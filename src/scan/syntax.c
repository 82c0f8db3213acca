/* Functions and their complexity. Expected load: one walk over the tree of every file;
 * the walk stops only at the symbols that a table of one byte per symbol marks. */
#include "scan/syntax.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "scan/function_name.h"
#include "scan/grammar.h"
#include "scan/tree.h"

/* Above the bits of enum whet_tree_action in a grammar's table. */
enum meaning {
    MEANS_FUNCTION = 1 << 4,
    MEANS_NAMER = 1 << 5,
    MEANS_ARM = 1 << 6,
    MEANS_DECISION = 1 << 7
};

struct table {
    const struct whet_grammar *grammar;
    unsigned char *actions;
};

struct open_function {
    size_t index; /* in the list */
    uint32_t end; /* byte */
};

struct whet_syntax {
    struct whet_tree *tree;
    struct whet_vec tables; /* of struct table: filled as grammars are met */
    struct whet_vec open;   /* of struct open_function: those around the node */
};

/* What a walk carries along. */
struct analysis {
    struct whet_syntax *s;
    const struct whet_grammar *grammar;
    const unsigned char *actions;
    const char *data;
    struct whet_vec *functions;
    struct whet_arena *names;
    struct whet_tree_node value; /* what the last namer named, */
    struct whet_tree_node value_name;
    int error;
};

int whet__syntax_new(struct whet_syntax **out)
{
    struct whet_syntax *s = whet__mem_zalloc(1, sizeof(*s));
    int rc;

    if (s == NULL)
        return -ENOMEM;
    rc = whet__tree_new(&s->tree);
    if (rc != 0) {
        whet__mem_free(s);
        return rc;
    }
    whet__vec_init(&s->tables, sizeof(struct table), 64);
    whet__vec_init(&s->open, sizeof(struct open_function), (size_t)1 << 20);
    *out = s;
    return 0;
}

void whet__syntax_free(struct whet_syntax *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->tables.len; i++)
        whet__mem_free(((struct table *)whet__vec_at(&s->tables, i))->actions);
    whet__vec_clear(&s->tables);
    whet__vec_clear(&s->open);
    whet__tree_free(s->tree);
    whet__mem_free(s);
}

static unsigned char action_of(const struct whet_grammar *g, uint32_t symbol)
{
    enum whet_tree_sort sort;
    const char *name = whet__tree_symbol_name(g->language(), symbol, &sort);
    unsigned action = 0;

    if (sort == WHET_TREE_LITERAL) {
        if (whet__word_listed(g->operators, name))
            action = WHET_TREE_TOKEN | MEANS_DECISION;
        if (whet__word_listed(g->literals, name))
            action = WHET_TREE_VISIT | MEANS_DECISION;
    } else if (sort == WHET_TREE_NAMED) {
        if (whet__word_listed(g->functions, name))
            action |= WHET_TREE_VISIT | MEANS_FUNCTION;
        if (whet__word_listed(g->namers, name))
            action |= WHET_TREE_VISIT | MEANS_NAMER;
        if (whet__word_listed(g->arms, name))
            action |= WHET_TREE_VISIT | MEANS_ARM;
        if (whet__word_listed(g->decisions, name))
            action |= WHET_TREE_VISIT | MEANS_DECISION;
        if (whet__word_listed(g->parents, name))
            action |= WHET_TREE_PARENT;
    }
    return (unsigned char)action;
}

static const unsigned char *actions_of(struct whet_syntax *s, const struct whet_grammar *g)
{
    uint32_t count = whet__tree_symbol_count(g->language());
    struct table *table;
    unsigned char *actions;

    for (size_t i = 0; i < s->tables.len; i++) {
        table = whet__vec_at(&s->tables, i);
        if (table->grammar == g)
            return table->actions;
    }
    actions = whet__mem_zalloc(count, 1);
    table = actions != NULL ? whet__vec_push(&s->tables) : NULL;
    if (table == NULL) {
        whet__mem_free(actions);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        actions[i] = action_of(g, i);
    table->grammar = g;
    table->actions = actions;
    return actions;
}

/* Takes those off that ended before the node. */
static void functions_close(struct whet_vec *open, uint32_t start)
{
    const struct open_function *items = open->items;

    while (open->len > 0 && items[open->len - 1].end <= start)
        open->len--;
}

static const char *name_copy(struct analysis *a, const struct whet_tree_node *node,
                             struct whet_function_name *name)
{
    if (name->len == 0 && a->value.id != NULL && a->value.start == node->start)
        whet__function_name_add(name, a->data, &a->value_name);
    if (name->len == 0)
        return "(anonymous)";
    return whet__arena_strndup(a->names, name->text, name->len);
}

static void function_add(struct analysis *a, const struct whet_tree_node *node)
{
    struct whet_tree_node body;
    struct whet_scan_function *function;
    struct open_function *open;
    struct whet_function_name found = {.len = 0};
    const char *name;

    if (a->grammar->needs_body && !whet__tree_field(a->s->tree, node, "body", &body))
        return;
    if (!whet__function_name(&found, a->s->tree, a->grammar, a->data, node))
        return;
    name = name_copy(a, node, &found);
    function = name != NULL ? whet__vec_push(a->functions) : NULL;
    open = function != NULL ? whet__vec_push(&a->s->open) : NULL;
    if (open == NULL) {
        a->error = -ENOMEM;
        return;
    }
    *open = (struct open_function){a->functions->len - 1, node->end};
    *function = (struct whet_scan_function){
        .name = name, .line = node->row + 1, .end_line = node->end_row + 1, .complexity = 1};
}

static void value_note(struct analysis *a, const struct whet_tree_node *node)
{
    static const char *const values[] = {"value", "right"};
    static const char *const keys[] = {"name", "left", "key", "property"};
    struct whet_tree_node value;

    for (size_t i = 0; i < 2; i++) {
        if (whet__tree_field(a->s->tree, node, values[i], &value))
            break;
        if (i == 1)
            return;
    }
    if ((a->actions[value.symbol] & MEANS_FUNCTION) == 0)
        return;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (whet__tree_field(a->s->tree, node, keys[i], &a->value_name)) {
            a->value = value;
            return;
        }
    }
}

/* "_ =>", "case _:" and "*)" take what no other arm did: they decide nothing. */
static int arm_takes_all(const struct analysis *a, const struct whet_tree_node *node)
{
    const char *p = a->data + node->start;
    const char *end = a->data + node->end;

    if (end - p > 5 && memcmp(p, "case ", 5) == 0)
        p += 5;
    while (p < end && *p == ' ')
        p++;
    if (p == end || (*p != '_' && *p != '*'))
        return 0;
    for (p++; p < end && *p == ' '; p++)
        ;
    return p < end && (*p == ':' || *p == ')' || (*p == '=' && p + 1 < end && p[1] == '>'));
}

static void visit(void *ctx, const struct whet_tree_node *node)
{
    struct analysis *a = ctx;
    unsigned action = a->actions[node->symbol];

    if (a->error != 0)
        return;
    functions_close(&a->s->open, node->start);
    if ((action & MEANS_FUNCTION) != 0)
        function_add(a, node);
    if ((action & MEANS_NAMER) != 0)
        value_note(a, node);
    if ((action & MEANS_ARM) != 0 && !arm_takes_all(a, node))
        action |= MEANS_DECISION;
    if ((action & MEANS_DECISION) != 0 && a->s->open.len > 0) {
        const struct open_function *open = whet__vec_at(&a->s->open, a->s->open.len - 1);
        struct whet_scan_function *function = whet__vec_at(a->functions, open->index);

        function->complexity++;
    }
}

static int functions_find(struct analysis *a)
{
    int rc;

    if (a->grammar->functions == NULL)
        return 0;
    a->actions = actions_of(a->s, a->grammar);
    if (a->actions == NULL)
        return -ENOMEM;
    a->s->open.len = 0;
    rc = whet__tree_walk(a->s->tree, a->actions, visit, a);
    return rc != 0 ? rc : a->error;
}

int whet__syntax_analyse(struct whet_syntax *s, const struct whet_grammar *grammar,
                         const char *data, size_t len, struct whet_vec *functions,
                         struct whet_arena *names, unsigned *flags)
{
    struct analysis a = {
        .s = s, .grammar = grammar, .data = data, .functions = functions, .names = names};
    size_t before = functions->len;
    int errors = 0;
    int rc;

    rc = whet__tree_parse(s->tree, grammar->language(), data, len, &errors);
    if (rc == 0) {
        rc = functions_find(&a);
        whet__tree_drop(s->tree);
    }
    if (rc != 0)
        functions->len = before;
    if (rc != 0 && rc != -EFBIG)
        return rc;
    *flags = (errors ? WHET_SYNTAX_ERRORS : 0U) | (rc != 0 ? WHET_SYNTAX_STOPPED : 0U);
    return 0;
}
