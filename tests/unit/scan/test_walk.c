/* scan/walk.h: order, sources of rules and their switches, repositories in
 * repositories, and trees that are meant to break a walk. */
#include "../harness.h"

#include "walk_fixture.h"

#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "os/path.h"

static void order_is_that_of_whole_paths(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write("t/a/x", "");
    fixture_write("t/a.c", "");
    fixture_write("t/a-b", "");
    fixture_write("t/a0", "");
    fixture_write("t/ab/c/d", "");
    fixture_write("t/.hidden/z", "");
    fixture_write("t/new\nline", "");
    fixture_write("t/\xff\xfe", "");
    fixture_write("t/longer name than eight a", "");
    fixture_write("t/longer name than eight/b", "");
    fixture_write("t/empty/", "");
    assert_int_equal(symlink("..", "t/loop"), 0);
    assert_int_equal(mkfifo("t/pipe", 0600), 0);
    fixture_expect("t", 0,
                   ".hidden/\n.hidden/z\na-b\na.c\na/\na/x\na0\nab/\nab/c/\nab/c/d\nempty/\n"
                   "longer name than eight a\nlonger name than eight/\n"
                   "longer name than eight/b\nloop@\nnew\nline\npipe|\n\xff\xfe\n");
    fixture_leave(home);
}

static void the_root_may_be_a_link_or_end_in_slashes(void **state)
{
    struct whet_walk_options options = {0};
    struct whet_error err;
    struct whet_pool *pool;
    struct whet_walk *w = NULL;
    char *home = fixture_enter();

    (void)state;
    fixture_write("t/a", "");
    assert_int_equal(symlink("t", "link"), 0);
    fixture_expect("t///", 0, "a\n");
    fixture_expect("link", 0, "a\n");
    fixture_expect("link/", 0, "a\n");
    fixture_expect("./t/.", 0, "a\n");
    assert_int_equal(whet_pool_new(&pool, &(struct whet_pool_options){.workers = 2}), 0);
    assert_int_equal(whet__walk_run(&w, "none", &options, pool, NULL, &err), -ENOENT);
    assert_non_null(strstr(err.text, "'none'"));
    assert_int_equal(whet__walk_run(&w, "", &options, pool, NULL, &err), -ENOENT);
    assert_int_equal(whet__walk_run(&w, "t/a", &options, pool, NULL, NULL), -ENOTDIR);
    assert_null(w);
    whet_pool_free(pool);
    whet__walk_free(NULL);
    fixture_leave(home);
}

static void each_source_has_its_place_and_its_switch(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write(".config/git/ignore", "*.global\n/anchored\n");
    fixture_write("r/.git/info/exclude", "*.info\n!kept.global\n");
    fixture_write("r/.gitignore", "*.up\n/s/here\n");
    fixture_write("r/.whetignore", "*.own\n!x.in\n");
    fixture_write("r/s/.gitignore", "*.in\n!back.up\n!y.own\n");
    for (const char *n = "a.global\0kept.global\0anchored\0b.info\0c.up\0back.up\0here\0d.own\0"
                         "x.in\0z.in\0y.own\0";
         *n != '\0'; n += strlen(n) + 1) {
        char path[64];

        snprintf(path, sizeof(path), "r/s/%s", n);
        fixture_write(path, "");
    }
    fixture_expect("r/s", 0, ".gitignore\nanchored\nback.up\nkept.global\nx.in\n");
    fixture_expect("r", 0,
                   ".gitignore\n.whetignore\ns/\ns/.gitignore\ns/anchored\ns/back.up\n"
                   "s/kept.global\ns/x.in\n");
    fixture_expect("r/s", WHET_SCAN_NO_WHETIGNORE,
                   ".gitignore\nanchored\nback.up\nd.own\nkept.global\ny.own\n");
    fixture_expect("r/s", WHET_SCAN_NO_GITIGNORE,
                   ".gitignore\nanchored\nb.info\nback.up\nc.up\nhere\nx.in\nz.in\n");
    fixture_expect("r/s", WHET_SCAN_NO_GLOBAL,
                   ".gitignore\na.global\nanchored\nback.up\nkept.global\nx.in\n");
    fixture_expect("r/s", WHET_SCAN_NO_PARENTS,
                   ".gitignore\nb.info\nback.up\nc.up\nd.own\nhere\ny.own\n");
    fixture_expect("r/s",
                   WHET_SCAN_NO_PARENTS | WHET_SCAN_NO_GLOBAL | WHET_SCAN_NO_GITIGNORE |
                       WHET_SCAN_NO_WHETIGNORE,
                   ".gitignore\na.global\nanchored\nb.info\nback.up\nc.up\nd.own\nhere\n"
                   "kept.global\nx.in\ny.own\nz.in\n");
    fixture_leave(home);
}

