/* result/undeclared.h: what is told of files that were seen, and what is not. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "result/undeclared.h"

static char folder[4096];
static struct whet_looks looks;

struct seen {
    const char *name; /* below the folder, or absolute */
    enum whet_look_kind kind;
    unsigned uses;
};

static int group_setup(void **state)
{
    return own_folder_enter(state) != 0 || getcwd(folder, sizeof(folder)) == NULL ||
           mkdir("src", 0777) != 0 || mkdir("inc", 0777) != 0 || symlink("inc", "link") != 0;
}

static int group_teardown(void **state)
{
    whet__looks_clear(&looks);
    return own_folder_leave(state);
}

/* "name:use|" of each file that is told; or the error. */
static const char *told(const struct whet_run_job *given, const struct whet_vec *ignored,
                        const struct seen *seen, size_t count)
{
    static char out[4096];
    static char paths[16][8192];
    static const char *const argv[] = {"/bin/true", NULL};
    struct whet_trace_file files[16];
    const struct whet_trace_file *list[16];
    const struct whet_trace_files all = {.files = list, .count = count};
    struct whet_run_job job = *given;
    struct whet_undeclared u;
    size_t at = 0;
    int rc;

    job.argv = argv;
    for (size_t i = 0; i < count; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%s%s%s", seen[i].name[0] == '/' ? "" : folder,
                 seen[i].name[0] == '/' ? "" : "/", seen[i].name);
        files[i] = (struct whet_trace_file){paths[i], seen[i].kind, seen[i].uses};
        list[i] = &files[i];
    }
    rc = whet__undeclared_find(&u, &job, folder, ignored, &looks, &all);
    if (rc != 0)
        return strerror(-rc);
    out[0] = '\0';
    for (size_t i = 0; i < u.files.len; i++) {
        const struct whet_undeclared_file *f =
            ((struct whet_undeclared_file *const *)u.files.items)[i];

        at += (size_t)snprintf(out + at, sizeof(out) - at, "%s:%s|", f->name,
                               whet__undeclared_use(f->uses));
    }
    whet__undeclared_clear(&u);
    return out;
}

#define TOLD(job, ...)                                                                         \
    told(job, NULL, (const struct seen[]){__VA_ARGS__},                                        \
         sizeof((const struct seen[]){__VA_ARGS__}) / sizeof(struct seen))
#define FILE_READ(name)                                                                        \
    {                                                                                          \
        name, WHET_LOOK_FILE, WHET_FILE_READ                                                   \
    }
#define FILE_USED(n, u)                                                                        \
    {                                                                                          \
        n, WHET_LOOK_FILE, u                                                                   \
    }

static void what_is_declared_is_not_told(void **state)
{
    const char *const inputs[] = {"src/a.c", "inc", "gen/**/*.h", "li?*/", NULL};
    const char *const outputs[] = {"a.o", NULL};
    const struct whet_run_job job = {.inputs = inputs, .outputs = outputs};

    (void)state;
    assert_string_equal(TOLD(&job, FILE_READ("src/a.c"), FILE_READ("inc/x/y.h"),
                             FILE_READ("gen/deep/z.h"), FILE_READ("gen/z.h"), FILE_READ("a.o"),
                             FILE_READ("lib/a/f")),
                        "");
    assert_string_equal(
        TOLD(&job, FILE_READ("src/b.c"), FILE_READ("gen/z.c"), FILE_READ("incx/a.h")),
        "gen/z.c:read|incx/a.h:read|src/b.c:read|");
    assert_string_equal(TOLD(&job, FILE_READ("inc/.git/HEAD")), "inc/.git/HEAD:read|");
}

static void links_and_dots_are_followed(void **state)
{
    const char *const inputs[] = {"inc/a.h", NULL};
    const struct whet_run_job job = {.inputs = inputs}, none = {0};

    (void)state;
    assert_string_equal(TOLD(&job, FILE_READ("link/a.h"), FILE_READ("src/../inc/a.h")), "");
    assert_string_equal(TOLD(&none, FILE_READ("link/a.h"), FILE_USED("inc/a.h", WHET_FILE_RUN)),
                        "inc/a.h:read|");
}

static void what_it_makes_and_what_is_not_there_are_no_inputs(void **state)
{
    const struct whet_run_job job = {0};

    (void)state;
    assert_string_equal(TOLD(&job, FILE_USED("made", WHET_FILE_WRITE),
                             FILE_USED("seen", WHET_FILE_LOOK | WHET_FILE_WRITE),
                             {"absent", WHET_LOOK_GONE, WHET_FILE_READ},
                             {"src", WHET_LOOK_DIR, WHET_FILE_READ},
                             {"pipe", WHET_LOOK_OTHER, WHET_FILE_READ}),
                        "");
    assert_string_equal(TOLD(&job, FILE_USED("inc/b", WHET_FILE_WRITE), FILE_READ("link/b")),
                        "");
    assert_string_equal(TOLD(&job, FILE_USED("edit", WHET_FILE_READ | WHET_FILE_WRITE),
                             FILE_USED("look", WHET_FILE_LOOK)),
                        "edit:read|look:looked at|");
    /* Named by one that was killed before it got an answer. */
    assert_string_equal(TOLD(&job, FILE_USED("named", 0)), "");
}

static void the_system_is_not_told_but_what_is_ours_in_it(void **state)
{
    const struct whet_run_job here = {0}, inside = {.cwd = "/usr/share"}, root = {.cwd = "/"};

    (void)state;
    assert_string_equal(TOLD(&here, FILE_READ("/usr/include/stdio.h"), FILE_READ("/etc/passwd"),
                             FILE_READ("/usr/lib/../include/errno.h")),
                        "");
    assert_string_equal(
        TOLD(&inside, FILE_READ("/usr/share/absent/x"), FILE_READ("/usr/lib/y")),
        "absent/x:read|");
    assert_string_equal(TOLD(&root, FILE_READ("/usr/absent")), "");
}

static void a_folder_may_be_ignored(void **state)
{
    const struct whet_run_job job = {0};
    const struct seen seen[] = {FILE_READ("src/x"), FILE_READ("inc/x")};
    struct whet_vec ignored;
    char path[8192];
    const char **slot;

    (void)state;
    snprintf(path, sizeof(path), "%s/src", folder);
    whet__vec_init(&ignored, sizeof(const char *), 4);
    slot = whet__vec_push(&ignored);
    assert_non_null(slot);
    *slot = path;
    assert_string_equal(told(&job, &ignored, seen, 2), "inc/x:read|");
    whet__vec_clear(&ignored);
}

static void memory_may_run_out(void **state)
{
    const char *const inputs[] = {"src/a.c", "gen/*.h", NULL};
    const struct whet_run_job job = {.inputs = inputs};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const char *out = TOLD(&job, FILE_READ("src/a.c"), FILE_READ("src/b.c"));

        if (strcmp(out, "src/b.c:read|") != 0)
            assert_string_equal(out, "Cannot allocate memory");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_declared_is_not_told),
        cmocka_unit_test(links_and_dots_are_followed),
        cmocka_unit_test(what_it_makes_and_what_is_not_there_are_no_inputs),
        cmocka_unit_test(the_system_is_not_told_but_what_is_ours_in_it),
        cmocka_unit_test(a_folder_may_be_ignored),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
