/* Where a cache's file is. Once per opening of a cache. */
#include "cache/disk/folder.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cache/disk/disk.h"
#include "data/store_file.h"
#include "os/file.h"

int whet__disk_folder(const char *path, int make, int *network)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int rc;

    if (slash == NULL)
        return whet__file_is_network(".", network);
    folder = whet__mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (folder == NULL)
        return -ENOMEM;
    rc = whet__file_is_network(folder, network);
    if (rc == -ENOENT && make) {
        rc = whet__file_make_dirs(folder, 0700);
        if (rc == 0)
            rc = whet__file_is_network(folder, network);
    }
    whet__mem_free(folder);
    return rc;
}

int whet__disk_is_foreign(const char *path)
{
    uint32_t id = 0;
    int is_database = whet__store_file_id(path, &id);
    struct whet_text lock;
    int alone;

    if (is_database < 0 ||
        (is_database && (id == WHET_DISK_APPLICATION_ID || id == WHET_DISK_FORMER_ID)))
        return 0;
    whet__text_init(&lock, PATH_MAX);
    whet__text_printf(&lock, "%s.lock", path);
    alone = whet__text_error(&lock) == 0 && access(whet__text_str(&lock), F_OK) != 0;
    whet__text_clear(&lock);
    return alone;
}