static void ignored_entries_name_their_rule(void **state)
{
    struct whet_text expected, real;
    char *home = fixture_enter();

    (void)state;
    whet__text_init(&expected, 4096);
    fixture_write("g", "one\n");
    fixture_write(".gitconfig", "[core]\n\tExcludesFile = ~/g ; mine\n");
    fixture_write("r/.git/info/exclude", "# none\ntwo\n");
    fixture_write("r/.gitignore", "\n\nthree/\n");
    fixture_write("r/s/.gitignore", "four*\n");
    fixture_write("r/s/one", "");
    fixture_write("r/s/two", "");
    fixture_write("r/s/three/x", "");
    fixture_write("r/s/four4", "");
    fixture_write("r/s/.hg/x", "");
    whet__text_printf(&expected,
                      ".git/ =version control\n.gitignore\ns/\ns/.gitignore\n"
                      "s/.hg/ =version control\ns/four4 =s/.gitignore:1\ns/one =%s/g:1\n"
                      "s/three/ =.gitignore:3\ns/two =.git/info/exclude:2\n",
                      home);
    fixture_expect("r", WHET_SCAN_IGNORED, whet__text_str(&expected));
    whet__text_reset(&expected);
    whet__text_init(&real, 4096);
    assert_int_equal(whet__path_real(home, &real), 0);
    whet__text_printf(&expected,
                      ".gitignore\n.hg/ =version control\nfour4 =.gitignore:1\none =%s/g:1\n"
                      "three/ =%s/r/.gitignore:3\ntwo =%s/r/.git/info/exclude:2\n",
                      home, real.data, real.data);
    fixture_expect("r/s", WHET_SCAN_IGNORED, whet__text_str(&expected));
    whet__text_clear(&real);
    whet__text_clear(&expected);
    fixture_leave(home);
}

static void a_repository_inside_starts_anew(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write("r/.git/HEAD", "");
    fixture_write("r/.gitignore", "*.o\n/in/skipped/\n");
    fixture_write("r/.whetignore", "*.w\n");
    fixture_write("r/in/.git/info/exclude", "/x\n");
    fixture_write("r/in/a.o", "");
    fixture_write("r/in/a.w", "");
    fixture_write("r/in/x", "");
    fixture_write("r/in/y/x", "");
    fixture_write("r/in/skipped/f", "");
    /* A worktree: .git is a file, and what it names points to the shared folder. */
    fixture_write("main/.git/info/exclude", "*.shared\n");
    fixture_write("main/.git/worktrees/wt/commondir", "../..\n");
    fixture_write("r/wt/.git", "gitdir: ../../main/.git/worktrees/wt\n");
    fixture_write("r/wt/b.o", "");
    fixture_write("r/wt/b.shared", "");
    fixture_write("r/broken/.git", "gitdir: /nowhere\n");
    fixture_write("r/broken/c.o", "");
    fixture_write("r/empty/.git", "");
    fixture_write("r/empty/d.o", "");
    fixture_write("r/z.o", "");
    fixture_expect("r", 0,
                   ".gitignore\n.whetignore\nbroken/\nbroken/c.o\nempty/\nempty/d.o\nin/\nin/"
                   "a.o\nin/skipped/\n"
                   "in/skipped/f\nin/y/\nin/y/x\nwt/\nwt/b.o\n");
    fixture_leave(home);
}

