/* os/storage.h: kinds of storage on a machine kept as a folder. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/mounts.h"
#include "os/storage.h"

struct example {
    unsigned major, minor;
    unsigned long long mount_id;
    enum whet_storage_kind kind;
    const char *device;
    const char *filesystem;
    const char *evidence;
};

static const char *server(void)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/sys/server", getenv("WHET_TEST_DATA"));
    return path;
}

static void tells_kinds(void **state)
{
    static const struct example examples[] = {
        {8, 1, 0, WHET_STORAGE_ROTATIONAL, "sda", "ext4",
         "/sys/block/sda/queue/rotational is 1"},
        {8, 1, 25, WHET_STORAGE_ROTATIONAL, "sda", "ext4", "rotational is 1"},
        {8, 16, 0, WHET_STORAGE_SSD, "sdb", "", "rotational is 0"},
        {8, 32, 0, WHET_STORAGE_VIRTUAL, "sdc", "", "sdc: its vendor is 'QEMU'"},
        {8, 48, 0, WHET_STORAGE_UNKNOWN, "sdd", "", "nothing says"},
        {259, 0, 0, WHET_STORAGE_NVME, "nvme0n1", "", "nvme driver"},
        {259, 1, 0, WHET_STORAGE_NETWORK, "nvme1n1", "", "its transport is tcp"},
        {254, 0, 0, WHET_STORAGE_VIRTUAL, "vda", "", "vda: a device of the vd driver"},
        {253, 0, 0, WHET_STORAGE_MEMORY, "zram0", "", "zram"},
        {252, 0, 0, WHET_STORAGE_NETWORK, "rbd0", "", "rbd"},
        {254, 100, 0, WHET_STORAGE_ROTATIONAL, "sda", "", "rotational is 1"},
        {254, 101, 0, WHET_STORAGE_NVME, "nvme0n1", "", "nvme"},
        {254, 109, 0, WHET_STORAGE_UNKNOWN, "", "", "too many devices made of devices"},
        {77, 7, 0, WHET_STORAGE_UNKNOWN, "", "", "nothing known of device 77:7"},
        {0, 40, 0, WHET_STORAGE_MEMORY, "", "tmpfs", "/tmp is a mount of tmpfs"},
        {0, 41, 0, WHET_STORAGE_NETWORK, "", "nfs4", "/net work is a mount of nfs4"},
        {0, 99, 28, WHET_STORAGE_NVME, "nvme0n1", "btrfs", "nvme"},
        {0, 43, 0, WHET_STORAGE_UNKNOWN, "", "overlay", "nothing known of device 0:43"},
        {0, 44, 30, WHET_STORAGE_UNKNOWN, "", "fuse.something", "nothing known"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *e = &examples[i];
        struct whet_storage s;

        whet__storage_find(server(), e->major, e->minor, e->mount_id, &s);
        if (s.kind != e->kind || strcmp(s.device, e->device) != 0 ||
            strcmp(s.filesystem, e->filesystem) != 0 || strstr(s.evidence, e->evidence) == NULL)
            fail_msg("%u:%u is %s, '%s', '%s': %s", e->major, e->minor,
                     whet__storage_kind_name(s.kind), s.device, s.filesystem, s.evidence);
    }
}

static void names_kinds(void **state)
{
    static const char *const names[] = {"unknown", "memory",     "nvme",   "ssd",
                                        "virtual", "rotational", "network"};

    (void)state;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(whet__storage_kind_name((enum whet_storage_kind)i), names[i]);
}

static void reads_this_machine(void **state)
{
    struct whet_storage s = {.kind = WHET_STORAGE_SSD};

    (void)state;
    assert_int_equal(whet__storage_read("", "/no/such/path", &s), -ENOENT);
    assert_int_equal(s.kind, WHET_STORAGE_SSD);
    assert_int_equal(whet__storage_read("", "/", &s), 0);
    assert_true(s.evidence[0] != '\0');
}

static void takes_options_apart(void **state)
{
    size_t len = 77;
    const char *value = whet__mount_option("rw,upperdir=/u,cpu", "upperdir", &len);

    (void)state;
    assert_int_equal(len, 2);
    assert_memory_equal(value, "/u", 2);
    assert_non_null(whet__mount_option("rw,cpu", "cpu", &len));
    assert_int_equal(len, 0);
    assert_null(whet__mount_option("rw,cpuset", "cpu", &len));
    assert_null(whet__mount_option("", "cpu", &len));
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_storage s;

        whet__storage_find(server(), 254, 101, 0, &s);
        assert_true(s.evidence[0] != '\0');
    }
}

static void room_is_told(void **state)
{
    uint64_t room = 1;

    (void)state;
    assert_int_equal(whet__storage_room("/no such folder", &room), -ENOENT);
    assert_int_equal(room, 1);
    assert_int_equal(whet__storage_room("/", &room), 0);
    assert_int_equal(whet__storage_room("/proc", &room), -ENOTSUP); /* it has no blocks */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_kinds),         cmocka_unit_test(names_kinds),
        cmocka_unit_test(reads_this_machine),  cmocka_unit_test(room_is_told),
        cmocka_unit_test(takes_options_apart), cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
