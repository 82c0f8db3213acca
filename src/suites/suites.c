/* The table of built-in suites. */
#include "suites/suites.h"

extern const struct whet_suite_entry whet__suite_cache;
extern const struct whet_suite_entry whet__suite_io;
extern const struct whet_suite_entry whet__suite_memory;
extern const struct whet_suite_entry whet__suite_parallel;
extern const struct whet_suite_entry whet__suite_scan;

static const struct whet_suite_entry *const suites[] = {
    &whet__suite_cache,    &whet__suite_io,   &whet__suite_memory,
    &whet__suite_parallel, &whet__suite_scan,
};

void whet__suites_register(void)
{
    for (size_t i = 0; i < whet__suites_count(); i++) {
        for (size_t k = 0; k < suites[i]->count; k++)
            whet_bench_register(&suites[i]->benchmarks[k]);
    }
}

size_t whet__suites_count(void)
{
    return sizeof(suites) / sizeof(suites[0]);
}

const struct whet_suite_entry *whet__suites_at(size_t index)
{
    return index < whet__suites_count() ? suites[index] : NULL;
}
