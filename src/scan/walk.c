/* Every file below a folder that ignore rules leave in. Expected load: 25,000 files in
 * 4,700 folders, warm, in 60 ms of one core; at most millions of files, 100,000
 * in one folder, or folders a thousand deep.
 *
 * One task per folder: open it, read its names, load its ignore files, ask the rules,
 * sort, store, submit the folders below. Folders are opened by their path from the
 * root, which the kernel resolves faster than descriptors can be kept for them: so a
 * worker has one open, however deep or wide the tree is, and no file's path is built. */
#include "scan/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/mem.h"
#include "base/text.h"
#include "os/dir.h"
#include "scan/ignore_folder.h"
#include "scan/walk_list.h"
#include "scan/walk_rules.h"

#define ARENA_MAX ((size_t)1 << 40)
#define PATHS_MAX ((size_t)16 << 20) /* of one path */

struct walk_node {
    struct whet_walk_dir dir; /* first: hooks see only this */
    struct whet_walk_chains chains;
};

/* What one worker keeps from folder to folder. */
struct walk_worker {
    struct whet_walk *walk;
    struct whet_arena arena;
    struct whet_walk_list list;
    struct whet_ignore_folder folder;
    struct whet_text path; /* of the present folder from the top, with '/' at its end */
    struct whet_text file; /* an ignore file's text */
    uint64_t dirs;
    unsigned number;
    char apart[128]; /* keeps the next worker's counters off these cache lines */
};

struct whet_walk {
    struct whet_walk_options options;
    struct whet_pool *pool;
    struct whet_walk_rules rules;
    struct whet_arena arena; /* of the rules above the root */
    struct walk_node *root;
    int rootfd;
    atomic_int failure; /* the first reason to give the walk up */
    unsigned jobs;
    struct walk_worker workers[];
};

static void run_folder(void *ctx, void *arg, unsigned worker);

static void walk_fail(struct whet_walk *w, int error)
{
    int none = 0;

    (void)atomic_compare_exchange_strong(&w->failure, &none, error);
}

static int is_stopped(const struct whet_walk *w)
{
    return atomic_load_explicit(&w->failure, memory_order_relaxed) != 0 ||
           (w->options.stop != NULL && w->options.stop(w->options.ctx));
}

/* How long whet__walk_path and a '/' are. */
static size_t path_length(const struct whet_walk_dir *dir)
{
    size_t len = 0;

    for (; dir->parent != NULL; dir = dir->parent)
        len += dir->name_len + 1u;
    return len;
}

/* Appends the path of a folder with a '/' at its end; nothing for the root. */
static void append_path(const struct whet_walk_dir *dir, struct whet_text *out)
{
    size_t len = path_length(dir);
    char *at = whet__text_reserve(out, len);

    if (at == NULL)
        return;
    out->len += len;
    for (at += len, *at = '\0'; dir->parent != NULL; dir = dir->parent) {
        *--at = '/';
        at -= dir->name_len;
        memcpy(at, dir->name, dir->name_len);
    }
}

void whet__walk_path(const struct whet_walk_dir *dir, const char *name, struct whet_text *out)
{
    append_path(dir, out);
    whet__text_puts(out, name);
}

/* Opens `path`, which ends in '/', below the root, in pieces that the kernel takes. */
static int open_below(int rootfd, char *path, size_t len)
{
    int fd = rootfd;

    while (len > 0) {
        size_t piece = len < PATH_MAX ? len : (size_t)PATH_MAX - 1;
        int next;

        while (path[piece - 1] != '/')
            piece--;
        path[piece - 1] = '\0';
        next = whet__dir_open(fd, path);
        path[piece - 1] = '/';
        if (fd != rootfd)
            close(fd);
        if (next < 0)
            return next;
        fd = next;
        path += piece;
        len -= piece;
    }
    return fd;
}

static int name_is(const struct whet_walk_item *item, const char *name, size_t len)
{
    return item->name_len == len && memcmp(item->name, name, len) == 0;
}

static int is_vcs(const struct whet_walk_item *item)
{
    static const struct {
        const char *name;
        size_t len;
    } names[] = {{".git", 4}, {".hg", 3}, {".svn", 4},   {".jj", 3},
                 {".bzr", 4}, {".sl", 3}, {".pijul", 6}, {"_darcs", 6}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (name_is(item, names[i].name, names[i].len))
            return 1;
    }
    return 0;
}

static unsigned list_holds(const struct whet_walk_list *l)
{
    const struct whet_walk_item *items = l->items.items;
    unsigned holds = 0;

    for (size_t i = 0; i < l->items.len; i++) {
        int regular = items[i].kind == WHET_WALK_FILE;

        if (items[i].name[0] != '.')
            continue;
        if (name_is(&items[i], ".git", 4))
            holds |= WHET_WALK_HOLDS_GIT;
        else if (regular && name_is(&items[i], ".gitignore", 10))
            holds |= WHET_WALK_HOLDS_GITIGNORE;
        else if (regular && name_is(&items[i], ".whetignore", 11))
            holds |= WHET_WALK_HOLDS_WHETIGNORE;
    }
    return holds;
}

