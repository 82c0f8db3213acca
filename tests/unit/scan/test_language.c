/* scan/language.h: the table is sound, names and contents find their language. */
#include "../harness.h"

#include <string.h>

#include "scan/grammar.h"
#include "scan/language_table.h"

static const char *name_of(const struct whet_language *language)
{
    return language != NULL ? language->name : "(none)";
}

static const char *by_name(const char *name)
{
    return name_of(whet__language_of_name(name, strlen(name)));
}

static const char *by_content(const char *name, const char *data)
{
    const struct whet_language *guess = whet__language_of_name(name, strlen(name));

    return name_of(whet__language_of_content(guess, name, strlen(name), data, strlen(data)));
}

static void table_is_sorted(void **state)
{
    (void)state;
    assert_true(whet__language_count() >= 44);
    for (size_t i = 1; i < whet__language_count(); i++)
        assert_true(strcmp(whet__language_at(i - 1)->name, whet__language_at(i)->name) < 0);
    assert_null(whet__language_at(whet__language_count()));
    assert_int_equal(whet__language_index(whet__language_at(7)), 7);
}

static void no_key_has_two_languages(const char *const *keys, size_t language, size_t kind)
{
    for (; keys != NULL && *keys != NULL; keys++) {
        for (size_t i = 0; i < whet__language_count(); i++) {
            const struct whet_language *other = whet__language_at(i);
            const char *const *others[] = {other->extensions, other->filenames,
                                           other->interpreters};

            for (const char *const *k = others[kind]; k != NULL && *k != NULL; k++) {
                if (k != keys && strcmp(*k, *keys) == 0)
                    fail_msg("'%s' of %s is also of %s", *keys,
                             whet__language_at(language)->name, other->name);
            }
        }
    }
}

static void keys_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__language_count(); i++) {
        no_key_has_two_languages(whet__language_at(i)->extensions, i, 0);
        no_key_has_two_languages(whet__language_at(i)->filenames, i, 1);
        no_key_has_two_languages(whet__language_at(i)->interpreters, i, 2);
    }
}

static void every_key_finds_its_row(void **state)
{
    char name[64];

    (void)state;
    for (size_t i = 0; i < whet__language_count(); i++) {
        const struct whet_language *language = whet__language_at(i);

        assert_non_null(language->lines);
        for (const char *const *k = language->extensions; k != NULL && *k != NULL; k++) {
            snprintf(name, sizeof(name), "name.%s", *k);
            assert_string_equal(by_name(name), language->name);
        }
        for (const char *const *k = language->filenames; k != NULL && *k != NULL; k++)
            assert_string_equal(by_name(*k), language->name);
    }
}

static void every_grammar_has_a_language(void **state)
{
    (void)state;
    assert_int_equal(whet__grammar_count(), 18);
    for (size_t g = 0; g < whet__grammar_count(); g++) {
        size_t i = 0;

        while (i < whet__language_count() &&
               whet__language_at(i)->grammar != whet__grammar_at(g))
            i++;
        assert_true(i < whet__language_count());
    }
    assert_null(whet__grammar_at(whet__grammar_count()));
}

static void names_find_languages(void **state)
{
    (void)state;
    assert_string_equal(by_name("main.c"), "C");
    assert_string_equal(by_name("main.C"), "C++");
    assert_string_equal(by_name("main.h"), "C");
    assert_string_equal(by_name("MAIN.PY"), "Python");
    assert_string_equal(by_name("README.MD"), "Markdown");
    assert_string_equal(by_name("a.b.c.ts"), "TypeScript");
    assert_string_equal(by_name("CMakeLists.txt"), "CMake");
    assert_string_equal(by_name("notes.txt"), "Text");
    assert_string_equal(by_name("Makefile"), "Makefile");
    assert_string_equal(by_name("Makefile.in"), "Makefile");
    assert_string_equal(by_name("Dockerfile.dev"), "Dockerfile");
    assert_string_equal(by_name("config.h.in"), "C");
    assert_string_equal(by_name(".bashrc"), "Shell");
    assert_string_equal(by_name(".c"), "(none)");
    assert_string_equal(by_name("c"), "(none)");
    assert_string_equal(by_name("name."), "(none)");
    assert_string_equal(by_name("."), "(none)");
    assert_string_equal(by_name(".in"), "(none)");
    assert_string_equal(by_name(""), "(none)");
    assert_string_equal(by_name("x.averylongextensionindeedlongerthanany"), "(none)");
}

static void interpreters_find_languages(void **state)
{
    (void)state;
    assert_int_equal(whet__language_may_have_interpreter("run", 3), 1);
    assert_int_equal(whet__language_may_have_interpreter("run.xyz", 7), 0);
    assert_int_equal(whet__language_may_have_interpreter("Makefile", 8), 0);
    assert_int_equal(whet__language_may_have_interpreter("", 0), 0);
    assert_string_equal(by_content("run", "#!/bin/sh -e\n"), "Shell");
    assert_string_equal(by_content("run", "#! /usr/bin/env python3.11\n"), "Python");
    assert_string_equal(by_content("run", "#!/usr/bin/env -S A=b node --x"), "JavaScript");
    assert_string_equal(by_content("run", "#!/opt/odd\n"), "(none)");
    assert_string_equal(by_content("run", "#!"), "(none)");
    assert_string_equal(by_content("run", "#!\n"), "(none)");
    assert_string_equal(by_content("run", "#!/usr/bin/env"), "(none)");
    assert_string_equal(by_content("run", "plain\n"), "(none)");
    assert_string_equal(by_content("run", ""), "(none)");
}

static void headers_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(by_content("a.h", "int f(void);\n"), "C");
    assert_string_equal(by_content("a.h", "class Foo;\n"), "C++");
    assert_string_equal(by_content("a.h", "  class API Foo : public Bar\n{"), "C++");
    assert_string_equal(by_content("a.h", "/* a\nclass of things:\nclass A;\n*/\n"), "C");
    assert_string_equal(by_content("a.h", "// class A;\n"), "C");
    assert_string_equal(by_content("a.h", "#include <vector>\n"), "C++");
    assert_string_equal(by_content("a.h", "#include <stdio.h>\n"), "C");
    assert_string_equal(by_content("a.h", "namespace a::b {\n"), "C++");
    assert_string_equal(by_content("a.h", "template <typename T>\n"), "C++");
    assert_string_equal(by_content("a.h", "#ifdef __cplusplus\nextern \"C\" {\nclass A;\n"
                                          "#endif\nint f(void);\n"),
                        "C");
    assert_string_equal(by_content("a.h", "#if X\n#endif\n#ifdef __cplusplus\n#if Y\n#endif\n"
                                          "class A;\n#else\nint a;\n#endif\nclass B;\n"),
                        "C++");
    assert_string_equal(by_content("a.h", "@interface Foo : NSObject\n"), "Objective-C");
    assert_string_equal(by_content("a.m", "#import <x.h>\n"), "Objective-C");
    assert_string_equal(by_content("a.m", "\n% a comment\n"), "MATLAB");
    assert_string_equal(by_content("a.ts", "<?xml version=\"1.0\"?>\n"), "XML");
    assert_string_equal(by_content("a.ts", "let a = 1;\n"), "TypeScript");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sorted),
        cmocka_unit_test(keys_are_unique),
        cmocka_unit_test(every_key_finds_its_row),
        cmocka_unit_test(every_grammar_has_a_language),
        cmocka_unit_test(names_find_languages),
        cmocka_unit_test(interpreters_find_languages),
        cmocka_unit_test(headers_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
