/* view/markdown.h, view/html.h and view/colour.h: text that stays text. */
#include "golden.h"

#include "view/colour.h"
#include "view/html.h"
#include "view/markdown.h"

static void assert_put(void (*put)(struct whet_text *, const char *), const char *text,
                       const char *want)
{
    struct whet_text out;

    whet__text_init(&out, 1000);
    put(&out, text);
    assert_int_equal(whet__text_error(&out), 0);
    assert_string_equal(whet__text_str(&out), want);
    whet__text_clear(&out);
}

static void escapes_markdown(void **state)
{
    (void)state;
    assert_put(whet__markdown_text, "a *b* _c_ `d` [e](f) <g> & \\h",
               "a \\*b\\* \\_c\\_ \\`d\\` \\[e\\](f) \\<g> \\& \\\\h");
    assert_put(whet__markdown_text, "# no heading", "\\# no heading");
    assert_put(whet__markdown_text, "12. no list", "12\\. no list");
    assert_put(whet__markdown_text, "- no list", "\\- no list");
    assert_put(whet__markdown_text, "two\nlines - 1.5", "two lines - 1.5");
    assert_put(whet__markdown_text, "\x1B[2J", "\\\\x1B\\[2J");
    assert_put(whet__markdown_cell, "a|b\nc", "a\\|b\\\\nc");
}

static void fences_code(void **state)
{
    (void)state;
    assert_put(whet__markdown_code, "plain", "`plain`");
    assert_put(whet__markdown_code, "a`b", "``a`b``");
    assert_put(whet__markdown_code, "`", "`` ` ``");
    assert_put(whet__markdown_code, "a``b`", "``` a``b` ```");
    assert_put(whet__markdown_code, "", "`  `");
}

static void composes_a_document(void **state)
{
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    whet__markdown_heading(&out, 2, "Files & *folders*");
    whet__markdown_paragraph(&out, "One paragraph.");
    whet__markdown_item(&out, "CPU", "2 cores");
    whet__markdown_item(&out, "Memory", "8 GiB");
    whet__text_putc(&out, '\n');
    whet__markdown_code_block(&out, "sh", "echo '```'\n\twhet scan");
    golden_check(&out, "document.md");
}

static void escapes_html(void **state)
{
    (void)state;
    assert_put(whet__html_text, "<a href=\"x\">&amp;\n\t\x1B\xFF",
               "&lt;a href=\"x\"&gt;&amp;amp;\n\t\\x1B\\xFF");
    assert_put(whet__html_attr, "\"<&>\"\n", "&quot;&lt;&amp;&gt;&quot;\\n");
}

static void composes_a_page(void **state)
{
    const struct whet_html_page page = {.title = "Title & more", .lead = "The answer."};
    const struct whet_html_card card = {"Speed-up", "39.8\xC3\x97", NULL, WHET_ROLE_GOOD};
    struct whet_text out;

    (void)state;
    whet__text_init(&out, GOLDEN_MAX_BYTES);
    whet__html_begin(&out, &page);
    whet__html_cards(&out, &card, 1);
    whet__html_section(&out, "do", "What to do");
    whet__html_callout(&out, WHET_ROLE_WARN, "Use 2 jobs", "There are two cores.");
    whet__html_section_end(&out);
    whet__html_end(&out, &page);
    golden_check(&out, "page.html");
}

static void decides_on_colour(void **state)
{
    (void)state;
    assert_true(whet__colour_wanted(WHET_COLOUR_AUTO, NULL, "xterm", 1));
    assert_true(whet__colour_wanted(WHET_COLOUR_AUTO, "", "xterm", 1));
    assert_false(whet__colour_wanted(WHET_COLOUR_AUTO, "1", "xterm", 1));
    assert_false(whet__colour_wanted(WHET_COLOUR_AUTO, NULL, "dumb", 1));
    assert_false(whet__colour_wanted(WHET_COLOUR_AUTO, NULL, NULL, 1));
    assert_false(whet__colour_wanted(WHET_COLOUR_AUTO, NULL, "xterm", 0));
    assert_true(whet__colour_wanted(WHET_COLOUR_ALWAYS, "1", "dumb", 0));
    assert_false(whet__colour_wanted(WHET_COLOUR_NEVER, NULL, "xterm", 1));
}

static void colours_by_role(void **state)
{
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 100);
    whet__colour_put(&out, WHET_ROLE_GOOD, 1, "yes\n");
    assert_string_equal(whet__text_str(&out), "\x1B[32myes\\n\x1B[0m");
    whet__text_reset(&out);
    whet__colour_put(&out, WHET_ROLE_GOOD, 0, "yes");
    whet__colour_put(&out, WHET_ROLE_PLAIN, 1, "no");
    assert_string_equal(whet__text_str(&out), "yesno");
    assert_string_equal(whet__colour_begin((enum whet_role)99, 1), "");
    assert_string_equal(whet__colour_class(WHET_ROLE_BAD), "bad");
    whet__text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_markdown),    cmocka_unit_test(fences_code),
        cmocka_unit_test(composes_a_document), cmocka_unit_test(escapes_html),
        cmocka_unit_test(composes_a_page),     cmocka_unit_test(decides_on_colour),
        cmocka_unit_test(colours_by_role),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
