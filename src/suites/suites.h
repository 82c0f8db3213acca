/* suites/suites.h - the benchmarks that are built into whet: `whet bench @io` and so on.
 *
 * Shape    a suite is a file with a table of entries, listed in suites.c in byte order of
 *          names; the same interface as any program's benchmarks (<whet/bench.h>).
 * Units    as <whet/bench.h>.
 * Memory   entries are static.
 * Errors   none.
 * Threads  register once, before the first benchmark is listed.
 *
 * They are registered by call, not before main: a program that links libwhet for something
 * else must not find them among its own.
 *
 * To add a suite: src/suites/suite_NAME.c with its entry, a line in suites.c and one in
 * meson.build.
 */
#ifndef WHET_SUITES_SUITES_H
#define WHET_SUITES_SUITES_H

#include <stddef.h>

#include <whet/bench.h>

struct whet_suite_entry {
    const char *name;  /* of the group: "io" */
    const char *about; /* lower case, no full stop */
    struct whet_bench_entry *benchmarks;
    size_t count;
};

/* Makes all of them known to this process. */
void whet__suites_register(void);

size_t whet__suites_count(void);
const struct whet_suite_entry *whet__suites_at(size_t index);

#endif