static void without_a_repository_only_files_inside_count(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write(".gitignore", "*\n");
    fixture_write("t/.gitignore", "/b\n");
    fixture_write("t/a", "");
    fixture_write("t/b", "");
    fixture_write("t/c/b", "");
    fixture_expect("t", 0, ".gitignore\na\nc/\nc/b\n");
    fixture_leave(home);
}

static void an_ignored_folder_stays_closed(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write("t/.gitignore", "out/\n!out/keep\n");
    fixture_write("t/out/.gitignore", "!*\n");
    fixture_write("t/out/keep", "");
    fixture_expect("t", 0, ".gitignore\n");
    fixture_expect("t", WHET_SCAN_IGNORED, ".gitignore\nout/ =.gitignore:1\n");
    fixture_expect("t/out", 0, ".gitignore\nkeep\n");
    fixture_leave(home);
}

static void ignore_files_that_are_no_files_do_not_count(void **state)
{
    char *home = fixture_enter();

    (void)state;
    fixture_write("rules", "*\n");
    fixture_write("t/f", "");
    assert_int_equal(symlink("../rules", "t/.gitignore"), 0);
    fixture_expect("t", 0, ".gitignore@\nf\n");
    fixture_write("u/.gitignore/f", "");
    fixture_write("u/f", "");
    fixture_expect("u", 0, ".gitignore/\n.gitignore/f\nf\n");
    assert_int_equal(mkdir("v", 0755), 0);
    assert_int_equal(mkfifo("v/.gitignore", 0600), 0);
    fixture_write("v/f", "");
    fixture_expect("v", 0, ".gitignore|\nf\n");
    fixture_leave(home);
}

static void configuration_is_read_as_git_reads_it(void **state)
{
    static const struct {
        const char *config;
        int applies;
    } cases[] = {
        {"[core]\nexcludesfile=~/g", 1},
        {"[CORE] excludesFile = \"~/g\" # x\n", 1},
        {"\xef\xbb\xbf[core]\r\n\texcludesfile = ~/g\r\n", 1},
        {"[core \"sub\"]\nexcludesfile=~/g\n", 0},
        {"[core]\nexcludesfile=~/other\n[user]\nname=\"a;b\"\n[core]\nexcludesfile=~/\\\ng", 1},
        {"[core]\nexcludesfile=~/g\nexcludesfile=\n", 0},
        {"[core\nexcludesfile=~/g\n", 0},
        {"[core]\nexcludesfile=~/g\n\"\n", 1},
        {"[core]\nexcludesfile=~/\\q\n", 0},
        {"[core]\nexcludesfile\n", 0},
        {"; [core]\nexcludesfile=~/g\n", 0},
        {"[include]\npath=inc\n", 1},
        {"[include]\npath=~/inc\n[core]\nexcludesfile = none\n", 0},
        {"[include]\npath=.gitconfig\npath=.gitconfig\npath=.gitconfig\npath=.gitconfig\n", 0},
    };
    char *home = fixture_enter();

    (void)state;
    fixture_write("g", "a\n");
    fixture_write("inc", "[core]\nexcludesfile=~/g\n");
    fixture_write("t/a", "");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fixture_write(".gitconfig", cases[i].config);
        fixture_expect("t", 0, cases[i].applies ? "" : "a\n");
    }
    fixture_write(".gitconfig", "[core]\nexcludesfile=~/g\n");
    fixture_write("t/.git/config", "[core]\n\texcludesFile = local\n");
    fixture_write("t/local", "b\n");
    fixture_write("t/b", "");
    fixture_expect("t", 0, "a\nlocal\n");
    fixture_leave(home);
}

