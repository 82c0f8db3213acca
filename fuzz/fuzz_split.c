/* Any line: words come out or it is refused, and what came out is read back the same once it
 * is quoted. Any text as values of a parameter, too. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/parameter.h"
#include "bench/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct whet_split_value values[] = {{"n", "4"}, {"file", "a b"}};

static void check_round_trip(const struct whet_vec *words, struct whet_arena *strings)
{
    struct whet_vec again;
    struct whet_text line;

    whet__vec_init(&again, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    whet__text_init(&line, 8 * WHET_SPLIT_MAX);
    for (size_t i = 0; i < words->len; i++) {
        whet__split_quote(&line, *(const char **)whet__vec_at(words, i));
        whet__text_putc(&line, ' ');
    }
    if (line.len < WHET_SPLIT_MAX) {
        if (whet__split(&again, strings, whet__text_str(&line), NULL, 0, NULL) != 0 ||
            again.len != words->len)
            abort();
        for (size_t i = 0; i < words->len; i++) {
            if (strcmp(*(const char **)whet__vec_at(words, i),
                       *(const char **)whet__vec_at(&again, i)) != 0)
                abort();
        }
    }
    whet__text_clear(&line);
    whet__vec_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = whet__mem_strndup((const char *)data, size);
    struct whet_arena strings;
    struct whet_parameter parameter;
    struct whet_error err;
    struct whet_vec words;

    if (text == NULL)
        return 0;
    whet__arena_init(&strings, (size_t)64 << 20);
    whet__vec_init(&words, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    if (whet__split(&words, &strings, text, values, 2, &err) == 0)
        check_round_trip(&words, &strings);
    (void)!whet__parameter_parse(&parameter, &strings, "p", text, &err);
    whet__vec_clear(&words);
    whet__arena_clear(&strings);
    whet__mem_free(text);
    return 0;
}
