/* The programs beside a baseline, under their hashes: a program that several arms or
 * suites share is kept once. Expected load: a few files of up to some megabytes. */
#include "check/baseline_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "os/dir.h"
#include "os/file.h"

#define PROGRAM_MAX ((size_t)64 << 20)
#define MODE_BITS   0777

int whet__baseline_is_hash(const char *text)
{
    return text != NULL && strlen(text) == WHET_BASELINE_HASH_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == WHET_BASELINE_HASH_SIZE - 1;
}

static int is_program(const struct whet_text *bytes)
{
    return (bytes->len >= 4 && memcmp(bytes->data, "\177ELF", 4) == 0) ||
           (bytes->len >= 2 && memcmp(bytes->data, "#!", 2) == 0);
}

/* Whether these bytes are what was measured and may be kept. */
static int check_program(const struct whet_result_arm *arm, const struct whet_text *bytes,
                         struct whet_error *err)
{
    struct whet_hash128 hash = whet__hash128(whet__text_str(bytes), bytes->len);
    char hex[WHET_BASELINE_HASH_SIZE];

    whet__hash128_format(&hash, hex);
    if (strcmp(hex, arm->program_hash) != 0)
        return whet_error_set(err, -ESTALE,
                              "has changed since it was measured: '%.300s': measure again",
                              arm->program);
    if (!is_program(bytes))
        return whet_error_set(err, -ENOEXEC,
                              "neither ELF nor a script: '%.300s': its copy could not be run",
                              arm->program);
    return 0;
}

static int write_program(const char *path, const struct whet_text *bytes, unsigned mode,
                         struct whet_error *err)
{
    int rc = whet__file_write(path, whet__text_str(bytes), bytes->len, 0);

    if (rc == 0 && chmod(path, (mode_t)(mode & MODE_BITS)) != 0)
        rc = -errno;
    if (rc != 0)
        whet_error_set(err, rc, "cannot write: '%.300s': %s", path, strerror(-rc));
    return rc;
}

static int keep_program(const char *path, const struct whet_result_arm *arm,
                        struct whet_error *err)
{
    struct whet_text bytes;
    struct stat st;
    int rc = stat(arm->program, &st) == 0 ? 0 : -errno;

    whet__text_init(&bytes, PROGRAM_MAX);
    if (rc == 0)
        rc = whet__file_read(AT_FDCWD, arm->program, PROGRAM_MAX, &bytes);
    if (rc == -EFBIG)
        whet_error_set(err, rc, "too large to keep: '%.300s': it has more than 64 MiB",
                       arm->program);
    else if (rc != 0)
        whet_error_set(err, rc, "cannot read: '%.300s': %s", arm->program, strerror(-rc));
    else
        rc = check_program(arm, &bytes, err);
    if (rc == 0)
        rc = write_program(path, &bytes, (unsigned)st.st_mode, err);
    whet__text_clear(&bytes);
    return rc;
}

/* Writes FOLDER/HASH; NULL when there is no memory. */
static const char *path_make(struct whet_text *path, const char *folder, const char *hash)
{
    whet__text_reset(path);
    whet__text_printf(path, "%s/%s", folder, hash);
    return whet__text_error(path) == 0 ? whet__text_str(path) : NULL;
}

int whet__baseline_programs_keep(const char *folder, const struct whet_result *result,
                                 struct whet_error *err)
{
    struct whet_text path;
    int rc = 0;

    whet__text_init(&path, WHET_BASELINE_PATH_MAX);
    for (size_t i = 0; i < whet__result_count(result) && rc == 0; i++) {
        const struct whet_result_arm *arm = whet__result_arm(result, i);
        struct whet_file_stat st;

        if (arm->program == NULL || !whet__baseline_is_hash(arm->program_hash))
            continue;
        rc = whet__file_make_dirs(folder, MODE_BITS);
        if (rc == 0 && path_make(&path, folder, arm->program_hash) == NULL)
            rc = -ENOMEM;
        if (rc != 0)
            whet_error_set(err, rc, "cannot make the folder: '%.300s': %s", folder,
                           strerror(-rc));
        else if (whet__dir_stat(AT_FDCWD, whet__text_str(&path), &st) != 0)
            rc = keep_program(whet__text_str(&path), arm, err);
    }
    whet__text_clear(&path);
    return rc;
}

static int is_used(const char *hash, const struct whet_vec *results)
{
    for (size_t i = 0; i < results->len; i++) {
        const struct whet_result *r =
            *(const struct whet_result *const *)whet__vec_at(results, i);

        for (size_t a = 0; a < whet__result_count(r); a++) {
            const char *of_arm = whet__result_arm(r, a)->program_hash;

            if (of_arm != NULL && strcmp(of_arm, hash) == 0)
                return 1;
        }
    }
    return 0;
}

void whet__baseline_programs_prune(const char *folder, const struct whet_vec *results)
{
    _Alignas(16) char buffer[4096];
    struct whet_dir_entry entry;
    struct whet_dir dir;
    int fd = whet__dir_open(AT_FDCWD, folder);

    if (fd < 0)
        return;
    whet__dir_init(&dir, fd, buffer, sizeof(buffer));
    while (whet__dir_next(&dir, &entry) > 0) {
        if (whet__baseline_is_hash(entry.name) && !is_used(entry.name, results))
            unlinkat(fd, entry.name, 0);
    }
    close(fd);
    rmdir(folder); /* stays when it is not empty */
}
