/* os/counters.h with events that every kernel can count: page faults that this program causes
 * when it is run again as its own child. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/counters.h"
#include "os/spawn.h"

#define SOFTWARE    1 /* PERF_TYPE_SOFTWARE */
#define TASK_CLOCK  1
#define PAGE_FAULTS 2
#define MORE        4000 /* pages, so many that all else is little against it */

static const struct whet_counters_event software[WHET_COUNTERS_IDS] = {
    {"task clock", SOFTWARE, TASK_CLOCK},
    {"page faults", SOFTWARE, PAGE_FAULTS},
    {NULL, 0, 0},
    {"nothing", SOFTWARE, 9999}};

/* As a child: takes so many pages. */
static void touch_pages(long count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (size_t)(count + 1) * page;
    int fd = open("/dev/zero", O_RDWR); /* what is mapped from it has no huge pages */
    volatile char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    if (memory == MAP_FAILED)
        _exit(2);
    close(fd);
    for (long i = 0; i < count; i++)
        memory[(size_t)i * page] = 1;
}

/* As a child: leaves one behind that ends when it is told to. */
static void leave_behind(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        touch_pages(MORE);
        pause();
        _exit(0);
    }
    printf("%ld\n", (long)pid);
}

static struct whet_spawn_result run_self(struct whet_counters *c, const char *what,
                                         const char *argument, struct whet_text *out)
{
    const char *const argv[] = {"test_counters", what, argument, NULL};
    struct whet_spawn_result result;
    struct whet_text self;
    struct whet_spawn_options o = {.argv = argv,
                                   .counters = c,
                                   .out = out != NULL ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                   .out_text = out};

    whet__text_init(&self, 4096);
    assert_int_equal(whet__spawn_self(&self), 0);
    o.program = whet__text_str(&self);
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_int_equal(result.exit_code, 0);
    whet__text_clear(&self);
    return result;
}

static struct whet_counters *open_software(void)
{
    struct whet_counters *c = NULL;

    assert_int_equal(whet__counters_new(&c, software), 0);
    if (whet__counters_count(c) == 0) {
        print_message("# %s\n", whet__counters_describe(c));
        whet__counters_free(c);
        skip();
    }
    return c;
}

static uint64_t faults_of(struct whet_counters *c, const char *pages)
{
    struct whet_spawn_result result = run_self(c, "touch", pages, NULL);

    assert_int_equal(result.known, WHET_SPAWN_KNOWS_CYCLES | WHET_SPAWN_KNOWS_INSTRUCTIONS);
    assert_true(result.cycles > 0); /* the clock's */
    return result.instructions;
}

static void counts_each_run_alone(void **state)
{
    struct whet_counters *c = open_software();
    uint64_t few, many, again;

    (void)state;
    assert_int_equal(whet__counters_count(c), 2);
    assert_string_equal(whet__counters_describe(c),
                        "hardware counters: task clock, page faults (user mode)");
    few = faults_of(c, "10");
    touch_pages(MORE); /* ours do not count */
    many = faults_of(c, "4010");
    again = faults_of(c, "10");
    assert_true(many > few + MORE * 9 / 10); /* a sanitizer adds pages of its own */
    assert_true(again < few + MORE / 10);
    whet__counters_free(c);
}

/* What an earlier run left running is not counted when it ends at last. */
static void forgets_what_was_left_behind(void **state)
{
    struct whet_counters *c = open_software();
    struct whet_text out;
    uint64_t few;

    (void)state;
    few = faults_of(c, "10");
    whet__text_init(&out, 100);
    run_self(c, "leave", "", &out);
    whet__counters_begin(c);
    assert_int_equal(kill((pid_t)strtol(whet__text_str(&out), NULL, 10), SIGKILL), 0);
    whet__text_clear(&out);
    assert_true(faults_of(c, "10") < few + MORE / 10);
    whet__counters_free(c);
}

/* Where the child is started by another thread, for its place or priority. */
static void counts_across_threads(void **state)
{
    const char *const argv[] = {"true", NULL};
    struct whet_counters *c = open_software();
    struct whet_spawn_options o = {
        .argv = argv, .counters = c, .flags = WHET_SPAWN_NICE, .nice = 19};
    struct whet_spawn_result result;

    (void)state;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_int_equal(result.known, WHET_SPAWN_KNOWS_CYCLES | WHET_SPAWN_KNOWS_INSTRUCTIONS);
    assert_true(result.instructions > 10 && result.instructions < MORE);
    whet__counters_free(c);
}

static void says_what_there_is(void **state)
{
    static const struct whet_counters_event none[WHET_COUNTERS_IDS] = {{"x", SOFTWARE, 9999}};
    const char *const argv[] = {"true", NULL};
    struct whet_spawn_options o = {.argv = argv};
    struct whet_spawn_result result;
    struct whet_counters *c = NULL;

    (void)state;
    assert_int_equal(whet__counters_new(&c, NULL), 0);
    assert_non_null(strstr(whet__counters_describe(c), "hardware counters: "));
    assert_int_equal(strncmp(whet__counters_describe(c), "no ", 3) == 0,
                     whet__counters_count(c) == 0);
    whet__counters_free(c);

    assert_int_equal(whet__counters_new(&c, none), 0);
    assert_int_equal(whet__counters_count(c), 0);
    assert_non_null(strstr(whet__counters_describe(c), "no hardware counters: "));
    o.counters = c;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_int_equal(result.known, 0);
    whet__counters_free(c);
    whet__counters_free(NULL);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_counters *c = NULL;
        int rc = whet__counters_new(&c, software);

        assert_true(rc == 0 || rc == -ENOMEM);
        assert_int_equal(rc == 0, c != NULL);
        whet__counters_free(c);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_each_run_alone),
        cmocka_unit_test(forgets_what_was_left_behind),
        cmocka_unit_test(counts_across_threads),
        cmocka_unit_test(says_what_there_is),
        cmocka_unit_test(survives_failed_allocations),
    };

    if (argc == 3 && strcmp(argv[1], "touch") == 0) {
        touch_pages(strtol(argv[2], NULL, 10));
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "leave") == 0) {
        leave_behind();
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
