/* Undeclared inputs. Expected load: some hundred files of each traced command, most of them of
 * the system, which a look at their path tells; links are resolved for the others alone. */
#include "result/undeclared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "os/file.h"
#include "os/path.h"
#include "os/spawn.h"
#include "result/depfile.h"
#include "result/files.h"
#include "scan/glob.h"

#define ARENA_BYTES ((size_t)512 << 20)
#define PATH_BYTES  ((size_t)1 << 16)
#define DEPFILE_MAX ((size_t)64 << 20)

const char *const whet__undeclared_system[] = {
    "/bin", "/dev",  "/etc", "/gnu",  "/lib",  "/lib32", "/lib64", "/libx32", "/nix",
    "/opt", "/proc", "/run", "/sbin", "/snap", "/sys",   "/usr",   "/var",    NULL};

/* A pattern: files below a folder that it matches. */
struct matcher {
    const char *root;
    struct whet_glob glob;
};

struct finder {
    struct whet_undeclared *u;
    const struct whet_run_job *job;
    const char *folder; /* the job's, links resolved */
    int inside;         /* it is itself below a folder of the system */
    const struct whet_vec *ignored;
    struct whet_map folders;  /* from their paths to these, links resolved */
    struct whet_map declared; /* paths; a folder stands for all below it */
    struct whet_vec matchers;
    struct whet_map made; /* by the command itself */
    struct whet_map told;
    struct whet_text scratch;
    struct whet_looks *looks;
    struct whet_look look;
    int silent; /* 1: a file system has not answered */
};

/* ---- Paths ---- */

static const char *copy(struct finder *f, const char *text, size_t len)
{
    return whet__arena_strndup(&f->u->arena, text, len);
}

/* Links and ".." resolved. NULL: it leads nowhere, or is not known. One that does not answer is
 * enough: what else the kernel does not know by itself is not asked for. */
static const char *real_of(struct finder *f, const char *path)
{
    int rc = f->silent ? whet__look_cached(path, 1, &f->look)
                       : whet__looks_ask(f->looks, path, &f->look);

    if (rc != 0) {
        f->silent = 1;
        f->u->unseen |=
            rc == -EAGAIN || rc == -ETIMEDOUT ? WHET_UNSEEN_ANSWER : WHET_UNSEEN_LIMIT;
    }
    return rc == 0 && f->look.real[0] != '\0' ? f->look.real : NULL;
}

/* Files share their folders. "": there is no such folder. NULL: no memory. */
static const char *folder_resolve(struct finder *f, const char *path, size_t len)
{
    const char *folder, *real = whet__map_get(&f->folders, path, len);

    if (real != NULL)
        return real;
    folder = copy(f, path, len);
    if (folder == NULL)
        return NULL;
    real = real_of(f, len > 0 ? folder : "/");
    real = real != NULL ? copy(f, real, strlen(real)) : "";
    if (real == NULL || whet__map_put(&f->folders, folder, len, (void *)(uintptr_t)real) != 0)
        return NULL;
    return real;
}

/* "folder/name" */
static const char *join(struct finder *f, const char *folder, const char *name)
{
    whet__text_reset(&f->scratch);
    if (strcmp(folder, "/") != 0)
        whet__text_puts(&f->scratch, folder);
    whet__text_putc(&f->scratch, '/');
    whet__text_puts(&f->scratch, name);
    return whet__text_error(&f->scratch) == 0
               ? copy(f, whet__text_str(&f->scratch), f->scratch.len)
               : NULL;
}

/* With links and ".." resolved as far as it is there. NULL: no memory. */
static const char *resolve(struct finder *f, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *real = real_of(f, path);

    if (real != NULL)
        return copy(f, real, strlen(real));
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return path;
    real = folder_resolve(f, path, (size_t)(name - path) - 1);
    if (real == NULL)
        return NULL;
    return real[0] != '\0' ? join(f, real, name) : path;
}

