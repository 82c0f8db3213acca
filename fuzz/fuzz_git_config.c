/* Git's configuration files: any bytes are read to their end or to their first error, and
 * what is found is a path without the blanks around it. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "scan/git_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static char folder[] = "/tmp/whet-fuzz-XXXXXX";
static char file[sizeof(folder) + 8];

static void remove_folder(void)
{
    (void)unlink(file);
    (void)rmdir(folder);
}

/* A folder of its own, in which [include] finds nothing but the file itself. */
static void make_folder(void)
{
    check(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    check(snprintf(file, sizeof(file), "%s/config", folder) > 0);
}

static int write_file(const uint8_t *data, size_t size)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    return fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0;
}

/* Reading some of these would never end. */
static int names_a_device(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 5 <= size; i++) {
        if (memcmp(data + i, "/dev", 4) == 0 || memcmp(data + i, "/proc", 5) == 0)
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct whet_text value;
    int rc;

    if (size > 4096 || names_a_device(data, size))
        return 0;
    if (file[0] == '\0')
        make_folder();
    check(write_file(data, size));
    whet__text_init(&value, 65536);
    whet__text_puts(&value, "before");
    rc = whet__git_config_excludes(AT_FDCWD, file, &value);
    check(rc == 0 || (rc == -ENOENT && strcmp(whet__text_str(&value), "before") == 0));
    whet__text_clear(&value);
    return 0;
}