/* Loads the folder's ignore files and makes the rules ready to be asked. */
static int enter_rules(struct walk_worker *k, struct walk_node *node, int dirfd)
{
    struct whet_walk_place place = {dirfd, list_holds(&k->list), whet__text_str(&k->path),
                                    k->path.len};
    int rc = 0;

    if (place.holds != 0)
        rc = whet__walk_rules_load(&k->walk->rules, &place, &node->chains, &k->arena, &k->file,
                                   &node->dir.ignore_error);
    if (rc != 0)
        return rc;
    return whet__ignore_folder_enter(&k->folder, place.path, place.path_len, node->chains.whet,
                                     node->chains.git);
}

/* What rule leaves the item out; NULL: none does. */
static const char *item_rule(struct walk_worker *k, const struct whet_walk_item *item)
{
    const struct whet_ignore_rule *rule;

    if ((item->name[0] == '.' || item->name[0] == '_') && is_vcs(item))
        return WHET_WALK_VCS;
    rule = whet__ignore_folder_match(&k->folder, item->name, item->name_len,
                                     item->kind == WHET_WALK_DIR);
    if (rule == NULL || rule->negated)
        return NULL;
    return rule->where != NULL ? rule->where : "";
}

/* Drops or marks what the rules leave out; answers how many folders are left. */
static size_t apply_rules(struct walk_worker *k)
{
    struct whet_walk_list *l = &k->list;
    struct whet_walk_item *items = l->items.items;
    int listed = (k->walk->options.flags & WHET_SCAN_IGNORED) != 0;
    size_t kept = 0, dirs = 0;

    l->name_size = 0;
    for (size_t i = 0; i < l->items.len; i++) {
        struct whet_walk_item item = items[i];

        item.rule = item_rule(k, &item);
        if (item.rule != NULL) {
            if (!listed)
                continue;
            item.kind =
                item.kind == WHET_WALK_DIR ? WHET_WALK_IGNORED_DIR : WHET_WALK_IGNORED_FILE;
        }
        dirs += item.kind == WHET_WALK_DIR;
        l->name_size += item.name_len + 1u;
        items[kept++] = item;
    }
    l->items.len = kept;
    return dirs;
}

/* Copies the list into the arena: the names in one piece, the folders in another. */
static int store_list(struct walk_worker *k, struct walk_node *node, size_t dir_count)
{
    const struct whet_walk_item *items = k->list.items.items;
    size_t count = k->list.items.len;
    struct whet_walk_entry *entries = whet__arena_zalloc(&k->arena, count, sizeof(*entries));
    struct walk_node *nodes = whet__arena_zalloc(&k->arena, dir_count, sizeof(*nodes));
    char *names = whet__arena_alloc(&k->arena, k->list.name_size);

    if (entries == NULL || nodes == NULL || names == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct whet_walk_entry *e = &entries[i];

        memcpy(names, items[i].name, items[i].name_len);
        names[items[i].name_len] = '\0';
        e->name = names;
        e->name_len = items[i].name_len;
        e->kind = items[i].kind;
        e->rule = items[i].rule;
        names += e->name_len + 1u;
        if (e->kind != WHET_WALK_DIR)
            continue;
        nodes->dir = (struct whet_walk_dir){.parent = &node->dir,
                                            .name = e->name,
                                            .name_len = e->name_len,
                                            .depth = node->dir.depth + 1};
        nodes->chains = node->chains;
        e->dir = &nodes++->dir;
    }
    node->dir.entries = entries;
    node->dir.entry_count = count;
    return 0;
}

/* The last first, so that the first is taken next. */
static int submit_below(struct walk_worker *k, const struct walk_node *node)
{
    int rc = 0;

    for (size_t i = node->dir.entry_count; rc == 0 && i-- > 0;) {
        if (node->dir.entries[i].kind == WHET_WALK_DIR)
            rc = whet__pool_submit(k->walk->pool, k->number, run_folder, k->walk,
                                   node->dir.entries[i].dir);
    }
    return rc;
}

/* -ENOMEM ends the walk; other errors are the folder's own. */
static int read_folder(struct walk_worker *k, struct walk_node *node, int dirfd)
{
    const struct whet_walk_options *o = &k->walk->options;
    size_t dirs;
    int rc = whet__walk_list_read(&k->list, dirfd);

    if (rc == -ENOMEM)
        return rc;
    node->dir.error = rc;
    rc = enter_rules(k, node, dirfd);
    if (rc != 0)
        return rc;
    dirs = apply_rules(k);
    whet__walk_list_sort(&k->list);
    rc = store_list(k, node, dirs);
    if (rc != 0)
        return rc;
    rc = submit_below(k, node);
    if (o->hook != NULL)
        o->hook(o->ctx, &node->dir, dirfd, &k->arena, k->number);
    return rc;
}