/* 1: the path is the folder, or below it. */
static int is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);

    while (len > 0 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static int is_system(const struct finder *f, const char *path)
{
    const char *const *ignored = f->ignored != NULL ? f->ignored->items : NULL;

    for (size_t i = 0; ignored != NULL && i < f->ignored->len; i++)
        if (is_below(path, ignored[i]))
            return 1;
    if (f->inside && is_below(path, f->folder))
        return 0;
    for (const char *const *at = whet__undeclared_system; *at != NULL; at++)
        if (is_below(path, *at))
            return 1;
    return 0;
}

/* ---- What is declared ---- */

static int put(struct whet_map *map, const char *path)
{
    static char there;

    return whet__map_put_str(map, path, &there);
}

/* A name without wildcards: as it stands, and resolved. */
static int declare_name(struct finder *f, const char *name)
{
    const char *path = whet__files_path(&f->u->arena, f->folder, name), *real;
    size_t len;
    int rc;

    if (path == NULL)
        return -ENOMEM;
    for (len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
        continue;
    path = copy(f, path, len);
    real = path != NULL ? resolve(f, path) : NULL;
    if (real == NULL)
        return -ENOMEM;
    rc = put(&f->declared, path);
    return rc == 0 ? put(&f->declared, real) : rc;
}

static int declare_pattern(struct finder *f, const char *pattern)
{
    struct matcher *m = whet__vec_push(&f->matchers);
    size_t head = strcspn(pattern, "*?[\\");
    const char *start;
    int rc;

    while (head > 0 && pattern[head - 1] != '/')
        head--;
    start = copy(f, pattern, head > 1 ? head - 1 : head);
    if (m == NULL || start == NULL)
        return -ENOMEM;
    start = start[0] != '\0' ? whet__files_path(&f->u->arena, f->folder, start) : f->folder;
    m->root = start != NULL ? resolve(f, start) : NULL;
    if (m->root == NULL)
        return -ENOMEM;
    rc = whet__glob_compile(&m->glob, pattern + head, strlen(pattern + head), &f->u->arena);
    if (rc == -EINVAL) { /* one that names nothing */
        f->matchers.len--;
        rc = 0;
    }
    return rc;
}

static int declare_all(struct finder *f, const char *const *patterns)
{
    int rc = 0;

    for (; rc == 0 && patterns != NULL && *patterns != NULL; patterns++)
        rc = whet__files_is_pattern(*patterns) ? declare_pattern(f, *patterns)
                                               : declare_name(f, *patterns);
    return rc;
}

/* Some hundred names of the system's headers need no look at links. */
static int declare_found(struct finder *f, const char *name)
{
    if (name[0] == '/' && is_system(f, name) && strstr(name, "..") == NULL)
        return 0;
    return declare_name(f, name);
}

/* What it says that it has read. A depfile that is not there, or is none, says nothing. */
static int declare_depfile(struct finder *f)
{
    const char *path = whet__files_path(&f->u->arena, f->folder, f->job->depfile);
    struct whet_text text;
    struct whet_vec names;
    int rc = path != NULL ? declare_name(f, f->job->depfile) : -ENOMEM;

    if (rc != 0)
        return rc;
    whet__text_init(&text, DEPFILE_MAX);
    whet__vec_init(&names, sizeof(const char *), WHET_FILES_MAX);
    if (real_of(f, path) != NULL &&
        whet__file_read(AT_FDCWD, path, DEPFILE_MAX - 1, &text) == 0 &&
        whet__depfile_read(whet__text_str(&text), text.len, &f->u->arena, &names) == 0)
        for (size_t i = 0; rc == 0 && i < names.len; i++)
            rc = declare_found(f, ((const char **)names.items)[i]);
    whet__vec_clear(&names);
    whet__text_clear(&text);
    return rc;
}

static int declare_program(struct finder *f)
{
    const char *name = f->job->argv[0];

    if (strchr(name, '/') != NULL)
        return declare_name(f, name);
    whet__text_reset(&f->scratch);
    if (whet__spawn_find(name, &f->scratch) != 0)
        return 0;
    name = copy(f, whet__text_str(&f->scratch), f->scratch.len);
    return name != NULL ? declare_name(f, name) : -ENOMEM;
}

/* The path itself, or a folder that it is below. */
static int is_named(const struct finder *f, const char *path)
{
    size_t len = strlen(path);

    while (len > 0) {
        if (whet__map_get(&f->declared, path, len) != NULL)
            return strstr(path + len, "/.git/") == NULL;
        while (len > 0 && path[--len] != '/')
            continue;
    }
    return 0;
}

/* `rest`, or a folder that it is below. */
static int is_matched(const struct matcher *m, const char *rest)
{
    size_t len = strcspn(rest, "/");

    for (; rest[len] != '\0'; len += 1 + strcspn(rest + len + 1, "/"))
        if (whet__glob_match(&m->glob, rest, len) || whet__glob_match(&m->glob, rest, len + 1))
            return strstr(rest + len, "/.git/") == NULL;
    return whet__glob_match(&m->glob, rest, len);
}

static int is_declared(const struct finder *f, const char *path)
{
    if (is_named(f, path))
        return 1;
    for (size_t i = 0; i < f->matchers.len; i++) {
        const struct matcher *m = whet__vec_at(&f->matchers, i);
        size_t len = strlen(m->root);
        const char *rest = path + len + (len > 1);

        if (is_below(path, m->root) && path[len] != '\0' && is_matched(m, rest))
            return 1;
    }
    return 0;
}

/* ---- What was seen ---- */

static struct whet_vec *place_of(struct whet_undeclared *u, const struct whet_trace_file *file)
{
    int made = (file->uses & WHET_FILE_WRITE) != 0;
    unsigned used = file->uses & (WHET_FILE_READ | WHET_FILE_RUN);

    if (file->uses == 0) /* it was killed as it asked */
        return NULL;
    switch (file->kind) {
    case WHET_LOOK_GONE:
        return made ? NULL : &u->absent;
    case WHET_LOOK_DIR:
        return used != 0 ? &u->listed : NULL;
    case WHET_LOOK_FILE: /* one that is only looked at before it is replaced is no input */
        return used != 0 || !made ? &u->files : NULL;
    case WHET_LOOK_OTHER:
        break;
    }
    return NULL;
}

static int tell(struct finder *f, const struct whet_trace_file *file, struct whet_vec *place)
{
    const char *real = resolve(f, file->path);
    struct whet_undeclared_file *told;

    if (real == NULL)
        return -ENOMEM;
    if (is_system(f, real) || is_declared(f, real) || is_declared(f, file->path) ||
        whet__map_get_str(&f->made, real) != NULL)
        return 0;
    told = whet__map_get_str(&f->told, real);
    if (told != NULL) {
        told->uses |= file->uses;
        return 0;
    }
    told = whet__arena_zalloc(&f->u->arena, 1, sizeof(*told));
    if (told == NULL || whet__map_put_str(&f->told, real, told) != 0)
        return -ENOMEM;
    told->path = told->name = real;
    told->uses = file->uses;
    if (is_below(real, f->folder) && real[strlen(f->folder)] == '/')
        told->name = real + strlen(f->folder) + 1;
    if (whet__vec_push(place) == NULL)
        return -ENOMEM;
    ((struct whet_undeclared_file **)place->items)[place->len - 1] = told;
    return 0;
}

/* By whatever name it is read later. */
static int note_made(struct finder *f, const struct whet_trace_files *seen)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < seen->count; i++) {
        const struct whet_trace_file *file = seen->files[i];

        if (file->kind != WHET_LOOK_OTHER && (file->uses & WHET_FILE_WRITE) != 0 &&
            (file->uses & (WHET_FILE_READ | WHET_FILE_RUN)) == 0) {
            const char *real = resolve(f, file->path);

            rc = real != NULL ? put(&f->made, real) : -ENOMEM;
        }
    }
    return rc;
}

