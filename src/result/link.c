/* Links as outputs. Expected load: few: a library under several names, a folder of programs. */
#include "result/link.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define TRIES 100

int whet__link_is(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

int whet__link_read(const char *path, struct whet_text *out)
{
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof(target));

    if (len < 0)
        return -errno;
    if ((size_t)len == sizeof(target))
        return -ENAMETOOLONG;
    whet__text_append(out, target, (size_t)len);
    return whet__text_error(out);
}

/* How many folders deep a walk along `path` ends, from `depth`; -1: it leaves where it began.
 */
static int walk(const char *path, size_t len, int depth)
{
    for (size_t at = 0; at < len && depth >= 0;) {
        size_t part = strcspn(path + at, "/");

        part = part < len - at ? part : len - at;
        if (part == 2 && path[at] == '.' && path[at + 1] == '.')
            depth--;
        else if (part > 0 && !(part == 1 && path[at] == '.'))
            depth++;
        at += part + 1;
    }
    return depth;
}

/* Behind a name, which may be that of another link, ".." is not the folder before it. */
static int climbs_late(const char *target)
{
    int down = 0;

    for (const char *at = target; *at != '\0';) {
        size_t part = strcspn(at, "/");
        int up = part == 2 && at[0] == '.' && at[1] == '.';

        if (up && down)
            return 1;
        down |= !up && part > 0 && !(part == 1 && at[0] == '.');
        at += part + (at[part] == '/');
    }
    return 0;
}

int whet__link_stays(const char *name, const char *target)
{
    const char *slash = strrchr(name, '/');
    int depth;

    if (target[0] == '/' || target[0] == '\0' || name[0] == '/' || climbs_late(target))
        return 0;
    depth = walk(name, slash != NULL ? (size_t)(slash - name) : 0, 0);
    return depth >= 0 && walk(target, strlen(target), depth) >= 0;
}

/* Under a name like those of os/file.c, which nobody takes for a result. */
int whet__link_put(const char *path, const char *target)
{
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) + 1 : 0;
    size_t size = strlen(path) + 48;
    char *fresh = whet__mem_alloc(size);
    int rc = -EEXIST;

    if (fresh == NULL)
        return -ENOMEM;
    for (int i = 0; rc == -EEXIST && i < TRIES; i++) {
        snprintf(fresh, size, "%.*s.whet-%ld-%d.tmp", folder, path, (long)getpid(), i);
        rc = symlink(target, fresh) == 0 ? 0 : -errno;
    }
    if (rc == 0 && rename(fresh, path) != 0) {
        rc = -errno;
        (void)unlink(fresh);
    }
    whet__mem_free(fresh);
    return rc;
}
