/* os/proc.h and what os/spawn.h makes of it, with this program run again as a child that
 * takes memory, starts another, keeps a processor busy. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/affinity.h"
#include "os/clock.h"
#include "os/proc.h"
#include "os/spawn.h"

#define MIB ((size_t)1 << 20)

/* As a child: takes 24 MiB, lets a child of its own take as much, says so, waits. */
static int hold(int ready)
{
    size_t size = 24 * MIB;
    int pipes[2];
    char byte = 1;
    char *memory;

    if (pipe(pipes) != 0)
        return 2;
    if (fork() == 0)
        ready = pipes[1];
    memory = malloc(size);
    if (memory == NULL)
        return 2;
    memset(memory, 1, size);
    if (ready != pipes[1] && read(pipes[0], &byte, 1) != 1) /* the other one has, too */
        return 2;
    if (write(ready, memory + 7, 1) != 1)
        return 2;
    pause();
    return 0;
}

static int keep_busy(uint64_t ns)
{
    while (whet__clock_process_cpu_ns() < ns)
        ;
    return 0;
}

/* The options of a run of ourselves. */
static struct whet_spawn_options self(const char *argv[4], struct whet_text *path,
                                      const char *what, const char *argument)
{
    argv[0] = "test_proc";
    argv[1] = what;
    argv[2] = argument;
    argv[3] = NULL;
    whet__text_init(path, 4096);
    assert_int_equal(whet__spawn_self(path), 0);
    return (struct whet_spawn_options){.argv = argv, .program = whet__text_str(path)};
}

struct holder {
    int ready; /* something can be read from it once the memory is taken */
    int asked; /* since then */
    int enough;
};

/* Late enough for a look at the memory after it was taken: some 64 ms lie between two, and more
 * where a look takes long. */
static int is_held(void *ctx)
{
    struct holder *h = ctx;
    char byte;

    h->asked += h->asked > 0 || read(h->ready, &byte, 1) == 1;
    return h->asked > h->enough;
}

static void sees_the_memory_of_a_tree(void **state)
{
    struct holder h = {.enough = 20};
    struct whet_spawn_result result;
    struct whet_spawn_options o;
    struct whet_text path;
    const char *argv[4];
    char number[16];
    int pipes[2];

    (void)state;
    if (!whet__proc_has_tree())
        skip();
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(fcntl(pipes[0], F_SETFL, O_NONBLOCK), 0);
    h.ready = pipes[0];
    snprintf(number, sizeof(number), "%d", pipes[1]);
    o = self(argv, &path, "hold", number);
    o.flags = WHET_SPAWN_TREE_MEMORY;
    o.stop = is_held;
    o.ctx = &h;
    do { /* a look that was interrupted for long is not soon followed by another */
        h.asked = 0;
        h.enough *= 2;
        assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
        assert_true(result.stopped);
        assert_int_equal(result.known, WHET_SPAWN_KNOWS_TREE_MEMORY);
    } while (result.tree_rss_bytes < 48 * MIB && h.enough < 2000);
    assert_true(result.tree_rss_bytes >= 48 * MIB);
    assert_true(result.max_rss_bytes >= 24 * MIB);
    close(pipes[0]);
    close(pipes[1]);
    whet__text_clear(&path);
}

static void who_is_alone_is_a_tree(void **state)
{
    const char *argv[4];
    struct whet_text path;
    struct whet_spawn_options o = self(argv, &path, "busy", "50000000");
    struct whet_spawn_result result;

    (void)state;
    o.flags = WHET_SPAWN_TREE_MEMORY;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    if ((result.known & WHET_SPAWN_KNOWS_TREE_MEMORY) != 0)
        assert_int_equal(result.tree_rss_bytes, result.max_rss_bytes);
    o.flags = 0;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_int_equal(result.known, 0);
    assert_int_equal(result.tree_rss_bytes, 0);
    whet__text_clear(&path);
}

static void counts_a_tree(void **state)
{
    struct whet_proc_tree tree = {.processes = 77};
    pid_t pid;

    (void)state;
    assert_int_equal(whet__proc_tree(0x7ffffff0, &tree), -ENOENT);
    assert_int_equal(tree.processes, 77);
    if (!whet__proc_has_tree())
        skip();
    assert_int_equal(whet__proc_tree(getpid(), &tree), 0);
    assert_int_equal(tree.processes, 1);
    assert_true(tree.rss_bytes > 0);
    pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(whet__proc_tree(getpid(), &tree), 0);
    assert_int_equal(tree.processes, 2);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(whet__proc_tree(getpid(), &tree), 0);
    assert_int_equal(tree.processes, 1);
}

