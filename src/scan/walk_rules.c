/* Which ignore files hold where. Expected load: called for the folders that hold an
 * ignore file or a repository, one in fifty; all others share their parent's chains.
 *
 * Choices that git does not make for us: .gitignore files count without a repository
 * too, but then only those inside the walked folder, since "~/.gitignore" with "*" in
 * it is common and not about other projects. Links named .gitignore do not count, as
 * in git; .whetignore is held to the same. A nested repository starts git's chain
 * anew; .whetignore rules reach into it. */
#include "scan/walk_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"
#include "scan/git_config.h"
#include "scan/git_repo.h"

#define GIT_NAME       ".gitignore"
#define WHET_NAME      ".whetignore"
#define TEXT_MAX       ((size_t)65536)    /* of a path to a repository */
#define NAME_MAX_BYTES ((size_t)16 << 20) /* of an ignore file, as reports name it */

/* What one _load works with. */
struct rules_loader {
    const struct whet_walk_rules *rules;
    const struct whet_walk_place *place;
    struct whet_arena *arena;
    struct whet_text *text;
    int error;
};

static int add_scope(struct rules_loader *l, const struct whet_ignore_scope **chain,
                     const struct whet_ignore *set, size_t base_len)
{
    struct whet_ignore_scope *scope;

    if (set->rule_count == 0)
        return 0;
    scope = whet__arena_alloc(l->arena, sizeof(*scope));
    if (scope == NULL)
        return -ENOMEM;
    *scope = (struct whet_ignore_scope){*chain, *set, base_len};
    *chain = scope;
    return 0;
}

/* How reports name a file in the present folder: from the walked folder if it is
 * inside, else in full. Absolute names stay. */
static int source_name(struct rules_loader *l, const char *name, struct whet_text *out)
{
    const struct whet_walk_rules *r = l->rules;

    if (name[0] != '/') {
        if (l->place->path_len >= r->prefix.len) {
            whet__text_append(out, l->place->path + r->prefix.len,
                              l->place->path_len - r->prefix.len);
        } else {
            whet__text_puts(out, whet__text_str(&r->top));
            whet__text_append(out, l->place->path, l->place->path_len);
        }
    }
    whet__text_puts(out, name);
    return whet__text_error(out);
}

/* Compiles the file `name` of the present folder; a missing one has no rules. */
static int compile_file(struct rules_loader *l, const char *name, struct whet_ignore *out)
{
    struct whet_text source;
    int rc;

    whet__text_init(&source, NAME_MAX_BYTES);
    whet__text_reset(l->text);
    rc = whet__file_read(l->place->dirfd, name, WHET_IGNORE_FILE_MAX, l->text);
    if (rc == 0 && (l->rules->flags & WHET_SCAN_IGNORED) != 0)
        rc = source_name(l, name, &source);
    if (rc == 0)
        rc = whet__ignore_compile(out, whet__text_str(l->text), l->text->len, source.data,
                                  l->arena);
    whet__text_clear(&source);
    if (rc == 0 || rc == -ENOMEM || rc == -ENOENT || rc == -ENOTDIR)
        return rc == -ENOMEM ? rc : 0;
    l->error = rc;
    return 0;
}

static int add_file(struct rules_loader *l, const struct whet_ignore_scope **chain,
                    const char *name)
{
    struct whet_ignore set = {0};
    int rc = compile_file(l, name, &set);

    return rc != 0 ? rc : add_scope(l, chain, &set, l->place->path_len);
}

/* `dir`/`name`, if the folder of a repository is known. */
static int repo_file(const struct whet_text *dir, const char *name, struct whet_text *out)
{
    whet__text_reset(out);
    whet__text_printf(out, "%s/%s", whet__text_str(dir), name);
    return whet__text_error(out);
}

/* core.excludesFile: the user's, unless the repository has its own. */
static int add_user_rules(struct rules_loader *l, const struct whet_text *common,
                          struct whet_text *path, const struct whet_ignore_scope **chain)
{
    struct whet_ignore set = l->rules->user;
    int rc;

