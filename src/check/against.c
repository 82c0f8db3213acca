/* Another commit of the project, in a tree of its own. A few calls of git for each check;
 * what takes time is building. */
#include "check/against.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/build.h"
#include "os/file.h"
#include "os/path.h"
#include "os/spawn.h"

#define WORDS_MAX 64

struct whet_against {
    struct whet_against_options options;
    struct whet_text ours;   /* the project's folder */
    struct whet_text temp;   /* made by us; empty: none */
    struct whet_text tree;   /* the worktree in it */
    struct whet_text theirs; /* the project's folder in that */
    struct whet_text commit;
    struct whet_builds ours_built, theirs_built;
    int submodules;
};

/* Runs git in our project's folder; its output goes to `out`, if it is not NULL. Only
 * `wanted` calls are ended by the user: the tree is removed in any case. */
static int git(const struct whet_against *a, const char *const *words, int wanted,
               struct whet_text *out, struct whet_error *err)
{
    /* Hooks of the user's are for the user's own checkouts. */
    const char *argv[WORDS_MAX] = {"git", "-C", whet__text_str(&a->ours), "-c",
                                   "core.hooksPath=/dev/null"};
    struct whet_spawn_result result;
    struct whet_text said;
    size_t at = 5;
    int rc;

    while (*words != NULL && at + 1 < WORDS_MAX)
        argv[at++] = *words++;
    whet__text_init(&said, 4096);
    rc = whet__spawn_run(
        &(struct whet_spawn_options){.argv = argv,
                                     .out = out != NULL ? WHET_SPAWN_CAPTURE : WHET_SPAWN_NULL,
                                     .err = WHET_SPAWN_CAPTURE,
                                     .out_text = out,
                                     .err_text = &said,
                                     .stop = wanted ? a->options.stop : NULL,
                                     .ctx = a->options.ctx},
        &result, err);
    if (rc == -ENOENT)
        rc = whet_error_set(err, rc, "cannot find program: 'git': --against needs it");
    else if (rc == 0 && result.stopped)
        rc = whet_error_set(err, -EINTR, "interrupted");
    else if (rc == 0 && result.out_cut)
        rc = whet_error_set(err, -ENOMEM, "out of memory: '--against'");
    else if (rc == 0 && result.exit_code != 0) {
        const char *text = whet__text_str(&said);

        rc = whet_error_set(err, -ECHILD, "git failed: '%s': %.*s", argv[5],
                            (int)strcspn(text, "\n"), text);
    }
    whet__text_clear(&said);
    return rc;
}

static void drop_line_end(struct whet_text *t)
{
    while (t->len > 0 && t->data[t->len - 1] == '\n')
        whet__text_truncate(t, t->len - 1);
}

static int find_commit(struct whet_against *a, struct whet_error *err)
{
    const char *ref = a->options.ref;
    const char *words[] = {"rev-parse", "--verify", "--quiet", NULL, NULL};
    const char *const shallow[] = {"rev-parse", "--is-shallow-repository", NULL};
    struct whet_text text;
    int rc;

    if (ref[0] == '-' || ref[0] == '\0')
        return whet_error_set(err, -EINVAL, "not a commit: '%.200s'", ref);
    whet__text_init(&text, 4096);
    whet__text_printf(&text, "%s^{commit}", ref);
    words[3] = whet__text_str(&text);
    rc = whet__text_error(&text);
    if (rc == 0)
        rc = git(a, words, 1, &a->commit, err);
    drop_line_end(&a->commit);
    whet__text_reset(&text);
    if (rc == -ECHILD && git(a, shallow, 1, &text, NULL) == 0 &&
        strncmp(whet__text_str(&text), "true", 4) == 0)
        rc = whet_error_set(err, -ENOENT,
                            "no such commit here: '%.200s': this is a shallow clone: fetch "
                            "more of its history (git fetch --unshallow, fetch-depth: 0)",
                            ref);
    else if (rc == -ECHILD)
        rc = whet_error_set(err, -ENOENT,
                            "no such commit: '%.200s': 'git log' and 'git "
                            "branch -a' list them",
                            ref);
    whet__text_clear(&text);
    return rc;
}

/* The folder's path below the top of the repository, "" or with a slash at its end. */
static int find_prefix(const struct whet_against *a, struct whet_text *prefix,
                       struct whet_error *err)
{
    const char *const words[] = {"rev-parse", "--show-prefix", NULL};
    int rc = git(a, words, 1, prefix, err);

    drop_line_end(prefix);
    if (rc == -ECHILD)
        rc = whet_error_set(err, -ENOTDIR,
                            "not a git repository: '%.300s': --against compares with a commit",
                            whet__text_str(&a->ours));
    return rc;
}

