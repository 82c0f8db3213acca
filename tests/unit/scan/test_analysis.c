/* scan/line_syntax.h and scan/syntax.h over tests/data/lang: one golden text for all
 * fixtures. WHET_BLESS=1 rewrites it; read the difference before you commit it. */
#include "lang_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "scan/language.h"
#include "scan/syntax.h"

/* Sorted; each is a file of tests/data/lang. */
static const char *const fixtures[] = {
    "assembly.S",       "bash.sh",
    "batch.bat",        "c.c",
    "c_sharp.cs",       "cmake.cmake",
    "cpp.cpp",          "css.css",
    "elixir.ex",        "fortran.f90",
    "fortran77.f",      "go.go",
    "haskell.hs",       "html.html",
    "ini.ini",          "java.java",
    "javascript.js",    "json.json",
    "kotlin.kt",        "lisp.lisp",
    "lua.lua",          "m4.m4",
    "makefile.mk",      "markdown.md",
    "nasty_blank.c",    "nasty_block.c",
    "nasty_bom.py",     "nasty_cr.c",
    "nasty_crlf.c",     "nasty_empty.c",
    "nasty_end.c",      "nasty_errors.c",
    "nasty_heredoc.sh", "nasty_nul.c",
    "nasty_quotes.py",  "nasty_string.c",
    "nasty_switch.php", "nasty_template.js",
    "ocaml.ml",         "pascal.pas",
    "perl.pl",          "php.php",
    "powershell.ps1",   "python.py",
    "ruby.rb",          "rust.rs",
    "scss.scss",        "sql.sql",
    "terraform.tf",     "tex.tex",
    "toml.toml",        "tsx.tsx",
    "typescript.ts",    "vim.vim",
    "vue.vue",          "xml.xml",
    "yaml.yaml",        "zig.zig",
};

static void functions_describe(struct whet_text *out, const struct whet_vec *functions)
{
    for (size_t i = 0; i < functions->len; i++) {
        const struct whet_scan_function *f = whet__vec_at(functions, i);

        whet__text_printf(out, "    %u-%u complexity %u: %s\n", f->line, f->end_line,
                          f->complexity, f->name);
    }
}

static void fixture_describe(struct whet_text *out, struct whet_syntax *syntax,
                             const char *name)
{
    const struct whet_language *language = whet__language_of_name(name, strlen(name));
    struct whet_text data;
    struct whet_line_counts lines;
    struct whet_vec functions;
    struct whet_arena names;
    unsigned flags = 0;

    lang_read(&data, name);
    language = whet__language_of_content(language, name, strlen(name), whet__text_str(&data),
                                         data.len);
    if (language == NULL)
        fail_msg("%s has no language", name);
    whet__lines_count(language->lines, whet__text_str(&data), data.len, &lines);
    whet__text_printf(out, "%s: %s, code %u, comment %u, blank %u", name, language->name,
                      lines.code, lines.comment, lines.blank);
    whet__vec_init(&functions, sizeof(struct whet_scan_function), 1000);
    whet__arena_init(&names, 1 << 20);
    if (language->grammar != NULL)
        assert_int_equal(whet__syntax_analyse(syntax, language->grammar, whet__text_str(&data),
                                              data.len, &functions, &names, &flags),
                         0);
    whet__text_puts(out, (flags & WHET_SYNTAX_ERRORS) != 0 ? ", errors\n" : "\n");
    assert_int_equal(flags & WHET_SYNTAX_STOPPED, 0);
    functions_describe(out, &functions);
    whet__arena_clear(&names);
    whet__vec_clear(&functions);
    whet__text_clear(&data);
}

static void all_describe(struct whet_text *out, struct whet_syntax *syntax)
{
    for (size_t i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++)
        fixture_describe(out, syntax, fixtures[i]);
    assert_int_equal(whet__text_error(out), 0);
}

static void bless(const struct whet_text *text)
{
    char path[512];
    FILE *file;

    lang_path(path, sizeof(path), "expected.txt");
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
    assert_int_equal(fclose(file), 0);
}

static void fixtures_match_the_golden_text(void **state)
{
    struct whet_syntax *syntax;
    struct whet_text now;
    struct whet_text again;
    struct whet_text golden;

    (void)state;
    assert_int_equal(whet__syntax_new(&syntax), 0);
    whet__text_init(&now, 1 << 20);
    whet__text_init(&again, 1 << 20);
    all_describe(&now, syntax);
    all_describe(&again, syntax); /* a used analyser answers the same */
    assert_string_equal(whet__text_str(&now), whet__text_str(&again));
    if (getenv("WHET_BLESS") != NULL)
        bless(&now);
    lang_read(&golden, "expected.txt");
    assert_string_equal(whet__text_str(&now), whet__text_str(&golden));
    whet__text_clear(&golden);
    whet__text_clear(&again);
    whet__text_clear(&now);
    whet__syntax_free(syntax);
}

/* Nothing is quadratic: 200 KB in one line, in every language. */
static void long_lines_are_read_once(void **state)
{
    static const char *const patterns[] = {"=/[", "'\\", "\"\\", "<<A ", "`${", "(", "# ",
                                           "a'",  "[=[", "| ",   "x\"",  "/*",  "$("};
    struct whet_line_counts lines;
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 1 << 20);
    for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
        whet__text_reset(&t);
        while (t.len < 200000)
            whet__text_puts(&t, patterns[p]);
        for (size_t i = 0; i < whet__language_count(); i++) {
            whet__lines_count(whet__language_at(i)->lines, whet__text_str(&t), t.len, &lines);
            assert_int_equal(lines.code + lines.comment + lines.blank, 1);
        }
    }
    whet__text_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures_match_the_golden_text),
        cmocka_unit_test(long_lines_are_read_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
