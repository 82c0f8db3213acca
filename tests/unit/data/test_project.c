/* data/project.h: whet.yaml found, read, and its tuned block exchanged without a byte
 * of the rest being touched. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <whet/scan.h>

#include "base/random.h"
#include "data/project.h"
#include "os/file.h"

static const char full[] = "# Ours.\n"
                           "version: 1\n"
                           "tuned:\n"
                           "  profile: large_project\n"
                           "  target: latency\n"
                           "  jobs: 8\n"
                           "  cache: stat\n"
                           "  cache_size: 2GiB\n"
                           "  max_file_size: 10MiB\n"
                           "  measured:\n"
                           "    date: 2026-01-31\n"
                           "    speedup: 7.5\n"
                           "  checksum: abc\n"
                           "\n"
                           "scan:  # by hand\n"
                           "  jobs: 4\n"
                           "  cache: content\n";

static void reads_everything(void **state)
{
    struct whet_project p;
    struct whet_project_scan s;

    (void)state;
    assert_int_equal(whet__project_parse(&p, full, strlen(full), NULL, NULL), 0);
    assert_int_equal(p.version, 1);
    assert_string_equal(p.tuned.profile, "large_project");
    assert_int_equal(p.tuned.target, WHET_PROJECT_LATENCY);
    assert_int_equal(p.tuned.scan.jobs, 8);
    assert_int_equal(p.tuned.scan.cache, WHET_SCAN_CACHE_STAT);
    assert_string_equal(whet__yaml_get(p.tuned.measured, "speedup")->text, "7.5");
    assert_string_equal(p.tuned.checksum, "abc");
    s = whet__project_scan(&p);
    assert_int_equal(s.jobs, 4);
    assert_int_equal(s.cache, WHET_SCAN_CACHE_CONTENT);
    assert_true(s.cache_bytes == (uint64_t)2 << 30);
    assert_int_equal(s.max_file_bytes, 10 << 20);
    whet__project_clear(&p);
    whet__project_clear(&p);
}

static void an_empty_file_gives_the_defaults(void **state)
{
    struct whet_project p;
    struct whet_project_scan s;

    (void)state;
    assert_int_equal(whet__project_parse(&p, "# nothing\n", 10, NULL, NULL), 0);
    s = whet__project_scan(&p);
    assert_int_equal(s.jobs, 0);
    assert_int_equal(s.cache, -1);
    whet__project_clear(&p);
    assert_int_equal(whet__project_load(&p, "/nowhere/whet.yaml", NULL), -ENOENT);
    assert_int_equal(whet__project_scan(&p).cache, -1);
    whet__project_clear(&p);
}

static void explains_mistakes(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *says;
    } rows[] = {
        {"scan:\n  jobs: 4\n", 1, 1, "missing key: 'version'"},
        {"version: 2\nnews: 1\n", 1, 10, "unknown version: '2'"},
        {"version: 1\nscan:\n  job: 4\n", 3, 3, "did you mean 'jobs'?"},
        {"version: 1\nscan:\n  jobs: 1025\n", 3, 9, "1..1024"},
        {"version: 1\nscan:\n  cache: statt\n", 3, 10, "did you mean 'stat'?"},
        {"version: 1\ntuned:\n  target: speed\n", 3, 11, "throughput, latency, memory"},
        {"version: [1]\n", 1, 10, "a single value"},
        {"just text\n", 1, 1, "keys and values are expected"},
    };
    struct whet_project p;
    struct whet_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(whet__project_parse(&p, rows[i].text, strlen(rows[i].text), "w", &err) < 0);
        if (err.line != rows[i].line || err.column != rows[i].column ||
            strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %u:%u: %s", rows[i].text, err.line, err.column, err.text);
    }
}

static const struct whet_project_tuned tuned = {
    .profile = "small: project",
    .target = WHET_PROJECT_MEMORY,
    .scan = {.jobs = 3,
             .cache = WHET_SCAN_CACHE_OFF,
             .cache_bytes = 1536,
             .max_file_bytes = 1001},
};
static const struct whet_project_fact facts[] = {{"date", "2026-02-01"}, {"speedup", "3.5"}};

static enum whet_project_block tune(const char *text, struct whet_text *out)
{
    enum whet_project_block block = WHET_PROJECT_BLOCK_NONE;
    struct whet_error err = {0};
    int rc;

    whet__text_init(out, 100000);
    rc = whet__project_tune_text(text, strlen(text), "w", &tuned, facts, 2, out, &block, &err);
    if (rc != 0)
        fail_msg("%s: %u:%u %s", text, err.line, err.column, err.text);
    return block;
}

static const char block_text[] = "tuned:  # by whet tune; your own settings go under 'scan:'\n"
                                 "  profile: \"small: project\"\n"
                                 "  target: memory\n"
                                 "  jobs: 3\n"
                                 "  cache: \"off\"\n"
                                 "  cache_size: 1536\n"
                                 "  max_file_size: 1001\n"
                                 "  measured:\n"
                                 "    date: \"2026-02-01\"\n"
                                 "    speedup: \"3.5\"\n"
                                 "  checksum: \"";

static void makes_a_whole_file(void **state)
{
    struct whet_project p;
    struct whet_text out;

    (void)state;
    assert_int_equal(tune("", &out), WHET_PROJECT_BLOCK_NONE);
    assert_int_equal(strncmp(whet__text_str(&out), "version: 1\n\ntuned:", 18), 0);
    assert_non_null(strstr(whet__text_str(&out), block_text));
    assert_int_equal(whet__project_parse(&p, out.data, out.len, NULL, NULL), 0);
    assert_int_equal(p.tuned.scan.cache, WHET_SCAN_CACHE_OFF);
    assert_int_equal(p.tuned.measured->count, 2);
    assert_int_equal(strlen(p.tuned.checksum), 16);
    whet__project_clear(&p);
    whet__text_clear(&out);
}

/* `before` and `after` the block must be kept as they are. */
static void expect_kept(const char *before, const char *block, const char *after)
{
    char text[2000];
    struct whet_text out;
    size_t tail = strlen(after);

    snprintf(text, sizeof(text), "%s%s%s", before, block, after);
    tune(text, &out);
    assert_true(out.len > strlen(before) + tail);
    assert_memory_equal(out.data, before, strlen(before));
    assert_memory_equal(out.data + strlen(before), block_text, strlen(block_text));
    assert_string_equal(out.data + out.len - tail, after);
    assert_int_equal(strcspn(out.data + strlen(before) + strlen(block_text), "\n") + 1,
                     out.len - strlen(before) - strlen(block_text) - tail);
    whet__text_clear(&out);
}

