/* Isolated scans: whatever a file does to its worker, it is listed with its reason and all
 * others are as in a scan without workers. This program is its own worker, with the argument
 * "serve": it obeys a word in the file before it analyses it as the product does. */
#include "../harness.h"
#include "../sanitized.h"

#include <errno.h>
#include <signal.h>

#include <whet/scan.h>

#include "os/spawn.h"
#include "scan/analyse.h"
#include "walk_fixture.h"

#define FILES 60

static struct whet_text self;

static int holds(const void *data, size_t len, const char *word)
{
    const char *text = data;
    size_t word_len = strlen(word);

    for (size_t i = 0; i + word_len <= len; i++) {
        if (memcmp(text + i, word, word_len) == 0)
            return 1;
    }
    return 0;
}

static void eat(void)
{
    for (;;) {
        char *block = malloc((size_t)1 << 20);

        if (block == NULL)
            abort();
        ((volatile char *)block)[0] = 1;
    }
}

static int work(void *ctx, struct whet_crew_job *job, const void *data, size_t len)
{
    if (holds(data, len, "CRASH"))
        raise(SIGKILL);
    if (holds(data, len, "LEAVE"))
        _exit(3);
    if (holds(data, len, "EAT"))
        eat();
    if (holds(data, len, "NONSENSE")) {
        whet_crew_reply(job, "nonsense", 8);
        return 0;
    }
    for (volatile int spin = holds(data, len, "SPIN"); spin;) {
    }
    return whet__analyst_work(ctx, job, data, len);
}

static void put_source(const char *path, const char *comment)
{
    char text[256];

    snprintf(text, sizeof(text), "/* %s */\nint f(int a)\n{\n    return a ? 1 : 2;\n}\n",
             comment);
    fixture_put(path, text, strlen(text));
}

static void put_files(void)
{
    char path[64];

    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof(path), "p/d%d/f%02d.c", i % 7, i);
        put_source(path, "fine");
    }
}

static struct whet_scan *scan_with(struct whet_scan_options o, int isolated)
{
    const char *argv[] = {whet__text_str(&self), "serve", NULL};
    struct whet_scan *scan = NULL;

    o.flags |= WHET_SCAN_FUNCTIONS;
    if (isolated)
        o.isolate = argv;
    assert_int_equal(whet_scan_run(&scan, "p", &o, NULL), 0);
    return scan;
}

static void same_file(const struct whet_scan_file *a, const struct whet_scan_file *b)
{
    assert_string_equal(a->path, b->path);
    assert_string_equal(a->language, b->language);
    assert_int_equal(a->lines, b->lines);
    assert_int_equal(a->complexity, b->complexity);
    assert_int_equal(a->function_count, b->function_count);
    for (uint32_t i = 0; i < a->function_count; i++)
        assert_string_equal(a->functions[i].name, b->functions[i].name);
}

static void nothing_else_changes(void **state)
{
    const struct whet_scan_options o = {.jobs = 3, .cache = WHET_SCAN_CACHE_OFF};
    struct whet_scan *plain, *isolated;
    char *dir = fixture_enter();

    (void)state;
    put_files();
    fixture_put("p/empty.c", "", 0);
    fixture_put("p/zero.c", "\0", 1);
    plain = scan_with(o, 0);
    isolated = scan_with(o, 1);
    assert_int_equal(whet_scan_file_count(plain), FILES + 1);
    assert_int_equal(whet_scan_file_count(isolated), FILES + 1);
    for (size_t i = 0; i < FILES + 1; i++)
        same_file(whet_scan_file(plain, i), whet_scan_file(isolated, i));
    assert_int_equal(whet_scan_skip_count(isolated), 1);
    assert_int_equal(whet_scan_skip(isolated, 0)->reason, WHET_SCAN_SKIP_BINARY);
    whet_scan_free(plain);
    whet_scan_free(isolated);
    fixture_leave(dir);
}

static enum whet_scan_reason reason_for(const struct whet_scan *scan, const char *path)
{
    for (size_t i = 0; i < whet_scan_skip_count(scan); i++) {
        if (strcmp(whet_scan_skip(scan, i)->path, path) == 0)
            return whet_scan_skip(scan, i)->reason;
    }
    return WHET_SCAN_SKIP_REASONS;
}

