/* os/file.h: whole files, whole folders, and what is left when something fails. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "os/dir.h"
#include "os/file.h"

static void put(const char *path, const char *content)
{
    assert_int_equal(whet__file_write(path, content, strlen(content), 0), 0);
}

static void assert_content(const char *path, const char *expected)
{
    struct whet_text t;

    whet__text_init(&t, 100000);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 100000, &t), 0);
    assert_string_equal(whet__text_str(&t), expected);
    whet__text_clear(&t);
}

static int count_entries(const char *path)
{
    char buffer[4096];
    struct whet_dir dir;
    struct whet_dir_entry entry;
    int fd = whet__dir_open(AT_FDCWD, path), count = 0;

    assert_true(fd >= 0);
    whet__dir_init(&dir, fd, buffer, sizeof(buffer));
    while (whet__dir_next(&dir, &entry) > 0)
        count++;
    close(fd);
    return count;
}

static void reads_what_was_written(void **state)
{
    struct whet_text t;

    (void)state;
    put("a", "hello");
    assert_content("a", "hello");
    put("a", "");
    assert_content("a", "");
    assert_int_equal(whet__file_write("b", "x\0y", 3, 1), 0);
    whet__text_init(&t, 100);
    whet__text_puts(&t, "before ");
    assert_int_equal(whet__file_read(AT_FDCWD, "b", 3, &t), 0);
    assert_int_equal(t.len, 10);
    assert_memory_equal(t.data, "before x\0y", 11);
    whet__text_clear(&t);
    assert_int_equal(count_entries("."), 2);
}

static void a_failed_read_leaves_the_text(void **state)
{
    struct whet_text t;

    (void)state;
    put("a", "hello");
    whet__text_init(&t, 8);
    whet__text_puts(&t, "1234");
    assert_int_equal(whet__file_read(AT_FDCWD, "a", 4, &t), -EFBIG);
    assert_int_equal(whet__file_read(AT_FDCWD, "a", 100, &t), -EFBIG);
    assert_int_equal(whet__file_read(AT_FDCWD, "none", 4, &t), -ENOENT);
    assert_int_equal(whet__file_read(AT_FDCWD, ".", 4, &t), -EISDIR);
    assert_int_equal(whet__file_read(AT_FDCWD, "/proc/self/status", 4, &t), -EFBIG);
    assert_string_equal(whet__text_str(&t), "1234");
    assert_int_equal(whet__text_error(&t), 0);
    whet__text_putc(&t, '5');
    assert_int_equal(whet__file_read(AT_FDCWD, "a", 0, &t), -EFBIG);
    assert_string_equal(whet__text_str(&t), "12345");
    t.error = -ENOMEM;
    assert_int_equal(whet__file_read(AT_FDCWD, "a", 5, &t), -ENOMEM);
    whet__text_clear(&t);
}

static void reads_files_that_say_they_are_empty(void **state)
{
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 1 << 20);
    assert_int_equal(whet__file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &t), 0);
    assert_int_equal(strncmp(whet__text_str(&t), "Name:", 5), 0);
    assert_int_equal(strlen(whet__text_str(&t)), t.len);
    whet__text_clear(&t);
}

static void reads_large_files_whole(void **state)
{
    struct whet_text in, out;

    (void)state;
    whet__text_init(&in, 1 << 20);
    for (int i = 0; i < 50000; i++)
        whet__text_printf(&in, "%d ", i);
    assert_int_equal(whet__file_write("big", in.data, in.len, 0), 0);
    whet__text_init(&out, in.len);
    assert_int_equal(whet__file_read(AT_FDCWD, "big", in.len, &out), 0);
    assert_int_equal(out.len, in.len);
    assert_memory_equal(out.data, in.data, in.len);
    whet__text_clear(&out);
    whet__text_init(&out, in.len - 1);
    assert_int_equal(whet__file_read(AT_FDCWD, "big", SIZE_MAX, &out), -EFBIG);
    whet__text_clear(&out);
    whet__text_clear(&in);
}

static void keeps_mode_and_links(void **state)
{
    struct stat st;

    (void)state;
    put("real", "1");
    assert_int_equal(chmod("real", 0750), 0);
    assert_int_equal(symlink("real", "link"), 0);
    assert_int_equal(mkdir("sub", 0777), 0);
    assert_int_equal(symlink("../real", "sub/link"), 0);
    put("link", "2");
    assert_content("real", "2");
    put("sub/link", "3");
    assert_content("real", "3");
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat("real", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0750);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    put("dangling", "4");
    assert_content("dangling", "4");
}

static void writes_into_devices_and_not_over_them(void **state)
{
    struct stat st;

    (void)state;
    put("/dev/null", "x");
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void a_failed_write_leaves_nothing(void **state)
{
    char name[300];

    (void)state;
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(whet__file_write("none/a", "x", 1, 0), -ENOENT);
    assert_int_equal(whet__file_write(".", "x", 1, 0), -EISDIR);
    assert_int_equal(whet__file_write(name, "x", 1, 0), -ENAMETOOLONG);
    put("file", "x");
    assert_int_equal(whet__file_write("file/a", "x", 1, 0), -ENOTDIR);
    assert_int_equal(count_entries("."), 1);
    assert_content("file", "x");
}

static void makes_missing_folders(void **state)
{
    (void)state;
    assert_int_equal(whet__file_make_dirs("a/b//c/", 0755), 0);
    assert_int_equal(whet__file_make_dirs("a/b/c", 0755), 0);
    assert_int_equal(whet__file_make_dirs("/", 0755), 0);
    assert_int_equal(whet__file_make_dirs(whet__text_str(&own_folder), 0755), 0);
    put("a/file", "x");
    assert_int_equal(whet__file_make_dirs("a/file", 0755), -ENOTDIR);
    assert_int_equal(whet__file_make_dirs("a/file/d", 0755), -ENOTDIR);
    assert_int_equal(whet__file_make_dirs("", 0755), -ENOENT);
    assert_int_equal(whet__file_make_dirs("/proc/none", 0755), -ENOENT);
}

static void temp_folders_obey_tmpdir(void **state)
{
    const char *here = whet__text_str(&own_folder);
    struct whet_text t;

    (void)state;
    assert_int_equal(setenv("TMPDIR", here, 1), 0);
    whet__text_init(&t, 4096);
    assert_int_equal(whet__file_make_temp_dir(&t), 0);
    assert_int_equal(strncmp(whet__text_str(&t), here, strlen(here)), 0);
    assert_int_equal(setenv("TMPDIR", "relative", 1), 0);
    whet__text_reset(&t);
    assert_int_equal(whet__file_make_temp_dir(&t), 0);
    assert_int_equal(strncmp(whet__text_str(&t), "/tmp/", 5), 0);
    assert_int_equal(rmdir(whet__text_str(&t)), 0);
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    whet__text_reset(&t);
    assert_int_equal(whet__file_make_temp_dir(&t), -ENOENT);
    assert_string_equal(whet__text_str(&t), "");
    assert_int_equal(unsetenv("TMPDIR"), 0);
    whet__text_clear(&t);
}

static void removes_deep_and_wide_trees(void **state)
{
    (void)state;
    assert_int_equal(mkdir("t", 0777), 0);
    assert_int_equal(chdir("t"), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(mkdir("deep", 0777), 0);
        put("file", "x");
        assert_int_equal(chdir("deep"), 0);
    }
    assert_int_equal(chdir(whet__text_str(&own_folder)), 0);
    assert_int_equal(mkdir("t/wide", 0777), 0);
    for (int i = 0; i < 3000; i++) {
        char name[32];

        snprintf(name, sizeof(name), "t/wide/%d", i);
        if (i % 3 == 0)
            assert_int_equal(mkdir(name, 0777), 0);
        else
            put(name, "");
    }
    assert_int_equal(whet__file_remove_tree("t"), 0);
    assert_int_equal(count_entries("."), 0);
}

static void removes_links_and_not_what_they_name(void **state)
{
    (void)state;
    assert_int_equal(mkdir("keep", 0777), 0);
    put("keep/file", "x");
    assert_int_equal(mkdir("t", 0777), 0);
    assert_int_equal(symlink("../keep", "t/link"), 0);
    assert_int_equal(mkfifo("t/fifo", 0600), 0);
    assert_int_equal(symlink("keep", "link"), 0);
    assert_int_equal(whet__file_remove_tree("t"), 0);
    assert_int_equal(whet__file_remove_tree("t"), -ENOENT);
    assert_int_equal(whet__file_remove_tree("link"), 0);
    assert_content("keep/file", "x");
    assert_int_equal(whet__file_remove_tree("keep/file"), 0);
    assert_int_equal(mkdir("empty", 0777), 0);
    assert_int_equal(whet__file_remove_tree("empty"), 0);
    assert_int_equal(count_entries("."), 1);
}

/* As a user whom permissions hold back (root they do not). */
static int removal_without_rights(void)
{
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return getuid() == 0 ? 77 : whet__file_remove_tree("t");
    return whet__file_remove_tree("t");
}

