/* scan/grammar.h - what scan/syntax.h looks for in each grammar's trees.
 *
 * Shape    one const row per grammar; kinds are the names of a grammar's symbols,
 *          separated by blanks. A grammar without functions is parsed for its errors.
 * Units    none.
 * Memory   all static.
 * Errors   none; a test checks that every kind exists in its grammar.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_GRAMMAR_H
#define WHET_SCAN_GRAMMAR_H

#include <stddef.h>

struct TSLanguage;

/* Where the name of a function stands. */
enum whet_name_rule {
    WHET_NAME_FIELD,      /* in the field `name`, if there is one */
    WHET_NAME_DECLARATOR, /* inside the declarators of C and C++ */
    WHET_NAME_RECEIVER,   /* the same as FIELD, behind the type of Go's receiver */
    WHET_NAME_OBJECT,     /* the same as FIELD, behind Ruby's object ("self.x") */
    WHET_NAME_MEMBER      /* the same as FIELD, or an operator or destructor of C# */
};

struct whet_grammar {
    const char *version; /* "c 0.24.1": its package, as package-lock.json pins it */
    const struct TSLanguage *(*language)(void);
    const char *functions; /* NULL: the language has none */
    const char *namers;    /* give their name to the function that is their value */
    const char *decisions; /* each adds 1 */
    const char *arms;      /* each adds 1 unless its pattern takes everything ("_") */
    const char *literals;  /* tokens that add 1 wherever they stand */
    const char *parents;   /* expressions in which the operators add 1 */
    const char *operators;
    enum whet_name_rule name_rule;
    int needs_body; /* a function without the field `body` is a declaration */
};

extern const struct whet_grammar whet__grammar_bash;
extern const struct whet_grammar whet__grammar_c;
extern const struct whet_grammar whet__grammar_c_sharp;
extern const struct whet_grammar whet__grammar_cpp;
extern const struct whet_grammar whet__grammar_css;
extern const struct whet_grammar whet__grammar_go;
extern const struct whet_grammar whet__grammar_html;
extern const struct whet_grammar whet__grammar_java;
extern const struct whet_grammar whet__grammar_javascript;
extern const struct whet_grammar whet__grammar_json;
extern const struct whet_grammar whet__grammar_php;
extern const struct whet_grammar whet__grammar_python;
extern const struct whet_grammar whet__grammar_ruby;
extern const struct whet_grammar whet__grammar_rust;
extern const struct whet_grammar whet__grammar_toml;
extern const struct whet_grammar whet__grammar_tsx;
extern const struct whet_grammar whet__grammar_typescript;
extern const struct whet_grammar whet__grammar_yaml;

size_t whet__grammar_count(void);
const struct whet_grammar *whet__grammar_at(size_t index);

#endif
