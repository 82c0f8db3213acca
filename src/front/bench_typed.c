/* For reports: how to do the same once more. */
#include "front/bench_typed.h"

#include <fcntl.h>
#include <string.h>

#include "bench/split.h"
#include "os/file.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

void whet__typed_command(struct whet_text *out)
{
    const char *at, *end, *slash;
    struct whet_text words;

    whet__text_init(&words, LINE_MAX_BYTES);
    if (whet__file_read(AT_FDCWD, "/proc/self/cmdline", LINE_MAX_BYTES - 1, &words) == 0) {
        at = whet__text_str(&words);
        end = at + words.len;
        slash = strrchr(at, '/');
        for (const char *word = slash != NULL ? slash + 1 : at; word < end;
             word += strlen(word) + 1) {
            if (word != at && (slash == NULL || word != slash + 1))
                whet__text_putc(out, ' ');
            whet__split_quote(out, word);
        }
    }
    whet__text_clear(&words);
}
