/* 'whet cache stats' and its like on a cache that was filled by the library. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whet/cache.h>

#include "front/cache_files.h"
#include "os/file.h"

static struct whet_text folder;
static char db[512];
static char input[512];
static size_t width = 200;

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
    struct whet_table_style style = {.width = width};
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

/* The file knows the last use to the day, or the hour. */
static void nothing_is_used_before_it_is_made(void **state)
{
    struct whet_files_wishes w = {.json = 1};
    const char *at = ask(whet__files_list, &w, 0);
    unsigned count = 0;

    (void)state;
    for (; (at = strstr(at, "\"made_ns\":")) != NULL; at++, count++) {
        const char *used = strstr(at, "\"used_ns\":");

        assert_non_null(used);
        assert_true(strtoull(used + 10, NULL, 10) >= strtoull(at + 10, NULL, 10));
    }
    assert_true(count >= 3);
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
    w = (struct whet_files_wishes){.prefix = "plain"};
    assert_has_not(ask(whet__files_list, &w, 0), "untrue");
    w.prefix = "program";
    assert_has(ask(whet__files_list, &w, 0), "untrue");
    w.json = 1;
    assert_has(ask(whet__files_list, &w, 0), "\"state\": \"untrue\"");
    w = (struct whet_files_wishes){.prefix = "pl"};
    ask(whet__files_clear, &w, 0);
    w = (struct whet_files_wishes){.key = "plain"};
    assert_has(ask(whet__files_explain, &w, 1), "a miss");
    w = (struct whet_files_wishes){.client = "two"};
    assert_has(ask(whet__files_clear, &w, 0), "dropped 1 entry");
    w = (struct whet_files_wishes){.client = NULL};
    ask(whet__files_clear, &w, 0);
    assert_has(ask(whet__files_list, &w, 0), "Nothing is cached.\n");
    w.prefix = "p";
    assert_has(ask(whet__files_list, &w, 0), "No key begins so.\n");
}

/* A list is cut at the limit, too. */
static void warm_some(void **state)
{
    struct whet_files_wishes w = {.client = "one", .limit = 1};
    char list[512];

    (void)state;
    assert_has(ask(whet__files_warm, &w, 0), "one: 1 entry read\n");
    snprintf(list, sizeof(list), "%s/list", whet__text_str(&folder));
    assert_int_equal(whet__file_write(list, "plain\nprogram\n", 14, 0), 0);
    w.list = list;
    assert_has(ask(whet__files_warm, &w, 0), "one: 1 of 1 keys");
    w.limit = 0;
    assert_has(ask(whet__files_warm, &w, 0), "one: 2 of 2 keys");
}

static void names_are_safe_to_show(void **state)
{
    static const whet_files_verb verbs[] = {whet__files_explain, whet__files_verify,
                                            whet__files_warm, whet__files_gc,
                                            whet__files_stats};
    struct whet_files_wishes w = {.key = "mine"};
    struct whet_cache *cache;
    char other[512];

    (void)state;
    snprintf(other, sizeof(other), "%s", db);
    snprintf(db, sizeof(db), "%s/\x1b[1m.db", whet__text_str(&folder));
    cache = open_cache("one");
    put(cache, "mine", "bytes", NULL);
    whet_cache_free(cache);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        assert_has_not(ask(verbs[i], &w, 0), "\x1b");
        assert_has(ask(verbs[i], &w, 0), "\\x1B[1m.db");
    }
    snprintf(db, sizeof(db), "%s", other);
}

static void file_read(const char *path, struct whet_text *out)
{
    whet__text_reset(out);
    assert_int_equal(whet__file_read(AT_FDCWD, path, out->max, out), 0);
}

