/* The tree: languages by their shares, sizes log-normal, folders by chance. Made once for a
 * benchmark and kept as long as its scratch folder: 20,000 files are some 130 MB. */
#include "suites/made_project.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"
#include "os/file.h"
#include "suites/source.h"

#define FILE_MAX         ((size_t)1 << 20)
#define FILES_PER_FOLDER 100 /* of all files; each language has its own root */
#define FOLDERS_DEEP     3

struct project {
    const char *dir;
    size_t folders; /* names of folders there are on each level */
    struct whet_random random;
    struct whet_text folder, path, text;
    struct whet_made_project made;
};

static const struct whet_source *choose_source(struct whet_random *random)
{
    uint64_t at = whet__random_below(random, 1000);

    for (size_t i = 0; i < whet__source_count; i++) {
        if (at < whet__sources[i].share)
            return &whet__sources[i];
        at -= whet__sources[i].share;
    }
    return &whet__sources[0];
}

/* "DIR/src/module1/module0": as many different ones as keep some ten files in each. */
static void choose_folder(struct project *p, const struct whet_source *source)
{
    size_t left = p->folders;

    whet__text_reset(&p->folder);
    whet__text_printf(&p->folder, "%s/%s", p->dir, source->folder);
    for (unsigned i = 0; i < FOLDERS_DEEP && left > 1; i++) {
        uint64_t number = whet__random_below(&p->random, left < 8 ? left : 8);

        whet__text_printf(&p->folder, "/module%u", (unsigned)number);
        left /= 8;
    }
}

/* As in real trees, whose sizes are log-normal: median 2.9 KB, mean near 6 KB. Every 32nd
 * quantile, as whole numbers, so that every machine draws the same. */
static const unsigned size_quantiles[] = {
    120,  310,  460,  596,  729,  863,  1000,  1142,  1290,  1447,  1613,
    1789, 1978, 2181, 2401, 2639, 2900, 3186,  3502,  3854,  4250,  4699,
    5213, 5810, 6514, 7362, 8408, 9744, 11532, 14102, 18277, 27112, 60000,
};

static size_t choose_size(struct whet_random *random)
{
    size_t count = sizeof(size_quantiles) / sizeof(size_quantiles[0]) - 1;
    size_t i = (size_t)whet__random_below(random, count);
    unsigned low = size_quantiles[i], high = size_quantiles[i + 1];

    return low + (size_t)whet__random_below(random, high - low + 1);
}

static int write_file(struct project *p, size_t number)
{
    const struct whet_source *source = choose_source(&p->random);
    size_t bytes = choose_size(&p->random);
    int rc;

    choose_folder(p, source);
    whet__text_reset(&p->path);
    whet__text_printf(&p->path, "%s/%s_%zu%s", whet__text_str(&p->folder),
                      whet__source_word(&p->random), number, source->ending);
    whet__text_reset(&p->text);
    whet__source_put(&p->text, source, bytes, &p->random);
    rc = whet__text_error(&p->folder);
    if (rc == 0)
        rc = whet__text_error(&p->path);
    if (rc == 0)
        rc = whet__text_error(&p->text);
    if (rc == 0)
        rc = whet__file_make_dirs(whet__text_str(&p->folder), 0777);
    if (rc == 0)
        rc = whet__file_write(whet__text_str(&p->path), whet__text_str(&p->text), p->text.len,
                              0);
    if (rc == 0) {
        p->made.files++;
        p->made.bytes += p->text.len;
    }
    return rc;
}

static int check(const char *dir, size_t files, struct whet_error *err)
{
    if (files < WHET_MADE_PROJECT_FILES_MIN || files > WHET_MADE_PROJECT_FILES_MAX)
        return whet_error_set(err, -EINVAL,
                              "cannot make a project of %zu files: 1 to %d are possible", files,
                              WHET_MADE_PROJECT_FILES_MAX);
    if (access(dir, F_OK) == 0 && rmdir(dir) != 0)
        return whet_error_set(err, -EEXIST, "cannot make a project: '%.300s': it is not empty",
                              dir);
    return 0;
}

int whet__made_project_write(const char *dir, size_t files, uint64_t seed,
                             struct whet_made_project *out, struct whet_error *err)
{
    struct project p = {.dir = dir, .folders = 1 + files / FILES_PER_FOLDER};
    int rc = check(dir, files, err);

    if (rc != 0)
        return rc;
    whet__random_init(&p.random, seed);
    whet__text_init(&p.folder, PATH_MAX);
    whet__text_init(&p.path, PATH_MAX);
    whet__text_init(&p.text, FILE_MAX);
    for (size_t i = 0; i < files && rc == 0; i++)
        rc = write_file(&p, i);
    if (rc != 0)
        whet_error_set(err, rc, "cannot make a project: '%.300s': %s", whet__text_str(&p.path),
                       strerror(-rc));
    else if (out != NULL)
        *out = p.made;
    whet__text_clear(&p.folder);
    whet__text_clear(&p.path);
    whet__text_clear(&p.text);
    return rc;
}
