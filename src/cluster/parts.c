/* The folder of parts, beside what Slurm writes there. */
#include "cluster/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "os/path.h"

#define OWN_BYTES 64
#define OWN_TRIES 1000

/* One that nobody else has, on whichever machine: many may share the current folder. */
static int own_make(char name[OWN_BYTES])
{
    for (unsigned i = 1; i <= OWN_TRIES; i++) {
        snprintf(name, OWN_BYTES, ".whet-slurm-%ld-%u", (long)getpid(), i);
        if (mkdir(name, 0777) == 0)
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

int whet__parts_make(const char *asked, struct whet_text *out, struct whet_error *err)
{
    char own[OWN_BYTES] = ".whet-slurm";
    int rc = asked != NULL ? whet__file_make_dirs(asked, 0777) : own_make(own);

    if (asked == NULL)
        asked = own;
    if (rc == 0)
        rc = whet__path_real(asked, out);
    return rc != 0 ? whet_error_set(err, rc, "cannot make: '%.200s': %s", asked, strerror(-rc))
                   : 0;
}

/* ": " and the first line that a task wrote to stderr; "" if it wrote none. */
static void task_said(const struct whet_slurm_options *array, unsigned task,
                      char out[WHET_PARTS_WORDS])
{
    struct whet_text path, text;

    out[0] = '\0';
    whet__text_init(&path, PATH_MAX);
    whet__text_init(&text, (size_t)1 << 20);
    whet__slurm_output(array, task, "err", &path);
    if (whet__text_error(&path) == 0 &&
        whet__file_read(AT_FDCWD, whet__text_str(&path), text.max, &text) == 0)
        snprintf(out, WHET_PARTS_WORDS, ": %.*s", (int)strcspn(whet__text_str(&text), "\n"),
                 whet__text_str(&text));
    whet__text_clear(&path);
    whet__text_clear(&text);
}

int whet__parts_failed(const struct whet_slurm_options *array, unsigned task, const char *word,
                       struct whet_error *err)
{
    char words[WHET_PARTS_WORDS];

    task_said(array, task, words);
    return whet_error_set(err, -EIO, "shard %u/%u failed: %s%.150s: see '%.150s'", task,
                          array->tasks, word, words, array->folder);
}