static void keeps_the_rest(void **state)
{
    static const char *const blocks[] = {
        "tuned:\n  jobs: 4\n",
        "tuned: # hm\n\n  # in it\n  jobs: 4\n# at the margin, in it\n\n  cache: stat\n",
        "\"tuned\":\n   jobs: 4\n   measured:\n     a: |\n       b\n\n       c\n",
        "tuned: {jobs: 4,\n  cache: stat}\n",
        "tuned:\r\n  jobs: 4\r\n",
        "tuned: {}\n",
    };
    static const char *const befores[] = {
        "version: 1\n", "# hello\n\nversion:   1 # one\nscan: {jobs: 3}\n\n\n# about tuned\n",
        "---\nversion: 1\r\n", "version: 1\nscan:\n  # a\n  jobs: 7\n  # b\n"};
    static const char *const afters[] = {"", "\n\n# scan is next\nscan:\n  jobs: 2  # two",
                                         "# the end\n", "\n\n", "scan: {'jobs': 2}\n...\n"};

    (void)state;
    for (size_t a = 0; a < sizeof(afters) / sizeof(afters[0]); a++) {
        for (size_t b = 0; b < sizeof(befores) / sizeof(befores[0]); b++) {
            if (strstr(befores[b], "scan") != NULL && strstr(afters[a], "scan:") != NULL)
                continue;
            for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
                expect_kept(befores[b], blocks[i], afters[a]);
        }
    }
}

static void adds_at_the_end(void **state)
{
    struct whet_text out;

    (void)state;
    assert_int_equal(tune("version: 1\nscan: {jobs: 2} # no line end", &out),
                     WHET_PROJECT_BLOCK_NONE);
    assert_int_equal(
        strncmp(out.data, "version: 1\nscan: {jobs: 2} # no line end\n\ntuned:", 48), 0);
    whet__text_clear(&out);
    assert_int_equal(tune("# only a comment", &out), WHET_PROJECT_BLOCK_NONE);
    assert_int_equal(strncmp(out.data, "# only a comment\nversion: 1\n\ntuned:", 35), 0);
    whet__text_clear(&out);
}

