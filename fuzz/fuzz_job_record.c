/* Any bytes as what is stored of a job, of the kind that the first of them names: refused, or
 * read, and then written and read again without a change. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "result/record.h"

#define TEXT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_recipe(const uint8_t *data, size_t size)
{
    struct whet_recipe once, again;
    struct whet_sha256 one, other;
    struct whet_text text;

    whet__recipe_init(&once);
    whet__recipe_init(&again);
    whet__text_init(&text, TEXT_MAX);
    if (whet__record_get_recipe(data, size, &once) == 0) {
        whet__record_put_recipe(&text, &once);
        if (whet__text_error(&text) != 0 ||
            whet__record_get_recipe(whet__text_str(&text), text.len, &again) != 0)
            abort();
        one = whet__recipe_key(&once);
        other = whet__recipe_key(&again);
        if (!whet__sha256_equal(&one, &other) || once.files.len != again.files.len)
            abort();
    }
    whet__text_clear(&text);
    whet__recipe_clear(&once);
    whet__recipe_clear(&again);
}

static int get_result(const void *data, size_t size, struct whet_arena *arena,
                      struct whet_record_result *out)
{
    memset(out, 0, sizeof(*out));
    whet__arena_init(arena, TEXT_MAX);
    whet__vec_init(&out->outputs, sizeof(struct whet_record_output), (size_t)1 << 20);
    return whet__record_get_result(data, size, arena, out);
}

static void try_result(const uint8_t *data, size_t size)
{
    struct whet_record_result once, again;
    struct whet_arena arena, other;
    struct whet_text text, second;
    int read = get_result(data, size, &arena, &once) == 0;

    whet__text_init(&text, TEXT_MAX);
    whet__text_init(&second, TEXT_MAX);
    if (read)
        whet__record_put_result(&text, &once);
    if (get_result(whet__text_str(&text), text.len, &other, &again) == 0)
        whet__record_put_result(&second, &again);
    if (read && (text.len == 0 || text.len != second.len ||
                 memcmp(text.data, second.data, text.len) != 0))
        abort();
    whet__vec_clear(&once.outputs);
    whet__vec_clear(&again.outputs);
    whet__text_clear(&text);
    whet__text_clear(&second);
    whet__arena_clear(&arena);
    whet__arena_clear(&other);
}

static void try_sets(const uint8_t *data, size_t size)
{
    struct whet_unpack sets, set;
    struct whet_sha256 hash;
    struct whet_arena arena;
    const char *name;
    size_t names = 0;

    whet__arena_init(&arena, TEXT_MAX);
    whet__unpack_init(&sets, data, size);
    while (whet__record_next_set(&sets, &set) == 1)
        while (whet__record_next_name(&set, &arena, &name, &hash) == 1)
            if (strlen(name) > size || ++names > size)
                abort();
    whet__arena_clear(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = size;

    if (size == 0)
        return 0;
    if (whet__record_open(data, &whole) == 0 && whole > size)
        abort();
    if (data[0] == 'j')
        try_recipe(data + 1, size - 1);
    else if (data[0] == 'r')
        try_result(data + 1, size - 1);
    else
        try_sets(data + 1, size - 1);
    return 0;
}
