/* The languages of a folder, by lines of code: the library in forty lines.
 *
 * cc scan.c $(pkg-config --cflags --libs whet) && ./a.out FOLDER
 */
#include <inttypes.h>
#include <stdio.h>

#include <whet/scan.h>

int main(int argc, char **argv)
{
    const struct whet_scan_options options = {.cache = WHET_SCAN_CACHE_OFF};
    const struct whet_scan_totals *totals;
    struct whet_error err;
    struct whet_scan *scan;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    if (whet_scan_run(&scan, argv[1], &options, &err) != 0) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        return 2;
    }
    for (size_t i = 0; i < whet_scan_language_count(scan); i++) {
        const struct whet_scan_language *language = whet_scan_language(scan, i);

        printf("%-12s %8" PRIu64 " files %10" PRIu64 " lines of code\n", language->name,
               language->files, language->code);
    }
    totals = whet_scan_totals(scan);
    printf("%-12s %8" PRIu64 " files %10" PRIu64 " lines of code, %" PRIu64 " functions\n",
           "together", totals->sum.files, totals->sum.code, totals->sum.functions);
    whet_scan_free(scan);
    return 0;
}
