/* Programs and their hashes: once for each arm, before anything is measured. Files are read
 * in pieces: a large parent would show in the memory of its children (os/spawn.h,
 * rss_floor_bytes). */
#include "bench/plan_program.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/text.h"
#include "os/spawn.h"

#define PATH_LENGTH 65536
#define PIECE       16384

int whet__plan_equal_argv0(struct whet_bench_arm *arm, struct whet_arena *strings)
{
    const char *slash = strrchr(arm->argv[0], '/');
    size_t count = 0;
    const char **argv;

    if (slash == NULL || slash[1] == '\0')
        return 0;
    while (arm->argv[count] != NULL)
        count++;
    argv = whet__arena_zalloc(strings, count + 1, sizeof(*argv));
    if (argv == NULL)
        return -ENOMEM;
    memcpy(argv, arm->argv, count * sizeof(*argv));
    arm->program = argv[0];
    argv[0] = slash + 1;
    arm->argv = argv;
    return 0;
}

/* What has no file because every shell does it by itself. */
static int is_shells_own(const char *name)
{
    static const char *const names[] = {"alias",  "cd",     "eval",  "exec",  "exit",
                                        "export", "for",    "if",    "set",   "source",
                                        "type",   "ulimit", "umask", "until", "while"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return 1;
    }
    return 0;
}

static int fail_missing(const char *name, int rc, struct whet_error *err)
{
    const char *slash = strchr(name, '/');

    if (rc == -EACCES)
        return whet_error_set(err, rc, "not a program: '%.300s': it may not be executed", name);
    if (is_shells_own(name))
        return whet_error_set(err, rc, "only a shell can do this: '%.300s': give --shell",
                              name);
    return whet_error_set(err, rc, "cannot find program: '%.300s': %s", name,
                          slash != NULL ? "check its name" : "it is not in PATH");
}

/* Appends where the program is, seen from our folder. */
static int find(const struct whet_bench_arm *arm, const char *name, struct whet_text *out)
{
    struct whet_text path;
    int rc;

    if (arm->cwd == NULL || name[0] == '/' || strchr(name, '/') == NULL)
        return whet__spawn_find(name, out);
    whet__text_init(&path, PATH_LENGTH);
    whet__text_printf(&path, "%s/%s", arm->cwd, name);
    rc = whet__text_error(&path);
    if (rc == 0)
        rc = whet__spawn_find(whet__text_str(&path), out);
    whet__text_clear(&path);
    return rc;
}

static int add_file(struct whet_hasher *h, const char *path, int *script)
{
    char piece[PIECE];
    FILE *file = fopen(path, "rb");
    size_t len;
    int rc;

    if (file == NULL)
        return -errno;
    *script = -1; /* before the first piece */
    while ((len = fread(piece, 1, sizeof(piece), file)) > 0) {
        if (*script < 0)
            *script = len > 1 && piece[0] == '#' && piece[1] == '!';
        whet__hasher_add(h, piece, len);
    }
    rc = ferror(file) ? -EIO : 0;
    fclose(file);
    return rc;
}

static const char *hex(const struct whet_hasher *h, struct whet_arena *strings)
{
    struct whet_hash128 hash = whet__hasher_digest(h);
    char text[33];

    whet__hash128_format(&hash, text);
    return whet__arena_strndup(strings, text, sizeof(text) - 1);
}

/* *out stays NULL when the file cannot be read: it may still be run. */
static int hash_file(const char *path, struct whet_arena *strings, const char **out,
                     int *script)
{
    struct whet_hasher *h;
    int rc = whet__hasher_new(&h);

    if (rc != 0)
        return rc;
    if (add_file(h, path, script) == 0) {
        *out = hex(h, strings);
        rc = *out != NULL ? 0 : -ENOMEM;
    }
    whet__hasher_free(h);
    return rc;
}

static void add_text(struct whet_hasher *h, const char *text)
{
    whet__hasher_add(h, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 0);
    whet__hasher_add(h, "\n", 1);
}

static void add_list(struct whet_hasher *h, const char *const *list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        add_text(h, list[i]);
    add_text(h, NULL);
}

/* A file of several names may do something else by each of them (xz and unxz, busybox). */
static int has_names(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && (S_ISLNK(st.st_mode) || st.st_nlink > 1);
}

/* Equal only for arms that run the same file in the same way: same words, folder, input,
 * environment and hooks. */
static int hash_code(struct whet_bench_arm *arm, const char *file, struct whet_arena *strings)
{
    const char *slash = strrchr(arm->argv[0], '/');
    const char *name = slash != NULL ? slash + 1 : arm->argv[0];
    struct whet_hasher *h;
    int rc = whet__hasher_new(&h);

    if (rc != 0)
        return rc;
    add_text(h, file);
    add_text(h, has_names(arm->about.program) ? name : NULL);
    add_list(h, arm->argv + 1);
    add_list(h, arm->env);
    add_text(h, arm->cwd);
    add_text(h, arm->stdin_path);
    add_list(h, arm->conclude);
    arm->about.code_hash = hex(h, strings);
    whet__hasher_free(h);
    return arm->about.code_hash != NULL ? 0 : -ENOMEM;
}

/* What can be said of a program that is there and that no hook may replace. */
static int identify(struct whet_bench_arm *arm, struct whet_arena *strings)
{
    const char *hash = NULL;
    int script = 0, rc = hash_file(arm->about.program, strings, &hash, &script);

    if (rc != 0 || hash == NULL)
        return rc;
    if (!script && (arm->flags & WHET_BENCH_SHELL) == 0)
        arm->about.program_hash = hash;
    return hash_code(arm, hash, strings);
}

static int know(struct whet_bench_arm *arm, const char *name, const struct whet_text *path,
                struct whet_arena *strings)
{
    arm->about.program = whet__arena_strndup(strings, whet__text_str(path), path->len);
    if (arm->about.program == NULL)
        return -ENOMEM;
    /* Relative names are found from the arm's own folder when it is started. */
    arm->program = strchr(name, '/') != NULL ? name : arm->about.program;
    return identify(arm, strings);
}

int whet__plan_program(struct whet_bench_arm *arm, struct whet_arena *strings,
                       struct whet_error *err)
{
    const char *name = arm->program != NULL ? arm->program : arm->argv[0];
    int builds = arm->setup != NULL || arm->prepare != NULL;
    struct whet_text path;
    int rc;

    whet__text_init(&path, PATH_LENGTH);
    rc = find(arm, name, &path);
    if (rc == 0 && !builds)
        rc = know(arm, name, &path, strings);
    else if (rc == -ENOENT || rc == -EACCES)
        rc = builds ? 0 : fail_missing(name, rc, err);
    whet__text_clear(&path);
    if (rc == -ENOMEM)
        whet_error_set(err, rc, "out of memory: '%.300s'", name);
    return rc;
}
