/* whet.yaml: any text is refused with a reason or read; and when its tuned block is
 * exchanged, the result reads back and a second exchange finds its own work. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static int exchange(const char *text, size_t len, struct whet_text *out,
                    enum whet_project_block *block)
{
    static const struct whet_project_fact fact = {"date", "2026-01-31"};
    const struct whet_project_tuned tuned = {
        .profile = "p", .target = 1, .scan = {.jobs = 2, .cache = 1, .cache_bytes = 1 << 20}};

    whet__text_init(out, (size_t)4 << 20);
    return whet__project_tune_text(text, len, "f", &tuned, &fact, 1, out, block, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    enum whet_project_block block;
    struct whet_text first, again;
    struct whet_error err = {0};
    struct whet_project p;
    int rc = whet__project_parse(&p, text, size, "f", &err);

    check(rc == 0 || (err.code == rc && err.text[0] != '\0'));
    if (rc == 0)
        whet__project_clear(&p);
    if (exchange(text, size, &first, &block) == 0) {
        check(exchange(first.data, first.len, &again, &block) == 0);
        check(block == WHET_PROJECT_BLOCK_OURS);
        check(again.len == first.len && memcmp(again.data, first.data, first.len) == 0);
        whet__text_clear(&again);
    }
    whet__text_clear(&first);
    return 0;
}
