/* tests/unit/view/golden.h - text compared with a file under tests/data/view, or under
 * tests/data/GOLDEN_FOLDER where that is defined before. With
 * WHET_BLESS=1 in the environment the file is rewritten instead: look at the diff. */
#ifndef WHET_TESTS_VIEW_GOLDEN_H
#define WHET_TESTS_VIEW_GOLDEN_H

#include "../harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#ifndef GOLDEN_FOLDER
#    define GOLDEN_FOLDER "view"
#endif
#define GOLDEN_MAX_BYTES ((size_t)4 << 20)

static inline void golden_read(struct whet_text *out, const char *path)
{
    char block[4096];
    size_t len;
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        fail_msg("%s is missing: run with WHET_BLESS=1 and look at it", path);
    while ((len = fread(block, 1, sizeof(block), file)) > 0)
        whet__text_append(out, block, len);
    fclose(file);
}

static inline void golden_write(const struct whet_text *text, const char *path)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(whet__text_str(text), 1, text->len, file), text->len);
    assert_int_equal(fclose(file), 0);
}

/* Consumes the text. */
static inline void golden_check(struct whet_text *text, const char *name)
{
    const char *bless = getenv("WHET_BLESS");
    const char *data = getenv("WHET_TEST_DATA");
    struct whet_text want;
    char path[512];

    assert_int_equal(whet__text_error(text), 0);
    assert_non_null(data);
    snprintf(path, sizeof(path), "%s/" GOLDEN_FOLDER "/%s", data, name);
    if (bless != NULL && bless[0] == '1')
        golden_write(text, path);
    whet__text_init(&want, GOLDEN_MAX_BYTES);
    golden_read(&want, path);
    assert_string_equal(whet__text_str(text), whet__text_str(&want));
    whet__text_clear(&want);
    whet__text_clear(text);
}

#endif
