/* check/history.h: what was added is there in order, changes are found, names are resolved
 * in words; it stays within its bounds; and neither others that add at the same time nor
 * what happens to the file lose or stop anything. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/git_commit.h"
#include "check/history.h"

#include "kept_results.h"

#define COMMIT_A "1111111111111111111111111111111111111111"
#define COMMIT_B "2222222222222222222222222222222222222222"

static char file[600];
static struct whet_history_options options;

static int enter_history(void **state)
{
    int rc = enter(state);

    snprintf(file, sizeof(file), "%s/state/whet/history.db", whet__text_str(&folder));
    options = (struct whet_history_options){.path = file};
    return rc;
}

static const char *dir(void)
{
    return whet__text_str(&folder);
}

static int64_t now(void)
{
    struct whet_result *r;
    int64_t time;

    assert_int_equal(whet__result_new(&r, ""), 0);
    time = r->time;
    whet__result_free(r);
    return time;
}

/* Adds a session `days` ago. */
static int add(const char *suite, const char *arm, double wall_ns, unsigned days)
{
    struct whet_result *r = kept_result(suite, arm, wall_ns);
    struct whet_report report;
    int rc;

    assert_int_equal(kept_report(&report, &r, 1), 0);
    r->time -= (int64_t)days * 86400;
    rc = whet__history_add(&report, dir(), &options, NULL);
    whet__report_clear(&report);
    whet__result_free(r);
    return rc;
}

static size_t count_points(const char *name)
{
    struct whet_trend t;
    size_t count = 0;

    if (whet__history_trend(&t, name, dir(), NULL, 0, &options, NULL) == 0) {
        count = t.points.len;
        whet__trend_clear(&t);
    }
    return count;
}

static void keeps_the_course(void **state)
{
    const struct whet_trend_point *p;
    struct whet_trend t;
    unsigned changes = 0;

    (void)state;
    for (unsigned i = 0; i < 60; i++)
        assert_int_equal(add("sort", "a", (i < 30 ? 1e6 : 1.2e6) + 100 * (i * 7 % 10), 60 - i),
                         0);
    assert_int_equal(whet__history_trend(&t, "sort", dir(), NULL, 0, &options, NULL), 0);
    assert_string_equal(t.name, "sort/a");
    assert_string_equal(t.metric, "cpu");
    assert_int_equal(t.unit, WHET_UNIT_DURATION);
    assert_int_equal(t.points.len, 60);
    for (size_t i = 0; i < t.points.len; i++) {
        p = whet__vec_at(&t.points, i);
        assert_int_equal(p->n, KEPT_ROUNDS);
        assert_true(p->low <= p->median && p->median <= p->high);
        assert_string_equal(p->commit, "");
        assert_true(i == 0 || p->time > (p - 1)->time);
        if (p->changed) {
            changes++;
            assert_int_equal(i, 30);
            assert_true(p->change > 1.19 && p->change < 1.21 && p->p <= 0.001);
        }
    }
    assert_int_equal(changes, 1);
    whet__trend_clear(&t);
    assert_int_equal(whet__history_trend(&t, "sort", dir(), "memory", 0, &options, NULL), 0);
    assert_int_equal(t.unit, WHET_UNIT_SIZE);
    whet__trend_clear(&t);
}

static void resolves_names(void **state)
{
    struct whet_arena strings;
    struct whet_error err;
    struct whet_trend t;
    struct whet_vec names;

    (void)state;
    assert_int_equal(whet__history_trend(&t, "x", dir(), NULL, 0, &options, &err), -ENOENT);
    assert_non_null(strstr(err.text, "nothing was measured yet"));
    assert_int_equal(add("sort", "small", 1e6, 0), 0);
    assert_int_equal(add("sort", "large", 1e6, 0), 0);
    assert_int_equal(add("", "./tool --fast", 1e6, 0), 0);
    assert_int_equal(count_points("sort/small"), 1);
    assert_int_equal(count_points("small"), 1);
    assert_int_equal(count_points("./tool --fast"), 1);
    assert_int_equal(whet__history_trend(&t, "sort", dir(), NULL, 0, &options, &err), -EINVAL);
    assert_non_null(strstr(err.text, "'sort/large', 'sort/small'"));
    assert_int_equal(whet__history_trend(&t, "sort/smal", dir(), NULL, 0, &options, &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "there is 'sort/small'"));
    assert_int_equal(whet__history_trend(&t, "small", dir(), "cycles", 0, &options, &err),
                     -ENOENT);
    assert_non_null(strstr(err.text, "'cycles' was not measured"));
    assert_int_equal(whet__history_trend(&t, "small", "/", NULL, 0, &options, &err), -ENOENT);
    whet__arena_init(&strings, 1 << 20);
    whet__vec_init(&names, sizeof(const char *), 100);
    assert_int_equal(whet__history_names(&names, &strings, dir(), &options, NULL), 0);
    assert_int_equal(names.len, 3);
    assert_string_equal(*(const char **)whet__vec_at(&names, 0), "./tool --fast");
    assert_string_equal(*(const char **)whet__vec_at(&names, 2), "sort/small");
    whet__vec_clear(&names);
    whet__arena_clear(&strings);
}

