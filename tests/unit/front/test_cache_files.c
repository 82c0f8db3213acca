/* 'whet cache stats' and its like on a cache that was filled by the library. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <whet/cache.h>

#include "front/cache_files.h"
#include "os/file.h"

static struct whet_text folder;
static char db[512];
static char input[512];

static void write_input(const char *text)
{
    assert_int_equal(whet__file_write(input, text, strlen(text), 0), 0);
}

static struct whet_cache *open_cache(const char *client)
{
    struct whet_cache_options options = {.path = db, .client = client, .bytes = 16 << 20};
    struct whet_cache *cache;

    assert_int_equal(whet_cache_new(&cache, &options, NULL), 0);
    return cache;
}

static void put(struct whet_cache *cache, const char *key, const char *value,
                struct whet_inputs *inputs)
{
    struct whet_cache_put how = {.cost_ns = 5000000, .inputs = inputs};

    assert_int_equal(whet_cache_put(cache, key, strlen(key), value, strlen(value), &how), 0);
}

/* Two clients: "one" with a key made of a file and a key that needs it, "two" with bytes. */
static int fill(void **state)
{
    struct whet_cache *cache;
    struct whet_inputs *in;

    (void)state;
    whet__text_init(&folder, 4096);
    assert_int_equal(whet__file_make_temp_dir(&folder), 0);
    snprintf(db, sizeof(db), "%s/c.db", whet__text_str(&folder));
    snprintf(input, sizeof(input), "%s/input", whet__text_str(&folder));
    write_input("as it was\n");
    cache = open_cache("one");
    assert_int_equal(whet_inputs_new(&in, cache), 0);
    assert_int_equal(whet_inputs_file(in, input), 0);
    assert_int_equal(whet_inputs_tag(in, "made"), 0);
    put(cache, "object", "of a file", in);
    whet_inputs_free(in);
    assert_int_equal(whet_inputs_new(&in, cache), 0);
    assert_int_equal(whet_inputs_need(in, "object", 6), 0);
    put(cache, "program", "of an object", in);
    whet_inputs_free(in);
    put(cache, "plain", "of nothing", NULL);
    whet_cache_free(cache);
    cache = open_cache("two");
    put(cache, "\x01\xff", "bytes", NULL);
    whet_cache_free(cache);
    return 0;
}

static int clear(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&folder));

    (void)state;
    whet__text_clear(&folder);
    return rc;
}

/* The verb's answer, in a text that the next one replaces. */
static const char *ask(whet_files_verb verb, struct whet_files_wishes *w, int expected)
{
    static struct whet_text out;
    static struct whet_error err;
    struct whet_table_style style = {.width = 200};
    struct whet_vec paths;
    const char **path;
    int rc;

    err = (struct whet_error){.code = 0};
    whet__text_clear(&out);
    whet__text_init(&out, (size_t)1 << 20);
    whet__vec_init(&paths, sizeof(const char *), 1);
    path = whet__vec_push(&paths);
    assert_non_null(path);
    *path = db;
    w->paths = &paths;
    rc = verb(w, &out, &style, &err);
    if (rc != expected)
        print_message("%d: %s\n%s\n", rc, err.text, whet__text_str(&out));
    assert_int_equal(rc, expected);
    whet__vec_clear(&paths);
    return rc < 0 ? err.text : whet__text_str(&out);
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        print_message("not there: %s\nin: %s\n", part, text);
    assert_non_null(strstr(text, part));
}

static void assert_has_not(const char *text, const char *part)
{
    assert_null(strstr(text, part));
}