static void knows_its_own_block(void **state)
{
    struct whet_text first, again, crlf;
    char *at;

    (void)state;
    assert_int_equal(tune(full, &first), WHET_PROJECT_BLOCK_EDITED);
    assert_int_equal(tune(whet__text_str(&first), &again), WHET_PROJECT_BLOCK_OURS);
    assert_string_equal(whet__text_str(&again), whet__text_str(&first));
    whet__text_clear(&again);

    whet__text_init(&crlf, 10000);
    for (size_t i = 0; i < first.len; i++) {
        if (first.data[i] == '\n')
            whet__text_putc(&crlf, '\r');
        whet__text_putc(&crlf, first.data[i]);
    }
    assert_int_equal(tune(whet__text_str(&crlf), &again), WHET_PROJECT_BLOCK_OURS);
    whet__text_clear(&again);
    whet__text_clear(&crlf);

    at = strstr(first.data, "jobs: 3");
    at[6] = '4';
    assert_int_equal(tune(first.data, &again), WHET_PROJECT_BLOCK_EDITED);
    whet__text_clear(&again);
    whet__text_clear(&first);
}

static void refuses_what_it_cannot_cut(void **state)
{
    static const char *const texts[] = {
        "{version: 1, tuned: {jobs: 2}}\n",
        "version: 1\n? tuned\n: {jobs: 2}\n",
        "{version: 1}\n",
        "version: 1\n...\n",
        "version: 1\nnothing: 2\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        enum whet_project_block block = WHET_PROJECT_BLOCK_OURS;
        struct whet_error err = {0};
        struct whet_text out;
        int rc;

        whet__text_init(&out, 10000);
        rc = whet__project_tune_text(texts[i], strlen(texts[i]), "w", &tuned, facts, 2, &out,
                                     &block, &err);
        if (rc != -EINVAL)
            fail_msg("%s gives %d: %s", texts[i], rc, whet__text_str(&out));
        assert_int_equal(out.len, 0);
        assert_int_equal(block, WHET_PROJECT_BLOCK_OURS);
        assert_string_equal(err.file, "w");
        whet__text_clear(&out);
    }
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        enum whet_project_block block;
        struct whet_text out;
        int rc;

        whet__text_init(&out, 10000);
        rc = whet__project_tune_text(full, strlen(full), "w", &tuned, facts, 2, &out, &block,
                                     NULL);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__text_clear(&out);
    }
}

static void finds_the_file_in_force(void **state)
{
    struct whet_text root, found, want;
    char path[600];

    (void)state;
    whet__text_init(&root, 400);
    whet__text_init(&found, 600);
    whet__text_init(&want, 600);
    assert_int_equal(whet__file_make_temp_dir(&root), 0);
    snprintf(path, sizeof(path), "%s/repo/.git", whet__text_str(&root));
    assert_int_equal(whet__file_make_dirs(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/whet.yaml", whet__text_str(&root));
    assert_int_equal(whet__file_write(path, "", 0, 0), 0);
    snprintf(path, sizeof(path), "%s/repo/a/b", whet__text_str(&root));
    assert_int_equal(whet__file_make_dirs(path, 0700), 0);
    assert_int_equal(whet__project_find(path, &found), -ENOENT); /* .git stops it */
    assert_int_equal(found.len, 0);

    snprintf(path, sizeof(path), "%s/repo/a/whet.yaml", whet__text_str(&root));
    assert_int_equal(whet__file_write(path, "", 0, 0), 0);
    snprintf(path, sizeof(path), "%s/repo/a/b/../b", whet__text_str(&root));
    assert_int_equal(whet__project_find(path, &found), 0);
    whet__text_printf(&want, "%s/repo/a/whet.yaml", whet__text_str(&root));
    assert_string_equal(whet__text_str(&found), whet__text_str(&want));
    whet__text_reset(&found);
    assert_int_equal(whet__project_find(whet__text_str(&want), &found), 0); /* of a file */
    assert_string_equal(whet__text_str(&found), whet__text_str(&want));
    whet__text_reset(&found);
    assert_int_equal(whet__project_find("/", &found), -ENOENT);
    assert_int_equal(whet__project_find("/nowhere", &found), -ENOENT);

    assert_int_equal(whet__file_remove_tree(whet__text_str(&root)), 0);
    whet__text_clear(&root);
    whet__text_clear(&found);
    whet__text_clear(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_everything),
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(explains_mistakes),
        cmocka_unit_test(makes_a_whole_file),
        cmocka_unit_test(keeps_the_rest),
        cmocka_unit_test(adds_at_the_end),
        cmocka_unit_test(knows_its_own_block),
        cmocka_unit_test(refuses_what_it_cannot_cut),
        cmocka_unit_test(survives_failed_allocations),
        cmocka_unit_test(finds_the_file_in_force),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