static void other_machines_count_when_asked(void **state)
{
    struct whet_result *r = kept_result("s", "a", 5e6);
    struct whet_report report;
    struct whet_trend t;

    (void)state;
    assert_int_equal(add("s", "a", 1e6, 1), 0);
    r->machine.cpu_model = "Another CPU";
    r->machine.hostname = "elsewhere";
    assert_int_equal(kept_report(&report, &r, 1), 0);
    assert_int_equal(whet__history_add(&report, dir(), &options, NULL), 0);
    whet__report_clear(&report);
    whet__result_free(r);
    assert_int_equal(count_points("s"), 1);
    assert_int_equal(whet__history_trend(&t, "s", dir(), NULL, 1, &options, NULL), 0);
    assert_int_equal(t.points.len, 2);
    assert_string_equal(((struct whet_trend_point *)whet__vec_at(&t.points, 1))->machine,
                        "Another CPU, elsewhere");
    whet__trend_clear(&t);
}

static void stays_in_its_bounds(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(add("s", "a", 1e6, 500), 0);
    assert_int_equal(add("s", "a", 1e6, 0), 0);
    assert_int_equal(count_points("s"), 1); /* the other was too old */
    options.age_ns = UINT64_C(10) * 86400 * 1000000000;
    assert_int_equal(add("s", "a", 1e6, 9), 0);
    assert_int_equal(add("s", "a", 1e6, 11), 0);
    assert_int_equal(count_points("s"), 2);
    options.max_bytes = 128 << 10;
    for (unsigned i = 0; i < 400; i++)
        assert_int_equal(add("s", "a", 1e6, 0), 0);
    assert_int_equal(stat(file, &st), 0);
    assert_true(st.st_size <= 160 << 10);
    assert_true(count_points("s") > 50 && count_points("s") < 400);
}

