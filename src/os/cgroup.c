/* How much CPU and memory the control groups leave us. Read at the start of a run, and
 * by a monitor now and then; a dozen small files.
 *
 * Traps: a container may see only its own part of a hierarchy, mounted at another place
 * than /proc/self/cgroup says; v1 and v2 can be there at once, each controller in one of
 * them only; a v1 "no limit" is a very large number; a v1 group obeys its ancestors only
 * where use_hierarchy is on. */
#include "os/cgroup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "os/mounts.h"
#include "os/sysfile.h"

#define TEXT_MAX ((size_t)1 << 20)

/* PAGE_COUNTER_MAX in bytes is just below 2^63, on 4 KiB pages and larger ones. */
#define V1_NO_LIMIT (UINT64_C(1) << 62)

/* Where a controller of ours lives. */
struct place {
    int v2;
    char dir[WHET_CGROUP_PATH]; /* of our group; "" if there is none */
    size_t top;                 /* the length of the mount point in it */
};

/* 1 if the comma-separated list has the word. */
static int list_has(const char *list, size_t list_len, const char *word)
{
    size_t len = strlen(word);

    while (list_len > 0) {
        const char *comma = memchr(list, ',', list_len);
        size_t part = comma != NULL ? (size_t)(comma - list) : list_len;

        if (part == len && memcmp(list, word, len) == 0)
            return 1;
        if (comma == NULL)
            return 0;
        list += part + 1;
        list_len -= part + 1;
    }
    return 0;
}

/* Our path in the hierarchy that has the controller: of v1 ("4:memory:/path"), or of v2
 * ("0::/path") for an empty name. 0 if there is none. */
static int group_path(const char *cgroups, const char *controller, char *out, size_t size)
{
    for (const char *line = cgroups; *line != '\0';) {
        size_t len = strcspn(line, "\n"), id = strcspn(line, ":\n"), list;
        const char *names = line + id + 1;

        if (id < len) {
            list = strcspn(names, ":\n");
            if (names + list < line + len &&
                (*controller != '\0' ? list_has(names, list, controller)
                                     : list == 0 && id == 1 && *line == '0')) {
                int path_len = (int)(line + len - (names + list + 1));

                return snprintf(out, size, "%.*s", path_len, names + list + 1) < (int)size;
            }
        }
        line += len + (line[len] != '\0');
    }
    return 0;
}

/* What is left of `path` below the mounted part; the top when we are outside of it, as
 * "/../other" or a container's path on its host. */
static const char *below_mount(const char *path, const char *mounted)
{
    size_t len = strlen(mounted);

    if (len == 1 && mounted[0] == '/')
        len = 0;
    if (strncmp(path, "/..", 3) == 0 || strncmp(path, mounted, len) != 0 ||
        (path[len] != '/' && path[len] != '\0'))
        return "";
    return strcmp(path + len, "/") == 0 ? "" : path + len;
}

/* Finds the mount of the hierarchy and puts our folder together. */
static void place_find(const char *root, const char *path, const char *controller,
                       struct place *out)
{
    struct whet_mounts mounts;
    struct whet_mount mount;
    size_t len;

    if (whet__mounts_init(&mounts, root) != 0)
        return;
    while (out->dir[0] == '\0' && whet__mounts_next(&mounts, &mount)) {
        int fits = *controller == '\0'
                       ? strcmp(mount.type, "cgroup2") == 0
                       : strcmp(mount.type, "cgroup") == 0 &&
                             whet__mount_option(mount.options, controller, &len) != NULL;
        int used;

        if (!fits)
            continue;
        used = snprintf(out->dir, sizeof(out->dir), "%s%s", mount.point,
                        below_mount(path, mount.root));
        out->top = strlen(mount.point);
        out->v2 = *controller == '\0';
        if (used < 0 || (size_t)used >= sizeof(out->dir))
            out->dir[0] = '\0';
    }
    whet__mounts_clear(&mounts);
}

/* A controller is in v1 if /proc/self/cgroup lists it there, else in v2. */
static struct place place_of(const char *root, const char *cgroups, const char *controller)
{
    struct place place = {0, "", 0};
    char path[WHET_CGROUP_PATH];

    if (*controller != '\0' && group_path(cgroups, controller, path, sizeof(path)))
        place_find(root, path, controller, &place);
    if (place.dir[0] == '\0' && group_path(cgroups, "", path, sizeof(path)))
        place_find(root, path, "", &place);
    return place;
}

/* Cuts the last part off dir; 0 if it is the mount point already. */
static int dir_up(const struct place *place, char *dir)
{
    char *slash = strrchr(dir, '/');

    if (strlen(dir) <= place->top || slash == NULL || slash < dir + place->top)
        return 0;
    *slash = '\0';
    return 1;
}

static void source_set(char *source, const char *dir, const char *file)
{
    if ((size_t)snprintf(source, WHET_CGROUP_PATH, "%s/%s", dir, file) >= WHET_CGROUP_PATH)
        source[0] = '\0';
}

static void cpu_limit(struct whet_cgroup *out, double quota, double period, const char *dir,
                      const char *file)
{
    double cores = period > 0 ? quota / period : 0;

    if (cores <= 0 || (out->cpu_cores != 0 && cores >= out->cpu_cores))
        return;
    out->cpu_cores = cores;
    source_set(out->cpu_source, dir, file);
}

