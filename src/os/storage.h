/* os/storage.h - what kind of storage a path is on.
 *
 * Shape    one call fills one plain struct, with the evidence.
 * Units    bytes.
 * Memory   none is kept.
 * Errors   whet__storage_read, _room: -errno when `path` cannot be asked. Whatever else is
 *          missing makes the kind WHET_STORAGE_UNKNOWN.
 * Threads  safe from any.
 *
 * A device mapper or RAID device is as slow as the slowest of its parts. A disk made
 * by a hypervisor is WHET_STORAGE_VIRTUAL: what it says about rotation is a guess.
 * `root` is put before every path of /proc and /sys: "" for the real system, a folder
 * for tests.
 */
#ifndef WHET_OS_STORAGE_H
#define WHET_OS_STORAGE_H

#include <stdint.h>

#include <whet/api.h>

enum whet_storage_kind {
    WHET_STORAGE_UNKNOWN,
    WHET_STORAGE_MEMORY, /* tmpfs, zram: fastest */
    WHET_STORAGE_NVME,
    WHET_STORAGE_SSD,
    WHET_STORAGE_VIRTUAL,
    WHET_STORAGE_ROTATIONAL,
    WHET_STORAGE_NETWORK /* slowest */
};

struct whet_storage {
    enum whet_storage_kind kind;
    char device[64];     /* "nvme0n1"; "" if there is none */
    char filesystem[32]; /* "ext4" */
    char evidence[256];  /* "/sys/block/sda/queue/rotational is 1" */
};

WHET_MUST_USE int whet__storage_read(const char *root, const char *path,
                                     struct whet_storage *out);

/* The same by numbers that a stat gave: the device, and the mount where it is known
 * (stx_mnt_id; 0 when not). */
void whet__storage_find(const char *root, unsigned major, unsigned minor,
                        unsigned long long mount_id, struct whet_storage *out);

/* Bytes that this user may still write to the file system that `path` is on. */
WHET_MUST_USE int whet__storage_room(const char *path, uint64_t *out);

/* "nvme", "rotational", ... */
const char *whet__storage_kind_name(enum whet_storage_kind kind);

#endif
