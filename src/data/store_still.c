/* Files that stand still. Expected load: a look per read of a file in a folder that is not ours
 * to write to, some 2 us. */
#include "data/store_still.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* A log with nothing in it is none. */
static int has_log(const char *path)
{
    struct whet_text log;
    struct stat st;
    int has = 1;

    whet__text_init(&log, PATH_MAX);
    whet__text_printf(&log, "%s-wal", path);
    if (whet__text_error(&log) == 0)
        has = stat(whet__text_str(&log), &st) == 0 ? st.st_size != 0 : errno != ENOENT;
    whet__text_clear(&log);
    return has;
}

int whet__store_still_look(const char *path, struct whet_store_still *out)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return -errno;
    if (has_log(path))
        return -EBUSY;
    *out = (struct whet_store_still){
        .device = (uint64_t)st.st_dev,
        .inode = (uint64_t)st.st_ino,
        .size = (uint64_t)st.st_size,
        .changed_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec,
    };
    return 0;
}

int whet__store_still_same(const char *path, const struct whet_store_still *was)
{
    struct whet_store_still now = {0};

    return whet__store_still_look(path, &now) == 0 && now.device == was->device &&
           now.inode == was->inode && now.size == was->size &&
           now.changed_ns == was->changed_ns;
}

/* All that means something in a URI is written as its number. */
void whet__store_still_name(struct whet_text *out, const char *path)
{
    whet__text_puts(out, "file:");
    for (const char *at = path; *at != '\0'; at++) {
        if (isalnum((unsigned char)*at) || strchr("/._-", *at) != NULL)
            whet__text_putc(out, *at);
        else
            whet__text_printf(out, "%%%02x", (unsigned)(unsigned char)*at);
    }
    whet__text_puts(out, "?immutable=1");
}
