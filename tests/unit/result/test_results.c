/* Results looked up and kept, over a cache in memory: what runs out of memory does no harm, and
 * a result writes nothing that its job does not declare. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness.h"
#include "os/file.h"
#include "result/inside.h"

static struct whet_text place;
static struct whet_cache *cache;
static struct whet_spool spool;

static int set_up(void **state)
{
    const struct whet_cache_options options = {.memory_bytes = 8 << 20,
                                               .packed_bytes = WHET_CACHE_NONE};

    (void)state;
    whet__spool_init(&spool);
    whet__text_init(&place, 300);
    assert_int_equal(whet__file_make_temp_dir(&place), 0);
    return whet_cache_new(&cache, &options, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    whet_cache_free(cache);
    whet__spool_clear(&spool);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&place)), 0);
    whet__text_clear(&place);
    return 0;
}

static void write_file(const char *name, const char *text)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&place), name);
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

static const char *const argv[] = {"/bin/sh", "-c", "cp in out", NULL};
static const char *const inputs[] = {"in", NULL};
static const char *const outputs[] = {"out", NULL};
static const struct whet_run_job job = {
    .number = 1, .argv = argv, .inputs = inputs, .outputs = outputs};

static struct whet_results *results_new(void)
{
    struct whet_results *r;
    const struct whet_results_options options = {
        .cache = cache, .setting = {.here = whet__text_str(&place)}, .write = 1};

    return whet__results_open(&r, &options) == 0 ? r : NULL;
}

/* 1: a hit; 0: a miss, and its result is kept; -1: no memory. */
static int run_of(const struct whet_run_job *of, struct whet_printed printed[WHET_STREAMS])
{
    struct whet_results *r = results_new();
    struct whet_job_result result = {0};
    int found = r != NULL ? whet__results_look_up(r, of, &result, printed, &spool) : -1;

    if (found == 0)
        whet__results_keep(r, of, &result, printed, &spool);
    whet__results_close(r);
    return found < 0 ? -1 : found;
}

static int one_run(struct whet_printed printed[WHET_STREAMS])
{
    return run_of(&job, printed);
}

static void test_memory(void **state)
{
    struct whet_printed printed[WHET_STREAMS];
    int found = 0;

    (void)state;
    write_file("in", "x");
    write_file("out", "x");
    EACH_ALLOCATION_FAILS
    {
        whet__printed_init(&printed[0]);
        whet__printed_init(&printed[1]);
        found = one_run(printed);
        whet__printed_clear(&printed[0], &spool);
        whet__printed_clear(&printed[1], &spool);
    }
    whet__printed_init(&printed[0]);
    whet__printed_init(&printed[1]);
    found = one_run(printed) == 1 || one_run(printed) == 1;
    assert_int_equal(found, 1);
}

static void test_undeclared(void **state)
{
    static const char *const names[] = {"other", "../out", "out/../../out", "out"};
    struct whet_record_result lie = {.printed = {"", ""}};
    struct whet_sha256 hash = whet__sha256("lie", 3);
    struct whet_text text;

    (void)state;
    write_file("in", "y");
    whet__text_init(&text, 1000);
    whet__vec_init(&lie.outputs, sizeof(struct whet_record_output), 1);
    *(struct whet_record_output *)whet__vec_push(&lie.outputs) =
        (struct whet_record_output){.mode = 0644, .size = 3, .hash = hash};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct whet_results *r = results_new();
        struct whet_job_result result = {0};
        struct whet_results_job *j;

        assert_non_null(r);
        assert_int_equal(whet__results_look_up(r, &job, &result, NULL, &spool), 0);
        j = whet__results_job(r, &job);
        assert_non_null(j);
        whet__text_reset(&text);
        whet__text_puts(&text, "lie");
        assert_int_equal(whet__results_put(r, WHET_RESULTS_BLOB, &hash, &text, 0), 0);
        ((struct whet_record_output *)lie.outputs.items)->name = names[i];
        whet__text_reset(&text);
        whet__record_put_result(&text, &lie);
        assert_int_equal(whet__results_put(r, WHET_RESULTS_RESULT, &j->base, &text, 0), 0);
        whet__results_drop(r, &job);
        assert_int_equal(whet__results_look_up(r, &job, &result, NULL, &spool),
                         strcmp(names[i], "out") == 0);
        whet__results_close(r);
    }
    whet__vec_clear(&lie.outputs);
    whet__text_clear(&text);
}

/* In a steady run looks are relied on until something is to be run, and anew after a restore.
 */
