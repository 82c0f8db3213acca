/* What kind of storage a path is on: the filesystem's type first, then the block device
 * below it, through partitions, device mapper and RAID. Asked once per run. */
#include "os/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "os/dir.h"
#include "os/mounts.h"
#include "os/sysfile.h"

#define LEVELS_MAX  8  /* of devices made of devices, or overlays on overlays */
#define DEVICES_MAX 64 /* looked at in all */
#define UEVENT_MAX  ((size_t)64 * 1024)

struct kind_name {
    const char *name;
    enum whet_storage_kind kind;
};

/* Filesystems that say all there is to say. */
static const struct kind_name filesystems[] = {
    {"9p", WHET_STORAGE_NETWORK},
    {"afs", WHET_STORAGE_NETWORK},
    {"ceph", WHET_STORAGE_NETWORK},
    {"cifs", WHET_STORAGE_NETWORK},
    {"devtmpfs", WHET_STORAGE_MEMORY},
    {"fuse.gcsfuse", WHET_STORAGE_NETWORK},
    {"fuse.glusterfs", WHET_STORAGE_NETWORK},
    {"fuse.rclone", WHET_STORAGE_NETWORK},
    {"fuse.s3fs", WHET_STORAGE_NETWORK},
    {"fuse.sshfs", WHET_STORAGE_NETWORK},
    {"gpfs", WHET_STORAGE_NETWORK},
    {"hugetlbfs", WHET_STORAGE_MEMORY},
    {"lustre", WHET_STORAGE_NETWORK},
    {"nfs", WHET_STORAGE_NETWORK},
    {"nfs4", WHET_STORAGE_NETWORK},
    {"ramfs", WHET_STORAGE_MEMORY},
    {"smb3", WHET_STORAGE_NETWORK},
    {"smbfs", WHET_STORAGE_NETWORK},
    {"tmpfs", WHET_STORAGE_MEMORY},
    {"vboxsf", WHET_STORAGE_VIRTUAL},
    {"virtiofs", WHET_STORAGE_VIRTUAL},
    {NULL, WHET_STORAGE_UNKNOWN},
};

/* Devices whose driver, seen in the start of their name, says enough. */
static const struct kind_name drivers[] = {
    {"drbd", WHET_STORAGE_NETWORK}, {"loop", WHET_STORAGE_VIRTUAL},
    {"nbd", WHET_STORAGE_NETWORK},  {"nvme", WHET_STORAGE_NVME},
    {"pmem", WHET_STORAGE_MEMORY},  {"ram", WHET_STORAGE_MEMORY},
    {"rbd", WHET_STORAGE_NETWORK},  {"vd", WHET_STORAGE_VIRTUAL},
    {"xvd", WHET_STORAGE_VIRTUAL},  {"zram", WHET_STORAGE_MEMORY},
    {NULL, WHET_STORAGE_UNKNOWN},
};

/* Makers and models of SCSI disks that hypervisors make up. */
static const char *const hypervisors[] = {"QEMU",   "VMware", "VBOX",    "Msft",
                                          "Google", "Amazon", "Virtual", "VIRTUAL"};

struct search {
    const char *root;
    int devices; /* looked at so far */
    struct whet_storage *out;
};

static int device_look(struct search *s, const char *dir, int level);

const char *whet__storage_kind_name(enum whet_storage_kind kind)
{
    switch (kind) {
    case WHET_STORAGE_MEMORY:
        return "memory";
    case WHET_STORAGE_NVME:
        return "nvme";
    case WHET_STORAGE_SSD:
        return "ssd";
    case WHET_STORAGE_VIRTUAL:
        return "virtual";
    case WHET_STORAGE_ROTATIONAL:
        return "rotational";
    case WHET_STORAGE_NETWORK:
        return "network";
    case WHET_STORAGE_UNKNOWN:
        break;
    }
    return "unknown";
}

/* Takes the finding over if it is slower than what was found so far; between equals the
 * first name counts, so that the answer does not hang on the order of a folder. The
 * evidence is a format. */
WHET_PRINTF(4, 5)
static void finding_set(struct search *s, enum whet_storage_kind kind, const char *device,
                        const char *evidence, ...)
{
    struct whet_storage *out = s->out;
    va_list args;

    if (out->evidence[0] != '\0' &&
        (kind < out->kind || (kind == out->kind && strcmp(device, out->device) >= 0)))
        return;
    out->kind = kind;
    snprintf(out->device, sizeof(out->device), "%s", device);
    va_start(args, evidence);
    vsnprintf(out->evidence, sizeof(out->evidence), evidence, args);
    va_end(args);
}

