/* WHET_CACHE_READ_ONLY: nothing is made beside the file, and a file in a folder that is not
 * ours to write to is read; what others put there, and make untrue, is seen all the same. */
#include "../harness.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "scratch_file.h"

#define NOBODY 65534

/* Without memory each get asks the file. */
static struct whet_cache *open_at(const char *path, unsigned flags)
{
    const struct whet_cache_options o = {.path = path,
                                         .memory_bytes = WHET_CACHE_NONE,
                                         .packed_bytes = WHET_CACHE_NONE,
                                         .disk_bytes = 16 << 20,
                                         .flags = flags};

    return open_cache(&o);
}

static void put(const char *path, const char *value)
{
    struct whet_cache *c = open_at(path, 0);

    assert_int_equal(whet_cache_put(c, "key", 3, value, strlen(value), NULL), 0);
    whet_cache_free(c);
}

/* 1: the value is there; 0: nothing is; -1: another. */
static int has(struct whet_cache *c, const char *value)
{
    struct whet_cache_value v;
    int same;

    if (whet_cache_get(c, "key", 3, &v) != 1)
        return 0;
    same = v.len == strlen(value) && memcmp(v.data, value, v.len) == 0;
    whet_cache_value_clear(&v);
    return same ? 1 : -1;
}

/* But SQLite's index of a log, which any reader makes who can. */
static unsigned count_files(const char *folder)
{
    DIR *dir = opendir(folder);
    unsigned count = 0;

    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        count += e->d_name[0] != '.' && strncmp(e->d_name, "cache.db-", 9) != 0;
    closedir(dir);
    return count;
}

static void remove_beside(const char *path, const char *ending)
{
    char name[600];

    snprintf(name, sizeof(name), "%s%s", path, ending);
    (void)remove(name);
}

/* As a cache looks that was copied here. */
static void leave_the_file_alone(const char *path)
{
    remove_beside(path, ".share");
    remove_beside(path, ".lock");
}

static void makes_nothing(void **state)
{
    struct whet_cache *c;
    struct scratch s;
    char missing[700];

    (void)state;
    scratch_init(&s);
    put(s.path, "first");
    leave_the_file_alone(s.path);
    assert_int_equal(count_files(whet__text_str(&s.folder)), 1);
    c = open_at(s.path, WHET_CACHE_READ_ONLY);
    assert_int_equal(has(c, "first"), 1);
    /* It is put for this process, if anybody has room for it, which nobody has. */
    assert_int_equal(whet_cache_put(c, "key", 3, "second", 6, NULL), -EFBIG);
    assert_int_equal(has(c, "first"), 0);
    whet_cache_free(c);
    c = open_at(s.path, WHET_CACHE_READ_ONLY);
    assert_int_equal(has(c, "first"), 1);
    assert_int_equal(whet_cache_remove(c, "key", 3), -EIO); /* others have it */
    assert_int_equal(has(c, "first"), 0);
    assert_null(whet_cache_note(c, missing, sizeof(missing)));
    assert_int_equal(whet_cache_invalidate(c, "key", 3), -EIO);
    assert_non_null(whet_cache_note(c, missing, sizeof(missing)));
    whet_cache_free(c);
    assert_int_equal(count_files(whet__text_str(&s.folder)), 1);

    snprintf(missing, sizeof(missing), "%s/none/cache.db", whet__text_str(&s.folder));
    c = open_at(missing, WHET_CACHE_READ_ONLY);
    assert_int_equal(has(c, "first"), 0);
    whet_cache_free(c);
    assert_int_equal(count_files(whet__text_str(&s.folder)), 1);
    scratch_clear(&s);
}

/* ---- A folder that is not ours ---- */

static int orders[2], answers[2];

/* What it finds each time it is told to look for a value. */
static void read_in_turn(const char *path, unsigned flags)
{
    struct whet_cache *c;
    char note[400];
    char value[8];

    close(orders[1]);
    if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(1);
    c = open_at(path, flags);
    if ((whet_cache_note(c, note, sizeof(note)) != NULL) != (flags == 0))
        _exit(2);
    while (read(orders[0], value, sizeof(value)) == (ssize_t)sizeof(value)) {
        char found = (char)has(c, value);

        if (write(answers[1], &found, 1) != 1)
            break;
    }
    whet_cache_free(c);
    _exit(0);
}

static int look(const char *value)
{
    char text[8] = "", found = 2;

    snprintf(text, sizeof(text), "%s", value);
    assert_int_equal(write(orders[1], text, sizeof(text)), sizeof(text));
    assert_int_equal(read(answers[0], &found, 1), 1);
    return found;
}

/* Others' turn at the folder, which is closed again behind them. */
static void others(const char *folder, const char *path, const char *value)
{
    struct whet_cache *c;

    assert_int_equal(chmod(folder, 0755), 0);
    if (value != NULL) {
        put(path, value);
    } else {
        c = open_at(path, 0);
        assert_int_equal(whet_cache_invalidate(c, "key", 3), 0);
        whet_cache_free(c);
    }
    leave_the_file_alone(path);
    assert_int_equal(count_files(folder), 1);
    assert_int_equal(chmod(folder, 0555), 0);
}

static void read_as_told(unsigned flags)
{
    struct scratch s;
    const char *folder;
    int status = -1;
    pid_t pid;

    scratch_init(&s);
    folder = whet__text_str(&s.folder);
    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    others(folder, s.path, "first");
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        read_in_turn(s.path, flags);
    close(orders[0]);
    assert_int_equal(look("first"), 1);
    assert_int_equal(look("first"), 1);
    others(folder, s.path, "second");
    assert_int_equal(look("second"), 1);
    others(folder, s.path, NULL);
    assert_int_equal(look("second"), 0);
    others(folder, s.path, "third");
    assert_int_equal(look("third"), 1);
    close(orders[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(answers[0]);
    close(answers[1]);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(count_files(folder), 1);
    scratch_clear(&s);
}

static void reads_where_nothing_can_be_made(void **state)
{
    (void)state;
    read_as_told(WHET_CACHE_READ_ONLY);
}

/* Who did not know that he may only read is told. */
static void reads_and_says_that_it_cannot_write(void **state)
{
    (void)state;
    read_as_told(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_nothing),
        cmocka_unit_test(reads_where_nothing_can_be_made),
        cmocka_unit_test(reads_and_says_that_it_cannot_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
