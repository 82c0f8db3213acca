/* How the comments and strings of each family of languages are written. Order
 * matters within one first byte: longer ones first. */
#include "scan/line_table.h"

#include "scan/line_rules.h"

/* clang-format off */
#define COMMENT(o)         {.open = (o), .kind = WHET_LINE_COMMENT}
#define COMMENT_AT(o, w)   {.open = (o), .kind = WHET_LINE_COMMENT, .where = WHET_LINE_##w}
#define CONTINUED(o)       {.open = (o), .kind = WHET_LINE_CONTINUED}
#define CONTINUED_AT(o, w) {.open = (o), .kind = WHET_LINE_CONTINUED, .where = WHET_LINE_##w}
#define BLOCK(o, c)        {.open = (o), .kind = WHET_LINE_BLOCK, .close = (c)}
#define BLOCK_AT(o, c, w)  {.open = (o), .kind = WHET_LINE_BLOCK, .close = (c), .where = WHET_LINE_##w}
#define NESTED(o, c)       {.open = (o), .kind = WHET_LINE_NESTED, .close = (c)}
#define SECTION(o, c)      {.open = (o), .kind = WHET_LINE_SECTION, .close = (c), .where = WHET_LINE_COLUMN}
#define STRING(o, c, e)    {.open = (o), .kind = WHET_LINE_STRING, .close = (c), .escape = (e)}
#define TEXT(o, c, e)      {.open = (o), .kind = WHET_LINE_TEXT, .close = (c), .escape = (e)}
#define ESCAPE(o)          {.open = (o), .kind = WHET_LINE_ESCAPE}
#define HOOK(o, h)         {.open = (o), .kind = WHET_LINE_HOOK, .hook = whet__line_hook_##h}
/* clang-format on */

const struct whet_line_syntax whet__lines_c = {
    .rules = {HOOK("\"", cpp_raw), STRING("\"", "\"", '\\'), HOOK("'", char), CONTINUED("//"),
              BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_csharp = {
    .rules = {HOOK("\"", cs), STRING("\"", "\"", '\\'), STRING("'", "'", '\\'), COMMENT("//"),
              BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_java = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'), STRING("'", "'", '\\'),
              COMMENT("//"), BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_groovy = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'),
              TEXT("'''", "'''", '\\'), STRING("'", "'", '\\'), COMMENT("//"),
              BLOCK("/*", "*/")}};
/* Kotlin, Scala, Swift: comments nest, and a lone ' is no quote. */
const struct whet_line_syntax whet__lines_kotlin = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'), HOOK("'", rust),
              COMMENT("//"), NESTED("/*", "*/")}};
const struct whet_line_syntax whet__lines_dart = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'),
              TEXT("'''", "'''", '\\'), STRING("'", "'", '\\'), COMMENT("//"),
              NESTED("/*", "*/")}};
const struct whet_line_syntax whet__lines_d = {
    .rules = {STRING("\"", "\"", '\\'), STRING("'", "'", '\\'), TEXT("`", "`", 0),
              COMMENT("//"), BLOCK("/*", "*/"), NESTED("/+", "+/")}};
const struct whet_line_syntax whet__lines_javascript = {
    .rules = {HOOK("`", template), STRING("\"", "\"", '\\'), STRING("'", "'", '\\'),
              COMMENT("//"), BLOCK("/*", "*/"), HOOK("/", regex)}};
