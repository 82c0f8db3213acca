/* tests/unit/cache/other_process.h - this test program started a second time: a process that
 * has nothing in common with the first but a folder, and a pipe each way. */
#ifndef WHET_TESTS_OTHER_PROCESS_H
#define WHET_TESTS_OTHER_PROCESS_H

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the other process. */
enum { OTHER_ORDERS = STDIN_FILENO, OTHER_ANSWERS = 3 };

struct other {
    pid_t pid; /* 0: there is none */
    int orders;
    int answers;
};

extern char **environ;

/* args[0] is the name, the last one NULL. It ends when `orders` is closed, at the latest when
 * this process has ended, so it must read from there. */
static inline void other_start(struct other *o, char *const args[])
{
    posix_spawn_file_actions_t actions;
    int orders[2], answers[2];

    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    posix_spawn_file_actions_addclose(&actions, orders[1]);
    posix_spawn_file_actions_addclose(&actions, answers[0]);
    posix_spawn_file_actions_adddup2(&actions, orders[0], OTHER_ORDERS);
    /* Its own words are not part of this one's report. */
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    if (answers[1] != OTHER_ANSWERS) {
        posix_spawn_file_actions_adddup2(&actions, answers[1], OTHER_ANSWERS);
        posix_spawn_file_actions_addclose(&actions, answers[1]);
    }
    assert_int_equal(posix_spawn(&o->pid, "/proc/self/exe", &actions, NULL, args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(orders[0]);
    close(answers[1]);
    o->orders = orders[1];
    o->answers = answers[0];
}

/* It does not answer. */
static inline void other_failed(struct other *o, const char *when)
{
    int status = -1;

    (void)!waitpid(o->pid, &status, 0);
    o->pid = 0;
    fail_msg("%s: the second process has ended, status %#x", when, (unsigned)status);
}

/* Waits for it; once it has answered nothing more, it ends by itself. */
static inline void other_end(struct other *o)
{
    int status = -1;

    if (o->pid == 0)
        return;
    close(o->orders);
    close(o->answers);
    assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
    o->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* 1: all of it; 0: the other side is gone. */
static inline int pipe_read(int fd, void *out, size_t len)
{
    ssize_t got;

    do
        got = read(fd, out, len);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)len;
}

#endif