static void test_steady(void **state)
{
    struct whet_printed printed[WHET_STREAMS];
    struct whet_job_result result = {0};
    struct whet_results *r;
    char out[400];

    (void)state;
    write_file("in", "steady");
    write_file("out", "steady");
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_init(&printed[i]);
    for (int write = 0; write <= 1; write++) {
        r = results_new();
        assert_non_null(r);
        r->o.write = write; /* without it nothing is run, and all stays as it is */
        whet__results_steady(r);
        assert_int_equal(whet__results_look_up(r, &job, &result, printed, &spool), 0);
        assert_int_equal(r->prints.turns, !write);
        if (write)
            whet__results_keep(r, &job, &result, printed, &spool);
        whet__results_close(r);
    }
    snprintf(out, sizeof(out), "%s/out", whet__text_str(&place));
    assert_int_equal(unlink(out), 0);
    r = results_new();
    assert_non_null(r);
    whet__results_steady(r);
    assert_int_equal(whet__results_look_up(r, &job, &result, printed, &spool), 1);
    assert_int_equal(access(out, F_OK), 0);
    assert_int_equal(r->prints.turn, 2);
    r->turn_ns -= UINT64_C(1000000001); /* as if a second had gone by */
    assert_int_equal(whet__results_look_up(r, &job, &result, printed, &spool), 1);
    assert_true(r->prints.turn >= 3);
    whet__results_close(r);
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_clear(&printed[i], &spool);
}

static const char *const folders[] = {"g", "h/*", NULL};
static const struct whet_run_job named = {
    .number = 1, .name = "n", .argv = argv, .inputs = inputs, .outputs = folders};
static const struct whet_run_job nameless = {
    .number = 1, .argv = argv, .inputs = inputs, .outputs = folders};

static void make_folder(const char *name)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&place), name);
    assert_int_equal(whet__file_make_dirs(path, 0777), 0);
}

static void remove_folder(const char *name)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&place), name);
    assert_int_equal(whet__file_remove_tree(path), 0);
}

/* As of one that runs and fails. */
static void begin_run(const struct whet_run_job *of)
{
    struct whet_results *r = results_new();
    struct whet_job_result result = {0};

    assert_non_null(r);
    assert_int_equal(whet__results_look_up(r, of, &result, NULL, &spool), 0);
    whet__results_close(r);
}

/* Why it is to be run; NULL: it is a hit. Nothing is written. */
static int is_why(const struct whet_run_job *of, const char *why)
{
    struct whet_results *r = results_new();
    struct whet_job_result result = {0};
    int found, same;

    assert_non_null(r);
    r->o.write = 0;
    found = whet__results_look_up(r, of, &result, NULL, &spool);
    assert_true(found >= 0);
    same = why == NULL ? found == 1
                       : found == 0 && strcmp(whet__results_job(r, of)->why, why) == 0;
    whet__results_close(r);
    return same;
}

static void start_folders(const struct whet_run_job *of,
                          struct whet_printed printed[WHET_STREAMS])
{
    if (of->name == NULL) {
        remove_folder("g");
        remove_folder("h");
    }
    make_folder("g");
    make_folder("h");
    write_file("g/a", "a");
    write_file("h/a", "a");
    write_file("in", of->name != NULL ? "1" : "3");
    assert_int_equal(run_of(of, printed), 0);
    assert_int_equal(run_of(of, printed), 1);
}

/* A job that is known is asked about what it left itself, another about all. */
static void test_surplus(void **state)
{
    struct whet_printed printed[WHET_STREAMS];

    (void)state;
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_init(&printed[i]);
    start_folders(&named, printed);
    write_file("g/other", "another's");
    assert_int_equal(run_of(&named, printed), 1);
    write_file("in", "2");
    write_file("h/b", "b");
    make_folder("g/e");
    assert_int_equal(run_of(&named, printed), 0);
    assert_int_equal(run_of(&named, printed), 1);
    write_file("in", "1");
    assert_true(is_why(&named, "there is more than it made: 'g/e/'"));
    remove_folder("g/e");
    assert_true(is_why(&named, "there is more than it made: 'g/other'"));
    remove_folder("g");
    assert_true(is_why(&named, "there is more than it made: 'h/b'"));
    remove_folder("h");
    assert_true(is_why(&named, NULL));
    assert_int_equal(run_of(&named, printed), 1); /* g/a, h/a */
    /* Another's, while it was known what it left; not any more when a run of it had begun. */
    write_file("h/c", "c");
    assert_true(is_why(&named, NULL));
    write_file("in", "fails");
    begin_run(&named);
    write_file("in", "1");
    assert_true(is_why(&named, "there is more than it made: 'h/c'"));
    assert_int_equal(run_of(&named, printed), 0);
    assert_int_equal(run_of(&named, printed), 1);
    start_folders(&nameless, printed);
    write_file("g/other", "another's");
    assert_true(is_why(&nameless, "there is more than it made: 'g/other'"));
    EACH_ALLOCATION_FAILS
    {
        struct whet_results *r = results_new();
        struct whet_job_result result = {0};

        if (r != NULL) {
            r->o.write = 0;
            assert_true(whet__results_look_up(r, &nameless, &result, NULL, &spool) != 1);
        }
        whet__results_close(r);
    }
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_clear(&printed[i], &spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_undeclared),
        cmocka_unit_test(test_steady),
        cmocka_unit_test(test_surplus),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
