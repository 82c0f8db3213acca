/* Keeps what is dear to compute: the number of lines of each file named, true as long as the
 * file has the content it had. A second run answers from the cache's file.
 *
 *     cc cache.c $(pkg-config --cflags --libs whet) && ./a.out *.c
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <whet/cache.h>

/* What `make` of whet_cache_load is: says what the value is made of, then makes it. */
static int count_lines(void *path, struct whet_cache_draft *draft)
{
    long lines = 0;
    FILE *file;
    int rc = whet_inputs_file(whet_cache_draft_inputs(draft), path);

    if (rc != 0)
        return rc;
    file = fopen(path, "r");
    if (file == NULL)
        return -errno;
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return whet_cache_draft_set(draft, &lines, sizeof(lines));
}

int main(int argc, char **argv)
{
    struct whet_cache_options options = {.bytes = 16 << 20, .path = "lines.cache"};
    struct whet_cache_stats stats;
    struct whet_cache *cache;
    struct whet_error err;

    if (whet_cache_new(&cache, &options, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        struct whet_cache_value value;
        int rc = whet_cache_load(cache, argv[i], strlen(argv[i]), count_lines, argv[i], NULL,
                                 &value);

        if (rc != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(-rc));
            continue;
        }
        printf("%8ld %s\n", *(const long *)value.data, argv[i]);
        whet_cache_value_clear(&value);
    }
    whet_cache_stats_read(cache, &stats);
    printf("%llu of %llu were known\n", (unsigned long long)stats.hits,
           (unsigned long long)stats.gets);
    whet_cache_free(cache);
    return 0;
}
