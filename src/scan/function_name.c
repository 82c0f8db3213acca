/* What a function is called in its source: a field of its node in most grammars, the
 * end of a chain of declarators in C and C++. */
#include "scan/function_name.h"

#include <string.h>

#define DECLARATORS_MAX 64 /* one inside the other */

/* What a question about a node needs. */
struct source {
    const struct whet_tree *tree;
    const char *data;
};

int whet__word_listed(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *p = list; p != NULL && *p != '\0'; p += strspn(p, " ")) {
        size_t here = strcspn(p, " ");

        if (here == len && memcmp(p, word, len) == 0)
            return 1;
        p += here;
    }
    return 0;
}

static void add(struct whet_function_name *name, const char *text, size_t len)
{
    for (size_t i = 0; i < len && name->len < sizeof(name->text); i++) {
        char c = text[i];

        if (c != ' ' && (c < '\t' || c > '\r') && c != '\0')
            name->text[name->len++] = c;
        else if (name->len > 0 && name->text[name->len - 1] != ' ')
            name->text[name->len++] = ' ';
    }
}

void whet__function_name_add(struct whet_function_name *name, const char *data,
                             const struct whet_tree_node *node)
{
    add(name, data + node->start, node->end - node->start);
}

static int is_kind(const struct source *s, const struct whet_tree_node *node, const char *kinds)
{
    return whet__word_listed(kinds, whet__tree_kind(s->tree, node));
}

/* "operator bool() const" and "Type::operator bool() const" end with the type. */
static int conversion_trim(const struct source *s, struct whet_tree_node *node)
{
    struct whet_tree_node inner = *node;
    struct whet_tree_node next;

    while (is_kind(s, &inner, "qualified_identifier") &&
           whet__tree_field(s->tree, &inner, "name", &next))
        inner = next;
    if (!is_kind(s, &inner, "operator_cast"))
        return 0;
    if (whet__tree_field(s->tree, &inner, "declarator", &next))
        node->end = next.start;
    return 1;
}

/* Down the declarators: "int (*f(int))[3]" declares f. Without parameters on the way it
 * is no function but what a macro made the parser believe: "BEGIN_NAMESPACE namespace
 * x {". */
static int declarator_name(struct whet_function_name *name, const struct source *s,
                           const struct whet_tree_node *function)
{
    struct whet_tree_node node = *function;
    int callable = 0;

    for (unsigned depth = 0; depth < DECLARATORS_MAX; depth++) {
        struct whet_tree_node next;

        if (is_kind(s, &node,
                    "identifier field_identifier type_identifier primitive_type "
                    "destructor_name operator_name operator_cast qualified_identifier "
                    "template_function template_method")) {
            callable = conversion_trim(s, &node) || callable;
            whet__function_name_add(name, s->data, &node);
            return callable;
        }
        callable = is_kind(s, &node, "function_declarator") || callable;
        if (!whet__tree_field(s->tree, &node, "declarator", &next) &&
            !(is_kind(s, &node,
                      "parenthesized_declarator reference_declarator attributed_declarator") &&
              whet__tree_child(s->tree, &node, 0, &next)))
            return callable;
        node = next;
    }
    return callable;
}

/* "(s *Stack[T])" is of Stack. */
static void receiver_name(struct whet_function_name *name, const struct source *s,
                          const struct whet_tree_node *function)
{
    struct whet_tree_node node;
    struct whet_tree_node next;

    if (!whet__tree_field(s->tree, function, "receiver", &node) ||
        !whet__tree_child(s->tree, &node, 0, &next) ||
        !whet__tree_field(s->tree, &next, "type", &node))
        return;
    while (is_kind(s, &node, "pointer_type parenthesized_type") &&
           whet__tree_child(s->tree, &node, 0, &next))
        node = next;
    if (is_kind(s, &node, "generic_type") && whet__tree_field(s->tree, &node, "type", &next))
        node = next;
    whet__function_name_add(name, s->data, &node);
    add(name, ".", 1);
}

/* C#'s members whose name is not in the field `name` alone. */
static void member_name(struct whet_function_name *name, const struct source *s,
                        const struct whet_tree_node *function)
{
    struct whet_tree_node node;

    if (is_kind(s, function, "destructor_declaration"))
        add(name, "~", 1);
    if (whet__tree_field(s->tree, function, "operator", &node) ||
        (is_kind(s, function, "conversion_operator_declaration") &&
         whet__tree_field(s->tree, function, "type", &node))) {
        add(name, "operator ", 9);
        whet__function_name_add(name, s->data, &node);
    }
}

/* Drops what a cut left of a UTF-8 sequence, and a last blank. */
static void end_trim(struct whet_function_name *name)
{
    if (name->len == sizeof(name->text)) {
        while (name->len > 0 && ((unsigned char)name->text[name->len - 1] & 0xC0) == 0x80)
            name->len--;
        if (name->len > 0 && (unsigned char)name->text[name->len - 1] >= 0xC0)
            name->len--;
    }
    while (name->len > 0 && name->text[name->len - 1] == ' ')
        name->len--;
}

/* "else MACRO if (x) {" looks like a function to a parser in trouble. */
static int is_keyword(const struct whet_function_name *name)
{
    static const char *const words[] = {"if",     "for",     "while", "switch", "catch",
                                        "return", "foreach", "using", "lock"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == name->len && memcmp(words[i], name->text, name->len) == 0)
            return 1;
    }
    return 0;
}

int whet__function_name(struct whet_function_name *name, const struct whet_tree *tree,
                        const struct whet_grammar *grammar, const char *data,
                        const struct whet_tree_node *function)
{
    const struct source s = {tree, data};
    struct whet_tree_node node;
    int callable;

    switch (grammar->name_rule) {
    case WHET_NAME_FIELD:
        break;
    case WHET_NAME_DECLARATOR:
        callable = declarator_name(name, &s, function);
        end_trim(name);
        return callable && !is_keyword(name);
    case WHET_NAME_RECEIVER:
        receiver_name(name, &s, function);
        break;
    case WHET_NAME_OBJECT:
        if (whet__tree_field(tree, function, "object", &node)) {
            whet__function_name_add(name, data, &node);
            add(name, ".", 1);
        }
        break;
    case WHET_NAME_MEMBER:
        member_name(name, &s, function);
        break;
    }
    if (whet__tree_field(tree, function, "name", &node))
        whet__function_name_add(name, data, &node);
    end_trim(name);
    return grammar->name_rule != WHET_NAME_MEMBER || !is_keyword(name);
}
