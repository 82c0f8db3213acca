/* How much of a measured run is the measuring. Runs one program again and again: in the barest
 * loop that there is (posix_spawn and wait4, all three descriptors on /dev/null), or as whet
 * runs it in a session, or as pairs of both in random order. Prints the nanoseconds of each
 * run as the loop saw them, of pairs the bare one first. bench/overhead/run makes figures of
 * it, and runs hyperfine in between. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "base/random.h"
#include "os/clock.h"
#include "os/counters.h"
#include "os/environ.h"
#include "os/spawn.h"

static int fail(const char *what, int error)
{
    fprintf(stderr, "spawn-loop: %s: %s\n", what, strerror(error));
    return 2;
}

static int run_bare(const char *const *argv, uint64_t *wall_ns)
{
    char *const *env = (char *const *)whet__environ();
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    uint64_t start;
    pid_t pid;
    int status, rc;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    start = whet__clock_now_ns();
    rc = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, env);
    if (rc == 0 && wait4(pid, &status, 0, &usage) < 0)
        rc = errno;
    *wall_ns = whet__clock_now_ns() - start;
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static int go_on(void *ctx)
{
    (void)ctx;
    return 0;
}

static int run_whet(const char *const *argv, struct whet_counters *counters, uint64_t *wall_ns)
{
    struct whet_spawn_options options = {.argv = argv,
                                         .flags = WHET_SPAWN_DETAILS | WHET_SPAWN_TREE_MEMORY,
                                         .timeout_ns = UINT64_C(60000000000),
                                         .stop = go_on,
                                         .counters = counters};
    struct whet_spawn_result result;
    struct whet_error err;
    int rc = whet__spawn_run(&options, &result, &err);

    if (rc == 0)
        *wall_ns = result.wall_ns;
    return -rc;
}

static int run_one(int bare, const char *const *argv, struct whet_counters *counters,
                   uint64_t *wall_ns)
{
    return bare ? run_bare(argv, wall_ns) : run_whet(argv, counters, wall_ns);
}

static int run_all(char kind, unsigned long count, const char *const *argv,
                   struct whet_counters *counters)
{
    struct whet_random random;
    int rc = 0;

    whet__random_init(&random, whet__clock_wall_ns());
    for (unsigned long i = 0; i < count && rc == 0; i++) {
        int bare_first = kind == 'p' ? (int)whet__random_below(&random, 2) : kind == 'b';
        uint64_t first = 0, second = 0;

        rc = run_one(bare_first, argv, counters, &first);
        if (kind == 'p' && rc == 0)
            rc = run_one(!bare_first, argv, counters, &second);
        if (kind == 'p')
            printf("%llu %llu\n", (unsigned long long)(bare_first ? first : second),
                   (unsigned long long)(bare_first ? second : first));
        else
            printf("%llu\n", (unsigned long long)first);
    }
    return rc;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"bare", "whet", "pairs"};
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    struct whet_counters *counters = NULL;
    char kind = '\0';
    int rc;

    for (size_t i = 0; argc > 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(argv[1], kinds[i]) == 0)
            kind = kinds[i][0];
    if (kind == '\0' || count == 0) {
        fprintf(stderr, "usage: spawn-loop bare|whet|pairs COUNT PROGRAM [ARGUMENT]...\n");
        return 2;
    }
    /* Of pairs the bare run would inherit them, too. */
    rc = kind == 'w' ? -whet__counters_new(&counters, NULL) : 0;
    if (rc == 0)
        rc = run_all(kind, count, (const char *const *)argv + 3, counters);
    whet__counters_free(counters);
    return rc == 0 ? 0 : fail(argv[3], rc);
}
