/* os/content.h: a look, a hash, and when the one tells of the other. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/content.h"
#include "os/file.h"

#define SECOND_NS ((int64_t)1000000000)

static char path[512];

static int enter(void **state)
{
    int rc = own_folder_enter(state);

    snprintf(path, sizeof(path), "%s/file", whet__text_str(&own_folder));
    return rc;
}

static const char *below(const char *name)
{
    static char full[512];

    snprintf(full, sizeof(full), "%s/%s", whet__text_str(&own_folder), name);
    return full;
}

/* git's "racily clean": a file changed about when it was looked at can change again
 * without a trace in its times. */
static void fresh_times_are_not_settled(void **state)
{
    int64_t now = 1000 * SECOND_NS + 500;
    struct whet_file_stat st = {.mtime_ns = now - SECOND_NS, .ctime_ns = now - SECOND_NS};

    (void)state;
    assert_true(whet__content_settled(&st, (uint64_t)now));
    st.ctime_ns = now - SECOND_NS / 20;
    assert_false(whet__content_settled(&st, (uint64_t)now));
    st.ctime_ns = now + SECOND_NS; /* the clock was set back */
    assert_false(whet__content_settled(&st, (uint64_t)now));
    st.mtime_ns = st.ctime_ns = 999 * SECOND_NS; /* whole seconds: a coarse clock */
    assert_false(whet__content_settled(&st, (uint64_t)now));
    st.mtime_ns = st.ctime_ns = 990 * SECOND_NS;
    assert_true(whet__content_settled(&st, (uint64_t)now));
    st.mtime_ns = st.ctime_ns = -5 * SECOND_NS; /* before 1970 */
    assert_true(whet__content_settled(&st, (uint64_t)now));
}

static void every_size_is_hashed_whole(void **state)
{
    static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 32768, 100000};
    char *bytes = calloc(1, 100000);

    (void)state;
    for (size_t i = 0; i < 100000; i++)
        bytes[i] = (char)(i * 31 % 253);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct whet_hash128 want = whet__hash128(bytes, sizes[i]), got;
        struct whet_file_stat look, read;

        assert_int_equal(whet__file_write(path, bytes, sizes[i], 0), 0);
        assert_int_equal(whet__content_look(path, &look), 0);
        assert_int_equal(whet__content_hash(path, &read, &got), 0);
        assert_memory_equal(&got, &want, sizeof(got));
        assert_true(whet__content_same_look(&look, &read));
        assert_int_equal(look.size, sizes[i]);
    }
    free(bytes);
}

static void no_file_is_an_answer(void **state)
{
    static const struct whet_hash128 zero;
    struct whet_file_stat look;
    struct whet_hash128 hash;

    (void)state;
    assert_int_equal(whet__content_look(path, &look), 0);
    assert_int_equal(look.kind, WHET_FILE_GONE);
    assert_int_equal(whet__content_hash(path, &look, &hash), 0);
    assert_memory_equal(&hash, &zero, sizeof(hash));
    assert_int_equal(whet__file_write(path, "x", 1, 0), 0);
    assert_int_equal(whet__content_look(below("file/below"), &look), 0);
    assert_int_equal(look.kind, WHET_FILE_GONE);
    assert_int_equal(symlink("nowhere", below("dangling")), 0);
    assert_int_equal(whet__content_hash(below("dangling"), &look, &hash), 0);
    assert_int_equal(look.kind, WHET_FILE_GONE);
}

static void what_is_no_file_is_refused(void **state)
{
    struct whet_file_stat look;
    struct whet_hash128 hash;

    (void)state;
    assert_int_equal(whet__content_look(whet__text_str(&own_folder), &look), -EISDIR);
    assert_int_equal(whet__content_hash(whet__text_str(&own_folder), &look, &hash), -EISDIR);
    assert_int_equal(mkfifo(below("fifo"), 0600), 0);
    assert_int_equal(whet__content_look(below("fifo"), &look), -EINVAL);
    assert_int_equal(whet__content_hash(below("fifo"), &look, &hash), -EINVAL);
    assert_int_equal(symlink("loop", below("loop")), 0);
    assert_int_equal(whet__content_look(below("loop"), &look), -ELOOP);
}

static void links_are_followed(void **state)
{
    struct whet_file_stat look, through;

    (void)state;
    assert_int_equal(whet__file_write(path, "x", 1, 0), 0);
    assert_int_equal(symlink("file", below("link")), 0);
    assert_int_equal(whet__content_look(path, &look), 0);
    assert_int_equal(whet__content_look(below("link"), &through), 0);
    assert_true(whet__content_same_look(&look, &through));
}

static void a_writer_is_found(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(whet__file_write(path, "x", 1, 0), 0);
    assert_false(whet__content_has_writer(path));
    fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    if (!whet__content_has_writer(path))
        skip(); /* a file system that knows no leases */
    close(fd);
    fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_false(whet__content_has_writer(path));
    close(fd);
    assert_false(whet__content_has_writer(below("absent")));
}

static void memory_may_run_out(void **state)
{
    static char bytes[40000];
    struct whet_file_stat look;
    struct whet_hash128 hash;

    (void)state;
    assert_int_equal(whet__file_write(path, bytes, sizeof(bytes), 0), 0);
    EACH_ALLOCATION_FAILS
    {
        int rc = whet__content_hash(path, &look, &hash);

        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fresh_times_are_not_settled),
        cmocka_unit_test_setup_teardown(every_size_is_hashed_whole, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(no_file_is_an_answer, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(links_are_followed, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(a_writer_is_found, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(memory_may_run_out, enter, own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