/* 1 if the SCSI disk is made up by a hypervisor: its vendor or model says so. */
static int hypervisor_judge(struct search *s, const char *dir, const char *name)
{
    static const char *const files[] = {"vendor", "model"};
    char value[64];

    for (size_t f = 0; f < 2; f++) {
        if (whet__sysfile_line(s->root, value, sizeof(value), "%s/device/%s", dir, files[f]) !=
            0)
            continue;
        for (size_t i = 0; i < sizeof(hypervisors) / sizeof(hypervisors[0]); i++)
            if (strstr(value, hypervisors[i]) != NULL) {
                finding_set(s, WHET_STORAGE_VIRTUAL, name, "%s: its %s is '%s'", name, files[f],
                            value);
                return 1;
            }
    }
    return 0;
}

/* 1 if the driver says it all. NVMe can be over a network: the controller knows. */
static int driver_judge(struct search *s, const char *dir, const char *name)
{
    const struct kind_name *d = drivers;
    char transport[32];

    while (d->name != NULL && strncmp(name, d->name, strlen(d->name)) != 0)
        d++;
    if (d->name == NULL)
        return 0;
    if (d->kind == WHET_STORAGE_NVME &&
        whet__sysfile_line(s->root, transport, sizeof(transport), "%s/device/transport", dir) ==
            0 &&
        strcmp(transport, "pcie") != 0 && strcmp(transport, "loop") != 0) {
        finding_set(s, WHET_STORAGE_NETWORK, name, "%s: its transport is %s", name, transport);
        return 1;
    }
    finding_set(s, d->kind, name, "%s: a device of the %s driver", name, d->name);
    return 1;
}

/* A device that is not made of others. */
static void disk_judge(struct search *s, const char *dir, const char *name)
{
    uint64_t rotational;

    if (driver_judge(s, dir, name) || hypervisor_judge(s, dir, name))
        return;
    if (whet__sysfile_number(s->root, &rotational, "%s/queue/rotational", dir) != 0)
        finding_set(s, WHET_STORAGE_UNKNOWN, name, "%s: nothing says whether it rotates", name);
    else
        finding_set(s, rotational != 0 ? WHET_STORAGE_ROTATIONAL : WHET_STORAGE_SSD, name,
                    "/sys/block/%s/queue/rotational is %d", name, rotational != 0);
}

/* Looks at the devices that `dir` is made of; how many there were. */
static int slaves_look(struct search *s, const char *dir, int level)
{
    _Alignas(16) char buffer[2048];
    struct whet_dir_entry entry;
    struct whet_dir entries;
    char path[PATH_MAX];
    int fd, count = 0;

    if ((size_t)snprintf(path, sizeof(path), "%s%s/slaves", s->root, dir) >= sizeof(path))
        return 0;
    fd = whet__dir_open(AT_FDCWD, path);
    if (fd < 0)
        return 0;
    whet__dir_init(&entries, fd, buffer, sizeof(buffer));
    while (whet__dir_next(&entries, &entry) > 0) {
        char slave[NAME_MAX + 32];

        snprintf(slave, sizeof(slave), "/sys/class/block/%s", entry.name);
        count += device_look(s, slave, level + 1);
    }
    close(fd);
    return count;
}

/* Looks at the block device that `dir` of /sys describes; 0 if there is none. */
static int device_look(struct search *s, const char *dir, int level)
{
    char disk[NAME_MAX + 48], name[64];
    struct whet_text t;
    int rc;

    if (level >= LEVELS_MAX || ++s->devices > DEVICES_MAX) {
        finding_set(s, WHET_STORAGE_UNKNOWN, "", "too many devices made of devices");
        return 1;
    }
    whet__text_init(&t, UEVENT_MAX);
    /* A partition lies in the folder of its disk. */
    rc = whet__sysfile_read(s->root, &t, "%s/partition", dir);
    snprintf(disk, sizeof(disk), "%s%s", dir, rc == 0 ? "/.." : "");
    whet__text_reset(&t);
    rc = whet__sysfile_read(s->root, &t, "%s/uevent", disk);
    if (rc == 0) {
        const char *at = strstr(whet__text_str(&t), "DEVNAME=");

        at = at != NULL ? at + strlen("DEVNAME=") : "";
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\n"), at);
        if (slaves_look(s, disk, level) == 0)
            disk_judge(s, disk, name);
    }
    whet__text_clear(&t);
    return rc == 0;
}

/* The mount by its number, else by the device. Returns 0 if there is none. */
static int mount_find(struct whet_mounts *mounts, unsigned major, unsigned minor,
                      unsigned long long id, struct whet_mount *out)
{
    struct whet_mount mount;

    while (whet__mounts_next(mounts, &mount))
        if (id != 0 ? mount.id == id : mount.major == major && mount.minor == minor) {
            *out = mount;
            return 1;
        }
    return 0;
}

/* 1 if the type of the filesystem says it all. */
static int type_judge(struct search *s, const struct whet_mount *mount)
{
    for (const struct kind_name *f = filesystems; f->name != NULL; f++)
        if (strcmp(mount->type, f->name) == 0) {
            finding_set(s, f->kind, "", "%s is a mount of %s", mount->point, mount->type);
            return 1;
        }
    return 0;
}

