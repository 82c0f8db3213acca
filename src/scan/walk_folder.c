/* One folder of a walk. Expected load: 5,000 to 100,000 times per walk, each with half a
 * dozen entries.
 *
 * Folders are opened by their path from the root, which the kernel resolves faster than
 * descriptors can be kept for them: so a worker has one open, however deep or wide the
 * tree is. A folder's path is built once; no file's is. */
#include "scan/walk_folder.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "os/dir.h"

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
static int enter_rules(struct whet_walk_worker *k, struct whet_walk_node *node, int dirfd)
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
static const char *item_rule(struct whet_walk_worker *k, const struct whet_walk_item *item)
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
static size_t apply_rules(struct whet_walk_worker *k)
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
static int store_list(struct whet_walk_worker *k, struct whet_walk_node *node, size_t dir_count)
{
    const struct whet_walk_item *items = k->list.items.items;
    size_t count = k->list.items.len;
    struct whet_walk_entry *entries = whet__arena_zalloc(&k->arena, count, sizeof(*entries));
    struct whet_walk_node *nodes = whet__arena_zalloc(&k->arena, dir_count, sizeof(*nodes));
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
static int submit_below(struct whet_walk_worker *k, const struct whet_walk_node *node)
{
    int rc = 0;

    for (size_t i = node->dir.entry_count; rc == 0 && i-- > 0;) {
        const struct whet_task task = {
            .run = whet__walk_folder_task, .ctx = k->walk, .arg = node->dir.entries[i].dir};

        if (node->dir.entries[i].kind == WHET_WALK_DIR)
            rc = whet_group_submit(k->walk->group, &task);
    }
    return rc;
}

/* -ENOMEM ends the walk; other errors are the folder's own. */
static int read_folder(struct whet_walk_worker *k, struct whet_walk_node *node, int dirfd)
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

static int walk_folder(struct whet_walk_worker *k, struct whet_walk_node *node)
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

int whet__walk_folder_task(void *ctx, void *arg, unsigned worker)
{
    struct whet_walk *w = ctx;
    struct whet_walk_node *node = arg;
    int rc = -ECANCELED;

    if (!is_stopped(w))
        rc = walk_folder(&w->workers[worker], node);
    if (rc == 0)
        return 0;
    node->dir.error = rc;
    if (rc == -ENOMEM)
        walk_fail(w, rc);
    return 0;
}