static void others_add_at_the_same_time(void **state)
{
    pid_t pids[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            for (int n = 0; n < 25; n++) {
                if (add("s", "a", 1e6, 0) != 0)
                    _exit(1);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status = -1;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(count_points("s"), 50);
}

static void write_text(const char *path, const char *text)
{
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
}

static void damage_is_moved_aside(void **state)
{
    char bad[640];

    (void)state;
    assert_int_equal(add("s", "a", 1e6, 0), 0);
    write_text(file, "this was never a database, whatever its name says, but it is long enough "
                     "to be looked at: 0123456789012345678901234567890123456789");
    assert_int_equal(add("s", "a", 1e6, 0), 0);
    assert_int_equal(count_points("s"), 1);
    snprintf(bad, sizeof(bad), "%s.bad-1", file);
    assert_int_equal(access(bad, F_OK), 0);
}

static void what_cannot_be_written_is_said(void **state)
{
    char path[640];
    struct whet_error err = {0};
    struct whet_result *r = kept_result("s", "a", 5e6);
    struct whet_report report;

    (void)state;
    snprintf(path, sizeof(path), "%s/in-the-way", dir());
    write_text(path, "x");
    snprintf(path, sizeof(path), "%s/in-the-way/whet/history.db", dir());
    options.path = path;
    assert_int_equal(kept_report(&report, &r, 1), 0);
    assert_int_equal(whet__history_add(&report, dir(), &options, &err), -EIO);
    assert_non_null(strstr(err.text, "the history cannot be used: "));
    assert_non_null(strstr(err.text, "Not a directory"));
    whet__report_clear(&report);
    whet__result_free(r);
}

static void full_disk(void **state)
{
    struct whet_error err = {0};
    struct whet_result *r = kept_result("s", "a", 5e6);
    struct whet_report report;

    (void)state;
    options.path = "/dev/full"; /* no folder of ours, and never any room */
    assert_int_equal(kept_report(&report, &r, 1), 0);
    assert_int_equal(whet__history_add(&report, dir(), &options, &err), -EIO);
    assert_true(err.text[0] != '\0');
    whet__report_clear(&report);
    whet__result_free(r);
}

static const char *commit_of(const char *below, char out[80])
{
    char path[640];
    struct whet_text text;

    snprintf(path, sizeof(path), "%s/%s", dir(), below);
    whet__text_init(&text, 79);
    (void)!whet__git_commit(path, &text);
    snprintf(out, 80, "%s", whet__text_str(&text));
    whet__text_clear(&text);
    return out;
}

static void repository_file(const char *name, const char *text)
{
    char path[640], *slash;

    snprintf(path, sizeof(path), "%s/%s", dir(), name);
    slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(whet__file_make_dirs(path, 0777), 0);
    *slash = '/';
    write_text(path, text);
}

static void reads_the_commit(void **state)
{
    char got[80];

    (void)state;
    repository_file("r/sub/file", "");
    assert_string_equal(commit_of("r", got), "");
    repository_file("r/.git/HEAD", "ref: refs/heads/main\n");
    assert_string_equal(commit_of("r/sub", got), ""); /* no commit yet */
    repository_file("r/.git/packed-refs",
                    "# pack-refs with: peeled\n" COMMIT_B " refs/heads/main2\n" COMMIT_A
                    " refs/heads/main\n^" COMMIT_B "\n");
    assert_string_equal(commit_of("r/sub", got), COMMIT_A);
    repository_file("r/.git/refs/heads/main", COMMIT_B "\n");
    assert_string_equal(commit_of("r", got), COMMIT_B);
    repository_file("r/.git/HEAD", COMMIT_A "\n");
    assert_string_equal(commit_of("r", got), COMMIT_A);
    repository_file("w/.git", "gitdir: ../r/.git/worktrees/w\n");
    repository_file("r/.git/worktrees/w/commondir", "../..\n");
    repository_file("r/.git/worktrees/w/HEAD", "ref: refs/heads/main\n");
    assert_string_equal(commit_of("w", got), COMMIT_B);
    repository_file("r/.git/HEAD", "ref: refs/heads/loop\n");
    repository_file("r/.git/refs/heads/loop", "ref: refs/heads/loop\n");
    assert_string_equal(commit_of("r", got), "");
    repository_file("r/.git/HEAD", "ref: refs/../../../etc/passwd\n");
    assert_string_equal(commit_of("r", got), "");
    repository_file("r/.git/HEAD", "ref: /etc/passwd\n");
    assert_string_equal(commit_of("r", got), "");
    repository_file("r/.git/HEAD", "");
    assert_string_equal(commit_of("r", got), "");
}

static void commits_are_kept(void **state)
{
    struct whet_trend t;

    (void)state;
    repository_file(".git/HEAD", COMMIT_A "\n");
    assert_int_equal(add("s", "a", 1e6, 0), 0);
    assert_int_equal(whet__history_trend(&t, "s", dir(), NULL, 0, &options, NULL), 0);
    assert_string_equal(((struct whet_trend_point *)whet__vec_at(&t.points, 0))->commit,
                        COMMIT_A);
    assert_true(((struct whet_trend_point *)whet__vec_at(&t.points, 0))->time <= now());
    whet__trend_clear(&t);
}

static void no_memory(void **state)
{
    struct whet_result *r = kept_result("s", "a", 5e6);
    struct whet_report report;

    (void)state;
    assert_int_equal(kept_report(&report, &r, 1), 0);
    EACH_ALLOCATION_FAILS
    {
        struct whet_trend t;
        int rc;

        unlink(file);
        rc = whet__history_add(&report, dir(), &options, NULL);

        assert_true(rc == 0 || rc == -ENOMEM || rc == -EIO);
        if (rc == 0) {
            rc = whet__history_trend(&t, "s", dir(), NULL, 0, &options, NULL);
            /* A machine that cannot be read for want of memory is another machine. */
            assert_true(rc == 0 || rc == -ENOMEM || rc == -EIO || rc == -ENOENT);
            if (rc == 0)
                whet__trend_clear(&t);
        }
    }
    whet__report_clear(&report);
    whet__result_free(r);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_history, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(keeps_the_course),
        IN_FOLDER(resolves_names),
        IN_FOLDER(other_machines_count_when_asked),
        IN_FOLDER(stays_in_its_bounds),
        IN_FOLDER(others_add_at_the_same_time),
        IN_FOLDER(damage_is_moved_aside),
        IN_FOLDER(what_cannot_be_written_is_said),
        IN_FOLDER(full_disk),
        IN_FOLDER(reads_the_commit),
        IN_FOLDER(commits_are_kept),
        IN_FOLDER(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