static void each_trouble_has_its_reason(void **state)
{
    struct whet_scan_options o = {
        .jobs = 2, .cache = WHET_SCAN_CACHE_OFF, .file_cpu_ns = 1000000000};
    struct whet_scan *scan;
    char *dir = fixture_enter();
    size_t troubles = 5;

    (void)state;
    put_files();
    put_source("p/a.c", "CRASH");
    put_source("p/d3/b.c", "CRASH");
    put_source("p/d3/c.c", "LEAVE");
    put_source("p/d5/d.c", "SPIN");
    put_source("p/d6/e.c", "NONSENSE");
#if !SANITIZED /* the sanitizer's own address space is larger than any limit */
    put_source("p/z.c", "EAT");
    o.file_memory_bytes = (uint64_t)256 << 20;
    troubles++;
#endif
    scan = scan_with(o, 1);
    assert_int_equal(whet_scan_file_count(scan), FILES);
    assert_int_equal(whet_scan_skip_count(scan), troubles);
    assert_int_equal(reason_for(scan, "a.c"), WHET_SCAN_SKIP_CRASHED);
    assert_int_equal(reason_for(scan, "d3/b.c"), WHET_SCAN_SKIP_CRASHED);
    assert_int_equal(reason_for(scan, "d3/c.c"), WHET_SCAN_SKIP_CRASHED);
    assert_int_equal(reason_for(scan, "d5/d.c"), WHET_SCAN_SKIP_CPU);
    assert_int_equal(reason_for(scan, "d6/e.c"), WHET_SCAN_SKIP_CRASHED);
    if (troubles == 6)
        assert_int_equal(reason_for(scan, "z.c"), WHET_SCAN_SKIP_MEMORY);
    assert_string_equal(whet_scan_reason_name(WHET_SCAN_SKIP_CPU), "processor time");
    whet_scan_free(scan);
    fixture_leave(dir);
}

/* What failed is not remembered; what workers found out is. */
static void the_cache_keeps_what_is_known(void **state)
{
    const struct whet_scan_options o = {
        .jobs = 2, .cache = WHET_SCAN_CACHE_CONTENT, .cache_dir = "cache"};
    struct whet_scan *scan;
    char *dir = fixture_enter();

    (void)state;
    put_files();
    put_source("p/a.c", "CRASH");
    whet_scan_free(scan_with(o, 1));
    scan = scan_with(o, 1);
    assert_int_equal(whet_scan_totals(scan)->cache_hits, FILES);
    assert_int_equal(reason_for(scan, "a.c"), WHET_SCAN_SKIP_CRASHED);
    whet_scan_free(scan);
    scan = scan_with(o, 0);
    assert_int_equal(whet_scan_totals(scan)->cache_hits, FILES);
    assert_int_equal(whet_scan_file_count(scan), FILES + 1);
    whet_scan_free(scan);
    fixture_leave(dir);
}

static void a_program_that_is_no_worker(void **state)
{
    const char *const no_worker[] = {"/bin/true", NULL}, *const missing[] = {"/missing", NULL};
    struct whet_scan_options o = {
        .jobs = 1, .cache = WHET_SCAN_CACHE_OFF, .isolate = no_worker};
    struct whet_scan *scan = NULL;
    char *dir = fixture_enter();

    (void)state;
    put_files();
    assert_int_equal(whet_scan_run(&scan, "p", &o, NULL), -ECHILD);
    o.isolate = missing;
    assert_int_equal(whet_scan_run(&scan, "p", &o, NULL), -ENOENT);
    assert_null(scan);
    fixture_leave(dir);
}

static int stop_now(void *ctx)
{
    return ++*(int *)ctx > 20;
}

static void a_stop_ends_the_workers(void **state)
{
    int asked = 0;
    const struct whet_scan_options o = {
        .jobs = 1, .cache = WHET_SCAN_CACHE_OFF, .stop = stop_now, .ctx = &asked};
    struct whet_scan *scan;
    char *dir = fixture_enter();

    (void)state;
    put_files();
    scan = scan_with(o, 1);
    assert_int_equal(whet_scan_totals(scan)->stopped, 1);
    assert_true(whet_scan_file_count(scan) < FILES);
    whet_scan_free(scan);
    fixture_leave(dir);
}

static int serve(void)
{
    struct whet_analyst a;
    int rc;

    whet__analyst_init(&a);
    rc = whet_crew_serve(work, &a);
    whet__analyst_clear(&a);
    return rc != 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_else_changes),
        cmocka_unit_test(each_trouble_has_its_reason),
        cmocka_unit_test(the_cache_keeps_what_is_known),
        cmocka_unit_test(a_program_that_is_no_worker),
        cmocka_unit_test(a_stop_ends_the_workers),
    };
    int rc;

    if (argc > 1 && strcmp(argv[1], "serve") == 0)
        return serve();
    whet__text_init(&self, (size_t)1 << 16);
    if (whet__spawn_self(&self) != 0)
        return 2;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    whet__text_clear(&self);
    return rc;
}