static void goes_on_after_a_failure(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    assert_int_equal(chmod(".", 0777), 0);
    assert_int_equal(mkdir("t", 0777), 0);
    assert_int_equal(chmod("t", 0777), 0);
    assert_int_equal(mkdir("t/closed", 0777), 0);
    put("t/closed/kept", "x");
    assert_int_equal(chmod("t/closed", 0555), 0);
    put("t/a", "x");
    put("t/z", "x");
    pid = fork();
    if (pid == 0)
        _exit(-removal_without_rights());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 256 - 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), EACCES);
    assert_int_equal(count_entries("t"), 1);
    assert_int_equal(chmod("t/closed", 0777), 0);
}

static void knows_local_filesystems(void **state)
{
    int network = -1;

    (void)state;
    assert_int_equal(whet__file_is_network("/proc", &network), 0);
    assert_int_equal(network, 0);
    network = -1;
    assert_int_equal(whet__file_is_network("none", &network), -ENOENT);
    assert_int_equal(network, -1);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    put("a", "hello");
    EACH_ALLOCATION_FAILS
    {
        struct whet_text t;
        int rc;

        whet__text_init(&t, 1000);
        rc = whet__file_read(AT_FDCWD, "a", 100, &t);
        assert_true(rc == 0 || rc == -ENOMEM);
        assert_string_equal(whet__text_str(&t), rc == 0 ? "hello" : "");
        whet__text_clear(&t);
    }
    EACH_ALLOCATION_FAILS
    {
        int rc;

        (void)mkdir("t", 0777);
        (void)mkdir("t/u", 0777);
        rc = whet__file_remove_tree("t");
        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

static int fill_and_look(void *found, int fd)
{
    char link[64], path[4096];
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof(path) - 1);
    assert_true(len > 0);
    path[len] = '\0';
    *(int *)found = whet__file_is_temporary(strrchr(path, '/') + 1);
    return 0;
}

static void knows_names_of_its_own(void **state)
{
    static const char *const others[] = {
        "a",           ".whet",         ".whet-1-2",        ".whet--2.tmp", ".whet-1-.tmp",
        ".whet-1.tmp", ".whet-a-2.tmp", ".whet-1-2.tmp.gz", "whet-1-2.tmp", ".whet-1-2xtmp"};
    int found = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(whet__file_is_temporary(others[i]));
    assert_int_equal(whet__file_fill("a", fill_and_look, &found, 0), 0);
    assert_true(found);
}

#define IN_FOLDER(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, own_folder_enter, own_folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(reads_what_was_written),
        IN_FOLDER(a_failed_read_leaves_the_text),
        IN_FOLDER(reads_files_that_say_they_are_empty),
        IN_FOLDER(reads_large_files_whole),
        IN_FOLDER(keeps_mode_and_links),
        IN_FOLDER(writes_into_devices_and_not_over_them),
        IN_FOLDER(a_failed_write_leaves_nothing),
        IN_FOLDER(knows_names_of_its_own),
        IN_FOLDER(makes_missing_folders),
        IN_FOLDER(temp_folders_obey_tmpdir),
        IN_FOLDER(removes_deep_and_wide_trees),
        IN_FOLDER(removes_links_and_not_what_they_name),
        IN_FOLDER(goes_on_after_a_failure),
        IN_FOLDER(knows_local_filesystems),
        IN_FOLDER(survives_failed_allocations),
    };

    unsetenv("TMPDIR");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