static int add_tree(struct whet_against *a, struct whet_error *err)
{
    const char *const words[] = {
        "worktree", "add", "--detach", whet__text_str(&a->tree), whet__text_str(&a->commit),
        NULL};

    return git(a, words, 1, NULL, err);
}

static int append(struct whet_text *out, const char *a, const char *b)
{
    whet__text_puts(out, a);
    whet__text_puts(out, b);
    return whet__text_error(out);
}

static int make_tree(struct whet_against *a, const char *prefix, struct whet_error *err)
{
    int rc = whet__file_make_temp_dir(&a->temp);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot make a temporary folder: %s", strerror(-rc));
    rc = append(&a->tree, whet__text_str(&a->temp), "/tree");
    if (rc == 0)
        rc = append(&a->theirs, whet__text_str(&a->tree), "/.gitmodules");
    if (rc == 0)
        rc = add_tree(a, err);
    if (rc != 0)
        return rc;
    a->submodules = access(whet__text_str(&a->theirs), F_OK) == 0;
    whet__text_truncate(&a->theirs, a->tree.len + 1);
    rc = append(&a->theirs, prefix, "");
    while (a->theirs.len > 0 && a->theirs.data[a->theirs.len - 1] == '/')
        whet__text_truncate(&a->theirs, a->theirs.len - 1);
    if (rc == 0 && access(whet__text_str(&a->theirs), X_OK) != 0)
        rc = whet_error_set(err, -ENOTDIR, "not in '%.100s': '%.300s'", a->options.ref, prefix);
    return rc;
}

static int open_tree(struct whet_against *a, struct whet_error *err)
{
    struct whet_text prefix;
    int rc = whet__path_real(a->options.dir, &a->ours);

    if (rc != 0)
        return whet_error_set(err, rc, "cannot open: '%.300s': %s", a->options.dir,
                              strerror(-rc));
    whet__text_init(&prefix, PATH_MAX);
    rc = find_prefix(a, &prefix, err);
    if (rc == 0)
        rc = find_commit(a, err);
    if (rc == 0)
        rc = make_tree(a, whet__text_str(&prefix), err);
    whet__text_clear(&prefix);
    return rc;
}

int whet__against_open(struct whet_against **out, const struct whet_against_options *options,
                       struct whet_error *err)
{
    struct whet_against *a = whet__mem_zalloc(1, sizeof(*a));
    int rc;

    if (a == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '--against'");
    a->options = *options;
    whet__text_init(&a->ours, PATH_MAX);
    whet__text_init(&a->temp, PATH_MAX);
    whet__text_init(&a->tree, PATH_MAX);
    whet__text_init(&a->theirs, PATH_MAX);
    whet__text_init(&a->commit, PATH_MAX);
    whet__builds_init(&a->ours_built, NULL, WHET_BUILD_HERE, options->stop, options->ctx);
    whet__builds_init(&a->theirs_built, NULL, options->ref, options->stop, options->ctx);
    rc = open_tree(a, err);
    a->ours_built.dir = whet__text_str(&a->ours);
    a->theirs_built.dir = whet__text_str(&a->theirs);
    if (rc == 0)
        *out = a;
    else
        whet__against_free(a);
    return rc;
}

/* All that can be tried: nobody is left who could do something about a failure. What git
 * refuses to remove goes with its folder. */
static void remove_tree(struct whet_against *a)
{
    const char *const removes[] = {"worktree", "remove", "--force", whet__text_str(&a->tree),
                                   NULL};
    const char *const prunes[] = {"worktree", "prune", NULL};

    (void)git(a, removes, 0, NULL, NULL);
    if (whet__file_remove_tree(whet__text_str(&a->temp)) == 0)
        (void)git(a, prunes, 0, NULL, NULL);
}

void whet__against_free(struct whet_against *a)
{
    if (a == NULL)
        return;
    if (a->temp.len != 0)
        remove_tree(a);
    whet__text_clear(&a->ours);
    whet__text_clear(&a->temp);
    whet__text_clear(&a->tree);
    whet__text_clear(&a->theirs);
    whet__text_clear(&a->commit);
    whet__builds_clear(&a->ours_built);
    whet__builds_clear(&a->theirs_built);
    whet__mem_free(a);
}

int whet__against_build(struct whet_against *a, const char *const *lines,
                        struct whet_error *err)
{
    int rc = whet__build(&a->ours_built, lines, err);

    return rc == 0 ? whet__build(&a->theirs_built, lines, err) : rc;
}

const char *whet__against_dir(const struct whet_against *a)
{
    return whet__text_str(&a->theirs);
}

int whet__against_submodules(const struct whet_against *a)
{
    return a->submodules;
}