/* From now on all is in the file itself: a log that rests beside it has sound pages of it. */
static void merge_log(void)
{
    sqlite3 *file;

    assert_int_equal(sqlite3_open(db, &file), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
}

static void explain_tells_damage(void **state)
{
    struct whet_files_wishes w = {.key = "plain"};
    const char value[] = "of nothing";
    struct whet_text file;
    size_t at = 0;

    (void)state;
    whet__text_init(&file, (size_t)1 << 24);
    merge_log();
    file_read(db, &file);
    while (at + sizeof(value) < file.len && memcmp(file.data + at, value, strlen(value)) != 0)
        at++;
    assert_true(at + sizeof(value) < file.len);
    file.data[at] = 'O';
    assert_int_equal(whet__file_write(db, file.data, file.len, 0), 0);
    assert_has(ask(whet__files_explain, &w, 1), "not what was stored");
    w.json = 1;
    assert_has(ask(whet__files_explain, &w, 1), "\"damaged\"");
    file.data[at] = 'o';
    assert_int_equal(whet__file_write(db, file.data, file.len, 0), 0);
    whet__text_clear(&file);
    assert_has(ask(whet__files_explain, &w, 0), "\"hit\"");
}

static void narrow_tables_keep_what_they_are_about(void **state)
{
    struct whet_files_wishes w = {.client = "one"};
    const char *text;

    (void)state;
    width = 40;
    text = ask(whet__files_stats, &w, 0);
    width = 200;
    assert_has(text, "Cache");
    assert_has(text, "Level");
    assert_has(text, "Hit rate");
}

/* A mistyped name is not "there is nothing". */
static void clients_are_known(void **state)
{
    static const whet_files_verb verbs[] = {whet__files_stats,   whet__files_list,
                                            whet__files_explain, whet__files_gc,
                                            whet__files_clear,   whet__files_warm};
    struct whet_files_wishes w = {.client = "ones", .key = "plain"};

    (void)state;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        assert_string_equal(ask(verbs[i], &w, -EINVAL),
                            "unknown client: 'ones': did you mean 'one'?");
    w.client = "somebody";
    w.key = NULL;
    assert_string_equal(ask(whet__files_clear, &w, -EINVAL),
                        "unknown client: 'somebody': choose one or two");
    w.client = "one";
    assert_has(ask(whet__files_list, &w, 0), "plain");
}

/* Counts are kept where not everybody may look, and are then not told as if they were 0. */
static void counts_may_be_unknown(void **state)
{
    struct whet_files_wishes w = {.client = "one"};
    char share[600], away[600];
    const char *text;

    (void)state;
    snprintf(share, sizeof(share), "%s.share", db);
    snprintf(away, sizeof(away), "%s.away", db);
    assert_has_not(ask(whet__files_stats, &w, 0), "not known");
    assert_int_equal(rename(share, away), 0);
    text = ask(whet__files_stats, &w, 0);
    assert_has(text, "hits and misses are not known");
    assert_has(text, share);
    assert_has_not(text, "disk");
    w.json = 1;
    text = ask(whet__files_stats, &w, 0);
    assert_has(text, "\"entries\": 3");
    assert_has(text, "\"puts\": null");
    assert_has(text, "\"levels\": null");
    assert_has(text, "\"ahead\": null");
    assert_int_equal(access(share, F_OK), -1);
    assert_int_equal(rename(away, share), 0);
    text = ask(whet__files_stats, &w, 0);
    assert_has(text, "\"puts\": 3");
    assert_has(text, "\"fetched\": 0");
}

static void count_ahead(uint64_t fetched, uint64_t used)
{
    struct whet_cache_stats s = {.predicted = fetched, .predicted_hits = used};
    struct whet_disk_options o = {.path = db, .client = "one"};
    struct whet_disk *d;

    assert_int_equal(whet__shared_new(&o.shared, db, 0), 0);
    assert_int_equal(whet__disk_new(&d, &o), 0);
    whet__disk_count(d, &s);
    whet__disk_free(d);
    whet__shared_free(o.shared);
}

/* Whether it pays, added up over processes: in the page, and in the file where there is none.
 */
static void what_was_fetched_ahead(void **state)
{
    struct whet_files_wishes w = {.client = "one"};
    char share[600], away[600];
    const char *text;

    (void)state;
    snprintf(share, sizeof(share), "%s.share", db);
    snprintf(away, sizeof(away), "%s.away", db);
    assert_has_not(ask(whet__files_stats, &w, 0), "ahead");
    count_ahead(5, 1);
    count_ahead(0, 1); /* of those before */
    assert_int_equal(rename(share, away), 0);
    assert_int_equal(mkdir(share, 0700), 0);
    count_ahead(15, 11);
    count_ahead(0, 2);
    assert_int_equal(rmdir(share), 0);
    assert_int_equal(rename(away, share), 0);
    text = ask(whet__files_stats, &w, 0);
    assert_has(text, "ahead");
    assert_has(text, "75.0%");
    w.json = 1;
    text = ask(whet__files_stats, &w, 0);
    assert_has(text, "\"fetched\": 20,");
    assert_has(text, "\"used\": 15,");
    assert_has(text, "\"wasted\": 5");
    w = (struct whet_files_wishes){.client = "two", .json = 1};
    assert_has(ask(whet__files_stats, &w, 0), "\"fetched\": 0,");
}

/* What list shows explain takes, of whatever bytes a key is. */
static void keys_can_be_typed_again(void **state)
{
    static const char *const keys[] = {
        "0x6b",
        "0xno hex",
        " before",
        "behind ",
        "two\nlines",
        "back\\slash",
        "\xc3\xa9t\xc3\xa9",
        "\xc2\x9b[31m",
        "\xe2\x80\xaeright to left",
        "bad \xff",
        "%s",
    };
    struct whet_cache *cache = open_cache("keys");
    char shown[80], *row, *end;
    struct whet_text all;

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        put(cache, keys[i], "value", NULL);
    whet_cache_free(cache);
    whet__text_init(&all, 1 << 16);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct whet_files_wishes list = {.client = "keys", .prefix = keys[i]},
                                 w = {.key = shown};
        struct whet_text hex;

        whet__text_init(&hex, 100);
        whet__text_puts(&hex, "0x");
        for (const char *at = keys[i]; *at != '\0'; at++)
            whet__text_printf(&hex, "%02x", (unsigned char)*at);
        list.prefix = whet__text_str(&hex);
        whet__text_reset(&all);
        whet__text_puts(&all, strchr(ask(whet__files_list, &list, 0), '\n') + 1);
        row = strchr(all.data, '\n') + 1; /* below the rule */
        end = strstr(row, "  ");
        assert_non_null(end);
        snprintf(shown, sizeof(shown), "%.*s", (int)(end - row), row);
        assert_has(ask(whet__files_explain, &w, 0), "keys: a hit");
        whet__text_clear(&hex);
    }
    whet__text_clear(&all);
}

