/* Runs a fuzz target over the files of its corpus, as a test: what a fuzzer once found
 * must stay fixed, with any compiler. Expected load: some hundred small files.
 *
 * usage: replay_NAME FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Corpora are small; a larger file is a mistake. */
#define INPUT_MAX (1L << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Exactly as many bytes as the input has, so that reading one more is found. */
static int run_input(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size != 0 ? size : 1);

    if (exact == NULL)
        return -1;
    if (size != 0)
        memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int run_file(const char *folder, const char *name)
{
    static uint8_t data[INPUT_MAX];
    char path[4096];
    size_t size;
    FILE *file;
    int rc;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    size = fread(data, 1, sizeof(data), file);
    rc = ferror(file) || size == sizeof(data) ? -1 : run_input(data, size);
    fclose(file);
    return rc;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int failed = 0;
    int count;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    count = scandir(argv[1], &entries, is_input, alphasort);
    if (count <= 0) {
        printf("1..1\nnot ok 1 - no corpus in %s\n", argv[1]);
        return 1;
    }
    printf("1..%d\n", count + 1);
    run_input(NULL, 0);
    printf("ok 1 - (nothing)\n");
    for (int i = 0; i < count; i++) {
        int rc = run_file(argv[1], entries[i]->d_name);

        printf("%sok %d - %s\n", rc == 0 ? "" : "not ", i + 2, entries[i]->d_name);
        failed += rc != 0;
        free(entries[i]);
    }
    free(entries);
    return failed != 0;
}