static int find(struct finder *f, const struct whet_trace_files *seen)
{
    int rc = note_made(f, seen);

    for (size_t i = 0; rc == 0 && i < seen->count; i++) {
        const struct whet_trace_file *file = seen->files[i];
        struct whet_vec *place = place_of(f->u, file);

        if (place != NULL && !(is_system(f, file->path) && strstr(file->path, "..") == NULL))
            rc = tell(f, file, place);
    }
    return rc;
}

static int declare(struct finder *f)
{
    int rc = declare_program(f);

    if (rc == 0)
        rc = declare_all(f, f->job->inputs);
    if (rc == 0)
        rc = declare_all(f, f->job->outputs);
    return rc == 0 && f->job->depfile != NULL ? declare_depfile(f) : rc;
}

static int compare(const void *a, const void *b)
{
    const struct whet_undeclared_file *const *x = a, *const *y = b;

    return strcmp((*x)->path, (*y)->path);
}

static void sort(struct whet_vec *files)
{
    if (files->len > 0)
        qsort(files->items, files->len, sizeof(struct whet_undeclared_file *), compare);
}

static int folder_find(struct finder *f, const char *here)
{
    const char *cwd = f->job->cwd;

    f->folder = cwd != NULL ? whet__files_path(&f->u->arena, here, cwd) : here;
    if (f->folder != NULL)
        f->folder = resolve(f, f->folder);
    if (f->folder == NULL)
        return -ENOMEM;
    for (const char *const *at = whet__undeclared_system; *at != NULL; at++)
        f->inside |= is_below(f->folder, *at) && strcmp(f->folder, *at) != 0;
    return 0;
}