static int walk_folder(struct walk_worker *k, struct walk_node *node)
{
    const struct whet_text *prefix = &k->walk->rules.prefix;
    int rc, fd;

    k->dirs++;
    whet__text_reset(&k->path);
    whet__text_append(&k->path, whet__text_str(prefix), prefix->len);
    append_path(&node->dir, &k->path);
    rc = whet__text_error(&k->path);
    if (rc != 0)
        return rc == -EFBIG ? -ENAMETOOLONG : rc;
    fd = open_below(k->walk->rootfd, k->path.data + prefix->len, k->path.len - prefix->len);
    if (fd < 0)
        return fd;
    rc = read_folder(k, node, fd);
    if (fd != k->walk->rootfd)
        close(fd);
    return rc;
}

static void run_folder(void *ctx, void *arg, unsigned worker)
{
    struct whet_walk *w = ctx;
    struct walk_node *node = arg;
    int rc = -ECANCELED;

    if (!is_stopped(w))
        rc = walk_folder(&w->workers[worker], node);
    if (rc == 0)
        return;
    node->dir.error = rc;
    if (rc == -ENOMEM)
        walk_fail(w, rc);
}

static int worker_init(struct whet_walk *w, unsigned number)
{
    struct walk_worker *k = &w->workers[number];

    k->walk = w;
    k->number = number;
    whet__arena_init(&k->arena, ARENA_MAX);
    whet__ignore_folder_init(&k->folder);
    whet__text_init(&k->path, PATHS_MAX);
    whet__text_init(&k->file, WHET_IGNORE_FILE_MAX);
    return whet__walk_list_init(&k->list);
}

/* What is needed only while walking. */
static void worker_rest(struct walk_worker *k)
{
    whet__walk_list_clear(&k->list);
    whet__ignore_folder_clear(&k->folder);
    whet__text_clear(&k->path);
    whet__text_clear(&k->file);
}

/* A link is followed here, and only here. */
static int open_root(const char *path)
{
    struct whet_text inside;
    int fd;

    whet__text_init(&inside, PATHS_MAX);
    whet__text_printf(&inside, "%s/.", path);
    fd = path[0] == '\0' ? -ENOENT : whet__text_error(&inside);
    if (fd == 0)
        fd = whet__dir_open(AT_FDCWD, whet__text_str(&inside));
    whet__text_clear(&inside);
    return fd;
}

static int walk_prepare(struct whet_walk *w, const char *path)
{
    int rc = 0;

    for (w->jobs = 0; rc == 0 && w->jobs < whet__pool_jobs(w->pool); w->jobs++)
        rc = worker_init(w, w->jobs);
    if (rc == 0)
        rc = whet__walk_rules_init(&w->rules, w->options.flags, w->rootfd, path, &w->arena);
    if (rc != 0)
        return rc;
    w->root = whet__arena_zalloc(&w->arena, 1, sizeof(*w->root));
    if (w->root == NULL)
        return -ENOMEM;
    w->root->dir.name = "";
    w->root->dir.ignore_error = w->rules.error;
    w->root->chains = w->rules.above;
    return whet__pool_submit(w->pool, 0, run_folder, w, w->root);
}

static int walk_all(struct whet_walk *w, const char *path, whet_pool_tick tick)
{
    int rc = walk_prepare(w, path);

    if (rc == 0) {
        whet__pool_wait(w->pool, tick, w->options.ctx);
        rc = atomic_load(&w->failure);
    }
    for (unsigned i = 0; i < w->jobs; i++)
        worker_rest(&w->workers[i]);
    close(w->rootfd);
    return rc;
}

int whet__walk_run(struct whet_walk **out, const char *path,
                   const struct whet_walk_options *options, struct whet_pool *pool,
                   whet_pool_tick tick, struct whet_error *err)
{
    size_t size = whet__pool_jobs(pool) * sizeof(struct walk_worker);
    struct whet_walk *w;
    int rc, fd = open_root(path);

    if (fd < 0)
        return whet_error_set(err, fd, "%s: '%s'", strerror(-fd), path);
    w = whet__mem_zalloc(1, sizeof(*w) + size);
    if (w == NULL) {
        close(fd);
        return whet_error_set(err, -ENOMEM, "out of memory");
    }
    w->options = *options;
    w->pool = pool;
    w->rootfd = fd;
    whet__arena_init(&w->arena, ARENA_MAX);
    rc = walk_all(w, path, tick);
    if (rc != 0) {
        whet__walk_free(w);
        return whet_error_set(err, rc, "%s while walking: '%s'", strerror(-rc), path);
    }
    *out = w;
    return 0;
}

struct whet_walk_dir *whet__walk_root(const struct whet_walk *w)
{
    return &w->root->dir;
}

uint64_t whet__walk_dir_count(const struct whet_walk *w)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < w->jobs; i++)
        count += w->workers[i].dirs;
    return count;
}

void whet__walk_free(struct whet_walk *w)
{
    if (w == NULL)
        return;
    for (unsigned i = 0; i < w->jobs; i++)
        whet__arena_clear(&w->workers[i].arena);
    whet__walk_rules_clear(&w->rules);
    whet__arena_clear(&w->arena);
    whet__mem_free(w);
}
