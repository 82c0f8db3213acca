/* os/dir.h: every entry once, its kind, and its numbers. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dir.h"
#include "os/file.h"

static void gives_every_entry_once(void **state)
{
    _Alignas(16) char buffer[512];
    unsigned char seen[1000] = {0};
    struct whet_dir_entry entry;
    struct whet_dir dir;
    int fd, rc;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        char name[16];

        snprintf(name, sizeof(name), "%d", i);
        assert_int_equal(mkdir(name, 0777), 0);
    }
    fd = whet__dir_open(AT_FDCWD, ".");
    assert_true(fd >= 0);
    whet__dir_init(&dir, fd, buffer, sizeof(buffer));
    while ((rc = whet__dir_next(&dir, &entry)) > 0) {
        long number = strtol(entry.name, NULL, 10);

        assert_int_equal(entry.name_len, strlen(entry.name));
        assert_int_equal(entry.kind, WHET_FILE_DIR);
        assert_in_range(number, 0, 999);
        assert_int_equal(seen[number]++, 0);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(whet__dir_next(&dir, &entry), 0);
    assert_null(memchr(seen, 0, sizeof(seen)));
    close(fd);
}

static void tells_kinds_and_numbers(void **state)
{
    _Alignas(16) char buffer[4096];
    struct whet_dir_entry entry;
    struct whet_file_stat st;
    struct whet_dir dir;
    int fd, count = 0;

    (void)state;
    assert_int_equal(whet__file_write("file", "12345", 5, 0), 0);
    assert_int_equal(chmod("file", 0640), 0);
    assert_int_equal(mkdir("folder", 0777), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    fd = whet__dir_open(AT_FDCWD, ".");
    assert_true(fd >= 0);
    whet__dir_init(&dir, fd, buffer, sizeof(buffer));
    while (whet__dir_next(&dir, &entry) > 0) {
        assert_int_equal(whet__dir_stat(fd, entry.name, &st), 0);
        assert_int_equal(st.kind, entry.kind);
        assert_int_equal(st.inode, entry.inode);
        count++;
    }
    assert_int_equal(count, 4);
    assert_int_equal(whet__dir_stat(fd, "file", &st), 0);
    assert_int_equal(st.kind, WHET_FILE_REGULAR);
    assert_int_equal(st.size, 5);
    assert_int_equal(st.mode, 0640);
    assert_true(st.mtime_ns > 0 && st.ctime_ns >= st.mtime_ns);
    assert_int_equal(whet__dir_stat(fd, "link", &st), 0);
    assert_int_equal(st.kind, WHET_FILE_SYMLINK);
    assert_int_equal(whet__dir_stat(fd, "fifo", &st), 0);
    assert_int_equal(st.kind, WHET_FILE_SPECIAL);
    assert_int_equal(whet__dir_stat(fd, "", &st), 0);
    assert_int_equal(st.kind, WHET_FILE_DIR);
    assert_int_equal(whet__dir_stat(fd, "none", &st), -ENOENT);
    close(fd);
}

static void opens_folders_only(void **state)
{
    _Alignas(16) char buffer[512];
    struct whet_dir_entry entry;
    struct whet_dir dir;
    int fd;

    (void)state;
    assert_int_equal(whet__file_write("file", "", 0, 0), 0);
    assert_int_equal(symlink(".", "link"), 0);
    assert_int_equal(whet__dir_open(AT_FDCWD, "file"), -ENOTDIR);
    assert_int_equal(whet__dir_open(AT_FDCWD, "link"), -ENOTDIR);
    assert_int_equal(whet__dir_open(AT_FDCWD, "none"), -ENOENT);
    fd = open("file", O_RDONLY | O_CLOEXEC);
    whet__dir_init(&dir, fd, buffer, sizeof(buffer));
    assert_int_equal(whet__dir_next(&dir, &entry), -ENOTDIR);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_every_entry_once, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(tells_kinds_and_numbers, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(opens_folders_only, own_folder_enter, own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