/* Filesystems such as btrfs have a device number of their own: their source tells the
 * disk. */
static void source_look(struct search *s, const struct whet_mount *mount)
{
    const char *name = strrchr(mount->source, '/');
    char dir[NAME_MAX + 32];
    struct stat st;

    if (strncmp(mount->source, "/dev/", 5) != 0 || name == NULL || strlen(name) > NAME_MAX)
        return;
    snprintf(dir, sizeof(dir), "/sys/class/block%s", name);
    if (device_look(s, dir, 0) || s->root[0] != '\0')
        return;
    /* A name like /dev/mapper/home: the kernel has another one for it. */
    if (stat(mount->source, &st) == 0 && S_ISBLK(st.st_mode)) {
        snprintf(dir, sizeof(dir), "/sys/dev/block/%u:%u", major(st.st_rdev),
                 minor(st.st_rdev));
        (void)device_look(s, dir, 0);
    }
}

/* The folder that an overlay writes to, if we can see it; "" if not. */
static void upper_find(const struct whet_mount *mount, char *out, size_t size)
{
    size_t len;
    const char *upper = strcmp(mount->type, "overlay") == 0
                            ? whet__mount_option(mount->options, "upperdir", &len)
                            : NULL;

    out[0] = '\0';
    if (upper != NULL && len < size)
        snprintf(out, size, "%.*s", (int)len, upper);
}

/* What `path` is on, by numbers. */
struct spot {
    unsigned major, minor;
    unsigned long long mount_id;
};

static int spot_find(const char *path, struct spot *out)
{
    struct statx x;
    struct stat st;

    memset(out, 0, sizeof(*out));
#ifdef STATX_MNT_ID
    if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_MNT_ID, &x) == 0) {
        out->major = x.stx_dev_major;
        out->minor = x.stx_dev_minor;
        out->mount_id = (x.stx_mask & STATX_MNT_ID) != 0 ? x.stx_mnt_id : 0;
        return 0;
    }
#endif
    if (stat(path, &st) != 0)
        return -errno;
    out->major = major(st.st_dev);
    out->minor = minor(st.st_dev);
    return 0;
}

/* Judges one mount; *upper is where to go on, "" if nowhere. */
static void spot_judge(struct search *s, const struct spot *spot, char *upper, size_t size)
{
    struct whet_mount mount;
    struct whet_mounts mounts;
    char dir[64];
    int found = 0, known = whet__mounts_init(&mounts, s->root) == 0;

    upper[0] = '\0';
    if (known)
        found = mount_find(&mounts, spot->major, spot->minor, spot->mount_id, &mount);
    if (found && s->out->filesystem[0] == '\0')
        snprintf(s->out->filesystem, sizeof(s->out->filesystem), "%s", mount.type);
    if (!found || !type_judge(s, &mount)) {
        snprintf(dir, sizeof(dir), "/sys/dev/block/%u:%u", spot->major, spot->minor);
        if (spot->major != 0)
            (void)device_look(s, dir, 0);
        else if (found) {
            source_look(s, &mount);
            upper_find(&mount, upper, size);
        }
    }
    if (known)
        whet__mounts_clear(&mounts);
}

void whet__storage_find(const char *root, unsigned major, unsigned minor,
                        unsigned long long mount_id, struct whet_storage *out)
{
    struct spot spot = {major, minor, mount_id};
    struct search s = {root, 0, out};
    char upper[PATH_MAX];

    memset(out, 0, sizeof(*out));
    for (int level = 0; level < LEVELS_MAX; level++) {
        spot_judge(&s, &spot, upper, sizeof(upper));
        /* The paths of a fixture are not those of this system. */
        if (upper[0] == '\0' || root[0] != '\0' || spot_find(upper, &spot) != 0)
            break;
    }
    if (out->evidence[0] == '\0')
        snprintf(out->evidence, sizeof(out->evidence), "nothing known of device %u:%u", major,
                 minor);
}

int whet__storage_read(const char *root, const char *path, struct whet_storage *out)
{
    struct spot spot;
    int rc = spot_find(path, &spot);

    if (rc == 0)
        whet__storage_find(root, spot.major, spot.minor, spot.mount_id, out);
    return rc;
}

int whet__storage_room(const char *path, uint64_t *out)
{
    struct statvfs fs;
    uint64_t blocks;

    if (statvfs(path, &fs) != 0)
        return -errno;
    if (fs.f_frsize == 0 || fs.f_blocks == 0) /* it does not count */
        return -ENOTSUP;
    blocks = geteuid() == 0 ? fs.f_bfree : fs.f_bavail;
    *out = blocks > UINT64_MAX / fs.f_frsize ? UINT64_MAX : blocks * fs.f_frsize;
    return 0;
}
