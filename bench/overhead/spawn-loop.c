/* How much of a measured run is the measuring. Runs one program again and again, either in the
 * barest loop that there is (posix_spawn and wait4, all three descriptors on /dev/null) or as
 * whet runs it in a session, and prints the nanoseconds of each run as the loop saw them.
 * bench/overhead/run alternates batches of both and of hyperfine. */
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

int main(int argc, char **argv)
{
    int bare = argc > 1 && strcmp(argv[1], "bare") == 0;
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    struct whet_counters *counters = NULL;
    int rc = 0;

    if (argc < 4 || count == 0 || (!bare && strcmp(argv[1], "whet") != 0)) {
        fprintf(stderr, "usage: spawn-loop bare|whet COUNT PROGRAM [ARGUMENT]...\n");
        return 2;
    }
    if (!bare)
        rc = -whet__counters_new(&counters, NULL);
    for (unsigned long i = 0; i < count && rc == 0; i++) {
        const char *const *command = (const char *const *)argv + 3;
        uint64_t wall_ns = 0;

        rc = bare ? run_bare(command, &wall_ns) : run_whet(command, counters, &wall_ns);
        printf("%llu\n", (unsigned long long)wall_ns);
    }
    whet__counters_free(counters);
    return rc == 0 ? 0 : fail(argv[3], rc);
}
