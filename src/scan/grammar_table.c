/* What counts as a function and what as a decision, per grammar; doc/metrics.md says
 * why. To add a grammar: a row here, its package in grammars/, its language's row in
 * language_table.c, a fixture in tests/data/lang. */
#include "scan/grammar.h"

#include "scan/syntax.h"

const struct TSLanguage *tree_sitter_bash(void);
const struct TSLanguage *tree_sitter_c(void);
const struct TSLanguage *tree_sitter_c_sharp(void);
const struct TSLanguage *tree_sitter_cpp(void);
const struct TSLanguage *tree_sitter_css(void);
const struct TSLanguage *tree_sitter_go(void);
const struct TSLanguage *tree_sitter_html(void);
const struct TSLanguage *tree_sitter_java(void);
const struct TSLanguage *tree_sitter_javascript(void);
const struct TSLanguage *tree_sitter_json(void);
const struct TSLanguage *tree_sitter_php(void);
const struct TSLanguage *tree_sitter_python(void);
const struct TSLanguage *tree_sitter_ruby(void);
const struct TSLanguage *tree_sitter_rust(void);
const struct TSLanguage *tree_sitter_toml(void);
const struct TSLanguage *tree_sitter_tsx(void);
const struct TSLanguage *tree_sitter_typescript(void);
const struct TSLanguage *tree_sitter_yaml(void);

