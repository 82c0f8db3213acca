/* Outputs put back. Expected load: a file or two for each job, most often there already. All
 * that is needed is found and verified before the first file is touched. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "os/file.h"
#include "result/files.h"
#include "result/inside.h"
#include "result/link.h"
#include "result/outputs.h"

/* Contents held at once. More than that is verified, let go of, and asked for again. */
#define HELD_MAX ((size_t)256 << 20)

enum piece_state {
    PIECE_THERE,  /* nothing to do but perhaps to set its mode */
    PIECE_FOLDER, /* an empty one */
    PIECE_HELD,
    PIECE_KEPT /* in the cache */
};

/* One output on its way. */
struct piece {
    const struct whet_record_output *output;
    const char *path;
    enum piece_state state;
    struct whet_cache_value value; /* if held */
    int other_mode;
};

/* All of a job's. */
struct restoring {
    struct whet_results *r;
    struct whet_results_job *j;
    struct whet_outputs declared;
    struct piece *pieces;
    size_t count;
    size_t held; /* bytes */
};

static int is_link(const struct piece *p)
{
    return (p->output->mode & WHET_RECORD_LINK) != 0;
}

static int says_it(const struct piece *p)
{
    struct whet_sha256 hash = {0};
    struct whet_text text;

    whet__text_init(&text, PATH_MAX);
    if (whet__link_read(p->path, &text) == 0)
        hash = whet__sha256(whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return whet__sha256_equal(&hash, &p->output->hash);
}

/* 1: the file is there with this content. */
static int is_there(struct restoring *x, struct piece *p)
{
    struct whet_print now;

    if (is_link(p) != whet__link_is(p->path))
        return 0;
    if (is_link(p))
        return says_it(p);
    if (whet__prints_recent(&x->r->prints, p->path, &now) != 0 ||
        now.look.kind != WHET_FILE_REGULAR || !whet__sha256_equal(&now.hash, &p->output->hash))
        return 0;
    p->other_mode = (now.look.mode & 0777) != p->output->mode;
    return 1;
}

/* 1: a folder on the way to it is a link, which a command has left there: behind it is
 * something else than what the job makes. Where the job is told to write by name, a link is a
 * person's. */
static int leads_astray(struct restoring *x, const char *path, const char *name)
{
    size_t head = strlen(path) - strlen(name);
    char *copy = whet__mem_strndup(path, strlen(path));
    int found = copy == NULL;

    for (size_t at = whet__outputs_given(&x->declared, name); !found && name[at] != '\0'; at++)
        if (name[at] == '/' && at > 0) {
            copy[head + at] = '\0';
            found = whet__link_is(copy);
            copy[head + at] = '/';
        }
    whet__mem_free(copy);
    return found;
}

/* 1: it can be written. Results may come from elsewhere: they write what the job declares, and
 * nothing else. */
static int piece_ready(struct restoring *x, struct piece *p)
{
    const char *name = p->output->name;

    if (!whet__outputs_have(&x->declared, name))
        return 0;
    p->path = whet__files_path(&x->j->recipe.arena, x->j->recipe.folder, name);
    if (p->path == NULL || leads_astray(x, p->path, name))
        return 0;
    if (whet__files_is_folder(name)) {
        p->state = PIECE_FOLDER;
        return 1;
    }
    if (is_there(x, p))
        return 1;
    if (whet__results_get(x->r, WHET_RESULTS_BLOB, &p->output->hash, &p->value) != 1)
        return 0;
    p->state = PIECE_HELD;
    x->held += p->value.len;
    if (x->held > HELD_MAX) {
        x->held -= p->value.len;
        whet_cache_value_clear(&p->value);
        p->state = PIECE_KEPT;
    }
    return 1;
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

/* One that was put back just now may be on the way to this one. */
static int link_write(struct restoring *x, const struct piece *p)
{
    struct whet_text target;
    int rc;

    whet__text_init(&target, PATH_MAX);
    whet__text_append(&target, p->value.data, p->value.len);
    rc = whet__text_error(&target);
    if (rc == 0 && (!whet__link_stays(p->output->name, whet__text_str(&target)) ||
                    leads_astray(x, p->path, p->output->name)))
        rc = -EPERM;
    if (rc == 0)
        rc = whet__link_put(p->path, whet__text_str(&target));
    whet__text_clear(&target);
    return rc;
}

static int write_once(struct restoring *x, const struct piece *p)
{
    return is_link(p) ? link_write(x, p)
                      : whet__file_put(p->path, p->value.data, p->value.len, p->output->mode);
}

static int file_write(struct restoring *x, const struct piece *p)
{
    int rc = write_once(x, p);

    if (rc == -ENOENT && (rc = parent_make(p->path)) == 0)
        rc = write_once(x, p);
    return rc;
}

static int piece_write(struct restoring *x, struct piece *p)
{
    int rc = 0;

    switch (p->state) {
    case PIECE_THERE:
        return p->other_mode && chmod(p->path, p->output->mode) != 0 ? -errno : 0;
    case PIECE_FOLDER:
        return whet__file_make_dirs(p->path, 0777);
    case PIECE_KEPT:
        if (whet__results_get(x->r, WHET_RESULTS_BLOB, &p->output->hash, &p->value) != 1)
            return -ENODATA;
        break;
    case PIECE_HELD:
        break;
    }
    rc = file_write(x, p);
    whet_cache_value_clear(&p->value);
    return rc;
}

/* For the next look-up, beside what it reads. */
static void remember(struct restoring *x, const char *path)
{
    struct whet_recipe_file *f;
    struct whet_print print;

    if (whet__prints_recent(&x->r->prints, path, &print) != 0)
        return;
    f = whet__vec_push(&x->j->recipe.files);
    if (f != NULL)
        *f = (struct whet_recipe_file){path, print};
}

static int write_one(struct restoring *x, struct piece *p, int *changed)
{
    int rc = x->r->o.write ? piece_write(x, p) : 0;

    if (rc != 0) {
        whet__log(WHET_LOG_INFO, "cannot restore: '%.300s': %s", p->path, strerror(-rc));
        return 0;
    }
    *changed |= p->state == PIECE_HELD || p->state == PIECE_KEPT || p->other_mode;
    /* One that was just written looks too fresh to be known by its look. */
    if (p->state == PIECE_THERE && !is_link(p))
        remember(x, p->path);
    return 1;
}

/* Links last: nothing is written by way of one. */
static int write_all(struct restoring *x, int *changed)
{
    for (int links = 0; links <= 1; links++)
        for (size_t i = 0; i < x->count; i++)
            if (is_link(&x->pieces[i]) == links && !write_one(x, &x->pieces[i], changed))
                return 0;
    return 1;
}

static int restore(struct restoring *x, const struct whet_record_result *result, int *changed)
{
    int ready = 1;

    for (size_t i = 0; ready && i < x->count; i++) {
        x->pieces[i].output = whet__vec_at(&result->outputs, i);
        ready = piece_ready(x, &x->pieces[i]);
    }
    if (ready)
        ready = write_all(x, changed);
    for (size_t i = 0; i < x->count; i++)
        whet_cache_value_clear(&x->pieces[i].value);
    return ready;
}

int whet__results_restore(struct whet_results *r, const struct whet_run_job *job,
                          struct whet_results_job *j, const struct whet_record_result *result,
                          int *changed)
{
    struct restoring x = {.r = r, .j = j, .count = result->outputs.len};
    int ready;

    if (x.count == 0)
        return 1;
    if (whet__outputs_compile(&x.declared, job, &j->recipe.arena) != 0)
        return 0;
    x.pieces = whet__mem_zalloc(x.count, sizeof(*x.pieces));
    if (x.pieces == NULL)
        return 0;
    ready = restore(&x, result, changed);
    whet__mem_free(x.pieces);
    return ready;
}