int whet__undeclared_find(struct whet_undeclared *u, const struct whet_run_job *job,
                          const char *here, const struct whet_vec *ignored,
                          struct whet_looks *looks, const struct whet_trace_files *seen)
{
    struct finder f = {.u = u, .job = job, .ignored = ignored, .looks = looks};
    int rc;

    *u = (struct whet_undeclared){.unseen = seen->unseen};
    whet__arena_init(&u->arena, ARENA_BYTES);
    whet__vec_init(&u->files, sizeof(struct whet_undeclared_file *), WHET_TRACE_FILES);
    whet__vec_init(&u->listed, sizeof(struct whet_undeclared_file *), WHET_TRACE_FILES);
    whet__vec_init(&u->absent, sizeof(struct whet_undeclared_file *), WHET_TRACE_FILES);
    whet__map_init(&f.folders, WHET_TRACE_FILES);
    whet__map_init(&f.declared, 2 * WHET_FILES_MAX);
    whet__map_init(&f.made, WHET_TRACE_FILES);
    whet__map_init(&f.told, WHET_TRACE_FILES);
    whet__vec_init(&f.matchers, sizeof(struct matcher), WHET_FILES_MAX);
    whet__text_init(&f.scratch, PATH_BYTES);
    rc = folder_find(&f, here);
    if (rc == 0)
        rc = declare(&f);
    if (rc == 0)
        rc = find(&f, seen);
    sort(&u->files);
    sort(&u->listed);
    sort(&u->absent);
    whet__map_clear(&f.folders);
    whet__map_clear(&f.declared);
    whet__map_clear(&f.made);
    whet__map_clear(&f.told);
    whet__vec_clear(&f.matchers);
    whet__text_clear(&f.scratch);
    if (rc != 0)
        whet__undeclared_clear(u);
    return rc;
}

void whet__undeclared_clear(struct whet_undeclared *u)
{
    whet__vec_clear(&u->files);
    whet__vec_clear(&u->listed);
    whet__vec_clear(&u->absent);
    whet__arena_clear(&u->arena);
}

const char *whet__undeclared_use(unsigned uses)
{
    return (uses & WHET_FILE_READ) != 0  ? "read"
           : (uses & WHET_FILE_RUN) != 0 ? "run"
                                         : "looked at";
}