static void long_keys_are_cut_for_a_terminal_only(void **state)
{
    struct whet_files_wishes w = {.client = "long"};
    struct whet_cache *cache = open_cache("long");
    char key[301];

    (void)state;
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    put(cache, key, "value", NULL);
    whet_cache_free(cache);
    width = 60;
    assert_has(ask(whet__files_list, &w, 0), "kkk\xe2\x80\xa6 ");
    w.wide = 1;
    assert_has(ask(whet__files_list, &w, 0), key);
    assert_has(ask(whet__files_list, &w, 0), "On disk");
    width = 200;
    w = (struct whet_files_wishes){.client = "long", .json = 1};
    assert_has(ask(whet__files_list, &w, 0), key);
}

/* Two kinds of damage: one that is found when the file is opened, one when it is read. */
static void verify_changes_nothing(void **state)
{
    struct whet_files_wishes w = {.limit = 0};
    struct whet_cache *cache = open_cache("one");
    struct whet_text sound, bad, after;
    char aside[600];

    (void)state;
    put(cache, "key", "value", NULL);
    whet_cache_free(cache);
    merge_log();
    whet__text_init(&sound, (size_t)16 << 20);
    whet__text_init(&bad, (size_t)16 << 20);
    whet__text_init(&after, (size_t)16 << 20);
    snprintf(aside, sizeof(aside), "%s.bad-1", db);
    file_read(db, &sound);
    for (int i = 0; i < 2; i++) {
        size_t from = i == 0 ? 100 : 8192 + 8;

        whet__text_reset(&bad);
        whet__text_append(&bad, sound.data, sound.len);
        memset(bad.data + from, 0x55, 4000);
        assert_int_equal(whet__file_write(db, bad.data, bad.len, 0), 0);
        assert_has(ask(whet__files_verify, &w, 1), ": damaged\n");
        file_read(db, &after);
        assert_int_equal(after.len, bad.len);
        assert_memory_equal(after.data, bad.data, bad.len);
        assert_int_not_equal(access(aside, F_OK), 0);
    }
    w.repair = 1;
    assert_has(ask(whet__files_verify, &w, 1), ": damaged, moved aside\n");
    assert_int_equal(access(aside, F_OK), 0);
    w.repair = 0;
    assert_has(ask(whet__files_verify, &w, 0), "0 entries");
    whet__text_clear(&after);
    whet__text_clear(&bad);
    whet__text_clear(&sound);
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

static int stop_at_once(void *ctx)
{
    (void)ctx;
    return 1;
}

/* Makes a cache of this user's; with `newer` of a version that is not known yet. */
static void own_cache(const char *name, int newer)
{
    struct whet_cache *cache;
    char other[512];
    sqlite3 *file;

    snprintf(other, sizeof(other), "%s", db);
    snprintf(db, sizeof(db), "%s/whet/%s", whet__text_str(&folder), name);
    cache = open_cache("one");
    put(cache, "key", "value", NULL);
    whet_cache_free(cache);
    if (newer) {
        assert_int_equal(sqlite3_open(db, &file), SQLITE_OK);
        assert_int_equal(sqlite3_exec(file, "PRAGMA user_version = 99", NULL, NULL, NULL),
                         SQLITE_OK);
        assert_int_equal(sqlite3_close(file), SQLITE_OK);
    }
    snprintf(db, sizeof(db), "%s", other);
}

/* The answer's code; the text is not looked at. */
static int list_own(int (*stop)(void *ctx), struct whet_error *partial, struct whet_error *err)
{
    struct whet_table_style style = {.width = width};
    struct whet_files_wishes w = {.stop = stop, .partial = partial};
    struct whet_vec none;
    struct whet_text out;
    int rc;

    *err = (struct whet_error){.code = 0};
    whet__vec_init(&none, sizeof(const char *), 1);
    w.paths = &none;
    whet__text_init(&out, (size_t)1 << 20);
    rc = whet__files_list(&w, &out, &style, err);
    whet__text_clear(&out);
    return rc;
}

/* One cache that cannot be read is told beside the answer, or is the answer where there is no
 * other; a signal that ends it all is told as that. */
static void one_that_cannot_be_read(void **state)
{
    struct whet_error err, partial = {.code = 0};
    char path[512];

    (void)state;
    snprintf(path, sizeof(path), "%s/whet", whet__text_str(&folder));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(setenv("XDG_CACHE_HOME", whet__text_str(&folder), 1), 0);
    own_cache("a.db", 1);
    assert_true(list_own(NULL, &partial, &err) < 0);
    assert_has(err.text, "/whet/a.db");
    assert_int_equal(partial.code, 0);
    own_cache("b.db", 0);
    assert_int_equal(list_own(NULL, &partial, &err), 0);
    assert_int_equal(err.code, 0);
    assert_has(partial.text, "/whet/a.db");
    partial.code = 0;
    assert_int_equal(list_own(stop_at_once, &partial, &err), -EINTR);
    assert_int_equal(err.code, -EINTR);
    assert_has(err.text, "/whet/b.db");
    assert_int_equal(partial.code, 0);
    assert_true(list_own(NULL, NULL, &err) < 0);
    assert_has(err.text, "/whet/a.db");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stats_and_list),
        cmocka_unit_test(nothing_is_used_before_it_is_made),
        cmocka_unit_test(explain),
        cmocka_unit_test(explain_tells_damage),
        cmocka_unit_test(narrow_tables_keep_what_they_are_about),
        cmocka_unit_test(clients_are_known),
        cmocka_unit_test(counts_may_be_unknown),
        cmocka_unit_test(what_was_fetched_ahead),
        cmocka_unit_test(verify_warm_and_gc),
        cmocka_unit_test(what_is_no_cache_is_left_alone),
        cmocka_unit_test(warm_some),
        cmocka_unit_test(names_are_safe_to_show),
        cmocka_unit_test(clear_parts),
        cmocka_unit_test(verify_changes_nothing),
        cmocka_unit_test(keys_can_be_typed_again),
        cmocka_unit_test(long_keys_are_cut_for_a_terminal_only),
        cmocka_unit_test(one_that_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, fill, clear);
}
