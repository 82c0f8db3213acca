/* Any text as rules for make: names come out, none of them empty, none longer than the text,
 * and the same ones when it is read again; or it is refused. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "result/depfile.h"

#define NAMES_MAX ((size_t)4096)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_names(const uint8_t *data, size_t size, struct whet_arena *arena,
                      struct whet_vec *names)
{
    whet__arena_init(arena, 4 * size + ((size_t)1 << 20));
    whet__vec_init(names, sizeof(const char *), NAMES_MAX);
    return whet__depfile_read((const char *)data, size, arena, names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_arena arena, other_arena;
    struct whet_vec names, others;
    int rc = read_names(data, size, &arena, &names);

    if (rc != 0 && rc != -EINVAL && rc != -EFBIG && rc != -ENOMEM)
        abort();
    if (read_names(data, size, &other_arena, &others) != rc || others.len != names.len)
        abort();
    for (size_t i = 0; i < names.len; i++) {
        const char *name = ((const char **)names.items)[i];
        size_t len = strlen(name);

        if (len == 0 || len > size || strcmp(name, ((const char **)others.items)[i]) != 0)
            abort();
    }
    whet__vec_clear(&names);
    whet__vec_clear(&others);
    whet__arena_clear(&arena);
    whet__arena_clear(&other_arena);
    return 0;
}
