/* Sizes of results. Expected load: one sum for each command that has run, and one question for
 * the room on the disk. */
#include "result/fit.h"

#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "cache/remote/remote.h"
#include "os/storage.h"

#define OVERHEAD   ((uint64_t)16 << 10) /* of a value: its key, and what it is rounded up to */
#define PATH_BYTES 4096
#define NAME_SHOWN 60

void whet__fit_add(struct whet_fit_sum *sum, const char *name, uint64_t bytes, uint64_t max)
{
    if (bytes > max && sum->over == NULL) {
        sum->over = name;
        sum->over_max = max;
    }
    sum->total += bytes < UINT64_MAX - sum->total ? bytes : UINT64_MAX - sum->total;
    if (sum->name != NULL && bytes <= sum->largest)
        return;
    sum->largest = bytes;
    sum->name = name;
}

static int server_takes(const struct whet_fit *f, uint64_t bytes)
{
    return f->remote && bytes <= WHET_REMOTE_RECORD_MAX - OVERHEAD;
}

static uint64_t value_max(const struct whet_fit *f)
{
    return f->cache_bytes / 4 - OVERHEAD;
}

int whet__fit_takes(const struct whet_fit *f, uint64_t bytes)
{
    return f->cache_bytes == 0 || bytes <= value_max(f) || server_takes(f, bytes);
}

/* What is dropped for it has to be there until it is written. */
static uint64_t total_max(const struct whet_fit *f)
{
    return f->cache_bytes / 10 * 9;
}

/* Of the folder that the file is in. */
static uint64_t disk_room(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_BYTES];
    int len = slash != NULL ? (int)(slash - path) + 1 : 1;
    uint64_t room;

    if ((size_t)len >= sizeof(folder))
        return UINT64_MAX;
    snprintf(folder, sizeof(folder), "%.*s", len, slash != NULL ? path : ".");
    return whet__storage_room(folder, &room) == 0 ? room : UINT64_MAX;
}

int whet__fit_judge(const struct whet_fit *f, const struct whet_fit_sum *sum, char *why,
                    size_t size)
{
    const char *name = sum->name != NULL ? sum->name : "";
    char has[24], most[24], cache[24];
    uint64_t room;

    if (sum->over != NULL) {
        snprintf(why, size, "'%.*s' has more than %s, which is the most that is kept",
                 NAME_SHOWN, sum->over, whet_size_format(sum->over_max, most, sizeof(most)));
        return 0;
    }
    if (server_takes(f, sum->largest))
        return 1;
    whet_size_format(f->cache_bytes, cache, sizeof(cache));
    if (!whet__fit_takes(f, sum->largest)) {
        snprintf(
            why, size,
            "'%.*s' has %s, and of a --cache-size of %s one part may take %s: give a larger "
            "one",
            NAME_SHOWN, name, whet_size_format(sum->largest, has, sizeof(has)), cache,
            whet_size_format(value_max(f), most, sizeof(most)));
        return 0;
    }
    if (f->cache_bytes != 0 && sum->total > total_max(f)) {
        snprintf(
            why, size,
            "all of it has %s, and a --cache-size of %s has room for %s: give a larger one",
            whet_size_format(sum->total, has, sizeof(has)), cache,
            whet_size_format(total_max(f), most, sizeof(most)));
        return 0;
    }
    room = f->path != NULL ? disk_room(f->path) : UINT64_MAX;
    if (sum->total > room - (room < OVERHEAD ? room : OVERHEAD)) {
        snprintf(why, size,
                 "all of it has %s, and the disk of the cache has room for %s: see --cache-dir",
                 whet_size_format(sum->total, has, sizeof(has)),
                 whet_size_format(room, most, sizeof(most)));
        return 0;
    }
    return 1;
}
