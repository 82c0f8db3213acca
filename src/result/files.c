/* Patterns to names. Expected load: a handful of patterns for each job; a walk only where
 * there are wildcards, no deeper than the pattern can reach. */
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
#include "scan/glob.h"

#define DEEP SIZE_MAX

struct walk {
    const char *from;
    struct whet_glob glob;
    int all;  /* whatever is below matches */
    int made; /* links and empty folders count */
    size_t depth_max;
    struct whet_arena *arena;
    struct whet_vec folders; /* of struct folder: yet to be read */
    struct whet_vec *out;
    _Alignas(8) char buffer[32 * 1024];
};

struct folder {
    const char *name; /* with its '/', or "" */
    size_t depth;
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

static int push_folder(struct walk *w, const char *name, size_t depth)
{
    struct folder *f = whet__vec_push(&w->folders);

    if (f == NULL)
        return -ENOMEM;
    *f = (struct folder){name, depth};
    return 0;
}

static int take(struct walk *w, int fd, const struct folder *in,
                const struct whet_dir_entry *entry)
{
    int is_folder = entry->kind == WHET_FILE_DIR;
    struct stat st;
    char *name;

    if (is_folder && (in->depth >= w->depth_max || strcmp(entry->name, ".git") == 0))
        return 0;
    if (!is_folder && entry->kind != WHET_FILE_REGULAR && entry->kind != WHET_FILE_SYMLINK)
        return 0;
    if (!is_folder && whet__file_is_temporary(entry->name)) /* of one that puts results back */
        return 0;
    name = join(w->arena, in->name, entry->name, is_folder);
    if (name == NULL)
        return -ENOMEM;
    if (is_folder)
        return push_folder(w, name, in->depth + 1);
    if (!w->all && !whet__glob_match(&w->glob, name, strlen(name)))
        return 0;
    if (entry->kind == WHET_FILE_SYMLINK && !w->made &&
        (fstatat(fd, entry->name, &st, 0) != 0 || !S_ISREG(st.st_mode)))
        return 0;
    return add(w->out, name);
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
    return rc == 0 && empty && w->made && w->all ? add(w->out, folder->name) : rc;
}

static int walk_from(struct walk *w, const char *start)
{
    int rc;

    whet__vec_init(&w->folders, sizeof(struct folder), WHET_FILES_MAX);
    rc = push_folder(w, start, 0);
    while (rc == 0 && w->folders.len > 0) {
        struct folder next = *(struct folder *)whet__vec_at(&w->folders, w->folders.len - 1);

        w->folders.len--;
        rc = read_folder(w, &next);
    }
    whet__vec_clear(&w->folders);
    return rc;
}

/* How many folders below the start a pattern can reach. */
static size_t depth_of(const char *rest)
{
    size_t depth = 0;

    if (strstr(rest, "**") != NULL)
        return DEEP;
    for (; *rest != '\0'; rest++)
        depth += *rest == '/';
    return depth;
}

static int find_pattern(const char *from, const char *pattern, int made,
                        struct whet_arena *arena, struct whet_vec *out)
{
    struct walk w = {.from = from, .arena = arena, .out = out, .made = made};
    size_t head = strcspn(pattern, "*?[\\");
    const char *start;
    int rc = whet__glob_compile(&w.glob, pattern, strlen(pattern), arena);

    while (head > 0 && pattern[head - 1] != '/')
        head--;
    start = whet__arena_strndup(arena, pattern, head);
    if (rc != 0 || start == NULL)
        return rc != 0 ? rc : -ENOMEM;
    w.depth_max = depth_of(pattern + head);
    return walk_from(&w, start);
}

static int find(const char *from, const char *pattern, int made, struct whet_arena *arena,
                struct whet_vec *out)
{
    struct walk w = {
        .from = from, .arena = arena, .out = out, .all = 1, .made = made, .depth_max = DEEP};
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
    return start != NULL ? walk_from(&w, start) : -ENOMEM;
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
