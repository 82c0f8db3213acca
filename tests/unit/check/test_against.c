/* check/against.h: worktrees made, built in, and gone again. Needs git. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "check/against.h"
#include "os/file.h"
#include "os/spawn.h"

static struct whet_text root, repository;

static int run(const char *const *argv)
{
    struct whet_spawn_result result;
    int rc = whet__spawn_run(
        &(struct whet_spawn_options){.argv = argv, .cwd = whet__text_str(&repository)}, &result,
        NULL);

    return rc != 0 ? rc : result.exit_code;
}

static int put(const char *name, const char *content)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&repository), name);
    return whet__file_write(path, content, strlen(content), 0);
}

/* A repository with a folder "part", in which "file" says "old", and then "new". */
static int enter(void **state)
{
    static const char *const init[] = {"git", "init", "-q", NULL};
    static const char *const add[] = {"git", "add", "-A", NULL};
    static const char *const commit[] = {"git",    "-c",  "user.name=a", "-c", "user.email=a",
                                         "commit", "-qm", "x",           NULL};
    char part[600];

    (void)state;
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    whet__text_init(&root, 400);
    whet__text_init(&repository, 500);
    if (whet__file_make_temp_dir(&root) != 0)
        return -1;
    setenv("TMPDIR", whet__text_str(&root), 1);
    whet__text_printf(&repository, "%s/repository", whet__text_str(&root));
    snprintf(part, sizeof(part), "%s/part", whet__text_str(&repository));
    if (whet__file_make_dirs(part, 0700) != 0)
        return -1;
    if (run(init) == -ENOENT)
        return 0; /* no git: the tests are skipped */
    return put("part/file", "old") || run(add) || run(commit) || put("part/file", "new") ||
           run(add) || run(commit);
}

static int leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&root));

    (void)state;
    unsetenv("TMPDIR");
    whet__text_clear(&root);
    whet__text_clear(&repository);
    return rc;
}

static void need_git(void)
{
    struct whet_text path;
    int rc;

    whet__text_init(&path, 600);
    rc = whet__spawn_find("git", &path);
    whet__text_clear(&path);
    if (rc != 0)
        skip();
}

static const char *part(void)
{
    static char path[600];

    snprintf(path, sizeof(path), "%s/part", whet__text_str(&repository));
    return path;
}

static void expect_file(const char *dir, const char *name, const char *content)
{
    char path[700];
    struct whet_text text;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    whet__text_init(&text, 1000);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 900, &text), 0);
    assert_string_equal(whet__text_str(&text), content);
    whet__text_clear(&text);
}

static void a_commit_gets_a_tree_that_goes_again(void **state)
{
    struct whet_against_options options = {.dir = part(), .ref = "HEAD~1"};
    struct whet_against *a;
    char dir[600];

    (void)state;
    need_git();
    assert_int_equal(whet__against_open(&a, &options, NULL), 0);
    expect_file(whet__against_dir(a), "file", "old");
    expect_file(part(), "file", "new");
    assert_false(whet__against_submodules(a));
    snprintf(dir, sizeof(dir), "%s", whet__against_dir(a));
    whet__against_free(a);
    assert_int_equal(access(dir, F_OK), -1);
    whet__against_free(NULL);
}

static void both_trees_are_built_once(void **state)
{
    static const char *const lines[] = {"sh -c 'cat file >>built'", "sh -c 'echo 1 >>built'",
                                        NULL};
    struct whet_against_options options = {.dir = part(), .ref = "HEAD~1"};
    struct whet_against *a;

    (void)state;
    need_git();
    assert_int_equal(whet__against_open(&a, &options, NULL), 0);
    assert_int_equal(whet__against_build(a, lines, NULL), 0);
    assert_int_equal(whet__against_build(a, lines, NULL), 0);
    expect_file(part(), "built", "new1\n");
    expect_file(whet__against_dir(a), "built", "old1\n");
    whet__against_free(a);
}

static void explains_builds_that_fail(void **state)
{
    static const char *const ours[] = {"sh -c 'echo some; echo this is an error; exit 3'",
                                       NULL};
    static const char *const theirs[] = {"grep -q new file", NULL};
    static const char *const shell[] = {"make && make install", NULL};
    struct whet_against_options options = {.dir = part(), .ref = "HEAD~1"};
    struct whet_against *a;
    struct whet_error err;

    (void)state;
    need_git();
    assert_int_equal(whet__against_open(&a, &options, NULL), 0);
    assert_int_equal(whet__against_build(a, ours, &err), -ECHILD);
    assert_non_null(strstr(err.text, "in the working tree: exit code 3\nthis is an error"));
    assert_int_equal(whet__against_build(a, theirs, &err), -ECHILD);
    assert_string_equal(err.text, "build failed: 'grep -q new file' in HEAD~1: exit code 1");
    assert_int_equal(whet__against_build(a, shell, &err), -EINVAL);
    whet__against_free(a);
}

static void explains_commits_that_are_not_there(void **state)
{
    static const struct {
        const char *ref;
        int code;
        const char *says;
    } rows[] = {
        {"HEAD~9", -ENOENT, "no such commit: 'HEAD~9'"},
        {"-x", -EINVAL, "not a commit: '-x'"},
        {"", -EINVAL, "not a commit: ''"},
        {"HEAD:part", -ENOENT, "no such commit: 'HEAD:part'"},
    };
    struct whet_against *a = NULL;
    struct whet_error err;

    (void)state;
    need_git();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_against_options options = {.dir = part(), .ref = rows[i].ref};

        assert_int_equal(whet__against_open(&a, &options, &err), rows[i].code);
        assert_non_null(strstr(err.text, rows[i].says));
        assert_null(a);
    }
    assert_int_equal(
        whet__against_open(&a, &(struct whet_against_options){.dir = "/nowhere", .ref = "x"},
                           &err),
        -ENOENT);
    assert_int_equal(
        whet__against_open(
            &a, &(struct whet_against_options){.dir = whet__text_str(&root), .ref = "x"}, &err),
        -ENOTDIR);
    assert_non_null(strstr(err.text, "not a git repository"));
}

static int say_stop(void *ctx)
{
    (void)ctx;
    return 1;
}

static void a_stop_leaves_nothing(void **state)
{
    struct whet_against_options options = {.dir = part(), .ref = "HEAD~1"};
    static const char *const lines[] = {"sleep 1000", NULL};
    struct whet_against *a;

    (void)state;
    need_git();
    assert_int_equal(whet__against_open(&a, &options, NULL), 0);
    whet__against_free(a);
    options.stop = say_stop;
    /* git may be quicker than the stop; the sleep is not. */
    if (whet__against_open(&a, &options, NULL) == 0) {
        assert_int_equal(whet__against_build(a, lines, NULL), -EINTR);
        whet__against_free(a);
    }
}

static void survives_failed_allocations(void **state)
{
    static const char *const lines[] = {"true", NULL};
    struct whet_against_options options = {.dir = part(), .ref = "HEAD~1"};

    (void)state;
    need_git();
    EACH_ALLOCATION_FAILS
    {
        struct whet_against *a;
        int rc = whet__against_open(&a, &options, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0) {
            rc = whet__against_build(a, lines, NULL);
            assert_true(rc == 0 || rc == -ENOMEM);
            whet__against_free(a);
        }
    }
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_commit_gets_a_tree_that_goes_again),
        IN_FOLDER(both_trees_are_built_once),
        IN_FOLDER(explains_builds_that_fail),
        IN_FOLDER(explains_commits_that_are_not_there),
        IN_FOLDER(a_stop_leaves_nothing),
        IN_FOLDER(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
