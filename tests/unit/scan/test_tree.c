/* scan/tree.h: the walk sees what the core's own cursor sees; memory and work are
 * bounded; scan/tree_pool.h keeps its promises. */
#include "lang_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

#include "base/text.h"
#include "base/vec.h"
#include "scan/grammar.h"
#include "scan/language.h"
#include "scan/tree.h"
#include "scan/tree_pool.h"

struct seen {
    uint32_t symbol, start, end, row, end_row;
};

static void node_note(void *ctx, const struct whet_tree_node *node)
{
    struct seen *seen = whet__vec_push(ctx);

    assert_non_null(seen);
    *seen = (struct seen){node->symbol, node->start, node->end, node->row, node->end_row};
}

/* Every symbol that a cursor shows. */
static unsigned char *actions_new(const struct TSLanguage *language)
{
    uint32_t count = whet__tree_symbol_count(language);
    unsigned char *actions = whet__mem_zalloc(count, 1);

    assert_non_null(actions);
    for (uint32_t i = 0; i < count; i++) {
        enum whet_tree_sort sort;

        whet__tree_symbol_name(language, i, &sort);
        actions[i] = sort == WHET_TREE_HIDDEN ? 0 : WHET_TREE_VISIT;
    }
    return actions;
}

static void cursor_walk(struct whet_vec *out, const struct TSLanguage *language,
                        const char *data, size_t len)
{
    TSParser *parser = ts_parser_new();
    TSTree *tree;
    TSTreeCursor cursor;
    int more = 1;

    assert_true(ts_parser_set_language(parser, language));
    tree = ts_parser_parse_string(parser, NULL, data, (uint32_t)len);
    cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
    while (more) {
        TSNode node = ts_tree_cursor_current_node(&cursor);

        if (ts_tree_cursor_current_depth(&cursor) > 0 && ts_node_symbol(node) != (TSSymbol)-1) {
            struct seen *seen = whet__vec_push(out);

            assert_non_null(seen);
            *seen = (struct seen){ts_node_symbol(node), ts_node_start_byte(node),
                                  ts_node_end_byte(node), ts_node_start_point(node).row,
                                  ts_node_end_point(node).row};
        }
        more = ts_tree_cursor_goto_first_child(&cursor) ||
               ts_tree_cursor_goto_next_sibling(&cursor);
        while (!more && ts_tree_cursor_goto_parent(&cursor))
            more = ts_tree_cursor_goto_next_sibling(&cursor);
    }
    ts_tree_cursor_delete(&cursor);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
}

static void same_as_cursor(struct whet_tree *tree, const struct TSLanguage *language,
                           const struct whet_text *data)
{
    unsigned char *actions = actions_new(language);
    struct whet_vec ours;
    struct whet_vec theirs;
    int errors;

    whet__vec_init(&ours, sizeof(struct seen), 1 << 20);
    whet__vec_init(&theirs, sizeof(struct seen), 1 << 20);
    cursor_walk(&theirs, language, whet__text_str(data), data->len);
    assert_int_equal(whet__tree_parse(tree, language, whet__text_str(data), data->len, &errors),
                     0);
    assert_int_equal(whet__tree_walk(tree, actions, node_note, &ours), 0);
    whet__tree_drop(tree);
    assert_int_equal(ours.len, theirs.len);
    for (size_t i = 0; i < ours.len; i++) {
        const struct seen *a = whet__vec_at(&ours, i);
        const struct seen *b = whet__vec_at(&theirs, i);
        const char *name = ts_language_symbol_name(language, (TSSymbol)a->symbol);

        assert_string_equal(name, ts_language_symbol_name(language, (TSSymbol)b->symbol));
        assert_int_equal(a->start, b->start);
        assert_int_equal(a->end, b->end);
        assert_int_equal(a->row, b->row);
        assert_int_equal(a->end_row, b->end_row);
    }
    whet__vec_clear(&ours);
    whet__vec_clear(&theirs);
    whet__mem_free(actions);
}

static void walk_is_the_cursors(void **state)
{
    static const char *const names[] = {
        "bash.sh",       "c.c",           "c_sharp.cs",       "cpp.cpp",
        "css.css",       "go.go",         "html.html",        "java.java",
        "javascript.js", "json.json",     "php.php",          "python.py",
        "ruby.rb",       "rust.rs",       "toml.toml",        "tsx.tsx",
        "yaml.yaml",     "typescript.ts", "nasty_errors.c",   "nasty_template.js",
        "nasty_nul.c",   "nasty_crlf.c",  "nasty_heredoc.sh", "nasty_empty.c"};
    struct whet_tree *tree;

    (void)state;
    assert_int_equal(whet__tree_new(&tree), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct whet_text data;

        lang_read(&data, names[i]);
        same_as_cursor(tree,
                       whet__language_of_name(names[i], strlen(names[i]))->grammar->language(),
                       &data);
        whet__text_clear(&data);
    }
    whet__tree_free(tree);
}

static void every_grammar_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__grammar_count(); i++)
        assert_true(whet__tree_language_fits(whet__grammar_at(i)->language()));
}