    if ((l->rules->flags & WHET_SCAN_NO_GLOBAL) != 0)
        return 0;
    rc = repo_file(common, "config", path);
    if (rc != 0)
        return rc;
    rc = whet__git_config_excludes(l->place->dirfd, whet__text_str(path), path);
    if (rc == 0) {
        memset(&set, 0, sizeof(set));
        if (path->len > 0)
            rc = compile_file(l, whet__text_str(path), &set);
    }
    if (rc != 0 && rc != -ENOENT)
        return rc;
    return add_scope(l, chain, &set, l->place->path_len);
}

/* Git's chain where a repository starts, without its .gitignore. */
static int start_repo(struct rules_loader *l, const struct whet_ignore_scope **chain)
{
    struct whet_text common, path;
    int rc;

    whet__text_init(&common, TEXT_MAX);
    whet__text_init(&path, TEXT_MAX);
    *chain = NULL;
    rc = whet__git_repo_common(l->place->dirfd, &common);
    if (rc == 0)
        rc = add_user_rules(l, &common, &path, chain);
    if (rc == 0 && (l->rules->flags & WHET_SCAN_NO_GITIGNORE) == 0)
        rc = repo_file(&common, "info/exclude", &path);
    if (rc == 0 && (l->rules->flags & WHET_SCAN_NO_GITIGNORE) == 0)
        rc = add_file(l, chain, whet__text_str(&path));
    whet__text_clear(&common);
    whet__text_clear(&path);
    return rc;
}

int whet__walk_rules_load(const struct whet_walk_rules *r, const struct whet_walk_place *place,
                          struct whet_walk_chains *chains, struct whet_arena *arena,
                          struct whet_text *text, int *error)
{
    struct rules_loader l = {r, place, arena, text, 0};
    struct whet_walk_chains now = *chains;
    int rc = 0;

    if ((place->holds & WHET_WALK_HOLDS_GIT) != 0)
        rc = start_repo(&l, &now.git);
    if (rc == 0 && (place->holds & WHET_WALK_HOLDS_GITIGNORE) != 0 &&
        (r->flags & WHET_SCAN_NO_GITIGNORE) == 0)
        rc = add_file(&l, &now.git, GIT_NAME);
    if (rc == 0 && (place->holds & WHET_WALK_HOLDS_WHETIGNORE) != 0 &&
        (r->flags & WHET_SCAN_NO_WHETIGNORE) == 0)
        rc = add_file(&l, &now.whet, WHET_NAME);
    if (rc != 0)
        return rc;
    *chains = now;
    if (l.error != 0)
        *error = l.error;
    return 0;
}

/* Whether `name` lies in the open folder, and as a regular file if that is wanted. */
static int holds_name(int dirfd, const char *name, int regular)
{
    struct whet_file_stat st;

    return whet__dir_stat(dirfd, name, &st) == 0 && (!regular || st.kind == WHET_FILE_REGULAR);
}

static unsigned holds_what(int dirfd)
{
    unsigned holds = 0;

    if (holds_name(dirfd, ".git", 0))
        holds |= WHET_WALK_HOLDS_GIT;
    if (holds_name(dirfd, GIT_NAME, 1))
        holds |= WHET_WALK_HOLDS_GITIGNORE;
    if (holds_name(dirfd, WHET_NAME, 1))
        holds |= WHET_WALK_HOLDS_WHETIGNORE;
    return holds;
}

/* Loads one folder above the walked one: `path` up to `len`, below the top. */
static int load_above(struct whet_walk_rules *r, char *path, size_t len,
                      struct whet_arena *arena, struct whet_text *text)
{
    struct whet_walk_place place = {.path = path + r->top.len, .path_len = len - r->top.len};
    char next = path[len];
    int rc, fd;

