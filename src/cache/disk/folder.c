/* Where a cache's file is. Once per opening of a cache. */
#include "cache/disk/folder.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
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