static int symbol_exists(const struct TSLanguage *language, const char *name, size_t len,
                         enum whet_tree_sort wanted)
{
    for (uint32_t i = 0; i < whet__tree_symbol_count(language); i++) {
        enum whet_tree_sort sort;
        const char *symbol = whet__tree_symbol_name(language, i, &sort);

        if (sort == wanted && strlen(symbol) == len && memcmp(symbol, name, len) == 0)
            return 1;
    }
    return 0;
}

static void words_exist(const struct whet_grammar *g, const char *words,
                        enum whet_tree_sort sort)
{
    for (const char *p = words; p != NULL && *p != '\0'; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");

        if (!symbol_exists(g->language(), p, len, sort))
            fail_msg("%s has no '%.*s'", g->version, (int)len, p);
        p += len;
    }
}

static void every_kind_exists(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__grammar_count(); i++) {
        const struct whet_grammar *g = whet__grammar_at(i);

        words_exist(g, g->functions, WHET_TREE_NAMED);
        words_exist(g, g->namers, WHET_TREE_NAMED);
        words_exist(g, g->decisions, WHET_TREE_NAMED);
        words_exist(g, g->arms, WHET_TREE_NAMED);
        words_exist(g, g->parents, WHET_TREE_NAMED);
        words_exist(g, g->literals, WHET_TREE_LITERAL);
        words_exist(g, g->operators, WHET_TREE_LITERAL);
    }
}

/* "c 0.24.1" and "@x/tree-sitter-c": {"version": "0.24.1". */
static void version_is_locked(const char *lock, const char *version)
{
    size_t name = strcspn(version, " ");
    char key[64] = "tree-sitter-";
    char value[64];
    const char *at;

    assert_true(name < 40 && version[name] == ' ');
    memcpy(key + strlen(key), version, name);
    memcpy(key + strlen(key), "\": {", 5);
    if (strncmp(version, "tsx ", 4) == 0)
        snprintf(key, sizeof(key), "tree-sitter-typescript\": {");
    snprintf(value, sizeof(value), "\"version\": \"%s\"", version + name + 1);
    at = strstr(lock, key);
    if (at == NULL)
        fail_msg("package-lock.json has no %s", key);
    at = strstr(at, "\"version\"");
    if (at == NULL || strncmp(at, value, strlen(value)) != 0)
        fail_msg("package-lock.json has another version than '%s'", version);
}

static void versions_are_those_of_the_lock_file(void **state)
{
    struct whet_text lock;

    (void)state;
    lang_read(&lock, "../../../grammars/package-lock.json");
    for (size_t i = 0; i < whet__grammar_count(); i++)
        version_is_locked(whet__text_str(&lock), whet__grammar_at(i)->version);
    whet__text_clear(&lock);
}

static void pool_reuses_and_grows(void **state)
{
    struct whet_tree_pool *pool;
    jmp_buf escape;
    char *a;
    char *b;

    (void)state;
    assert_int_equal(whet__tree_pool_new(&pool), 0);
    if (setjmp(escape) != 0)
        fail_msg("the pool ran out");
    whet__tree_pool_enter(pool, &escape);
    a = whet__tree_pool_alloc(100);
    memset(a, 'a', 100);
    b = whet__tree_pool_resize(a, 5000);
    assert_int_equal(b[99], 'a');
    assert_ptr_equal(whet__tree_pool_alloc(90), a); /* the same class, just freed */
    whet__tree_pool_release(b);
    whet__tree_pool_release(NULL);
    b = whet__tree_pool_zalloc(10, 400);
    assert_int_equal(b[0] | b[3999], 0);
    assert_true(whet__tree_pool_used(pool) < 20000);
    for (int i = 0; i < 40; i++)
        assert_non_null(whet__tree_pool_alloc((size_t)1 << 20));
    assert_true(whet__tree_pool_used(pool) >= (size_t)40 << 20);
    whet__tree_pool_leave(pool);
    assert_true(whet__tree_pool_kept(pool) <= WHET_TREE_MEMORY_KEEP);
    assert_int_equal(whet__tree_pool_used(pool), 0);
    whet__tree_pool_free(pool);
    whet__tree_pool_free(NULL);
}

static void pool_escapes_over_its_maximum(void **state)
{
    struct whet_tree_pool *pool;
    jmp_buf escape;
    volatile unsigned taken = 0;

    (void)state;
    assert_int_equal(whet__tree_pool_new(&pool), 0);
    whet__tree_pool_enter(pool, &escape);
    if (setjmp(escape) == 0) {
        for (;; taken++)
            whet__tree_pool_alloc((size_t)10 << 20);
    }
    assert_int_equal(whet__tree_pool_error(pool), -EFBIG);
    assert_in_range(taken, 10, 25);
    if (setjmp(escape) == 0) {
        whet__tree_pool_zalloc(SIZE_MAX / 2, 4);
        fail();
    }
    if (setjmp(escape) == 0) {
        whet__tree_pool_alloc(SIZE_MAX);
        fail();
    }
    whet__tree_pool_leave(pool);
    whet__tree_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_is_the_cursors),
        cmocka_unit_test(every_grammar_fits),
        cmocka_unit_test(every_kind_exists),
        cmocka_unit_test(versions_are_those_of_the_lock_file),
        cmocka_unit_test(pool_reuses_and_grows),
        cmocka_unit_test(pool_escapes_over_its_maximum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
