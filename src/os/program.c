/* Which file a command's name stands for, asked once per command, so that runs need not try
 * every folder of PATH again; and why that file could not be started. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/path.h"

/* What execvp uses when PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* 0, -EACCES or -ENOENT. */
static int file_check(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == EACCES ? -EACCES : -ENOENT;
    if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
        return -EACCES;
    return 0;
}

static int path_search(const char *folders, const char *name, struct whet_text *out)
{
    int answer = -ENOENT;

    for (const char *at = folders;; at++) {
        size_t len = strcspn(at, ":");
        char path[PATH_MAX];
        int used, rc;

        /* An empty part is the working folder (POSIX, 8.3). */
        used = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, at, len ? "/" : "./", name);
        rc = used > 0 && (size_t)used < sizeof(path) ? file_check(path) : -ENOENT;
        if (rc == 0)
            return whet__path_append(out, path, "");
        if (rc == -EACCES)
            answer = rc;
        at += len;
        if (*at == '\0')
            return answer;
    }
}

int whet__spawn_find(const char *name, struct whet_text *out)
{
    const char *folders = getenv("PATH");
    int rc;

    if (name[0] == '\0')
        return -ENOENT;
    if (strchr(name, '/') == NULL)
        return path_search(folders != NULL ? folders : DEFAULT_PATH, name, out);
    rc = file_check(name);
    return rc == 0 ? whet__path_append(out, name, "") : rc;
}

int whet__spawn_self(struct whet_text *out)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (len < 0)
        return -errno;
    path[len] = '\0';
    return whet__path_append(out, path, "");
}

/* 0 if `program`, which may be relative to `cwd`, is a file; else -errno. */
static int program_stat(const char *cwd, const char *program)
{
    char path[PATH_MAX];
    struct stat st;
    int folder = cwd != NULL && program[0] != '/';
    int len =
        snprintf(path, sizeof(path), "%s%s%s", folder ? cwd : "", folder ? "/" : "", program);

    if (len < 0 || (size_t)len >= sizeof(path))
        return -ENAMETOOLONG;
    if (stat(path, &st) != 0)
        return -errno;
    return S_ISREG(st.st_mode) ? 0 : -EISDIR;
}

static int folder_check(const char *path)
{
    struct stat st;

    if (path == NULL)
        return 0;
    if (stat(path, &st) != 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    return access(path, X_OK) == 0 ? 0 : -errno;
}

/* The kernel gives one number for many causes. */
int whet__spawn_explain(const char *cwd, const char *program, int rc, struct whet_error *err)
{
    int folder = folder_check(cwd);
    int file = program_stat(cwd, program);

    if (folder != 0)
        return whet_error_set(err, folder, "cannot enter folder: '%s': %s", cwd,
                              strerror(-folder));
    if (file == -ENOENT)
        return whet_error_set(err, rc, "cannot find program: '%s': check its name", program);
    if (file == -EISDIR && rc == -EACCES)
        return whet_error_set(err, rc, "not a program: '%s': it is a folder or a device",
                              program);
    if (rc == -ENOENT)
        return whet_error_set(
            err, rc, "cannot find the interpreter of '%s': look at its first line", program);
    if (rc == -ENOEXEC)
        return whet_error_set(
            err, rc, "not a program: '%s': a script needs a first line with #!", program);
    if (rc == -EAGAIN)
        return whet_error_set(err, rc,
                              "cannot run: '%s': there is no room for another process: see "
                              "ulimit -u, and pids.max of the cgroup",
                              program);
    return whet_error_set(err, rc, "cannot run: '%s': %s", program, strerror(-rc));
}
