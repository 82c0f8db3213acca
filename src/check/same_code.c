/* Whether equal program files of two trees are all of the code. */
#include "check/same_code.h"

#include <stdio.h>
#include <string.h>

#define PIECE 16384

/* Looks for "$ORIGIN" piece by piece: a large parent would show in the memory of its children
 * (os/spawn.h). 1 also when the file cannot be read. */
static int has_origin(const char *path)
{
    static const char word[] = "$ORIGIN";
    FILE *file = fopen(path, "rb");
    char piece[PIECE];
    size_t len, matched = 0;

    if (file == NULL)
        return 1;
    while (matched < sizeof(word) - 1 && (len = fread(piece, 1, sizeof(piece), file)) > 0) {
        for (size_t i = 0; i < len && matched < sizeof(word) - 1; i++)
            matched = piece[i] == word[matched] ? matched + 1 : piece[i] == word[0];
    }
    matched = ferror(file) ? sizeof(word) - 1 : matched;
    fclose(file);
    return matched == sizeof(word) - 1;
}

static int names_libraries(const char *const *env)
{
    for (size_t i = 0; env != NULL && env[i] != NULL; i++) {
        if (strncmp(env[i], "LD_", 3) == 0)
            return 1;
    }
    return 0;
}

static int are_equal(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* One of the tree's own, by its name: what comes from elsewhere may be an interpreter, and
 * the script is in the tree. */
static int is_of_tree(const struct whet_bench_arm *arm)
{
    return arm->argv[0][0] != '/' && strchr(arm->argv[0], '/') != NULL;
}

void whet__same_code_mark(struct whet_bench_arm *theirs, const struct whet_bench_arm *ours,
                          const struct whet_suite *suite)
{
    int function = theirs->about.kind == WHET_RESULT_FUNCTION;

    if (are_equal(theirs->about.program_hash, ours->about.program_hash) &&
        (function || is_of_tree(theirs)) && !names_libraries(suite->env) &&
        theirs->about.program != NULL && !has_origin(theirs->about.program)) {
        theirs->about.code_hash = ours->about.code_hash;
        return;
    }
    theirs->about.program_hash = NULL;
    theirs->about.code_hash = NULL;
}
