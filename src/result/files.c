/* Patterns to names. Expected load: a handful of patterns for each job; a walk only where
 * there are wildcards, no deeper than the pattern can reach, and below folders that stand for
 * all files in them. Where links lead is asked of the system only where there are some. */
#include "result/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/dir.h"
#include "os/file.h"
#include "os/path.h"
#include "scan/glob.h"

#define DEEP       SIZE_MAX
#define PATH_BYTES ((size_t)1 << 16)

struct walk {
    const char *from;
    struct whet_glob glob;
    int made; /* links and empty folders count */
    size_t depth_max;
    size_t link_depth_max; /* as deep links to folders are entered that match in part */
    size_t entered;        /* folders */
    struct whet_arena *arena;
    struct whet_vec folders; /* of struct folder: yet to be read */
    struct whet_vec *out;
    _Alignas(8) char buffer[32 * 1024];
};

/* A folder all of whose files are named: where a link out of it leads, there is another. */
struct root {
    const char *name;        /* with its '/' */
    const char *real;        /* without links, with a '/'; NULL: not asked for yet */
    const struct root *from; /* that has the link; NULL: none */
};

struct folder {
    const char *name; /* with its '/', or "" */
    size_t depth;
    struct root *root; /* that all below belongs to; NULL: the pattern decides */
};

int whet__files_is_pattern(const char *text)
{
    return text[strcspn(text, "*?[\\")] != '\0';
}

int whet__files_is_folder(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && name[len - 1] == '/';
}

const char *whet__files_path(struct whet_arena *arena, const char *from, const char *name)
{
    return name[0] == '/' ? name : whet__arena_join(arena, from, name);
}

