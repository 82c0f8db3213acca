/* Outputs put back. Expected load: a file or two for each job, most often there already. All
 * that is needed is in hand, and verified, before the first file is touched. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/file.h"
#include "result/files.h"
#include "result/inside.h"
#include "scan/glob.h"

/* One output on its way. */
struct piece {
    const struct whet_record_output *output;
    const char *path;
    struct whet_cache_value value; /* all zero: the file is there with this content */
    int other_mode;
};

/* A name that climbs out of where a pattern looks. */
static int climbs(const char *name)
{
    for (const char *at = name; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (at[0] == '.' && at[1] == '.' && (at[2] == '/' || at[2] == '\0'))
            return 1;
    }
    return 0;
}

static int names(const char *declared, const char *name, struct whet_arena *arena)
{
    size_t len = strlen(declared);
    struct whet_glob glob;

    if (strcmp(declared, name) == 0)
        return 1;
    if (climbs(name + (strncmp(declared, name, len) == 0 ? len : 0)))
        return 0;
    if (whet__files_is_pattern(declared))
        return whet__glob_compile(&glob, declared, len, arena) == 0 &&
               whet__glob_match(&glob, name, strlen(name));
    return strncmp(declared, name, len) == 0 &&
           (name[len] == '/' || (len > 0 && declared[len - 1] == '/'));
}

/* Results may come from elsewhere: they write what the job declares, and nothing else. */
static int declares(const struct whet_run_job *job, const char *name, struct whet_arena *arena)
{
    const char *const *out = job->outputs;

    if (job->depfile != NULL && strcmp(job->depfile, name) == 0)
        return 1;
    for (; out != NULL && *out != NULL; out++)
        if (names(*out, name, arena))
            return 1;
    return 0;
}

static int piece_ready(struct whet_results *r, const struct whet_run_job *job,
                       struct whet_results_job *j, struct piece *p)
{
    struct whet_print now;

    if (!declares(job, p->output->name, &j->recipe.arena))
        return 0;
    p->path = whet__files_path(&j->recipe.arena, j->recipe.folder, p->output->name);
    if (p->path == NULL)
        return 0;
    if (whet__prints_get(&r->prints, p->path, &now) == 0 &&
        now.look.kind == WHET_FILE_REGULAR && whet__sha256_equal(&now.hash, &p->output->hash)) {
        p->other_mode = (now.look.mode & 0777) != p->output->mode;
        return 1;
    }
    return whet__results_get(r, WHET_RESULTS_BLOB, &p->output->hash, &p->value);
}

static int parent_make(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int rc;

    if (slash == NULL || slash == path)
        return 0;
    folder = whet__mem_strndup(path, (size_t)(slash - path));
    if (folder == NULL)
        return -ENOMEM;
    rc = whet__file_make_dirs(folder, 0777);
    whet__mem_free(folder);
    return rc;
}

static int piece_write(const struct piece *p)
{
    const struct whet_record_output *o = p->output;
    int rc;

    if (p->value.held == NULL)
        return p->other_mode && chmod(p->path, o->mode) != 0 ? -errno : 0;
    rc = whet__file_put(p->path, p->value.data, p->value.len, o->mode);
    if (rc == -ENOENT && (rc = parent_make(p->path)) == 0)
        rc = whet__file_put(p->path, p->value.data, p->value.len, o->mode);
    return rc;
}

/* For the next look-up, beside what it reads. */
static void remember(struct whet_results *r, struct whet_results_job *j, const char *path)
{
    struct whet_recipe_file *f;
    struct whet_print print;

    if (whet__prints_get(&r->prints, path, &print) != 0)
        return;
    f = whet__vec_push(&j->recipe.files);
    if (f != NULL)
        *f = (struct whet_recipe_file){path, print};
}

static int write_all(struct whet_results *r, struct whet_results_job *j,
                     const struct piece *pieces, size_t count, int *changed)
{
    for (size_t i = 0; i < count; i++) {
        int rc = r->o.write ? piece_write(&pieces[i]) : 0;

        if (rc != 0) {
            whet__log(WHET_LOG_INFO, "cannot restore: '%.300s': %s", pieces[i].path,
                      strerror(-rc));
            return 0;
        }
        *changed |= pieces[i].value.held != NULL || pieces[i].other_mode;
        /* One that was just written looks too fresh to be known by its look. */
        if (pieces[i].value.held == NULL)
            remember(r, j, pieces[i].path);
    }
    return 1;
}

int whet__results_restore(struct whet_results *r, const struct whet_run_job *job,
                          struct whet_results_job *j, const struct whet_record_result *result,
                          int *changed)
{
    size_t count = result->outputs.len;
    struct piece *pieces;
    int ready = 1;

    if (count == 0)
        return 1;
    pieces = whet__mem_zalloc(count, sizeof(*pieces));
    if (pieces == NULL)
        return 0;
    for (size_t i = 0; ready && i < count; i++) {
        pieces[i].output = whet__vec_at(&result->outputs, i);
        ready = piece_ready(r, job, j, &pieces[i]);
    }
    if (ready)
        ready = write_all(r, j, pieces, count, changed);
    for (size_t i = 0; i < count; i++)
        whet_cache_value_clear(&pieces[i].value);
    whet__mem_free(pieces);
    return ready;
}
