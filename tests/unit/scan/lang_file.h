/* tests/unit/scan/lang_file.h - the fixtures in tests/data/lang. */
#ifndef WHET_TESTS_LANG_FILE_H
#define WHET_TESTS_LANG_FILE_H

#include "../harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "os/file.h"

static inline void lang_path(char *out, size_t size, const char *name)
{
    const char *data = getenv("WHET_TEST_DATA");

    assert_non_null(data);
    snprintf(out, size, "%s/lang/%s", data, name);
}

/* The whole file; the caller clears it. */
static inline void lang_read(struct whet_text *out, const char *name)
{
    char path[512];

    lang_path(path, sizeof(path), name);
    whet__text_init(out, 1 << 20);
    if (whet__file_read(AT_FDCWD, path, 1 << 20, out) != 0)
        fail_msg("%s is missing", path);
}

#endif