static int add(struct whet_vec *out, const char *name)
{
    const char **slot = whet__vec_push(out);

    if (slot == NULL)
        return out->len == out->max ? -EFBIG : -ENOMEM;
    *slot = name;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void whet__files_sort(struct whet_vec *names)
{
    const char **at = names->items;
    size_t kept = 0;

    if (names->len == 0)
        return;
    qsort(at, names->len, sizeof(*at), compare);
    for (size_t i = 0; i < names->len; i++)
        if (i == 0 || strcmp(at[i], at[kept - 1]) != 0)
            at[kept++] = at[i];
    names->len = kept;
}

/* Head and name, and a '/' if it is a folder. NULL: no memory. */
static char *join(struct whet_arena *arena, const char *head, const char *name, int folder)
{
    size_t a = strlen(head), b = strlen(name);
    char *text = whet__arena_alloc(arena, a + b + 2);

    if (text == NULL)
        return NULL;
    memcpy(text, head, a);
    memcpy(text + a, name, b);
    text[a + b] = folder ? '/' : '\0';
    text[a + b + 1] = '\0';
    return text;
}

/* Pushes it, unless there are so many that somebody's links make a maze. */
static int push_folder(struct walk *w, const char *name, size_t depth, struct root *root)
{
    struct folder *f = w->entered < WHET_FILES_MAX ? whet__vec_push(&w->folders) : NULL;

    if (f == NULL)
        return w->entered < WHET_FILES_MAX ? -ENOMEM : -EFBIG;
    w->entered++;
    *f = (struct folder){name, depth, root};
    return 0;
}

static int push_root(struct walk *w, const char *name, const char *real,
                     const struct root *from)
{
    struct root *root = whet__arena_zalloc(w->arena, 1, sizeof(*root));

    if (root == NULL)
        return -ENOMEM;
    *root = (struct root){name, real, from};
    return push_folder(w, name, 0, root);
}

/* Where the folder of this name is, without links, with a '/' behind it. */
static int real_of(const struct walk *w, const char *name, const char **out)
{
    const char *path = whet__files_path(w->arena, w->from, name);
    struct whet_text real;
    int rc;

    if (path == NULL)
        return -ENOMEM;
    whet__text_init(&real, PATH_BYTES);
    rc = whet__path_real(path[0] != '\0' ? path : ".", &real);
    if (rc == 0 && (real.len == 0 || whet__text_str(&real)[real.len - 1] != '/'))
        whet__text_puts(&real, "/");
    rc = rc == 0 ? whet__text_error(&real) : rc;
    path = rc == 0 ? whet__arena_strndup(w->arena, whet__text_str(&real), real.len) : path;
    whet__text_clear(&real);
    if (rc == 0 && path == NULL)
        return -ENOMEM;
    *out = rc == 0 ? path : *out;
    return rc;
}

/* What is below the root in `real`, "a/b/" or ""; NULL: it is elsewhere, or where nobody looks.
 */
static const char *below(const struct root *root, const char *real)
{
    size_t len = strlen(root->real);

    if (strncmp(root->real, real, len) != 0 || strstr(real + len - 1, "/.git/") != NULL)
        return NULL;
    return real + len;
}

/* A link to a folder, within one whose files are all named. One that leads to where these are
 * is named with where it leads, "l/ -> a/", for nobody needs them twice, and circles end so.
 * Else it stands for the files there. */
static int follow(struct walk *w, struct root *root, const char *link)
{
    const char *real = NULL, *rest = NULL;
    const struct root *at;
    char *arrow;
    int rc = real_of(w, link, &real);

    if (rc == 0 && root->real == NULL)
        rc = real_of(w, root->name, &root->real);
    if (rc != 0)
        return rc;
    for (at = root; at != NULL && (rest = below(at, real)) == NULL; at = at->from)
        continue;
    if (at == NULL)
        return push_root(w, link, real, root);
    arrow = join(w->arena, link, " -> ", 0);
    arrow = arrow != NULL ? join(w->arena, arrow, at->name, 0) : NULL;
    arrow = arrow != NULL ? join(w->arena, arrow, rest, 0) : NULL;
    return arrow != NULL ? add(w->out, arrow) : -ENOMEM;
}

static int matches(const struct walk *w, const char *name, size_t len)
{
    return whet__glob_match(&w->glob, name, len);
}

/* `name` ends in '/'. One that the pattern matches stands for all files below it. */
static int take_folder(struct walk *w, const struct folder *in, const char *name, int is_link)
{
    size_t len = strlen(name);
    int match =
        in->root == NULL && !w->made && (matches(w, name, len - 1) || matches(w, name, len));

    if (in->root != NULL)
        return is_link ? follow(w, in->root, name) : push_folder(w, name, 0, in->root);
    if (match)
        return push_root(w, name, NULL, NULL);
    if (in->depth >= (is_link ? w->link_depth_max : w->depth_max))
        return 0;
    return push_folder(w, name, in->depth + 1, NULL);
}

static int take_file(struct walk *w, const struct folder *in, const char *name)
{
    return in->root != NULL || matches(w, name, strlen(name)) ? add(w->out, name) : 0;
}

/* What the entry is, for a job that reads through links. */
static enum whet_file_kind kind_of(const struct walk *w, int fd,
                                   const struct whet_dir_entry *entry)
{
    struct stat st;

    if (entry->kind != WHET_FILE_SYMLINK || w->made)
        return entry->kind;
    if (fstatat(fd, entry->name, &st, 0) != 0)
        return WHET_FILE_GONE;
    return S_ISDIR(st.st_mode)   ? WHET_FILE_DIR
           : S_ISREG(st.st_mode) ? WHET_FILE_REGULAR
                                 : WHET_FILE_SPECIAL;
}

static int take(struct walk *w, int fd, const struct folder *in,
                const struct whet_dir_entry *entry)
{
    enum whet_file_kind kind = kind_of(w, fd, entry);
    int is_folder = kind == WHET_FILE_DIR;
    const char *name;

    if (is_folder && strcmp(entry->name, ".git") == 0)
        return 0;
    if (!is_folder && kind != WHET_FILE_REGULAR && kind != WHET_FILE_SYMLINK)
        return 0;
    if (!is_folder && whet__file_is_temporary(entry->name)) /* of one that puts results back */
        return 0;
    name = join(w->arena, in->name, entry->name, is_folder);
    if (name == NULL)
        return -ENOMEM;
    return is_folder ? take_folder(w, in, name, entry->kind == WHET_FILE_SYMLINK)
                     : take_file(w, in, name);
}

static int read_folder(struct walk *w, const struct folder *folder)
{
    const char *path = whet__files_path(w->arena, w->from, folder->name);
    struct whet_dir_entry entry;
    struct whet_dir dir;
    int fd, rc, empty = 1;

    if (path == NULL)
        return -ENOMEM;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) /* went away meanwhile, or was never there: it names nothing */
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    whet__dir_init(&dir, fd, w->buffer, sizeof(w->buffer));
    while ((rc = whet__dir_next(&dir, &entry)) == 1) {
        empty = 0;
        rc = take(w, fd, folder, &entry);
        if (rc != 0)
            break;
    }
    close(fd);
    return rc == 0 && empty && w->made && folder->root != NULL ? add(w->out, folder->name) : rc;
}