/* A folder 1,200 deep with names of 100 bytes: its path is 30 times PATH_MAX. */
static void deep_folders_need_few_descriptors(void **state)
{
    struct rlimit old, few = {64, 64};
    char *home = fixture_enter(), *got;
    char name[101];
    size_t len, lines = 0;

    (void)state;
    memset(name, 'd', 100);
    name[100] = '\0';
    assert_int_equal(mkdir("t", 0755), 0);
    assert_int_equal(chdir("t"), 0);
    for (int i = 0; i < 1200; i++) {
        fixture_write("f", "");
        assert_int_equal(mkdir(name, 0755), 0);
        assert_int_equal(mkdir("e", 0755), 0);
        assert_int_equal(chdir(name), 0);
    }
    assert_int_equal(chdir(home), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    few.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    got = fixture_walk_to("t", 0, 8, '\n', &len);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    for (size_t i = 0; i < len; i++)
        lines += got[i] == '\n';
    assert_int_equal(lines, 3600);
    assert_null(strchr(got, '!'));
    whet__mem_free(got);
    fixture_leave(home);
}

static void wide_folders(void **state)
{
    char *home = fixture_enter(), *got;
    size_t len, lines = 0;
    const char *previous = NULL;

    (void)state;
    assert_int_equal(mkdir("t", 0755), 0);
    for (int i = 0; i < 10000; i++) {
        char path[32];

        snprintf(path, sizeof(path), "t/f%d.c", i * 7919 % 100003);
        fixture_write(path, "");
        snprintf(path, sizeof(path), "t/d%d", i * 7919 % 100003);
        assert_int_equal(mkdir(path, 0755), 0);
    }
    got = fixture_walk_to("t", 0, 4, '\0', &len);
    for (const char *at = got; at < got + len; at += strlen(at) + 1, lines++) {
        assert_true(previous == NULL || strcmp(previous, at) < 0);
        previous = at;
    }
    assert_int_equal(lines, 20000);
    whet__mem_free(got);
    fixture_leave(home);
}

/* As nobody, for whom permissions hold even where the tests run as root. */
static void unreadable_folders_are_named(void **state)
{
    char *home = fixture_enter();
    pid_t child;
    int status;

    (void)state;
    fixture_write("t/a", "");
    fixture_write("t/closed/b", "");
    fixture_write("t/open/c", "");
    fixture_write("t/open/.gitignore", "c\n");
    assert_int_equal(chmod("t/closed", 0), 0);
    assert_int_equal(chmod("t/open/.gitignore", 0), 0);
    assert_int_equal(chmod(home, 0755), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        size_t len;
        char *got;

        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        got = fixture_walk_to("t", 0, 1, '\n', &len);
        _exit(strcmp(got, "a\nclosed/ !13\nopen/\nopen/.gitignore\nopen/c\n") == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(chmod("t/closed", 0755), 0);
    fixture_leave(home);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

struct hooked {
    atomic_int calls;
    atomic_int polls;
    int stop_after; /* polls */
    int remove;     /* the folder "t/gone" while its parent is being read */
};

static void on_folder(void *ctx, struct whet_walk_dir *dir, int dirfd, struct whet_arena *arena,
                      unsigned worker)
{
    struct hooked *h = ctx;
    struct stat st;

    (void)worker;
    assert_int_equal(fstat(dirfd, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    dir->user = whet__arena_strndup(arena, dir->name, dir->name_len);
    if (h->remove && dir->parent == NULL)
        assert_int_equal(rmdir("t/gone"), 0);
    atomic_fetch_add(&h->calls, 1);
}

static int on_stop(void *ctx)
{
    struct hooked *h = ctx;

    return atomic_fetch_add(&h->polls, 1) >= h->stop_after;
}

static struct whet_walk *walk_hooked(struct hooked *h, unsigned jobs)
{
    const struct whet_walk_options options = {.hook = on_folder, .stop = on_stop, .ctx = h};
    struct whet_pool *pool;
    struct whet_walk *w = NULL;

    assert_int_equal(whet_pool_new(&pool, &(struct whet_pool_options){.workers = jobs}), 0);
    assert_int_equal(whet__walk_run(&w, "t", &options, pool, NULL, NULL), 0);
    whet_pool_free(pool);
    return w;
}

static void hooks_stop_and_vanishing_folders(void **state)
{
    struct hooked all = {.stop_after = 1000}, some = {.stop_after = 3},
                  gone = {.stop_after = 1000, .remove = 1};
    const struct whet_walk_dir *root;
    char *home = fixture_enter();
    struct whet_walk *w;

    (void)state;
    for (char c = 'a'; c <= 'j'; c++)
        fixture_write((char[]){'t', '/', c, '/', 'f', '\0'}, "");
    w = walk_hooked(&all, 4);
    root = whet__walk_root(w);
    assert_int_equal(all.calls, 11);
    assert_int_equal(whet__walk_dir_count(w), 11);
    assert_string_equal(root->entries[2].dir->user, "c");
    whet__walk_free(w);
    w = walk_hooked(&some, 1);
    root = whet__walk_root(w);
    assert_int_equal(some.calls, 3);
    assert_int_equal(root->entry_count, 10);
    assert_int_equal(root->entries[1].dir->error, 0);
    assert_int_equal(root->entries[2].dir->error, -ECANCELED);
    whet__walk_free(w);
    assert_int_equal(mkdir("t/gone", 0755), 0);
    w = walk_hooked(&gone, 1);
    root = whet__walk_root(w);
    assert_string_equal(root->entries[6].name, "g");
    assert_string_equal(root->entries[7].name, "gone");
    assert_int_equal(root->entries[7].dir->error, -ENOENT);
    whet__walk_free(w);
    fixture_leave(home);
}

static void survives_failed_allocations(void **state)
{
    const struct whet_walk_options options = {.flags = WHET_SCAN_IGNORED};
    char *home = fixture_enter();
    struct whet_pool *pool;
    int done = 0;

    (void)state;
    fixture_write(".gitconfig", "[include]\npath=inc\n");
    fixture_write("inc", "[core]\nexcludesfile=~/g\n");
    fixture_write("g", "*.o\n");
    fixture_write("r/.git/info/exclude", "x\n");
    fixture_write("r/.gitignore", "a/b/*\n*.o\n");
    fixture_write("r/s/.whetignore", "[a-z]x\n");
    fixture_write("r/s/in/.git", "gitdir: ../x\n");
    fixture_write("r/s/a.o", "");
    assert_int_equal(whet_pool_new(&pool, &(struct whet_pool_options){.workers = 1}), 0);
    EACH_ALLOCATION_FAILS
    {
        struct whet_walk *w = NULL;
        int rc = whet__walk_run(&w, "r/s", &options, pool, NULL, NULL);

        if (rc == 0) {
            assert_int_equal(whet__walk_root(w)->entry_count, 3);
            done++;
        } else {
            assert_int_equal(rc, -ENOMEM);
            assert_null(w);
        }
        whet__walk_free(w);
    }
    assert_int_equal(done, 1);
    whet_pool_free(pool);
    fixture_leave(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_that_of_whole_paths),
        cmocka_unit_test(the_root_may_be_a_link_or_end_in_slashes),
        cmocka_unit_test(each_source_has_its_place_and_its_switch),
        cmocka_unit_test(ignored_entries_name_their_rule),
        cmocka_unit_test(a_repository_inside_starts_anew),
        cmocka_unit_test(without_a_repository_only_files_inside_count),
        cmocka_unit_test(an_ignored_folder_stays_closed),
        cmocka_unit_test(ignore_files_that_are_no_files_do_not_count),
        cmocka_unit_test(configuration_is_read_as_git_reads_it),
        cmocka_unit_test(deep_folders_need_few_descriptors),
        cmocka_unit_test(wide_folders),
        cmocka_unit_test(unreadable_folders_are_named),
        cmocka_unit_test(hooks_stop_and_vanishing_folders),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