static void stats_and_list(void **state)
{
    struct whet_files_wishes w = {.limit = 0};
    const char *out = ask(whet__files_stats, &w, 0);

    (void)state;
    assert_has(out, "one");
    assert_has(out, "two");
    w.client = "two";
    assert_has_not(ask(whet__files_stats, &w, 0), "one");
    assert_has(ask(whet__files_list, &w, 0), "0x01ff");
    w.client = NULL;
    w.prefix = "p";
    out = ask(whet__files_list, &w, 0);
    assert_has(out, "plain");
    assert_has(out, "program");
    assert_has_not(out, "object");
    w.limit = 1;
    assert_has(ask(whet__files_list, &w, 0), "1 more: use --limit\n");
    w.json = 1;
    assert_has(ask(whet__files_list, &w, 0), "\"more\": 1\n");
    assert_has(ask(whet__files_stats, &w, 0), "\"client\": \"one\"");
}

static void explain(void **state)
{
    struct whet_files_wishes w = {.key = "program"};
    const char *out = ask(whet__files_explain, &w, 0);

    (void)state;
    assert_has(out, "a hit");
    write_input("as it is now\n");
    out = ask(whet__files_explain, &w, 1);
    assert_has(out, "a miss");
    assert_has(out, input);
    w.json = 1;
    assert_has(ask(whet__files_explain, &w, 1), "\"inputs\": 1");
    write_input("as it was\n");
    assert_has(ask(whet__files_explain, &w, 0), "\"verdict\": \"hit\"");
    w = (struct whet_files_wishes){.key = "0x01ff"};
    assert_has(ask(whet__files_explain, &w, 0), "two: a hit");
    w.client = "one";
    assert_has(ask(whet__files_explain, &w, 1), "No cache has this key.\n");
    w.key = "0x01f";
    assert_has(ask(whet__files_explain, &w, -EINVAL), "not a key: '0x01f'");
}

static void verify_warm_and_gc(void **state)
{
    struct whet_files_wishes w = {.dry_run = 1};

    (void)state;
    assert_has(ask(whet__files_verify, &w, 0), "4 entries");
    assert_has(ask(whet__files_warm, &w, 0), "one: 3 entries read\n");
    assert_has(ask(whet__files_gc, &w, 0), "would drop 0 entries");
    assert_has(ask(whet__files_clear, &w, 0), "would drop 4 entries");
    assert_has(ask(whet__files_verify, &w, 0), "4 entries");
}

static void clear_parts(void **state)
{
    struct whet_files_wishes w = {.tag = "made"};

    (void)state;
    assert_has(ask(whet__files_clear, &w, 0), "one: invalidated the tag\n");
    w = (struct whet_files_wishes){.key = "program"};
    assert_has(ask(whet__files_explain, &w, 1), "a miss");
    w = (struct whet_files_wishes){.prefix = "pl"};
    ask(whet__files_clear, &w, 0);
    w = (struct whet_files_wishes){.key = "plain"};
    assert_has(ask(whet__files_explain, &w, 1), "a miss");
    w = (struct whet_files_wishes){.client = "two"};
    assert_has(ask(whet__files_clear, &w, 0), "dropped 1 entry");
    w = (struct whet_files_wishes){.client = NULL};
    ask(whet__files_clear, &w, 0);
    assert_has(ask(whet__files_list, &w, 0), "No such entry.\n");
}

static void what_is_no_cache_is_left_alone(void **state)
{
    struct whet_files_wishes w = {.limit = 0};
    char other[512];

    (void)state;
    snprintf(other, sizeof(other), "%s", db);
    snprintf(db, sizeof(db), "%s", input);
    assert_has(ask(whet__files_clear, &w, -EINVAL), "not a cache: ");
    assert_int_equal(access(input, F_OK), 0);
    snprintf(db, sizeof(db), "%s/nowhere", whet__text_str(&folder));
    assert_has(ask(whet__files_stats, &w, -ENOENT), "cannot open: ");
    snprintf(db, sizeof(db), "%s", other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stats_and_list),     cmocka_unit_test(explain),
        cmocka_unit_test(verify_warm_and_gc), cmocka_unit_test(what_is_no_cache_is_left_alone),
        cmocka_unit_test(clear_parts),
    };

    return cmocka_run_group_tests(tests, fill, clear);
}
