/* os/look.h: what is told without waiting, and what lookers do that hang. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/look.h"

static char folder[4096];

static int group_setup(void **state)
{
    return own_folder_enter(state) != 0 || getcwd(folder, sizeof(folder)) == NULL;
}

static const char *path_of(const char *name)
{
    static char path[8192];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void assert_look(struct whet_looks *l, const char *path, enum whet_look_kind kind,
                        const char *real)
{
    struct whet_look cached, waited, asked;
    int rc = whet__look_cached(path, 1, &cached);

    whet__look_wait(path, &waited);
    assert_int_equal(waited.kind, kind);
    assert_string_equal(waited.real, real);
    if (rc == 0) {
        assert_int_equal(cached.kind, kind);
        assert_string_equal(cached.real, real);
    } else {
        assert_int_equal(rc, -EAGAIN);
    }
    assert_int_equal(whet__looks_ask(l, path, &asked), 0);
    assert_int_equal(asked.kind, kind);
    assert_string_equal(asked.real, real);
}

static void each_way_says_the_same(void **state)
{
    struct whet_looks l = {.limit_ns = UINT64_C(600000000000)};
    char file[8192];
    int fd;

    (void)state;
    snprintf(file, sizeof(file), "%s", path_of("file"));
    fd = open("file", O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_look(&l, file, WHET_LOOK_FILE, file);
    assert_look(&l, path_of("link"), WHET_LOOK_FILE, file);
    assert_look(&l, path_of("./../../tmp"), WHET_LOOK_DIR, "/tmp");
    assert_look(&l, path_of("absent"), WHET_LOOK_GONE, "");
    assert_look(&l, path_of("file/below"), WHET_LOOK_GONE, "");
    assert_look(&l, path_of("loop"), WHET_LOOK_OTHER, "");
    assert_look(&l, "/dev/null", WHET_LOOK_OTHER, "/dev/null");
    assert_int_equal(unlink("loop"), 0);
    assert_int_equal(unlink("link"), 0);
    assert_int_equal(unlink("file"), 0);
    whet__looks_clear(&l);
}

/* In a looker: a file system that answers when somebody opens the pipe for writing. */
static void look_at_pipe(const char *path, struct whet_look *out)
{
    int fd = open(path, O_RDONLY);

    close(fd);
    out->kind = WHET_LOOK_FILE;
    snprintf(out->real, sizeof(out->real), "%s", path);
}

/* One that never answers. */
static void look_for_ever(const char *path, struct whet_look *out)
{
    (void)path;
    (void)out;
    for (;;)
        pause();
}

static const char *pipe_of(int i)
{
    char name[32];

    snprintf(name, sizeof(name), "pipe%d", i);
    return path_of(name);
}

/* Opens it as soon as somebody reads, then waits for what that one has to say. */
static void let_answer(const struct whet_looks *l, int looker, int pipe_number)
{
    struct pollfd answer = {l->all[looker].fd, POLLIN, 0};
    int fd = open(pipe_of(pipe_number), O_WRONLY);

    assert_true(fd >= 0);
    close(fd);
    while (poll(&answer, 1, -1) < 0)
        assert_int_equal(errno, EINTR);
}

static void those_that_hang_are_a_fixed_number(void **state)
{
    struct whet_looks l = {.look = look_at_pipe};
    struct whet_look look;

    (void)state;
    for (int i = 0; i <= WHET_LOOKERS; i++)
        assert_int_equal(mkfifo(pipe_of(i), 0600), 0);
    for (int i = 0; i < WHET_LOOKERS; i++) {
        int looker = whet__looks_begin(&l, pipe_of(i));

        assert_true(looker >= 0);
        assert_int_equal(l.all[looker].state, WHET_LOOKER_BUSY);
        assert_int_equal(whet__looks_take(&l, looker, &look), -EAGAIN);
        assert_int_equal(whet__looks_begin(&l, pipe_of(i)), -EBUSY);
        whet__looks_leave(&l, looker);
        assert_int_equal(whet__looks_begin(&l, pipe_of(i)), -ETIMEDOUT);
    }
    assert_int_equal(whet__looks_begin(&l, pipe_of(WHET_LOOKERS)), -ETIMEDOUT);
    /* One that answers after all is asked again. */
    let_answer(&l, 3, WHET_LOOKERS - 1 - 3);
    assert_int_equal(whet__looks_begin(&l, pipe_of(WHET_LOOKERS)), 3);
    assert_int_equal(whet__looks_begin(&l, path_of("another")), -EBUSY);
    let_answer(&l, 3, WHET_LOOKERS);
    assert_int_equal(whet__looks_take(&l, 3, &look), 0);
    assert_string_equal(look.real, pipe_of(WHET_LOOKERS));
    whet__looks_clear(&l); /* the others are left */
    for (int i = 0; i <= WHET_LOOKERS; i++)
        assert_int_equal(unlink(pipe_of(i)), 0);
}

static void one_that_is_killed_is_replaced(void **state)
{
    struct whet_looks l = {.look = look_for_ever};
    struct whet_look look;
    int looker = whet__looks_begin(&l, "/new");
    struct pollfd answer;

    (void)state;
    assert_true(looker >= 0);
    assert_int_equal(kill(l.all[looker].pid, SIGKILL), 0);
    answer = (struct pollfd){l.all[looker].fd, POLLIN, 0};
    while (poll(&answer, 1, -1) < 0)
        assert_int_equal(errno, EINTR);
    assert_int_equal(whet__looks_take(&l, looker, &look), -EPIPE);
    assert_int_equal(l.all[looker].state, WHET_LOOKER_NONE);
    assert_true(whet__looks_begin(&l, "/new") >= 0);
    whet__looks_clear(&l);
}

/* A name that nobody has looked for is not in the kernel's cache. */
static void who_asks_waits_no_longer_than_the_limit(void **state)
{
    struct whet_looks l = {.limit_ns = 1, .look = look_for_ever};
    struct whet_look look;

    (void)state;
    assert_int_equal(whet__looks_ask(&l, path_of("never-looked-for"), &look), -ETIMEDOUT);
    assert_int_equal(whet__looks_begin(&l, ""), -ENAMETOOLONG);
    whet__looks_clear(&l);
    whet__looks_clear(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_says_the_same),
        cmocka_unit_test(those_that_hang_are_a_fixed_number),
        cmocka_unit_test(one_that_is_killed_is_replaced),
        cmocka_unit_test(who_asks_waits_no_longer_than_the_limit),
    };

    return cmocka_run_group_tests(tests, group_setup, own_folder_leave);
}