    path[len] = '\0';
    fd = whet__dir_open(AT_FDCWD, path);
    path[len] = next;
    if (fd < 0) {
        r->error = fd;
        return 0;
    }
    place.dirfd = fd;
    place.holds = holds_what(fd);
    rc = whet__walk_rules_load(r, &place, &r->above, arena, text, &r->error);
    close(fd);
    return rc;
}

/* The length of the nearest folder above, with its '/', in which a repository starts;
 * 0: none. `path` is absolute and ends in '/'. */
static size_t find_top(const char *path, size_t len, struct whet_text *text)
{
    while (len > 1) {
        for (len--; path[len - 1] != '/';)
            len--;
        whet__text_reset(text);
        whet__text_append(text, path, len);
        whet__text_puts(text, ".git");
        if (holds_name(AT_FDCWD, whet__text_str(text), 0))
            return len;
    }
    return 0;
}

/* Splits the walked folder's full path, which ends in '/', where the repository around
 * it starts. 0: there is none. */
static size_t split_full(struct whet_walk_rules *r, const struct whet_text *full,
                         struct whet_text *text)
{
    size_t top = find_top(whet__text_str(full), full->len, text);

    if (top == 0)
        return 0;
    whet__text_append(&r->top, full->data, top);
    whet__text_append(&r->prefix, full->data + top, full->len - top);
    return top;
}

/* Loads what is above the walked folder, if a repository starts there. A folder whose
 * full path cannot be told, such as one longer than the kernel takes, has nothing
 * above. */
static int load_all_above(struct whet_walk_rules *r, const char *path, struct whet_arena *arena,
                          struct whet_text *text)
{
    struct whet_text full;
    size_t at = 0;
    int rc;

    whet__text_init(&full, TEXT_MAX);
    rc = whet__path_real(path, &full);
    if (rc == 0) {
        if (full.len > 1)
            whet__text_putc(&full, '/');
        at = split_full(r, &full, text);
    }
    for (; rc == 0 && at > 0 && at < full.len; at++) {
        if (full.data[at - 1] == '/')
            rc = load_above(r, full.data, at, arena, text);
    }
    whet__text_clear(&full);
    if (rc == -ENOMEM || whet__text_error(&r->top) != 0 || whet__text_error(&r->prefix) != 0)
        return -ENOMEM;
    return 0;
}

static int load_user(struct whet_walk_rules *r, int dirfd, struct whet_arena *arena,
                     struct whet_text *text)
{
    const struct whet_walk_place place = {.dirfd = dirfd, .path = ""};
    struct rules_loader l = {r, &place, arena, text, 0};
    struct whet_text path;
    int rc;

    if ((r->flags & WHET_SCAN_NO_GLOBAL) != 0)
        return 0;
    whet__text_init(&path, TEXT_MAX);
    rc = whet__git_repo_user_excludes(&path);
    if (rc == 0 && path.len > 0)
        rc = compile_file(&l, whet__text_str(&path), &r->user);
    whet__text_clear(&path);
    if (rc == 0)
        rc = add_scope(&l, &r->above.git, &r->user, 0);
    r->error = l.error;
    return rc == -ENOMEM ? rc : 0;
}

int whet__walk_rules_init(struct whet_walk_rules *r, unsigned flags, int dirfd,
                          const char *path, struct whet_arena *arena)
{
    struct whet_text text;
    int rc;

    memset(r, 0, sizeof(*r));
    r->flags = flags;
    whet__text_init(&r->prefix, TEXT_MAX);
    whet__text_init(&r->top, TEXT_MAX);
    whet__text_init(&text, WHET_IGNORE_FILE_MAX);
    rc = load_user(r, dirfd, arena, &text);
    if (rc == 0 && (flags & WHET_SCAN_NO_PARENTS) == 0 && !holds_name(dirfd, ".git", 0))
        rc = load_all_above(r, path, arena, &text);
    whet__text_clear(&text);
    if (rc != 0)
        whet__walk_rules_clear(r);
    return rc;
}

void whet__walk_rules_clear(struct whet_walk_rules *r)
{
    whet__text_clear(&r->prefix);
    whet__text_clear(&r->top);
}