const struct whet_line_syntax whet__lines_go = {
    .rules = {TEXT("`", "`", 0), STRING("\"", "\"", '\\'), STRING("'", "'", '\\'),
              COMMENT("//"), BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_rust = {
    .rules = {HOOK("\"", rust_raw), TEXT("\"", "\"", '\\'), HOOK("'", rust), COMMENT("//"),
              NESTED("/*", "*/")}};
const struct whet_line_syntax whet__lines_zig = {
    .rules = {STRING("\\\\", "\n", 0), STRING("\"", "\"", '\\'), STRING("'", "'", '\\'),
              COMMENT("//")}};
const struct whet_line_syntax whet__lines_python = {
    .rules = {HOOK("\"", docstring), STRING("\"", "\"", '\\'), HOOK("'", docstring),
              STRING("'", "'", '\\'), COMMENT("#")}};
const struct whet_line_syntax whet__lines_ruby = {
    .rules = {SECTION("=begin", "=end"), SECTION("__END__", NULL), HOOK("<<", heredoc),
              STRING("\"", "\"", '\\'), STRING("'", "'", '\\'), COMMENT_AT("#", SPACED)}};
const struct whet_line_syntax whet__lines_perl = {
    .rules = {SECTION("=head", "=cut"), SECTION("=pod", "=cut"), SECTION("=begin", "=cut"),
              SECTION("=for", "=cut"), SECTION("=encoding", "=cut"), SECTION("=over", "=cut"),
              SECTION("=item", "=cut"), SECTION("__END__", NULL), SECTION("__DATA__", NULL),
              HOOK("<<", heredoc), ESCAPE("\\"), STRING("\"", "\"", '\\'),
              STRING("'", "'", '\\'), COMMENT_AT("#", SPACED)}};
const struct whet_line_syntax whet__lines_shell = {
    .rules = {ESCAPE("\\"), HOOK("'", shell_quote), HOOK("\"", shell_string),
              HOOK("<<", heredoc), COMMENT_AT("#", SPACED)}};
/* # and nothing else. */
const struct whet_line_syntax whet__lines_hash = {.rules = {COMMENT("#")}};
/* # outside of strings. */
const struct whet_line_syntax whet__lines_hash_strings = {
    .rules = {STRING("\"", "\"", '\\'), STRING("'", "'", '\\'), COMMENT("#")}};
const struct whet_line_syntax whet__lines_make = {.rules = {CONTINUED_AT("#", FIRST)}};
const struct whet_line_syntax whet__lines_cmake = {
    .rules = {TEXT("\"", "\"", '\\'), BLOCK("#[[", "]]"), BLOCK("#[=[", "]=]"),
              BLOCK("#[==[", "]==]"), COMMENT("#")}};
const struct whet_line_syntax whet__lines_meson = {
    .rules = {TEXT("'''", "'''", 0), STRING("'", "'", '\\'), COMMENT("#")}};
const struct whet_line_syntax whet__lines_toml = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'), TEXT("'''", "'''", 0),
              STRING("'", "'", 0), COMMENT("#")}};
const struct whet_line_syntax whet__lines_yaml = {
    .rules = {HOOK("\"", yaml_string), STRING("\"", "\"", '\\'), HOOK("'", yaml_string),
              STRING("'", "'", 0), HOOK("|", scalar), HOOK(">", scalar),
              COMMENT_AT("#", SPACED)}};
const struct whet_line_syntax whet__lines_terraform = {
    .rules = {STRING("\"", "\"", '\\'), HOOK("<<", heredoc), COMMENT("#"), COMMENT("//"),
              BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_nix = {
    .rules = {TEXT("\"", "\"", '\\'), TEXT("''", "''", 0), COMMENT("#"), BLOCK("/*", "*/")}};
const struct whet_line_syntax whet__lines_graphql = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'), COMMENT("#")}};
const struct whet_line_syntax whet__lines_elixir = {
    .rules = {BLOCK_AT("@moduledoc \"\"\"", "\"\"\"", FIRST),
              BLOCK_AT("@doc \"\"\"", "\"\"\"", FIRST),
              BLOCK_AT("@typedoc \"\"\"", "\"\"\"", FIRST), TEXT("\"\"\"", "\"\"\"", '\\'),
              STRING("\"", "\"", '\\'), TEXT("'''", "'''", '\\'), STRING("'", "'", '\\'),
              COMMENT("#")}};
const struct whet_line_syntax whet__lines_julia = {.rules = {TEXT("\"\"\"", "\"\"\"", '\\'),
                                                             STRING("\"", "\"", '\\'),
                                                             NESTED("#=", "=#"), COMMENT("#")}};
const struct whet_line_syntax whet__lines_coffee = {
    .rules = {TEXT("\"\"\"", "\"\"\"", '\\'), STRING("\"", "\"", '\\'),
              TEXT("'''", "'''", '\\'), STRING("'", "'", '\\'), BLOCK("###", "###"),
              COMMENT("#")}};
const struct whet_line_syntax whet__lines_nim = {.rules = {TEXT("\"\"\"", "\"\"\"", 0),
                                                           STRING("\"", "\"", '\\'),
                                                           NESTED("#[", "]#"), COMMENT("#")}};
const struct whet_line_syntax whet__lines_powershell = {
    .rules = {ESCAPE("`"), TEXT("@\"", "\"@", 0), TEXT("@'", "'@", 0), STRING("\"", "\"", 0),
              STRING("'", "'", 0), BLOCK("<#", "#>"), COMMENT("#")}};
const struct whet_line_syntax whet__lines_tcl = {
    .rules = {ESCAPE("\\"), CONTINUED_AT("#", FIRST)}};
const struct whet_line_syntax whet__lines_php = {
    .rules = {HOOK("?>", php_switch), HOOK("<<<", here_php), TEXT("\"", "\"", '\\'),
              TEXT("'", "'", '\\'), HOOK("//", php_comment), BLOCK("/*", "*/"),
              HOOK("#", php_comment)},
    .other = &whet__lines_php_text};
/* What stands around <?php ... ?>. */
const struct whet_line_syntax whet__lines_php_text = {
    .rules = {HOOK("<?", php_switch), BLOCK("<!--", "-->")}, .other = &whet__lines_php};
const struct whet_line_syntax whet__lines_xml = {
    .rules = {BLOCK("<!--", "-->"), TEXT("<![CDATA[", "]]>", 0)}};
/* HTML with script and style in one file. */
const struct whet_line_syntax whet__lines_vue = {
    .rules = {BLOCK("<!--", "-->"), BLOCK("/*", "*/"), COMMENT_AT("//", SPACED)}};
const struct whet_line_syntax whet__lines_css = {
    .rules = {BLOCK("/*", "*/"), STRING("\"", "\"", '\\'), STRING("'", "'", '\\')}};
const struct whet_line_syntax whet__lines_scss = {
    .rules = {HOOK("//", url), COMMENT("//"), BLOCK("/*", "*/"), STRING("\"", "\"", '\\'),
              STRING("'", "'", '\\')}};
const struct whet_line_syntax whet__lines_sql = {
    .rules = {COMMENT("--"), BLOCK("/*", "*/"), TEXT("'", "'", 0), STRING("\"", "\"", 0)}};
const struct whet_line_syntax whet__lines_lua = {
    .rules = {HOOK("--", lua), COMMENT("--"), HOOK("[", lua), STRING("\"", "\"", '\\'),
              STRING("'", "'", '\\')}};
const struct whet_line_syntax whet__lines_haskell = {
    .rules = {NESTED("{-", "-}"), COMMENT("--"), STRING("\"", "\"", '\\')}};
/* -- and strings without escapes. */
const struct whet_line_syntax whet__lines_ada = {
    .rules = {COMMENT("--"), STRING("\"", "\"", 0)}};
const struct whet_line_syntax whet__lines_ocaml = {
    .rules = {NESTED("(*", "*)"), TEXT("\"", "\"", '\\')}};
const struct whet_line_syntax whet__lines_fsharp = {
    .rules = {NESTED("(*", "*)"), TEXT("\"\"\"", "\"\"\"", 0), STRING("\"", "\"", '\\'),
              COMMENT("//")}};
const struct whet_line_syntax whet__lines_pascal = {
    .rules = {BLOCK("{", "}"), BLOCK("(*", "*)"), COMMENT("//"), STRING("'", "'", 0)}};
/* % outside of strings. */
const struct whet_line_syntax whet__lines_percent = {
    .rules = {ESCAPE("\\"), STRING("\"", "\"", '\\'), COMMENT("%")}};
const struct whet_line_syntax whet__lines_tex = {.rules = {ESCAPE("\\"), COMMENT("%")}};
const struct whet_line_syntax whet__lines_matlab = {
    .rules = {BLOCK_AT("%{", "%}", FIRST), COMMENT("%"), STRING("\"", "\"", 0)}};
const struct whet_line_syntax whet__lines_prolog = {
    .rules = {COMMENT("%"), BLOCK("/*", "*/"), STRING("\"", "\"", '\\')}};
const struct whet_line_syntax whet__lines_lisp = {
    .rules = {ESCAPE("\\"), TEXT("\"", "\"", '\\'), NESTED("#|", "|#"), COMMENT(";")}};
const struct whet_line_syntax whet__lines_clojure = {
    .rules = {ESCAPE("\\"), TEXT("\"", "\"", '\\'), COMMENT(";")}};
const struct whet_line_syntax whet__lines_vim = {.rules = {COMMENT_AT("\"", FIRST)}};
const struct whet_line_syntax whet__lines_batch = {
    .rules = {COMMENT_AT("@REM", WORD), COMMENT_AT("@Rem", WORD), COMMENT_AT("@rem", WORD),
              COMMENT_AT("REM", WORD), COMMENT_AT("Rem", WORD), COMMENT_AT("rem", WORD),
              COMMENT_AT("::", FIRST)}};
const struct whet_line_syntax whet__lines_basic = {
    .rules = {STRING("\"", "\"", 0), COMMENT("'"), COMMENT_AT("REM", WORD),
              COMMENT_AT("Rem", WORD)}};
const struct whet_line_syntax whet__lines_ini = {
    .rules = {COMMENT_AT(";", FIRST), COMMENT_AT("#", FIRST)}};
const struct whet_line_syntax whet__lines_properties = {
    .rules = {COMMENT_AT("#", FIRST), COMMENT_AT("!", FIRST)}};
const struct whet_line_syntax whet__lines_assembly = {
    .rules = {HOOK("#", directive), COMMENT(";"), COMMENT("//"), BLOCK("/*", "*/"),
              COMMENT_AT("@", FIRST), COMMENT_AT("|", FIRST), COMMENT_AT("!", FIRST)}};
const struct whet_line_syntax whet__lines_fortran = {
    .rules = {STRING("\"", "\"", 0), STRING("'", "'", 0), COMMENT("!")}};
/* A letter or star in the first column. */
const struct whet_line_syntax whet__lines_fortran77 = {
    .rules = {COMMENT_AT("C", COLUMN), COMMENT_AT("c", COLUMN), COMMENT_AT("*", COLUMN),
              COMMENT("!"), STRING("'", "'", 0)}};
const struct whet_line_syntax whet__lines_m4 = {
    .rules = {COMMENT_AT("dnl", WORD), COMMENT("#")}};
/* Every line that is not blank is code. */
const struct whet_line_syntax whet__lines_text = {.other = NULL};