static int walk_from(struct walk *w, const char *start, int all)
{
    int rc;

    whet__vec_init(&w->folders, sizeof(struct folder), WHET_FILES_MAX);
    rc = all ? push_root(w, start, NULL, NULL) : push_folder(w, start, 0, NULL);
    while (rc == 0 && w->folders.len > 0) {
        struct folder next = *(struct folder *)whet__vec_at(&w->folders, w->folders.len - 1);

        w->folders.len--;
        rc = read_folder(w, &next);
    }
    whet__vec_clear(&w->folders);
    return rc;
}

/* How many folders below the start a pattern can reach, of its first `len` bytes. */
static size_t depth_of(const char *rest, size_t len)
{
    size_t depth = 0;

    for (size_t i = 0; i < len; i++)
        depth += rest[i] == '/';
    return depth;
}

static int find_pattern(const char *from, const char *pattern, int made,
                        struct whet_arena *arena, struct whet_vec *out)
{
    struct walk w = {.from = from, .arena = arena, .out = out, .made = made};
    size_t head = strcspn(pattern, "*?[\\");
    const char *start, *rest, *deep;
    int rc = whet__glob_compile(&w.glob, pattern, strlen(pattern), arena);

    while (head > 0 && pattern[head - 1] != '/')
        head--;
    start = whet__arena_strndup(arena, pattern, head);
    if (rc != 0 || start == NULL)
        return rc != 0 ? rc : -ENOMEM;
    rest = pattern + head;
    deep = strstr(rest, "**"); /* goes through no links, as that of a shell or of git */
    w.depth_max = deep != NULL ? DEEP : depth_of(rest, strlen(rest));
    w.link_depth_max = depth_of(rest, deep != NULL ? (size_t)(deep - rest) : strlen(rest));
    return walk_from(&w, start, 0);
}

static int find(const char *from, const char *pattern, int made, struct whet_arena *arena,
                struct whet_vec *out)
{
    struct walk w = {.from = from, .arena = arena, .out = out, .made = made, .depth_max = DEEP};
    const char *path, *start;
    struct stat st;

    if (whet__files_is_pattern(pattern))
        return find_pattern(from, pattern, made, arena, out);
    path = whet__files_path(arena, from, pattern);
    if (path == NULL)
        return -ENOMEM;
    if ((made ? lstat(path, &st) : stat(path, &st)) != 0 || !S_ISDIR(st.st_mode))
        return add(out, pattern);
    start = whet__files_is_folder(pattern) ? pattern : join(arena, pattern, "", 1);
    return start != NULL ? walk_from(&w, start, 1) : -ENOMEM;
}

int whet__files_find(const char *from, const char *pattern, struct whet_arena *arena,
                     struct whet_vec *out)
{
    return find(from, pattern, 0, arena, out);
}

int whet__files_find_made(const char *from, const char *pattern, struct whet_arena *arena,
                          struct whet_vec *out)
{
    return find(from, pattern, 1, arena, out);
}