static void shared_pages_count_once(void **state)
{
    struct whet_proc_tree tree;
    int pipes[2];
    uint64_t own;
    char *memory, byte;
    pid_t pid;

    (void)state;
    assert_int_equal(whet__proc_tree_own(0x7ffffff0, &own), -ENOENT);
    if (!whet__proc_has_tree())
        skip();
    memory = malloc(24 * MIB);
    assert_non_null(memory);
    memset(memory, 1, 24 * MIB);
    assert_int_equal(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) { /* one page more of its own tells it from its parent */
        char *more = malloc(MIB);

        memset(more, 1, MIB);
        _exit(write(pipes[1], more, 1) == 1 && pause() == 0);
    }
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(whet__proc_tree(getpid(), &tree), 0);
    assert_int_equal(whet__proc_tree_own(getpid(), &own), 0);
    assert_true(tree.rss_bytes >= 48 * MIB);
    assert_in_range(own, 24 * MIB, tree.rss_bytes - 20 * MIB);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(pipes[0]);
    close(pipes[1]);
    free(memory);
}

/* Two that never rest on one processor: each has to wait for the other. */
static void delay_is_waiting_for_a_processor(void **state)
{
    struct whet_affinity usable, one = {{0}};
    struct whet_proc_schedule schedule;
    struct whet_spawn_result result;
    struct whet_spawn_options o;
    struct whet_error err = {0};
    struct whet_text path;
    const char *argv[4];
    char list[16];
    unsigned cpu = 0;
    pid_t rival;

    (void)state;
    if (whet__proc_schedule(getpid(), &schedule) != 0)
        skip();
    assert_int_equal(whet__affinity_read(&usable), 0);
    while (!whet__affinity_has(&usable, cpu))
        cpu++;
    snprintf(list, sizeof(list), "%u", cpu);
    assert_int_equal(whet__affinity_parse(&one, list, &err), 0);
    rival = fork();
    if (rival == 0) {
        if (whet__affinity_apply(&one) == 0)
            for (;;)
                ;
        _exit(1);
    }
    o = self(argv, &path, "busy", "200000000");
    o.flags = WHET_SPAWN_DETAILS;
    o.cpus = &one;
    assert_int_equal(whet__spawn_run(&o, &result, &err), 0);
    assert_int_equal(kill(rival, SIGKILL), 0);
    assert_int_equal(waitpid(rival, NULL, 0), rival);
    assert_true((result.known & WHET_SPAWN_KNOWS_DELAY) != 0);
    assert_true(result.main_cpu_ns >= 180000000);
    assert_true(result.delay_ns >= result.main_cpu_ns / 10);
    assert_true(result.delay_ns < result.wall_ns);
    whet__text_clear(&path);
}

static void knows_what_was_read_and_written(void **state)
{
    const char *const argv[] = {"sh", "-c", "head -c 100000 /dev/zero | cat", NULL};
    struct whet_text out;
    struct whet_spawn_options o = {
        .argv = argv, .flags = WHET_SPAWN_DETAILS, .out = WHET_SPAWN_CAPTURE, .out_text = &out};
    struct whet_spawn_result result;
    struct whet_proc_io io;

    (void)state;
    whet__text_init(&out, 200000);
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    if ((result.known & WHET_SPAWN_KNOWS_IO) == 0) {
        whet__text_clear(&out);
        /* Of a process that has ended the kernel tells root alone, or nobody. */
        assert_true(geteuid() != 0 || whet__proc_io(getpid(), &io) != 0);
        skip();
    }
    assert_true(result.read_bytes >= 200000);
    assert_true(result.written_bytes >= 200000 && result.written_bytes < 300000);
    whet__text_clear(&out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_the_memory_of_a_tree),
        cmocka_unit_test(who_is_alone_is_a_tree),
        cmocka_unit_test(counts_a_tree),
        cmocka_unit_test(shared_pages_count_once),
        cmocka_unit_test(delay_is_waiting_for_a_processor),
        cmocka_unit_test(knows_what_was_read_and_written),
    };

    if (argc == 3 && strcmp(argv[1], "hold") == 0)
        return hold((int)strtol(argv[2], NULL, 10));
    if (argc == 3 && strcmp(argv[1], "busy") == 0)
        return keep_busy(strtoull(argv[2], NULL, 10));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
