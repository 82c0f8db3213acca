/* tests/unit/own_folder.h - a working folder of a test's own, or of a program's, for files with
 * plain names: no other program meets them, and nothing is left of them for the next one. */
#ifndef WHET_TESTS_OWN_FOLDER_H
#define WHET_TESTS_OWN_FOLDER_H

#include <unistd.h>

#include "base/text.h"
#include "os/file.h"

static struct whet_text own_folder;

/* As the setup of a test, or of a group. */
static inline int own_folder_enter(void **state)
{
    (void)state;
    whet__text_init(&own_folder, 4096);
    return whet__file_make_temp_dir(&own_folder) != 0 ||
           chdir(whet__text_str(&own_folder)) != 0;
}

/* As its teardown. */
static inline int own_folder_leave(void **state)
{
    int rc = chdir("/");

    (void)state;
    rc |= whet__file_remove_tree(whet__text_str(&own_folder));
    whet__text_clear(&own_folder);
    return rc;
}

#endif