static void cpu_read_at(const char *root, int v2, const char *dir, struct whet_cgroup *out)
{
    unsigned long long quota, period;
    uint64_t v1_quota, v1_period;
    char text[64];

    if (v2) {
        if (whet__sysfile_line(root, text, sizeof(text), "%s/cpu.max", dir) == 0 &&
            sscanf(text, "%llu %llu", &quota, &period) == 2)
            cpu_limit(out, (double)quota, (double)period, dir, "cpu.max");
    } else if (whet__sysfile_number(root, &v1_quota, "%s/cpu.cfs_quota_us", dir) == 0 &&
               whet__sysfile_number(root, &v1_period, "%s/cpu.cfs_period_us", dir) == 0)
        cpu_limit(out, (double)v1_quota, (double)v1_period, dir, "cpu.cfs_quota_us");
}

/* Takes the limit in `file` if it is the tightest so far; 1 if so. */
static int memory_limit(const char *root, const char *dir, const char *file,
                        struct whet_cgroup *out)
{
    uint64_t bytes;

    if (whet__sysfile_number(root, &bytes, "%s/%s", dir, file) != 0 || bytes >= V1_NO_LIMIT)
        return 0;
    if (out->memory_source[0] != '\0' && bytes >= out->memory_limit_bytes)
        return 0;
    out->memory_limit_bytes = bytes;
    source_set(out->memory_source, dir, file);
    return 1;
}

static int memory_read_at(const char *root, int v2, const char *dir, struct whet_cgroup *out)
{
    if (!v2)
        return memory_limit(root, dir, "memory.limit_in_bytes", out);
    /* Above `high` the kernel slows the group down until it gives memory back. */
    return memory_limit(root, dir, "memory.max", out) |
           memory_limit(root, dir, "memory.high", out);
}

static void memory_used(const char *root, int v2, const char *dir, struct whet_cgroup *out)
{
    const char *file = v2 ? "memory.current" : "memory.usage_in_bytes";
    struct whet_text t;
    char value[32];

    if (whet__sysfile_number(root, &out->memory_used_bytes, "%s/%s", dir, file) == 0)
        source_set(out->memory_used_source, dir, file);
    whet__text_init(&t, TEXT_MAX);
    if (whet__sysfile_read(root, &t, "%s/memory.stat", dir) == 0 &&
        whet__sysfile_field(whet__text_str(&t), v2 ? "inactive_file" : "total_inactive_file",
                            value, sizeof(value)) == 0)
        out->memory_cached_bytes = strtoull(value, NULL, 10);
    whet__text_clear(&t);
}

static void cpu_read(const char *root, const struct place *place, struct whet_cgroup *out)
{
    char dir[WHET_CGROUP_PATH];

    snprintf(dir, sizeof(dir), "%s", place->dir);
    do
        cpu_read_at(root, place->v2, dir, out);
    while (dir_up(place, dir));
}

static void memory_read(const char *root, const struct place *place, struct whet_cgroup *out)
{
    char dir[WHET_CGROUP_PATH], tightest[WHET_CGROUP_PATH];
    uint64_t hierarchy;

    snprintf(dir, sizeof(dir), "%s", place->dir);
    snprintf(tightest, sizeof(tightest), "%s", place->dir);
    do {
        if (memory_read_at(root, place->v2, dir, out))
            snprintf(tightest, sizeof(tightest), "%s", dir);
        if (!dir_up(place, dir))
            break;
    } while (place->v2 ||
             whet__sysfile_number(root, &hierarchy, "%s/memory.use_hierarchy", dir) != 0 ||
             hierarchy != 0);
    memory_used(root, place->v2, tightest, out);
}

static enum whet_cgroup_version version_of(const char *root, const char *cgroups)
{
    char path[WHET_CGROUP_PATH];
    struct whet_mounts mounts;
    struct whet_mount mount;
    int v1 = 0, v2 = 0;

    if (whet__mounts_init(&mounts, root) != 0)
        return WHET_CGROUP_NONE;
    while (whet__mounts_next(&mounts, &mount)) {
        v1 |= strcmp(mount.type, "cgroup") == 0;
        v2 |= strcmp(mount.type, "cgroup2") == 0;
    }
    whet__mounts_clear(&mounts);
    v2 = v2 && group_path(cgroups, "", path, sizeof(path));
    if (v1)
        return v2 ? WHET_CGROUP_HYBRID : WHET_CGROUP_V1;
    return v2 ? WHET_CGROUP_V2 : WHET_CGROUP_NONE;
}

void whet__cgroup_read(const char *root, struct whet_cgroup *out)
{
    struct place cpu, memory, v2;
    struct whet_text t;
    const char *cgroups;

    memset(out, 0, sizeof(*out));
    whet__text_init(&t, TEXT_MAX);
    if (whet__sysfile_read(root, &t, "/proc/self/cgroup") != 0)
        goto out;
    cgroups = whet__text_str(&t);
    out->version = version_of(root, cgroups);
    cpu = place_of(root, cgroups, "cpu");
    memory = place_of(root, cgroups, "memory");
    v2 = place_of(root, cgroups, "");
    snprintf(out->cpu_dir, sizeof(out->cpu_dir), "%s", cpu.dir);
    snprintf(out->memory_dir, sizeof(out->memory_dir), "%s", memory.dir);
    snprintf(out->v2_dir, sizeof(out->v2_dir), "%s", v2.dir);
    if (cpu.dir[0] != '\0')
        cpu_read(root, &cpu, out);
    if (memory.dir[0] != '\0')
        memory_read(root, &memory, out);
out:
    whet__text_clear(&t);
}

double whet__cgroup_cpu_cores(const char *root)
{
    struct whet_cgroup found = {.cpu_cores = 0};
    struct place cpu = {.dir = ""};
    struct whet_text t;

    whet__text_init(&t, TEXT_MAX);
    if (whet__sysfile_read(root, &t, "/proc/self/cgroup") == 0)
        cpu = place_of(root, whet__text_str(&t), "cpu");
    if (cpu.dir[0] != '\0')
        cpu_read(root, &cpu, &found);
    whet__text_clear(&t);
    return found.cpu_cores;
}