const struct whet_grammar whet__grammar_bash = {
    .version = "bash 0.25.1",
    .language = tree_sitter_bash,
    .functions = "function_definition",
    .decisions = "if_statement elif_clause while_statement for_statement c_style_for_statement "
                 "ternary_expression",
    .arms = "case_item",
    .parents = "list binary_expression",
    .operators = "&& ||",
};
const struct whet_grammar whet__grammar_c = {
    .version = "c 0.24.1",
    .language = tree_sitter_c,
    .functions = "function_definition",
    .decisions =
        "if_statement while_statement do_statement for_statement conditional_expression",
    .literals = "case",
    .parents = "binary_expression",
    .operators = "&& ||",
    .name_rule = WHET_NAME_DECLARATOR,
};
const struct whet_grammar whet__grammar_c_sharp = {
    .version = "c-sharp 0.23.5",
    .language = tree_sitter_c_sharp,
    .functions = "method_declaration constructor_declaration destructor_declaration "
                 "operator_declaration conversion_operator_declaration "
                 "local_function_statement accessor_declaration",
    .decisions = "if_statement while_statement do_statement for_statement foreach_statement "
                 "catch_clause conditional_expression",
    .arms = "switch_expression_arm",
    .literals = "case",
    .parents = "binary_expression assignment_expression",
    .operators = "&& || ?? ?\?=",
    .name_rule = WHET_NAME_MEMBER,
    .needs_body = 1,
};
const struct whet_grammar whet__grammar_cpp = {
    .version = "cpp 0.23.4",
    .language = tree_sitter_cpp,
    .functions = "function_definition",
    .decisions = "if_statement while_statement do_statement for_statement for_range_loop "
                 "catch_clause conditional_expression",
    .literals = "case",
    .parents = "binary_expression",
    .operators = "&& || and or",
    .name_rule = WHET_NAME_DECLARATOR,
    .needs_body = 1,
};
const struct whet_grammar whet__grammar_css = {
    .version = "css 0.25.0",
    .language = tree_sitter_css,
};
const struct whet_grammar whet__grammar_go = {
    .version = "go 0.25.0",
    .language = tree_sitter_go,
    .functions = "function_declaration method_declaration",
    .decisions = "if_statement for_statement expression_case type_case communication_case",
    .parents = "binary_expression",
    .operators = "&& ||",
    .name_rule = WHET_NAME_RECEIVER,
    .needs_body = 1,
};
const struct whet_grammar whet__grammar_html = {
    .version = "html 0.23.2",
    .language = tree_sitter_html,
};
const struct whet_grammar whet__grammar_java = {
    .version = "java 0.23.5",
    .language = tree_sitter_java,
    .functions = "method_declaration constructor_declaration compact_constructor_declaration",
    .decisions = "if_statement while_statement do_statement for_statement "
                 "enhanced_for_statement catch_clause ternary_expression",
    .literals = "case",
    .parents = "binary_expression",
    .operators = "&& ||",
    .needs_body = 1,
};
const struct whet_grammar whet__grammar_javascript = {
    .version = "javascript 0.25.0",
    .language = tree_sitter_javascript,
    .functions = "function_declaration function_expression generator_function "
                 "generator_function_declaration arrow_function method_definition",
    .namers = "variable_declarator assignment_expression pair field_definition",
    .decisions = "if_statement while_statement do_statement for_statement for_in_statement "
                 "catch_clause ternary_expression switch_case",
    .parents = "binary_expression augmented_assignment_expression",
    .operators = "&& || ?? &&= ||= ?\?=",
};
const struct whet_grammar whet__grammar_json = {
    .version = "json 0.24.8",
    .language = tree_sitter_json,
};
const struct whet_grammar whet__grammar_php = {
    .version = "php 0.24.2",
    .language = tree_sitter_php,
    .functions = "function_definition method_declaration",
    .decisions = "if_statement else_if_clause while_statement do_statement for_statement "
                 "foreach_statement catch_clause conditional_expression case_statement "
                 "match_conditional_expression",
    .parents = "binary_expression augmented_assignment_expression",
    .operators = "&& || and or ?? ?\?=",
    .needs_body = 1,
};
const struct whet_grammar whet__grammar_python = {
    .version = "python 0.25.0",
    .language = tree_sitter_python,
    .functions = "function_definition",
    .decisions = "if_statement elif_clause while_statement for_statement except_clause "
                 "conditional_expression for_in_clause if_clause",
    .arms = "case_clause",
    .parents = "boolean_operator",
    .operators = "and or",
};
const struct whet_grammar whet__grammar_ruby = {
    .version = "ruby 0.23.1",
    .language = tree_sitter_ruby,
    .functions = "method singleton_method",
    .decisions = "if elsif unless while until for if_modifier unless_modifier while_modifier "
                 "until_modifier rescue rescue_modifier conditional when in_clause",
    .parents = "binary operator_assignment",
    .operators = "&& || and or &&= ||=",
    .name_rule = WHET_NAME_OBJECT,
};
const struct whet_grammar whet__grammar_rust = {
    .version = "rust 0.24.0",
    .language = tree_sitter_rust,
    .functions = "function_item",
    .decisions = "if_expression while_expression for_expression loop_expression",
    .arms = "match_arm",
    .parents = "binary_expression let_chain",
    .operators = "&& ||",
};
const struct whet_grammar whet__grammar_toml = {
    .version = "toml 0.7.0",
    .language = tree_sitter_toml,
};
const struct whet_grammar whet__grammar_tsx = {
    .version = "tsx 0.23.2",
    .language = tree_sitter_tsx,
    .functions = "function_declaration function_expression generator_function "
                 "generator_function_declaration arrow_function method_definition",
    .namers = "variable_declarator assignment_expression pair public_field_definition",
    .decisions = "if_statement while_statement do_statement for_statement for_in_statement "
                 "catch_clause ternary_expression switch_case",
    .parents = "binary_expression augmented_assignment_expression",
    .operators = "&& || ?? &&= ||= ?\?=",
};
const struct whet_grammar whet__grammar_typescript = {
    .version = "typescript 0.23.2",
    .language = tree_sitter_typescript,
    .functions = "function_declaration function_expression generator_function "
                 "generator_function_declaration arrow_function method_definition",
    .namers = "variable_declarator assignment_expression pair public_field_definition",
    .decisions = "if_statement while_statement do_statement for_statement for_in_statement "
                 "catch_clause ternary_expression switch_case",
    .parents = "binary_expression augmented_assignment_expression",
    .operators = "&& || ?? &&= ||= ?\?=",
};
const struct whet_grammar whet__grammar_yaml = {
    .version = "yaml 0.7.1",
    .language = tree_sitter_yaml,
};

/* clang-format off */
static const struct whet_grammar *const grammars[] = {
    &whet__grammar_bash,
    &whet__grammar_c,
    &whet__grammar_c_sharp,
    &whet__grammar_cpp,
    &whet__grammar_css,
    &whet__grammar_go,
    &whet__grammar_html,
    &whet__grammar_java,
    &whet__grammar_javascript,
    &whet__grammar_json,
    &whet__grammar_php,
    &whet__grammar_python,
    &whet__grammar_ruby,
    &whet__grammar_rust,
    &whet__grammar_toml,
    &whet__grammar_tsx,
    &whet__grammar_typescript,
    &whet__grammar_yaml,
};
/* clang-format on */

size_t whet__grammar_count(void)
{
    return sizeof(grammars) / sizeof(grammars[0]);
}

const struct whet_grammar *whet__grammar_at(size_t index)
{
    return index < whet__grammar_count() ? grammars[index] : NULL;
}
